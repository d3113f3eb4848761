//! `participant`: everybody in a mail's header.

use std::collections::BTreeSet;

use otomo_domain::address::{Address, Person};
use otomo_domain::mail::Participant;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, params};

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
        let text: String = row.get(1)?;
        let address = Address::parse(&text).ok_or_else(|| Error::InvalidColumnType(1, "address".into(), Type::Text))?;
        Ok(Participant { role: word(row, 0)?, person: Person { address, name: row.get(2)? } })
    })?;
    rows.collect()
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
