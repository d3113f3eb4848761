//! Records as answers show them.

use std::collections::{BTreeMap, BTreeSet};

use otomo_domain::address::Address;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use serde::Deserialize;

use super::account::Account;

/// A type of record that mail can be linked to.
pub struct Kind {
    pub record: RecordType,
    /// Its name in paths.
    pub path: &'static str,
    /// The type of an association from an e-mail to it.
    pub association: u32,
    /// The property that tells when it was last changed.
    pub modified: &'static str,
    /// The properties that are read.
    pub properties: &'static [&'static str],
}

pub const CONTACTS: Kind = Kind {
    record: RecordType::Contact,
    path: "contacts",
    association: 198,
    modified: "lastmodifieddate",
    properties: &["email", "hs_additional_emails", "firstname", "lastname", "associatedcompanyid"],
};

pub const COMPANIES: Kind = Kind {
    record: RecordType::Company,
    path: "companies",
    association: 186,
    modified: "hs_lastmodifieddate",
    properties: &["name"],
};

pub const DEALS: Kind = Kind {
    record: RecordType::Deal,
    path: "deals",
    association: 210,
    modified: "hs_lastmodifieddate",
    properties: &["dealname", "hs_is_closed"],
};

pub const KINDS: [&Kind; 3] = [&CONTACTS, &DEALS, &COMPANIES];

/// The type of a record; `None` where no mail can be linked to it here.
pub fn kind(record: RecordType) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.record == record)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub id: String,
    #[serde(default)]
    properties: BTreeMap<String, Option<String>>,
    #[serde(default)]
    associations: BTreeMap<String, Linked>,
    pub archived_at: Option<String>,
}

#[derive(Deserialize)]
struct Linked {
    results: Vec<LinkedRecord>,
}

#[derive(Deserialize)]
struct LinkedRecord {
    id: String,
}

/// A page of a list or of a search.
#[derive(Deserialize)]
pub struct Page<T = Record> {
    pub results: Vec<T>,
    #[serde(default)]
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    next: Option<Next>,
}

#[derive(Deserialize)]
struct Next {
    after: String,
}

impl<T> Page<T> {
    /// Where to go on.
    pub fn next(&self) -> Option<String> {
        Some(self.paging.as_ref()?.next.as_ref()?.after.clone())
    }
}

impl Record {
    /// A property; empty if it has none.
    pub fn property(&self, name: &str) -> &str {
        self.properties.get(name).and_then(Option::as_deref).unwrap_or_default()
    }

    /// The records of a type that it is linked to, as it was read; one that is linked in two ways stands there once.
    pub fn linked(&self, kind: &Kind) -> BTreeSet<&str> {
        let linked = self.associations.get(kind.path).map(|linked| linked.results.as_slice()).unwrap_or_default();
        linked.iter().map(|record| record.id.as_str()).collect()
    }

    /// What matching needs of it.
    pub fn contact(&self, kind: &Kind, account: &Account) -> Contact {
        let record = RecordRef { kind: kind.record, id: self.id.clone() };
        let more = self.property("hs_additional_emails").split(';');
        let company = self.property("associatedcompanyid");
        let company = || RecordRef { kind: RecordType::Company, id: company.to_owned() };
        Contact {
            url: account.page(&record),
            record,
            name: self.name(),
            emails: [self.property("email")].into_iter().chain(more).filter_map(Address::parse).collect(),
            parent: (!self.property("associatedcompanyid").is_empty()).then(company),
        }
    }

    fn name(&self) -> String {
        let named = [self.property("name"), self.property("dealname")].into_iter().find(|name| !name.is_empty());
        let (first, last) = (self.property("firstname").trim(), self.property("lastname").trim());
        named.map_or_else(|| person(first, last), str::to_owned)
    }
}

/// A person's name in the order of its script: the family name first where it is written in kanji or kana.
fn person(first: &str, last: &str) -> String {
    let eastern = last.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'));
    let parts = if eastern { [last, first] } else { [first, last] };
    parts.join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, last: &str, expected: &str) {
        assert_eq!(person(first, last), expected);
    }

    #[test]
    fn a_name_stands_in_the_order_of_its_script() {
        check("Anna", "Smith", "Anna Smith");
        check("花子", "髙橋", "髙橋 花子");
        check("ハナコ", "タカハシ", "タカハシ ハナコ");
        check("", "髙橋 花子", "髙橋 花子");
        check("Anna", "", "Anna");
        check("", "", "");
    }
}
