//! `secret`: passwords and tokens. The file they stand in is encrypted; no query lists them.

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

/// `owner` is `account:1` or `connection:1`.
pub fn set(db: &Connection, owner: &str, name: &str, value: &SecretString) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO secret (owner, name, value) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute([owner, name, value.expose_secret()]).map(drop)
}

pub fn get(db: &Connection, owner: &str, name: &str) -> rusqlite::Result<Option<SecretString>> {
    let sql = "SELECT value FROM secret WHERE owner = ?1 AND name = ?2";
    db.prepare_cached(sql)?.query_row([owner, name], |row| row.get::<_, String>(0).map(SecretString::from)).optional()
}
