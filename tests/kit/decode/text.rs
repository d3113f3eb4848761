//! What is escaped or spelled in another way: undone in every run of printable characters that has a sign of it.

use memchr::memmem;

use super::{SHORTEST, runs};

pub fn undo(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut undone = Vec::new();
    for run in runs(bytes, |b| b.is_ascii_graphic() || b.is_ascii_whitespace()) {
        let signed = ESCAPES.iter().filter(|(sign, _)| memchr::memchr(*sign, run).is_some());
        undone.extend(signed.map(|(_, undo)| undo(run)));
        if memmem::find(run, b"?=").is_some() {
            undone.push(encoded_words(run));
        }
    }
    undone.extend(utf_16(bytes));
    undone
}

/// A sign that something is escaped, and how that is undone.
type Escape = (u8, fn(&[u8]) -> Vec<u8>);

const ESCAPES: [Escape; 4] = [(b'\\', json), (b'%', percent), (b'=', quoted_printable), (b'&', references)];

/// Copies, except where `escape` reads something else from the rest: what it stands for, and how long it was.
fn replaced(bytes: &[u8], escape: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match escape(rest) {
            Some((meant, length)) => {
                out.extend(meant);
                at += length;
            }
            None => {
                out.push(rest[0]);
                at += 1;
            }
        }
    }
    out
}

fn number(digits: Option<&[u8]>, radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits?).ok()?, radix).ok()
}

fn character(code: u32) -> Vec<u8> {
    char::from_u32(code).map(|c| c.to_string().into_bytes()).unwrap_or_default()
}

/// RFC 8259 §7.
fn json(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |rest| match rest {
        [b'\\', b'u', ..] => Some((character(number(rest.get(2..6), 16)?), 6)),
        [b'\\', b'n' | b'r' | b't', ..] => Some((b"\n".to_vec(), 2)),
        [b'\\', other, ..] => Some((vec![*other], 2)),
        _ => None,
    })
}

/// RFC 3986 §2.1. The plus sign is left alone: in base64 it is one.
fn percent(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |rest| match rest {
        [b'%', ..] => Some((vec![u8::try_from(number(rest.get(1..3), 16)?).ok()?], 3)),
        _ => None,
    })
}

/// RFC 2045 §6.7.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |rest| match rest {
        [b'=', b'\r', b'\n', ..] => Some((Vec::new(), 3)),
        [b'=', b'\n', ..] => Some((Vec::new(), 2)),
        [b'=', ..] => Some((vec![u8::try_from(number(rest.get(1..3), 16)?).ok()?], 3)),
        _ => None,
    })
}

/// Numeric character references of HTML.
fn references(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |rest| {
        let digits = rest.strip_prefix(b"&#")?;
        let end = digits.iter().take(8).position(|b| *b == b';')?;
        let code = match digits {
            [b'x' | b'X', ..] => number(digits.get(1..end), 16),
            _ => number(digits.get(..end), 10),
        };
        Some((character(code?), end + 3))
    })
}

/// RFC 2047: the words' contents, those beside each other joined, in whatever charset.
fn encoded_words(bytes: &[u8]) -> Vec<u8> {
    let without_gaps = replaced(bytes, |rest| {
        let gap = rest.strip_prefix(b"?=")?;
        let blank = gap.iter().take_while(|b| b.is_ascii_whitespace()).count();
        gap.get(blank..)?.starts_with(b"=?").then_some((b"?=".to_vec(), 2 + blank))
    });
    replaced(&without_gaps, |rest| {
        let mut parts = rest.strip_prefix(b"=?")?.splitn(4, |b| *b == b'?');
        let (charset, encoding, content) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().filter(|end| end.starts_with(b"="))?;
        let meant = match encoding {
            [b'Q' | b'q'] => quoted_printable(content),
            [b'B' | b'b'] => super::run::base64(content),
            _ => return None,
        };
        Some((meant, charset.len() + content.len() + 7))
    })
}

/// UTF-16 in either byte order: every second byte of what is otherwise ASCII is zero.
fn utf_16(bytes: &[u8]) -> Vec<Vec<u8>> {
    let ascii = runs(bytes, |b| b == 0 || b.is_ascii_graphic() || b.is_ascii_whitespace());
    let without_zeros = |run: &[u8]| run.iter().copied().filter(|b| *b != 0).collect::<Vec<_>>();
    let halved = ascii.map(|run| (run.len(), without_zeros(run)));
    halved
        .filter(|(length, text)| text.len() >= SHORTEST && text.len() < length * 3 / 4)
        .map(|(_, text)| text)
        .collect()
}
