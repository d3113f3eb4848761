//! `outbox`, `frozen_file`, `frozen_piece`: the bytes that were released, exactly as they will be sent.
//!
//! A row is written in the transaction that releases a mail, and is the only thing the delivery reads. The key is unique
//! in a connection: two mails that share a Message-ID cannot both go out under it.

use std::io::{Read, Write};

use otomo_domain::digest::Digest;
use otomo_domain::payload::Frozen;
use rusqlite::{Connection, OptionalExtension, params};

use super::review::{ReviewId, Subject};
use crate::error::StoreFault;

pub(crate) const CREATE: &str = "
CREATE TABLE outbox (
    review INTEGER PRIMARY KEY REFERENCES review (id),
    connection INTEGER NOT NULL,
    key BLOB NOT NULL,
    frozen BLOB NOT NULL,
    UNIQUE (connection, key)
) STRICT;
CREATE TABLE frozen_file (
    id INTEGER PRIMARY KEY,
    review INTEGER NOT NULL REFERENCES outbox (review) ON DELETE CASCADE,
    sha256 BLOB NOT NULL,
    UNIQUE (review, sha256)
) STRICT;
CREATE TABLE frozen_piece (
    file INTEGER NOT NULL REFERENCES frozen_file (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (file, sequence)
) STRICT;
";

/// Writes the frozen bytes of a review.
pub fn freeze(db: &Connection, review: ReviewId, subject: &Subject, frozen: &Frozen) -> Result<(), StoreFault> {
    let key = subject.mail.key.0;
    drop_row(db, review)?;
    if super::review::key_is_taken(db, subject)? {
        return Err(StoreFault::KeyTaken);
    }
    let sql = "INSERT INTO outbox (review, connection, key, frozen) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![review.0, subject.connection.0, key.as_bytes(), frozen.bytes])?;
    Ok(())
}

pub fn frozen(db: &Connection, review: ReviewId) -> rusqlite::Result<Vec<u8>> {
    db.prepare_cached("SELECT frozen FROM outbox WHERE review = ?1")?.query_row([review.0], |row| row.get(0))
}

/// What was frozen of a review, if it has been released.
pub fn frozen_if_any(db: &Connection, review: ReviewId) -> rusqlite::Result<Option<Vec<u8>>> {
    frozen(db, review).optional()
}

/// Removes the row and its files.
pub fn drop_row(db: &Connection, review: ReviewId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM outbox WHERE review = ?1")?.execute([review.0]).map(drop)
}

/// Removes the files of a mail that has arrived; the frozen text stays as the record of what was sent.
pub fn drop_files(db: &Connection, review: ReviewId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM frozen_file WHERE review = ?1")?.execute([review.0]).map(drop)
}

const PIECE: usize = 256 * 1024;

/// Writes a file into the outbox, piece by piece.
pub struct FileWriter<'a> {
    db: &'a Connection,
    file: i64,
    sequence: i64,
    buffer: Vec<u8>,
}

impl<'a> FileWriter<'a> {
    pub fn new(db: &'a Connection, review: ReviewId, sha256: &Digest) -> rusqlite::Result<Self> {
        let sql = "INSERT INTO frozen_file (review, sha256) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute(params![review.0, sha256.as_bytes()])?;
        Ok(Self { db, file: db.last_insert_rowid(), sequence: 0, buffer: Vec::with_capacity(PIECE) })
    }
}

impl Write for FileWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.buffer.len());
        self.buffer.extend(bytes.iter().take(taken));
        if self.buffer.len() == PIECE {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO frozen_piece (file, sequence, bytes) VALUES (?1, ?2, ?3)";
        let mut insert = self.db.prepare_cached(sql).map_err(std::io::Error::other)?;
        insert.execute(params![self.file, self.sequence, self.buffer]).map_err(std::io::Error::other)?;
        self.sequence += 1;
        self.buffer.clear();
        Ok(())
    }
}

/// The number of a frozen file.
pub fn file_id(db: &Connection, review: ReviewId, sha256: &Digest) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM frozen_file WHERE review = ?1 AND sha256 = ?2";
    db.prepare_cached(sql)?.query_row(params![review.0, sha256.as_bytes()], |row| row.get(0)).optional()
}

/// One piece of a frozen file; `None` after the last.
pub fn piece(db: &Connection, file: i64, sequence: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM frozen_piece WHERE file = ?1 AND sequence = ?2";
    db.prepare_cached(sql)?.query_row([file, sequence], |row| row.get(0)).optional()
}

/// Reads a frozen file through a function that gets its pieces, so that no connection is held meanwhile.
pub struct FileReader<F> {
    pub next_piece: F,
    pub current: std::io::Cursor<Vec<u8>>,
    pub sequence: i64,
}

impl<F: FnMut(i64) -> std::io::Result<Option<Vec<u8>>>> Read for FileReader<F> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.current.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            let Some(piece) = (self.next_piece)(self.sequence)? else { return Ok(0) };
            self.sequence += 1;
            self.current = std::io::Cursor::new(piece);
        }
    }
}

#[cfg(test)]
mod tests;
