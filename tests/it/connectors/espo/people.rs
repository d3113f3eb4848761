//! The list of people, what changed of it, and what the rep asks the CRM itself.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::espo::{KEY, person};
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;
use serde_json::json;

use super::super::sample::address;
use super::super::world::World;
use super::Espo;

/// What the engine keeps of the list.
#[derive(Default)]
struct Index {
    names: BTreeMap<RecordRef, String>,
    cursor: Option<String>,
}

/// What a refresh took.
#[derive(Debug, PartialEq)]
struct Took {
    contacts: usize,
    started_over: bool,
}

impl Index {
    async fn refresh(&mut self, world: &Espo) -> Took {
        let mut took = Took { contacts: 0, started_over: false };
        loop {
            let page = world.crm().contacts(self.cursor.as_deref()).await.unwrap();
            if page.starts_over {
                self.names.clear();
                took.started_over = true;
            }
            took.contacts += page.contacts.len();
            self.names.extend(page.contacts.into_iter().map(|contact| (contact.record, contact.name)));
            self.cursor = Some(page.cursor);
            if !page.has_more {
                return took;
            }
        }
    }

    fn names(&self) -> Vec<&str> {
        self.names.values().map(String::as_str).collect()
    }
}

fn changed(contacts: usize) -> Took {
    Took { contacts, started_over: false }
}

/// An index of Anna and Ben, up to date.
async fn known(world: &Espo) -> Index {
    world.set_people(&[("1", "Anna", "anna@x.jp"), ("2", "Ben", "ben@x.jp")]);
    let mut index = Index::default();
    assert!(index.refresh(world).await.started_over);
    assert_eq!(index.names(), ["Anna", "Ben"]);
    assert_eq!(index.refresh(world).await, changed(0));
    index
}

#[tokio::test]
async fn contacts_leads_and_companies_are_listed_with_where_they_belong() {
    let world = Espo::start().await;
    world.server().put("Account", "a", json!({"name": "エックス", "emailAddress": "info@x.jp"}));
    world.server().put("Contact", "c", json!({"lastName": "田中", "emailAddress": "Tanaka@X.jp", "accountId": "a"}));
    world.server().put("Lead", "l", person("Lee", "lee@y.jp"));
    let mut cursor = None;
    let mut all = Vec::new();
    loop {
        let page = world.crm().contacts(cursor.as_deref()).await.unwrap();
        all.extend(page.contacts);
        cursor = Some(page.cursor);
        if !page.has_more {
            break;
        }
    }
    let find = |kind| all.iter().find(|contact| contact.record.kind == kind).expect("it is listed");
    let company = RecordRef { kind: RecordType::Company, id: "a".into() };
    let contact = find(RecordType::Contact);
    assert_eq!((contact.name.as_str(), contact.parent.as_ref()), ("田中", Some(&company)));
    assert_eq!(contact.emails, [address("tanaka@x.jp")]);
    assert_eq!(contact.url, Some(format!("{}/#Contact/view/c", world.server().url())));
    assert_eq!((find(RecordType::Company).record.id.as_str(), find(RecordType::Lead).name.as_str()), ("a", "Lee"));
}

#[tokio::test]
async fn only_what_changed_comes_again() {
    let world = Espo::start().await;
    let mut index = known(&world).await;
    world.server().put("Contact", "1", person("Anne", "anna@x.jp"));
    assert_eq!(index.refresh(&world).await, changed(1));
    world.server().put("Lead", "3", person("Carl", "carl@x.jp"));
    assert_eq!(index.refresh(&world).await, changed(1));
    assert_eq!(index.names(), ["Anne", "Ben", "Carl"]);
}

#[tokio::test]
async fn several_changes_within_a_second_are_all_seen() {
    let world = Espo::start().await;
    world.server().stop_clock();
    let mut index = known(&world).await;
    for name in ["Anne", "Anja", "Anni"] {
        world.server().put("Contact", "1", person(name, "anna@x.jp"));
        index.refresh(&world).await;
        assert_eq!(index.names(), [name, "Ben"]);
    }
}

#[tokio::test]
async fn a_thousand_changes_within_a_second_are_all_seen() {
    let world = Espo::start().await;
    let mut index = known(&world).await;
    world.server().stop_clock();
    for n in 0..1000 {
        world.server().put("Lead", &format!("{n:04}"), person("New", &format!("{n}@x.jp")));
    }
    index.refresh(&world).await;
    assert_eq!(index.names().len(), 1002);
}

#[tokio::test]
async fn whoever_is_gone_is_noticed_by_the_count() {
    let world = Espo::start().await;
    let mut index = known(&world).await;
    world.server().remove("Contact", "1");
    assert!(index.refresh(&world).await.started_over);
    assert_eq!(index.names(), ["Ben"]);
    assert_eq!(index.refresh(&world).await, changed(0));
}

#[tokio::test]
async fn one_who_came_does_not_hide_one_who_went() {
    let world = Espo::start().await;
    let mut index = known(&world).await;
    world.server().remove("Contact", "1");
    world.server().put("Contact", "3", person("Carl", "carl@x.jp"));
    index.refresh(&world).await;
    assert_eq!(index.names(), ["Ben", "Carl"]);
}

#[tokio::test]
async fn where_nobody_counts_everything_is_listed_again_after_a_day() {
    let world = Espo::start().await;
    world.server().set("counts", json!(false));
    let mut index = known(&world).await;
    world.server().remove("Contact", "1");
    assert_eq!(index.refresh(&world).await, changed(0));
    world.wall.pass(Duration::from_secs(24 * 3600));
    assert!(index.refresh(&world).await.started_over);
    assert_eq!(index.names(), ["Ben"]);
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_starts_over() {
    let world = Espo::start().await;
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    for cursor in ["", "7", "{}", r#"{"listed":0,"step":{"All":{"kind":9,"after":""}},"marks":[]}"#] {
        assert!(world.crm().contacts(Some(cursor)).await.unwrap().starts_over, "{cursor}");
    }
}

#[tokio::test]
async fn what_the_role_leaves_out_is_not_there_but_people_must_be_readable() {
    let world = Espo::start().await;
    let mut index = known(&world).await;
    world.server().put("Lead", "3", person("Carl", "carl@x.jp"));
    index.refresh(&world).await;
    world.server().allow(KEY, "Lead", json!(null));
    index.refresh(&world).await;
    assert_eq!(index.names(), ["Anna", "Ben"]);
    world.server().allow(KEY, "Contact", json!(null));
    let fault = world.crm().contacts(index.cursor.as_deref()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Forbidden);
}

fn somebody(name: &str, email: &str, company: &str) -> NewContact {
    NewContact { name: name.into(), email: address(email), company: company.into() }
}

#[tokio::test]
async fn a_namesake_with_another_address_is_another_person() {
    let world = Espo::start().await;
    world.set_people(&[("1", "田中 太郎", "tanaka@x.jp")]);
    let made = world.crm().create_contact(&somebody("田中 太郎", "tanaka@y.jp", "")).await.unwrap();
    assert_ne!(made.record.id, "1");
    assert_eq!(made.emails, [address("tanaka@y.jp")]);
    assert_eq!(world.server().ids("Contact").len(), 2);
}

#[tokio::test]
async fn a_contact_whose_answer_got_lost_is_made_once() {
    let world = Espo::start().await;
    let new = somebody("Anna", "anna@x.jp", "");
    world.server().next(1, "POST /Contact", Misbehaviour::LoseReply);
    assert_eq!(world.crm().create_contact(&new).await.unwrap_err().kind, CrmFaultKind::Transient);
    let made = world.crm().create_contact(&new).await.unwrap();
    assert_eq!(world.server().ids("Contact"), [made.record.id]);
}

#[tokio::test]
async fn a_new_contact_belongs_to_the_company_of_that_name_if_there_is_one() {
    let world = Espo::start().await;
    for (id, name) in [("a", "X社"), ("b", "Y社"), ("c", "Y社")] {
        world.server().put("Account", id, json!({"name": name}));
    }
    for (company, expected) in [("X社", Some("a")), ("Y社", None), ("Z社", None)] {
        let new = somebody(company, &format!("{}@x.jp", expected.unwrap_or("n")), company);
        let email = format!("{}@x.jp", world.server().ids("Contact").len());
        let made = world.crm().create_contact(&NewContact { email: address(&email), ..new }).await.unwrap();
        assert_eq!(made.parent.map(|company| company.id).as_deref(), expected, "{company}");
    }
    assert_eq!(world.server().ids("Account").len(), 3);
}

/// The names that a search finds.
async fn found(world: &Espo, words: &str) -> Vec<String> {
    world.crm().search(words).await.unwrap().into_iter().map(|contact| contact.name).collect()
}

#[tokio::test]
async fn a_search_looks_inside_names_and_at_addresses() {
    let world = Espo::start().await;
    world.set_people(&[("1", "髙橋 花子", "hanako@x.jp"), ("2", "Ben", "ben@x.jp")]);
    world.server().put("Account", "a", json!({"name": "花子商店"}));
    assert_eq!(found(&world, "花子").await, ["髙橋 花子", "花子商店"]);
    assert_eq!(found(&world, " BEN@X.jp ").await, ["Ben"]);
    assert_eq!(found(&world, "*").await, [""; 0]);
    assert_eq!(found(&world, "nobody").await, [""; 0]);
}

#[tokio::test]
async fn a_company_and_its_open_deals_belong_to_a_contact() {
    let world = Espo::start().await;
    world.server().put("Account", "a", json!({"name": "X社"}));
    let contact = json!({"lastName": "Anna", "emailAddress": "a@x.jp", "accountId": "a", "accountName": "X社"});
    world.server().put("Contact", "1", contact);
    for (id, name, stage) in [("o", "更新", "Negotiation"), ("w", "初回", "Closed Won"), ("l", "失注", "Closed Lost")]
    {
        world.server().put("Opportunity", id, json!({"name": name, "stage": stage, "accountId": "a"}));
    }
    let related = |kind, id: &str| RecordRef { kind, id: id.into() };
    let names =
        |contacts: Vec<otomo_domain::contact::Contact>| contacts.into_iter().map(|c| c.name).collect::<Vec<_>>();
    let of_contact = world.crm().related(&related(RecordType::Contact, "1")).await.unwrap();
    assert_eq!(names(of_contact), ["X社", "更新"]);
    assert_eq!(names(world.crm().related(&related(RecordType::Company, "a")).await.unwrap()), ["更新"]);
    assert_eq!(names(world.crm().related(&related(RecordType::Lead, "1")).await.unwrap()), [""; 0]);
    let nobody = world.crm().related(&related(RecordType::Contact, "2")).await.unwrap_err();
    assert_eq!(nobody.kind, CrmFaultKind::NotFound);
}
