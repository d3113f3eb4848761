//! `raw`, `arriving`: the bytes of a mail as the server gave them, in pieces.
//!
//! A piece's row number is `raw << 16 | sequence`: the pieces of a mail lie beside each other in the file, without an
//! index. A large mail's pieces are written as they arrive; they belong to no mail until the last one is there.

use rusqlite::{Connection, params};

pub(crate) const CREATE: &str = "
CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE arriving (
    raw INTEGER PRIMARY KEY
) STRICT;
";

/// The bytes of one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawId(pub i64);

const SEQUENCE_BITS: u32 = 16;

/// Pieces are this large: a page chain short enough to read quickly, and 65,536 of them are 16 GiB.
pub const PIECE: usize = 256 * 1024;

/// The next unused number.
pub fn next_id(db: &Connection) -> rusqlite::Result<RawId> {
    let sql =
        "SELECT 1 + max(coalesce((SELECT max(id) >> 16 FROM raw), 0), coalesce((SELECT max(raw) FROM arriving), 0))";
    db.prepare_cached(sql)?.query_row([], |row| row.get(0).map(RawId))
}

/// Appends pieces, starting at `sequence`; returns the next sequence number. A mail without a byte gets one empty piece:
/// without any its number would be given out again, and it would show another mail's text.
pub fn append(db: &Connection, raw: RawId, mut sequence: u16, bytes: &[u8]) -> rusqlite::Result<u16> {
    let mut statement = db.prepare_cached("INSERT INTO raw (id, bytes) VALUES (?1, ?2)")?;
    for piece in bytes.chunks(PIECE).chain(bytes.is_empty().then_some(bytes)) {
        statement.execute(params![(raw.0 << SEQUENCE_BITS) | i64::from(sequence), piece])?;
        sequence = sequence.saturating_add(1);
    }
    Ok(sequence)
}

/// The whole mail.
pub fn read(db: &Connection, raw: RawId) -> rusqlite::Result<Vec<u8>> {
    let (first, last) = (raw.0 << SEQUENCE_BITS, (raw.0 + 1) << SEQUENCE_BITS);
    let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM raw WHERE id >= ?1 AND id < ?2";
    let size: i64 = db.prepare_cached(sql)?.query_row([first, last], |row| row.get(0))?;
    let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut statement = db.prepare_cached("SELECT bytes FROM raw WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        whole.extend_from_slice(row.get_ref(0)?.as_blob()?);
    }
    Ok(whole)
}

pub fn remove(db: &Connection, raw: RawId) -> rusqlite::Result<()> {
    let (first, last) = (raw.0 << SEQUENCE_BITS, (raw.0 + 1) << SEQUENCE_BITS);
    db.prepare_cached("DELETE FROM raw WHERE id >= ?1 AND id < ?2")?.execute([first, last]).map(drop)
}

/// Starts a large mail that arrives in pieces: it belongs to no mail until [`arrived`].
pub fn begin(db: &Connection) -> rusqlite::Result<RawId> {
    let raw = next_id(db)?;
    db.prepare_cached("INSERT INTO arriving (raw) VALUES (?1)")?.execute([raw.0])?;
    Ok(raw)
}

/// The last piece is there, and a mail owns it.
pub fn arrived(db: &Connection, raw: RawId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM arriving WHERE raw = ?1")?.execute([raw.0]).map(drop)
}

/// Removes what a crash left of large mails that were still arriving.
pub fn remove_unfinished(db: &Connection) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("SELECT raw FROM arriving")?;
    let unfinished: Vec<RawId> = statement.query_map([], |row| row.get(0).map(RawId))?.collect::<Result<_, _>>()?;
    for raw in unfinished {
        remove(db, raw)?;
        arrived(db, raw)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
