//! `secret`: passwords and tokens. The file they stand in is encrypted; no list of them leaves the engine.

use otomo_domain::secret::{ExposeSecret, SecretString};
use rusqlite::{Connection, OptionalExtension};

pub(crate) const CREATE: &str = "
CREATE TABLE secret (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
";

/// `owner` is `account:1`, `connection:1`, or `revoke:google`.
pub fn set(db: &Connection, owner: &str, name: &str, value: &SecretString) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO secret (owner, name, value) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute([owner, name, value.expose_secret()]).map(drop)
}

pub fn get(db: &Connection, owner: &str, name: &str) -> rusqlite::Result<Option<SecretString>> {
    let sql = "SELECT value FROM secret WHERE owner = ?1 AND name = ?2";
    db.prepare_cached(sql)?.query_row([owner, name], |row| row.get::<_, String>(0).map(SecretString::from)).optional()
}

pub fn remove(db: &Connection, owner: &str, name: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM secret WHERE owner = ?1 AND name = ?2")?.execute([owner, name]).map(drop)
}

/// Forgets everything of an owner.
pub fn remove_all(db: &Connection, owner: &str) -> rusqlite::Result<usize> {
    db.prepare_cached("DELETE FROM secret WHERE owner = ?1")?.execute([owner])
}

/// What the owners have whose names begin so: owner, name, value.
pub fn of_owners(db: &Connection, prefix: &str) -> rusqlite::Result<Vec<(String, String, SecretString)>> {
    let sql = "SELECT owner, name, value FROM secret WHERE substr(owner, 1, length(?1)) = ?1 ORDER BY owner, name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement
        .query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2).map(SecretString::from)?)))?;
    rows.collect()
}
