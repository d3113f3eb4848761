//! API users and what their role allows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A user of the type API, known by a key.
#[derive(Clone, Debug)]
pub struct ApiUser {
    pub id: String,
    pub name: String,
    pub email: String,
    /// By scope: actions and their levels, or true for a scope without actions.
    pub role: BTreeMap<String, Value>,
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
        Self { id: id.into(), name: name.into(), email: email.into(), role }
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
