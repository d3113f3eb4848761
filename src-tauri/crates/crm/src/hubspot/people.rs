//! The list of contacts and companies, and what changed in it.
//!
//! A round walks through what was changed since the round before it, by id, so that it never comes to the end of a
//! search's 10,000 results, and nothing is skipped when a record changes meanwhile. Then it looks into the recycle bin.
//! What is merged or erased for good shows in neither: once a day a round starts over.

use std::time::UNIX_EPOCH;

use otomo_domain::connector::ContactPage;
use otomo_domain::contact::RecordRef;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::Account;
use super::api::{Api, Call};
use super::record::{COMPANIES, CONTACTS, Kind, Page};

/// The largest page of a search, and of a list.
const SEARCHED: usize = 200;
const LISTED: &str = "100";

/// Where a stage begins: before every id.
const BEGINNING: &str = "0";

/// How far the search index may be behind: "a few moments", with much to spare. What was changed in this time is read
/// again.
const LAG: i64 = 5 * 60 * 1000;

/// How long, in milliseconds, until a list starts over.
const WHOLE: i64 = 24 * 3600 * 1000;

/// How many pages of the recycle bin are looked through a round: it is sorted by nothing that is documented.
const BIN_PAGES: u32 = 10;

#[derive(Clone, Copy, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Contacts,
    Companies,
    Bin,
}

/// Where a list is. All times are the account's own, in milliseconds.
#[derive(Clone, Serialize, Deserialize)]
struct Cursor {
    stage: Stage,
    /// The last id that was read.
    after: String,
    /// Changes since then are read; from the beginning in a list that starts over.
    since: Option<i64>,
    /// When this round began.
    begun: Option<i64>,
    /// When a list last started over.
    whole: Option<i64>,
    #[serde(default)]
    bin_pages: u32,
}

impl Cursor {
    fn start() -> Self {
        Self::round(None, None)
    }

    fn round(since: Option<i64>, whole: Option<i64>) -> Self {
        Self { stage: Stage::Contacts, after: BEGINNING.into(), since, begun: None, whole, bin_pages: 0 }
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn text(&self) -> Result<String, CrmFault> {
        serde_json::to_string(self).map_err(|e| CrmFault::new(CrmFaultKind::Protocol, e.to_string()))
    }

    /// The first request of a list that starts over.
    fn starts_over(&self) -> bool {
        self.since.is_none() && self.begun.is_none()
    }

    fn go_to(&mut self, stage: Stage) {
        (self.stage, self.after) = (stage, BEGINNING.into());
    }

    /// The next round, which starts over if none did for a day.
    fn next_round(&self) -> Self {
        let begun = self.begun.unwrap_or_default();
        let whole = if self.since.is_none() { begun } else { self.whole.unwrap_or_default() };
        if begun - whole >= WHOLE { Self::start() } else { Self::round(Some(begun - LAG), Some(whole)) }
    }
}

/// The next page. What a stage leaves of it the following ones fill.
pub async fn page(api: &Api, account: &Account, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
    let mut cursor = cursor.and_then(Cursor::read).unwrap_or_else(Cursor::start);
    let mut page = ContactPage { starts_over: cursor.starts_over(), ..ContactPage::default() };
    loop {
        let goes_on = match cursor.stage {
            Stage::Contacts => walk(api, account, &CONTACTS, &mut cursor, &mut page).await?,
            Stage::Companies => walk(api, account, &COMPANIES, &mut cursor, &mut page).await?,
            Stage::Bin => bin(api, &mut cursor, &mut page).await?,
        };
        if goes_on {
            return Ok(ContactPage { cursor: cursor.text()?, has_more: true, ..page });
        }
        match cursor.stage {
            Stage::Contacts => cursor.go_to(Stage::Companies),
            Stage::Companies if cursor.since.is_some() => cursor.go_to(Stage::Bin),
            _ => return Ok(ContactPage { cursor: cursor.next_round().text()?, has_more: false, ..page }),
        }
    }
}

/// Reads the next records of a type; whether there may be more.
async fn walk(
    api: &Api,
    account: &Account,
    kind: &Kind,
    cursor: &mut Cursor,
    page: &mut ContactPage,
) -> Result<bool, CrmFault> {
    let answer = api.ask(Call::post(&[kind.path, "search"], changed(kind, cursor))).await?;
    let found: Page = api.told(&answer)?;
    if cursor.begun.is_none() {
        let date = answer.date().and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        let date = date.ok_or_else(|| CrmFault::new(CrmFaultKind::Protocol, "the answer has no date"))?;
        cursor.begun = i64::try_from(date.as_millis()).ok();
    }
    if let Some(last) = found.results.last() {
        if last.id == cursor.after {
            return Err(CrmFault::new(CrmFaultKind::Protocol, "the search goes round in circles"));
        }
        cursor.after.clone_from(&last.id);
    }
    page.contacts.extend(found.results.iter().map(|record| record.contact(kind, account)));
    Ok(found.results.len() >= SEARCHED)
}

fn changed(kind: &Kind, cursor: &Cursor) -> Value {
    let filter =
        |name: &str, operator: &str, value: &str| json!({"propertyName": name, "operator": operator, "value": value});
    let mut filters = vec![filter("hs_object_id", "GT", &cursor.after)];
    if let Some(since) = cursor.since {
        filters.push(filter(kind.modified, "GTE", &since.to_string()));
    }
    json!({"filterGroups": [{"filters": filters}], "properties": kind.properties, "sorts": ["hs_object_id"],
        "limit": SEARCHED, "after": "0"})
}

/// Reads the next contacts in the recycle bin; whether there are more.
async fn bin(api: &Api, cursor: &mut Cursor, page: &mut ContactPage) -> Result<bool, CrmFault> {
    let after = Some(cursor.after.as_str()).filter(|after| *after != BEGINNING);
    let call = Call::read(&[CONTACTS.path]).query(&[("archived", "true")]).page(LISTED, after);
    let found: Page = api.tell(call).await?;
    let since = Timestamp(cursor.since.unwrap_or_default());
    let lately = |at: &String| Timestamp::from_rfc3339(at).is_none_or(|at| at >= since);
    let gone = found.results.iter().filter(|record| record.archived_at.as_ref().is_none_or(lately));
    page.gone.extend(gone.map(|record| RecordRef { kind: CONTACTS.record, id: record.id.clone() }));
    cursor.bin_pages += 1;
    let next = found.next().filter(|next| cursor.bin_pages < BIN_PAGES && *next != cursor.after);
    Ok(next.map(|next| cursor.after = next).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_starts_over_once_a_day() {
        let mut cursor = Cursor::start();
        assert!(cursor.starts_over());
        cursor.begun = Some(WHOLE);
        let mut next = cursor.next_round();
        assert!(!next.starts_over());
        assert_eq!(next.since, Some(WHOLE - LAG));
        next.begun = Some(2 * WHOLE - 1);
        assert!(!next.next_round().starts_over());
        next.begun = Some(2 * WHOLE);
        assert!(next.next_round().starts_over());
    }

    #[test]
    fn a_cursor_that_is_none_starts_the_list_anew() {
        assert!(Cursor::read("").is_none() && Cursor::read("{}").is_none());
        assert!(Cursor::read(&Cursor::start().text().unwrap()).is_some_and(|cursor| cursor.starts_over()));
    }
}
