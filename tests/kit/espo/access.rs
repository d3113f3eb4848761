//! API users and what their role allows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::records::{Records, Refusal, refuse};

/// A user of the type API, known by a key.
#[derive(Clone, Debug)]
pub struct ApiUser {
    pub id: String,
    pub name: String,
    pub email: String,
    /// By scope: actions and their levels, or true for a scope without actions.
    pub role: BTreeMap<String, Value>,
    /// The secret key, where the user was set up to sign: then the key alone opens nothing.
    pub secret: Option<String>,
}

impl ApiUser {
    /// A user who may read people, make contacts and keep mail.
    pub fn new(id: &str, name: &str, email: &str) -> Self {
        let read = json!({"create": "no", "read": "all", "edit": "no", "delete": "no"});
        let role = [
            ("Contact", json!({"create": "yes", "read": "all", "edit": "all", "delete": "no"})),
            ("Email", json!({"create": "yes", "read": "all", "edit": "all", "delete": "all"})),
            ("Account", read.clone()),
            ("Lead", read.clone()),
            ("Opportunity", read),
            // A scope of its own, without actions: importEml asks for it besides Email's create (measured).
            ("Import", json!(true)),
        ];
        let role = role.into_iter().map(|(scope, rights)| (scope.to_owned(), rights)).collect();
        Self { id: id.into(), name: name.into(), email: email.into(), role, secret: None }
    }

    /// Whether the role knows a scope at all.
    pub fn knows(&self, scope: &str) -> bool {
        self.role.get(scope).is_some_and(|rights| *rights == true || rights.is_object())
    }

    /// Whether it may do this at all: to something, if not to everything.
    pub fn may(&self, scope: &str, action: &str) -> bool {
        self.level(scope, action) != "no"
    }

    fn level(&self, scope: &str, action: &str) -> &str {
        self.role.get(scope).and_then(|rights| rights[action].as_str()).unwrap_or("no")
    }

    /// Whether it may do this to a record: with the level `own` only to what it made itself.
    pub fn may_touch(&self, scope: &str, action: &str, record: &Value) -> bool {
        match self.level(scope, action) {
            "no" => false,
            "own" => record["createdById"] == self.id.as_str(),
            _ => true,
        }
    }

    /// The table of `App/user`. Scopes that the role denies are not in it (`AppService::getAclDataForFrontend`).
    pub fn table(&self) -> Value {
        self.role.iter().filter(|(scope, _)| self.knows(scope)).map(|(s, r)| (s.clone(), r.clone())).collect()
    }
}

/// The API user who calls.
pub struct Caller(pub ApiUser);

impl FromRequestParts<Arc<Mutex<Records>>> for Caller {
    type Rejection = Refusal;

    /// A user is known by one of two methods, never by both (`UserFinder::findApiApiKey`, `findApiHmac`).
    async fn from_request_parts(parts: &mut Parts, records: &Arc<Mutex<Records>>) -> Result<Self, Refusal> {
        let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let users = &records.lock().expect("no handler panicked").users;
        let caller = match (text("x-hmac-authorization"), text("x-api-key")) {
            (Some(signature), _) => signed(users, signature, parts),
            (None, Some(key)) => users.get(key).filter(|user| user.secret.is_none()),
            (None, None) => None,
        };
        caller.cloned().map_or_else(|| refuse(401, ""), |user| Ok(Self(user)))
    }
}

/// `base64(key:hash)`, the hash over method and path behind the API's own, in hexadecimal digits (`Logins\Hmac`).
fn signed<'a>(users: &'a BTreeMap<String, ApiUser>, signature: &str, parts: &Parts) -> Option<&'a ApiUser> {
    let given = String::from_utf8(STANDARD.decode(signature).ok()?).ok()?;
    let (key, hash) = given.split_once(':')?;
    let user = users.get(key)?;
    let mac = Hmac::<Sha256>::new_from_slice(user.secret.as_ref()?.as_bytes()).ok()?;
    let right = mac.chain_update(format!("{} {}", parts.method, parts.uri.path())).finalize().into_bytes();
    (hash == hex::encode(right)).then_some(user)
}
