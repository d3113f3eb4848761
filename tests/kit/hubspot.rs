//! A HubSpot account in memory, on a loopback port, as strict as what is known of the real one, which misbehaves on
//! command.
//!
//! | module | holds |
//! |---|---|
//! | [`portal`] | the account itself, without any HTTP |
//! | [`values`] | what a property may hold |
//! | [`search`] | the search endpoint, which is behind and ends at 10,000 results |
//! | [`files`] | uploads |
//! | [`oauth`] | sign-ins through an app |
//! | [`rates`] | the limits |
//! | [`refusal`] | how it says no |
//! | [`routes`] | the dated paths, keys and scopes |
//!
//! Its time is its own: it passes with every request, and when a test says so.

pub mod files;
pub mod oauth;
pub mod portal;
pub mod rates;
pub mod refusal;
pub mod routes;
pub mod search;
pub mod values;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use self::portal::Portal;
use self::refusal::Refusal;
use self::routes::Inside;
use crate::crm::front::Front;

/// A service key with all scopes.
pub const KEY: &str = "pat-jp1-0f6a1f6e-service-key";
/// The rep, and their number among the owners.
pub const REP: &str = "rep@own.example";
pub const OWNER: &str = "11349275740";

const SCOPES: [&str; 7] = [
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.deals.read",
    "crm.objects.owners.read",
    "sales-email-read",
    "files",
];

/// The running account. It stops when dropped.
pub struct HubSpotServer {
    front: Front,
    inside: routes::Shared,
}

/// What every fake CRM can: stop, tell what came in, misbehave.
impl Deref for HubSpotServer {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl HubSpotServer {
    /// Starts with one rep, who is an owner, and one key. A request takes a quarter of a second.
    pub async fn start() -> Self {
        let inside = Arc::new(Mutex::new(Inside { pace: Duration::from_millis(250), ..Inside::default() }));
        let front = Front::start(routes::router(inside.clone()), "", "authorization").await;
        let server = Self { front, inside };
        server.grant(KEY, &SCOPES);
        server.portal(|portal| portal.owners.push((OWNER.into(), REP.into())));
        server
    }

    /// The address in place of the API's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no handler panicked")
    }

    /// Looks at the account, or changes it behind the API's back.
    pub fn portal<T>(&self, work: impl FnOnce(&mut Portal) -> T) -> T {
        work(&mut self.inside().portal)
    }

    /// A key with exactly these scopes.
    pub fn grant(&self, key: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.portal(|portal| portal.keys.insert(key.to_owned(), scopes));
    }

    /// Registers an app that the browser comes back from to this address, with all scopes.
    pub fn register(&self, client_id: &str, client_secret: &str, redirect: &str) {
        let scopes = std::iter::once("oauth").chain(SCOPES).map(String::from).collect();
        let (client_id, client_secret) = (client_id.to_owned(), client_secret.to_owned());
        let app = &mut self.inside().app;
        (app.client_id, app.client_secret, app.redirect) = (client_id, client_secret, redirect.to_owned());
        app.scopes = scopes;
    }

    /// The organisation takes the rep's sign-ins back: no token is renewed any more, and those there are end.
    pub fn sign_out(&self) {
        self.inside().app.refresh_tokens.clear();
        self.portal(|portal| portal.keys.retain(|key, _| !key.starts_with("access-")));
    }

    /// Does not know this key any more.
    pub fn revoke(&self, key: &str) {
        self.portal(|portal| portal.keys.remove(key));
    }

    /// Puts a record there, or changes it; a missing id makes a new one.
    pub fn put(&self, kind: &'static str, id: Option<u64>, properties: &[(&str, &str)]) -> u64 {
        let properties: BTreeMap<_, _> = properties.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.portal(|portal| {
            let id = id.unwrap_or_else(|| portal.next_id());
            portal.put(kind, id, properties);
            id
        })
    }

    /// The account's time: how much passes with a request.
    pub fn pace(&self, span: Duration) {
        self.inside().pace = span;
    }

    /// Lets time go by.
    pub fn pass(&self, span: Duration) {
        self.portal(|portal| portal.now += span);
    }

    /// Time since the account began.
    pub fn now(&self) -> Duration {
        self.portal(|portal| portal.now)
    }

    /// A look at the account's time that outlives this value.
    pub fn time(&self) -> impl Fn() -> Duration + Send + Sync + 'static {
        let inside = self.inside.clone();
        move || inside.lock().expect("no handler panicked").portal.now
    }

    /// From now on the whole account has so many requests a day.
    pub fn allow_daily(&self, requests: u64) {
        self.inside().rates.daily = requests;
    }

    /// How often somebody came too fast.
    pub fn limits_exceeded(&self) -> usize {
        self.inside().rates.exceeded
    }

    /// From now on refuses everything like this; `None` behaves again.
    pub fn refuse(&self, refusal: Option<Refusal>) {
        self.inside().refusing = refusal;
    }

    /// The mails that are not in the recycle bin.
    pub fn mails(&self) -> Vec<(u64, BTreeMap<String, String>)> {
        self.portal(|portal| {
            let living = portal.objects["emails"].iter().filter(|(_, mail)| mail.archived_at.is_none());
            living.map(|(id, mail)| (*id, mail.properties.clone())).collect()
        })
    }
}
