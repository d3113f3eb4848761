//! A row of a list of mail.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::address::{Address, Person};
use otomo_domain::judge::Advice;
use otomo_domain::mail::{MailId, MailKey};
use otomo_domain::matching::Candidate;
use otomo_domain::review::State;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::STATE;
use crate::column::{digest, json, word};
use crate::table::mail::MailRow;
use crate::table::{contact, participant};

/// A mail as a list shows it.
#[derive(Clone, Debug)]
pub struct DeskRow {
    pub mail: MailRow,
    pub id: MailId,
    /// The first of the accounts it came to.
    pub account: AccountId,
    pub date: Timestamp,
    /// The other side: the author of a received mail, the first receiver of a sent one.
    pub who: Option<Person>,
    /// The rep wrote it.
    pub outgoing: bool,
    /// The subject, at most 500 characters of it.
    pub title: String,
    pub snippet: String,
    pub thread: i64,
    /// Files, without what is shown inside the text.
    pub attachments: i64,
    /// Where it stands at the connection that was asked about, once it has been examined there.
    pub standing: Option<Standing>,
}

/// Where a mail stands at a connection.
#[derive(Clone, Debug)]
pub struct Standing {
    pub state: State,
    pub rev: u64,
    pub release_at: Option<Timestamp>,
    pub snoozed_until: Option<Timestamp>,
    pub advice: Advice,
    pub contact: Option<ContactBrief>,
}

/// The records that matched, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactBrief {
    pub name: String,
    pub company: Option<String>,
    /// Further records that matched.
    pub more: usize,
}

/// Reads a mail for a list. `own` are the rep's addresses; with a connection it tells where the mail stands there.
pub fn row(
    db: &Connection,
    mail: MailRow,
    connection: Option<ConnectionId>,
    own: &[Address],
) -> rusqlite::Result<DeskRow> {
    let sql = "SELECT key, content, date, substr(subject, 1, 500), snippet, thread,
                   (SELECT count(*) FROM attachment a WHERE a.mail = m.id AND NOT a.inline),
                   (SELECT coalesce(min(account), 0) FROM mail_account WHERE mail = m.id)
               FROM mail m WHERE id = ?1";
    let (who, outgoing) = other_side(db, mail, own)?;
    let standing = connection.map_or(Ok(None), |connection| standing(db, mail, connection))?;
    db.prepare_cached(sql)?.query_row([mail.0], |row| {
        Ok(DeskRow {
            mail,
            id: MailId { key: MailKey(digest(row, 0)?), content: digest(row, 1)? },
            account: AccountId(row.get(7)?),
            date: Timestamp(row.get(2)?),
            who,
            outgoing,
            title: row.get(3)?,
            snippet: row.get(4)?,
            thread: row.get(5)?,
            attachments: row.get(6)?,
            standing,
        })
    })
}

/// The other side of a mail, and whether the rep wrote it.
pub fn other_side(db: &Connection, mail: MailRow, own: &[Address]) -> rusqlite::Result<(Option<Person>, bool)> {
    let author = participant::author(db, mail)?;
    let outgoing = author.as_ref().is_some_and(|author| own.contains(&author.address));
    Ok((if outgoing { participant::receiver(db, mail)? } else { author }, outgoing))
}

fn standing(db: &Connection, mail: MailRow, connection: ConnectionId) -> rusqlite::Result<Option<Standing>> {
    let sql = format!(
        "SELECT {STATE}, coalesce(r.rev, 0), r.release_at, t.candidates, r.snoozed_until, t.advice FROM triage t JOIN mail m ON m.id = t.mail
         LEFT JOIN ledger.review r ON r.connection = t.connection AND r.key = m.key AND r.content = m.content
         WHERE t.mail = ?1 AND t.connection = ?2"
    );
    let read = |row: &Row<'_>| {
        Ok(Standing {
            state: word(row, 0)?,
            rev: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            release_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
            contact: brief(db, connection, json(row, 3)?)?,
            snoozed_until: row.get::<_, Option<i64>>(4)?.map(Timestamp),
            advice: json(row, 5)?,
        })
    };
    db.prepare_cached(&sql)?.query_row(params![mail.0, connection.0], read).optional()
}

fn brief(
    db: &Connection,
    connection: ConnectionId,
    candidates: Vec<Candidate>,
) -> rusqlite::Result<Option<ContactBrief>> {
    let more = candidates.len().saturating_sub(1);
    let Some(first) = candidates.into_iter().next() else { return Ok(None) };
    let company = contact::company_of(db, connection, &first.record)?;
    Ok(Some(ContactBrief { name: first.name, company, more }))
}
