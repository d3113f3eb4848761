//! `triage`: what rules and index say of a mail at a connection, with the evidence. Made anew when either changes.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::judge::{Advice, Ask};
use otomo_domain::matching::Candidate;
use otomo_domain::review::Triage;
use otomo_domain::rules::AboutRecord;
use rusqlite::{Connection, OptionalExtension, Row, params};

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

/// What is to become of it, and what the lists sort by. The reasons of before can't be read any more: what was out stays
/// out, and is held against the rules again at the next start.
pub(crate) const ADD_ADVICE: &str = "
UPDATE triage SET triage = '{\"triage\":\"excluded\",\"why\":{\"reason\":\"internal\"}}' WHERE verdict = 'excluded';
ALTER TABLE triage ADD COLUMN advice TEXT NOT NULL DEFAULT '{\"advice\":\"ask\",\"because\":[]}';
ALTER TABLE triage ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE triage ADD COLUMN alert INTEGER NOT NULL DEFAULT 0;
ALTER TABLE triage ADD COLUMN auto INTEGER NOT NULL DEFAULT 0;
";

/// What was found out about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub triage: Triage,
    pub candidates: Vec<Candidate>,
    pub advice: Advice,
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
        "INSERT OR REPLACE INTO triage (mail, connection, verdict, triage, candidates, advice, first, alert, auto)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let asks = finding.advice.asks();
    let values = params![
        mail.0,
        connection.0,
        verdict(&finding.triage),
        to_json(&finding.triage)?,
        to_json(&finding.candidates)?,
        to_json(&finding.advice)?,
        asks.contains(&Ask::FirstContact),
        asks.iter().any(Ask::is_alert),
        !matches!(finding.advice, Advice::Ask { .. }),
    ];
    db.prepare_cached(sql)?.execute(values)?;
    desk::place(db, mail, connection)
}

pub fn get(db: &Connection, mail: MailRow, connection: ConnectionId) -> rusqlite::Result<Option<Finding>> {
    let sql = "SELECT triage, candidates, advice FROM triage WHERE mail = ?1 AND connection = ?2";
    let read = |row: &Row<'_>| Ok(Finding { triage: json(row, 0)?, candidates: json(row, 1)?, advice: json(row, 2)? });
    db.prepare_cached(sql)?.query_row([mail.0, connection.0], read).optional()
}

/// The mail whose candidates name this record, or name it as their company.
pub fn mails_about(db: &Connection, about: &AboutRecord) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT mail FROM triage WHERE connection = ?1 AND instr(candidates, ?2) > 0";
    let mut statement = db.prepare_cached(sql)?;
    let values = params![about.connection.0, to_json(&about.record)?];
    statement.query_map(values, |row| row.get(0).map(MailRow))?.collect()
}

/// The mail of an account that matched somewhere: what nobody matched is not shared, whatever the account says.
pub fn matched_of(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT DISTINCT a.mail FROM mail_account a JOIN triage t ON t.mail = a.mail
               WHERE a.account = ?1 AND t.verdict = 'matched'";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([account.0], |row| row.get(0).map(MailRow))?.collect()
}

/// Forgets what was found out about so many mails at a connection. False at the end.
pub fn forget(db: &Connection, connection: ConnectionId, limit: usize) -> rusqlite::Result<bool> {
    let mails = desk::some(db, connection, limit)?;
    for mail in &mails {
        db.prepare_cached("DELETE FROM triage WHERE mail = ?1 AND connection = ?2")?.execute([mail.0, connection.0])?;
        desk::remove(db, *mail, connection)?;
    }
    Ok(!mails.is_empty())
}
