//! An act on a review: the state, the outbox row and the audit trace change together, or not at all.

use otomo_domain::audit::Entry;
use otomo_domain::review::{Act, Outbox, Review, State, Triage};
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use rusqlite::Connection;

use crate::error::StoreFault;
use crate::table::review::{ReviewRow, Subject, Word};
use crate::table::{audit, connection, outbox, review};

/// Who acts, when, and what they saw.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    pub at: Timestamp,
    pub origin: Origin,
    /// The revision the actor saw; another one now is [`StoreFault::Stale`].
    pub expected_rev: Option<u64>,
    /// The rep's command this belongs to.
    pub decision: Option<i64>,
    pub triage: &'a Triage,
}

impl<'a> Context<'a> {
    /// The rep, about a mail that matched, whatever revision it has.
    pub fn rep(at: Timestamp) -> Self {
        Self { origin: Origin::User, ..Self::engine(at) }
    }

    /// The program itself, carrying out what was decided.
    pub fn engine(at: Timestamp) -> Self {
        Self { at, origin: Origin::Engine, expected_rev: None, decision: None, triage: &Triage::Matched }
    }
}

/// Applies `act`; the row as it is now.
pub fn apply(db: &Connection, subject: &Subject, act: &Act, context: &Context<'_>) -> Result<ReviewRow, StoreFault> {
    if matches!(act, Act::Share { .. }) && !connection::is_connected(db, subject.connection)? {
        return Err(StoreFault::Missing);
    }
    let row = review::find(db, subject)?;
    let changed_at = row.as_ref().map(|row| row.changed_at);
    let before = row.map(|row| row.review).unwrap_or_default();
    if context.expected_rev.is_some_and(|seen| seen != before.rev) {
        return Err(StoreFault::Stale { current: before.rev });
    }
    let from = before.state(context.triage);
    let (next, change) = before.apply(act, &context.origin, context.triage)?;
    let to = next.state(context.triage);
    let word =
        Word { decision: context.decision, decided_at: spoke(act, context, &before, &next).then_some(context.at) };
    // Where it is filed has changed, not when it was shared.
    let changed_at = changed_at.filter(|_| matches!(act, Act::Relink { .. })).unwrap_or(context.at);
    let id = review::put(db, subject, &next, word, changed_at)?;
    match (change, act) {
        (Outbox::Freeze, Act::Release { rebuilt }) => outbox::freeze(db, id, subject, rebuilt)?,
        (Outbox::Drop, _) => outbox::drop_row(db, id)?,
        _ if matches!(next.state, Some(State::Logged | State::RetractQueued)) => outbox::drop_files(db, id)?,
        _ if next.state == Some(State::Retracted) => outbox::drop_row(db, id)?,
        _ => {}
    }
    let entry = Entry {
        at: context.at,
        connection: subject.connection,
        mail: subject.mail,
        act: act.name().into(),
        from,
        to,
        origin: context.origin.clone(),
        detail: act.detail(),
    };
    audit::append(db, &entry)?;
    Ok(review::get(db, id)?)
}

/// Whether it is the rep's word about sharing the mail. What carries that word out later is none.
fn spoke(act: &Act, context: &Context<'_>, before: &Review, next: &Review) -> bool {
    let says = matches!(act, Act::Share { .. } | Act::KeepPrivate | Act::Undo);
    context.origin.is_user() && (says || before.origin != next.origin)
}

#[cfg(test)]
mod tests;
