//! Feeding a tokenizer in chunks, and noticing when it chokes.
//!
//! html5ever compares every attribute of a tag with all before it, so one tag with a million of them takes hours. A tag
//! is only handed on when it ends: many attribute separators without a token in between give such a tag away.

const CHUNK: usize = 1024;

/// How many pairs of attributes a page may have compared: a few tenths of a second, or an embedded image of a megabyte,
/// whose slashes cannot be told from separators.
const MAX_PAIRS: usize = 250_000_000;

/// The markup was made to exhaust its readers, or might as well have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooComplex;

/// Counts what was fed since the tokenizer last gave something back, and what that may have cost in all.
#[derive(Default)]
pub(crate) struct Pace {
    separators: usize,
    pairs: usize,
}

impl Pace {
    /// A chunk was fed, and the tokenizer gave something back for it or not.
    pub(crate) fn step(&mut self, chunk: &str, active: bool) -> Result<(), TooComplex> {
        let new = separators(chunk);
        if active {
            // The chunk that ends one tag may begin the next.
            self.separators = 0;
        }
        self.pairs += self.separators * new;
        self.separators += new;
        if self.pairs > MAX_PAIRS { Err(TooComplex) } else { Ok(()) }
    }
}

/// How many attributes a piece of a tag could have at most.
fn separators(chunk: &str) -> usize {
    chunk.bytes().filter(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'')).count()
}

/// The text in pieces of about [`CHUNK`] bytes, cut between characters.
pub(crate) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (chunk, tail) = rest.split_at_checked(rest.floor_char_boundary(CHUNK))?;
        rest = tail;
        (!chunk.is_empty()).then_some(chunk)
    })
}
