//! `audit`: every transition, sealed to the one before. Rows are only ever added.

use otomo_domain::account::ConnectionId;
pub use otomo_domain::audit::Verdict;
use otomo_domain::audit::{Entry, GENESIS, seal};
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::column::digest;

pub(crate) const CREATE: &str = "
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    entry TEXT NOT NULL,
    seal BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit rows are never removed'); END;
";

pub fn append(db: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let sql = "SELECT seq, seal FROM audit ORDER BY seq DESC LIMIT 1";
    let last: Option<(i64, Digest)> =
        db.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, digest(row, 1)?))).optional()?;
    let (seq, previous) = last.unwrap_or((0, GENESIS));
    let text = entry.canonical();
    let sealed = seal(&previous, &text);
    let sql = "INSERT INTO audit (seq, entry, seal) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![seq + 1, text, sealed.as_bytes()]).map(drop)
}

/// Checks every seal, a row at a time.
pub fn verify(db: &Connection) -> rusqlite::Result<Verdict> {
    let mut statement = db.prepare_cached("SELECT entry, seal FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut verdict = Verdict::default();
    while let Some(row) = rows.next()? {
        // Text that is none, or a seal of another length, was not written here: such a row never fits.
        let text = row.get_ref(0)?.as_str().unwrap_or_default();
        verdict.check(text, digest(row, 1).unwrap_or(GENESIS));
    }
    Ok(verdict)
}

/// A row of the trace as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub seq: i64,
    /// The canonical JSON of an [`Entry`].
    pub entry: String,
    pub seal: Digest,
}

/// Up to `limit` rows after the one with this number, oldest first.
pub fn after(db: &Connection, seq: i64, limit: usize) -> rusqlite::Result<Vec<Sealed>> {
    let mut statement = db.prepare_cached("SELECT seq, entry, seal FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let rows = statement.query_map(params![seq, limit], |row| {
        Ok(Sealed { seq: row.get(0)?, entry: row.get(1)?, seal: digest(row, 2)? })
    })?;
    rows.collect()
}

/// What happened to a mail at a connection, oldest first, each with its number. A row that can't be read any more is
/// left out; [`verify`] names it.
pub fn of_mail(db: &Connection, connection: ConnectionId, mail: &MailId) -> rusqlite::Result<Vec<(i64, Entry)>> {
    let mut statement = db.prepare_cached("SELECT seq, entry FROM audit WHERE instr(entry, ?1) > 0 ORDER BY seq")?;
    let rows = statement.query_map([mail.content.to_string()], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (seq, text) = row?;
        let entry = serde_json::from_str(&text).ok();
        found.extend(entry.filter(|e: &Entry| e.connection == connection && e.mail == *mail).map(|entry| (seq, entry)));
    }
    Ok(found)
}

/// The newest entries, newest first.
pub fn latest(db: &Connection, limit: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT entry FROM audit ORDER BY seq DESC LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    rows.collect()
}

#[cfg(test)]
pub(crate) mod tests;
