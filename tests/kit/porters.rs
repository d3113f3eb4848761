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
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use otomo_domain::time::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::auth::Auth;
use self::rate::Rate;
use self::resources::{RESOURCES, Resource};
use self::tenant::{Attachment, Record, Tenant, User};
use crate::crm::Request;
use crate::crm::front::{self, Traffic};
use crate::crm::misbehaviour::{Breakable, Breaker, Manners, Misbehaviour};

pub const BASE: &str = "/v1";
pub const APP_ID: &str = "otomo-app";
pub const APP_SECRET: &str = "s3cret/app+Zq81";
/// The customer, and the login of the rep.
pub const PARTITION: u64 = 401;
pub const REP: &str = "rep@own.example";
pub const REP_ID: u64 = 5;

/// The server's clock when it starts: 2026-11-23 03:00:00 UTC.
const START: Timestamp = Timestamp::from_secs(1_795_402_800);

/// Why something is refused: the number, and words for people.
#[derive(Debug)]
pub struct Refusal(pub u32, pub String);

/// Everything the running server knows.
pub struct Inside {
    pub tenant: Tenant,
    pub auth: Auth,
    /// Every call costs: reads, writes and sign-ins.
    pub billed: usize,
    /// Rights that the app was not given.
    pub withheld: BTreeSet<String>,
    /// The caller is at an address that was not applied for.
    pub elsewhere: bool,
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
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
    traffic: Arc<Mutex<Traffic>>,
    serving: JoinHandle<()>,
}

impl Drop for HrbcServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl HrbcServer {
    /// Starts with one customer, whose users are the rep and a colleague, and nobody else.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let inside = Arc::new(Mutex::new(Inside {
            tenant: Tenant::default(),
            auth: Auth::default(),
            billed: 0,
            withheld: BTreeSet::new(),
            elsewhere: false,
            rate: Rate::default(),
            started: Instant::now(),
            ahead: Duration::ZERO,
        }));
        let traffic = Arc::new(Mutex::new(Traffic::new(BASE, routes::TOKEN_HEADER)));
        let router = front::before(routes::router(inside.clone()), traffic.clone());
        let router = router.into_make_service_with_connect_info::<Breaker>();
        let serving = tokio::spawn(async move {
            axum::serve(Breakable(listener), router).await.expect("serving does not end");
        });
        let server = Self { address, inside, traffic, serving };
        server.change(|inside| {
            inside.tenant.partitions.insert(PARTITION, "㈱サンプル".into());
            let user = |id, name: &str, mail: &str| User { id, name: name.into(), mail: mail.into() };
            inside.tenant.users =
                vec![user(4, "同僚 次郎", "other@own.example"), user(REP_ID, "営業 一郎", "Rep@own.example")];
        });
        server
    }

    /// Stops; from then on connections are refused.
    pub async fn stop(&self) {
        self.serving.abort();
        while !self.serving.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// The address for the connector's setting.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no handler panicked")
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().expect("no handler panicked")
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

    /// The next `n` requests whose line begins with `which` (as `POST /activity`) go wrong.
    pub fn next(&self, n: usize, which: &str, misbehaviour: Misbehaviour) {
        self.traffic().manners.plan(n, which, misbehaviour);
    }

    /// From now on every request or reply gets lost with this probability, as the seed has it.
    pub fn lose(&self, probability: f64, seed: u64) {
        self.traffic().manners.lose(probability, seed);
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.traffic().manners = Manners::default();
    }

    /// Every request so far, answered or not.
    pub fn requests(&self) -> Vec<Request> {
        self.traffic().requests.clone()
    }

    /// How many requests begin with `which`.
    pub fn count(&self, which: &str) -> usize {
        let line = which.replacen(" /", &format!(" {BASE}/"), 1);
        self.traffic().requests.iter().filter(|request| request.line().starts_with(&line)).count()
    }

    /// How many calls cost something so far.
    pub fn billed(&self) -> usize {
        self.inside().billed
    }
}
