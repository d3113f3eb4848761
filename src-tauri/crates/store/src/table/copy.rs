//! `copy`: where on the servers a mail lies, by its UIDs. One mail may lie in several folders; their names are in `place`.

use std::collections::HashSet;

use otomo_domain::sync::Window;
use rusqlite::{Connection, params};

use super::folder::FolderId;
use super::mail::MailRow;

pub(crate) const CREATE: &str = "
CREATE TABLE copy (
    folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_mail ON copy (mail);
";

pub fn add(db: &Connection, folder: FolderId, uid: u32, mail: MailRow) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO copy (folder, uid, mail) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![folder.0, uid, mail.0]).map(drop)
}

/// The UIDs of a folder in `window` whose mail is here.
pub fn known(db: &Connection, folder: FolderId, window: Window) -> rusqlite::Result<HashSet<u32>> {
    let sql = "SELECT uid FROM copy WHERE folder = ?1 AND uid >= ?2 AND uid < ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![folder.0, window.from, window.to], |row| row.get(0))?;
    rows.collect()
}

/// Forgets where a folder's mail lies, not the mail: its UIDs mean nothing any more.
pub fn forget_folder(db: &Connection, folder: FolderId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM copy WHERE folder = ?1")?.execute([folder.0]).map(drop)
}
