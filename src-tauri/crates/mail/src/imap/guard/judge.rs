//! Whether a line may reach async-imap, and how many bytes of a literal follow it.
//!
//! A literal is skipped unseen, so the judge and async-imap must never disagree on where one is: a server could hide a
//! second claim inside what only the judge takes for a literal. The judge therefore asks imap-proto, the parser that
//! async-imap uses, about every answer, with the literals' bytes left out.

use std::panic::catch_unwind;

use async_imap::imap_proto::Response;
use nom::Needed;

use super::{LITERAL, LONGEST_LINE, Violation};

/// How many parentheses an answer may open. Those asked for open four; the parser recurses into each.
const PARENTHESES: usize = 16;

/// The answer that is being read, its literals emptied.
#[derive(Debug, Default)]
pub struct Judge {
    skeleton: Vec<u8>,
    literals: u64,
}

/// How far the parser came.
enum Reading {
    Whole,
    /// More is needed: this many bytes, 0 if the parser can't say.
    Partial(u64),
    Unreadable,
}

impl Judge {
    /// Judges a line with its line end. Gives the length of the literal that follows it, 0 for none; a FETCH answer may
    /// hold `allowed` bytes of literals.
    pub fn line(&mut self, line: &[u8], allowed: u64) -> Result<u64, Violation> {
        self.skeleton.extend_from_slice(line);
        if self.skeleton.len() > LONGEST_LINE {
            return Err(Violation::EndlessLine);
        }
        if memchr::memchr_iter(b'(', &self.skeleton).count() > PARENTHESES {
            return Err(Violation::Nesting);
        }
        match (read(&self.skeleton), claim(line)) {
            (Reading::Whole, _) => {
                self.skeleton.clear();
                self.literals = 0;
                Ok(0)
            }
            (Reading::Partial(_), Some(0)) => Ok(0),
            (Reading::Partial(needed), Some(claimed)) if needed == claimed => self.literal(claimed, allowed),
            _ => Err(Violation::Unreadable),
        }
    }

    /// The beginning of the answer that the next line belongs to; empty if that line begins one.
    pub fn heard(&self) -> &[u8] {
        &self.skeleton
    }

    fn literal(&mut self, claimed: u64, allowed: u64) -> Result<u64, Violation> {
        let limit = if self.is_fetch() { allowed } else { LITERAL };
        self.literals = self.literals.saturating_add(claimed);
        if self.literals > limit {
            return Err(Violation::Literal);
        }
        let open = memchr::memrchr(b'{', &self.skeleton).ok_or(Violation::Unreadable)?;
        self.skeleton.truncate(open);
        self.skeleton.extend_from_slice(b"{0}\r\n");
        Ok(claimed)
    }

    fn is_fetch(&self) -> bool {
        self.skeleton.split(|byte| *byte == b' ').nth(2).is_some_and(|word| word.eq_ignore_ascii_case(b"FETCH"))
    }
}

/// The length that a line's end claims for a literal: `{n}` (RFC 9051 §4.3).
fn claim(line: &[u8]) -> Option<u64> {
    let text = line.strip_suffix(b"}\r\n")?;
    let open = memchr::memrchr(b'{', text)?;
    str::from_utf8(text.get(open + 1..)?).ok()?.parse().ok()
}

/// imap-proto 0.17 panics on `INTERNALDATE NIL`, and on a letter outside ASCII right after a response code.
fn read(skeleton: &[u8]) -> Reading {
    let parsed = catch_unwind(|| match Response::parse(skeleton) {
        Ok(([], _)) => Reading::Whole,
        Err(nom::Err::Incomplete(Needed::Size(bytes))) => Reading::Partial(bytes.get() as u64),
        Err(nom::Err::Incomplete(Needed::Unknown)) => Reading::Partial(0),
        Ok(_) | Err(_) => Reading::Unreadable,
    });
    parsed.unwrap_or(Reading::Unreadable)
}
