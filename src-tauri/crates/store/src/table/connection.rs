//! `connection`: the CRMs the rep connected, and what they last said of themselves.

use otomo_domain::account::{Connection as CrmConnection, ConnectionId, ConnectionStatus};
use otomo_domain::connector::Identity;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{json, json_opt, to_json, to_word, word};

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

pub fn list(db: &Connection) -> rusqlite::Result<Vec<CrmConnection>> {
    let mut statement =
        db.prepare_cached("SELECT id, kind, name, settings, status, created_at FROM connection ORDER BY id")?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}

pub fn get(db: &Connection, id: ConnectionId) -> rusqlite::Result<Option<CrmConnection>> {
    let sql = "SELECT id, kind, name, settings, status, created_at FROM connection WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id.0], read).optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<CrmConnection> {
    Ok(CrmConnection {
        id: ConnectionId(row.get(0)?),
        kind: row.get(1)?,
        name: row.get(2)?,
        settings: json(row, 3)?,
        status: word(row, 4)?,
        created_at: Timestamp(row.get(5)?),
    })
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
