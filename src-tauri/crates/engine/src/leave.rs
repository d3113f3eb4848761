//! The end of a connection.
//!
//! It gets nothing new from the moment the rep removes it. What is being sent comes to its end first, and so does what is
//! taken back, where the rep wants that; then it is forgotten, its secrets first of all. What was decided stays in the
//! trace. Everything goes on from the ledger alone: what a start finds half gone goes on going.

use otomo_domain::account::{Connection, ConnectionId, ConnectionStatus, Stay};
use otomo_domain::connector::Retraction;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::review::{Act, Review, State};
use otomo_domain::rules::About;
use otomo_store::table::review::{self, Filter, ReviewRow};
use otomo_store::table::{acquaintance, alias, connection, contact, rule, secret, setting, triage};
use otomo_store::transition::{Context, apply};
use otomo_store::{Connection as Db, StoreFault};
use tokio::sync::broadcast::error::RecvError;

use crate::crm_sign_in::owner;
use crate::engine::{Engine, Task};
use crate::event::{Event, Tag};
use crate::fault::Fault;
use crate::status::Doing;

/// Before the connection's number, in the name of the setting that its index is to go.
const FORGET: &str = "forget:";

/// How much is removed in one transaction.
const STEP: usize = 500;

/// What has to come to its end before a connection can be forgotten.
const UNSETTLED: [State; 4] = [State::Uploading, State::Verifying, State::RetractQueued, State::Retracting];

/// What waits to be sent.
const WAITING: [State; 3] = [State::Scheduled, State::Queued, State::FailedRetry];

/// A connection that goes or has gone, and what it still waits for.
pub struct Former {
    pub connection: Connection,
    /// Mail that is still being sent or taken back.
    pub unsettled: i64,
    /// Mail that could not be taken back.
    pub failed: i64,
}

/// Lets connections go for ever: whenever something of their mail has moved.
pub(crate) async fn run(engine: Engine) {
    let mut events = engine.bus.listen();
    loop {
        if let Err(fault) = engine.go_on_leaving().await {
            tracing::warn!(%fault, "a connection that was removed could not be forgotten");
        }
        loop {
            tokio::select! {
                () = engine.leavings.notified() => break,
                heard = events.recv() => match heard {
                    Ok(Event::Changed { tags }) if tags.contains(&Tag::Queue) => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return std::future::pending().await,
                },
            }
        }
    }
}

impl Engine {
    /// Removes a connection. What waits to be sent is not sent. `retract` takes back everything that was shared to it
    /// before it is forgotten; without it, one that can't come to rest by itself is forgotten as it stands.
    pub async fn remove_connection(&self, id: ConnectionId, retract: bool) -> Result<(), Fault> {
        let before = self.connection(id).await?;
        if retract {
            self.may_retract(id).await?;
        }
        let stay = if retract { Stay::Retracting } else { Stay::Settling };
        self.store.ledger.write(move |db| Ok(connection::set_stay(db, id, stay)?)).await?;
        let leaving = Connection { stay, ..before.clone() };
        if retract {
            // Only the rep's word tries again what the CRM refused to take back.
            let failed = |review: &Review| (review.state == Some(State::RetractFailed)).then_some(Act::Retract);
            self.for_each(id, &[State::RetractFailed], failed).await?;
        }
        let stuck = leaving.status != ConnectionStatus::Active || before.stay != Stay::Connected;
        if !retract && stuck {
            self.wind_up(&leaving).await?;
            self.forget_connection(id).await?;
        } else {
            self.let_go(&leaving).await?;
            self.rules_changed().await?;
        }
        self.outbox.notify_one();
        self.bus.changed(&[Tag::Connections, Tag::Contacts, Tag::Review, Tag::Queue, Tag::History]);
        Ok(())
    }

    /// The connections that go or have gone, oldest first.
    pub async fn former_connections(&self) -> Result<Vec<Former>, Fault> {
        let read = self.store.ledger.read(|db| {
            let with_counts = |connection: Connection| {
                let waits = [&UNSETTLED[..], &[State::Logged]].concat();
                let waits = if connection.stay == Stay::Retracting { &waits[..] } else { &UNSETTLED[..] };
                let unsettled = review::count(db, connection.id, waits)?;
                let failed = review::count(db, connection.id, &[State::RetractFailed])?;
                Ok(Former { connection, unsettled, failed })
            };
            connection::former(db)?.into_iter().map(with_counts).collect()
        });
        Ok(read.await?)
    }

    /// The connections that go, and have not gone yet.
    pub(crate) async fn leaving(&self) -> Result<Vec<Connection>, Fault> {
        let mut former = self.store.ledger.read(|db| Ok(connection::former(db)?)).await?;
        former.retain(|connection| connection.stay != Stay::Gone);
        Ok(former)
    }

    async fn may_retract(&self, id: ConnectionId) -> Result<(), Fault> {
        let able = self.connector(id).await?.describe().retraction != Retraction::None;
        if able && self.identity(id).await?.is_some_and(|identity| identity.can_unlog) {
            return Ok(());
        }
        Err(CrmFault::new(CrmFaultKind::Unsupported, "nothing is taken back from here").into())
    }

    async fn go_on_leaving(&self) -> Result<(), Fault> {
        for connection in self.leaving().await? {
            if let Err(fault) = self.let_go(&connection).await {
                tracing::warn!(connection = connection.id.0, %fault, "a connection could not be let go");
            }
        }
        Ok(())
    }

    /// Goes on with the end of a connection, and forgets it once nothing of it moves any more.
    async fn let_go(&self, leaving: &Connection) -> Result<(), Fault> {
        self.wind_up(leaving).await?;
        let (id, retracts) = (leaving.id, leaving.stay == Stay::Retracting);
        let left = self.store.ledger.read(move |db| {
            let shared = if retracts { &[State::Logged, State::RetractFailed][..] } else { &[] };
            Ok(review::count(db, id, &UNSETTLED)? + review::count(db, id, shared)?)
        });
        if left.await? == 0 { self.forget_connection(id).await } else { Ok(()) }
    }

    /// Sees to it that nothing new goes to a connection, and that what is there is taken back where that is wanted.
    async fn wind_up(&self, leaving: &Connection) -> Result<(), Fault> {
        use State::{FailedPerm, FailedRetry, Logged, Queued, Scheduled, Uploading, Verifying};
        let retracts = leaving.stay == Stay::Retracting;
        let due = move |review: &Review| match review.state? {
            FailedPerm if review.may_be_there() => None,
            Scheduled | Queued | FailedRetry | FailedPerm => Some(Act::KeepPrivate),
            // It may have arrived, and is taken back once that is known.
            Uploading | Verifying if retracts && !review.retract_after => Some(Act::KeepPrivate),
            Logged if retracts => Some(Act::Retract),
            _ => None,
        };
        self.for_each(leaving.id, &[Scheduled, Queued, FailedRetry, FailedPerm, Uploading, Verifying, Logged], due)
            .await
    }

    async fn for_each(
        &self,
        id: ConnectionId,
        states: &[State],
        act: impl Fn(&Review) -> Option<Act>,
    ) -> Result<(), Fault> {
        let filter = Filter { connection: Some(id), ..Filter::default() };
        let mut after = None;
        loop {
            let wanted = states.to_vec();
            let read = self.store.ledger.read(move |db| Ok(review::latest(db, &wanted, &filter, after, STEP)?));
            let page = read.await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.place());
            for row in page {
                self.act_as_it_stands(row, &act).await?;
            }
        }
    }

    /// Forgets a connection: in the ledger at once, with its secrets; then what the cache has of it.
    async fn forget_connection(&self, id: ConnectionId) -> Result<(), Fault> {
        let at = self.now();
        self.store
            .ledger
            .write(move |db| {
                for state in UNSETTLED {
                    let filter = Filter { connection: Some(id), ..Filter::default() };
                    for row in review::latest(db, &[state], &filter, None, usize::MAX >> 1)? {
                        give_up(db, &row, &Context::engine(at))?;
                    }
                }
                // What was just refused, or not found, waits to be sent again.
                for state in WAITING {
                    let filter = Filter { connection: Some(id), ..Filter::default() };
                    for row in review::latest(db, &[state], &filter, None, usize::MAX >> 1)? {
                        apply(db, &row.subject, &Act::KeepPrivate, &Context::engine(at))?;
                    }
                }
                secret::remove_all(db, &owner(id))?;
                alias::forget(db, id)?;
                acquaintance::forget(db, id)?;
                let about_it = |made: otomo_domain::rules::Rule| made.id.filter(|_| is_about(&made.about, id));
                for made in rule::list(db)?.into_iter().filter_map(about_it) {
                    rule::remove(db, made)?;
                }
                setting::set(db, &to_forget(id), "")?;
                Ok(connection::forget(db, id)?)
            })
            .await?;
        self.forget_connector(id);
        self.holds.end(id);
        self.sign_ins.forget(&owner(id));
        self.board.set_connection(id, Doing::Starting);
        // A pass under way ends with its page; the next one finds no connection.
        let lane = self.lane(Task::Connection(id));
        lane.wake.notify_one();
        let _turn = lane.turn.lock().await;
        self.clear_away(id).await?;
        self.rules_changed().await?;
        let all = [Tag::Connections, Tag::Contacts, Tag::Mail, Tag::Review, Tag::Queue, Tag::History, Tag::Rules];
        self.bus.changed(&all);
        Ok(())
    }

    /// Removes what the cache has of a connection, and the note that it is to go.
    async fn clear_away(&self, id: ConnectionId) -> Result<(), Fault> {
        while self.store.cache.write(move |db| Ok(triage::forget(db, id, STEP)?)).await? {}
        while self.store.cache.write(move |db| Ok(contact::forget(db, id, STEP)?)).await? {}
        // A renewal or a check that was under way may have written once more.
        let gone = self.store.ledger.write(move |db| {
            secret::remove_all(db, &owner(id))?;
            connection::forget(db, id)?;
            Ok(setting::remove(db, &to_forget(id))?)
        });
        Ok(gone.await?)
    }

    /// Removes what the end of the process kept from being removed.
    pub(crate) async fn finish_forgetting(&self) -> Result<(), Fault> {
        let names = self.store.ledger.read(|db| Ok(setting::names(db, FORGET)?)).await?;
        for id in names.iter().filter_map(|name| name.strip_prefix(FORGET)?.parse().ok()) {
            self.clear_away(ConnectionId(id)).await?;
        }
        Ok(())
    }
}

fn to_forget(id: ConnectionId) -> String {
    format!("{FORGET}{}", id.0)
}

fn is_about(about: &About, id: ConnectionId) -> bool {
    matches!(about, About::Contact(at) | About::Company(at) if at.connection == id)
}

/// Ends what nobody will hear the end of: the row says that nobody knows how it came out.
fn give_up(db: &Db, row: &ReviewRow, context: &Context<'_>) -> Result<(), StoreFault> {
    let fault = CrmFault::new(CrmFaultKind::OutcomeUnknown, "the connection was removed meanwhile");
    let before = match row.review.state {
        Some(State::Uploading) => Some(Act::Lost),
        Some(State::RetractQueued) => Some(Act::Lease),
        _ => None,
    };
    for act in before.into_iter().chain([Act::Refuse { fault }]) {
        apply(db, &row.subject, &act, context)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
