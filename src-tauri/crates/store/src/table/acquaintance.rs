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

/// Forgets whom the rep knows at a connection.
pub fn forget(db: &Connection, connection: ConnectionId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM acquaintance WHERE connection = ?1")?.execute([connection.0]).map(drop)
}

/// Whether somebody is known. Asked of a cache connection, which has the ledger attached.
pub fn is_known(db: &Connection, connection: ConnectionId, address: &Address) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM acquaintance WHERE connection = ?1 AND address = ?2)";
    db.prepare_cached(sql)?.query_row(params![connection.0, address.as_str()], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{address, ledger, store};

    #[tokio::test]
    async fn somebody_is_met_once_at_each_connection() {
        let (_home, store) = store();
        let (here, there) = (ConnectionId(1), ConnectionId(2));
        let (a, b) = (address("a@x.jp"), address("b@x.jp"));
        let (people, known) = ([a.clone(), b.clone()], a.clone());
        let met = ledger(&store, move |db| {
            Ok([meet(db, here, &people[..1])?, meet(db, here, &people)?, meet(db, there, &people[..1])?])
        });
        assert_eq!(met.await, [vec![a.clone()], vec![b], vec![a]]);
        let seen =
            store.cache.read(move |db| Ok([here, there, ConnectionId(3)].map(|at| is_known(db, at, &known).ok())));
        assert_eq!(seen.await.expect("a look"), [Some(true), Some(true), Some(false)]);
    }
}
