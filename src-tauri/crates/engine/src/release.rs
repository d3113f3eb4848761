//! The end of a grace period: the one place where a mail gets into the outbox.
//!
//! No byte of a mail leaves this computer that has not come through [`release_due`]: it asks the deny rules again, builds
//! the payload again, and writes the frozen bytes, the files and the new state in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use otomo_domain::account::{AccountId, ConnectionId, ConnectionStatus};
use otomo_domain::digest::Digest;
use otomo_domain::judge::Advice;
use otomo_domain::mail::Attachment;
use otomo_domain::review::{Act, Returned, Review, State, Triage};
use otomo_domain::sharing::Sharing;
use otomo_domain::time::Timestamp;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{ReviewRow, Subject};
use otomo_store::table::{mail, mail_account, outbox, raw, review};
use otomo_store::transition::{Context, apply};
use otomo_store::{Connection as Db, StoreFault};
use tokio::task::spawn_blocking;

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::preview::Opened;

/// How many of a connection are released in one go before others get their turn.
const AT_ONCE: usize = 100;

/// How many are looked at together.
const STEP: usize = 500;

/// Releases what is due. Nothing is due while the machine has not settled, a policy cannot be read, or a connection is
/// not active.
pub(crate) async fn release_due(engine: &Engine) -> Result<(), Fault> {
    if !engine.settled() || !engine.policy.allows_sharing() {
        return Ok(());
    }
    for connection in engine.sharing_connections().await? {
        release_due_at(engine, connection).await?;
    }
    Ok(())
}

/// Releases what is due at a connection. A mail that can't be released does not keep the others waiting.
async fn release_due_at(engine: &Engine, connection: ConnectionId) -> Result<(), Fault> {
    let (now, mut after, mut released) = (engine.now(), None, 0);
    loop {
        let read = move |db: &otomo_store::Transaction<'_>| {
            Ok(review::due(db, connection, State::Scheduled, now, after, STEP)?)
        };
        let due = engine.store.ledger.read(read).await?;
        let Some(last) = due.last() else { return Ok(()) };
        after = Some(last.place());
        for row in without_quiet(engine, due, now).await? {
            match release(engine, &row).await {
                Ok(done) => released += usize::from(done),
                Err(fault) => tracing::warn!(review = row.id.0, %fault, "a mail could not be released"),
            }
            if released == AT_ONCE {
                engine.outbox.notify_one();
                return Ok(());
            }
        }
    }
}

/// Leaves out what would go by itself while one of its accounts has its quiet hours. It was not due in them when it was
/// decided on; the hours, or the clock, may have changed.
async fn without_quiet(engine: &Engine, due: Vec<ReviewRow>, now: Timestamp) -> Result<Vec<ReviewRow>, Fault> {
    let (snapshot, offset) = (engine.snapshot(), engine.clock.offset(now));
    let quiet = |sharing: &Sharing| sharing.quiet.is_some_and(|quiet| quiet.holds(now, offset));
    let quiet: BTreeSet<AccountId> =
        snapshot.sharing.iter().filter(|(_, sharing)| quiet(sharing)).map(|(id, _)| *id).collect();
    if quiet.is_empty() {
        return Ok(due);
    }
    let left = engine.store.cache.read(move |db| {
        let mut left = Vec::with_capacity(due.len());
        for row in due {
            let mail = if goes_by_itself(&row.review) { mail::find(db, &row.subject.mail)? } else { None };
            let accounts = mail.map(|mail| mail_account::of_mail(db, mail)).transpose()?.unwrap_or_default();
            if !accounts.iter().any(|id| quiet.contains(id)) {
                left.push(row);
            }
        }
        Ok(left)
    });
    Ok(left.await?)
}

/// Whether no person said that it should go.
fn goes_by_itself(review: &Review) -> bool {
    review.origin.as_ref().is_some_and(|origin| !origin.is_user())
}

/// Releases one mail, or gives it back. False if it stays as it is for now.
async fn release(engine: &Engine, row: &ReviewRow) -> Result<bool, Fault> {
    let subject = row.subject;
    let found = engine.store.cache.read(move |db| Ok(mail::find(db, &subject.mail)?)).await?;
    let Some(mail_row) = found else {
        // A cache that was made anew may not have it yet; the decision waits for it.
        let gone = engine.in_step().await?;
        return if gone { give_back(engine, row, Returned::MailGone).await } else { Ok(false) };
    };
    let opened = match engine.open_mail(subject.connection, mail_row).await {
        // It has come back, and has not been held against the rules yet.
        Err(Fault::NoSuch(_)) => return Ok(false),
        other => other?,
    };
    if let Some(why) = objection(engine, mail_row, &opened).await? {
        return give_back(engine, row, why).await;
    }
    match freeze(engine, row, opened).await {
        Err(Fault::KeyTaken) => give_back(engine, row, Returned::KeyTaken).await,
        Err(Fault::Unsharable(_)) => give_back(engine, row, Returned::PayloadChanged).await,
        // The rep was quicker: an undo between the look and the transaction.
        Err(Fault::Refused(_) | Fault::Conflict { .. }) => Ok(false),
        other => {
            engine.bus.changed(&[Tag::Queue, Tag::Review]);
            other
        }
    }
}

/// Why the rules, asked again with everything that the mail's own bytes tell, don't let it go. A mail that would go by
/// itself goes only on a word that still holds.
async fn objection(engine: &Engine, row: MailRow, opened: &Opened) -> Result<Option<Returned>, Fault> {
    let judgement = engine.judge(row, opened.subject.connection, opened.mail.clone()).await?;
    let by_itself = goes_by_itself(&opened.review);
    let goes = matches!(judgement.advice, Advice::Share { .. });
    Ok(match &judgement.triage {
        Triage::Excluded { why } if !engine.is_overruled(&opened.review, why) => Some(Returned::Denied),
        _ if by_itself && !goes => Some(Returned::RuleChanged),
        _ => None,
    })
}

/// Builds the payload again and, if it is the one decided on, freezes it with its files.
async fn freeze(engine: &Engine, row: &ReviewRow, opened: Opened) -> Result<bool, Fault> {
    let Some(choice) = row.review.choice.clone() else {
        return give_back(engine, row, Returned::PayloadChanged).await;
    };
    let rebuilt = engine.freeze(&opened, &choice)?;
    let (at, expected_rev, subject, id) = (engine.now(), Some(row.review.rev), row.subject, row.id);
    let files: Vec<_> =
        opened.mail.attachments.into_iter().filter(|a| choice.attachments.contains(&a.sha256)).collect();
    let source = if files.is_empty() { Vec::new() } else { raw_of(engine, subject).await? };
    let Some(files) = decoded(files, source).await? else {
        return give_back(engine, row, Returned::PayloadChanged).await;
    };
    engine
        .store
        .ledger
        .write(move |db| {
            let context = Context { expected_rev, ..Context::engine(at) };
            let released = apply(db, &subject, &Act::Release { rebuilt }, &context)?;
            if released.review.state == Some(State::Queued) {
                for (sha256, bytes) in &files {
                    write_file(db, id, sha256, bytes)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

/// The files by their digests; `None` if the mail's bytes don't hold one of them as it was when the rep decided.
async fn decoded(files: Vec<Attachment>, source: Vec<u8>) -> Result<Option<BTreeMap<Digest, Vec<u8>>>, Fault> {
    let decode = move |file: &Attachment| {
        let bytes = otomo_mime::attachment(&source, file.part)?;
        (Digest::of(&bytes) == file.sha256).then_some((file.sha256, bytes))
    };
    let work = spawn_blocking(move || files.iter().map(decode).collect());
    work.await.map_err(|join| Fault::Store(StoreFault::Damaged(format!("a file could not be read: {join}"))))
}

fn write_file(db: &Db, id: review::ReviewId, sha256: &Digest, bytes: &[u8]) -> Result<(), StoreFault> {
    let mut writer = outbox::FileWriter::new(db, id, sha256)?;
    let written = writer.write_all(bytes).and_then(|()| writer.flush());
    written.map_err(|error| StoreFault::File("ledger.db".into(), error.to_string()))
}

async fn raw_of(engine: &Engine, subject: Subject) -> Result<Vec<u8>, Fault> {
    let read = engine.store.cache.read(move |db| {
        let row = mail::find(db, &subject.mail)?.ok_or(StoreFault::Missing)?;
        Ok(raw::read(db, mail::raw_of(db, row)?)?)
    });
    Ok(read.await?)
}

/// Gives a scheduled mail back to the rep. False if they have decided something else about it meanwhile.
async fn give_back(engine: &Engine, row: &ReviewRow, why: Returned) -> Result<bool, Fault> {
    let (subject, context) =
        (row.subject, Context { expected_rev: Some(row.review.rev), ..Context::engine(engine.now()) });
    let given = engine.store.ledger.write(move |db| apply(db, &subject, &Act::Return(why), &context)).await;
    match given.map_err(Fault::from) {
        Err(Fault::Refused(_) | Fault::Conflict { .. }) => return Ok(false),
        other => other?,
    };
    engine.bus.changed(&[Tag::Review, Tag::Queue]);
    Ok(true)
}

impl Engine {
    /// The connections that something may be sent to: those that stay, and those that bring what they have to its end.
    pub(crate) async fn active_connections(&self) -> Result<Vec<ConnectionId>, Fault> {
        let leaving = self.leaving().await?;
        let all = self.connections().await?.into_iter().chain(leaving);
        Ok(all.filter(|c| c.status == ConnectionStatus::Active).map(|c| c.id).collect())
    }

    /// The connections that something new may be shared to.
    pub(crate) async fn sharing_connections(&self) -> Result<Vec<ConnectionId>, Fault> {
        let active = |c: &otomo_domain::account::Connection| c.status == ConnectionStatus::Active;
        Ok(self.connections().await?.iter().filter(|c| active(c)).map(|c| c.id).collect())
    }

    /// The earliest moment after `now` at which something waits for the clock.
    pub(crate) async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let due = self.store.ledger.read(move |db| Ok(review::next_due(db, now)?)).await?;
        Ok(due.into_iter().chain(self.snapshot().until).chain(self.holds.next_end(now)).min())
    }
}

#[cfg(test)]
mod tests;
