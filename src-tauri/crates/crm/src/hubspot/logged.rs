//! Logging a mail once, finding it, taking it back.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use otomo_domain::connector::{Outgoing, RemoteMail, Sought};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::time::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::api::{Api, Call};
use super::record::{self, Page, Record};
use super::{email, file, finding};

const EMAILS: &str = "emails";

/// What recognises a mail and tells whose it is.
const TELLING: [&str; 4] = ["hs_email_message_id", "hs_timestamp", "hubspot_owner_id", "hs_attachment_ids"];

/// How many of a record's newest mails are looked at: what the search index does not know yet is among them.
const NEWEST: usize = 200;

/// How many pages of a record's mails are read, of 500 each.
const PAGES: usize = 20;

/// How far two times of one mail may be apart, in milliseconds: another program logs when it arrived, not when it was
/// sent.
const SAME_MAIL: u64 = 24 * 3600 * 1000;

/// The calls that logging a mail takes at most, beside those for its files.
const CALLS: usize = 16;

/// A mail as HubSpot has it.
struct Logged {
    id: u64,
    at: Option<Timestamp>,
    owner: Option<String>,
    files: Vec<String>,
}

impl Logged {
    /// `None` where it is another mail than the one with this key.
    fn of(record: &Record, key: MailKey) -> Option<Self> {
        let message_id = record.property("hs_email_message_id");
        if message_id.is_empty() || MailKey::of_message_id(message_id) != key {
            return None;
        }
        let at = record.property("hs_timestamp");
        let files = record.property("hs_attachment_ids").split(';').filter(|id| !id.is_empty());
        let owner = record.property("hubspot_owner_id");
        Some(Self {
            id: record.id.parse().ok()?,
            at: Timestamp::from_rfc3339(at).or_else(|| at.parse().ok().map(Timestamp)),
            owner: (!owner.is_empty()).then(|| owner.to_owned()),
            files: files.map(str::to_owned).collect(),
        })
    }

    /// Whether it has the Message-ID of a mail that is another one by its date.
    fn differs_from(&self, payload: &Payload) -> bool {
        let dates = self.at.zip(Timestamp::from_rfc3339(&payload.date));
        dates.is_some_and(|(one, other)| one.0.abs_diff(other.0) > SAME_MAIL)
    }

    fn remote(&self, account: &Account, payload: &Payload, already_known: bool) -> RemoteMail {
        let id = self.id.to_string();
        RemoteMail { url: account.page_of_mail(&payload.links, &id), id, already_known }
    }
}

/// The mail; the oldest, should there be several.
pub async fn find(api: &Api, account: &Account, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
    let found = all(api, mail).await?;
    Ok(found.first().map(|logged| logged.remote(account, mail.payload, true)))
}

/// Every record of a mail, oldest first. The search index knows old ones wherever they are linked; the list of a
/// linked record knows new ones.
async fn all(api: &Api, mail: Sought<'_>) -> Result<Vec<Logged>, CrmFault> {
    let mut ids = searched(api, &mail.payload.message_id).await?;
    ids.extend(listed(api, mail.payload).await?);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    // Read once more: the index may still have what is gone.
    let records = finding::read(api, EMAILS, &TELLING, &ids).await?;
    let mut found: Vec<Logged> = records.iter().filter_map(|record| Logged::of(record, mail.key)).collect();
    found.sort_by_key(|logged| logged.id);
    Ok(found)
}

/// The mails that the search index has under this Message-ID, with its brackets or without.
async fn searched(api: &Api, message_id: &str) -> Result<BTreeSet<String>, CrmFault> {
    let bare = message_id.trim_start_matches('<').trim_end_matches('>');
    let group =
        |value: &str| json!({"filters": [{"propertyName": "hs_email_message_id", "operator": "EQ", "value": value}]});
    let body = json!({"filterGroups": [group(&format!("<{bare}>")), group(bare)], "properties": [], "sorts": [],
        "limit": 10, "after": "0"});
    let page: Page = api.tell(Call::post(&[EMAILS, "search"], body)).await?;
    Ok(page.results.into_iter().map(|record| record.id).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    to_object_id: u64,
}

/// The newest mails of the first record that a mail is linked to.
async fn listed(api: &Api, payload: &Payload) -> Result<Vec<String>, CrmFault> {
    let link = payload.links.iter().find_map(|link| Some((record::kind(link.kind)?.path, link.id.as_str())));
    let Some((kind, id)) = link else { return Ok(Vec::new()) };
    let (mut ids, mut after) = (Vec::new(), "0".to_owned());
    for _ in 0..PAGES {
        let call = Call::read(&[kind, id, "associations", EMAILS]).query(&[("limit", "500"), ("after", &after)]);
        let answer = api.ask(call).await?;
        if answer.status == StatusCode::NOT_FOUND {
            break;
        }
        let page: Page<Association> = api.told(&answer)?;
        let next = page.next();
        ids.extend(page.results.into_iter().map(|association| association.to_object_id));
        match next {
            Some(next) if next != after => after = next,
            _ => break,
        }
    }
    ids.sort_unstable_by_key(|id| Reverse(*id));
    ids.dedup();
    Ok(ids.into_iter().take(NEWEST).map(|id| id.to_string()).collect())
}

/// Logs a mail, or brings the rep's own record of it up to date. What somebody else logged is left as it is.
pub async fn log(api: &Api, account: &Account, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
    let associations = email::associations(&mail.payload.links)?;
    api.room(CALLS + 2 * mail.payload.attachments.len())?;
    let known = all(api, Sought { key: mail.key, payload: mail.payload }).await?;
    let Some(first) = known.into_iter().next() else {
        return create(api, account, mail, associations).await;
    };
    if first.differs_from(mail.payload) {
        return Err(CrmFault::new(CrmFaultKind::Conflict, "HubSpot has another mail with this Message-ID"));
    }
    if first.owner == account.owner {
        replace(api, account, &mail, &first).await?;
    }
    Ok(first.remote(account, mail.payload, true))
}

async fn create(
    api: &Api,
    account: &Account,
    mail: Outgoing<'_>,
    associations: Vec<Value>,
) -> Result<RemoteMail, CrmFault> {
    let files = file::upload(api, &mail).await?;
    let properties = email::properties(mail.payload, account.owner.as_deref(), &files);
    let body = json!({"properties": properties, "associations": associations});
    let answer = api.ask(Call::post(&[EMAILS], body).leaving_open()).await?;
    let made = api.told::<Record>(&answer).and_then(|record| number(&record.id)).map_err(|e| match e.kind {
        // It says that it was done, in a way that cannot be read.
        CrmFaultKind::Protocol => CrmFault { kind: CrmFaultKind::OutcomeUnknown, ..e },
        _ => e,
    })?;
    let mine = Logged { id: made, at: None, owner: None, files };
    Ok(settle(api, account, mail, mine).await)
}

fn number(id: &str) -> Result<u64, CrmFault> {
    id.parse().map_err(|_| CrmFault::new(CrmFaultKind::Protocol, "the answer names no record"))
}

/// Of the records that several reps made at one moment the one with the lowest id stays; everybody removes their own.
/// Whatever goes wrong with that, the mail is logged.
async fn settle(api: &Api, account: &Account, mail: Outgoing<'_>, mine: Logged) -> RemoteMail {
    let found = all(api, Sought { key: mail.key, payload: mail.payload }).await;
    let earlier = found.ok().and_then(|found| found.into_iter().next()).filter(|first| first.id < mine.id);
    let Some(earlier) = earlier else { return mine.remote(account, mail.payload, false) };
    match delete(api, &mine.id.to_string()).await {
        Ok(()) => earlier.remote(account, mail.payload, true),
        Err(_) => mine.remote(account, mail.payload, false),
    }
}

/// Puts what is shared now in the place of what was shared before.
async fn replace(api: &Api, account: &Account, mail: &Outgoing<'_>, before: &Logged) -> Result<(), CrmFault> {
    let files = file::upload(api, mail).await?;
    let id = before.id.to_string();
    let properties = email::properties(mail.payload, account.owner.as_deref(), &files);
    api.tell::<Record>(Call::patch(&[EMAILS, &id], json!({"properties": properties}))).await?;
    for link in &mail.payload.links {
        let Some(kind) = record::kind(link.kind) else { continue };
        let answer = api.ask(Call::put(&[EMAILS, &id, "associations", "default", kind.path, &link.id])).await?;
        if !answer.status.is_success() {
            return Err(api.fault(&answer));
        }
    }
    let no_longer: Vec<String> = before.files.iter().filter(|id| !files.contains(id)).cloned().collect();
    file::remove(api, &no_longer).await
}

/// Takes the rep's own record back, into the recycle bin, and its files. Those first: without the record nobody would
/// know of them. What somebody else logged stays.
pub async fn unlog(api: &Api, account: &Account, mail: Sought<'_>, remote: &RemoteMail) -> Result<(), CrmFault> {
    let query = [("properties", TELLING.join(","))];
    let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = api.ask(Call::read(&[EMAILS, &remote.id]).query(&query)).await?;
    if answer.status == StatusCode::NOT_FOUND {
        return Ok(());
    }
    let record: Record = api.told(&answer)?;
    let Some(own) = Logged::of(&record, mail.key).filter(|logged| logged.owner == account.owner) else { return Ok(()) };
    file::remove(api, &own.files).await?;
    delete(api, &remote.id).await
}

async fn delete(api: &Api, id: &str) -> Result<(), CrmFault> {
    let answer = api.ask(Call::delete(&[EMAILS, id])).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(()),
        status if status.is_success() => Ok(()),
        _ => Err(api.fault(&answer)),
    }
}
