//! `account`: the mailboxes the rep connected.

use otomo_domain::account::{Account, AccountId, Source};
use otomo_domain::address::Address;
use otomo_domain::time::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

use crate::column::{json, to_json};

pub(crate) const CREATE: &str = "
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    import_since INTEGER,
    connected_at INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0
) STRICT;
";

pub fn add(
    db: &Connection,
    address: &Address,
    source: &Source,
    import_since: Option<Timestamp>,
    now: Timestamp,
) -> rusqlite::Result<AccountId> {
    let sql = "INSERT INTO account (address, source, import_since, connected_at) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![address.as_str(), to_json(source)?, import_since.map(|t| t.0), now.0])?;
    Ok(AccountId(db.last_insert_rowid()))
}

pub fn list(db: &Connection) -> rusqlite::Result<Vec<Account>> {
    let sql = "SELECT id, address, source, import_since, connected_at, paused FROM account ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}

pub fn get(db: &Connection, id: AccountId) -> rusqlite::Result<Option<Account>> {
    let sql = "SELECT id, address, source, import_since, connected_at, paused FROM account WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id.0], read).optional()
}

pub fn with_address(db: &Connection, address: &Address) -> rusqlite::Result<Option<AccountId>> {
    let sql = "SELECT id FROM account WHERE address = ?1";
    db.prepare_cached(sql)?.query_row([address.as_str()], |row| row.get(0).map(AccountId)).optional()
}

pub fn set_paused(db: &Connection, id: AccountId, paused: bool) -> rusqlite::Result<bool> {
    let sql = "UPDATE account SET paused = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.0, paused]).map(|rows| rows == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    let text: String = row.get(1)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        address: Address::parse(&text).ok_or_else(|| Error::InvalidColumnType(1, "address".into(), Type::Text))?,
        source: json(row, 2)?,
        import_since: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        connected_at: Timestamp(row.get(4)?),
        paused: row.get(5)?,
    })
}
