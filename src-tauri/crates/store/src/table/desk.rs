//! The joined view of both files: mail with what was decided about it. Read on connections that have the ledger attached.

use std::path::Path;

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Person;
use otomo_domain::mail::{MailId, MailKey};
use otomo_domain::review::State;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};

use super::mail::MailRow;
use super::review::Subject;
use crate::column::{digest, to_word};

/// Makes the ledger visible to a cache connection.
pub(crate) fn attach_ledger(db: &Connection, path: &Path, key_literal: &str) -> rusqlite::Result<()> {
    db.execute("ATTACH DATABASE ?1 AS ledger KEY ?2", params![path.to_string_lossy(), key_literal]).map(drop)
}

/// The state shown (see `Review::state`): what was decided, unless nothing was or it came back; else the triage.
const STATE: &str = "CASE WHEN r.state IS NOT NULL AND r.state <> 'pending' THEN r.state
    ELSE CASE t.verdict WHEN 'matched' THEN 'pending' ELSE t.verdict END END";

const JOINED: &str = "FROM triage t JOIN mail m ON m.id = t.mail
    LEFT JOIN ledger.review r ON r.connection = t.connection AND r.key = m.key AND r.content = m.content
    LEFT JOIN participant p ON p.mail = m.id AND p.position = 0 AND p.role = 'from'";

/// A row of a list of mail at a connection.
#[derive(Clone, Debug)]
pub struct DeskRow {
    pub mail: MailRow,
    pub subject: Subject,
    pub state: State,
    pub rev: u64,
    pub date: Timestamp,
    /// The author; participants stand role by role, From first. A mail without a From has none.
    pub from: Option<Person>,
    pub title: String,
    pub snippet: String,
    pub thread: i64,
    pub attachments: i64,
    pub release_at: Option<Timestamp>,
}

/// Where a list goes on: after the row with this date and number.
#[derive(Clone, Copy, Debug)]
pub struct After {
    pub date: Timestamp,
    pub mail: MailRow,
}

/// Mail at a connection in one of these states, newest first.
pub fn list(
    db: &Connection,
    connection: ConnectionId,
    states: &[State],
    after: Option<After>,
    limit: usize,
) -> rusqlite::Result<Vec<DeskRow>> {
    let words: Vec<String> = states.iter().map(to_word).collect::<Result<_, _>>()?;
    let marks = (0..words.len()).map(|n| format!("?{}", n + 5)).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT m.id, m.key, m.content, {STATE} AS state, coalesce(r.rev, 0), m.date, p.address, p.name, m.subject, m.snippet,
                m.thread, (SELECT count(*) FROM attachment a WHERE a.mail = m.id AND NOT a.inline), r.release_at
         {JOINED} WHERE t.connection = ?1 AND (m.date, m.id) < (?2, ?3) AND {STATE} IN ({marks})
         ORDER BY m.date DESC, m.id DESC LIMIT ?4"
    );
    let after = after.unwrap_or(After { date: Timestamp(i64::MAX), mail: MailRow(i64::MAX) });
    let mut values: Vec<&dyn ToSql> = vec![&connection.0, &after.date.0, &after.mail.0, &limit];
    values.extend(words.iter().map(|w| w as &dyn ToSql));
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(values.as_slice(), |row| read(connection, row))?;
    rows.collect()
}

fn read(connection: ConnectionId, row: &Row<'_>) -> rusqlite::Result<DeskRow> {
    let address: Option<String> = row.get(6)?;
    let name: Option<String> = row.get(7)?;
    let address = address.and_then(|text| otomo_domain::address::Address::parse(&text));
    Ok(DeskRow {
        mail: MailRow(row.get(0)?),
        subject: Subject { connection, mail: MailId { key: MailKey(digest(row, 1)?), content: digest(row, 2)? } },
        state: crate::column::word(row, 3)?,
        rev: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        date: Timestamp(row.get(5)?),
        from: address.map(|address| Person { address, name: name.unwrap_or_default() }),
        title: row.get(8)?,
        snippet: row.get(9)?,
        thread: row.get(10)?,
        attachments: row.get(11)?,
        release_at: row.get::<_, Option<i64>>(12)?.map(Timestamp),
    })
}

/// How much mail there is in each state that occurs.
pub fn counts(db: &Connection, connection: ConnectionId) -> rusqlite::Result<Vec<(State, i64)>> {
    let sql = format!(
        "SELECT {STATE} AS state, count(*) FROM triage t JOIN mail m ON m.id = t.mail
         LEFT JOIN ledger.review r ON r.connection = t.connection AND r.key = m.key AND r.content = m.content
         WHERE t.connection = ?1 GROUP BY 1"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([connection.0], |row| Ok((crate::column::word(row, 0)?, row.get(1)?)))?;
    rows.collect()
}

#[cfg(test)]
mod tests;
