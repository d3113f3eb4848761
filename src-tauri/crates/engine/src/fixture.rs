//! A rep, a mailbox and a CRM for the tests of this crate: everything outside is a fake, the store is a real one.

mod clock;
mod crm;
mod mailbox;
mod provider;

use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::{AccountId, AccountSettings, ConnectionId, ConnectionStatus, ShareMode, Source};
use otomo_domain::address::Address;
use otomo_domain::digest::Digest;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::policy::{GRACE, Policy};
use otomo_domain::ports::{Clock, CrmConnector, MailSource};
use otomo_domain::review::State;
use otomo_domain::rules::{About, Rule, Then};
use otomo_domain::time::Timestamp;
use otomo_store::Store;
use otomo_store::table::mail::{self, MailRow};
use otomo_store::table::raw;
use otomo_store::table::review::{self, ReviewRow};
use tempfile::TempDir;

use crate::accounts::NewAccount;
use crate::credential::Proof;
use crate::decide::{Decided, Seen};
use crate::engine::{Engine, Parts, PolicyState};
use crate::fault::Fault;
use crate::manage::NewConnection;
use crate::preview::Wish;
use crate::rows::{DeskRow, Finding, Pile, Standing, Subject};
use crate::{deliver, receive, refresh};

pub(crate) use clock::ManualClock;
pub(crate) use crm::{Answer, Crm, Op, key, record};
pub(crate) use mailbox::{Mailbox, message, message_of, with_file};
use provider::Guarded;
pub(crate) use provider::{LASTS, Provider};

/// The client whom the CRM knows.
pub(crate) const CLIENT: &str = "client@x.jp";

pub(crate) const EVERY_STATE: [State; 15] = [
    State::Excluded,
    State::Unmatched,
    State::Pending,
    State::Private,
    State::Scheduled,
    State::Queued,
    State::Uploading,
    State::Verifying,
    State::Logged,
    State::FailedRetry,
    State::FailedPerm,
    State::RetractQueued,
    State::Retracting,
    State::Retracted,
    State::RetractFailed,
];

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text}"))
}

/// What an engine is made over, and what outlives it.
pub(crate) struct Outside {
    pub home: TempDir,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub mailbox: Mailbox,
    pub crm: Crm,
    pub provider: Provider,
}

/// One rep at one computer.
pub(crate) struct World {
    outside: Outside,
    pub engine: Engine,
    pub account: AccountId,
    pub connection: ConnectionId,
}

impl std::ops::Deref for World {
    type Target = Outside;
    fn deref(&self) -> &Outside {
        &self.outside
    }
}

fn open(home: &TempDir) -> Store {
    Store::open(home.path(), &"a".repeat(64).into()).expect("a store")
}

/// An engine over these; its tasks don't run.
async fn engine(outside: &Outside, policy: PolicyState) -> Engine {
    let (mailbox, connector, provider) = (outside.mailbox.clone(), outside.crm.clone(), outside.provider.clone());
    let parts = Parts {
        downloads: outside.home.path().join("downloads"),
        store: outside.store.clone(),
        clock: Arc::clone(&outside.clock) as Arc<dyn Clock>,
        policy,
        source: Box::new(move |_, credential, _| {
            let (mailbox, provider) = (mailbox.clone(), provider.clone());
            Ok(Box::new(Guarded { mailbox, provider, credential }) as Box<dyn MailSource>)
        }),
        sender: Box::new(|_, _| Err(MailFault::new(MailFaultKind::SendingRefused, "nobody sends here"))),
        oauth: Arc::new(outside.provider.clone()),
        detector: Arc::new(outside.provider.clone()),
        kinds: vec![outside.crm.describe()],
        connector: Box::new(move |_, _, _, _| Ok(Arc::new(connector.clone()) as Arc<dyn CrmConnector>)),
        crm_provider: Box::new(|kind, _, _| Ok((kind == "browser").then(otomo_domain::oauth::Provider::google))),
    };
    Engine::new(parts).await.expect("an engine")
}

impl World {
    /// A connected mailbox, empty, and a connected CRM that knows [`CLIENT`] as `A`; the machine has settled.
    pub async fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let store = open(&home);
        let outside = Outside {
            home,
            store,
            clock: Arc::default(),
            mailbox: Mailbox::default(),
            crm: Crm::default(),
            provider: Provider::default(),
        };
        outside.crm.watch(&outside.store);
        outside.crm.know("A", CLIENT);
        let engine = engine(&outside, PolicyState::Valid(Policy::default())).await;
        let new = NewConnection {
            kind: "fake".into(),
            name: "fake".into(),
            settings: serde_json::json!({}),
            token: None,
            ticket: None,
        };
        let connection = engine.add_connection(new).await.expect("a connection");
        let source = Source::Files { path: "/dev/null".into() };
        let new = NewAccount {
            address: address("rep@own.example"),
            source,
            import_since: None,
            settings: AccountSettings::default(),
            proof: Proof::default(),
        };
        let account = engine.add_account(new).await.expect("an account");
        let world = Self { outside, engine, account, connection };
        world.refresh().await;
        world.settle().await;
        world
    }

    /// The same computer after the process has died and begun again.
    pub async fn starts_again(mut self, policy: PolicyState) -> Self {
        self.engine.stop().await;
        self.engine = engine(&self.outside, policy).await;
        self
    }

    /// And a minute later.
    pub async fn restarted(self, policy: PolicyState) -> Self {
        let world = self.starts_again(policy).await;
        world.settle().await;
        world
    }

    /// The same computer after its cache was lost.
    pub async fn without_cache(mut self) -> Self {
        self.engine.stop().await;
        for file in ["cache.db", "cache.db-wal", "cache.db-shm"] {
            drop(std::fs::remove_file(self.home.path().join(file)));
        }
        self.outside.store = open(&self.home);
        self.crm.watch(&self.store);
        self.restarted(PolicyState::Valid(Policy::default())).await
    }

    /// Lets the minute pass that the machine must have been awake for.
    pub async fn settle(&self) {
        for _ in 0..4 {
            self.clock.advance(Duration::from_secs(20));
            self.engine.settled();
        }
    }

    /// Lets so many seconds pass while the machine is awake, with the outbox working.
    pub async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.work().await;
    }

    /// Lets a grace period pass, and the outbox work.
    pub async fn grace(&self) {
        self.pass(GRACE.as_secs()).await;
    }

    /// One look of the outbox at what is due.
    pub async fn work(&self) {
        deliver::round(&self.engine).await.expect("a round");
    }

    pub async fn receive(&self) {
        receive::pass(&self.engine, self.account).await.expect("mail");
    }

    pub async fn refresh(&self) {
        refresh::pass(&self.engine, self.connection).await.expect("contacts");
    }

    /// Mail from the client with these subjects comes in.
    pub async fn receives(&self, names: &[&str]) {
        names.iter().for_each(|name| self.mailbox.deliver(message(name, CLIENT)));
        self.receive().await;
    }

    /// Mail from the client with these subjects is written and comes in now.
    pub async fn hears(&self, names: &[&str]) {
        for name in names {
            self.hears_from(name, CLIENT, &[]).await;
        }
    }

    /// Mail that is written now, with further header lines, comes in.
    pub async fn hears_from(&self, name: &str, from: &str, further: &[&str]) {
        let now = self.engine.now();
        self.mailbox.deliver_at(message_of(name, from, now, further), now);
        self.receive().await;
    }

    /// The rep lets mail go by itself from now on, and is used to it.
    pub async fn lets_go(&self) {
        self.adjust(|settings, now| {
            (settings.share_mode, settings.mode_since) = (Some(ShareMode::Share), Some(now));
            settings.sharing.practised = true;
        })
        .await;
    }

    pub async fn adjust(&self, change: impl FnOnce(&mut AccountSettings, Timestamp)) {
        let now = self.engine.now();
        let adjusted = self.engine.adjust_account(self.account, |account| change(&mut account.settings, now));
        adjusted.await.expect("adjusted");
    }

    /// Replaces the kept bytes of a mail.
    pub async fn overwrite(&self, row: MailRow, bytes: Vec<u8>) {
        let altered = self.store.cache.write(move |db| {
            let id = mail::raw_of(db, row)?;
            raw::remove(db, id)?;
            Ok(raw::append(db, id, 0, &bytes)?)
        });
        altered.await.expect("other bytes");
    }

    /// What is kept of the mail with this subject.
    pub async fn finding(&self, name: &str) -> Finding {
        let row = self.row(name).await.mail;
        self.engine.find_mail(self.connection, row).await.expect("a finding").1
    }

    /// The mail with this subject in the list.
    pub async fn row(&self, name: &str) -> DeskRow {
        let mut rows = Vec::new();
        for pile in [Pile::All, Pile::Later] {
            let page = self.engine.desk(self.connection, EVERY_STATE.to_vec(), pile, None, 10_000);
            rows.extend(page.await.expect("a list").rows);
        }
        rows.into_iter().find(|row| row.title == name).unwrap_or_else(|| panic!("no mail {name}"))
    }

    /// Where the mail with this subject stands.
    pub async fn standing(&self, name: &str) -> Standing {
        self.row(name).await.standing.unwrap_or_else(|| panic!("{name} has not been examined"))
    }

    pub async fn subject(&self, name: &str) -> Subject {
        Subject { connection: self.connection, mail: self.row(name).await.id }
    }

    pub async fn seen(&self, name: &str) -> Seen {
        let row = self.row(name).await;
        Seen { connection: self.connection, mail: row.mail, rev: row.standing.map(|standing| standing.rev) }
    }

    pub async fn check_undecided(&self, name: &str, expected: State) {
        assert_eq!(self.standing(name).await.state, expected, "{name}");
    }

    pub async fn check(&self, name: &str, expected: State) -> ReviewRow {
        self.check_undecided(name, expected).await;
        self.review(name).await
    }

    /// What was decided about a mail that somebody has decided on.
    pub async fn review(&self, name: &str) -> ReviewRow {
        let subject = self.subject(name).await;
        let found = self.store.ledger.read(move |db| Ok(review::find(db, &subject)?)).await.expect("a look");
        found.unwrap_or_else(|| panic!("{name} is undecided"))
    }

    pub async fn share(&self, name: &str) -> Decided {
        self.try_share(name, Wish::default()).await.unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub async fn try_share(&self, name: &str, wish: Wish) -> Result<Decided, Fault> {
        self.engine.share(&[self.seen(name).await], wish, None, None).await
    }

    /// Mail that came in, was shared, and whose grace period is over; the outbox has looked at it once.
    pub async fn shares(&self, names: &[&str]) {
        self.receives(names).await;
        for name in names {
            self.share(name).await;
        }
        self.grace().await;
    }

    /// Mail with a file comes in and is shared with it; the file's digest.
    pub async fn share_with_file(&self, name: &str) -> Digest {
        self.mailbox.deliver(with_file(name, CLIENT, "1,2,3"));
        self.receive().await;
        let row = self.row(name).await.mail;
        let opened = self.engine.open_mail(self.connection, row).await.expect("a mail");
        let sha256 = opened.mail.attachments.first().expect("a file").sha256;
        let wish = Wish { attachments: Some(vec![sha256]), ..Wish::default() };
        self.try_share(name, wish).await.expect("a decision");
        sha256
    }

    /// A never-log rule of the rep's for this address.
    pub async fn never_log(&self, text: &str) -> i64 {
        let rule = Rule::of_policy(About::Address(address(text)), Then::NeverLog);
        self.engine.add_rule(rule).await.expect("a rule").id
    }

    pub async fn status(&self) -> ConnectionStatus {
        self.engine.connection(self.connection).await.expect("the connection").status
    }
}
