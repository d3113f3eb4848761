//! `alias`: addresses that the rep said belong to a record. A CRM that forgets an old address loses its mail; Otomo doesn't.

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::contact::RecordRef;
use otomo_domain::matching::Hit;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, params};

use crate::column::{to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE alias (
    connection INTEGER NOT NULL REFERENCES connection (id),
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (connection, address, kind, record)
) STRICT, WITHOUT ROWID;
";

/// An address that the rep gave to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub connection: ConnectionId,
    pub address: Address,
    pub record: RecordRef,
    /// The record's name as it was then.
    pub name: String,
}

pub fn add(db: &Connection, alias: &Alias, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO alias (connection, address, kind, record, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Alias { connection, address, record, name } = alias;
    let values = params![connection.0, address.as_str(), to_word(&record.kind)?, record.id, name, now.0];
    db.prepare_cached(sql)?.execute(values).map(drop)
}

/// Takes an address away from every record the rep gave it to; true if there was one.
pub fn remove(db: &Connection, connection: ConnectionId, address: &Address) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM alias WHERE connection = ?1 AND address = ?2";
    db.prepare_cached(sql)?.execute(params![connection.0, address.as_str()]).map(|rows| rows > 0)
}

/// Forgets what the rep said of addresses at a connection.
pub fn forget(db: &Connection, connection: ConnectionId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM alias WHERE connection = ?1")?.execute([connection.0]).map(drop)
}

/// The records that the rep gave this address to. Asked of a cache connection, which has the ledger attached.
pub fn hits(db: &Connection, connection: ConnectionId, address: &Address) -> rusqlite::Result<Vec<Hit>> {
    let sql = "SELECT kind, record, name FROM alias WHERE connection = ?1 AND address = ?2 ORDER BY created_at";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![connection.0, address.as_str()], |row| {
        let record = RecordRef { kind: word(row, 0)?, id: row.get(1)? };
        Ok(Hit { record, name: row.get(2)?, primary: false, company: None })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, add_connection, address, ledger, record, store};

    #[tokio::test]
    async fn an_address_leads_to_the_records_that_the_rep_gave_it_to() {
        let (_home, store) = store();
        let old = address("old@x.jp");
        let given =
            |connection, id: &str| Alias { connection, address: old.clone(), record: record(id), name: id.into() };
        let connection = ledger(&store, |db| add_connection(db)).await;
        let aliases = [given(connection, "A"), given(connection, "B"), given(connection, "A")];
        ledger(&store, move |db| Ok(aliases.iter().try_for_each(|alias| add(db, alias, NOW))?)).await;
        let found = async |address: Address| {
            let hits = store.cache.read(move |db| Ok(hits(db, connection, &address)?)).await.expect("hits");
            hits.into_iter().map(|hit| hit.record).collect::<Vec<_>>()
        };
        assert_eq!(found(old.clone()).await, [record("A"), record("B")]);
        assert_eq!(found(address("new@x.jp")).await, []);
        let gone = old.clone();
        let removed = ledger(&store, move |db| Ok((remove(db, connection, &gone)?, remove(db, connection, &gone)?)));
        assert_eq!((removed.await, found(old).await), ((true, false), vec![]));
    }
}
