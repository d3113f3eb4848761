//! `copy`: where on the servers a mail lies. One mail may lie in several folders.

use otomo_domain::time::Timestamp;
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

pub fn add(db: &Connection, folder: FolderId, uid: u32, mail: MailRow, received_at: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO copy (folder, uid, mail, received_at) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![folder.0, uid, mail.0, received_at.0]).map(drop)
}

/// Forgets where a folder's mail lies, not the mail: its UIDs mean nothing any more.
pub fn forget_folder(db: &Connection, folder: FolderId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM copy WHERE folder = ?1")?.execute([folder.0]).map(drop)
}
