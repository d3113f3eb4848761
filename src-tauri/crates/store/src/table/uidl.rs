//! `uidl_book`, `uidl`: the numbers of the messages of POP3 mailboxes, which know them by unique-ids (RFC 1939 §7).
//!
//! A number is never given twice: a unique-id that went away and comes back may stand for another message.

use std::collections::HashMap;

use otomo_domain::account::AccountId;
use otomo_domain::ports::Numbered;
use otomo_domain::sync::{Folder, FolderRole};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::folder::{self, FolderId};

pub(crate) const CREATE: &str = "
CREATE TABLE uidl_book (
    folder INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    validity INTEGER NOT NULL,
    next INTEGER NOT NULL,
    lost INTEGER NOT NULL DEFAULT 0,
    lost_at INTEGER
) STRICT;
CREATE TABLE uidl (
    folder INTEGER NOT NULL REFERENCES uidl_book (folder) ON DELETE CASCADE,
    unique_id TEXT NOT NULL,
    uid INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (folder, unique_id)
) STRICT, WITHOUT ROWID;
";

/// Messages that were listed, and gone before they were fetched: somebody else takes mail out of the mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    pub count: u32,
    /// When the last of them was found gone.
    pub last_at: Option<Timestamp>,
}

/// The book of a folder.
struct Book {
    folder: FolderId,
    validity: u32,
    next: u32,
}

/// A message that the server had the last time.
struct Entry {
    uid: u32,
    missed: bool,
}

/// The numbers of these messages, which are all that the server has, in its order: those they have, and the next ones.
pub fn number(
    db: &Connection,
    account: AccountId,
    unique_ids: &[String],
    now: Timestamp,
) -> rusqlite::Result<Numbered> {
    let mut book = open(db, account, now)?;
    let mut before = entries(db, book.folder)?;
    let mut present: HashMap<&str, u32> = HashMap::with_capacity(unique_ids.len());
    let mut new = Vec::new();
    for id in unique_ids.iter().map(String::as_str) {
        match before.remove(id) {
            Some(Entry { uid, missed: false }) => drop(present.insert(id, uid)),
            // It is there after all: with a new number it is fetched again.
            Some(Entry { missed: true, .. }) => new.push(id),
            None if present.contains_key(id) => {}
            None => new.push(id),
        }
    }
    note_gone(db, &book, before, now)?;
    if u32::try_from(new.len()).ok().and_then(|count| book.next.checked_add(count)).is_none() {
        book = begin_anew(db, &book, now)?;
        (new, present) = (unique_ids.iter().map(String::as_str).collect(), HashMap::new());
    }
    let mut add = db.prepare_cached("INSERT OR REPLACE INTO uidl (folder, unique_id, uid) VALUES (?1, ?2, ?3)")?;
    for id in new {
        if !present.contains_key(id) {
            add.execute(params![book.folder.0, id, book.next])?;
            present.insert(id, book.next);
            book.next = book.next.saturating_add(1);
        }
    }
    db.prepare_cached("UPDATE uidl_book SET next = ?2 WHERE folder = ?1 AND next <> ?2")?
        .execute(params![book.folder.0, book.next])?;
    let uids = unique_ids.iter().filter_map(|id| present.get(id.as_str()).copied()).collect();
    Ok(Numbered { validity: book.validity, uids, next: book.next })
}

/// A message was not there any more when it was fetched.
pub fn missed(db: &Connection, account: AccountId, uid: u32) -> rusqlite::Result<()> {
    let sql = "UPDATE uidl SET missed = 1 WHERE uid = ?2 AND folder IN (SELECT id FROM folder WHERE account = ?1)";
    db.prepare_cached(sql)?.execute(params![account.0, uid]).map(drop)
}

/// How many messages of an account went away before they were fetched, since its book was begun.
pub fn lost(db: &Connection, account: AccountId) -> rusqlite::Result<Lost> {
    let sql =
        "SELECT lost, lost_at FROM uidl_book JOIN folder ON folder.id = uidl_book.folder WHERE folder.account = ?1";
    let lost = db.prepare_cached(sql)?.query_row([account.0], |row| {
        Ok(Lost { count: row.get(0)?, last_at: row.get::<_, Option<i64>>(1)?.map(Timestamp) })
    });
    Ok(lost.optional()?.unwrap_or_default())
}

/// The account's book, begun if there is none.
fn open(db: &Connection, account: AccountId, now: Timestamp) -> rusqlite::Result<Book> {
    let inbox = Folder { name: "INBOX".into(), role: FolderRole::Inbox };
    let folder = folder::ensure(db, account, &inbox)?;
    let sql = "INSERT OR IGNORE INTO uidl_book (folder, validity, next) VALUES (?1, ?2, 1)";
    db.prepare_cached(sql)?.execute(params![folder.0, validity(now)])?;
    let sql = "SELECT validity, next FROM uidl_book WHERE folder = ?1";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_row([folder.0], |row| Ok(Book { folder, validity: row.get(0)?, next: row.get(1)? }))
}

/// A number that no earlier book had: seconds since 1970, never 0 (RFC 9051 §2.3.1.1).
fn validity(now: Timestamp) -> u32 {
    u32::try_from(now.0 / 1000).unwrap_or(u32::MAX).max(1)
}

/// Numbers are used up.
fn begin_anew(db: &Connection, book: &Book, now: Timestamp) -> rusqlite::Result<Book> {
    let validity = validity(now).max(book.validity.saturating_add(1));
    db.prepare_cached("DELETE FROM uidl WHERE folder = ?1")?.execute([book.folder.0])?;
    let sql = "UPDATE uidl_book SET validity = ?2 WHERE folder = ?1";
    db.prepare_cached(sql)?.execute(params![book.folder.0, validity])?;
    Ok(Book { folder: book.folder, validity, next: 1 })
}

fn entries(db: &Connection, folder: FolderId) -> rusqlite::Result<HashMap<String, Entry>> {
    let mut statement = db.prepare_cached("SELECT unique_id, uid, missed FROM uidl WHERE folder = ?1")?;
    let rows =
        statement.query_map([folder.0], |row| Ok((row.get(0)?, Entry { uid: row.get(1)?, missed: row.get(2)? })))?;
    rows.collect()
}

/// Forgets messages that the server has no more, and counts those that were never fetched.
fn note_gone(db: &Connection, book: &Book, gone: HashMap<String, Entry>, now: Timestamp) -> rusqlite::Result<()> {
    let cursor = folder::cursor(db, book.folder)?;
    let mut kept = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM copy WHERE folder = ?1 AND uid = ?2)")?;
    let mut forget = db.prepare_cached("DELETE FROM uidl WHERE folder = ?1 AND unique_id = ?2")?;
    let mut lost = 0_u32;
    for (id, Entry { uid, missed }) in gone {
        let waiting = match cursor {
            None => true,
            // Another server was read meanwhile: of what was fetched here nothing is known any more.
            Some(cursor) if cursor.uid_validity != book.validity => false,
            // What the cursor has passed is kept, or was not wanted.
            Some(cursor) => !(cursor.low..cursor.high).contains(&uid),
        };
        if (missed || waiting) && !kept.query_row(params![book.folder.0, uid], |row| row.get::<_, bool>(0))? {
            lost = lost.saturating_add(1);
        }
        forget.execute(params![book.folder.0, id])?;
    }
    if lost > 0 {
        let sql = "UPDATE uidl_book SET lost = min(lost + ?2, 4294967295), lost_at = ?3 WHERE folder = ?1";
        db.prepare_cached(sql)?.execute(params![book.folder.0, lost, now.0])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
