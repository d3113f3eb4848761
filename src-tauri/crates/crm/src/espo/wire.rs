//! The CRM's records as far as they are read, and what they mean here.

use std::collections::BTreeMap;

use otomo_domain::address::Address;
use otomo_domain::connector::{Identity, Limits};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::Api;

/// `GET App/user`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppUser {
    user: User,
    acl: Acl,
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    app_params: AppParams,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Acl {
    /// By scope: levels by action, or whether the scope may be used at all. What may not be used is left out.
    table: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    /// In mebibytes.
    attachment_upload_max_size: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AppParams {
    /// The largest request PHP takes, in mebibytes.
    max_upload_size: Option<f64>,
}

/// What keeping mail needs; `importEml` asks for `Import` besides.
const NEEDED: &[(&str, &str)] =
    &[("Contact", "read"), ("Email", "create"), ("Email", "read"), ("Email", "edit"), ("Import", "")];

/// The remark that this user can't delete mail.
pub const NO_DELETE: &str = "no_delete";

impl AppUser {
    pub fn id(&self) -> &str {
        &self.user.id
    }

    fn may(&self, scope: &str, action: &str) -> bool {
        match self.acl.table.get(scope) {
            Some(Value::Bool(whole)) => *whole,
            Some(levels) if action.is_empty() => levels.is_object(),
            Some(levels) => levels.get(action).and_then(Value::as_str).is_some_and(|level| level != "no"),
            None => false,
        }
    }

    /// Who this is, for this rep, unless a right is missing that nothing works without; the fault names all that are.
    pub fn identity(self, rep: &Address) -> Result<Identity, CrmFault> {
        let missing = NEEDED.iter().filter(|(scope, action)| !self.may(scope, action));
        let missing: Vec<String> = missing.map(|(scope, action)| format!("{scope} {action}").trim().into()).collect();
        if !missing.is_empty() {
            return Err(CrmFault::new(CrmFaultKind::Forbidden, missing.join(", ")));
        }
        let (can_unlog, can_create_contacts) = (self.may("Email", "delete"), self.may("Contact", "create"));
        let remarks = if can_unlog { Vec::new() } else { vec![NO_DELETE.to_owned()] };
        let attachment = self.largest_file();
        Ok(Identity {
            // What is shared by one rep is not another's, though both have the same key.
            user_id: format!("{} {rep}", self.user.id),
            email: Some(rep.clone()),
            name: self.user.name.filter(|name| !name.is_empty()),
            limits: Limits { body: None, attachment },
            can_unlog,
            can_create_contacts,
            deny: Vec::new(),
            remarks,
        })
    }

    /// A file travels inside the mail, a third larger in its lines of base64; the mail travels inside JSON, a third
    /// larger again.
    fn largest_file(&self) -> Option<u64> {
        let bytes = |mebibytes: f64, share: f64| (mebibytes > 0.0).then_some((mebibytes * share * 1_048_576.0) as u64);
        let file = self.settings.attachment_upload_max_size.and_then(|size| bytes(size, 0.72));
        let request = self.app_params.max_upload_size.and_then(|size| bytes(size, 0.54));
        file.into_iter().chain(request).min()
    }
}

/// A page of a list. `total` is negative where nobody counts.
#[derive(Deserialize)]
pub struct List<T> {
    pub total: i64,
    pub list: Vec<T>,
}

/// A record of a list, whichever scope: only what was selected is there.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plain {
    pub id: String,
    pub name: Option<String>,
    /// The primary address.
    pub email_address: Option<String>,
    /// All of them; only in an answer about one record.
    pub email_address_data: Option<Vec<EmailAddress>>,
    pub account_id: Option<String>,
    pub account_name: Option<String>,
    /// `YYYY-MM-DD HH:MM:SS` in UTC, as all times here.
    pub created_at: String,
    pub modified_at: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailAddress {
    email_address: String,
}

impl Plain {
    pub fn contact(self, kind: RecordType, api: &Api) -> Contact {
        let others = self.email_address_data.unwrap_or_default().into_iter().map(|one| one.email_address);
        let mut emails: Vec<Address> = Vec::new();
        for email in self.email_address.into_iter().chain(others).filter_map(|email| Address::parse(&email)) {
            if !emails.contains(&email) {
                emails.push(email);
            }
        }
        let record = RecordRef { kind, id: self.id };
        let parent = self.account_id.filter(|id| !id.is_empty());
        Contact {
            url: api.page_of(&record),
            record,
            name: self.name.unwrap_or_default(),
            emails,
            parent: parent.map(|id| RecordRef { kind: RecordType::Company, id }),
        }
    }
}

/// The contact that the rep confirmed. The name goes where one is required, whole: which part of it is the family's,
/// nobody here knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewContact<'a> {
    pub last_name: &'a str,
    pub email_address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
}

/// The record that a mail belongs to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parent<'a> {
    pub parent_id: &'a str,
    pub parent_type: &'static str,
}

/// What an upload or an import made.
#[derive(Deserialize)]
pub struct Made {
    pub id: String,
}

/// What a refused import says: the mail that is there already (`Error\Body`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlreadyImported {
    message_translation: MessageTranslation,
}

#[derive(Deserialize)]
struct MessageTranslation {
    data: Made,
}

impl AlreadyImported {
    pub fn id(self) -> String {
        self.message_translation.data.id
    }
}
