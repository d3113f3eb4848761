//! The search the rep asks for, what belongs to a record, and a new contact.

use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::api::{Api, Call, Refusal};
use super::record::{COMPANIES, CONTACTS, DEALS, Kind, Page, Record};

/// How many records of a type a search shows.
const FOUND: usize = 15;

/// The longest query that is taken, in characters.
const LONGEST_QUERY: usize = 3000;

/// The largest batch.
const BATCH: usize = 100;

/// Contacts, companies and deals that fit these words.
pub async fn search(api: &Api, account: &Account, words: &str) -> Result<Vec<Contact>, CrmFault> {
    let words: String = words.chars().take(LONGEST_QUERY).collect();
    let mut found = Vec::new();
    for kind in [&CONTACTS, &COMPANIES, &DEALS] {
        let body = json!({"query": words, "filterGroups": [], "properties": kind.properties, "sorts": [],
            "limit": FOUND, "after": "0"});
        let page: Page = api.tell(Call::post(&[kind.path, "search"], body)).await?;
        found.extend(page.results.iter().map(|record| record.contact(kind, account)));
    }
    Ok(found)
}

/// The companies of a contact, and the open deals of either.
pub async fn related(api: &Api, account: &Account, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
    let (kind, wanted) = match record.kind {
        RecordType::Contact => (&CONTACTS, "companies,deals"),
        RecordType::Company => (&COMPANIES, "deals"),
        _ => return Ok(Vec::new()),
    };
    let found: Record = api.tell(Call::read(&[kind.path, &record.id]).query(&[("associations", wanted)])).await?;
    let mut related = Vec::new();
    for kind in [&COMPANIES, &DEALS] {
        let ids: Vec<&str> = found.linked(kind).into_iter().collect();
        let records = read(api, kind.path, kind.properties, &ids).await?;
        let open = records.iter().filter(|record| record.property("hs_is_closed") != "true");
        related.extend(open.map(|record| record.contact(kind, account)));
    }
    Ok(related)
}

/// The records with these ids that are still there, a hundred a call.
pub async fn read(api: &Api, kind: &str, properties: &[&str], ids: &[&str]) -> Result<Vec<Record>, CrmFault> {
    let mut records = Vec::new();
    for some in ids.chunks(BATCH) {
        let inputs: Vec<Value> = some.iter().map(|id| json!({"id": id})).collect();
        let body = json!({"inputs": inputs, "properties": properties, "propertiesWithHistory": []});
        let answer = api.ask(Call::post(&[kind, "batch", "read"], body)).await?;
        records.extend(api.told_in_part::<Page>(&answer)?.results);
    }
    Ok(records)
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// Makes a contact; one that is there is told by its number in the refusal.
pub async fn create(api: &Api, account: &Account, new: &NewContact) -> Result<Contact, CrmFault> {
    // The whole name is one property: which part of it is which only the person knows.
    let properties = json!({"email": new.email, "lastname": new.name, "company": new.company});
    let answer = api.ask(Call::post(&[CONTACTS.path], json!({"properties": properties, "associations": []}))).await?;
    let id = match answer.status {
        StatusCode::CONFLICT => existing(&answer.error::<Refusal>().message).ok_or_else(|| api.fault(&answer))?,
        _ => api.told::<Made>(&answer)?.id,
    };
    let mut contact = one(api, &CONTACTS, &id).await?.contact(&CONTACTS, account);
    if !contact.emails.contains(&new.email) {
        contact.emails.push(new.email.clone());
    }
    Ok(contact)
}

async fn one(api: &Api, kind: &Kind, id: &str) -> Result<Record, CrmFault> {
    let found: Record =
        api.tell(Call::read(&[kind.path, id]).query(&[("properties", &kind.properties.join(","))])).await?;
    if found.id == id { Ok(found) } else { Err(CrmFault::new(CrmFaultKind::Protocol, "the answer is another record")) }
}

/// The number in "Contact already exists. Existing ID: 12345".
fn existing(message: &str) -> Option<String> {
    let (_, after) = message.rsplit_once("Existing ID:")?;
    let digits: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_contact_that_is_there_stands_in_the_refusal() {
        assert_eq!(existing("Contact already exists. Existing ID: 12345").as_deref(), Some("12345"));
        assert_eq!(existing("Contact already exists. Existing ID: 12345.").as_deref(), Some("12345"));
        assert_eq!(existing("Contact already exists. Existing ID: "), None);
        assert_eq!(existing("Conflict"), None);
    }
}
