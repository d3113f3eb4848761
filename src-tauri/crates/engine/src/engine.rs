//! The engine: its parts, its tasks, and when it has nothing left to do.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use otomo_domain::account::{Account, AccountId, Connection, ConnectionId, ConnectionStatus, Stay};
use otomo_domain::awake::Awake;
use otomo_domain::connector::ConnectorInfo;
use otomo_domain::error::MailFault;
use otomo_domain::oauth::Provider;
use otomo_domain::policy::Policy;
use otomo_domain::ports::{
    Clock, Credential, CrmConnector, Detector, MailSender, MailSource, OAuth, SendingAccounts, UidBook,
};
use otomo_domain::review::State;
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use otomo_store::Store;
use otomo_store::table::mail::MailRow;
use otomo_store::table::{account, connection, raw, review};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::revoke;
use crate::crm_sign_in::Access;
use crate::event::Bus;
use crate::fault::Fault;
use crate::hold::Holds;
use crate::leave::Former;
use crate::sign_in::SignIns;
use crate::status::{Board, Doing};
use crate::sweep::Reach;
use crate::triage::Snapshot;
use crate::{deliver, leave, receive, refresh};

/// The policy as it was found at the start.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub enum PolicyState {
    /// None, or a valid one.
    Valid(Policy),
    /// There is one and it cannot be read: nothing is shared until it can.
    Invalid { why: String },
}

impl PolicyState {
    /// What it demands; an invalid one demands nothing more than that nothing is shared.
    pub fn policy(&self) -> Policy {
        match self {
            Self::Valid(policy) => policy.clone(),
            Self::Invalid { .. } => Policy::default(),
        }
    }

    pub fn allows_sharing(&self) -> bool {
        matches!(self, Self::Valid(_))
    }
}

type MakeSource =
    dyn Fn(&Account, Option<Credential>, Arc<dyn UidBook>) -> Result<Box<dyn MailSource>, MailFault> + Send + Sync;
type MakeSender = dyn Fn(&Account, Option<Credential>) -> Result<Box<dyn MailSender>, MailFault> + Send + Sync;
type MakeConnector = dyn Fn(&str, &serde_json::Value, Access, Arc<dyn SendingAccounts>) -> Result<Arc<dyn CrmConnector>, Fault>
    + Send
    + Sync;
type MakeProvider =
    dyn Fn(&str, &serde_json::Value, Option<SecretString>) -> Result<Option<Provider>, Fault> + Send + Sync;

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub policy: PolicyState,
    pub source: Box<MakeSource>,
    /// What an account sends with; asked only where it sends.
    pub sender: Box<MakeSender>,
    pub oauth: Arc<dyn OAuth>,
    pub detector: Arc<dyn Detector>,
    /// The kinds of CRM there are.
    pub kinds: Vec<ConnectorInfo>,
    pub connector: Box<MakeConnector>,
    /// Where the rep signs in to a CRM of this kind and these settings; `None` where a secret is all.
    pub crm_provider: Box<MakeProvider>,
    /// The folder in which the person looks for files they saved.
    pub downloads: PathBuf,
}

/// The running engine. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub struct Inner {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub policy: PolicyState,
    pub kinds: Vec<ConnectorInfo>,
    pub(crate) make_source: Box<MakeSource>,
    pub(crate) make_sender: Box<MakeSender>,
    pub(crate) oauth: Arc<dyn OAuth>,
    pub(crate) detector: Arc<dyn Detector>,
    pub(crate) sign_ins: SignIns,
    make_connector: Box<MakeConnector>,
    pub(crate) make_provider: Box<MakeProvider>,
    pub(crate) downloads: PathBuf,
    pub bus: Bus,
    pub board: Board,
    pub(crate) awake: Mutex<Awake>,
    pub(crate) snapshot: Mutex<Arc<Snapshot>>,
    /// Held while mail is held against changed rules; what of it has not come to its end.
    pub(crate) sweeping: tokio::sync::Mutex<Option<Reach>>,
    /// Held while the rules are read anew; what of the mail has not been held against them yet.
    pub(crate) unswept: tokio::sync::Mutex<Option<Reach>>,
    pub(crate) holds: Holds,
    connectors: Mutex<HashMap<ConnectionId, Arc<dyn CrmConnector>>>,
    /// Something may be due in the outbox.
    pub(crate) outbox: Notify,
    /// A sign-in may have to be taken back.
    pub(crate) revocations: Notify,
    /// A connection may have come to its end.
    pub(crate) leavings: Notify,
    lanes: Mutex<HashMap<Task, Arc<Lane>>>,
    working: AtomicBool,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What is done over and over, one pass at a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    Account(AccountId),
    Connection(ConnectionId),
}

/// How the passes of a task are begun and kept apart.
#[derive(Default)]
pub(crate) struct Lane {
    /// Begins the next pass now.
    pub wake: Notify,
    /// A pass was asked for by hand: the next one may be due at another time.
    pub by_hand: Notify,
    /// Held during a pass: a pass asked for by hand waits for the one under way.
    pub turn: tokio::sync::Mutex<()>,
    /// Held from a request until what its answer asks for is noted: a CRM that wants to be left alone is, by whoever would
    /// have been next.
    pub wire: tokio::sync::Mutex<()>,
}

impl std::ops::Deref for Engine {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Engine {
    /// An engine whose tasks don't run yet: it answers and decides, and nothing moves by itself.
    pub async fn new(parts: Parts) -> Result<Self, Fault> {
        let awake = Awake::from_start(parts.clock.monotonic(), parts.clock.now());
        let engine = Self(Arc::new(Inner {
            store: parts.store,
            clock: parts.clock,
            policy: parts.policy,
            kinds: parts.kinds,
            make_source: parts.source,
            make_sender: parts.sender,
            oauth: parts.oauth,
            detector: parts.detector,
            sign_ins: SignIns::default(),
            make_connector: parts.connector,
            make_provider: parts.crm_provider,
            downloads: parts.downloads,
            bus: Bus::default(),
            board: Board::default(),
            awake: Mutex::new(awake),
            snapshot: Mutex::default(),
            sweeping: tokio::sync::Mutex::default(),
            unswept: tokio::sync::Mutex::default(),
            holds: Holds::default(),
            connectors: Mutex::default(),
            outbox: Notify::new(),
            revocations: Notify::new(),
            leavings: Notify::new(),
            lanes: Mutex::default(),
            working: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }));
        engine.store.cache.write(|db| Ok(raw::remove_unfinished(db)?)).await?;
        deliver::recover(&engine).await?;
        engine.catch_up().await?;
        engine.finish_wipes().await?;
        engine.finish_forgetting().await?;
        engine.finish_matches().await?;
        Ok(engine)
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }

    /// Starts the workers: one task per account, one per connection, one for the outbox, one for sign-ins that
    /// are taken back, one for connections that go.
    pub async fn start(&self) -> Result<(), Fault> {
        self.working.store(true, Ordering::Relaxed);
        for account in self.accounts().await? {
            self.start_account(account.id);
        }
        for connection in self.connections().await? {
            self.start_connection(connection.id);
        }
        let engine = self.clone();
        self.spawn(async move { deliver::run(engine).await });
        let engine = self.clone();
        self.spawn(async move { revoke::run(engine).await });
        let engine = self.clone();
        self.spawn(async move { leave::run(engine).await });
        Ok(())
    }

    /// Starts capturing an account, if the workers run at all.
    pub(crate) fn start_account(&self, id: AccountId) {
        let engine = self.clone();
        self.spawn(async move { receive::run(engine, id).await });
    }

    /// Starts refreshing a connection's index, if the workers run at all.
    pub(crate) fn start_connection(&self, id: ConnectionId) {
        let engine = self.clone();
        self.spawn(async move { refresh::run(engine, id).await });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if !self.working.load(Ordering::Relaxed) {
            return;
        }
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            // A worker goes on until it is stopped; one that ends before has panicked, and the others end with it.
            let _end = stop.clone().drop_guard();
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Spawns work that [`Self::stop`] waits for, and that ends by itself when its input does.
    pub(crate) fn track<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.tasks.spawn(work)
    }

    /// Stops every worker at its next `.await` and waits for all of them.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Returns once the engine has been stopped, or one of its workers has panicked.
    pub async fn ended(&self) {
        self.stop.cancelled().await;
    }

    pub fn has_ended(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Lets an account look for mail now.
    pub fn wake_account(&self, id: AccountId) {
        self.lane(Task::Account(id)).wake.notify_one();
    }

    /// Lets a connection refresh its contact index now.
    pub fn wake_connection(&self, id: ConnectionId) {
        self.lane(Task::Connection(id)).wake.notify_one();
    }

    pub(crate) fn lane(&self, task: Task) -> Arc<Lane> {
        Arc::clone(self.lanes.lock().unwrap_or_else(PoisonError::into_inner).entry(task).or_default())
    }

    /// Waits until every account and connection has had its turn and nothing in the outbox can move.
    pub async fn until_idle(&self) -> Result<(), Fault> {
        let mut events = self.bus.listen();
        while !self.is_idle().await? {
            // What happens is told; the clock only helps where something was missed.
            tokio::select! {
                _ = events.recv() => {}
                () = self.clock.sleep(Duration::from_secs(1)) => {}
            }
        }
        Ok(())
    }

    async fn is_idle(&self) -> Result<bool, Fault> {
        let connections = self.connections().await?;
        let accounts_done = self.accounts().await?.iter().all(|a| self.board.account(a.id).had_its_turn());
        let indexes_done = connections.iter().all(|c| self.board.connection(c.id).had_its_turn());
        if !(accounts_done && indexes_done && self.policy.allows_sharing()) {
            return Ok(accounts_done && indexes_done);
        }
        let moving = [
            State::Scheduled,
            State::Queued,
            State::Uploading,
            State::Verifying,
            State::FailedRetry,
            State::RetractQueued,
            State::Retracting,
        ];
        let active: Vec<ConnectionId> =
            connections.iter().filter(|c| c.status == ConnectionStatus::Active).map(|c| c.id).collect();
        for connection in active {
            let at = review::Filter { connection: Some(connection), ..review::Filter::default() };
            let left = self.store.ledger.read(move |db| Ok(review::latest(db, &moving, &at, None, 1)?));
            if !left.await?.is_empty() || !self.by_itself(connection, MailRow(0)).await?.is_empty() {
                return Ok(false);
            }
        }
        // One that goes comes to its end by itself, unless it waits for the rep.
        let goes = |former: &Former| {
            let Connection { stay, status, .. } = &former.connection;
            let waits = *status != ConnectionStatus::Active || (former.unsettled == 0 && former.failed > 0);
            *stay != Stay::Gone && !waits
        };
        Ok(!self.former_connections().await?.iter().any(goes))
    }

    pub async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        Ok(self.store.ledger.read(|db| Ok(account::list(db)?)).await?)
    }

    pub async fn connections(&self) -> Result<Vec<Connection>, Fault> {
        Ok(self.store.ledger.read(|db| Ok(connection::list(db)?)).await?)
    }

    pub(crate) async fn account(&self, id: AccountId) -> Result<Account, Fault> {
        self.store.ledger.read(move |db| Ok(account::get(db, id)?)).await?.ok_or(Fault::NoSuch("account"))
    }

    pub async fn connection(&self, id: ConnectionId) -> Result<Connection, Fault> {
        self.store.ledger.read(move |db| Ok(connection::get(db, id)?)).await?.ok_or(Fault::NoSuch("connection"))
    }

    /// The connector of a connection; the same one until the connection changes.
    pub async fn connector(&self, id: ConnectionId) -> Result<Arc<dyn CrmConnector>, Fault> {
        let made = self.connectors.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(connector) = made {
            return Ok(connector);
        }
        let connection = self.connection(id).await?;
        let access = self.kept_access(id, &connection.kind, &connection.settings).await?;
        let connector = self.connector_for(&connection.kind, &connection.settings, access)?;
        self.connectors.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&connector));
        Ok(connector)
    }

    /// The next use makes it anew, with the secret as it is then.
    pub(crate) fn forget_connector(&self, id: ConnectionId) {
        self.connectors.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// A connector for settings that are not saved yet.
    pub fn connector_for(
        &self,
        kind: &str,
        settings: &serde_json::Value,
        access: Access,
    ) -> Result<Arc<dyn CrmConnector>, Fault> {
        (self.make_connector)(kind, settings, access, self.sending_accounts())
    }

    /// Looks at the clocks and tells whether the machine has settled since its start or last resume.
    pub(crate) fn settled(&self) -> bool {
        let mut awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
        awake.observe(self.clock.monotonic(), self.clock.now());
        awake.settled()
    }

    /// Whether every account has been read to its end since the start.
    pub(crate) async fn in_step(&self) -> Result<bool, Fault> {
        Ok(self.accounts().await?.iter().all(|a| matches!(self.board.account(a.id), Doing::InStep)))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests;
