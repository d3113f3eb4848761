//! EspoCRM as its API was measured (9.2.6) and as its source has it, in memory, on a loopback port; it misbehaves on
//! command.
//!
//! | module | holds |
//! |---|---|
//! | [`records`] | contacts, companies, mails, uploads: what is kept, and duplicates |
//! | [`import`] | what becomes of an uploaded mail, and whose it is by the CRM's own reckoning |
//! | [`query`] | lists: conditions, order, pages |
//! | [`access`] | API users and what their role allows |
//! | [`routes`] | the API's paths, and how it refuses |

pub mod access;
pub mod import;
pub mod query;
pub mod records;
pub mod routes;

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use self::access::ApiUser;
use self::records::Records;
use crate::crm::front::Front;

/// The first API user's key.
pub const KEY: &str = "d41d8cd98f00b204e9800998ecf8427e";
/// The first API user.
pub const USER: &str = "6920f0a1b2c3d4e5f";

/// The running server. It stops when dropped.
pub struct EspoServer {
    front: Front,
    records: Arc<Mutex<Records>>,
}

/// What every fake CRM can: stop, tell what came in, misbehave.
impl Deref for EspoServer {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl EspoServer {
    /// Starts with one API user, who may do what mail needs, and nothing else.
    pub async fn start() -> Self {
        let records = Arc::new(Mutex::new(Records::default()));
        let front = Front::start(routes::router(records.clone()), routes::BASE, "x-api-key").await;
        let server = Self { front, records };
        server.add_user(KEY, ApiUser::new(USER, "Otomo", "otomo@own.example"));
        server
    }

    /// The address of the site, as a browser has it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().expect("no handler panicked")
    }

    /// Lets another API user in.
    pub fn add_user(&self, key: &str, user: ApiUser) {
        self.records().users.insert(key.to_owned(), user);
    }

    /// From now on the user with this key signs with a secret key.
    pub fn sign_with(&self, key: &str, secret: &str) {
        self.records().users.get_mut(key).expect("a user with this key").secret = Some(secret.to_owned());
    }

    /// Does not know this key any more.
    pub fn revoke(&self, key: &str) {
        self.records().users.remove(key);
    }

    /// Changes what an API user's role says of a scope, as `acl.table` has it; `null` takes the scope away.
    pub fn allow(&self, key: &str, scope: &str, rights: Value) {
        self.records().users.get_mut(key).expect("a user with this key").role.insert(scope.to_owned(), rights);
    }

    /// Adds or changes a record, as somebody in the CRM does. Nothing changes when nothing is different.
    pub fn put(&self, scope: &str, id: &str, fields: Value) {
        self.records().put(scope, id, &fields);
    }

    /// Deletes a record, as somebody in the CRM does.
    pub fn remove(&self, scope: &str, id: &str) {
        self.records().remove(scope, id);
    }

    /// The ids of what is there of a scope.
    pub fn ids(&self, scope: &str) -> Vec<String> {
        self.records().ids(scope)
    }

    /// A record as the CRM has it.
    pub fn record(&self, scope: &str, id: &str) -> Option<Value> {
        self.records().get(scope, id).cloned()
    }

    /// The mail with this Message-ID.
    pub fn mail(&self, message_id: &str) -> Option<Value> {
        self.records().mail(message_id).cloned()
    }

    /// The file of this name of a mail.
    pub fn file(&self, message_id: &str, name: &str) -> Option<Vec<u8>> {
        let records = self.records();
        let id = records.mail(message_id)?["id"].as_str()?.to_owned();
        records.files.get(&id)?.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone())
    }

    /// Takes a mail in by itself, as the CRM's own mailbox does.
    pub fn receive(&self, eml: &[u8]) {
        import::import(&mut self.records(), "system", eml).expect("a mail that can be imported");
    }

    /// How many mails were ever taken in.
    pub fn imported(&self) -> usize {
        self.records().imported
    }

    /// From now on all happens in one second; without it each change is a second after the one before.
    pub fn stop_clock(&self) {
        self.records().clock_stands = true;
    }

    /// Changes a setting of the CRM.
    pub fn set(&self, setting: &str, value: Value) {
        self.records().settings[setting] = value;
    }
}

/// A person's fields.
pub fn person(last_name: &str, email: &str) -> Value {
    json!({"lastName": last_name, "emailAddress": email})
}
