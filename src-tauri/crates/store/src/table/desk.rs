//! `desk`, `desk_mark`: the state each mail shows at a connection, sorted for the lists.
//!
//! The state comes out of two files: what was decided stands in the ledger, what nobody has decided on in the cache. No
//! index reaches over both, so the answer is kept here. A finding is placed in the transaction that writes it; what was
//! decided since is taken in by [`catch_up`], which a reader asks for, and which a crash cannot make forget anything.

use std::path::Path;

use otomo_domain::account::ConnectionId;
use otomo_domain::review::State;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::mail::{After, MailRow};
use crate::column::to_word;
use crate::error::StoreFault;

mod row;

pub use row::{ContactBrief, DeskRow, Standing, other_side, row};

pub(crate) const CREATE: &str = "
CREATE TABLE desk (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    state TEXT NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (mail, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_page ON desk (connection, state, date, mail);
INSERT INTO desk (mail, connection, state, date)
    SELECT t.mail, t.connection, CASE t.verdict WHEN 'matched' THEN 'pending' ELSE t.verdict END, m.date
    FROM triage t JOIN mail m ON m.id = t.mail;
CREATE TABLE desk_mark (
    change INTEGER NOT NULL
) STRICT;
INSERT INTO desk_mark (change) VALUES (0);
";

/// What the review desk's tabs sort by. Whatever was sorted before is placed anew.
pub(crate) const SORT_BY_ADVICE: &str = "
DROP TABLE desk;
CREATE TABLE desk (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    state TEXT NOT NULL,
    date INTEGER NOT NULL,
    later INTEGER NOT NULL,
    first INTEGER NOT NULL,
    alert INTEGER NOT NULL,
    auto INTEGER NOT NULL,
    PRIMARY KEY (mail, connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_page ON desk (connection, state, later, date, mail);
CREATE INDEX desk_first ON desk (connection, later, date, mail) WHERE first = 1;
CREATE INDEX desk_alert ON desk (connection, later, date, mail) WHERE alert = 1;
CREATE INDEX desk_auto ON desk (connection, mail) WHERE auto = 1;
INSERT INTO desk (mail, connection, state, date, later, first, alert, auto)
    SELECT t.mail, t.connection, CASE t.verdict WHEN 'matched' THEN 'pending' ELSE t.verdict END, m.date, 0, 0, 0, 0
    FROM triage t JOIN mail m ON m.id = t.mail;
UPDATE desk_mark SET change = 0;
";

/// The state shown (see `Review::state`): what was decided, unless nothing was or it came back; else the triage.
const STATE: &str = "CASE WHEN r.state IS NOT NULL AND r.state <> 'pending' THEN r.state
    WHEN t.verdict = 'matched' OR (t.verdict = 'excluded' AND r.included) THEN 'pending' ELSE t.verdict END";

/// Places the mail that `from` names: a row of the desk out of its triage and its review.
fn placing(from: &str) -> String {
    let open = "coalesce(r.state, 'pending') = 'pending' AND t.verdict = 'matched'";
    // Not OR REPLACE: what that takes away runs no trigger, and would stay counted.
    format!(
        "INSERT INTO desk (mail, connection, state, date, later, first, alert, auto)
         SELECT t.mail, t.connection, {STATE}, m.date, r.snoozed_until IS NOT NULL AND {STATE} = 'pending', t.first AND {open}, t.alert AND {open},
             t.auto AND r.state IS NULL AND t.verdict = 'matched'
         FROM {from}
         ON CONFLICT (mail, connection) DO UPDATE SET (state, date, later, first, alert, auto) =
             (excluded.state, excluded.date, excluded.later, excluded.first, excluded.alert, excluded.auto)"
    )
}

/// Which of the mail that waits; what was put off is only in [`Pile::Later`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pile {
    #[default]
    All,
    /// The first mail with somebody.
    First,
    /// Something has to be looked at.
    Alert,
    Later,
}

const AFTER: &str = "(date, mail) < (?3, ?4) ORDER BY date DESC, mail DESC LIMIT ?5";

impl Pile {
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::All => "connection = ?1 AND state = ?2 AND later = 0",
            // The sign keeps the state out of the choice of the index: only a pile's own has its rows in order.
            Self::First => "connection = ?1 AND +state = ?2 AND later = 0 AND first = 1",
            Self::Alert => "connection = ?1 AND +state = ?2 AND later = 0 AND alert = 1",
            Self::Later => "connection = ?1 AND state = ?2 AND later = 1",
        }
    }

    fn page(self) -> String {
        format!("SELECT date, mail FROM desk WHERE {} AND {AFTER}", self.condition())
    }
}

/// Makes the ledger visible to a cache connection, for reading only: a transaction here must never wait for one there.
pub(crate) fn attach_ledger(db: &Connection, path: &Path, key_literal: &str) -> Result<(), StoreFault> {
    let file = |why: &str| StoreFault::File("ledger.db".into(), why.into());
    let path = std::path::absolute(path).map_err(|e| file(&e.to_string()))?;
    let mut url = url::Url::from_file_path(path).map_err(|()| file("its path is no address"))?;
    url.set_query(Some("mode=ro"));
    db.execute("ATTACH DATABASE ?1 AS ledger KEY ?2", params![url.as_str(), key_literal])?;
    Ok(())
}

/// Shows a mail at a connection as its triage and its review have it now.
pub(super) fn place(db: &Connection, mail: MailRow, connection: ConnectionId) -> rusqlite::Result<()> {
    let sql = placing(
        "triage t JOIN mail m ON m.id = t.mail
         LEFT JOIN ledger.review r ON r.connection = t.connection AND r.key = m.key AND r.content = m.content
         WHERE t.mail = ?1 AND t.connection = ?2",
    );
    db.prepare_cached(&sql)?.execute(params![mail.0, connection.0]).map(drop)
}

/// Whether something was decided that the desk does not show yet.
pub fn is_behind(db: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT (SELECT change FROM desk_mark) <> (SELECT coalesce(max(change), 0) FROM ledger.review)";
    db.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Takes in what was decided since the last time.
pub fn catch_up(db: &Connection) -> rusqlite::Result<()> {
    let sql = placing(
        "ledger.review r
         CROSS JOIN mail m ON m.key = r.key AND m.content = r.content
         CROSS JOIN triage t ON t.mail = m.id AND t.connection = r.connection
         WHERE r.change > (SELECT change FROM desk_mark)",
    );
    db.prepare_cached(&sql)?.execute([])?;
    let sql = "UPDATE desk_mark SET change = (SELECT coalesce(max(change), 0) FROM ledger.review)";
    db.prepare_cached(sql)?.execute([]).map(drop)
}

/// So many mails that are on the desk of a connection, whichever.
pub(super) fn some(db: &Connection, connection: ConnectionId, limit: usize) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT mail FROM desk WHERE connection = ?1 LIMIT ?2")?;
    statement.query_map(params![connection.0, limit], |row| row.get(0).map(MailRow))?.collect()
}

pub(super) fn remove(db: &Connection, mail: MailRow, connection: ConnectionId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM desk WHERE mail = ?1 AND connection = ?2")?
        .execute(params![mail.0, connection.0])
        .map(drop)
}

/// Mail at a connection in one of these states, newest first.
pub fn page(
    db: &Connection,
    connection: ConnectionId,
    states: &[State],
    pile: Pile,
    after: Option<After>,
    limit: usize,
) -> rusqlite::Result<Vec<After>> {
    let after = after.unwrap_or(After::START);
    let mut statement = db.prepare_cached(&pile.page())?;
    let mut found = Vec::new();
    // A state at a time: only so the index gives each state's rows in their order.
    for state in states {
        let values = params![connection.0, to_word(state)?, after.date.0, after.mail.0, limit];
        for row in statement.query_map(values, After::read)? {
            found.push(row?);
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    found.truncate(limit);
    Ok(found)
}

const AUTO: &str = "SELECT mail FROM desk WHERE connection = ?1 AND auto = 1 AND mail > ?2 ORDER BY mail LIMIT ?3";

/// Mail that nobody has touched and that would go, or stay, by itself; of rows after this one.
pub fn by_itself(
    db: &Connection,
    connection: ConnectionId,
    after: MailRow,
    limit: usize,
) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached(AUTO)?;
    statement.query_map(params![connection.0, after.0, limit], |row| row.get(0).map(MailRow))?.collect()
}

#[cfg(test)]
mod tests;
