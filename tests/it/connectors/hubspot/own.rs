//! Whose a record is: what Otomo may change and take back, and what it leaves alone.

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::hubspot::{KEY, OWNER, REP};
use otomo_domain::connector::RemoteMail;
use otomo_domain::contact::RecordType;
use otomo_domain::error::CrmFaultKind;
use otomo_domain::payload::Level;

use super::super::sample::{Sample, address};
use super::super::world::World;
use super::{HubSpot, connector, link, to_contact};

/// A record of `<1@x.jp>` that somebody else made; what it is changed in.
fn put(world: &HubSpot, id: Option<u64>, changes: &[(&str, &str)]) -> u64 {
    let mut properties = vec![
        ("hs_email_message_id", "<1@x.jp>"),
        ("hs_timestamp", "2026-11-22T05:00:00Z"),
        ("hs_email_subject", "御見積書の件 \"①\" 🍙"),
        ("hs_email_from_email", "hanako@x.jp"),
        ("hs_email_text", "theirs"),
        ("hubspot_owner_id", OWNER),
        ("hs_object_source", "INTEGRATION"),
    ];
    properties.extend(changes);
    world.server().put("emails", id, &properties)
}

/// The text of the only mail.
fn text(world: &HubSpot) -> String {
    world.property("hs_email_text")
}

/// A record that is not Otomo's is found and reported, and stays as it is whatever is done with the mail.
async fn check_left_alone(changes: &[(&str, &str)]) {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    let theirs = put(&world, None, changes);
    let file = world.server().portal(|portal| {
        let file = kit::hubspot::portal::File {
            name: "theirs.pdf".into(),
            folder: "/elsewhere".into(),
            access: "PRIVATE".into(),
            bytes: b"%PDF".as_slice().into(),
        };
        portal.upload(file, false)
    });
    put(&world, Some(theirs), &[changes, &[("hs_attachment_ids", &file.to_string())]].concat());
    let before = world.server().mails();
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert_eq!((remote.id.clone(), remote.already_known), (theirs.to_string(), true), "{changes:?}");
    let found = world.crm().find_logged(sample.sought()).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(theirs.to_string()));
    let fault = world.crm().unlog(sample.sought(), &remote).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Unsupported, "{fault}");
    let fault = world.crm().relink(sample.sought(), &remote, &[link(RecordType::Deal, 41)]).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Unsupported, "{fault}");
    assert_eq!(world.server().mails(), before, "{changes:?}");
    assert!(world.server().portal(|portal| portal.files.contains_key(&file)));
}

#[tokio::test]
async fn what_others_logged_for_the_same_owner_is_left_alone() {
    // Another program's, and one of HubSpot's own mailboxes.
    check_left_alone(&[]).await;
    check_left_alone(&[("hs_object_source", "EMAIL")]).await;
    check_left_alone(&[("hubspot_owner_id", "")]).await;
}

#[tokio::test]
async fn a_mail_that_ends_with_a_forged_mark_is_not_taken_for_otomos() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    let mark = text(&world).lines().last().unwrap().to_owned();
    check_left_alone(&[("hs_object_source", "EMAIL"), ("hs_email_text", &format!("hello\n\n{mark}"))]).await;
    check_left_alone(&[("hs_email_text", &format!("{mark}\n\nhello"))]).await;
}

#[tokio::test]
async fn of_a_rep_who_is_no_owner_only_the_own_record_is_changed_and_taken_back() {
    let world = HubSpot::start().await;
    let [stranger, other] = ["stranger@own.example", "other@own.example"].map(|e| connector(world.server(), KEY, e));
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = sample.deliver(stranger.as_ref()).await.unwrap();
    let less = Sample::new("<1@x.jp>").but(|payload| payload.body_text = Some("less".into()));
    assert!(less.deliver(other.as_ref()).await.unwrap().already_known);
    assert!(world.file(sample.key(), "a.pdf").is_some() && !text(&world).starts_with("less"));
    assert_eq!(other.unlog(less.sought(), &remote).await.unwrap_err().kind, CrmFaultKind::Unsupported);
    less.deliver(stranger.as_ref()).await.unwrap();
    assert!(text(&world).starts_with("less\n"), "{}", text(&world));
    stranger.unlog(less.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn a_record_that_was_given_to_another_owner_is_not_reported_as_taken_back() {
    let world = HubSpot::start().await;
    let _colleague = world.colleague();
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = sample.deliver(world.crm()).await.unwrap();
    let [(id, mut mail)] = world.server().mails().try_into().unwrap();
    mail.insert("hubspot_owner_id".into(), "2".into());
    world.server().portal(|portal| portal.put("emails", id, mail));
    let fault = world.crm().unlog(sample.sought(), &remote).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Unsupported);
    assert!(!fault.is_temporary() && world.mails() == 1 && world.file(sample.key(), "a.pdf").is_some());
}

#[tokio::test]
async fn a_colleagues_share_is_not_taken_back() {
    let world = HubSpot::start().await;
    let colleague = world.colleague();
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    sample.deliver(colleague.as_ref()).await.unwrap();
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert!(remote.already_known);
    let fault = world.crm().unlog(sample.sought(), &remote).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Unsupported);
    assert_eq!(world.property("hubspot_owner_id"), "2");
    assert!(world.file(sample.key(), "a.pdf").is_some());
}

#[tokio::test]
async fn two_reps_files_of_one_mail_do_not_hang_together() {
    let world = HubSpot::start().await;
    let colleague = world.colleague();
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    let sample = to_contact("<1@x.jp>", contact).with_file("a.pdf", b"%PDF");
    let theirs = sample.deliver(colleague.as_ref()).await.unwrap();
    // Ours was made at the same moment on another machine, and its double could not be removed then.
    world.server().portal(|portal| portal.archive("emails", theirs.id.parse().unwrap()));
    let ours = sample.deliver(world.crm()).await.unwrap();
    let files = world.server().portal(|portal| portal.files.len());
    assert_eq!(files, 2);
    world.crm().unlog(sample.sought(), &ours).await.unwrap();
    let left =
        world.server().portal(|portal| portal.files.values().map(|file| file.folder.clone()).collect::<Vec<_>>());
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn what_people_attach_to_a_record_stays_when_it_is_taken_back() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    let [(id, mut mail)] = world.server().mails().try_into().unwrap();
    let theirs = world.server().portal(|portal| {
        let file = kit::hubspot::portal::File {
            name: "theirs.pdf".into(),
            folder: "/library".into(),
            access: "PRIVATE".into(),
            bytes: b"%PDF".as_slice().into(),
        };
        portal.upload(file, false)
    });
    let both = format!("{};{theirs}", mail["hs_attachment_ids"]);
    mail.insert("hs_attachment_ids".into(), both);
    world.server().portal(|portal| portal.put("emails", id, mail));
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
    assert_eq!(world.server().portal(|portal| portal.files.keys().copied().collect::<Vec<_>>()), [theirs]);
}

/// Two records of one rep's mail, as two machines make them at one moment, or a lost answer and another try.
async fn two_of_one_rep(world: &HubSpot, sample: &Sample) -> [u64; 2] {
    sample.deliver(world.crm()).await.unwrap();
    let [(first, mail)] = world.server().mails().try_into().unwrap();
    let second = world.server().portal(|portal| {
        let second = portal.next_id();
        portal.put("emails", second, mail);
        second
    });
    [first, second]
}

#[tokio::test]
async fn a_double_of_ones_own_goes_when_the_mail_is_looked_up() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    let [first, _] = two_of_one_rep(&world, &sample).await;
    let found = world.crm().find_logged(sample.sought()).await.unwrap().unwrap();
    assert_eq!((found.id, world.mails()), (first.to_string(), 1));
    assert!(world.file(sample.key(), "a.pdf").is_some());
}

#[tokio::test]
async fn all_of_ones_own_records_are_taken_back() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    let [first, _] = two_of_one_rep(&world, &sample).await;
    let remote = RemoteMail { id: first.to_string(), url: None, already_known: false };
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
    assert!(world.server().portal(|portal| portal.files.is_empty()));
}

#[tokio::test]
async fn while_a_double_cannot_be_removed_ones_own_record_is_the_one_that_is_found() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    let theirs = put(&world, None, &[("hs_object_source", "EMAIL")]);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    put(&world, Some(theirs), &[("hs_object_source", "EMAIL"), ("hs_email_message_id", "")]);
    let ours = sample.deliver(world.crm()).await.unwrap();
    put(&world, Some(theirs), &[("hs_object_source", "EMAIL")]);
    world.server().portal(|portal| portal.search_lag = Duration::ZERO);
    let ours_again = world.server().mails().into_iter().find(|(id, _)| id.to_string() == ours.id).unwrap();
    world.server().portal(|portal| portal.put("emails", ours_again.0, ours_again.1));
    world.server().next(1, "DELETE /crm/objects/2026-09/emails/", Misbehaviour::refuse(503));
    let found = world.crm().find_logged(sample.sought()).await.unwrap().unwrap();
    assert_eq!((found.id, world.mails()), (ours.id, 2));
    let found = world.crm().find_logged(sample.sought()).await.unwrap().unwrap();
    assert_eq!((found.id, world.mails()), (theirs.to_string(), 1));
}

/// Another mail with the Message-ID of one that is logged is refused, and the one that is logged stays as it is.
async fn check_conflict(logged_by_otomo: bool, change: fn(&mut otomo_domain::payload::Payload)) {
    let world = HubSpot::start().await;
    let (one, other) = (Sample::new("<1@x.jp>"), Sample::new("<1@x.jp>").but(change));
    match logged_by_otomo {
        true => drop(one.deliver(world.crm()).await.unwrap()),
        false => drop(put(&world, None, &[("hs_object_source", "EMAIL")])),
    }
    let before = world.server().mails();
    let fault = other.deliver(world.crm()).await.unwrap_err();
    assert_eq!((fault.kind, world.server().mails()), (CrmFaultKind::Conflict, before), "{:?}", other.payload);
    assert_eq!(world.crm().find_logged(other.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn another_mail_with_the_message_id_of_one_that_is_logged_is_a_conflict() {
    for logged_by_otomo in [true, false] {
        check_conflict(logged_by_otomo, |payload| payload.subject = "Another matter".into()).await;
        check_conflict(logged_by_otomo, |payload| payload.from.email = address("other@x.jp")).await;
        check_conflict(logged_by_otomo, |payload| payload.date = "2026-11-24T05:00:00Z".into()).await;
    }
    check_conflict(true, |payload| payload.date = "2026-11-22T06:00:00Z".into()).await;
}

#[tokio::test]
async fn what_a_share_leaves_out_does_not_make_it_another_mail() {
    let world = HubSpot::start().await;
    Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap();
    for subject in ["", "御■■■の件", "御見積書の件 \"①\"🍙 "] {
        let again = Sample::new("<1@x.jp>").but(|payload| {
            payload.subject = subject.into();
            payload.share_level = Level::Metadata;
        });
        assert!(again.deliver(world.crm()).await.unwrap().already_known, "{subject}");
        assert_eq!(world.property("hs_email_subject"), subject);
    }
}

#[tokio::test]
async fn a_record_is_not_removed_in_favour_of_another_mail() {
    let world = HubSpot::start().await;
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    // It comes to light only after ours was made.
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    let changes = [("hs_object_source", "EMAIL"), ("hs_email_subject", "Another matter")];
    let theirs = put(&world, None, &changes);
    let sample = to_contact("<1@x.jp>", contact);
    let ours = sample.deliver(world.crm()).await.unwrap();
    world.server().portal(|portal| portal.link(("emails", theirs), ("contacts", contact)));
    let found = world.crm().find_logged(sample.sought()).await.unwrap().unwrap();
    assert_eq!((found.id, world.mails()), (ours.id, 2));
}

#[tokio::test]
async fn the_rep_of_the_connection_is_the_one_whose_records_these_are() {
    // Two connections of one rep, as on two machines.
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    let other_machine = connector(world.server(), KEY, &REP.to_uppercase());
    other_machine.unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}
