//! The trace of every transition: rows that are only ever added, each sealed with the digest of the one before.

use serde::{Deserialize, Serialize};

use crate::account::ConnectionId;
use crate::digest::Digest;
use crate::mail::MailId;
use crate::review::State;
use crate::rules::Origin;
use crate::time::Timestamp;

/// What happened to one mail at one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub connection: ConnectionId,
    pub mail: MailId,
    /// The name of the act, such as `share` or `release`.
    pub act: String,
    pub from: State,
    pub to: State,
    pub origin: Origin,
    /// What the act was about: payload digest, fault kind. Never a part of a mail.
    pub detail: serde_json::Value,
}

/// The digest that stands before the first row.
pub const GENESIS: Digest = Digest([0; 32]);

impl Entry {
    /// The row's text as it is kept and sealed: canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }
}

/// Seals a row: the digest of the previous seal followed by the row's text.
pub fn seal(previous: &Digest, canonical: &str) -> Digest {
    Digest::of_all([previous.as_bytes().as_slice(), canonical.as_bytes()])
}

/// What a check of the whole trace found, a row at a time from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub rows: usize,
    /// The number of the first row that does not fit the one before it.
    pub broken_at: Option<usize>,
    /// The last seal: whoever kept an earlier one can tell that the trace was cut or written anew.
    pub head: Digest,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { rows: 0, broken_at: None, head: GENESIS }
    }
}

impl Verdict {
    /// Checks the next row.
    pub fn check(&mut self, text: &str, sealed: Digest) {
        let fits = seal(&self.head, text) == sealed;
        self.rows += 1;
        self.broken_at = self.broken_at.or((!fits).then_some(self.rows));
        self.head = sealed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(texts: &[&'static str]) -> Vec<(&'static str, Digest)> {
        let mut previous = GENESIS;
        let sealed = |text: &&'static str| {
            previous = seal(&previous, text);
            (*text, previous)
        };
        texts.iter().map(sealed).collect()
    }

    fn first_break(chain: Vec<(&str, Digest)>) -> Option<usize> {
        let mut verdict = Verdict::default();
        chain.into_iter().for_each(|(text, sealed)| verdict.check(text, sealed));
        verdict.broken_at
    }

    #[test]
    fn an_untouched_chain_holds() {
        assert_eq!(first_break(chain(&["a", "b", "c"])), None);
    }

    #[test]
    fn a_changed_removed_or_swapped_row_shows() {
        let whole = chain(&["a", "b", "c"]);
        let mut changed = whole.clone();
        changed[1].0 = "B";
        assert_eq!(first_break(changed), Some(2));
        let mut removed = whole.clone();
        removed.remove(0);
        assert_eq!(first_break(removed), Some(1));
        let mut swapped = whole;
        swapped.swap(1, 2);
        assert_eq!(first_break(swapped), Some(2));
    }
}
