//! Where a mail lies.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use otomo_domain::time::Timestamp;
use sha2::{Digest, Sha256};

/// How a mail stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The file is the mail.
    Whole,
    /// The same, and the file gets other names when its flags change (Maildir).
    Flagged,
    /// A stretch of an mbox file.
    Quoted,
}

/// A mail. Entries are the same, and sort, by what does not change while the mail doesn't: when it came, where it begins,
/// its name and its size.
#[derive(Clone, Debug)]
pub struct Entry {
    pub received_at: Timestamp,
    /// The file it was found in.
    pub path: Arc<Path>,
    /// What it is called whatever its flags are.
    pub name: Arc<str>,
    pub form: Form,
    /// Where it begins in its file.
    pub start: u64,
    /// How much of its file it takes.
    pub size: u64,
}

impl Entry {
    fn key(&self) -> (Timestamp, u64, &str, u64) {
        (self.received_at, self.start, &self.name, self.size)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// A number that stands for exactly these mails, never 0 (RFC 9051 §2.3.1.1).
pub fn fingerprint(entries: &[Entry]) -> u32 {
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(entry.name.as_bytes());
        hash.update([0]);
        hash.update(entry.received_at.0.to_be_bytes());
        hash.update(entry.start.to_be_bytes());
        hash.update(entry.size.to_be_bytes());
    }
    let folded = hash.finalize().iter().fold(0_u32, |folded, byte| folded.rotate_left(8) ^ u32::from(*byte));
    folded.max(1)
}
