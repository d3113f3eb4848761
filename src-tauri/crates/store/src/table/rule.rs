//! `rule`: what the rep said must never be logged, and which domains are the company's own.

use otomo_domain::rules::{Deny, DenyRule, Origin};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, params};

use crate::column::{json, to_json};

pub(crate) const CREATE: &str = "
CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    deny TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;
";

/// The rule's number; the same one if it is there already.
pub fn add(db: &Connection, deny: &Deny, now: Timestamp) -> rusqlite::Result<i64> {
    let sql =
        "INSERT INTO rule (deny, created_at) VALUES (?1, ?2) ON CONFLICT (deny) DO UPDATE SET deny = deny RETURNING id";
    db.prepare_cached(sql)?.query_row(params![to_json(deny)?, now.0], |row| row.get(0))
}

pub fn remove(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("DELETE FROM rule WHERE id = ?1")?.execute([id]).map(|rows| rows == 1)
}

/// With their numbers, which are their origins too.
pub fn list(db: &Connection) -> rusqlite::Result<Vec<(i64, DenyRule)>> {
    let mut statement = db.prepare_cached("SELECT id, deny FROM rule ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let id = row.get(0)?;
        Ok((id, DenyRule { deny: json(row, 1)?, origin: Origin::Rule(id) }))
    })?;
    rows.collect()
}
