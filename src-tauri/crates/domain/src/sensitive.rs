//! What in a text has to be looked at before it leaves this computer: cards, My Number, accounts, passwords, health.
//!
//! A finding forces review and never discards anything. It is better to ask once too often.
//!
//! | module | finds |
//! |---|---|
//! | `seen` | the text as a reader sees it: one width, one case, nothing invisible |
//! | `number` | numbers that their own check digits tell: cards, My Number, IBAN |
//! | `cue` | the words beside which something sensitive stands |
//! | `value` | what stands beside them: a password, a code, the number of an account |

use std::ops::Range;

use crate::mail::SensitiveKind;
use seen::Seen;

mod cue;
mod number;
mod seen;
mod value;

/// How much of a text is looked at, in bytes. Of a longer one it is the first and the last half of that: what people write
/// stands at the top, what they quote or append at the bottom.
pub const LOOKED_AT: usize = 256 * 1024;

/// Something sensitive in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitive {
    pub kind: SensitiveKind,
    /// Bytes of the text: the number, the value or the word itself, without the words that led to it.
    pub range: Range<usize>,
}

/// Everything sensitive in a text, in order of its place. Takes as long as the text is, up to [`LOOKED_AT`].
pub fn find(text: &str) -> Vec<Sensitive> {
    let mut found: Vec<Sensitive> = windows(text).into_iter().flat_map(|(base, part)| look(base, part)).collect();
    found.sort_by_key(|one| (one.range.start, one.kind, std::cmp::Reverse(one.range.end)));
    found.dedup_by(|next, kept| next.kind == kept.kind && next.range.start < kept.range.end);
    found
}

/// Each kind that stands in any of these texts once, in order.
pub fn kinds<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<SensitiveKind> {
    let mut kinds: Vec<SensitiveKind> = texts.into_iter().flat_map(find).map(|found| found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The parts of a text that are looked at, each with where it begins.
fn windows(text: &str) -> Vec<(usize, &str)> {
    if text.len() <= LOOKED_AT {
        return vec![(0, text)];
    }
    let head = text.floor_char_boundary(LOOKED_AT / 2);
    let tail = text.ceil_char_boundary(text.len() - LOOKED_AT / 2);
    vec![(0, text.get(..head).unwrap_or_default()), (tail, text.get(tail..).unwrap_or_default())]
}

fn look(base: usize, text: &str) -> Vec<Sensitive> {
    let seen = Seen::of(text);
    let found = number::find(&seen).into_iter().chain(cue::find(&seen));
    let place = |(kind, glyphs): (SensitiveKind, Range<usize>)| {
        let range = seen.bytes(&glyphs);
        Sensitive { kind, range: base + range.start..base + range.end }
    };
    found.map(place).collect()
}

#[cfg(test)]
mod tests;
