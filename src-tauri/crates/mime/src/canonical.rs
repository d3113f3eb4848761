//! The digest a mail is recognised by, whichever server, folder or client it came through.
//!
//! The same mail fetched twice is not the same bytes: servers add `Received` and `Delivered-To`, gateways drop trailing
//! blanks and fold header fields anew, files keep LF where the wire has CRLF. DKIM met the same problem, and its relaxed
//! form (RFC 6376 §3.4.2 and §3.4.4) is the one relays are tested not to break. Signed here are the fields the rep sees and
//! the raw body, never decoded text: what a decoder makes of a byte may change with a new release, a digest must not.
//!
//! The body goes to the hasher in runs: bytes that are canonical already are not copied, so base64 costs hashing alone.

use memchr::{memchr, memchr2_iter};
use otomo_domain::digest::Digest;
use sha2::{Digest as _, Sha256};

use crate::parse::header::Header;

/// What the rep sees of a header, in the order in which it is hashed.
const FIELDS: [&str; 5] = ["from", "to", "cc", "subject", "date"];

/// SHA-256 over the relaxed fields [`FIELDS`], a blank line and the relaxed body.
pub(crate) fn digest(header: &Header<'_>) -> Digest {
    let mut hasher = Sha256::new();
    for name in FIELDS {
        for value in header.all(name) {
            hasher.update(name);
            hasher.update(b":");
            hasher.update(relaxed_value(value));
            hasher.update(b"\r\n");
        }
    }
    hasher.update(b"\r\n");
    Body::new(&mut hasher).hash(header.body());
    Digest(hasher.finalize().into())
}

/// RFC 6376 §3.4.2: unfolded, runs of blanks one space, none at the ends.
fn relaxed_value(value: &[u8]) -> Vec<u8> {
    let words = value.split(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

/// RFC 6376 §3.4.4, streamed.
struct Body<'h> {
    hasher: &'h mut Sha256,
    /// Empty lines seen since the last line with text: they count only if text follows.
    blank_lines: usize,
}

impl<'h> Body<'h> {
    fn new(hasher: &'h mut Sha256) -> Self {
        Self { hasher, blank_lines: 0 }
    }

    fn hash(mut self, body: &[u8]) {
        // `body[run..at]` is canonical and not yet hashed.
        let (mut run, mut at) = (0, 0);
        while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
            let (line, len) = match memchr(b'\n', rest) {
                Some(end) => (rest.get(..end).unwrap_or_default(), end + 1),
                None => (rest, rest.len()),
            };
            if !is_canonical(line, len) {
                self.hasher.update(body.get(run..at).unwrap_or_default());
                self.line(line);
                run = at + len;
            } else if self.blank_lines > 0 {
                self.write_blank_lines();
            }
            at += len;
        }
        self.hasher.update(body.get(run..).unwrap_or_default());
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = line.iter().rposition(|b| !is_blank(*b)).map_or(0, |last| last + 1);
        if end == 0 {
            self.blank_lines += 1;
            return;
        }
        self.write_blank_lines();
        let mut rest = line.get(..end).unwrap_or_default();
        while let Some(blank) = rest.iter().position(|b| is_blank(*b)) {
            let (word, tail) = rest.split_at(blank);
            self.hasher.update(word);
            self.hasher.update(b" ");
            let word = tail.iter().position(|b| !is_blank(*b)).unwrap_or(tail.len());
            rest = tail.get(word..).unwrap_or_default();
        }
        self.hasher.update(rest);
        self.hasher.update(b"\r\n");
    }

    fn write_blank_lines(&mut self) {
        for _ in 0..std::mem::take(&mut self.blank_lines) {
            self.hasher.update(b"\r\n");
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a line of text stands in its relaxed form already: it ends in CRLF, has no tab and single spaces only.
/// `len` counts the line's LF, if it has one.
fn is_canonical(line: &[u8], len: usize) -> bool {
    let Some((b'\r', text)) = line.split_last() else { return false };
    let mut after_space = None;
    len > line.len()
        && text.last().is_some_and(|b| !is_blank(*b))
        && memchr2_iter(b' ', b'\t', text)
            .all(|at| text.get(at) == Some(&b' ') && after_space.replace(at + 1) != Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &str) -> Digest {
        digest(&Header::split(raw.as_bytes()))
    }

    /// The canonical body, spelled out the slow way.
    fn relaxed(body: &str) -> String {
        let line = |line: &str| {
            let words: Vec<_> = line.trim_end_matches([' ', '\t', '\r']).split([' ', '\t']).collect();
            let lead = if words.first() == Some(&"") && words.len() > 1 { " " } else { "" };
            format!("{lead}{}", words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "))
        };
        let mut lines: Vec<String> = body.split('\n').map(line).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.iter().map(|line| format!("{line}\r\n")).collect()
    }

    fn hashed(body: &str) -> Digest {
        let mut hasher = Sha256::new();
        Body::new(&mut hasher).hash(body.as_bytes());
        Digest(hasher.finalize().into())
    }

    const MAIL: &str = "From: a@x.jp\r\nSubject: One  two\r\n\r\nHello  world\r\n\r\nbye\r\n";

    #[test]
    fn the_way_through_servers_does_not_change_it() {
        for same in [
            "Received: by mx\r\nDelivered-To: b@y.jp\r\nFrom: a@x.jp\r\nSubject: One two\r\n\r\nHello  world\r\n\r\nbye\r\n",
            "From: a@x.jp\nSubject: One two\n\nHello world\n\nbye",
            "SUBJECT:One\r\n two \r\nfrom:   a@x.jp\r\n\r\nHello \t world  \r\n \t\r\nbye \r\n\r\n \r\n",
        ] {
            assert_eq!(of(same), of(MAIL), "{same:?}");
        }
    }

    #[test]
    fn what_the_rep_sees_changes_it() {
        for (from, to) in [("two", "too"), ("a@x", "b@x"), ("bye", "Bye"), ("world\r\n\r\n", "world\r\n")] {
            assert_ne!(of(&MAIL.replace(from, to)), of(MAIL), "{from} -> {to}");
        }
    }

    #[test]
    fn an_empty_body_is_empty_whatever_its_line_ends() {
        assert_eq!(hashed("\r\n \r\n\n"), Digest::of(b""));
    }

    proptest::proptest! {
        #[test]
        fn streaming_gives_what_the_slow_way_gives(body in "[ab \\t\n\r]{0,60}") {
            // A CR that is not part of a line end is text: only the real line ends are looked at here.
            let body = body.replace('\r', "").replace("b\n", "b\r\n");
            proptest::prop_assert_eq!(hashed(&body), Digest::of(relaxed(&body).as_bytes()));
        }
    }
}
