//! The list of people, the search, and what belongs to a record.

use std::collections::BTreeSet;
use std::time::Duration;

use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordType};
use otomo_domain::ports::CrmConnector;

use super::super::sample::address;
use super::super::world::World;
use super::{HubSpot, link};

/// Everything from a cursor to the end of its round, and the next cursor.
async fn round(crm: &dyn CrmConnector, mut cursor: Option<String>) -> (Vec<Contact>, String) {
    let mut contacts = Vec::new();
    loop {
        let page = crm.contacts(cursor.as_deref()).await.unwrap();
        contacts.extend(page.contacts);
        if !page.has_more {
            return (contacts, page.cursor);
        }
        cursor = Some(page.cursor);
    }
}

#[tokio::test]
async fn a_list_goes_past_the_end_of_a_search() {
    let world = HubSpot::start().await;
    for n in 0..10_401 {
        world.server().put("contacts", None, &[("email", &format!("p{n}@x.jp"))]);
    }
    let (contacts, _) = round(world.crm(), None).await;
    let ids: BTreeSet<&str> = contacts.iter().map(|contact| contact.record.id.as_str()).collect();
    assert_eq!((contacts.len(), ids.len()), (10_401, 10_401));
    assert_eq!(world.server().limits_exceeded(), 0);
}

#[tokio::test]
async fn a_contact_has_all_its_addresses_its_company_and_its_page() {
    let world = HubSpot::start().await;
    let server = world.server();
    let company = server.put("companies", None, &[("name", "㈱サンプル")]);
    let properties = [
        ("email", "hanako@x.jp"),
        ("hs_additional_emails", "Hana@y.jp;h@z.jp"),
        ("firstname", "花子"),
        ("lastname", "髙橋"),
    ];
    let contact = server.put("contacts", None, &properties);
    server.portal(|portal| portal.link(("contacts", contact), ("companies", company)));
    let (found, _) = round(world.crm(), None).await;
    let [person, firm] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(person.name, "髙橋 花子");
    assert_eq!(person.emails, ["hanako@x.jp", "hana@y.jp", "h@z.jp"].map(address));
    assert_eq!(person.parent.as_ref(), Some(&link(RecordType::Company, company)));
    let page = format!("https://app.hubspot.com/contacts/62515/record/0-1/{contact}");
    assert_eq!(person.url.as_deref(), Some(page.as_str()));
    assert_eq!((firm.record.clone(), firm.name.as_str()), (link(RecordType::Company, company), "㈱サンプル"));
}

#[tokio::test]
async fn a_change_that_the_search_shows_late_is_not_missed() {
    let world = HubSpot::start().await;
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(60));
    let (_, cursor) = round(world.crm(), None).await;
    let late = world.server().put("contacts", None, &[("lastname", "Ben"), ("email", "ben@x.jp")]);
    let (changed, cursor) = round(world.crm(), Some(cursor)).await;
    assert!(changed.is_empty(), "{changed:?}");
    world.server().pass(Duration::from_secs(60));
    let (changed, _) = round(world.crm(), Some(cursor)).await;
    assert_eq!(changed.iter().map(|c| c.record.id.clone()).collect::<Vec<_>>(), [late.to_string()]);
}

#[tokio::test]
async fn after_a_day_the_list_starts_over() {
    let world = HubSpot::start().await;
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    let (_, cursor) = round(world.crm(), None).await;
    world.server().pass(Duration::from_secs(25 * 3600));
    let (changed, cursor) = round(world.crm(), Some(cursor)).await;
    assert!(changed.is_empty());
    let page = world.crm().contacts(Some(&cursor)).await.unwrap();
    assert!(page.starts_over);
    assert_eq!(page.contacts.len(), 1);
}

#[tokio::test]
async fn the_search_finds_people_companies_and_deals() {
    let world = HubSpot::start().await;
    let server = world.server();
    server.put("contacts", None, &[("lastname", "Sample Anna"), ("email", "anna@x.jp")]);
    server.put("contacts", None, &[("lastname", "Ben"), ("email", "ben@x.jp")]);
    server.put("companies", None, &[("name", "Sample Ltd")]);
    server.put("deals", None, &[("dealname", "Sample order")]);
    let found = world.crm().search("sample").await.unwrap();
    assert_eq!(
        found.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["Sample Anna", "Sample Ltd", "Sample order"]
    );
    assert!(world.crm().search(&"長".repeat(4000)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_contact_brings_its_company_and_its_open_deals() {
    let world = HubSpot::start().await;
    let server = world.server();
    let contact = server.put("contacts", None, &[("email", "anna@x.jp")]);
    let company = server.put("companies", None, &[("name", "X")]);
    let open = server.put("deals", None, &[("dealname", "open"), ("hs_is_closed", "false")]);
    let closed = server.put("deals", None, &[("dealname", "won"), ("hs_is_closed", "true")]);
    server.portal(|portal| {
        portal.link(("contacts", contact), ("companies", company));
        portal.link(("contacts", contact), ("deals", open));
        portal.link(("contacts", contact), ("deals", closed));
    });
    let related = world.crm().related(&link(RecordType::Contact, contact)).await.unwrap();
    let records: Vec<_> = related.into_iter().map(|found| found.record).collect();
    assert_eq!(records, [link(RecordType::Company, company), link(RecordType::Deal, open)]);
}

#[tokio::test]
async fn an_address_that_is_somebodys_second_one_leads_to_them() {
    let world = HubSpot::start().await;
    let properties = [("email", "anna@x.jp"), ("hs_additional_emails", "info@x.jp"), ("lastname", "Anna")];
    let known = world.server().put("contacts", None, &properties);
    let new = NewContact { name: "Other".into(), email: address("info@x.jp"), company: String::new() };
    let found = world.crm().create_contact(&new).await.unwrap();
    assert_eq!((found.record.id, found.name.as_str()), (known.to_string(), "Anna"));
}
