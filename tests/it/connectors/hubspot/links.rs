//! What a mail is linked to: all of it is looked at, and it can be exchanged.

use std::slice::from_ref;
use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use otomo_domain::connector::RemoteMail;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;

use super::super::sample::Sample;
use super::super::world::World;
use super::{HubSpot, link};

/// Two contacts with a company each, and a deal.
struct People {
    contacts: [u64; 2],
    companies: [u64; 2],
    deal: u64,
}

fn people(world: &HubSpot) -> People {
    let server = world.server();
    let contacts = ["a@x.jp", "b@y.jp"].map(|email| server.put("contacts", None, &[("email", email)]));
    let companies = ["X", "Y"].map(|name| server.put("companies", None, &[("name", name)]));
    let deal = server.put("deals", None, &[("dealname", "D")]);
    for (contact, company) in contacts.into_iter().zip(companies) {
        server.portal(|portal| portal.link(("contacts", contact), ("companies", company)));
    }
    People { contacts, companies, deal }
}

fn shared(links: &[RecordRef]) -> Sample {
    Sample::new("<1@x.jp>").but(|payload| payload.links = links.to_vec())
}

/// What a mail is linked to: contacts, companies, deals.
fn linked(world: &HubSpot, remote: &RemoteMail) -> [Vec<u64>; 3] {
    let id = remote.id.parse().unwrap();
    world.server().portal(|portal| ["contacts", "companies", "deals"].map(|kind| portal.linked(("emails", id), kind)))
}

#[tokio::test]
async fn the_links_follow_when_a_mail_is_shared_to_other_records() {
    let world = HubSpot::start().await;
    let People { contacts, companies, deal } = people(&world);
    let [one, other] = contacts.map(|id| link(RecordType::Contact, id));
    let remote = shared(&[one, link(RecordType::Deal, deal)]).deliver(world.crm()).await.unwrap();
    assert_eq!(linked(&world, &remote), [vec![contacts[0]], vec![companies[0]], vec![deal]]);
    // Somebody linked it in HubSpot, too.
    let theirs = world.server().put("deals", None, &[("dealname", "theirs")]);
    world.server().portal(|portal| portal.link(("emails", remote.id.parse().unwrap()), ("deals", theirs)));
    let again = shared(&[other]).deliver(world.crm()).await.unwrap();
    assert_eq!((again.id.as_str(), again.already_known), (remote.id.as_str(), true));
    assert_eq!(linked(&world, &remote), [vec![contacts[1]], vec![], vec![theirs]]);
}

#[tokio::test]
async fn a_mail_can_be_given_other_records_and_keeps_its_text() {
    let world = HubSpot::start().await;
    let People { contacts, companies, deal } = people(&world);
    let [one, other] = contacts.map(|id| link(RecordType::Contact, id));
    let sample = shared(&[one.clone(), link(RecordType::Company, companies[1])]);
    let remote = sample.deliver(world.crm()).await.unwrap();
    let before = world.property("hs_email_text");
    for _ in 0..2 {
        let now = [other.clone(), link(RecordType::Deal, deal)];
        world.crm().relink(sample.sought(), &remote, &now).await.unwrap();
        // The second company is the other contact's.
        assert_eq!(linked(&world, &remote), [vec![contacts[1]], vec![companies[1]], vec![deal]]);
    }
    let after = world.property("hs_email_text");
    let body = |text: &str| text.rsplit_once('\n').unwrap().0.to_owned();
    assert_eq!(body(&after), body(&before));
    // It is still the rep's: it can be exchanged again, and taken back.
    world.crm().relink(sample.sought(), &remote, &[one]).await.unwrap();
    assert_eq!(linked(&world, &remote), [vec![contacts[0]], vec![], vec![]]);
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn an_exchange_that_broke_off_is_ended_by_the_next() {
    for broken in ["DELETE /crm/objects/2026-09/emails/", "PATCH /crm", "PUT /crm/objects/2026-09/emails/"] {
        for loses in [Misbehaviour::LoseRequest, Misbehaviour::LoseReply] {
            let world = HubSpot::start().await;
            let People { contacts, deal, .. } = people(&world);
            let [one, other] = contacts.map(|id| link(RecordType::Contact, id));
            let sample = shared(&[one, link(RecordType::Deal, deal)]);
            let remote = sample.deliver(world.crm()).await.unwrap();
            world.server().next(1, broken, loses.clone());
            let fault = world.crm().relink(sample.sought(), &remote, from_ref(&other)).await.unwrap_err();
            assert!(fault.is_temporary(), "{broken} {fault}");
            world.crm().relink(sample.sought(), &remote, from_ref(&other)).await.unwrap();
            assert_eq!(linked(&world, &remote), [vec![contacts[1]], vec![], vec![]], "{broken} {loses:?}");
        }
    }
}

#[tokio::test]
async fn a_mail_is_not_linked_to_what_no_mail_is_linked_to_nor_when_it_is_gone() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>");
    let remote = sample.deliver(world.crm()).await.unwrap();
    let lead = [link(RecordType::Lead, 41)];
    let fault = world.crm().relink(sample.sought(), &remote, &lead).await.unwrap_err();
    assert_eq!((fault.kind, linked(&world, &remote)[2].clone()), (CrmFaultKind::Rejected, vec![41]));
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    let deal = [link(RecordType::Deal, 41)];
    let fault = world.crm().relink(sample.sought(), &remote, &deal).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::NotFound);
}

#[tokio::test]
async fn the_mails_of_every_linked_record_are_looked_at() {
    let world = HubSpot::start().await;
    let People { contacts, companies, deal } = people(&world);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    let all =
        [link(RecordType::Company, companies[1]), link(RecordType::Deal, deal), link(RecordType::Contact, contacts[0])];
    // A colleague shared the same mail to one of them only.
    let colleague = world.colleague();
    for at in &all {
        let theirs = shared(from_ref(at)).deliver(colleague.as_ref()).await.unwrap();
        let ours = shared(&all).deliver(world.crm()).await.unwrap();
        assert_eq!((ours.id.as_str(), ours.already_known, world.mails()), (theirs.id.as_str(), true, 1), "{at:?}");
        colleague.unlog(shared(from_ref(at)).sought(), &theirs).await.unwrap();
        world.server().pass(Duration::from_secs(10));
    }
}

#[tokio::test]
async fn a_mail_is_found_among_the_newest_of_a_record_that_has_thousands() {
    let world = HubSpot::start().await;
    let People { companies, .. } = people(&world);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    for n in 0..3_000 {
        let mail = world.server().put("emails", None, &[("hs_email_message_id", &format!("<old{n}@x.jp>"))]);
        world.server().portal(|portal| portal.link(("emails", mail), ("companies", companies[0])));
    }
    let sample = shared(&[link(RecordType::Company, companies[0])]);
    let remote = sample.deliver(world.crm()).await.unwrap();
    world.server().pass(Duration::from_secs(10));
    let found = world.crm().find_logged(sample.sought()).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(remote.id));
    let largest = world.server().requests().iter().map(|request| request.body.len()).max();
    assert!(largest.is_some_and(|bytes| bytes < 16 << 10), "{largest:?}");
}
