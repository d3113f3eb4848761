//! `connection`: the CRMs the rep connected, and what they last said of themselves.

use otomo_domain::account::{Captures, Connection as CrmConnection, ConnectionId, ConnectionStatus, Stay};
use otomo_domain::connector::Identity;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{json, json_opt, to_json, to_word, word, word_opt};

pub(crate) const CREATE: &str = "
CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    status TEXT NOT NULL,
    identity TEXT
) STRICT;
";

/// When it was connected. Of the first ones nobody noted it.
pub(crate) const ADD_CREATION: &str = "ALTER TABLE connection ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;";

/// How it goes, and what the rep said of the CRM's own capture. A row is never removed: what was decided names it.
pub(crate) const ADD_STAY: &str = "
ALTER TABLE connection ADD COLUMN stay TEXT NOT NULL DEFAULT 'connected';
ALTER TABLE connection ADD COLUMN captures TEXT;
";

pub fn add(
    db: &Connection,
    kind: &str,
    name: &str,
    settings: &serde_json::Value,
    identity: &Identity,
    now: Timestamp,
) -> rusqlite::Result<ConnectionId> {
    let sql =
        "INSERT INTO connection (kind, name, settings, status, identity, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let status = to_word(&ConnectionStatus::Active)?;
    let values = params![kind, name, to_json(settings)?, status, to_json(identity)?, now.0];
    db.prepare_cached(sql)?.execute(values)?;
    Ok(ConnectionId(db.last_insert_rowid()))
}

const COLUMNS: &str = "id, kind, name, settings, status, created_at, stay, captures";

/// Those that stay.
pub fn list(db: &Connection) -> rusqlite::Result<Vec<CrmConnection>> {
    that(db, "stay = 'connected'")
}

/// Those that go, or have gone.
pub fn former(db: &Connection) -> rusqlite::Result<Vec<CrmConnection>> {
    that(db, "stay <> 'connected'")
}

fn that(db: &Connection, holds: &str) -> rusqlite::Result<Vec<CrmConnection>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM connection WHERE {holds} ORDER BY id"))?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}

/// One that has not gone.
pub fn get(db: &Connection, id: ConnectionId) -> rusqlite::Result<Option<CrmConnection>> {
    let sql = format!("SELECT {COLUMNS} FROM connection WHERE id = ?1 AND stay <> 'gone'");
    db.prepare_cached(&sql)?.query_row([id.0], read).optional()
}

/// Whether new mail may be shared to it.
pub fn is_connected(db: &Connection, id: ConnectionId) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM connection WHERE id = ?1 AND stay = 'connected')";
    db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0))
}

fn read(row: &Row<'_>) -> rusqlite::Result<CrmConnection> {
    Ok(CrmConnection {
        id: ConnectionId(row.get(0)?),
        kind: row.get(1)?,
        name: row.get(2)?,
        settings: json(row, 3)?,
        status: word(row, 4)?,
        created_at: Timestamp(row.get(5)?),
        stay: word(row, 6)?,
        captures: word_opt(row, 7)?,
    })
}

pub fn set_name(db: &Connection, id: ConnectionId, name: &str) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE connection SET name = ?2 WHERE id = ?1")?.execute(params![id.0, name]).map(drop)
}

pub fn set_captures(db: &Connection, id: ConnectionId, captures: Captures) -> rusqlite::Result<()> {
    let sql = "UPDATE connection SET captures = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.0, to_word(&captures)?]).map(drop)
}

pub fn set_stay(db: &Connection, id: ConnectionId, stay: Stay) -> rusqlite::Result<()> {
    let sql = "UPDATE connection SET stay = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.0, to_word(&stay)?]).map(drop)
}

/// Forgets all but its kind and its name.
pub fn forget(db: &Connection, id: ConnectionId) -> rusqlite::Result<()> {
    let sql = "UPDATE connection SET stay = 'gone', settings = '{}', identity = NULL, captures = NULL WHERE id = ?1";
    db.prepare_cached(sql)?.execute([id.0]).map(drop)
}

pub fn set_status(db: &Connection, id: ConnectionId, status: ConnectionStatus) -> rusqlite::Result<bool> {
    let sql = "UPDATE connection SET status = ?2 WHERE id = ?1 AND status <> ?2";
    db.prepare_cached(sql)?.execute(params![id.0, to_word(&status)?]).map(|rows| rows == 1)
}

/// What the CRM last said of the rep, its limits and the company's policy.
pub fn identity(db: &Connection, id: ConnectionId) -> rusqlite::Result<Option<Identity>> {
    let sql = "SELECT identity FROM connection WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id.0], |row| json_opt(row, 0)).optional().map(Option::flatten)
}

pub fn set_identity(db: &Connection, id: ConnectionId, identity: &Identity) -> rusqlite::Result<()> {
    let sql = "UPDATE connection SET identity = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.0, to_json(identity)?]).map(drop)
}
