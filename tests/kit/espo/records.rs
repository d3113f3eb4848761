//! What the CRM keeps. No HTTP.

use std::collections::BTreeMap;

use otomo_domain::time::Timestamp;
use serde_json::{Value, json};

use super::access::ApiUser;

/// Why the CRM does not do what it was asked for: a status, the words of `X-Status-Reason`, and a body where it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub u16, pub String, pub Option<Value>);

pub fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into(), None))
}

pub struct Records {
    /// By key.
    pub users: BTreeMap<String, ApiUser>,
    /// By scope and id.
    scopes: BTreeMap<String, BTreeMap<String, Value>>,
    /// Files that were uploaded and belong to nothing yet.
    pub uploads: BTreeMap<String, Vec<u8>>,
    /// Names and bytes of the files of each mail.
    pub files: BTreeMap<String, Vec<(String, Vec<u8>)>>,
    /// How many mails were ever taken in.
    pub imported: usize,
    pub settings: Value,
    pub clock_stands: bool,
    seconds: i64,
    ids: u64,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            users: BTreeMap::new(),
            scopes: BTreeMap::new(),
            uploads: BTreeMap::new(),
            files: BTreeMap::new(),
            imported: 0,
            settings: json!({"attachmentUploadMaxSize": 256, "b2cMode": false, "maxUploadSize": 512, "counts": true}),
            clock_stands: false,
            seconds: 1_795_000_000,
            ids: 0,
        }
    }
}

impl Records {
    /// `YYYY-MM-DD HH:MM:SS`, UTC: whole seconds, so that several changes may bear the same time (measured).
    fn now(&mut self) -> String {
        if !self.clock_stands {
            self.seconds += 1;
        }
        moment(Timestamp::from_secs(self.seconds))
    }

    /// Seventeen hex digits that say nothing of when they were given.
    pub fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("{:017x}", self.ids.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn get(&self, scope: &str, id: &str) -> Option<&Value> {
        self.scopes.get(scope)?.get(id)
    }

    pub fn all(&self, scope: &str) -> impl Iterator<Item = &Value> {
        self.scopes.get(scope).into_iter().flat_map(BTreeMap::values)
    }

    pub fn ids(&self, scope: &str) -> Vec<String> {
        self.scopes.get(scope).map(|records| records.keys().cloned().collect()).unwrap_or_default()
    }

    /// Changes a record, or makes it.
    pub fn put(&mut self, scope: &str, id: &str, fields: &Value) {
        let former = self.get(scope, id).cloned();
        let mut record = former.clone().unwrap_or_else(|| json!({"id": id, "deleted": false}));
        for (name, value) in fields.as_object().into_iter().flatten() {
            record[name] = value.clone();
        }
        if matches!(scope, "Contact" | "Lead") {
            record["name"] = json!(full_name(&record));
        }
        if former.as_ref() == Some(&record) {
            return;
        }
        let now = self.now();
        record["modifiedAt"] = json!(now);
        if former.is_none() {
            record["createdAt"] = json!(now);
        }
        self.scopes.entry(scope.to_owned()).or_default().insert(id.to_owned(), record);
    }

    /// A deleted record is kept, but nobody except an administrator sees it again, and no list says that it is gone.
    pub fn remove(&mut self, scope: &str, id: &str) -> bool {
        self.scopes.get_mut(scope).is_some_and(|records| records.remove(id).is_some())
    }

    /// The mail with this Message-ID; the collation of the database knows no case.
    pub fn mail(&self, message_id: &str) -> Option<&Value> {
        let is = |mail: &&Value| mail["messageId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(message_id));
        self.all("Email").find(is)
    }

    /// Makes a contact. The CRM looks for duplicates first, by first and last name as well as by address
    /// (`DuplicateWhereBuilders\Person`).
    pub fn create_contact(&mut self, user: &ApiUser, new: &Value, skip_check: bool) -> Result<Value, Refusal> {
        let text = |field: &str| new[field].as_str().unwrap_or_default().to_owned();
        if text("lastName").is_empty() {
            return refuse(400, "Field validation failure; entityType: Contact, field: lastName, type: required.");
        }
        if !text("emailAddress").contains('@') {
            return refuse(
                400,
                "Field validation failure; entityType: Contact, field: emailAddress, type: emailAddress.",
            );
        }
        let same = |known: &&Value| {
            known["emailAddress"] == new["emailAddress"]
                || (known["lastName"] == new["lastName"] && known["firstName"] == new["firstName"])
        };
        let duplicates: Vec<Value> =
            self.all("Contact").filter(same).map(|known| json!({"id": known["id"], "name": known["name"]})).collect();
        if !duplicates.is_empty() && !skip_check {
            return Err(Refusal(409, "duplicate".into(), Some(json!(duplicates))));
        }
        let id = self.new_id();
        let mut fields = new.clone();
        fields["createdById"] = json!(user.id);
        self.put("Contact", &id, &fields);
        let mut made = self.get("Contact", &id).cloned().unwrap_or_default();
        // All addresses are in the answer about one record; lists have the primary one only.
        made["emailAddressData"] = json!([{"emailAddress": made["emailAddress"], "lower": text("emailAddress").to_lowercase(), "primary": true}]);
        Ok(made)
    }
}

/// As the CRM shows a time.
pub fn moment(at: Timestamp) -> String {
    at.to_rfc3339().replace('T', " ").chars().take(19).collect()
}

/// First name, then last name: the format that is set when nobody changed it (`personNameFormat`).
fn full_name(record: &Value) -> String {
    let parts = ["firstName", "lastName"].map(|part| record[part].as_str().unwrap_or_default());
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
