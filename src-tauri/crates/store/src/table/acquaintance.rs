//! `acquaintance`: who was in mail that the rep has decided on. Nobody else is known: the first mail with them is asked about.

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use rusqlite::{Connection, params};

pub(crate) const CREATE: &str = "
CREATE TABLE acquaintance (
    connection INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (connection, address)
) STRICT, WITHOUT ROWID;
";

/// Notes people; those who were not known.
pub fn meet(db: &Connection, connection: ConnectionId, people: &[Address]) -> rusqlite::Result<Vec<Address>> {
    let sql = "INSERT OR IGNORE INTO acquaintance (connection, address) VALUES (?1, ?2)";
    let mut statement = db.prepare_cached(sql)?;
    let mut new = Vec::new();
    for address in people {
        if statement.execute(params![connection.0, address.as_str()])? == 1 {
            new.push(address.clone());
        }
    }
    Ok(new)
}

/// Whether somebody is known. Asked of a cache connection, which has the ledger attached.
pub fn is_known(db: &Connection, connection: ConnectionId, address: &Address) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM acquaintance WHERE connection = ?1 AND address = ?2)";
    db.prepare_cached(sql)?.query_row(params![connection.0, address.as_str()], |row| row.get(0))
}
