//! The check of a connection: who the rep is, what is missing, and what they should know.

use kit::hubspot::{KEY, OWNER, REP};
use otomo_domain::connector::Identity;
use otomo_domain::error::CrmFaultKind;
use otomo_domain::ports::CrmConnector;

use super::super::sample::{Sample, address};
use super::super::world::World;
use super::{HubSpot, connector, to_contact};

#[tokio::test]
async fn the_rep_is_an_owner_or_is_told_that_they_are_none() {
    let world = HubSpot::start().await;
    let identity = world.crm().check().await.unwrap();
    // The same number is another owner's in another account.
    assert_eq!((identity.user_id, identity.email), (format!("62515/{OWNER}"), Some(address(REP))));
    assert!(identity.remarks.is_empty());
    let stranger = connector(world.server(), KEY, "stranger@own.example");
    let identity = stranger.check().await.unwrap();
    assert_eq!((identity.user_id.as_str(), identity.email.as_ref()), ("62515", None));
    check_remarked(stranger.as_ref(), &identity, "user");
    Sample::new("<1@x.jp>").deliver(stranger.as_ref()).await.unwrap();
    assert_eq!(world.property("hubspot_owner_id"), "");
}

/// One thing is remarked, in both languages, and it says whom to ask.
fn check_remarked(crm: &dyn CrmConnector, identity: &Identity, word: &str) {
    let [key] = identity.remarks.as_slice() else { panic!("{:?}", identity.remarks) };
    let info = crm.describe();
    let remark = info.remarks.iter().find(|remark| remark.key == *key).expect("the kind has words for it");
    let [en, ja] = [remark.words.en.to_string(), remark.words.ja.to_string()];
    assert!(en.contains(word) && en.contains("super admin") && ja.contains("スーパー管理者"), "{en} {ja}");
}

#[tokio::test]
async fn an_account_that_is_not_told_has_no_pages_and_works() {
    let world = HubSpot::start().await;
    world.server().portal(|portal| portal.tells_account = false);
    world.crm().check().await.unwrap();
    assert_eq!(Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap().url, None);
}

#[tokio::test]
async fn every_scope_that_is_missing_is_named_at_once() {
    let world = HubSpot::start().await;
    let all = [
        "crm.objects.companies.read",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.deals.read",
        "crm.objects.owners.read",
        "files",
        "sales-email-read",
    ];
    for missing in [&all[..1], &all[2..3], &all[3..5], &all[5..], &all[..]] {
        let granted: Vec<&str> = all.into_iter().filter(|scope| !missing.contains(scope)).collect();
        world.server().grant("pat-2", &granted);
        let fault = connector(world.server(), "pat-2", REP).check().await.unwrap_err();
        assert_eq!((fault.kind, fault.detail), (CrmFaultKind::Forbidden, missing.join(", ")));
        world.server().pass(std::time::Duration::from_secs(10));
    }
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn a_key_that_may_not_ask_about_properties_works() {
    let world = HubSpot::start().await;
    world.server().portal(|portal| portal.tells_property = false);
    assert!(world.crm().check().await.unwrap().remarks.is_empty());
    Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap();
    assert_eq!(world.property("hs_email_message_id"), "<1@x.jp>");
}

#[tokio::test]
async fn where_the_message_id_cannot_be_written_the_mark_recognises_a_mail() {
    let world = HubSpot::start().await;
    world.server().portal(|portal| portal.message_id_read_only = true);
    let identity = world.crm().check().await.unwrap();
    check_remarked(world.crm(), &identity, "hs_email_message_id");
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    let [one, other] = ["<1@x.jp>", "<2@x.jp>"].map(|id| to_contact(id, contact).with_file("a.pdf", b"%PDF"));
    let first = one.deliver(world.crm()).await.unwrap();
    assert!(!first.already_known);
    assert_eq!(world.crm().find_logged(other.sought()).await.unwrap(), None);
    assert!(!other.deliver(world.crm()).await.unwrap().already_known);
    let colleague = world.colleague();
    for crm in [world.crm(), colleague.as_ref()] {
        let again = one.deliver(crm).await.unwrap();
        assert_eq!((again.id.as_str(), again.already_known), (first.id.as_str(), true));
    }
    assert_eq!(world.mails(), 2);
    world.crm().unlog(one.sought(), &first).await.unwrap();
    assert_eq!(world.crm().find_logged(one.sought()).await.unwrap(), None);
    assert_eq!(world.mails(), 1);
}
