//! People and companies: all of them once, then what changed.
//!
//! The CRM says what changed since a time, but not what is gone: deleted records are shown to administrators only, and a
//! right that was taken away leaves no trace at all. It says how many there are, though. So after the changes the count
//! is compared with what it should be, and if it is another one, everything is listed again; and once a day in any case,
//! because one may have come for one that went, and counting can be switched off.
//!
//! Lists have a person's primary address only: what loads the others is not among the loaders of lists
//! (`app/fieldProcessing.json`), and asking for each person alone would be a request a person. Mail from another address
//! finds nobody here, and a search does.

use std::time::Duration;

use otomo_domain::connector::ContactPage;
use otomo_domain::contact::{Contact, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::api::{Api, condition, scope};
use super::wire::{List, Plain};

/// Whose mail is kept, and where they belong.
const KINDS: [RecordType; 3] = [RecordType::Contact, RecordType::Lead, RecordType::Company];

/// Records asked for at once: the most that a CRM gives that nobody changed (`recordListMaxSizeLimit`).
const PAGE: usize = 200;

/// Everything is listed again after this.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Where the listing stands; kept as the cursor.
#[derive(Clone, Serialize, Deserialize)]
struct Place {
    /// When the last full listing began, in milliseconds.
    listed: i64,
    step: Step,
    marks: [Mark; KINDS.len()],
}

#[derive(Clone, Serialize, Deserialize)]
enum Step {
    /// Everything of a kind, by id, after this one.
    All { kind: usize, after: String },
    /// What changed of a kind; `skip` so many of the same second.
    Changes { kind: usize, skip: usize },
}

/// How far the changes of a kind were read.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Mark {
    /// Where this round of changes began.
    from: String,
    /// The second of the newest change that was read. Others may still happen in it, so it is read again.
    since: String,
    /// What was read of that second.
    seen: Option<Digest>,
    /// How many there were after the last round, if the CRM counts.
    total: Option<i64>,
    /// How many came in this round.
    created: i64,
}

impl Place {
    fn start(now: Timestamp) -> Self {
        Self { listed: now.0, step: Step::All { kind: 0, after: String::new() }, marks: Default::default() }
    }

    /// Where a cursor stands; the start, if it is not one of ours or too long ago.
    fn of(cursor: Option<&str>, now: Timestamp) -> Self {
        let place = cursor.and_then(|cursor| serde_json::from_str::<Self>(cursor).ok());
        let fresh = |place: &Self| place.listed <= now.0 && now.since(Timestamp(place.listed)) < DAY;
        place.filter(fresh).unwrap_or_else(|| Self::start(now))
    }

    fn is_start(&self) -> bool {
        matches!(&self.step, Step::All { kind: 0, after } if after.is_empty())
    }
}

/// The next page that has somebody on it, or the last one.
pub async fn page(api: &Api, now: Timestamp, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
    let mut place = Place::of(cursor, now);
    let mut starts_over = false;
    loop {
        starts_over |= place.is_start();
        let (contacts, has_more) = match place.step.clone() {
            Step::All { kind, after } => (all(api, &mut place, kind, &after).await?, true),
            Step::Changes { kind, skip } => changes(api, &mut place, kind, skip, now).await?,
        };
        if !contacts.is_empty() || !has_more {
            let cursor = serde_json::to_string(&place).map_err(|e| unreadable(&e.to_string()))?;
            return Ok(ContactPage { contacts, gone: Vec::new(), cursor, has_more, starts_over });
        }
    }
}

fn unreadable(why: &str) -> CrmFault {
    CrmFault::new(CrmFaultKind::Protocol, why)
}

/// The kind of this number; its scope's page, which only people must be readable for.
async fn listed(api: &Api, kind: RecordType, query: &[(&str, &str)]) -> Result<List<Plain>, CrmFault> {
    let scope = scope(kind).unwrap_or_default();
    match kind {
        RecordType::Contact => api.list(scope, query).await,
        _ => api.list_if_allowed(scope, query).await,
    }
}

fn kind_at(number: usize) -> Result<(RecordType, &'static str), CrmFault> {
    let kind = *KINDS.get(number).ok_or_else(|| unreadable("the cursor is not one of this connector"))?;
    // A company has no company, and a lead's is but a name.
    let select = match kind {
        RecordType::Contact => "name,emailAddress,accountId,createdAt,modifiedAt",
        _ => "name,emailAddress,createdAt,modifiedAt",
    };
    Ok((kind, select))
}

fn mark(place: &mut Place, number: usize) -> Result<&mut Mark, CrmFault> {
    place.marks.get_mut(number).ok_or_else(|| unreadable("the cursor is not one of this connector"))
}

/// A page of everything. Ordered by id, so that nobody is skipped when somebody before them goes.
async fn all(api: &Api, place: &mut Place, number: usize, after: &str) -> Result<Vec<Contact>, CrmFault> {
    let (kind, select) = kind_at(number)?;
    if after.is_empty() {
        // Changes are read from before the listing on.
        let newest = [("select", "modifiedAt"), ("orderBy", "modifiedAt"), ("order", "desc"), ("maxSize", "1")];
        let newest = listed(api, kind, &newest).await?.list.into_iter().next();
        let since = newest.map(|record| record.modified_at).unwrap_or_default();
        *mark(place, number)? = Mark { from: since.clone(), since, ..Mark::default() };
    }
    let mut query = vec![("select", select), ("orderBy", "id"), ("order", "asc"), ("maxSize", "200")];
    if !after.is_empty() {
        query.extend(condition("greaterThan", "id", after));
    }
    let records = listed(api, kind, &query).await?.list;
    let last = records.last().map(|record| record.id.clone()).filter(|_| records.len() >= PAGE);
    place.step = match last {
        Some(last) if last == after => return Err(unreadable("the list stays where it is")),
        Some(after) => Step::All { kind: number, after },
        None if number + 1 < KINDS.len() => Step::All { kind: number + 1, after: String::new() },
        None => Step::Changes { kind: 0, skip: 0 },
    };
    Ok(records.into_iter().map(|record| record.contact(kind, api)).collect())
}

/// A page of what changed; whether there is more.
async fn changes(
    api: &Api,
    place: &mut Place,
    number: usize,
    skip: usize,
    now: Timestamp,
) -> Result<(Vec<Contact>, bool), CrmFault> {
    let (kind, select) = kind_at(number)?;
    let mark = mark(place, number)?;
    let (since, offset) = (mark.since.clone(), skip.to_string());
    let mut query =
        vec![("select", select), ("orderBy", "modifiedAt"), ("order", "asc"), ("maxSize", "200"), ("offset", &offset)];
    query.extend(condition("greaterThanOrEquals", "modifiedAt", &since));
    let records = listed(api, kind, &query).await?.list;
    let is_full = records.len() >= PAGE;
    let newest = records.last().map_or(since.clone(), |record| record.modified_at.clone());
    let known = mark.seen == Some(digest(&records, &since));
    let seen = Some(digest(&records, &newest));
    let fresh: Vec<Plain> = records.into_iter().filter(|record| !(known && record.modified_at == since)).collect();
    mark.created += fresh.iter().filter(|record| record.created_at >= mark.from).count() as i64;
    (mark.since, mark.seen) = (newest.clone(), seen);
    let has_more = if is_full {
        let skip = if newest == since { skip + PAGE } else { 0 };
        place.step = Step::Changes { kind: number, skip };
        true
    } else {
        counted(api, place, number, now).await?
    };
    Ok((fresh.into_iter().map(|record| record.contact(kind, api)).collect(), has_more))
}

/// Ends a round of changes of a kind; whether there is more to do.
async fn counted(api: &Api, place: &mut Place, number: usize, now: Timestamp) -> Result<bool, CrmFault> {
    let (kind, _) = kind_at(number)?;
    let total = listed(api, kind, &[("select", "id"), ("maxSize", "1")]).await?.total;
    let mark = mark(place, number)?;
    let total = (total >= 0).then_some(total);
    if let (Some(before), Some(now_there)) = (mark.total, total)
        && before + mark.created != now_there
    {
        *place = Place::start(now);
        return Ok(true);
    }
    (mark.total, mark.created, mark.from) = (total, 0, mark.since.clone());
    let next = (number + 1) % KINDS.len();
    place.step = Step::Changes { kind: next, skip: 0 };
    Ok(next != 0)
}

/// What a page has of one second.
fn digest(records: &[Plain], second: &str) -> Digest {
    let of_it: Vec<&Plain> = records.iter().filter(|record| record.modified_at == second).collect();
    Digest::of(&serde_json::to_vec(&of_it).unwrap_or_default())
}
