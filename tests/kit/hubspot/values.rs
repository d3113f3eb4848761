//! What the portal takes as a value.

use std::collections::BTreeMap;

use otomo_domain::time::Timestamp;
use serde_json::Value;

use super::portal::Object;
use super::refusal::Refusal;

/// The longest value that is taken, in characters of UTF-16: "~65 536 seen in practice".
const LONGEST: usize = 65_536;

/// A time in milliseconds, from milliseconds or RFC 3339: both are taken everywhere.
pub fn millis(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| Timestamp::from_rfc3339(text).map(|time| time.0))
}

/// The properties of a request's body; each value must be a string.
pub fn properties(body: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(properties) = body["properties"].as_object() else {
        return Err(Refusal::invalid("Some required fields were not set: [properties]"));
    };
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        _ => Err(Refusal::invalid(format!("Cannot deserialize value of type `java.lang.String` for {name}"))),
    };
    properties.iter().map(text).collect()
}

/// Every address of a contact. The additional ones are one text, separated by semicolons.
pub fn addresses(contact: &Object) -> impl Iterator<Item = &str> {
    let value = |name: &str| contact.properties.get(name).map(String::as_str).unwrap_or_default();
    [value("email")].into_iter().chain(value("hs_additional_emails").split(';')).filter(|a| !a.is_empty())
}

/// Whether a property of a type may have this value.
pub fn check(kind: &str, name: &str, value: &str) -> Result<(), Refusal> {
    if value.encode_utf16().count() > LONGEST {
        return Err(Refusal::property(name, "PROPERTY_VALUE_TOO_LONG"));
    }
    let one_of = |allowed: &[&str]| allowed.contains(&value);
    let sound = match (kind, name) {
        ("emails", "hs_timestamp") => millis(value).is_some(),
        ("emails", "hs_email_direction") => one_of(&["EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"]),
        ("emails", "hs_email_status") => one_of(&["BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"]),
        ("emails", "hs_attachment_ids") => value.is_empty() || value.split(';').all(|id| id.parse::<u64>().is_ok()),
        // A JSON text, not an object.
        ("emails", "hs_email_headers") => {
            return if headers(value) { Ok(()) } else { Err(Refusal::property(name, "INVALID_JSON")) };
        }
        ("emails", name) => matches!(
            name,
            "hs_email_subject" | "hs_email_text" | "hs_email_html" | "hs_email_message_id" | "hubspot_owner_id"
        ),
        ("contacts", "email") => value.contains('@'),
        ("contacts", name) => {
            matches!(name, "firstname" | "lastname" | "company" | "hs_additional_emails" | "hubspot_owner_id")
        }
        ("companies", name) => matches!(name, "name" | "domain"),
        (_, name) => matches!(name, "dealname" | "dealstage" | "hs_is_closed"),
    };
    if sound { Ok(()) } else { Err(Refusal::property(name, "INVALID_OPTION_OR_PROPERTY_DOESNT_EXIST")) }
}

/// What HubSpot reads out of the other properties: these fields "are read-only and filled from hs_email_headers".
pub fn fill_in(kind: &str, properties: &mut BTreeMap<String, String>) {
    let headers = properties.get("hs_email_headers").and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(headers) = headers.filter(|_| kind == "emails") {
        let from = headers["from"]["email"].as_str().unwrap_or_default();
        properties.insert("hs_email_from_email".into(), from.to_owned());
    }
}

/// `from` is a person, `to`, `cc` and `bcc` are lists of people.
fn headers(text: &str) -> bool {
    let Ok(headers) = serde_json::from_str::<Value>(text) else { return false };
    let person = |person: &Value| person["email"].as_str().is_some_and(|email| email.contains('@'));
    let people = |role: &str| headers[role].as_array().is_some_and(|people| people.iter().all(person));
    person(&headers["from"]) && ["to", "cc", "bcc"].into_iter().all(people)
}
