//! `participant`: everybody in a mail's header.

use std::collections::BTreeSet;

use otomo_domain::address::{Address, Person};
use otomo_domain::mail::Participant;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

use super::mail::MailRow;
use crate::column::{to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE participant (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (mail, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_address ON participant (address, mail);
";

pub(super) fn add_all(db: &Connection, mail: MailRow, participants: &[Participant]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO participant (mail, position, role, address, name) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = db.prepare_cached(sql)?;
    for (position, p) in participants.iter().enumerate() {
        statement.execute(params![mail.0, position, to_word(&p.role)?, p.person.address.as_str(), p.person.name])?;
    }
    Ok(())
}

/// In header order.
pub fn of_mail(db: &Connection, mail: MailRow) -> rusqlite::Result<Vec<Participant>> {
    let sql = "SELECT role, address, name FROM participant WHERE mail = ?1 ORDER BY position";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([mail.0], |row| {
        Ok(Participant { role: word(row, 0)?, person: Person { address: address(row, 1)?, name: row.get(2)? } })
    })?;
    rows.collect()
}

/// Everybody in every mail, mail by mail, handed to `see`.
pub fn of_all<E: From<Error>>(
    db: &Connection,
    mut see: impl FnMut(MailRow, &[Participant]) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement =
        db.prepare_cached("SELECT mail, role, address, name FROM participant ORDER BY mail, position")?;
    let mut rows = statement.query([])?;
    let (mut mail, mut people) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        let of = MailRow(row.get(0)?);
        if let Some(before) = mail.replace(of).filter(|before| *before != of) {
            see(before, &people)?;
            people.clear();
        }
        let person = Person { address: address(row, 2)?, name: row.get(3)? };
        people.push(Participant { role: word(row, 1)?, person });
    }
    mail.map_or(Ok(()), |last| see(last, &people))
}

/// The author: the first From. Participants stand role by role, From first.
pub fn author(db: &Connection, mail: MailRow) -> rusqlite::Result<Option<Person>> {
    let sql = "SELECT address, name FROM participant WHERE mail = ?1 AND position = 0 AND role = 'from'";
    one(db, sql, mail)
}

/// The first To; where there is none, the first Cc.
pub fn receiver(db: &Connection, mail: MailRow) -> rusqlite::Result<Option<Person>> {
    let sql =
        "SELECT address, name FROM participant WHERE mail = ?1 AND role IN ('to', 'cc') ORDER BY position LIMIT 1";
    one(db, sql, mail)
}

fn one(db: &Connection, sql: &str, mail: MailRow) -> rusqlite::Result<Option<Person>> {
    let read = |row: &Row<'_>| Ok(Person { address: address(row, 0)?, name: row.get(1)? });
    db.prepare_cached(sql)?.query_row([mail.0], read).optional()
}

fn address(row: &Row<'_>, index: usize) -> rusqlite::Result<Address> {
    let text: String = row.get(index)?;
    Address::parse(&text).ok_or_else(|| Error::InvalidColumnType(index, "address".into(), Type::Text))
}

/// The mails that name anybody at this domain, or below it.
pub fn mails_at(db: &Connection, domain: &str) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT DISTINCT mail FROM participant
               WHERE substr(address, -length(?1)) = ?1 AND substr(address, -length(?1) - 1, 1) IN ('@', '.')";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([domain], |row| row.get(0).map(MailRow))?.collect()
}

/// The mails that name an address which may be another writing of a plain one: wide letters, a domain in letters of its
/// own language or in ASCII's for them (RFC 3492), a dot at the end.
pub fn mails_unusual(db: &Connection) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT DISTINCT mail FROM participant WHERE address GLOB '*[^ -~]*' OR address LIKE '%xn--%' OR address LIKE '%.'";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([], |row| row.get(0).map(MailRow))?.collect()
}

/// The mails that name any of these addresses.
pub fn mails_with(db: &Connection, addresses: &BTreeSet<Address>) -> rusqlite::Result<BTreeSet<MailRow>> {
    let mut statement = db.prepare_cached("SELECT mail FROM participant WHERE address = ?1")?;
    let mut found = BTreeSet::new();
    for address in addresses {
        let rows = statement.query_map([address.as_str()], |row| row.get(0).map(MailRow))?;
        for mail in rows {
            found.insert(mail?);
        }
    }
    Ok(found)
}
