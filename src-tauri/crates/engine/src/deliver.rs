//! The outbox → the CRM, exactly once.
//!
//! A lease is committed before the first byte leaves, the answer's meaning before anything else is done with it. A lost
//! answer is settled by looking the key up, never by sending again.

use std::io::{Cursor, Read};
use std::time::Duration;

use futures::future::join_all;
use otomo_domain::account::ConnectionId;
use otomo_domain::connector::{Files, Outgoing, OutgoingFile, Patience, RemoteMail, Sought};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::{Frozen, Payload};
use otomo_domain::ports::CrmConnector;
use otomo_domain::retry::DELIVERY;
use otomo_domain::review::{Act, State, Triage};
use otomo_domain::rules::{Exclusion, Origin};
use otomo_domain::time::Timestamp;
use otomo_store::Store;
use otomo_store::table::outbox::{self, FileReader};
use otomo_store::table::review::{self, ReviewId, ReviewRow};
use otomo_store::transition::{Context, apply};

use crate::by_itself;
use crate::engine::{Engine, Task};
use crate::event::Tag;
use crate::fault::Fault;
use crate::release::release_due;

/// How long the outbox sleeps at most: often enough to notice that the machine was suspended.
const LOOK: Duration = Duration::from_secs(20);

/// How many of a connection are looked for at once in each state.
const AT_ONCE: usize = 500;

/// An upload that the CRM says misses a file is tried again from its files this often.
const FILE_ROUNDS: u32 = 3;

/// A mail that was sent this often without a clear answer, and never arrived, is given to the rep.
const ROUNDS: u32 = 8;

/// A mail that is in the CRM in part is completed for about two days: whoever gives it to the rep leaves half a mail there.
const ROUNDS_IN_PART: u32 = 16;

/// States in which a mail may wait because a CRM asked for it.
const WAITING: [State; 3] = [State::FailedRetry, State::Verifying, State::RetractQueued];

/// What a crash left on the wire has an unknown outcome, and what a CRM asked for holds still. Run once, before anything
/// else moves.
pub(crate) async fn recover(engine: &Engine) -> Result<(), Fault> {
    let at = engine.now();
    let recovered = engine.store.ledger.write(move |db| {
        let mut left = review::in_state(db, State::Uploading, usize::MAX >> 1)?;
        left.extend(review::in_state(db, State::Retracting, usize::MAX >> 1)?);
        for row in left {
            apply(db, &row.subject, &Act::Lost, &Context::engine(at))?;
        }
        let mut waiting = Vec::new();
        for state in WAITING {
            waiting.extend(review::in_state(db, state, usize::MAX >> 1)?);
        }
        Ok(waiting)
    });
    for row in recovered.await? {
        let asked = row.review.fault.as_ref().and_then(|fault| fault.retry_after);
        if let Some(until) = asked.map(|span| row.changed_at + span).filter(|until| *until > at) {
            engine.holds.keep(row.subject.connection, until);
        }
    }
    Ok(())
}

/// How often it is looked whether the machine has settled.
const LOOK_UNSETTLED: Duration = Duration::from_secs(2);

/// Decides by itself, releases and delivers for ever.
pub(crate) async fn run(engine: Engine) {
    loop {
        let began = engine.now();
        if let Err(fault) = round(&engine).await {
            tracing::warn!(%fault, "the outbox could not be worked on");
        }
        let longest = if engine.settled() { LOOK } else { LOOK_UNSETTLED };
        let wait = match engine.next_due(began).await {
            Ok(Some(due)) => due.since(engine.now()).clamp(Duration::from_millis(500), longest),
            _ => longest,
        };
        tokio::select! {
            () = engine.outbox.notified() => {}
            () = engine.clock.sleep(wait) => {}
        }
    }
}

/// Decides what is decided by itself, then releases what is due, then delivers what is due. What fails keeps none of the
/// others from being tried.
pub(crate) async fn round(engine: &Engine) -> Result<(), Fault> {
    let decided = by_itself::round(engine).await;
    let released = release_due(engine).await;
    let delivered = deliver_due(engine).await;
    decided.and(released).and(delivered)
}

/// Works on everything that is due, connections beside each other, the mail of one connection in order.
async fn deliver_due(engine: &Engine) -> Result<(), Fault> {
    if !engine.policy.allows_sharing() {
        return Ok(());
    }
    let lanes = engine.active_connections().await?.into_iter().map(|connection| async move {
        if let Err(fault) = lane(engine, connection).await {
            tracing::warn!(connection = connection.0, %fault, "a connection could not be worked on");
        }
    });
    join_all(lanes).await;
    Ok(())
}

/// Works on the mail of one connection until it is done, paused, or told to wait. A mail that can't be worked on does not
/// keep the others waiting.
async fn lane(engine: &Engine, connection: ConnectionId) -> Result<(), Fault> {
    if engine.holds.rests(connection, engine.now()) {
        return Ok(());
    }
    let now = engine.now();
    let due = engine.store.ledger.read(move |db| {
        let mut due = Vec::new();
        for state in [State::Verifying, State::RetractQueued, State::Queued, State::FailedRetry] {
            due.extend(review::due(db, connection, state, now, None, AT_ONCE)?.into_iter().map(|row| row.id));
        }
        Ok(due)
    });
    let due = due.await?;
    if due.is_empty() {
        return Ok(());
    }
    let connector = match engine.connector(connection).await {
        Err(fault @ (Fault::Crm(_) | Fault::Invalid { .. })) => {
            tracing::warn!(connection = connection.0, %fault, "the connection's settings don't work");
            engine.needs_person(connection).await;
            return Ok(());
        }
        other => other?,
    };
    let lane = engine.lane(Task::Connection(connection));
    for id in due {
        let _wire = lane.wire.lock().await;
        let rests = engine.holds.rests(connection, engine.now());
        if rests || !engine.active_connections().await?.contains(&connection) {
            return Ok(());
        }
        let go_on = work_on(engine, id, &*connector).await.unwrap_or_else(|fault| {
            tracing::warn!(review = id.0, %fault, "a mail could not be worked on");
            true
        });
        engine.bus.changed(&[Tag::Queue, Tag::History, Tag::Review]);
        if !go_on {
            return Ok(());
        }
    }
    Ok(())
}

/// Works on one mail. False if the connection should rest now.
async fn work_on(engine: &Engine, id: ReviewId, connector: &dyn CrmConnector) -> Result<bool, Fault> {
    let row = engine.store.ledger.read(move |db| Ok(review::get(db, id)?)).await?;
    match row.review.state {
        Some(State::Verifying) => verify(engine, &row, connector).await,
        Some(State::RetractQueued) => retract(engine, &row, connector).await,
        Some(State::Queued | State::FailedRetry) => upload(engine, &row, connector).await,
        _ => Ok(true),
    }
}

/// Logs one mail. False if the connection should rest now.
async fn upload(engine: &Engine, row: &ReviewRow, connector: &dyn CrmConnector) -> Result<bool, Fault> {
    let (frozen, payload) = match frozen(engine, row).await? {
        Ok(whole) => whole,
        Err(fault) => {
            act(engine, row, Act::Lease).await?;
            act(engine, row, Act::Refuse { fault }).await?;
            return Ok(true);
        }
    };
    if let Some(why) = forbidden(engine, row, &payload).await? {
        keep_from_leaving(engine, row, why).await?;
        return Ok(true);
    }
    let leased = match act(engine, row, Act::Lease).await {
        // The rep was quicker.
        Err(Fault::Refused(_)) => return Ok(true),
        other => other?,
    };
    match send(engine, row, connector, &frozen, &payload).await? {
        None => {
            let fault = CrmFault::new(CrmFaultKind::Transient, "the connection was paused meanwhile");
            act(engine, row, Act::WaitForPerson { fault }).await?;
            Ok(false)
        }
        Some(Ok(remote)) => {
            engine.holds.end(row.subject.connection);
            act(engine, row, Act::Delivered(remote)).await?;
            Ok(true)
        }
        Some(Err(fault)) => settle(engine, &leased, fault).await,
    }
}

/// What was frozen of a mail; the fault where it is damaged or gone.
async fn frozen(engine: &Engine, row: &ReviewRow) -> Result<Result<(Frozen, Payload), CrmFault>, Fault> {
    let id = row.id;
    let bytes = engine.store.ledger.read(move |db| Ok(outbox::frozen_if_any(db, id)?)).await?;
    let whole = bytes.and_then(|bytes| Frozen::open(&bytes));
    Ok(whole.ok_or_else(|| CrmFault::new(CrmFaultKind::Rejected, "the frozen bytes are damaged")))
}

/// Deny rules are asked once more right before the first byte leaves: a mail may have waited for days.
async fn forbidden(engine: &Engine, row: &ReviewRow, payload: &Payload) -> Result<Option<Exclusion>, Fault> {
    let judgement = engine.judge_kept_or_gone(&row.subject, payload).await?;
    Ok(match judgement.triage {
        Triage::Excluded { why } if !engine.is_overruled(&row.review, &why) => Some(why),
        _ => None,
    })
}

async fn keep_from_leaving(engine: &Engine, row: &ReviewRow, why: Exclusion) -> Result<(), Fault> {
    let origin = match why {
        Exclusion::NeverLog { rule, .. } => rule.origin(),
        Exclusion::Internal | Exclusion::Automated { .. } | Exclusion::NotATarget => Origin::Policy,
    };
    let (at, subject) = (engine.now(), row.subject);
    let keep = move |db: &otomo_store::Transaction<'_>| {
        apply(db, &subject, &Act::KeepPrivate, &Context { origin, ..Context::engine(at) })
    };
    match engine.store.ledger.write(keep).await.map_err(Fault::from) {
        // The rep was quicker.
        Err(Fault::Refused(_)) => Ok(()),
        other => other.map(drop),
    }
}

/// Uploads the files, then the mail. `None` if the connection was paused between two requests: nothing is logged yet.
async fn send(
    engine: &Engine,
    row: &ReviewRow,
    connector: &dyn CrmConnector,
    frozen: &Frozen,
    payload: &Payload,
) -> Result<Option<Result<RemoteMail, CrmFault>>, Fault> {
    let files = FrozenFiles { store: engine.store.clone(), review: row.id };
    for meta in &payload.attachments {
        if let Err(fault) = connector.put_attachment(OutgoingFile { meta, files: &files }).await {
            return Ok(Some(Err(fault)));
        }
        if !engine.active_connections().await?.contains(&row.subject.connection) {
            return Ok(None);
        }
    }
    let outgoing = Outgoing { key: row.subject.mail.key, frozen, payload, files: &files };
    Ok(Some(connector.log_mail(outgoing).await))
}

/// Decides what a failed upload means. False if the connection should rest now.
async fn settle(engine: &Engine, row: &ReviewRow, fault: CrmFault) -> Result<bool, Fault> {
    tracing::info!(review = row.id.0, kind = ?fault.kind, attempt = row.review.attempt, "an upload did not succeed");
    if fault.is_about_connection() {
        act(engine, row, Act::WaitForPerson { fault }).await?;
        engine.needs_person(row.subject.connection).await;
        return Ok(false);
    }
    let next_attempt_at = next_attempt(engine, row, &fault);
    match fault.kind {
        CrmFaultKind::OutcomeUnknown => {
            act(engine, row, Act::Lost).await?;
            // It may have been done, and yet nobody is to come before then, not even to look.
            if fault.retry_after.is_some() {
                engine.holds.rest(row.subject.connection, engine.now(), fault.retry_after);
            }
            Ok(fault.retry_after.is_none())
        }
        CrmFaultKind::AttachmentMissing if row.review.attempt < FILE_ROUNDS => {
            act(engine, row, Act::Defer { fault, next_attempt_at }).await?;
            Ok(true)
        }
        _ if fault.is_temporary() => {
            engine.holds.rest(row.subject.connection, engine.now(), fault.retry_after);
            act(engine, row, Act::Defer { fault, next_attempt_at }).await?;
            Ok(false)
        }
        _ => {
            act(engine, row, Act::Refuse { fault }).await?;
            Ok(true)
        }
    }
}

/// Looks a mail up whose answer was lost. False if the connection should rest now.
async fn verify(engine: &Engine, row: &ReviewRow, connector: &dyn CrmConnector) -> Result<bool, Fault> {
    let (frozen, payload) = match frozen(engine, row).await? {
        Ok(whole) => whole,
        Err(fault) => return give(engine, row, fault).await,
    };
    match connector.find_logged(Sought { key: row.subject.mail.key, payload: &payload }).await {
        Ok(Some(remote)) => {
            engine.holds.end(row.subject.connection);
            act(engine, row, Act::Delivered(remote)).await?;
            Ok(true)
        }
        Ok(None) => {
            engine.holds.end(row.subject.connection);
            act(engine, row, not_there(engine, row, connector.describe().patience)).await?;
            Ok(true)
        }
        Err(fault) if fault.kind == CrmFaultKind::MaybeLogged => {
            complete(engine, row, connector, (&frozen, &payload), fault).await
        }
        // Nobody but the rep can settle it, who can look in the CRM.
        Err(fault) if fault.kind == CrmFaultKind::Unsupported => give(engine, row, fault).await,
        Err(fault) if is_hopeless(row, &fault) => give(engine, row, fault).await,
        Err(fault) => rest(engine, row, fault).await,
    }
}

/// Whether a look-up that was refused this often for the mail's own sake will go on being refused.
fn is_hopeless(row: &ReviewRow, fault: &CrmFault) -> bool {
    row.review.attempt >= ROUNDS && !fault.is_temporary() && !fault.is_about_connection()
}

/// Sends the rest of a mail of which the CRM has a part, unless it is to be private by now. It stays on the wire
/// meanwhile: what is there in part must never be taken for what has not left. False if the connection should rest now.
async fn complete(
    engine: &Engine,
    row: &ReviewRow,
    connector: &dyn CrmConnector,
    (frozen, payload): (&Frozen, &Payload),
    in_part: CrmFault,
) -> Result<bool, Fault> {
    if row.review.retract_after || forbidden(engine, row, payload).await?.is_some() {
        return give(engine, row, in_part).await;
    }
    match send(engine, row, connector, frozen, payload).await? {
        None => Ok(false),
        Some(Ok(remote)) => {
            engine.holds.end(row.subject.connection);
            act(engine, row, Act::Delivered(remote)).await?;
            Ok(true)
        }
        Some(Err(fault)) if fault.is_temporary() || fault.is_about_connection() => rest(engine, row, fault).await,
        Some(Err(fault)) if fault.kind == CrmFaultKind::OutcomeUnknown && row.review.attempt < ROUNDS_IN_PART => {
            if fault.retry_after.is_some() {
                engine.holds.rest(row.subject.connection, engine.now(), fault.retry_after);
            }
            rest(engine, row, fault).await
        }
        Some(Err(fault)) => give(engine, row, fault).await,
    }
}

/// Gives a mail to the rep that the CRM has, or may have, whole or in part.
async fn give(engine: &Engine, row: &ReviewRow, fault: CrmFault) -> Result<bool, Fault> {
    let fault = CrmFault { kind: CrmFaultKind::MaybeLogged, ..fault };
    act(engine, row, Act::Refuse { fault }).await?;
    Ok(true)
}

/// What it means that the CRM does not show a mail whose answer was lost: it is asked again as long as it may lag behind.
fn not_there(engine: &Engine, row: &ReviewRow, patience: Patience) -> Act {
    let further = patience.tries.saturating_sub(1);
    if row.review.missed < further {
        return Act::Missed { next_attempt_at: engine.now() + patience.span / further };
    }
    if row.review.in_vain + 1 >= ROUNDS && !row.review.retract_after {
        let why = format!("it was sent {ROUNDS} times without a clear answer, and is not there");
        return Act::Refuse { fault: CrmFault::new(CrmFaultKind::Protocol, why) };
    }
    let wait = DELIVERY.wait(row.review.attempt, rand::random(), None);
    Act::NotFound { next_attempt_at: engine.now() + wait }
}

/// Takes a mail back. False if the connection should rest now.
async fn retract(engine: &Engine, row: &ReviewRow, connector: &dyn CrmConnector) -> Result<bool, Fault> {
    let whole = frozen(engine, row).await?;
    let leased = act(engine, row, Act::Lease).await?;
    let taken_back = match (whole, &row.review.remote) {
        (Ok((_, payload)), Some(remote)) => {
            connector.unlog(Sought { key: row.subject.mail.key, payload: &payload }, remote).await
        }
        // The rep found it there, and the CRM was never heard of it.
        (Ok(_), None) => Err(CrmFault::new(CrmFaultKind::Unsupported, "its number in the CRM is not known")),
        (Err(fault), _) => Err(fault),
    };
    match taken_back {
        Ok(()) => {
            engine.holds.end(row.subject.connection);
            act(engine, row, Act::Unlogged).await?;
            Ok(true)
        }
        // The rep may not delete there: the others go on, and this one is said to be there still.
        Err(fault) if fault.kind == CrmFaultKind::Forbidden => {
            act(engine, row, Act::Refuse { fault }).await?;
            Ok(true)
        }
        Err(fault)
            if fault.is_about_connection() || fault.is_temporary() || fault.kind == CrmFaultKind::OutcomeUnknown =>
        {
            rest(engine, &leased, fault).await
        }
        Err(fault) => {
            act(engine, row, Act::Refuse { fault }).await?;
            Ok(true)
        }
    }
}

/// A look-up or a retraction that did not get through: later again. Only a trouble that is not about this mail keeps the
/// others waiting.
async fn rest(engine: &Engine, row: &ReviewRow, fault: CrmFault) -> Result<bool, Fault> {
    if fault.is_about_connection() {
        act(engine, row, Act::WaitForPerson { fault }).await?;
        engine.needs_person(row.subject.connection).await;
        return Ok(false);
    }
    let (next_attempt_at, passing) = (next_attempt(engine, row, &fault), fault.is_temporary());
    if passing {
        engine.holds.rest(row.subject.connection, engine.now(), fault.retry_after);
    }
    act(engine, row, Act::Defer { fault, next_attempt_at }).await?;
    Ok(!passing)
}

/// A CRM that is busy and says how long gets that; what fails is tried less and less often.
fn next_attempt(engine: &Engine, row: &ReviewRow, fault: &CrmFault) -> Timestamp {
    let wait = match fault.retry_after {
        Some(asked) if fault.kind == CrmFaultKind::RateLimited => asked,
        asked => DELIVERY.wait(row.review.attempt, rand::random(), asked),
    };
    engine.now() + wait
}

async fn act(engine: &Engine, row: &ReviewRow, act: Act) -> Result<ReviewRow, Fault> {
    let (at, subject) = (engine.now(), row.subject);
    let row = engine.store.ledger.write(move |db| apply(db, &subject, &act, &Context::engine(at))).await?;
    let goes_on = matches!(row.review.state, Some(State::Verifying | State::RetractQueued));
    if goes_on && row.review.next_attempt_at.is_none_or(|due| due <= at) {
        // A lost answer is looked up, and what must be taken back is taken back, at once.
        engine.outbox.notify_one();
    }
    Ok(row)
}

/// The frozen files of a mail, read from the ledger piece by piece.
struct FrozenFiles {
    store: Store,
    review: ReviewId,
}

impl Files for FrozenFiles {
    fn open(&self, sha256: &Digest) -> std::io::Result<Box<dyn Read + Send>> {
        let found = self.store.ledger.read_blocking(|db| Ok(outbox::file_id(db, self.review, sha256)?));
        let file = found.map_err(std::io::Error::other)?;
        let file = file.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::NotFound, "the file is not frozen"))?;
        let store = self.store.clone();
        let next_piece = move |sequence| {
            let piece = store.ledger.read_blocking(|db| Ok(outbox::piece(db, file, sequence)?));
            piece.map_err(std::io::Error::other)
        };
        Ok(Box::new(FileReader { next_piece, current: Cursor::new(Vec::new()), sequence: 0 }))
    }
}

#[cfg(test)]
mod tests;
