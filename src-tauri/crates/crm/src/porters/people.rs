//! Whom mail can be logged to: the four resources with people and companies, and how they are called here.

use otomo_domain::address::Address;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use serde::{Deserialize, Serialize};

use super::xml::Element;

/// A resource that mail can be logged to, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Client,
    Candidate,
    Recruiter,
    Contact,
    Job,
}

/// Those that are listed. Jobs have no address to find them by; they are offered with their client.
pub const RESOURCES: [Resource; 4] = [Resource::Client, Resource::Candidate, Resource::Recruiter, Resource::Contact];

impl Resource {
    pub fn path(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Candidate => "candidate",
            Self::Recruiter => "recruiter",
            Self::Contact => "contact",
            Self::Job => "job",
        }
    }

    /// The root element of an answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::Candidate => "Candidate",
            Self::Recruiter => "Recruiter",
            Self::Contact => "Contact",
            Self::Job => "Job",
        }
    }

    /// The number by which other resources refer to it ("Resource List").
    pub fn value(self) -> &'static str {
        match self {
            Self::Client => "5",
            Self::Candidate => "1",
            Self::Recruiter => "9",
            Self::Contact => "27",
            Self::Job => "3",
        }
    }

    /// The name of a field. A candidate's fields begin with another word than its resource.
    pub fn alias(self, field: &str) -> String {
        let prefix = if self == Self::Candidate { "Person" } else { self.name() };
        format!("{prefix}.{field}")
    }

    /// The field with what it is called by.
    fn title(self) -> &'static str {
        if self == Self::Job { "P_Position" } else { "P_Name" }
    }

    /// The fields that a contact is made of.
    pub fn fields(self) -> Vec<&'static str> {
        let common = ["P_Id", self.title(), "P_UpdateDate"];
        let more: &[&str] = match self {
            Self::Client => &[],
            Self::Job => &["P_Client"],
            Self::Candidate => &["P_Mail", "P_MobileMail"],
            Self::Recruiter | Self::Contact => &["P_Mail", "P_MobileMail", "P_Client"],
        };
        [&common, more].concat()
    }

    fn kind(self) -> RecordType {
        match self {
            Self::Client => RecordType::Company,
            Self::Candidate => RecordType::Candidate,
            Self::Recruiter | Self::Contact => RecordType::Contact,
            Self::Job => RecordType::Deal,
        }
    }

    fn record(self, id: &str) -> Option<RecordRef> {
        let id: u64 = id.parse().ok()?;
        Some(RecordRef { kind: self.kind(), id: format!("{}/{id}", self.path()) })
    }

    /// The record of an item of a page.
    pub fn record_of(self, item: &Element) -> Option<RecordRef> {
        self.record(item.text_of(&self.alias("P_Id")))
    }

    /// The contact of an item of a page.
    pub fn contact_of(self, item: &Element) -> Option<Contact> {
        let emails = ["P_Mail", "P_MobileMail"].map(|field| Address::parse(item.text_of(&self.alias(field))));
        let mut emails: Vec<Address> = emails.into_iter().flatten().collect();
        emails.dedup();
        let parent = item.reference(&self.alias("P_Client")).and_then(|id| Self::Client.record(id));
        let name = item.text_of(&self.alias(self.title())).to_owned();
        Some(Contact { record: self.record_of(item)?, name, emails, url: None, parent })
    }
}

/// A record as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub resource: Resource,
    pub id: u64,
}

impl Place {
    /// The record that a link means. Two resources can have records of one number, so the number alone names none.
    pub fn of(record: &RecordRef) -> Option<Self> {
        let (path, id) = record.id.split_once('/')?;
        let resource = RESOURCES.into_iter().chain([Resource::Job]).find(|resource| resource.path() == path)?;
        let place = Self { resource, id: id.parse().ok()? };
        (resource.record(id).as_ref() == Some(record)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_both_addresses_and_a_company() {
        let xml = "<Item><Recruiter.P_Id>7</Recruiter.P_Id><Recruiter.P_Name>髙橋 花子</Recruiter.P_Name>\
            <Recruiter.P_Mail>Hanako@X.jp</Recruiter.P_Mail><Recruiter.P_MobileMail>h@m.jp</Recruiter.P_MobileMail>\
            <Recruiter.P_Client><Client><Client.P_Id>12</Client.P_Id></Client></Recruiter.P_Client></Item>";
        let contact = Resource::Recruiter.contact_of(&Element::parse(xml.as_bytes()).unwrap()).unwrap();
        assert_eq!((contact.record.kind, contact.record.id.as_str()), (RecordType::Contact, "recruiter/7"));
        assert_eq!(contact.emails.iter().map(Address::as_str).collect::<Vec<_>>(), ["hanako@x.jp", "h@m.jp"]);
        assert_eq!(
            contact.parent.map(|parent| (parent.kind, parent.id)),
            Some((RecordType::Company, "client/12".into()))
        );
    }

    #[test]
    fn a_link_means_one_record_of_one_resource() {
        let place = |kind, id: &str| Place::of(&RecordRef { kind, id: id.into() });
        assert_eq!(place(RecordType::Contact, "contact/7"), Some(Place { resource: Resource::Contact, id: 7 }));
        assert_eq!(place(RecordType::Candidate, "candidate/7").map(|p| p.resource.value()), Some("1"));
        assert_eq!(place(RecordType::Deal, "job/7").map(|p| p.resource.value()), Some("3"));
        for (kind, id) in [
            (RecordType::Candidate, "contact/7"),
            (RecordType::Contact, "7"),
            (RecordType::Contact, "contact/07"),
            (RecordType::Contact, "contact/-1"),
            (RecordType::Deal, "process/7"),
        ] {
            assert_eq!(place(kind, id), None, "{id}");
        }
    }
}
