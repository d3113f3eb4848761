//! `audit`: every transition, sealed to the one before. Rows are only ever added.

use otomo_domain::audit::{Entry, GENESIS, first_break, seal};
use otomo_domain::digest::Digest;
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

/// What a check of the whole trace found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub rows: usize,
    /// The number of the first row that does not fit the one before it.
    pub broken_at: Option<usize>,
    /// The last seal: whoever kept an earlier one can tell that the trace was cut or written anew.
    pub head: Digest,
}

pub fn verify(db: &Connection) -> rusqlite::Result<Verdict> {
    let mut statement = db.prepare("SELECT entry, seal FROM audit ORDER BY seq")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, digest(row, 1)?)))?;
    let rows: Vec<(String, Digest)> = rows.collect::<Result<_, _>>()?;
    let broken_at = first_break(rows.iter().map(|(text, seal)| (text.as_str(), *seal))).map(|index| index + 1);
    Ok(Verdict { rows: rows.len(), broken_at, head: rows.last().map_or(GENESIS, |(_, seal)| *seal) })
}

/// The newest entries, newest first.
pub fn latest(db: &Connection, limit: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT entry FROM audit ORDER BY seq DESC LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    rows.collect()
}

#[cfg(test)]
pub(crate) mod tests;
