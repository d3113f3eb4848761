//! PORTERS HRBC behind its Connect API, in memory, on a loopback port; strict, and it misbehaves on command.
//!
//! Every rule is one of the API's guide (hrbcapi.porters.jp), named in Japanese or by its article; where the guide is
//! silent, the comment says so.
//!
//! | module | holds |
//! |---|---|
//! | [`tenant`] | the customer's data: people, companies, activities, files |
//! | [`resources`] | resources and fields |
//! | [`query`] | the parameters of a read |
//! | [`auth`] | codes and tokens |
//! | [`rate`] | calls a minute |
//! | [`xml`] | what is read and written |
//! | [`routes`] | paths, headers, numbers of errors |

pub mod auth;
pub mod query;
pub mod rate;
pub mod resources;
pub mod routes;
pub mod tenant;
pub mod xml;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use otomo_domain::time::Timestamp;

use self::auth::Auth;
use self::rate::Rate;
use self::resources::{RESOURCES, Resource};
use self::tenant::{Attachment, Record, Tenant, User};
use crate::crm::front::Front;

pub const BASE: &str = "/v1";
pub const APP_ID: &str = "otomo-app";
pub const APP_SECRET: &str = "s3cret/app+Zq81";
/// The customer, and the login of the rep.
pub const PARTITION: u64 = 401;
pub const REP: &str = "rep@own.example";
pub const REP_ID: u64 = 5;
/// The login of a colleague.
pub const COLLEAGUE: &str = "other@own.example";

/// The server's clock when it starts: 2026-11-23 03:00:00 UTC.
const START: Timestamp = Timestamp::from_secs(1_795_402_800);

/// Why something is refused: the number, and words for people.
#[derive(Debug)]
pub struct Refusal(pub u32, pub String);

/// Everything the running server knows.
pub struct Inside {
    pub tenant: Tenant,
    pub auth: Auth,
    /// Memos cannot be looked for (the guide says that texts can; nobody has tried).
    pub memos_unsearchable: bool,
    /// A new activity shows in reads only after so long (how soon it does is not documented).
    pub search_lag: Duration,
    /// Every call costs: reads, writes and sign-ins.
    pub billed: usize,
    /// Rights that the app was not given.
    pub withheld: BTreeSet<String>,
    /// The caller is at an address that was not applied for.
    pub elsewhere: bool,
    /// How often somebody came too fast and was cut off.
    exceeded: usize,
    rate: Rate,
    started: Instant,
    ahead: Duration,
}

impl Inside {
    fn now(&self) -> Timestamp {
        START + self.started.elapsed() + self.ahead
    }
}

/// The running server. It stops when dropped.
pub struct HrbcServer {
    front: Front,
    inside: Arc<Mutex<Inside>>,
}

/// What every fake CRM can: stop, tell what came in, misbehave.
impl Deref for HrbcServer {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl HrbcServer {
    /// Starts with one customer, whose users are the rep and a colleague, and nobody else.
    pub async fn start() -> Self {
        let inside = Arc::new(Mutex::new(Inside {
            tenant: Tenant::default(),
            auth: Auth::default(),
            memos_unsearchable: false,
            search_lag: Duration::ZERO,
            billed: 0,
            withheld: BTreeSet::new(),
            elsewhere: false,
            exceeded: 0,
            rate: Rate::default(),
            started: Instant::now(),
            ahead: Duration::ZERO,
        }));
        let front = Front::start(routes::router(inside.clone()), BASE, routes::TOKEN_HEADER).await;
        let server = Self { front, inside };
        server.change(|inside| {
            inside.tenant.partitions.insert(PARTITION, "㈱サンプル".into());
            let user = |id, name: &str, mail: &str| User { id, name: name.into(), mail: mail.into() };
            inside.tenant.users = vec![user(4, "同僚 次郎", COLLEAGUE), user(REP_ID, "営業 一郎", "Rep@own.example")];
        });
        server
    }

    /// The address for the connector's setting.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no handler panicked")
    }

    /// Changes anything of it.
    pub fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.inside());
    }

    /// The server's clock.
    pub fn now(&self) -> Timestamp {
        self.inside().now()
    }

    /// Lets time pass at once.
    pub fn advance(&self, span: Duration) {
        self.inside().ahead += span;
    }

    /// Adds or changes a record of a resource, as `candidate`.
    pub fn put(&self, path: &str, id: u64, values: &[(&'static str, &str)]) {
        let inside = &mut *self.inside();
        let now = inside.now().0;
        inside.tenant.put(path, id, values, now);
    }

    /// Deletes a record, as a person does it in the CRM.
    pub fn delete(&self, path: &str, id: u64) {
        let inside = &mut *self.inside();
        let now = inside.now().0;
        inside.tenant.delete(path, id, now);
    }

    /// The numbers of the records of a resource that are not deleted.
    pub fn ids(&self, path: &str) -> Vec<u64> {
        let inside = self.inside();
        let records = RESOURCES.iter().find(|resource| resource.path == path).map(|r| inside.tenant.of(r));
        let there = records.into_iter().flatten().filter(|record| !record.is_deleted());
        there.filter_map(|record| record.get("P_Id").parse().ok()).collect()
    }

    /// Every activity there is.
    pub fn activities(&self) -> Vec<Record> {
        Resource::at("activity")
            .into_iter()
            .flat_map(|r| self.inside().tenant.of(r).cloned().collect::<Vec<_>>())
            .collect()
    }

    /// Every file there is.
    pub fn attachments(&self) -> Vec<Attachment> {
        self.inside().tenant.attachments.values().cloned().collect()
    }

    /// How many requests begin with `which`.
    pub fn count(&self, which: &str) -> usize {
        let line = which.replacen(" /", &format!(" {BASE}/"), 1);
        self.traffic().requests.iter().filter(|request| request.line().starts_with(&line)).count()
    }

    /// How often somebody came too fast.
    pub fn limits_exceeded(&self) -> usize {
        self.inside().exceeded
    }

    /// How many calls cost something so far.
    pub fn billed(&self) -> usize {
        self.inside().billed
    }
}
