//! Multi-line answers (RFC 1939 §3): lines up to one that is a single dot; other lines that begin with a dot got one more.

use otomo_domain::error::MailFault;

use super::fault;
use super::wire::Wire;

/// What a listing may take in all, however short its lines are.
const LISTING: usize = 128 * 1024 * 1024;

/// The lines of a listing, at most `most`, each shown to `each` without its end.
pub async fn lines(wire: &mut Wire, most: usize, mut each: impl FnMut(&[u8])) -> Result<(), MailFault> {
    let mut total = 0;
    for _ in 0..=most {
        let line = wire.line().await?;
        total += line.len();
        if total > LISTING {
            break;
        }
        match line.strip_prefix(b".") {
            Some([]) => return Ok(()),
            Some(unstuffed) => each(unstuffed),
            None => each(&line),
        }
    }
    Err(fault::protocol("a listing of the server does not end"))
}

/// Where in a line the reader of a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Start,
    /// After a dot at the start of a line.
    Dot,
    /// After a dot at the start of a line, and CR.
    DotCr,
    Within,
    /// After the line that is a single dot.
    End,
}

/// A text that comes in pieces: a message or its header. Lines may be of any length; their ends stay as they are.
#[derive(Debug, Default)]
pub struct Text {
    at: At,
}

impl Text {
    /// Waits for more and appends it to `text`; `false` at the end.
    pub async fn read(&mut self, wire: &mut Wire, text: &mut Vec<u8>) -> Result<bool, MailFault> {
        let chunk = wire.fill().await?;
        let read = self.take(chunk, text);
        wire.consume(read);
        Ok(self.at != At::End)
    }

    /// Appends what belongs to the text; how many bytes of `chunk` that took.
    fn take(&mut self, chunk: &[u8], text: &mut Vec<u8>) -> usize {
        let mut rest = chunk;
        while self.at != At::End
            && let Some(first) = rest.first()
        {
            let mut read = 1;
            self.at = match (self.at, *first) {
                (At::Start, b'.') => At::Dot,
                (At::Dot, b'\r') => At::DotCr,
                (At::Dot | At::DotCr, b'\n') => At::End,
                (at, _) => {
                    if at == At::DotCr {
                        text.push(b'\r');
                    }
                    let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
                    read = end.unwrap_or(rest.len());
                    text.extend_from_slice(rest.get(..read).unwrap_or_default());
                    if end.is_some() { At::Start } else { At::Within }
                }
            };
            rest = rest.get(read..).unwrap_or_default();
        }
        chunk.len() - rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of `wire`, in pieces of every size, and what is left of it.
    fn check(wire: &str, expected: &str, left: &str) {
        for size in 1..=wire.len() {
            let (mut text, mut reader, mut used) = (Vec::new(), Text::default(), 0);
            for piece in wire.as_bytes().chunks(size) {
                if reader.at != At::End {
                    used += reader.take(piece, &mut text);
                }
            }
            assert_eq!(String::from_utf8_lossy(&text), expected, "{wire:?} by {size}");
            assert_eq!(wire.get(used..), Some(left), "{wire:?} by {size}");
        }
    }

    #[test]
    fn a_dot_that_was_added_is_taken_away_and_one_alone_ends_the_text() {
        check("a\r\n..b\r\n...\r\n.\r\n+OK", "a\r\n.b\r\n..\r\n", "+OK");
        check(".\r\n+OK", "", "+OK");
        check("a.\r\n .\r\n.\r\n", "a.\r\n .\r\n", "");
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        check("a\nb\r\n\rc\r\r\n.\n-ERR", "a\nb\r\n\rc\r\r\n", "-ERR");
    }

    #[test]
    fn what_only_looks_like_the_end_is_text() {
        check(".\rx\r\n.x\r\n.\r\r\n.\r\n", "\rx\r\nx\r\n\r\r\n", "");
    }
}
