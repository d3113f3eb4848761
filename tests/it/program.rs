//! The program in this process, with a mailbox of this process and a real connector at a fake CRM, on a time that jumps:
//! months pass in minutes, and it may die at any moment.
//!
//! | module | holds |
//! |---|---|
//! | [`time`] | the time that everybody here has |
//! | [`inbox`] | the mailbox |
//! | [`crm`] | the CRMs, each with its connector's settings |

pub mod crm;
pub mod inbox;
pub mod time;

use std::sync::Arc;

use otomo_api::{Api, Surroundings};
use otomo_crm::connector;
use otomo_domain::account::{AccountSettings, ConnectionId, Source};
use otomo_domain::address::Address;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::policy::Policy;
use otomo_domain::ports::{Clock, CrmConnector, MailSource};
use otomo_domain::review::State;
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use otomo_engine::accounts::NewAccount;
use otomo_engine::credential::Proof;
use otomo_engine::decide::Seen;
use otomo_engine::manage::NewConnection;
use otomo_engine::preview::Wish;
use otomo_engine::rows::{DeskRow, Pile};
use otomo_engine::{Engine, Fault, Parts, PolicyState};
use otomo_mail::detect::NetDetector;
use otomo_net::oauth::NetOAuth;
use otomo_net::{Net, NetConfig};
use otomo_store::Store;
use otomo_store::table::review::{self, ReviewRow};
use serde_json::Value;
use tempfile::TempDir;

use self::crm::Crm;
use self::inbox::Inbox;

/// The rep's own address.
pub const REP: &str = "rep@own.example";

/// What outlives the program.
struct Outside {
    home: TempDir,
    store: Store,
    clock: Arc<dyn Clock>,
    inbox: Inbox,
    net: Arc<Net>,
}

/// The running program, with one mailbox and one CRM connected.
pub struct Program {
    outside: Outside,
    pub engine: Engine,
    pub connection: ConnectionId,
}

impl Outside {
    fn new(clock: Arc<dyn Clock>, inbox: Inbox) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path(), &"a".repeat(64).into()).expect("a store");
        let net = Arc::new(Net::new(&NetConfig::default()).expect("a network"));
        Self { home, store, clock, inbox, net }
    }

    async fn engine(&self) -> Engine {
        let (inbox, net, clock) = (self.inbox.clone(), Arc::clone(&self.net), Arc::clone(&self.clock));
        let parts = Parts {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            policy: PolicyState::Valid(Policy::default()),
            source: Box::new(move |_, _, _| Ok(Box::new(inbox.clone()) as Box<dyn MailSource>)),
            sender: Box::new(|_, _| Err(MailFault::new(MailFaultKind::SendingRefused, "nobody sends here"))),
            oauth: Arc::new(NetOAuth::new(Arc::clone(&self.net))),
            detector: Arc::new(NetDetector::new(Arc::clone(&self.net))),
            kinds: otomo_crm::kinds(),
            crm_provider: Box::new(|_, _, _| Ok(None)),
            connector: Box::new(move |kind, settings, access, _| {
                let made = connector(kind, settings, access.secret, Arc::clone(&net), Arc::clone(&clock));
                let refused =
                    |invalid: otomo_crm::InvalidSettings| Fault::Invalid { field: invalid.field, why: invalid.reason };
                Ok(Arc::<dyn CrmConnector>::from(made.map_err(refused)?))
            }),
            downloads: self.home.path().join("downloads"),
        };
        Engine::new(parts).await.expect("an engine")
    }
}

impl Program {
    /// Connects both and begins to work.
    pub async fn start(crm: &dyn Crm, clock: Arc<dyn Clock>, inbox: Inbox) -> Self {
        let outside = Outside::new(clock, inbox);
        let engine = outside.engine().await;
        let token = Some(SecretString::from(crm.secret()));
        let new = NewConnection {
            kind: crm.kind().into(),
            name: "CRM".into(),
            settings: crm.settings(),
            token,
            ticket: None,
        };
        let connection = engine.add_connection(new).await.expect("a connection");
        let new = NewAccount {
            address: Address::parse(REP).expect("an address"),
            source: Source::Files { path: "/dev/null".into() },
            import_since: None,
            settings: AccountSettings::default(),
            proof: Proof::default(),
        };
        engine.add_account(new).await.expect("an account");
        engine.start().await.expect("workers");
        Self { outside, engine, connection }
    }

    /// Dies where it stands. What it said last may still be on its way to the CRM, and arrives.
    pub async fn die(&self) {
        self.engine.stop().await;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    /// Begins again from what it kept.
    pub async fn rise(&mut self) {
        self.engine = self.outside.engine().await;
        self.engine.start().await.expect("workers");
    }

    /// One command of the table, which must succeed.
    pub async fn ask(&self, name: &str, args: Value) -> Value {
        let home = self.outside.home.path().to_owned();
        let api = Api::new(self.engine.clone(), Surroundings { home, sample: false, desktop: None });
        api.dispatch(name, args).await.unwrap_or_else(|failed| panic!("{name}: {failed:?}"))
    }

    /// How many mails are in a state.
    pub async fn count(&self, state: State) -> usize {
        let counted = self.engine.desk_count(self.connection, state, Pile::All).await.expect("a number");
        usize::try_from(counted).expect("a number")
    }

    /// When each mail in a state came into it.
    pub async fn moments(&self, state: State) -> Vec<Timestamp> {
        let read = self.outside.store.ledger.read(move |db| Ok(review::in_state(db, state, usize::MAX >> 1)?));
        read.await.expect("the ledger").into_iter().map(|row| row.changed_at).collect()
    }

    /// Each mail in one of these states, told for whoever has to find out why it is there.
    pub async fn tell(&self, states: &'static [State]) -> Vec<String> {
        let read = self.outside.store.ledger.read(move |db| {
            let rows = states.iter().map(|state| review::in_state(db, *state, usize::MAX >> 1));
            Ok(rows.collect::<Result<Vec<_>, _>>()?.concat())
        });
        let tell = |row: ReviewRow| format!("{:?} since {:?}: {:?}", row.subject, row.changed_at, row.review);
        read.await.expect("the ledger").into_iter().map(tell).collect()
    }

    /// The newest mails in a state.
    pub async fn rows(&self, state: State, most: usize) -> Vec<DeskRow> {
        let page = self.engine.desk(self.connection, vec![state], Pile::All, None, most);
        page.await.expect("a page").rows
    }

    /// The rep shares these with all their files.
    pub async fn share(&self, rows: &[DeskRow]) {
        let (with, without): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.attachments > 0);
        for row in with {
            let opened = self.engine.open_mail(self.connection, row.mail).await.expect("a mail");
            let files = opened.mail.attachments.iter().map(|file| file.sha256).collect();
            let wish = Wish { attachments: Some(files), ..Wish::default() };
            self.engine.share(&[self.seen(row)], wish, None, None).await.expect("a decision");
        }
        let seen: Vec<Seen> = without.into_iter().map(|row| self.seen(row)).collect();
        if !seen.is_empty() {
            self.engine.share(&seen, Wish::default(), None, None).await.expect("a decision");
        }
    }

    fn seen(&self, row: &DeskRow) -> Seen {
        Seen { connection: self.connection, mail: row.mail, rev: row.standing.as_ref().map(|standing| standing.rev) }
    }
}
