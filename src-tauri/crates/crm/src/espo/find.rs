//! What the rep asks for by a click: a search, what belongs to a record, a new contact.

use otomo_domain::address::Address;
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::{Method, StatusCode};

use super::api::{Api, PATIENCE, condition, equals, scope};
use super::wire::{self, Plain};
use crate::http::answer::Silence;

/// The most that a search gives of a kind.
const FEW: &str = "20";

/// People and companies whose name or address has these words in it, or who have this address, be it not their first.
pub async fn search(api: &Api, words: &str) -> Result<Vec<Contact>, CrmFault> {
    // A star stands for anything; without one the CRM compares the beginnings of names.
    let words = words.replace('*', " ");
    let filter = format!("*{}*", words.trim());
    if words.trim().is_empty() {
        return Ok(Vec::new());
    }
    let address = Address::parse(words.trim());
    let mut found = Vec::new();
    for (kind, select) in [
        (RecordType::Contact, "name,emailAddress,accountId"),
        (RecordType::Lead, "name,emailAddress"),
        (RecordType::Company, "name,emailAddress"),
    ] {
        let mut query = vec![("select", select), ("orderBy", "name"), ("order", "asc"), ("maxSize", FEW)];
        match &address {
            Some(address) => query.extend(equals("emailAddress", address.as_str())),
            None => query.push(("textFilter", &filter)),
        }
        let list = api.list_if_allowed(scope(kind).unwrap_or_default(), &query).await?;
        found.extend(list.list.into_iter().map(|record| record.contact(kind, api)));
    }
    Ok(found)
}

/// A contact's company and open deals, a company's open deals.
pub async fn related(api: &Api, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
    let (mut found, company) = match record.kind {
        RecordType::Contact => {
            let contact: Option<Plain> = api.record("Contact", &record.id, "accountId,accountName").await?;
            let contact = contact.ok_or_else(|| CrmFault::new(CrmFaultKind::NotFound, "the contact is not there"))?;
            let id = contact.account_id.filter(|id| !id.is_empty());
            let company = id.map(|id| Plain { id, name: contact.account_name, ..Plain::default() });
            (company.iter().cloned().map(|c| c.contact(RecordType::Company, api)).collect(), company.map(|c| c.id))
        }
        RecordType::Company => (Vec::new(), Some(record.id.clone())),
        _ => return Ok(Vec::new()),
    };
    let by = match &company {
        Some(company) => condition("equals", "accountId", company),
        None => condition("equals", "contactId", &record.id),
    };
    let open = [("select", "name,accountId"), ("primaryFilter", "open"), ("maxSize", FEW)];
    let deals = api.list_if_allowed("Opportunity", &[&open[..], &by[..]].concat()).await?;
    found.extend(deals.list.into_iter().map(|deal| deal.contact(RecordType::Deal, api)));
    Ok(found)
}

/// Makes a contact, or gives back whoever has the address. It belongs to the company if exactly one has that name;
/// companies are not made from here.
pub async fn create(api: &Api, new: &NewContact) -> Result<Contact, CrmFault> {
    let company = if new.company.is_empty() { None } else { api.only_named("Account", &new.company).await? };
    let name = new.name.trim();
    let body = wire::NewContact {
        last_name: if name.is_empty() { new.email.as_str() } else { name },
        email_address: new.email.as_str(),
        account_id: company.map(|company| company.id),
    };
    if let Some(made) = post(api, &body, false).await? {
        return Ok(made);
    }
    // The CRM takes people with the same name for duplicates as well as those with the same address.
    let query = [("select", "name,emailAddress,accountId"), ("maxSize", "1")];
    let same =
        api.list::<Plain>("Contact", &[&equals("emailAddress", new.email.as_str())[..], &query[..]].concat()).await?;
    if let Some(known) = same.list.into_iter().next() {
        let mut known = known.contact(RecordType::Contact, api);
        if !known.emails.contains(&new.email) {
            known.emails.push(new.email.clone());
        }
        return Ok(known);
    }
    let made = post(api, &body, true).await?;
    made.ok_or_else(|| CrmFault::new(CrmFaultKind::Conflict, "the CRM has a contact like this one"))
}

/// The contact that was made; `None` if the CRM has duplicates. An answer that got lost does no harm: the next time the
/// address is there.
async fn post(api: &Api, new: &wire::NewContact<'_>, despite_duplicates: bool) -> Result<Option<Contact>, CrmFault> {
    let mut request = api.request(Method::POST, &["Contact"], &[]).json(new);
    if despite_duplicates {
        request = request.header("X-Skip-Duplicate-Check", "true");
    }
    let answer = api.ask(request, Silence::Harmless, PATIENCE).await?;
    match answer.status {
        status if status.is_success() => Ok(Some(answer.json::<Plain>()?.contact(RecordType::Contact, api))),
        StatusCode::CONFLICT => Ok(None),
        _ => Err(api.fault(&answer)),
    }
}
