//! `triage`: what rules and index say of a mail at a connection, with the evidence. Made anew when either changes.

use otomo_domain::account::ConnectionId;
use otomo_domain::matching::Candidate;
use otomo_domain::review::Triage;
use rusqlite::{Connection, OptionalExtension, params};

use super::desk;
use super::mail::MailRow;
use crate::column::{json, to_json};

pub(crate) const CREATE: &str = "
CREATE TABLE triage (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    triage TEXT NOT NULL,
    candidates TEXT NOT NULL,
    PRIMARY KEY (mail, connection)
) STRICT, WITHOUT ROWID;
";

/// What was found out about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub triage: Triage,
    pub candidates: Vec<Candidate>,
}

/// The triage's name, for queries.
fn verdict(triage: &Triage) -> &'static str {
    match triage {
        Triage::Excluded { .. } => "excluded",
        Triage::Unmatched => "unmatched",
        Triage::Matched => "matched",
    }
}

/// Keeps a finding, and shows it on the desk.
pub fn set(db: &Connection, mail: MailRow, connection: ConnectionId, finding: &Finding) -> rusqlite::Result<()> {
    let sql =
        "INSERT OR REPLACE INTO triage (mail, connection, verdict, triage, candidates) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (verdict, triage, candidates) =
        (verdict(&finding.triage), to_json(&finding.triage)?, to_json(&finding.candidates)?);
    db.prepare_cached(sql)?.execute(params![mail.0, connection.0, verdict, triage, candidates])?;
    desk::place(db, mail, connection)
}

pub fn get(db: &Connection, mail: MailRow, connection: ConnectionId) -> rusqlite::Result<Option<Finding>> {
    let sql = "SELECT triage, candidates FROM triage WHERE mail = ?1 AND connection = ?2";
    db.prepare_cached(sql)?
        .query_row([mail.0, connection.0], |row| Ok(Finding { triage: json(row, 0)?, candidates: json(row, 1)? }))
        .optional()
}

pub fn forget(db: &Connection, connection: ConnectionId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM triage WHERE connection = ?1")?.execute([connection.0])?;
    desk::forget(db, connection)
}
