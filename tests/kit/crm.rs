//! A CRM that implements Otomo's contract strictly, in memory, on a loopback port, and misbehaves on command.
//!
//! For tests, and as an example for whoever makes a CRM speak the contract:
//!
//! | module | holds |
//! |---|---|
//! | [`records`] | the CRM itself: mails, files and people, without any HTTP |
//! | [`access`] | tokens and signatures |
//! | [`contract`] | checks against the schemas of `contract.yaml` |
//! | [`rules`] | what the contract says of a mail in words: levels, digest, addresses |
//! | [`routes`] | the contract's paths, and problem details |
//! | [`front`] | what is written down of every request, whoever serves it |
//! | [`misbehaviour`] | refusals, delays and lost replies |
//! | [`waits`] | whether whoever is told to wait does |

pub mod access;
pub mod contract;
pub mod front;
pub mod misbehaviour;
pub mod records;
pub mod routes;
pub mod rules;
pub mod waits;

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use serde_json::Value;

use self::front::Front;
use self::records::{Records, User};

/// The first rep.
pub const REP: &str = "rep-1";
/// The first rep's token.
pub const TOKEN: &str = "tok_live_Zq81-first-rep";
/// The name of the first rep's key for signing, and the key.
pub const KEY_ID: &str = "first-rep-2026";
pub const KEY: &str = "whsec_8f3JmQpKcV7sTnXzR2bW";

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query, as they stood in the request line.
    pub path: String,
    /// Names in lower case, values as they were.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
}

impl Request {
    /// `METHOD /path?query`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(n, _)| n == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Whether these bytes stand anywhere in the request.
    pub fn contains(&self, needle: &[u8]) -> bool {
        let within = |bytes: &[u8]| bytes.windows(needle.len().max(1)).any(|window| window == needle);
        within(self.line().as_bytes()) || self.headers.iter().any(|(_, value)| within(value)) || within(&self.body)
    }
}

/// The running server. It stops when dropped.
pub struct CrmServer {
    front: Front,
    records: Arc<Mutex<Records>>,
}

/// What every fake CRM can: stop, tell what came in, misbehave.
impl Deref for CrmServer {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl CrmServer {
    /// Starts with one rep, [`REP`], and nothing else.
    pub async fn start() -> Self {
        let records = Arc::<Mutex<Records>>::default();
        let front = Front::start(routes::router(records.clone()), routes::BASE, "authorization").await;
        let server = Self { front, records };
        let rep = User { id: REP.into(), email: "rep@own.example".into(), name: "営業 一郎".into() };
        server.records().keys.insert(KEY_ID.to_owned(), (KEY.to_owned(), rep.clone()));
        server.add_user(TOKEN, rep);
        server
    }

    /// The base address for the connector's setting `url`.
    pub fn url(&self) -> String {
        format!("http://{}/mail-log/v1", self.address())
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().expect("no handler panicked")
    }

    /// Lets another rep in.
    pub fn add_user(&self, token: &str, user: User) {
        self.records().users.insert(token.to_owned(), user);
    }

    /// Does not know this token any more.
    pub fn revoke(&self, token: &str) {
        self.records().users.remove(token);
    }

    /// Changes limits, rights or policy: the schema `Me` without `user`.
    pub fn describe(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.records().me);
    }

    /// Adds or changes a record of the contact feed (schema `Record`).
    pub fn put_record(&self, record: Value) {
        self.records().put_record(record);
    }

    /// Removes a record; the feed will say so.
    pub fn remove_record(&self, kind: &str, id: &str) {
        self.records().remove_record(kind, id);
    }

    /// The ids of the records of a type.
    pub fn record_ids(&self, kind: &str) -> Vec<String> {
        self.records().record_ids(kind)
    }

    /// Does not know any cursor any more that was given out.
    pub fn forget_cursors(&self) {
        self.records().forget_cursors();
    }

    /// How often a mail was sent here, whatever became of it.
    pub fn puts(&self, key: MailKey) -> usize {
        let line = format!("PUT {}/emails/{key}", routes::BASE);
        self.traffic().requests.iter().filter(|request| request.line() == line).count()
    }

    /// The keys of all mails that were ever taken, whatever became of them.
    pub fn keys_ever(&self) -> Vec<String> {
        self.records().taken.keys().cloned().collect()
    }

    /// How often a mail was sent here and taken.
    pub fn taken(&self, key: MailKey) -> usize {
        self.records().taken.get(&key.to_string()).copied().unwrap_or_default()
    }

    /// The payload that a rep shared, byte for byte.
    pub fn stored(&self, user: &str, key: MailKey) -> Option<Bytes> {
        self.records().payload(user, &key.to_string())
    }

    /// The payload that the CRM shows of a mail.
    pub fn shown(&self, key: MailKey) -> Option<Bytes> {
        self.records().shown(&key.to_string())
    }

    /// The records that a rep's share of a mail belongs to.
    pub fn links(&self, user: &str, key: MailKey) -> Option<Value> {
        self.records().logged(user, &key.to_string()).ok().map(|logged| logged["links"].clone())
    }

    /// The keys of all mails that somebody shares.
    pub fn keys(&self) -> Vec<String> {
        self.records().mails.keys().cloned().collect()
    }

    /// A file that is kept here.
    pub fn attachment(&self, sha256: Digest) -> Option<Bytes> {
        self.records().files.get(&sha256.to_string()).map(|file| file.bytes.clone())
    }
}
