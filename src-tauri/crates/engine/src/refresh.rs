//! Keeps a connection's contact index in step: page by page, each page kept with its cursor and with what it changes in
//! the matches.

use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::{ConnectionId, ConnectionStatus, Stay};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::retry::CONNECTING;
use otomo_store::table::{connection, contact, participant};

use crate::engine::{Engine, Task};
use crate::event::Tag;
use crate::fault::Fault;
use crate::status::Doing;
use crate::triage::retriage;

/// How often the index is refreshed by itself.
const INTERVAL: Duration = Duration::from_secs(15 * 60);

/// Refreshes for ever; a wake makes the next pass begin now, or as soon as a CRM that asked to be left alone has been.
pub(crate) async fn run(engine: Engine, id: ConnectionId) {
    let lane = engine.lane(Task::Connection(id));
    let mut failures = 0;
    loop {
        if let Some(rest) = engine.holds.left(id, engine.now()) {
            tokio::select! {
                () = lane.wake.notified() => {}
                () = engine.clock.sleep(rest) => {}
            }
            continue;
        }
        match attempt(&engine, id, failures + 1).await {
            Ok(()) => failures = 0,
            // Removed: whoever comes after it has another number.
            Err(fault) if matches!(*fault, Fault::NoSuch("connection")) => return std::future::pending().await,
            Err(_) => failures += 1,
        }
        loop {
            tokio::select! {
                () = lane.wake.notified() => {
                    failures = 0;
                    break;
                }
                () = lane.by_hand.notified() => {}
                () = engine.clock.sleep(due(&engine, id)) => break,
            }
        }
    }
}

/// How long until the next pass, by what is shown of the last one.
fn due(engine: &Engine, id: ConnectionId) -> Duration {
    match engine.board.connection(id) {
        Doing::Waiting { until, .. } => until.since(engine.now()),
        _ => INTERVAL,
    }
}

/// A pass because the rep asked for one. How it came out is shown like any other.
pub async fn look_now(engine: &Engine, id: ConnectionId) -> Result<(), Arc<Fault>> {
    let outcome = attempt(engine, id, 1).await;
    engine.lane(Task::Connection(id)).by_hand.notify_one();
    outcome
}

/// One pass, and what is shown of it.
async fn attempt(engine: &Engine, id: ConnectionId, failures: u32) -> Result<(), Arc<Fault>> {
    let outcome = match pass(engine, id).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(note_failure(engine, id, failures, fault).await),
    };
    engine.bus.changed(&[Tag::Connections]);
    outcome
}

/// One whole refresh.
pub async fn pass(engine: &Engine, id: ConnectionId) -> Result<(), Fault> {
    let lane = engine.lane(Task::Connection(id));
    let _turn = lane.turn.lock().await;
    let connection = engine.connection(id).await?;
    if connection.stay != Stay::Connected {
        return Ok(());
    }
    match connection.status {
        ConnectionStatus::Active => {}
        ConnectionStatus::Paused => {
            engine.board.set_connection(id, Doing::Paused);
            return Ok(());
        }
        // What is shown says why, and stays until its person has done something about it.
        ConnectionStatus::SignInNeeded => return Ok(()),
    }
    engine.board.set_connection(id, Doing::Working);
    let connector = engine.connector(id).await?;
    let identity = ask(engine, id, connector.check()).await?;
    engine.store.ledger.write(move |db| Ok(connection::set_identity(db, id, &identity)?)).await?;
    engine.rules_changed().await?;
    // One that goes takes nothing in any more.
    while engine.connection(id).await?.stay == Stay::Connected && take_page(engine, id, &*connector).await? {
        engine.bus.changed(&[Tag::Contacts]);
    }
    engine.board.set_connection(id, Doing::InStep);
    Ok(())
}

/// Asks the CRM one thing, unless it is to be left alone; what it asks for holds for everybody.
async fn ask<T>(
    engine: &Engine,
    id: ConnectionId,
    request: impl Future<Output = Result<T, CrmFault>>,
) -> Result<T, Fault> {
    let lane = engine.lane(Task::Connection(id));
    let _wire = lane.wire.lock().await;
    if let Some(left) = engine.holds.left(id, engine.now()) {
        let fault = CrmFault::new(CrmFaultKind::Transient, "the connection rests");
        return Err(Fault::Crm(CrmFault { retry_after: Some(left), ..fault }));
    }
    let answer = request.await;
    if let Err(CrmFault { retry_after: Some(asked), .. }) = &answer {
        engine.holds.keep(id, engine.now() + *asked);
    }
    Ok(answer?)
}

/// Takes the next page in; true if there is another.
async fn take_page(engine: &Engine, id: ConnectionId, connector: &dyn CrmConnector) -> Result<bool, Fault> {
    let cursor = engine.store.cache.read(move |db| Ok(contact::feed(db, id)?)).await?.map(|feed| feed.cursor);
    let page = ask(engine, id, connector.contacts(cursor.as_deref())).await?;
    let has_more = page.has_more;
    let (now, keeper) = (engine.now(), engine.clone());
    let changed = engine.store.cache.write(move |db| {
        let changed = contact::take_page(db, id, &page, now)?;
        let mails = participant::mails_with(db, &changed)?;
        for row in &mails {
            retriage(db, *row, &keeper.snapshot(), now)?;
        }
        Ok(!mails.is_empty())
    });
    if changed.await? {
        engine.bus.changed(&[Tag::Review]);
        // What matches now may go by itself.
        engine.outbox.notify_one();
    }
    Ok(has_more)
}

async fn note_failure(engine: &Engine, id: ConnectionId, failures: u32, fault: Fault) -> Arc<Fault> {
    tracing::info!(connection = id.0, %fault, "a contact index could not be refreshed");
    let (needs_person, asked) = match &fault {
        Fault::Crm(fault) => (fault.is_about_connection(), fault.retry_after),
        Fault::Invalid { .. } => (true, None),
        _ => (false, None),
    };
    let fault = Arc::new(fault);
    if needs_person {
        engine.needs_person(id).await;
        engine.board.set_connection(id, Doing::NeedsPerson { fault: Arc::clone(&fault) });
    } else {
        let until = engine.now() + CONNECTING.wait(failures, rand::random(), asked);
        engine.board.set_connection(id, Doing::Waiting { fault: Arc::clone(&fault), until });
    }
    fault
}

impl Engine {
    /// A connection's token or permission was refused: it waits, and everything queued for it.
    pub(crate) async fn needs_person(&self, id: ConnectionId) {
        let set = self.store.ledger.write(move |db| {
            let active = connection::get(db, id)?.is_some_and(|c| c.status == ConnectionStatus::Active);
            // A pause is the rep's own word, and stays.
            Ok(active && connection::set_status(db, id, ConnectionStatus::SignInNeeded)?)
        });
        if let Err(fault) = set.await {
            tracing::warn!(connection = id.0, %fault, "the connection's status could not be kept");
        }
        self.bus.changed(&[Tag::Connections, Tag::Queue]);
    }
}

#[cfg(test)]
mod tests;
