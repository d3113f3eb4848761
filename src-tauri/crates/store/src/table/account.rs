//! `account`: the mailboxes the rep connected.

use otomo_domain::account::{Account, AccountId, ShareMode};
use otomo_domain::address::Address;
use otomo_domain::time::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

use super::setting;
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

/// The setting with the highest number that was given.
const LAST: &str = "last_account";

/// What the rep chose: JSON, no secret.
pub(crate) const ADD_SETTINGS: &str = "ALTER TABLE account ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';";

/// Saves a new account; its number and whether it is paused don't count.
pub fn add(db: &Connection, account: &Account) -> rusqlite::Result<AccountId> {
    let id = next_id(db)?;
    setting::set(db, LAST, &id.to_string())?;
    let sql = "INSERT INTO account (id, address, source, import_since, connected_at, settings)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    db.prepare_cached(sql)?.execute(params![
        id,
        account.address.as_str(),
        to_json(&account.source)?,
        account.import_since.map(|t| t.0),
        account.connected_at.0,
        to_json(&account.settings)?,
    ])?;
    Ok(AccountId(id))
}

/// Numbers are not given again: the cache may still have mail of an account that was removed.
fn next_id(db: &Connection) -> rusqlite::Result<i64> {
    let last: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM account", [], |row| row.get(0))?;
    let given = setting::get(db, LAST)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(last.max(given) + 1)
}

/// Writes what may be changed of an account: where its mail comes from, since when, and its settings. False if it is gone.
pub fn change(db: &Connection, account: &Account) -> rusqlite::Result<bool> {
    let sql = "UPDATE account SET source = ?2, import_since = ?3, settings = ?4 WHERE id = ?1";
    let values = params![
        account.id.0,
        to_json(&account.source)?,
        account.import_since.map(|t| t.0),
        to_json(&account.settings)?
    ];
    db.prepare_cached(sql)?.execute(values).map(|rows| rows == 1)
}

pub fn remove(db: &Connection, id: AccountId) -> rusqlite::Result<bool> {
    db.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([id.0]).map(|rows| rows == 1)
}

pub fn list(db: &Connection) -> rusqlite::Result<Vec<Account>> {
    let sql = "SELECT id, address, source, import_since, connected_at, paused, settings FROM account ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}

pub fn get(db: &Connection, id: AccountId) -> rusqlite::Result<Option<Account>> {
    let sql = "SELECT id, address, source, import_since, connected_at, paused, settings FROM account WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id.0], read).optional()
}

pub fn with_address(db: &Connection, address: &Address) -> rusqlite::Result<Option<AccountId>> {
    let sql = "SELECT id FROM account WHERE address = ?1";
    db.prepare_cached(sql)?.query_row([address.as_str()], |row| row.get(0).map(AccountId)).optional()
}

/// Counts a decision of the rep about mail of an account, as far as it matters. True if it was the last one that had to be
/// asked about: from now on, and for what arrives from now on, the mode holds. `set` is the mode that the policy sets.
pub fn count_decided(db: &Connection, id: AccountId, set: Option<ShareMode>, at: Timestamp) -> rusqlite::Result<bool> {
    let Some(mut account) = get(db, id)?.filter(|account| account.settings.practice_left() > 0) else {
        return Ok(false);
    };
    account.settings.decided += 1;
    let mode = set.or(account.settings.share_mode);
    let practised = account.settings.practice_left() == 0 && mode == Some(ShareMode::Share);
    if practised {
        account.settings.mode_since = Some(at);
    }
    change(db, &account)?;
    Ok(practised)
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
        settings: json(row, 6)?,
    })
}
