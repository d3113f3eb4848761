//! The records of a mail, wherever they are, and whose they are.
//!
//! The search index knows old records wherever they are linked, and new ones only after a few moments; the lists of the
//! records that a mail is linked to know new ones at once. Where the Message-ID cannot be written, the lists are all
//! there is for what Otomo logged, and the mark tells it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use otomo_domain::connector::{RemoteMail, Sought};
use otomo_domain::contact::RecordRef;
use otomo_domain::error::CrmFault;
use otomo_domain::fold::fold;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::redaction::MASK;
use otomo_domain::time::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::account::Account;
use super::api::{Api, Call};
use super::finding;
use super::mark::Mark;
use super::record::{KINDS, Kind, Page, Record};

pub const EMAILS: &str = "emails";

/// What tells a mail from others, and whose it is. All of it is short.
const TELLING: [&str; 7] = [
    "hs_email_message_id",
    "hs_timestamp",
    "hs_email_subject",
    "hs_email_from_email",
    "hubspot_owner_id",
    "hs_object_source",
    "hs_attachment_ids",
];

/// What HubSpot says of a record that came through its API. Its own mailboxes, the BCC address and people at its window
/// leave other words there, and nobody can change them.
const BY_API: &str = "INTEGRATION";

/// How many of the newest mails of the linked records are looked at: what the search index does not know yet is among
/// them.
const NEWEST: usize = 200;

/// How many linked records are looked at, and how many pages of 500 of all their mails.
const LINKS: usize = 20;
const PAGES: usize = 20;

/// How many texts are read at once, and of how many records: an answer of 4 MiB has room for so many of the longest.
const TEXTS: usize = 5;
const CANDIDATES: usize = 20;

/// How far two times of one mail may be apart, in milliseconds: another program logs when it arrived, not when it was
/// sent.
const SAME_MAIL: u64 = 24 * 3600 * 1000;

/// A record with the key of a mail.
pub struct Logged {
    pub id: u64,
    pub files: Vec<String>,
    /// The text, where the record may be Otomo's.
    pub text: String,
    pub mark: Option<Mark>,
    at: Option<Timestamp>,
    subject: String,
    sender: String,
    owner: Option<String>,
    may_be_otomos: bool,
    has_message_id: bool,
}

impl Logged {
    /// `None` where it is surely another mail than the one with this key.
    fn of(record: &Record, mail: Sought<'_>) -> Option<Self> {
        let (message_id, at) = (record.property("hs_email_message_id"), record.property("hs_timestamp"));
        let at = Timestamp::from_rfc3339(at).or_else(|| at.parse().ok().map(Timestamp));
        let has_message_id = !message_id.is_empty();
        let may_be_it = match has_message_id {
            true => MailKey::of_message_id(message_id) == mail.key,
            false => at.is_some() && at == Timestamp::from_rfc3339(&mail.payload.date),
        };
        let files = record.property("hs_attachment_ids").split(';').filter(|id| !id.is_empty());
        let owner = record.property("hubspot_owner_id");
        let id = record.id.parse().ok()?;
        may_be_it.then_some(Self {
            id,
            files: files.map(str::to_owned).collect(),
            text: String::new(),
            mark: None,
            at,
            subject: record.property("hs_email_subject").to_owned(),
            sender: record.property("hs_email_from_email").to_owned(),
            owner: (!owner.is_empty()).then(|| owner.to_owned()),
            may_be_otomos: matches!(record.property("hs_object_source"), "" | BY_API),
            has_message_id,
        })
    }

    /// Whether Otomo made it for this rep, and it is still theirs.
    pub fn is_own(&self, account: &Account) -> bool {
        let made_it = self.mark.as_ref().is_some_and(|mark| mark.is_by(&account.rep));
        made_it && (self.owner.is_none() || self.owner == account.owner)
    }

    /// Whether it is this mail, and not another one that came under the same Message-ID. Where a side says nothing, it
    /// says nothing against it.
    pub fn is_same(&self, payload: &Payload) -> bool {
        let at = self.at.zip(Timestamp::from_rfc3339(&payload.date));
        let tolerated = if self.mark.is_some() { 0 } else { SAME_MAIL };
        let tells = |text: &str| !text.trim().is_empty() && !text.contains(MASK);
        let same = |one: &str, other: &str| !tells(one) || !tells(other) || fold(one) == fold(other);
        at.is_none_or(|(one, other)| one.0.abs_diff(other.0) <= tolerated)
            && same(&self.subject, &payload.subject)
            && same(&self.sender, payload.from.email.as_str())
    }

    pub fn remote(&self, account: &Account, links: &[RecordRef], already_known: bool) -> RemoteMail {
        let id = self.id.to_string();
        RemoteMail { url: account.page_of_mail(links, &id), id, already_known }
    }
}

/// Every record with the key of a mail, the oldest first; `also` is looked at, whether or not it is found.
pub async fn all(api: &Api, mail: Sought<'_>, also: Option<&str>) -> Result<Vec<Logged>, CrmFault> {
    let found = candidates(api, mail, also).await?;
    with_marks(api, mail.key, found).await
}

/// The same, as far as it can be told without their texts.
pub async fn candidates(api: &Api, mail: Sought<'_>, also: Option<&str>) -> Result<Vec<Logged>, CrmFault> {
    let mut ids = searched(api, &mail.payload.message_id).await?;
    ids.extend(listed(api, &mail.payload.links).await?);
    // Only numbers are ids here.
    ids.extend(also.filter(|id| id.parse::<u64>().is_ok()).map(str::to_owned));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    among(api, mail, &ids).await
}

/// This record, if it has the key of a mail.
pub async fn one(api: &Api, mail: Sought<'_>, id: &str) -> Result<Option<Logged>, CrmFault> {
    if id.parse::<u64>().is_err() {
        return Ok(None);
    }
    let found = among(api, mail, &[id]).await?;
    Ok(with_marks(api, mail.key, found).await?.pop())
}

/// Those of these records that may be a mail, the oldest first. The index may still have what is gone, so they are read
/// once more.
async fn among(api: &Api, mail: Sought<'_>, ids: &[&str]) -> Result<Vec<Logged>, CrmFault> {
    let records = finding::read(api, EMAILS, &TELLING, ids).await?;
    let mut found: Vec<Logged> = records.iter().filter_map(|record| Logged::of(record, mail)).collect();
    found.sort_by_key(|logged| logged.id);
    found.truncate(CANDIDATES);
    Ok(found)
}

/// Reads the text of what may be Otomo's, and the mark at its end; leaves out what has neither Message-ID nor mark.
pub async fn with_marks(api: &Api, key: MailKey, mut found: Vec<Logged>) -> Result<Vec<Logged>, CrmFault> {
    let ids: Vec<String> = found.iter().filter(|one| one.may_be_otomos).map(|one| one.id.to_string()).collect();
    for some in ids.chunks(TEXTS) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        for record in finding::read(api, EMAILS, &["hs_email_text"], &some).await? {
            let Some(logged) = found.iter_mut().find(|logged| logged.id.to_string() == record.id) else { continue };
            logged.text = record.property("hs_email_text").to_owned();
            logged.mark = Mark::read(&logged.text).filter(|mark| mark.is_of(key));
        }
    }
    found.retain(|logged| logged.has_message_id || logged.mark.is_some());
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

/// The newest mails of the records that a mail is linked to. Contacts come first, which have the fewest mails, and
/// companies last; each has one page at least.
async fn listed(api: &Api, links: &[RecordRef]) -> Result<Vec<String>, CrmFault> {
    let of = |kind: &'static Kind| {
        links.iter().filter(move |link| link.kind == kind.record).map(move |link| (kind.path, link.id.as_str()))
    };
    let linked: Vec<(&str, &str)> = KINDS.into_iter().flat_map(of).take(LINKS).collect();
    let (mut ids, mut pages) = (Vec::new(), PAGES);
    for (kind, id) in linked {
        pages = pages.saturating_sub(mails_of(api, kind, id, pages.max(1), &mut ids).await?);
    }
    ids.sort_unstable_by_key(|id| Reverse(*id));
    ids.dedup();
    Ok(ids.into_iter().take(NEWEST).map(|id| id.to_string()).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    /// A number as a text, since the dated versions.
    to_object_id: String,
}

/// Adds the mails of a record, which come in no order that is promised; how many pages it took.
async fn mails_of(api: &Api, kind: &str, id: &str, most: usize, ids: &mut Vec<u64>) -> Result<usize, CrmFault> {
    let mut after: Option<String> = None;
    for page in 1..=most {
        let call = Call::read(&[kind, id, "associations", EMAILS]).page("500", after.as_deref());
        let answer = api.ask(call).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(page);
        }
        let told: Page<Association> = api.told(&answer)?;
        let next = told.next();
        ids.extend(told.results.iter().filter_map(|association| association.to_object_id.parse::<u64>().ok()));
        if next.is_none() || next == after {
            return Ok(page);
        }
        after = next;
    }
    Ok(most)
}
