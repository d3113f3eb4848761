//! The contract's schemas as far as they are read, and what they mean here.
//!
//! Reading is lenient where nothing hangs on it (fields that are new, names that are missing) and strict where
//! something does: the company's never-log list and the key of a mail.

use std::collections::BTreeSet;

use otomo_domain::address::Address;
use otomo_domain::connector::{self, Identity, Limits, RemoteMail};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::rules::Rule;
use serde::de::value::{self, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

/// Names in one line.
fn listed(names: &[String]) -> String {
    let listed = names.join(", ");
    listed.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn protocol(detail: impl Into<String>) -> CrmFault {
    CrmFault::new(CrmFaultKind::Protocol, detail)
}

#[derive(Deserialize)]
pub struct Me {
    user: User,
    capabilities: Capabilities,
    policy: Policy,
    #[serde(default)]
    missing_scopes: Vec<String>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Capabilities {
    max_body_bytes: Option<u64>,
    max_attachment_bytes: Option<u64>,
    #[serde(default)]
    create_contact: bool,
    #[serde(default)]
    unlog: bool,
}

#[derive(Deserialize)]
struct Policy {
    never_log: NeverLog,
    internal_domains: Vec<String>,
}

#[derive(Deserialize)]
struct NeverLog {
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
}

/// The remark that mail can't be taken back.
pub const NO_UNLOG: &str = "no_unlog";

impl Me {
    /// Who this is, unless the CRM names rights that logging mail needs and that are missing; the fault names them all.
    pub fn identity(self) -> Result<Identity, CrmFault> {
        if !self.missing_scopes.is_empty() {
            return Err(CrmFault::new(CrmFaultKind::Forbidden, listed(&self.missing_scopes)));
        }
        let remarks = if self.capabilities.unlog { Vec::new() } else { vec![NO_UNLOG.to_owned()] };
        Ok(Identity {
            user_id: self.user.id,
            email: self.user.email.as_deref().and_then(Address::parse),
            name: self.user.name.filter(|name| !name.is_empty()),
            limits: Limits {
                body: self.capabilities.max_body_bytes,
                attachment: self.capabilities.max_attachment_bytes,
            },
            can_unlog: self.capabilities.unlog,
            can_create_contacts: self.capabilities.create_contact,
            deny: self.policy.deny()?,
            remarks,
        })
    }
}

impl Policy {
    /// A rule that can't be read must not be silently off.
    fn deny(self) -> Result<Vec<(String, String)>, CrmFault> {
        let addresses = self.never_log.addresses.into_iter().map(|a| ("never_log_address", a));
        let domains = self.never_log.domains.into_iter().map(|d| ("never_log_domain", d));
        let internal = self.internal_domains.into_iter().map(|d| ("internal_domain", d));
        let readable = |(kind, value): (&str, String)| match Rule::denying(kind, &value) {
            Some(_) => Ok((kind.to_owned(), value)),
            None => Err(protocol(format!("the policy's {kind} {value:?} cannot be read"))),
        };
        addresses.chain(domains).chain(internal).map(readable).collect()
    }
}

#[derive(Deserialize)]
struct Ref {
    #[serde(rename = "type", deserialize_with = "known_type")]
    kind: Option<RecordType>,
    id: String,
}

/// A type of record; one that a later contract may have cannot be linked to from here.
fn known_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RecordType>, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(RecordType::deserialize(StrDeserializer::<value::Error>::new(&word)).ok())
}

impl Ref {
    fn known(self) -> Option<RecordRef> {
        let kind = self.kind?;
        (!self.id.is_empty()).then_some(RecordRef { kind, id: self.id })
    }
}

/// The contract's `NewContact`.
#[derive(Serialize)]
pub struct NewContact<'a> {
    email: &'a Address,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    company_name: &'a str,
}

impl<'a> From<&'a connector::NewContact> for NewContact<'a> {
    fn from(new: &'a connector::NewContact) -> Self {
        Self { email: &new.email, name: &new.name, company_name: &new.company }
    }
}

impl NewContact<'_> {
    /// The same for the same contact.
    pub fn bytes(&self) -> Result<Vec<u8>, CrmFault> {
        serde_json::to_vec(self).map_err(|e| protocol(e.to_string()))
    }
}

#[derive(Deserialize)]
pub struct Record {
    #[serde(flatten)]
    record: Ref,
    #[serde(default)]
    name: String,
    url: Option<String>,
    #[serde(default)]
    emails: Vec<String>,
    parent: Option<Ref>,
}

impl Record {
    /// The contact that was made for an address, or was there. Whatever else the CRM knows of it, it has this address.
    pub fn made_for(self, email: &Address) -> Result<Contact, CrmFault> {
        let mut contact = self.contact().ok_or_else(|| protocol("the answer names no record that mail can go to"))?;
        if !contact.emails.contains(email) {
            contact.emails.push(email.clone());
        }
        Ok(contact)
    }

    fn contact(self) -> Option<Contact> {
        Some(Contact {
            record: self.record.known()?,
            name: self.name,
            emails: self.emails.iter().filter_map(|email| Address::parse(email)).collect(),
            url: self.url.filter(|url| is_page(url)),
            parent: self.parent.and_then(Ref::known),
        })
    }
}

/// Whether an address may be opened in a browser: the CRM's word alone must not start programs.
fn is_page(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

#[derive(Deserialize)]
pub struct ContactPage {
    records: Vec<Record>,
    #[serde(default)]
    gone: Vec<Ref>,
    next_cursor: String,
    has_more: bool,
}

impl ContactPage {
    /// The page that follows `cursor`.
    pub fn after(self, cursor: Option<&str>) -> Result<connector::ContactPage, CrmFault> {
        if self.has_more && cursor == Some(self.next_cursor.as_str()) {
            return Err(protocol("the contact feed promises more and stays where it is"));
        }
        Ok(connector::ContactPage {
            contacts: self.records.into_iter().filter_map(Record::contact).collect(),
            gone: self.gone.into_iter().filter_map(Ref::known).collect(),
            cursor: self.next_cursor,
            has_more: self.has_more,
            starts_over: cursor.is_none(),
        })
    }
}

#[derive(Deserialize)]
pub struct RecordPage {
    records: Vec<Record>,
}

impl RecordPage {
    /// Those that mail can go to.
    pub fn contacts(self) -> Vec<Contact> {
        self.records.into_iter().filter_map(Record::contact).collect()
    }
}

/// The contract's word for a type of record.
pub fn type_name(kind: RecordType) -> Result<String, CrmFault> {
    let word = serde_json::to_value(kind).map_err(|e| protocol(e.to_string()))?;
    word.as_str().map(str::to_owned).ok_or_else(|| protocol("a type of record is a word"))
}

/// The records that a mail is to belong to, as the contract has them.
pub fn links(links: &[RecordRef]) -> Result<Vec<u8>, CrmFault> {
    serde_json::to_vec(&json!({ "links": links })).map_err(|e| protocol(e.to_string()))
}

#[derive(Deserialize)]
pub struct LoggedEmail {
    remote_id: String,
    key: String,
    url: Option<String>,
    digest: String,
    links: Vec<Ref>,
}

impl LoggedEmail {
    /// Whether it is what was sent, unchanged.
    pub fn is(&self, payload: &Payload) -> bool {
        payload.digest.is_none_or(|digest| self.digest == digest.to_string())
    }

    /// Whether it belongs to these records and to no others.
    pub fn belongs_to(self, links: &[RecordRef]) -> Result<(), CrmFault> {
        let there: BTreeSet<_> = self.links.into_iter().filter_map(Ref::known).collect();
        let same = there == links.iter().cloned().collect();
        if same { Ok(()) } else { Err(protocol("the mail belongs to other records than it was told to")) }
    }

    /// The mail with this key; an answer about another one proves nothing.
    pub fn remote(self, key: MailKey, already_known: bool) -> Result<RemoteMail, CrmFault> {
        if self.key != key.to_string() || self.remote_id.is_empty() {
            return Err(protocol("the answer is about another mail"));
        }
        Ok(RemoteMail { id: self.remote_id, url: self.url.filter(|url| is_page(url)), already_known })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"))
    }

    fn me(policy: &str) -> Result<Identity, CrmFault> {
        let capabilities =
            r#"{"max_body_bytes":10,"max_attachment_bytes":20,"record_types":[],"create_contact":false,"unlog":true}"#;
        let json =
            format!(r#"{{"user":{{"id":"u1","email":"Rep@X.jp"}},"capabilities":{capabilities},"policy":{policy}}}"#);
        read::<Me>(&json).identity()
    }

    #[test]
    fn the_companys_rules_come_along() {
        let policy = r#"{"never_log":{"addresses":["ceo@x.jp"],"domains":["bank.jp"]},"internal_domains":["x.jp"]}"#;
        let identity = me(policy).unwrap();
        let deny: Vec<_> = identity.deny.iter().map(|(kind, value)| (kind.as_str(), value.as_str())).collect();
        let expected =
            [("never_log_address", "ceo@x.jp"), ("never_log_domain", "bank.jp"), ("internal_domain", "x.jp")];
        assert_eq!(deny, expected);
        assert_eq!(identity.limits, Limits { body: Some(10), attachment: Some(20) });
        assert_eq!((identity.can_unlog, identity.can_create_contacts), (true, false));
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_a_fault_and_not_a_rule_that_is_off() {
        for policy in [
            r#"{"never_log":{"domains":["*"]},"internal_domains":[]}"#,
            r#"{"never_log":{"addresses":["ceo"]},"internal_domains":[]}"#,
            r#"{"never_log":{},"internal_domains":["x"]}"#,
        ] {
            assert_eq!(me(policy).map_err(|e| e.kind), Err(CrmFaultKind::Protocol), "{policy}");
        }
    }

    #[test]
    fn only_the_same_contact_is_sent_in_the_same_bytes() {
        let bytes = |name: &str, company: &str| {
            let email = Address::parse("info@x.jp").unwrap();
            let new = connector::NewContact { name: name.into(), email, company: company.into() };
            NewContact::from(&new).bytes().unwrap()
        };
        assert_eq!(bytes("Anna", "X"), bytes("Anna", "X"));
        assert_ne!(bytes("Anna", "X"), bytes("Ben", "X"));
        assert_ne!(bytes("Anna", "X"), bytes("Anna", ""));
        assert_ne!(bytes("Anna X", ""), bytes("Anna", "X"));
    }

    fn page(json: &str, cursor: Option<&str>) -> Result<connector::ContactPage, CrmFault> {
        read::<ContactPage>(json).after(cursor)
    }

    #[test]
    fn a_record_keeps_what_can_be_used_of_it() {
        let json = r#"{"records":[
            {"type":"contact","id":"1","name":"田中","emails":["A@x.jp","junk"],"url":"javascript:alert(1)","parent":{"type":"company","id":"9"}},
            {"type":"spaceship","id":"2","name":"new"},{"type":"lead","id":"3","name":"L","url":"https://crm/3","new":{}}],
            "next_cursor":"c","has_more":false}"#;
        let contacts = page(json, None).unwrap().contacts;
        assert_eq!(contacts.iter().map(|c| c.record.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(contacts[0].emails.iter().map(Address::as_str).collect::<Vec<_>>(), ["a@x.jp"]);
        assert_eq!((contacts[0].url.as_deref(), contacts[1].url.as_deref()), (None, Some("https://crm/3")));
        assert_eq!(contacts[0].parent, Some(RecordRef { kind: RecordType::Company, id: "9".into() }));
    }

    #[test]
    fn a_feed_that_goes_round_in_circles_is_noticed() {
        let json = r#"{"records":[],"next_cursor":"c","has_more":true}"#;
        assert!(page(json, Some("b")).is_ok());
        assert_eq!(page(json, Some("c")).map_err(|e| e.kind), Err(CrmFaultKind::Protocol));
    }

    #[test]
    fn only_the_first_page_starts_over() {
        let json = r#"{"records":[],"next_cursor":"c","has_more":false}"#;
        assert!(page(json, None).unwrap().starts_over);
        assert!(!page(json, Some("b")).unwrap().starts_over);
    }

    #[test]
    fn an_answer_about_another_mail_proves_nothing() {
        let (key, other) = (MailKey::of_message_id("<1@x>"), MailKey::of_message_id("<2@x>"));
        let logged =
            |id: &str| read::<LoggedEmail>(&format!(r#"{{"remote_id":"{id}","key":"{key}","digest":"d","links":[]}}"#));
        assert!(logged("r").remote(key, false).is_ok());
        assert!(logged("r").remote(other, false).is_err());
        assert!(logged("").remote(key, false).is_err());
    }
}
