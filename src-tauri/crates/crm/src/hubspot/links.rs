//! What a mail is linked to, exchanged.
//!
//! Only what Otomo linked it to is taken away, as its mark says, and the companies that HubSpot added on account of a
//! contact that goes. Links that people made stay.

use std::collections::BTreeSet;

use otomo_domain::contact::RecordRef;
use otomo_domain::error::CrmFault;
use reqwest::StatusCode;

use super::api::{Api, Call};
use super::record::{self, COMPANIES, CONTACTS, Kind, Record};
use super::seek::EMAILS;

/// Links a mail to these records.
pub async fn add(api: &Api, mail: &str, links: &[RecordRef]) -> Result<(), CrmFault> {
    for link in links {
        let Some(kind) = record::kind(link.kind) else { continue };
        let answer = api.ask(Call::put(&[EMAILS, mail, "associations", "default", kind.path, &link.id])).await?;
        if !answer.status.is_success() {
            return Err(api.fault(&answer));
        }
    }
    Ok(())
}

/// Takes away what a mail was linked to `before` and is not any more.
pub async fn remove(api: &Api, mail: &str, before: &[RecordRef], now: &[RecordRef]) -> Result<(), CrmFault> {
    let gone: Vec<&RecordRef> = before.iter().filter(|link| !now.contains(link)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let stays = companies(api, now.iter()).await?;
    let companies = companies(api, gone.iter().copied()).await?;
    let came_along = companies.difference(&stays).map(String::as_str);
    let named = gone.iter().filter_map(|link| Some((record::kind(link.kind)?, link.id.as_str())));
    for (kind, id) in named.chain(came_along.map(|id| (&COMPANIES, id))) {
        if !(kind.record == COMPANIES.record && stays.contains(id)) {
            unlink(api, mail, kind, id).await?;
        }
    }
    Ok(())
}

async fn unlink(api: &Api, mail: &str, kind: &Kind, id: &str) -> Result<(), CrmFault> {
    api.delete(Call::delete(&[EMAILS, mail, "associations", kind.path, id])).await
}

/// The companies among these records, and those of the contacts among them.
async fn companies(api: &Api, links: impl Iterator<Item = &RecordRef>) -> Result<BTreeSet<String>, CrmFault> {
    let mut companies = BTreeSet::new();
    for link in links {
        if link.kind == COMPANIES.record {
            companies.insert(link.id.clone());
        }
        if link.kind != CONTACTS.record {
            continue;
        }
        let call = Call::read(&[CONTACTS.path, &link.id]).query(&[("associations", COMPANIES.path)]);
        let answer = api.ask(call).await?;
        if answer.status != StatusCode::NOT_FOUND {
            let contact: Record = api.told(&answer)?;
            companies.extend(contact.linked(&COMPANIES).into_iter().map(str::to_owned));
        }
    }
    Ok(companies)
}
