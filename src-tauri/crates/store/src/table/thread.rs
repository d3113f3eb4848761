//! `thread_member`: which conversation a Message-ID belongs to.
//!
//! A mail names itself and, in References and In-Reply-To, those before it: all of them are one conversation. A mail that
//! connects two conversations makes them one. The order in which mail arrives makes no difference.

use std::collections::BTreeSet;

use otomo_domain::account::ConnectionId;
use otomo_domain::judge::ThreadFacts;
use otomo_domain::mail::{Mail, MailKey};
use otomo_domain::review::State;
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::mail::MailRow;
use super::participant;
use crate::column::{digest, json_opt, word};

pub(crate) const CREATE: &str = "
CREATE TABLE thread_member (
    message BLOB PRIMARY KEY,
    thread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_member_thread ON thread_member (thread);
";

/// Number of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadId(pub i64);

/// The first half of a mail key: 128 bits tell Message-IDs apart well enough, in half the space.
fn half(MailKey(digest): MailKey) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    half
}

/// The conversation of a mail that is being added; joins what it connects.
pub fn join(db: &Connection, mail: &Mail) -> rusqlite::Result<ThreadId> {
    let ids = mail.references.iter().chain(&mail.in_reply_to).chain([&mail.message_id]);
    let members: Vec<[u8; 16]> = ids.map(|id| half(MailKey::of_message_id(id))).collect();
    let mut known: Vec<i64> = Vec::new();
    let mut find = db.prepare_cached("SELECT thread FROM thread_member WHERE message = ?1")?;
    for member in &members {
        let thread: Option<i64> = find.query_row([member.as_slice()], |row| row.get(0)).optional()?;
        known.extend(thread.filter(|t| !known.contains(t)));
    }
    let thread = match known.iter().min() {
        Some(thread) => *thread,
        None => next_id(db)?,
    };
    for other in known.iter().filter(|t| **t != thread) {
        db.prepare_cached("UPDATE thread_member SET thread = ?1 WHERE thread = ?2")?.execute([thread, *other])?;
        db.prepare_cached("UPDATE mail SET thread = ?1 WHERE thread = ?2")?.execute([thread, *other])?;
    }
    let mut add = db.prepare_cached("INSERT OR IGNORE INTO thread_member (message, thread) VALUES (?1, ?2)")?;
    for member in &members {
        add.execute(params![member.as_slice(), thread])?;
    }
    Ok(ThreadId(thread))
}

/// The mail of the conversation that has a mail with this key, or an answer to it.
pub fn mails_of(db: &Connection, key: MailKey) -> rusqlite::Result<Vec<MailRow>> {
    let sql = "SELECT id FROM mail WHERE thread = (SELECT thread FROM thread_member WHERE message = ?1)";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([half(key).as_slice()], |row| row.get(0).map(MailRow))?.collect()
}

/// What was decided at a connection about the conversation of a mail, this mail aside, without [`others`]. Asked of a cache connection, which
/// has the ledger attached.
pub fn facts(db: &Connection, connection: ConnectionId, mail: MailRow) -> rusqlite::Result<ThreadFacts> {
    let sql = "SELECT m.id, r.state, r.origin, r.decided_at, r.retract_after FROM mail m
               JOIN ledger.review r ON r.connection = ?1 AND r.key = m.key AND r.content = m.content
               WHERE m.thread = (SELECT thread FROM mail WHERE id = ?2) AND m.id <> ?2 AND r.state IS NOT NULL
               ORDER BY r.decided_at, r.state = 'private' OR r.retract_after";
    let mut facts = ThreadFacts::default();
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([connection.0, mail.0])?;
    while let Some(row) = rows.next()? {
        let (state, origin): (State, Option<Origin>) = (word(row, 1)?, json_opt(row, 2)?);
        let by_rep = origin.is_some_and(|origin| origin.is_user());
        // On the wire it is shared until it is taken back, whatever the rep has said meanwhile.
        let private = state == State::Private || row.get(4)?;
        // The rep's last word about the conversation counts, not when it was carried out.
        if by_rep && private {
            facts.private_since = row.get::<_, Option<i64>>(3)?.map(Timestamp);
        } else if by_rep && state.is_shared() {
            facts.private_since = None;
        }
        if state.is_shared() {
            let people = participant::of_mail(db, MailRow(row.get(0)?))?;
            facts.shared_with.extend(people.into_iter().map(|p| p.person.address));
        }
    }
    Ok(facts)
}

/// The other mail of a mail's conversation.
pub fn others(db: &Connection, mail: MailRow) -> rusqlite::Result<BTreeSet<MailKey>> {
    let sql = "SELECT key FROM mail WHERE thread = (SELECT thread FROM mail WHERE id = ?1) AND id <> ?1";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_map([mail.0], |row| digest(row, 0).map(MailKey))?.collect()
}

fn next_id(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(max(thread), 0) + 1 FROM thread_member")?.query_row([], |row| row.get(0))
}

#[cfg(test)]
mod tests;
