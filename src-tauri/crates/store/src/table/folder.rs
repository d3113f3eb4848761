//! `folder`: what is captured of an account, and how far.

use otomo_domain::account::AccountId;
use otomo_domain::sync::{Cursor, Folder};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::column::{to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    uid_validity INTEGER,
    low INTEGER,
    high INTEGER,
    captured_at INTEGER,
    UNIQUE (account, name)
) STRICT;
";

/// Row number of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FolderId(pub i64);

/// A folder with its state.
#[derive(Clone, Debug)]
pub struct FolderRow {
    pub id: FolderId,
    pub account: AccountId,
    pub folder: Folder,
    pub captured_at: Option<Timestamp>,
}

/// The folder's row, made if it is new.
pub fn ensure(db: &Connection, account: AccountId, folder: &Folder) -> rusqlite::Result<FolderId> {
    let sql = "INSERT INTO folder (account, name, role) VALUES (?1, ?2, ?3)
               ON CONFLICT (account, name) DO UPDATE SET role = excluded.role RETURNING id";
    db.prepare_cached(sql)?
        .query_row(params![account.0, folder.name, to_word(&folder.role)?], |row| row.get(0))
        .map(FolderId)
}

/// How far the folder has been fetched; `None` if never.
pub fn cursor(db: &Connection, folder: FolderId) -> rusqlite::Result<Option<Cursor>> {
    let sql = "SELECT uid_validity, low, high FROM folder WHERE id = ?1 AND uid_validity IS NOT NULL";
    db.prepare_cached(sql)?
        .query_row([folder.0], |row| Ok(Cursor { uid_validity: row.get(0)?, low: row.get(1)?, high: row.get(2)? }))
        .optional()
}

/// Moves the cursor and notes when.
pub fn set_cursor(db: &Connection, folder: FolderId, cursor: Cursor, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE folder SET uid_validity = ?2, low = ?3, high = ?4, captured_at = ?5 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![folder.0, cursor.uid_validity, cursor.low, cursor.high, at.0]).map(drop)
}

pub fn of_account(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<FolderRow>> {
    let sql = "SELECT id, name, role, captured_at FROM folder WHERE account = ?1 ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([account.0], |row| {
        let folder = Folder { name: row.get(1)?, role: word(row, 2)? };
        let captured_at = row.get::<_, Option<i64>>(3)?.map(Timestamp);
        Ok(FolderRow { id: FolderId(row.get(0)?), account, folder, captured_at })
    })?;
    rows.collect()
}

/// Lets the past of an account's folders be gone through again: mail may be wanted that was left out.
pub fn rewind(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    let sql = "UPDATE folder SET low = high WHERE account = ?1 AND uid_validity IS NOT NULL";
    db.prepare_cached(sql)?.execute([account.0]).map(drop)
}

/// Forgets the folders of an account, and where its mail lies.
pub fn forget_account(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM folder WHERE account = ?1")?.execute([account.0]).map(drop)
}
