//! `copy`: where on the servers a mail lies. One mail may lie in several folders.

use std::collections::HashSet;

use otomo_domain::sync::Window;
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

/// The mail that lies in the folders whose names say so.
pub fn mails_in(db: &Connection, named: impl Fn(&str) -> bool) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM folder")?;
    let folders = statement.query_map([], |row| Ok((FolderId(row.get(0)?), row.get::<_, String>(1)?)))?;
    let mut mails = db.prepare_cached("SELECT mail FROM copy WHERE folder = ?1")?;
    let mut found = Vec::new();
    for folder in folders {
        let (id, name) = folder?;
        if named(&name) {
            found.append(&mut mails.query_map([id.0], |row| row.get(0).map(MailRow))?.collect::<Result<_, _>>()?);
        }
    }
    Ok(found)
}

/// When a server got the mail first, and the folders it lies in.
pub fn places(db: &Connection, mail: MailRow) -> rusqlite::Result<(Option<Timestamp>, Vec<String>)> {
    let sql = "SELECT c.received_at, f.name FROM copy c JOIN folder f ON f.id = c.folder WHERE c.mail = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([mail.0], |row| Ok((Timestamp(row.get(0)?), row.get(1)?)))?;
    let (times, folders): (Vec<Timestamp>, Vec<String>) =
        rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    Ok((times.into_iter().min(), folders))
}
