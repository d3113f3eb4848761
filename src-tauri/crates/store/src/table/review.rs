//! `review`, `decision`: what was decided about a mail at a connection, and how far that has come.

use otomo_domain::account::ConnectionId;
use otomo_domain::mail::{MailId, MailKey};
use otomo_domain::review::{Review, State};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{digest, digest_opt, json_opt, to_json, to_word, word_opt};

pub(crate) const CREATE: &str = "
CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL
) STRICT;
CREATE TABLE review (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection (id),
    key BLOB NOT NULL,
    content BLOB NOT NULL,
    state TEXT,
    rev INTEGER NOT NULL,
    decision INTEGER REFERENCES decision (id),
    choice TEXT,
    payload BLOB,
    release_at INTEGER,
    retract_after INTEGER NOT NULL,
    returned TEXT,
    attempt INTEGER NOT NULL,
    next_attempt_at INTEGER,
    fault TEXT,
    remote TEXT,
    changed_at INTEGER NOT NULL,
    UNIQUE (connection, key, content)
) STRICT;
CREATE INDEX review_state ON review (state, connection);
CREATE INDEX review_decision ON review (decision) WHERE decision IS NOT NULL;
";

/// Numbers the changes of all reviews in the order in which they were made, for `desk`, and sorts each state by its last.
pub(crate) const NUMBER_CHANGES: &str = "
ALTER TABLE review ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
UPDATE review SET change = id;
CREATE INDEX review_change ON review (change);
CREATE INDEX review_changed_at ON review (state, changed_at);
";

/// Who decided, when the rep did, and what the rep does with a mail besides deciding.
pub(crate) const ADD_ORIGIN: &str = "
ALTER TABLE review ADD COLUMN origin TEXT;
ALTER TABLE review ADD COLUMN snoozed_until INTEGER;
ALTER TABLE review ADD COLUMN included INTEGER NOT NULL DEFAULT 0;
ALTER TABLE review ADD COLUMN decided_at INTEGER;
ALTER TABLE review ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
UPDATE review SET origin = '{\"by\":\"user\"}', decided_at = changed_at WHERE decision IS NOT NULL;
";

/// How often a mail was sent and had not arrived.
pub(crate) const COUNT_VAIN: &str = "ALTER TABLE review ADD COLUMN in_vain INTEGER NOT NULL DEFAULT 0;";

/// Row number of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReviewId(pub i64);

/// A mail at a connection: what a review is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    pub connection: ConnectionId,
    pub mail: MailId,
}

/// A review with what it is about.
#[derive(Clone, Debug)]
pub struct ReviewRow {
    pub id: ReviewId,
    pub subject: Subject,
    pub decision: Option<i64>,
    pub changed_at: Timestamp,
    pub review: Review,
}

impl ReviewRow {
    /// Where a list goes on behind it.
    pub fn place(&self) -> AfterReview {
        AfterReview { changed_at: self.changed_at, id: self.id }
    }
}

const COLUMNS: &str =
    "id, connection, key, content, state, rev, decision, choice, payload, release_at, retract_after, returned,
    attempt, next_attempt_at, fault, remote, changed_at, origin, snoozed_until, included, missed, in_vain";

fn read(row: &Row<'_>) -> rusqlite::Result<ReviewRow> {
    let mail = MailId { key: MailKey(digest(row, 2)?), content: digest(row, 3)? };
    let review = Review {
        state: word_opt(row, 4)?,
        rev: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
        choice: json_opt(row, 7)?,
        payload: digest_opt(row, 8)?,
        release_at: row.get::<_, Option<i64>>(9)?.map(Timestamp),
        retract_after: row.get(10)?,
        returned: word_opt(row, 11)?,
        attempt: row.get(12)?,
        next_attempt_at: row.get::<_, Option<i64>>(13)?.map(Timestamp),
        fault: json_opt(row, 14)?,
        remote: json_opt(row, 15)?,
        origin: json_opt(row, 17)?,
        snoozed_until: row.get::<_, Option<i64>>(18)?.map(Timestamp),
        included: row.get(19)?,
        missed: row.get(20)?,
        in_vain: row.get(21)?,
    };
    Ok(ReviewRow {
        id: ReviewId(row.get(0)?),
        subject: Subject { connection: ConnectionId(row.get(1)?), mail },
        decision: row.get(6)?,
        changed_at: Timestamp(row.get(16)?),
        review,
    })
}

/// The row, or `None` for a mail nobody has decided on.
pub fn find(db: &Connection, subject: &Subject) -> rusqlite::Result<Option<ReviewRow>> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE connection = ?1 AND key = ?2 AND content = ?3");
    let key = params![subject.connection.0, subject.mail.key.0.as_bytes(), subject.mail.content.as_bytes()];
    db.prepare_cached(&sql)?.query_row(key, read).optional()
}

pub fn get(db: &Connection, id: ReviewId) -> rusqlite::Result<ReviewRow> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM review WHERE id = ?1"))?.query_row([id.0], read)
}

/// What the rep did that a review is written for; what is `None` stays as it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Word {
    /// The command it belongs to.
    pub decision: Option<i64>,
    /// When the rep said whether it is to be shared.
    pub decided_at: Option<Timestamp>,
}

/// Writes a review.
pub fn put(
    db: &Connection,
    subject: &Subject,
    review: &Review,
    word: Word,
    now: Timestamp,
) -> rusqlite::Result<ReviewId> {
    let sql = "INSERT INTO review (connection, key, content, state, rev, decision, choice, payload, release_at, retract_after,
                   returned, attempt, next_attempt_at, fault, remote, changed_at, origin, snoozed_until, included, decided_at,
                   missed, in_vain, change)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                   (SELECT coalesce(max(change), 0) + 1 FROM review))
               ON CONFLICT (connection, key, content) DO UPDATE SET state = ?4, rev = ?5, decision = coalesce(?6, decision),
                   choice = ?7, payload = ?8, release_at = ?9, retract_after = ?10, returned = ?11, attempt = ?12,
                   next_attempt_at = ?13, fault = ?14, remote = ?15, changed_at = ?16, origin = ?17,
                   snoozed_until = ?18, included = ?19, decided_at = coalesce(?20, decided_at), missed = ?21,
                   in_vain = ?22, change = excluded.change
               RETURNING id";
    let values = params![
        subject.connection.0,
        subject.mail.key.0.as_bytes(),
        subject.mail.content.as_bytes(),
        review.state.as_ref().map(to_word).transpose()?,
        i64::try_from(review.rev).unwrap_or(i64::MAX),
        word.decision,
        review.choice.as_ref().map(to_json).transpose()?,
        review.payload.as_ref().map(|d| d.as_bytes().as_slice()),
        review.release_at.map(|t| t.0),
        review.retract_after,
        review.returned.as_ref().map(to_word).transpose()?,
        review.attempt,
        review.next_attempt_at.map(|t| t.0),
        review.fault.as_ref().map(to_json).transpose()?,
        review.remote.as_ref().map(to_json).transpose()?,
        now.0,
        review.origin.as_ref().map(to_json).transpose()?,
        review.snoozed_until.map(|t| t.0),
        review.included,
        word.decided_at.map(|t| t.0),
        review.missed,
        review.in_vain,
    ];
    db.prepare_cached(sql)?.query_row(values, |row| row.get(0).map(ReviewId))
}

/// Notes a command of the rep's that decides on one or many mails.
pub fn add_decision(db: &Connection, verb: &str, now: Timestamp) -> rusqlite::Result<i64> {
    db.prepare_cached("INSERT INTO decision (at, verb) VALUES (?1, ?2)")?.execute(params![now.0, verb])?;
    Ok(db.last_insert_rowid())
}

/// The reviews whose latest decision this is.
pub fn of_decision(db: &Connection, decision: i64) -> rusqlite::Result<Vec<ReviewRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM review WHERE decision = ?1 ORDER BY id"))?;
    let rows = statement.query_map([decision], read)?;
    rows.collect()
}

/// The reviews in a state, oldest change first.
pub fn in_state(db: &Connection, state: State, limit: usize) -> rusqlite::Result<Vec<ReviewRow>> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE state = ?1 ORDER BY changed_at, id LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![to_word(&state)?, limit], read)?;
    rows.collect()
}

/// How many reviews of a connection are in one of these states.
pub fn count(db: &Connection, connection: ConnectionId, states: &[State]) -> rusqlite::Result<i64> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM review WHERE state = ?1 AND connection = ?2")?;
    let of = |state| statement.query_row(params![to_word(state)?, connection.0], |row| row.get::<_, i64>(0));
    states.iter().map(of).sum()
}

/// When the last of a connection's reviews in a state came into it.
pub fn last(db: &Connection, connection: ConnectionId, state: State) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT changed_at FROM review WHERE state = ?1 AND connection = ?2 ORDER BY changed_at DESC LIMIT 1";
    let values = params![to_word(&state)?, connection.0];
    db.prepare_cached(sql)?.query_row(values, |row| row.get(0).map(Timestamp)).optional()
}

/// Reviews of a connection in a state in which they wait for the clock, and whose time has come, oldest change first.
pub fn due(
    db: &Connection,
    connection: ConnectionId,
    state: State,
    now: Timestamp,
    after: Option<AfterReview>,
    limit: usize,
) -> rusqlite::Result<Vec<ReviewRow>> {
    let after = after.unwrap_or(AfterReview { changed_at: Timestamp(i64::MIN), id: ReviewId(i64::MIN) });
    let sql = format!(
        "SELECT {COLUMNS} FROM review WHERE state = ?1 AND connection = ?2 AND (changed_at, id) > (?4, ?5)
             AND coalesce(CASE state WHEN 'scheduled' THEN release_at ELSE next_attempt_at END, ?3) <= ?3
         ORDER BY changed_at, id LIMIT ?6"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let values = params![to_word(&state)?, connection.0, now.0, after.changed_at.0, after.id.0, limit];
    let rows = statement.query_map(values, read)?;
    rows.collect()
}

/// Where a list of reviews goes on: after the row with this change and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AfterReview {
    pub changed_at: Timestamp,
    pub id: ReviewId,
}

/// Which reviews of a list; what is left out filters nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub connection: Option<ConnectionId>,
    /// Decided by the rep, or by anything else.
    pub by_rep: Option<bool>,
    /// Changed at this time or later, and before that one.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

pub(super) fn latest_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM review WHERE state = ?1 AND (changed_at, id) < (?2, ?3) AND changed_at >= ?5
             AND (?6 IS NULL OR connection = ?6) AND (?7 IS NULL OR (coalesce(json_extract(origin, '$.by'), '') = 'user') = ?7)
         ORDER BY changed_at DESC, id DESC LIMIT ?4"
    )
}

/// Reviews in one of these states, last changed first.
pub fn latest(
    db: &Connection,
    states: &[State],
    filter: &Filter,
    after: Option<AfterReview>,
    limit: usize,
) -> rusqlite::Result<Vec<ReviewRow>> {
    let start = AfterReview { changed_at: Timestamp(i64::MAX), id: ReviewId(i64::MAX) };
    let start = filter.until.map_or(start, |until| AfterReview { changed_at: until, id: ReviewId(i64::MIN) });
    let after = after.map_or(start, |after| after.min(start));
    let (since, connection) = (filter.since.map_or(i64::MIN, |since| since.0), filter.connection.map(|c| c.0));
    let mut statement = db.prepare_cached(&latest_sql())?;
    let mut rows = Vec::new();
    // A state at a time: only so the index gives each state's rows in their order.
    for state in states {
        let values = params![to_word(state)?, after.changed_at.0, after.id.0, limit, since, connection, filter.by_rep];
        rows.append(&mut statement.query_map(values, read)?.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.changed_at, row.id)));
    rows.truncate(limit);
    Ok(rows)
}

/// The earliest moment after `now` at which a review waits for the clock. What was due before waits for something else.
pub fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT min(due) FROM
               (SELECT CASE state WHEN 'scheduled' THEN release_at WHEN 'pending' THEN snoozed_until ELSE next_attempt_at END AS due
                FROM review WHERE state IN ('pending', 'scheduled', 'failed_retry', 'queued', 'verifying', 'retract_queued'))
               WHERE due > ?1";
    db.prepare_cached(sql)?.query_row([now.0], |row| row.get::<_, Option<i64>>(0)).map(|due| due.map(Timestamp))
}

/// Mail that was put off, and whose time has come.
pub fn woken(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<ReviewRow>> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE state = 'pending' AND snoozed_until <= ?1 ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([now.0], read)?;
    rows.collect()
}

/// Whether another mail with the same key is on its way to this connection, or there already.
pub fn key_is_taken(db: &Connection, subject: &Subject) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM review WHERE connection = ?1 AND key = ?2 AND content <> ?3
               AND state NOT IN ('pending', 'private', 'retracted'))";
    let values = params![subject.connection.0, subject.mail.key.0.as_bytes(), subject.mail.content.as_bytes()];
    db.prepare_cached(sql)?.query_row(values, |row| row.get(0))
}

#[cfg(test)]
mod tests;
