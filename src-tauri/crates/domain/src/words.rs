//! What a person reads.

use serde::Serialize;

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Words {
    pub en: &'static str,
    pub ja: &'static str,
}

impl Words {
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { en, ja }
    }
}
