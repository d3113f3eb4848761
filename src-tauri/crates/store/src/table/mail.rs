//! `mail`: one row a mail, recognised by its key and content wherever it lies.

use otomo_domain::mail::{Mail, MailId, MailKey};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::raw::{self, RawId};
use super::thread::ThreadId;
use super::{attachment, participant};
use crate::column::{digest, json, json_opt, to_json};

pub(crate) const CREATE: &str = "
CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    content BLOB NOT NULL,
    message_id TEXT NOT NULL,
    refs TEXT NOT NULL,
    in_reply_to TEXT,
    thread INTEGER NOT NULL,
    date INTEGER NOT NULL,
    subject TEXT NOT NULL,
    snippet TEXT NOT NULL,
    defects TEXT NOT NULL,
    size INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    UNIQUE (key, content)
) STRICT;
CREATE INDEX mail_date ON mail (date);
CREATE INDEX mail_thread ON mail (thread);
";

/// What was found in its header and text; NULL for mail that was kept before anybody looked.
pub(crate) const ADD_MARKS: &str = "
ALTER TABLE mail ADD COLUMN marks TEXT;
";

/// Row number of a mail; means nothing after the cache is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailRow(pub i64);

pub fn find(db: &Connection, id: &MailId) -> rusqlite::Result<Option<MailRow>> {
    let sql = "SELECT id FROM mail WHERE key = ?1 AND content = ?2";
    db.prepare_cached(sql)?
        .query_row(params![id.key.0.as_bytes(), id.content.as_bytes()], |row| row.get(0).map(MailRow))
        .optional()
}

/// Adds a mail that [`find`] did not find, with its participants and attachments.
pub fn add(db: &Connection, mail: &Mail, thread: ThreadId, raw: RawId) -> rusqlite::Result<MailRow> {
    let sql = "INSERT INTO mail (key, content, message_id, refs, in_reply_to, thread, date, subject, snippet, defects, size, raw, marks)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let size = i64::try_from(mail.size).unwrap_or(i64::MAX);
    db.prepare_cached(sql)?.execute(params![
        mail.id.key.0.as_bytes(),
        mail.id.content.as_bytes(),
        mail.message_id,
        to_json(&mail.references)?,
        mail.in_reply_to,
        thread.0,
        mail.date.0,
        mail.subject,
        mail.snippet,
        to_json(&mail.defects)?,
        size,
        raw.0,
        to_json(&mail.marks)?,
    ])?;
    let row = MailRow(db.last_insert_rowid());
    participant::add_all(db, row, &mail.participants)?;
    attachment::add_all(db, row, &mail.attachments)?;
    Ok(row)
}

/// The whole mail, without its text.
pub fn get(db: &Connection, row: MailRow) -> rusqlite::Result<Mail> {
    let sql = "SELECT key, content, message_id, refs, in_reply_to, date, subject, snippet, defects, size, marks FROM mail WHERE id = ?1";
    let mut mail = db.prepare_cached(sql)?.query_row([row.0], read)?;
    mail.participants = participant::of_mail(db, row)?;
    mail.attachments = attachment::of_mail(db, row)?;
    Ok(mail)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Mail> {
    Ok(Mail {
        id: MailId { key: MailKey(digest(row, 0)?), content: digest(row, 1)? },
        message_id: row.get(2)?,
        references: json(row, 3)?,
        in_reply_to: row.get(4)?,
        date: Timestamp(row.get(5)?),
        subject: row.get(6)?,
        snippet: row.get(7)?,
        defects: json(row, 8)?,
        size: u64::try_from(row.get::<_, i64>(9)?).unwrap_or(0),
        marks: json_opt(row, 10)?.unwrap_or_default(),
        participants: Vec::new(),
        attachments: Vec::new(),
    })
}

/// Whether there is another mail with this one's Message-ID.
pub fn has_twin(db: &Connection, id: &MailId) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM mail WHERE key = ?1 AND content <> ?2)";
    db.prepare_cached(sql)?.query_row(params![id.key.0.as_bytes(), id.content.as_bytes()], |row| row.get(0))
}

/// The mails with the same Message-ID.
pub fn twins(db: &Connection, id: &MailId) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT id FROM mail WHERE key = ?1 AND content <> ?2";
    let mut statement = db.prepare_cached(sql)?;
    let values = params![id.key.0.as_bytes(), id.content.as_bytes()];
    statement.query_map(values, |row| row.get(0).map(MailRow))?.collect()
}

/// The mails of the same conversation, this one too.
pub fn of_thread(db: &Connection, row: MailRow) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT id FROM mail WHERE thread = (SELECT thread FROM mail WHERE id = ?1)";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([row.0], |row| row.get(0).map(MailRow))?.collect()
}

/// The mail whose subject says so.
pub fn with_subject(db: &Connection, says: impl Fn(&str) -> bool) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT id, subject FROM mail")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if says(row.get_ref(1)?.as_str()?) {
            found.push(MailRow(row.get(0)?));
        }
    }
    Ok(found)
}

/// The mail of a mailing list.
pub fn of_list(db: &Connection, list: &str) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT id FROM mail WHERE json_extract(marks, '$.list') = ?1")?;
    statement.query_map([list], |row| row.get(0).map(MailRow))?.collect()
}

/// What the mail is recognised by.
pub fn id_of(db: &Connection, row: MailRow) -> rusqlite::Result<MailId> {
    let sql = "SELECT key, content FROM mail WHERE id = ?1";
    let read = |row: &Row<'_>| Ok(MailId { key: MailKey(digest(row, 0)?), content: digest(row, 1)? });
    db.prepare_cached(sql)?.query_row([row.0], read)
}

/// What a list shows of the subject: at most 500 characters.
pub fn title(db: &Connection, row: MailRow) -> rusqlite::Result<String> {
    let sql = "SELECT substr(subject, 1, 500) FROM mail WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([row.0], |row| row.get(0))
}

/// When it was written.
pub fn date_of(db: &Connection, row: MailRow) -> rusqlite::Result<Timestamp> {
    db.prepare_cached("SELECT date FROM mail WHERE id = ?1")?.query_row([row.0], |row| row.get(0).map(Timestamp))
}

/// Where the mail's bytes are.
pub fn raw_of(db: &Connection, row: MailRow) -> rusqlite::Result<RawId> {
    db.prepare_cached("SELECT raw FROM mail WHERE id = ?1")?.query_row([row.0], |r| r.get(0).map(RawId))
}

/// Removes a mail with all that belongs to it, its bytes too.
pub fn remove(db: &Connection, row: MailRow) -> rusqlite::Result<()> {
    raw::remove(db, raw_of(db, row)?)?;
    db.prepare_cached("DELETE FROM mail WHERE id = ?1")?.execute([row.0]).map(drop)
}

/// Where a page of mail goes on: after the mail with this date and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct After {
    pub date: Timestamp,
    pub mail: MailRow,
}

impl After {
    /// Before the first page.
    pub(super) const START: Self = Self { date: Timestamp(i64::MAX), mail: MailRow(i64::MAX) };

    /// From the columns date and number.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { date: Timestamp(row.get(0)?), mail: MailRow(row.get(1)?) })
    }
}

pub(super) const PAGE: &str =
    "SELECT date, id FROM mail WHERE (date, id) < (?1, ?2) ORDER BY date DESC, id DESC LIMIT ?3";

/// All mail, newest first.
pub fn page(db: &Connection, after: Option<After>, limit: usize) -> rusqlite::Result<Vec<After>> {
    let after = after.unwrap_or(After::START);
    let mut statement = db.prepare_cached(PAGE)?;
    let rows = statement.query_map(params![after.date.0, after.mail.0, limit], After::read)?;
    rows.collect()
}

pub fn count(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT count(*) FROM mail")?.query_row([], |row| row.get(0))
}

/// Up to `limit` rows after `after`, for work that walks through everything.
pub fn rows_after(db: &Connection, after: MailRow, limit: usize) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT id FROM mail WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let rows = statement.query_map(params![after.0, limit], |row| row.get(0).map(MailRow))?;
    rows.collect()
}
