//! What in a text has to be looked at before it leaves this computer: cards, My Number, accounts, passwords, health.
//!
//! A finding forces review and never discards anything. It is better to ask once too often.

use std::ops::Range;

use crate::mail::SensitiveKind;

/// How much of a text is looked at, in bytes.
pub const LOOKED_AT: usize = 256 * 1024;

/// Something sensitive in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitive {
    pub kind: SensitiveKind,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// Everything sensitive in a text, in order of its place.
pub fn find(_text: &str) -> Vec<Sensitive> {
    Vec::new()
}

/// Each kind that stands in any of these texts once, in order.
pub fn kinds<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<SensitiveKind> {
    let mut kinds: Vec<SensitiveKind> = texts.into_iter().flat_map(find).map(|found| found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
