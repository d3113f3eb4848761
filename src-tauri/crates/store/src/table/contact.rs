//! `contact`, `contact_address`, `feed`: the CRM's contact index on this computer, and how fresh it is.

use std::collections::{BTreeSet, HashMap};

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::connector::ContactPage;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::matching::Hit;
use otomo_domain::search::{self, Fit, Query};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{json_opt, to_json, to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    parent TEXT,
    generation INTEGER NOT NULL,
    UNIQUE (connection, kind, record)
) STRICT;
CREATE TABLE contact_address (
    address TEXT NOT NULL,
    contact INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    PRIMARY KEY (address, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_address_contact ON contact_address (contact);
CREATE TABLE feed (
    connection INTEGER PRIMARY KEY,
    cursor TEXT NOT NULL,
    generation INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL
) STRICT;
";

/// What a record is found by (`otomo_domain::search::index`); empty until it has been made.
pub(crate) const ADD_SEARCH: &str = "
ALTER TABLE contact ADD COLUMN search TEXT NOT NULL DEFAULT '';
";

/// Finds those that are still to be made searchable without looking at all the others, page after page.
pub(crate) const FIND_UNSEARCHABLE: &str =
    "CREATE INDEX contact_unsearchable ON contact (connection) WHERE search = '';";

/// How far a connection's contact index has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    pub cursor: String,
    /// Counts full listings; contacts of an older one are gone when a newer is complete.
    pub generation: i64,
    /// The last page had no next one.
    pub complete: bool,
    pub refreshed_at: Timestamp,
}

pub fn feed(db: &Connection, connection: ConnectionId) -> rusqlite::Result<Option<Feed>> {
    let sql = "SELECT cursor, generation, complete, refreshed_at FROM feed WHERE connection = ?1";
    db.prepare_cached(sql)?
        .query_row([connection.0], |row| {
            let refreshed_at = Timestamp(row.get(3)?);
            Ok(Feed { cursor: row.get(0)?, generation: row.get(1)?, complete: row.get(2)?, refreshed_at })
        })
        .optional()
}

/// Takes a page in, and moves the cursor. Returns the addresses whose matches may have changed.
pub fn take_page(
    db: &Connection,
    connection: ConnectionId,
    page: &ContactPage,
    at: Timestamp,
) -> rusqlite::Result<BTreeSet<Address>> {
    let before = feed(db, connection)?.map_or(0, |feed| feed.generation);
    let generation = if page.starts_over { before + 1 } else { before.max(1) };
    let mut changed = BTreeSet::new();
    for contact in &page.contacts {
        changed.extend(upsert(db, connection, contact, generation)?);
    }
    for record in &page.gone {
        changed.extend(remove(db, connection, record)?);
    }
    if !page.has_more {
        for record in older_than(db, connection, generation)? {
            changed.extend(remove(db, connection, &record)?);
        }
    }
    make_searchable(db, connection, AT_ONCE)?;
    let sql = "INSERT OR REPLACE INTO feed (connection, cursor, generation, complete, refreshed_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![connection.0, page.cursor, generation, !page.has_more, at.0])?;
    Ok(changed)
}

/// Takes a single contact in, as the CRM gave it just now. Returns the addresses whose matches may have changed.
pub fn take_one(db: &Connection, connection: ConnectionId, contact: &Contact) -> rusqlite::Result<Vec<Address>> {
    let generation = feed(db, connection)?.map_or(1, |feed| feed.generation);
    upsert(db, connection, contact, generation)
}

/// How many records that were kept before there was a search are made searchable with a page.
const AT_ONCE: usize = 20_000;

fn make_searchable(db: &Connection, connection: ConnectionId, limit: usize) -> rusqlite::Result<()> {
    let sql = "SELECT id, name FROM contact WHERE connection = ?1 AND search = '' LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![connection.0, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (id, name) in rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        let text = search::index(&name, &addresses(db, id)?);
        db.prepare_cached("UPDATE contact SET search = ?2 WHERE id = ?1")?.execute(params![id, text])?;
    }
    Ok(())
}

/// Adds or replaces a contact; the addresses it had or has, unless neither they nor its name or company changed.
fn upsert(
    db: &Connection,
    connection: ConnectionId,
    contact: &Contact,
    generation: i64,
) -> rusqlite::Result<Vec<Address>> {
    let before = get(db, connection, &contact.record)?;
    let differs = before.as_ref().is_some_and(|was| was.name != contact.name || was.parent != contact.parent);
    let old = before.map(|was| was.emails).unwrap_or_default();
    let sql = "INSERT INTO contact (connection, kind, record, name, url, parent, generation, search)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (connection, kind, record) DO UPDATE SET name = excluded.name, url = excluded.url,
                   parent = excluded.parent, generation = excluded.generation, search = excluded.search
               RETURNING id";
    let parent = contact.parent.as_ref().map(to_json).transpose()?;
    let (kind, record) = (to_word(&contact.record.kind)?, &contact.record.id);
    let found_by = search::index(&contact.name, &contact.emails);
    let values = params![connection.0, kind, record, contact.name, contact.url, parent, generation, found_by];
    let id: i64 = db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    if old == contact.emails {
        return Ok(if differs { old } else { Vec::new() });
    }
    db.prepare_cached("DELETE FROM contact_address WHERE contact = ?1")?.execute([id])?;
    let mut add =
        db.prepare_cached("INSERT OR IGNORE INTO contact_address (address, contact, rank) VALUES (?1, ?2, ?3)")?;
    for (rank, address) in contact.emails.iter().enumerate() {
        add.execute(params![address.as_str(), id, rank])?;
    }
    Ok(old.into_iter().chain(contact.emails.iter().cloned()).collect())
}

fn row_of(db: &Connection, connection: ConnectionId, record: &RecordRef) -> rusqlite::Result<Option<(i64, String)>> {
    let sql = "SELECT id, name FROM contact WHERE connection = ?1 AND kind = ?2 AND record = ?3";
    db.prepare_cached(sql)?
        .query_row(params![connection.0, to_word(&record.kind)?, record.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn addresses(db: &Connection, contact: i64) -> rusqlite::Result<Vec<Address>> {
    let mut statement = db.prepare_cached("SELECT address FROM contact_address WHERE contact = ?1 ORDER BY rank")?;
    let rows = statement.query_map([contact], |row| row.get::<_, String>(0))?;
    rows.filter_map(|text| text.map(|t| Address::parse(&t)).transpose()).collect()
}

fn remove(db: &Connection, connection: ConnectionId, record: &RecordRef) -> rusqlite::Result<Vec<Address>> {
    let Some((id, _)) = row_of(db, connection, record)? else { return Ok(Vec::new()) };
    let freed = addresses(db, id)?;
    db.prepare_cached("DELETE FROM contact WHERE id = ?1")?.execute([id])?;
    Ok(freed)
}

fn older_than(db: &Connection, connection: ConnectionId, generation: i64) -> rusqlite::Result<Vec<RecordRef>> {
    let mut statement =
        db.prepare_cached("SELECT kind, record FROM contact WHERE connection = ?1 AND generation < ?2")?;
    let rows = statement
        .query_map([connection.0, generation], |row| Ok(RecordRef { kind: word(row, 0)?, id: row.get(1)? }))?;
    rows.collect()
}

/// The records of a connection that have this address.
pub fn hits(db: &Connection, connection: ConnectionId, address: &Address) -> rusqlite::Result<Vec<Hit>> {
    let sql =
        "SELECT c.kind, c.record, c.name, a.rank, c.parent FROM contact_address a JOIN contact c ON c.id = a.contact
               WHERE a.address = ?1 AND c.connection = ?2 ORDER BY a.rank, c.id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![address.as_str(), connection.0], |row| {
        let record = RecordRef { kind: word(row, 0)?, id: row.get(1)? };
        Ok(Hit { record, name: row.get(2)?, primary: row.get::<_, i64>(3)? == 0, company: json_opt(row, 4)? })
    })?;
    rows.collect()
}

/// The name of a record, if the index has it.
pub fn name_of(db: &Connection, connection: ConnectionId, record: &RecordRef) -> rusqlite::Result<Option<String>> {
    Ok(row_of(db, connection, record)?.map(|(_, name)| name))
}

/// The name of the company that a record belongs to.
pub fn company_of(db: &Connection, connection: ConnectionId, record: &RecordRef) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT parent FROM contact WHERE connection = ?1 AND kind = ?2 AND record = ?3";
    let parent: Option<RecordRef> = db
        .prepare_cached(sql)?
        .query_row(params![connection.0, to_word(&record.kind)?, record.id], |row| json_opt(row, 0))
        .optional()?
        .flatten();
    parent.map_or(Ok(None), |company| name_of(db, connection, &company))
}

/// The record as the index has it.
pub fn get(db: &Connection, connection: ConnectionId, record: &RecordRef) -> rusqlite::Result<Option<Contact>> {
    row_of(db, connection, record)?.map(|(id, _)| by_id(db, id)).transpose()
}

fn by_id(db: &Connection, id: i64) -> rusqlite::Result<Contact> {
    let sql = "SELECT id, kind, record, name, url, parent FROM contact WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id], |row| read(db, row))
}

/// Records that fit what was typed, the best first, each with its company's name. Asks this computer only.
pub fn search(
    db: &Connection,
    connection: ConnectionId,
    query: &Query,
    limit: usize,
) -> rusqlite::Result<Vec<(Contact, Option<String>)>> {
    let companies = companies(db, connection)?;
    let mut found: Vec<(Fit, String, i64)> = Vec::new();
    let mut statement = db.prepare_cached("SELECT id, name, search, parent FROM contact WHERE connection = ?1")?;
    let mut rows = statement.query([connection.0])?;
    while let Some(row) = rows.next()? {
        let parent: Option<String> = row.get(3)?;
        let company = parent.and_then(|parent| companies.get(&parent)).map_or("", String::as_str);
        if let Some(fit) = query.fit(row.get_ref(2)?.as_str()?, company) {
            found.push((fit, row.get(1)?, row.get(0)?));
        }
        // Whoever types one letter finds nearly everybody; only the best are kept.
        if found.len() > limit.saturating_mul(20).max(1000) {
            keep_best(&mut found, limit);
        }
    }
    keep_best(&mut found, limit);
    let whole = |(_, _, id): (Fit, String, i64)| {
        let contact = by_id(db, id)?;
        let company = contact.parent.as_ref().map_or(Ok(None), |company| name_of(db, connection, company))?;
        Ok((contact, company))
    };
    found.into_iter().map(whole).collect()
}

fn keep_best(found: &mut Vec<(Fit, String, i64)>, limit: usize) {
    found.sort_unstable();
    found.truncate(limit);
}

/// What each company is found by, by its reference as it stands in its people's rows.
fn companies(db: &Connection, connection: ConnectionId) -> rusqlite::Result<HashMap<String, String>> {
    let sql = "SELECT kind, record, search FROM contact WHERE connection = ?1 AND kind = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![connection.0, to_word(&RecordType::Company)?], |row| {
        Ok((RecordRef { kind: word(row, 0)?, id: row.get(1)? }, row.get(2)?))
    })?;
    rows.map(|row| row.and_then(|(record, text)| Ok((to_json(&record)?, text)))).collect()
}

fn read(db: &Connection, row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        record: RecordRef { kind: word(row, 1)?, id: row.get(2)? },
        name: row.get(3)?,
        emails: addresses(db, row.get(0)?)?,
        url: row.get(4)?,
        parent: json_opt(row, 5)?,
    })
}

pub fn count(db: &Connection, connection: ConnectionId) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT count(*) FROM contact WHERE connection = ?1")?.query_row([connection.0], |row| row.get(0))
}

/// Forgets so many contacts of a connection, and with the last of them how far its index has come. False at the end.
pub fn forget(db: &Connection, connection: ConnectionId, limit: usize) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM contact WHERE id IN (SELECT id FROM contact WHERE connection = ?1 LIMIT ?2)";
    if db.prepare_cached(sql)?.execute(params![connection.0, limit])? > 0 {
        return Ok(true);
    }
    db.prepare_cached("DELETE FROM feed WHERE connection = ?1")?.execute([connection.0])?;
    Ok(false)
}

#[cfg(test)]
mod tests;
