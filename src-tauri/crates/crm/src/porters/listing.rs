//! Where a listing of the four resources stands, from page to page and from one refresh to the next.
//!
//! Every resource is read in the order of `P_UpdateDate`, each page from the last moment of the page before: a record
//! that changes meanwhile moves to the end and comes once more, and none is passed over, as happens where pages are
//! counted. The first listing reads all there is; the ones after it what changed since, deleted records included
//! (`itemstate=all`, for 90 days).

use std::collections::BTreeMap;
use std::time::Duration;

use otomo_domain::connector::ContactPage;
use otomo_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::moment;
use super::people::{RESOURCES, Resource};
use super::session::Query;
use super::xml::Element;

/// Records in a page, the most there can be.
pub const PAGE: usize = 200;

/// What changed so shortly before a listing is listed again by the next one: the moments are whole seconds, and the
/// two computers' clocks differ.
const RECENT: Duration = Duration::from_secs(300);

/// Records that changed in one second; no import makes more.
const MOST_IN_A_SECOND: usize = 100_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct Listing {
    /// What is listed at the moment.
    resource: Resource,
    /// All of it, and not only what changed.
    whole: bool,
    /// From this moment on; empty for all.
    from: String,
    /// So many of it are known already.
    start: usize,
    /// For the resources that were listed to their end: from when the next listing goes on.
    next: BTreeMap<Resource, String>,
}

impl Listing {
    /// Everything from the beginning.
    pub fn whole() -> Self {
        Self::of(RESOURCES[0], BTreeMap::new())
    }

    /// Goes on at a cursor; one that is not from here starts anew.
    pub fn at(cursor: Option<&str>) -> (Self, bool) {
        let found = cursor.and_then(|cursor| serde_json::from_str(cursor).ok());
        let starts_over = found.is_none();
        (found.unwrap_or_else(Self::whole), starts_over)
    }

    fn of(resource: Resource, next: BTreeMap<Resource, String>) -> Self {
        let from = next.get(&resource).cloned().unwrap_or_default();
        Self { resource, whole: from.is_empty(), from, start: 0, next }
    }

    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// The parameters of the next page.
    pub fn query(&self, partition: &str) -> Query<'static> {
        let alias = |field: &str| self.resource.alias(field);
        let mut fields = self.resource.fields();
        if !self.whole {
            fields.push("P_Deleted");
        }
        let fields: Vec<String> = fields.into_iter().map(alias).collect();
        let mut query = vec![
            ("partition", partition.to_owned()),
            ("field", fields.join(",")),
            ("order", format!("{}:asc", alias("P_UpdateDate"))),
            ("count", PAGE.to_string()),
            ("start", self.start.to_string()),
        ];
        if !self.from.is_empty() {
            query.push(("condition", format!("{}:ge={}", alias("P_UpdateDate"), self.from)));
        }
        if !self.whole {
            query.push(("itemstate", "all".to_owned()));
        }
        query
    }

    /// The page that was read, and where it goes on; `None` for an answer that leads nowhere.
    pub fn page(mut self, answer: &Element, now: Timestamp, starts_over: bool) -> Option<ContactPage> {
        let resource = self.resource;
        let items: Vec<&Element> = answer.items().collect();
        let is_gone = |item: &&&Element| item.text_of(&resource.alias("P_Deleted")) == "1";
        let gone = items.iter().filter(is_gone).filter_map(|item| resource.record_of(item)).collect();
        let there = items.iter().filter(|item| !is_gone(item));
        let contacts = there.filter_map(|item| resource.contact_of(item)).collect();
        let date = |item: &&Element| item.text_of(&resource.alias("P_UpdateDate")).to_owned();
        let last = items.last().map(date).filter(|last| moment::read(last).is_some());
        let has_more = if items.len() < PAGE {
            self.end(last, now)
        } else {
            self.go_on(last)?;
            true
        };
        let cursor = serde_json::to_string(&self).ok()?;
        Some(ContactPage { contacts, gone, cursor, has_more, starts_over })
    }

    /// Behind a full page. The form of a moment sorts as text.
    fn go_on(&mut self, last: Option<String>) -> Option<()> {
        match last {
            Some(last) if last > self.from => (self.from, self.start) = (last, 0),
            _ => self.start += PAGE,
        }
        (self.start < MOST_IN_A_SECOND).then_some(())
    }

    /// Behind the last page of a resource; tells whether there is another resource.
    fn end(&mut self, last: Option<String>, now: Timestamp) -> bool {
        let seen = last.or_else(|| (self.start > 0).then(|| self.from.clone()));
        if let Some(seen) = seen.as_deref().and_then(moment::read) {
            let after = (seen + Duration::from_secs(1)).min(now - RECENT);
            let next = moment::write(after).max(self.next.remove(&self.resource).unwrap_or_default());
            self.next.insert(self.resource, next);
        }
        let following = RESOURCES.into_iter().find(|resource| *resource > self.resource);
        *self = Self::of(following.unwrap_or(RESOURCES[0]), std::mem::take(&mut self.next));
        following.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026/11/23 03:00:00";

    /// A page of clients that changed at these moments.
    fn page(listing: Listing, dates: &[&str]) -> ContactPage {
        let item = |(n, date): (usize, &&str)| {
            format!("<Item><Client.P_Id>{n}</Client.P_Id><Client.P_UpdateDate>{date}</Client.P_UpdateDate></Item>")
        };
        let items: String = dates.iter().enumerate().map(item).collect();
        let answer = Element::parse(format!("<Client>{items}</Client>").as_bytes()).unwrap();
        listing.page(&answer, moment::read(NOW).unwrap(), false).unwrap()
    }

    fn query(page: &ContactPage) -> BTreeMap<&'static str, String> {
        let (listing, starts_over) = Listing::at(Some(&page.cursor));
        assert!(!starts_over);
        listing.query("1").into_iter().collect()
    }

    #[test]
    fn a_full_page_goes_on_at_its_last_moment() {
        let mut dates = vec!["2026/11/01 00:00:00"; PAGE];
        dates[PAGE - 1] = "2026/11/02 00:00:00";
        let page = page(Listing::whole(), &dates);
        let next = query(&page);
        assert!(page.has_more);
        assert_eq!(next["condition"], "Client.P_UpdateDate:ge=2026/11/02 00:00:00");
        assert_eq!((next["start"].as_str(), next.get("itemstate")), ("0", None));
    }

    #[test]
    fn more_records_of_one_second_than_a_page_holds_are_all_read() {
        let first = page(Listing::whole(), &["2026/11/01 00:00:00"; PAGE]);
        let second = page(Listing::at(Some(&first.cursor)).0, &["2026/11/01 00:00:00"; PAGE]);
        assert_eq!((query(&first)["start"].as_str(), query(&second)["start"].as_str()), ("0", "200"));
        assert_eq!(query(&second)["condition"], "Client.P_UpdateDate:ge=2026/11/01 00:00:00");
    }

    /// From when the next listing asks for clients, after one that ended with this moment.
    fn next(last: &str) -> String {
        let mut page = page(Listing::whole(), &[last]);
        while page.has_more {
            let (listing, _) = Listing::at(Some(&page.cursor));
            let empty = Element::parse(b"<X/>").unwrap();
            page = listing.page(&empty, moment::read(NOW).unwrap(), false).unwrap();
        }
        query(&page)["condition"].replace("Client.P_UpdateDate:ge=", "")
    }

    #[test]
    fn what_changed_a_moment_ago_is_read_again_and_nothing_else() {
        assert_eq!(next("2026/11/01 00:00:00"), "2026/11/01 00:00:01");
        assert_eq!(next("2026/11/23 02:59:50"), "2026/11/23 02:55:00");
        assert_eq!(next("2026/11/23 09:00:00"), "2026/11/23 02:55:00");
    }

    #[test]
    fn a_resource_without_records_is_asked_for_all_of_them_again() {
        let mut page = page(Listing::whole(), &["2026/11/01 00:00:00"]);
        assert_eq!((Listing::at(Some(&page.cursor)).0.resource, page.has_more), (Resource::Candidate, true));
        for _ in 0..2 {
            assert_eq!((query(&page).get("condition"), query(&page).get("itemstate")), (None, None));
            while Listing::at(Some(&page.cursor)).0.resource != Resource::Contact {
                let empty = Element::parse(b"<X/>").unwrap();
                page = Listing::at(Some(&page.cursor)).0.page(&empty, moment::read(NOW).unwrap(), false).unwrap();
            }
        }
    }

    #[test]
    fn a_cursor_that_is_not_from_here_starts_anew() {
        for cursor in [None, Some(""), Some("41"), Some("{}"), Some(r#"{"resource":"job"}"#)] {
            assert!(Listing::at(cursor).1, "{cursor:?}");
        }
    }
}
