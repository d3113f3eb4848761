//! Puts the parts together.

use std::path::PathBuf;
use std::sync::Arc;

use otomo_api::{Api, ApiError, Code, Surroundings};
use otomo_crm::Registry;
use otomo_domain::account::SignIn;
use otomo_domain::error::VaultFault;
use otomo_domain::ports::{Clock, CrmConnector, Desktop};
use otomo_domain::time::Timestamp;
use otomo_engine::{Engine, Fault, Parts, PolicyState};
use otomo_mail::detect::NetDetector;
use otomo_net::oauth::NetOAuth;
use otomo_net::{Net, NetConfig};
use otomo_store::{Store, StoreFault};
use tokio_util::sync::CancellationToken;

use crate::clock::{MachineClock, VirtualClock};
use crate::home::{self, Home};
use crate::key::{self, KeyPlace};
use crate::{policy, socket};

/// What to start.
#[derive(Clone)]
pub struct Options {
    /// The data folder; see [`home::locate`].
    pub home: Option<PathBuf>,
    /// A policy file, for machines that have none of their own.
    pub policy: Option<PathBuf>,
    pub key: KeyPlace,
    /// How many times faster than the machine's clock; only in a test home.
    pub clock_rate: u32,
    /// Whether the workers run, or the engine only answers.
    pub work: bool,
    /// The home holds the sample data.
    pub sample: bool,
    /// The desktop around the program, where a person sits at one.
    pub desktop: Option<Arc<dyn Desktop>>,
    /// The kinds of CRM.
    pub crms: Registry,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            home: None,
            policy: None,
            key: KeyPlace::System,
            clock_rate: 1,
            work: true,
            sample: false,
            desktop: None,
            crms: Registry::default(),
        }
    }
}

/// Why the program can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error("there is no place for the data on this system")]
    NoHome,
    #[error("the data folder cannot be used: {0}")]
    HomeUnusable(String),
    /// Another process has it; it may answer on its socket.
    #[error("the data folder is in use")]
    HomeInUse,
    #[error("this is not a test home")]
    NotATestHome,
    #[error("the key of this data folder is kept under a passphrase")]
    PassphraseNeeded,
    /// The credential store works and has no key, but there is a database that some key locked.
    #[error("the key of this data folder is not in the credential store any more")]
    KeyMissing,
    #[error(transparent)]
    Vault(#[from] VaultFault),
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Engine(#[from] Fault),
    /// The policy names a certificate, a resolver or a proxy that doesn't work.
    #[error("the network settings of the policy don't work: {0}")]
    Network(String),
}

impl From<StartFault> for ApiError {
    fn from(fault: StartFault) -> Self {
        let detail = fault.to_string();
        let code = match fault {
            StartFault::NoHome | StartFault::HomeUnusable(_) => Code::HomeUnusable,
            StartFault::HomeInUse => Code::HomeInUse,
            StartFault::NotATestHome => Code::BadArguments,
            StartFault::PassphraseNeeded => Code::PassphraseNeeded,
            StartFault::KeyMissing => Code::KeyMissing,
            StartFault::Network(_) => Code::PolicyInvalid,
            StartFault::Vault(fault) => Code::from(fault.kind),
            StartFault::Store(fault) => return (&fault).into(),
            StartFault::Engine(fault) => return fault.into(),
        };
        Self::new(code, detail)
    }
}

/// A running program: an engine, its commands, and the door for a second process.
pub struct Running {
    api: Arc<Api>,
    stop: CancellationToken,
    door: tokio::task::JoinHandle<()>,
    home: Home,
}

impl Running {
    pub fn api(&self) -> &Arc<Api> {
        &self.api
    }

    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Whether the engine has ended, by [`Self::stop`] or by itself.
    pub fn has_ended(&self) -> bool {
        self.api.engine().has_ended()
    }

    /// Ends every worker at its next `.await`, waits for them, and gives the home free.
    pub async fn stop(self) {
        self.stop.cancel();
        drop(self.door.await);
        self.api.engine().stop().await;
    }
}

/// Starts the program on a home.
pub async fn start(options: Options) -> Result<Running, StartFault> {
    let path = home::locate(options.home).ok_or(StartFault::NoHome)?;
    let home = Home::open(&path)?;
    let clock = clock(&home, options.clock_rate)?;
    let policy = policy::find(options.policy.as_deref());
    let net = Arc::new(net(&policy)?);
    let key = key::obtain(home.path(), options.key).await?;
    let folder = home.path().to_owned();
    let opened = tokio::task::spawn_blocking(move || Store::open(&folder, &key)).await;
    let store = opened.map_err(|join| StartFault::HomeUnusable(join.to_string()))??;
    let engine = Engine::new(parts(store, clock, policy, net, options.crms)).await?;
    if options.work {
        engine.start().await?;
    }
    let surroundings = Surroundings { home: home.path().to_owned(), sample: options.sample, desktop: options.desktop };
    let api = Arc::new(Api::new(engine, surroundings));
    let stop = CancellationToken::new();
    let door = tokio::spawn(socket::serve(path, Arc::clone(&api), stop.clone()));
    Ok(Running { api, stop, door, home })
}

fn clock(home: &Home, rate: u32) -> Result<Arc<dyn Clock>, StartFault> {
    match (rate, home.test_mark()) {
        (0 | 1, _) => Ok(Arc::new(MachineClock::default())),
        (_, None) => Err(StartFault::NotATestHome),
        (rate, Some(mark)) => Ok(Arc::new(VirtualClock { epoch: Timestamp(mark.epoch), rate })),
    }
}

/// A policy that can't be read has no network settings either; mail is captured with the system's own.
fn net(policy: &PolicyState) -> Result<Net, StartFault> {
    let policy = policy.policy();
    let config = NetConfig { extra_ca: policy.extra_ca, resolver: policy.resolver, proxy: policy.proxy };
    Net::new(&config).map_err(|e| StartFault::Network(e.to_string()))
}

fn invalid(settings: otomo_crm::InvalidSettings) -> Fault {
    Fault::Invalid { field: settings.field, why: settings.reason }
}

fn parts(store: Store, clock: Arc<dyn Clock>, policy: PolicyState, net: Arc<Net>, crms: Registry) -> Parts {
    let (mail_net, send_net, crm_clock) = (Arc::clone(&net), Arc::clone(&net), Arc::clone(&clock));
    let (kinds, providers) = (crms.kinds(), crms.clone());
    let known = policy.policy();
    Parts {
        store,
        clock,
        policy,
        source: Box::new(move |account, credential, book| otomo_mail::source(&mail_net, account, credential, book)),
        sender: Box::new(move |account, credential| {
            let provider = match &account.settings.sign_in {
                SignIn::OAuth { provider } => known.provider(provider),
                SignIn::Password => None,
            };
            let graph = provider.and_then(|provider| provider.graph);
            otomo_mail::sender(&send_net, account, credential, graph.as_deref())
        }),
        oauth: Arc::new(NetOAuth::new(Arc::clone(&net))),
        detector: Arc::new(NetDetector::new(Arc::clone(&net))),
        kinds,
        crm_provider: Box::new(move |kind, settings, secret| {
            providers.provider(kind, settings, secret).map_err(invalid)
        }),
        connector: Box::new(move |kind, settings, access, accounts| {
            let (net, clock) = (Arc::clone(&net), Arc::clone(&crm_clock));
            let means = otomo_crm::Means { secret: access.secret, tokens: access.tokens, net, clock, accounts };
            let made = crms.connector(kind, settings, means);
            let connector: Arc<dyn CrmConnector> = made.map_err(invalid)?.into();
            Ok(connector)
        }),
        downloads: home::downloads(),
    }
}
