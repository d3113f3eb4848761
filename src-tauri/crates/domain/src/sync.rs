//! Which part of a mailbox to fetch next: new mail first, then the past from new to old.
//!
//! A mailbox is a line of UIDs (RFC 9051 §2.3.1.1). What was fetched is one stretch of it, `low..high`, which grows at
//! both ends; the cursor moves in the transaction that keeps the mail it passes.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a folder is for, by its SPECIAL-USE attribute (RFC 6154) or its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum FolderRole {
    Inbox,
    Sent,
    Drafts,
    Junk,
    Trash,
    Archive,
    All,
    Other,
}

impl FolderRole {
    /// Folders that are captured unless the rep says otherwise.
    pub fn captured_by_default(self) -> bool {
        matches!(self, Self::Inbox | Self::Sent)
    }
}

/// A folder of a mailbox. `name` is the server's own spelling, only ever sent back to that server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    pub name: String,
    pub role: FolderRole,
}

/// What a server says of an opened folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxStatus {
    pub uid_validity: u32,
    /// Greater than every UID in the folder.
    pub uid_next: u32,
    /// How many messages there are.
    pub exists: u32,
}

/// How much is in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Survey {
    pub messages: u32,
    /// What all of them take on the server; `None` where it doesn't tell (RFC 8438).
    pub bytes: Option<u64>,
    /// How many came since each of the times asked about.
    pub since: Vec<u32>,
    /// When the oldest one came.
    pub oldest: Option<Timestamp>,
}

/// How far a folder has been fetched: every wanted message with a UID in `low..high` is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub uid_validity: u32,
    pub low: u32,
    pub high: u32,
}

impl Cursor {
    /// Nothing fetched yet.
    pub fn start(status: MailboxStatus) -> Self {
        Self { uid_validity: status.uid_validity, low: status.uid_next.max(1), high: status.uid_next.max(1) }
    }

    /// The cursor to go on with. UIDs of another UIDVALIDITY mean nothing any more (RFC 9051 §2.3.1.1): start anew.
    pub fn resume(kept: Option<Self>, status: MailboxStatus) -> Self {
        match kept {
            Some(cursor) if cursor.uid_validity == status.uid_validity => cursor,
            _ => Self::start(status),
        }
    }

    /// The next stretch of at most `span` UIDs, or `None` when the folder is in step.
    pub fn next_window(self, status: MailboxStatus, span: u32) -> Option<Window> {
        let span = span.max(1);
        if self.high < status.uid_next {
            let to = self.high.saturating_add(span).min(status.uid_next);
            Some(Window { from: self.high, to, side: Side::New })
        } else if self.low > 1 && status.exists > 0 {
            Some(Window { from: self.low.saturating_sub(span).max(1), to: self.low, side: Side::Past })
        } else {
            None
        }
    }

    /// The cursor once everything of `window` on this side of `uid` is kept: from `window.from` up to and with `uid` on
    /// the new side, from `uid` up to `window.to` on the past side.
    pub fn passed(self, window: Window, uid: u32) -> Self {
        match window.side {
            Side::New => Self { high: uid.saturating_add(1).clamp(self.high, window.to), ..self },
            Side::Past => Self { low: uid.clamp(window.from, self.low), ..self },
        }
    }

    /// The cursor once the whole window is kept.
    pub fn finished(self, window: Window) -> Self {
        match window.side {
            Side::New => Self { high: window.to, ..self },
            Side::Past => Self { low: window.from, ..self },
        }
    }
}

/// Which end of the fetched stretch a window grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    New,
    Past,
}

/// The UIDs `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: u32,
    pub to: u32,
    pub side: Side,
}

/// The first window's span in UIDs.
pub const FIRST_SPAN: u32 = 500;

/// The next window's span. UIDs may have gaps of millions, so a thin window makes the next one wider.
pub fn next_span(span: u32, found: usize) -> u32 {
    match found {
        0..1000 => span.saturating_mul(4),
        1000..4000 => span,
        _ => (span / 2).max(FIRST_SPAN),
    }
}

/// A message as a listing shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub uid: u32,
    /// RFC822.SIZE in bytes; some servers only estimate it.
    pub size: u64,
    /// INTERNALDATE: when the server got it.
    pub received_at: Timestamp,
}

/// Messages above this size are fetched in slices, so that one mail never fills the memory.
pub const SLICED_ABOVE: u64 = 8 * 1024 * 1024;

/// A batch is one command on the wire and one transaction in the store.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
const BATCH_MESSAGES: usize = 200;

/// Cuts a window's messages into batches, in the order in which `side` grows. A message above [`SLICED_ABOVE`] gets a
/// batch of its own.
pub fn batches(mut listed: Vec<Listed>, side: Side) -> Vec<Vec<Listed>> {
    listed.sort_by_key(|m| m.uid);
    if side == Side::Past {
        listed.reverse();
    }
    let mut batches: Vec<Vec<Listed>> = Vec::new();
    let mut bytes = 0;
    for message in listed {
        let full = match batches.last().map(Vec::as_slice) {
            None => true,
            Some([.., last]) if last.size > SLICED_ABOVE => true,
            Some(batch) => batch.len() >= BATCH_MESSAGES || bytes + message.size > BATCH_BYTES,
        };
        if full {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += message.size;
        if let Some(batch) = batches.last_mut() {
            batch.push(message);
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(uid_next: u32) -> MailboxStatus {
        MailboxStatus { uid_validity: 7, uid_next, exists: uid_next }
    }

    /// Every window a folder is fetched by, from nothing to in step.
    fn windows(mut cursor: Cursor, status: MailboxStatus, span: u32) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        while let Some(window) = cursor.next_window(status, span) {
            out.push((window.from, window.to));
            cursor = cursor.finished(window);
        }
        out
    }

    #[test]
    fn a_first_sync_goes_from_new_to_old() {
        assert_eq!(windows(Cursor::start(status(11)), status(11), 4), [(7, 11), (3, 7), (1, 3)]);
    }

    #[test]
    fn new_mail_comes_before_the_rest_of_the_past() {
        let halfway = Cursor { uid_validity: 7, low: 5, high: 11 };
        assert_eq!(windows(halfway, status(14), 4), [(11, 14), (1, 5)]);
    }

    #[test]
    fn another_uidvalidity_starts_anew() {
        let kept = Cursor { uid_validity: 6, low: 1, high: 11 };
        assert_eq!(Cursor::resume(Some(kept), status(4)), Cursor::start(status(4)));
    }

    #[test]
    fn an_empty_folder_has_nothing_to_fetch() {
        assert_eq!(windows(Cursor::start(status(1)), status(1), 4), []);
        let emptied = MailboxStatus { exists: 0, ..status(4_000_000_000) };
        assert_eq!(Cursor::start(emptied).next_window(emptied, 4), None);
    }

    #[test]
    fn gaps_of_millions_are_crossed_in_few_windows() {
        let sparse = status(u32::MAX);
        let (mut cursor, mut span, mut steps) = (Cursor::start(sparse), FIRST_SPAN, 0);
        while let Some(window) = cursor.next_window(sparse, span) {
            cursor = cursor.finished(window);
            span = next_span(span, 0);
            steps += 1;
        }
        assert!(steps < 20, "{steps}");
    }

    #[test]
    fn the_cursor_passes_a_batch_only_on_its_own_side() {
        let cursor = Cursor { uid_validity: 7, low: 20, high: 30 };
        let past = Window { from: 10, to: 20, side: Side::Past };
        assert_eq!(cursor.passed(past, 15), Cursor { low: 15, ..cursor });
        let new = Window { from: 30, to: 40, side: Side::New };
        assert_eq!(cursor.passed(new, 33), Cursor { high: 34, ..cursor });
    }

    #[test]
    fn a_large_message_stands_alone_in_its_batch() {
        let listed = |uid, size| Listed { uid, size, received_at: Timestamp(0) };
        let sizes = [(1, 10), (2, 10), (3, SLICED_ABOVE + 1), (4, 10), (5, BATCH_BYTES), (6, 10)];
        let cut = batches(sizes.map(|(uid, size)| listed(uid, size)).to_vec(), Side::New);
        let uids: Vec<Vec<u32>> = cut.iter().map(|b| b.iter().map(|m| m.uid).collect()).collect();
        assert_eq!(uids, [vec![1, 2], vec![3], vec![4], vec![5], vec![6]]);
    }
}
