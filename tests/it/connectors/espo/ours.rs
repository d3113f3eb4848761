//! What is ours: only that is moved and taken back.

use kit::crm::misbehaviour::Misbehaviour;
use kit::espo::KEY;
use kit::espo::access::ApiUser;
use otomo_domain::contact::RecordType;
use otomo_domain::error::CrmFaultKind;
use otomo_domain::payload::{Level, Payload};
use serde_json::json;

use super::super::sample::{Sample, address};
use super::super::world::World;
use super::mails::{link, parent, to, with_hanako};
use super::{Espo, kept};

/// The key of an API user of the colleague's own.
const OWN_KEY: &str = "0123456789abcdef0123456789abcdef";

/// The mail as the CRM's own mailbox takes it in.
const NATIVE: &str = "From: hanako@x.jp\r\nTo: rep@own.example\r\nSubject: =?utf-8?b?5b6h6KaL56mN5pu444Gu5Lu2ICLikaAiIPCfjZk=?=\r\n\
    Delivered-To: rep@own.example\r\nMessage-ID: <1@X.jp>\r\nDate: Sun, 22 Nov 2026 14:00:00 +0900\r\n\r\nHello\r\n";

/// Hanako's mail, shared by a rep to her company and by another to herself.
fn shares() -> [Sample; 2] {
    [to(link(RecordType::Company, "a")), to(link(RecordType::Contact, "h"))]
}

/// A mail that is in the CRM already is linked to: it stays where it is, and nobody else takes it back.
async fn check_left_alone(world: &Espo, sample: &Sample) {
    let before = kept(world, sample);
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert!(remote.already_known);
    let found = world.crm().find_logged(sample.sought()).await.unwrap().unwrap();
    assert!(found.already_known);
    for remote in [&remote, &found] {
        let links = [link(RecordType::Contact, "h")];
        let moved = world.crm().relink(sample.sought(), remote, &links).await.unwrap_err();
        let taken_back = world.crm().unlog(sample.sought(), remote).await.unwrap_err();
        assert_eq!((moved.kind, taken_back.kind), (CrmFaultKind::Rejected, CrmFaultKind::Rejected));
    }
    assert_eq!((kept(world, sample), world.mails()), (before, 1));
}

#[tokio::test]
async fn a_mail_that_the_crm_fetched_itself_stays_as_it_is() {
    let world = with_hanako().await;
    world.server().receive(NATIVE.as_bytes());
    check_left_alone(&world, &to(link(RecordType::Contact, "h"))).await;
}

#[tokio::test]
async fn a_colleagues_mail_stays_as_it_is_also_where_both_have_one_key() {
    for key in [KEY, OWN_KEY] {
        let world = with_hanako().await;
        world.server().add_user(OWN_KEY, ApiUser::new("u-2", "二郎", "two@own.example"));
        let [theirs, ours] = shares();
        theirs.deliver(world.colleague(key).as_ref()).await.unwrap();
        check_left_alone(&world, &ours).await;
    }
}

#[tokio::test]
async fn a_colleague_who_was_quicker_while_ones_own_request_got_lost_keeps_the_mail() {
    let world = with_hanako().await;
    let [theirs, ours] = shares();
    world.server().next(1, "POST /Email/importEml", Misbehaviour::LoseRequest);
    assert_eq!(ours.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
    theirs.deliver(world.colleague(KEY).as_ref()).await.unwrap();
    check_left_alone(&world, &ours).await;
}

#[tokio::test]
async fn of_two_who_share_the_same_with_keys_of_their_own_the_first_can_take_it_back() {
    let world = with_hanako().await;
    world.server().add_user(OWN_KEY, ApiUser::new("u-2", "二郎", "two@own.example"));
    let (colleague, sample) = (world.colleague(OWN_KEY), to(link(RecordType::Contact, "h")));
    let first = sample.deliver(world.crm()).await.unwrap();
    let second = sample.deliver(colleague.as_ref()).await.unwrap();
    assert_eq!((first.already_known, second.already_known), (false, true));
    let found = colleague.find_logged(sample.sought()).await.unwrap().unwrap();
    assert!(found.already_known);
    for remote in [&second, &found, &first] {
        assert_eq!(colleague.unlog(sample.sought(), remote).await.unwrap_err().kind, CrmFaultKind::Rejected);
    }
    world.crm().unlog(sample.sought(), &first).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn of_two_who_share_the_very_same_with_one_key_only_the_first_moves_it_and_takes_it_back() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    let first = sample.deliver(world.crm()).await.unwrap();
    let colleague = world.colleague(KEY);
    let second = sample.deliver(colleague.as_ref()).await.unwrap();
    assert!(second.already_known);
    let elsewhere = [link(RecordType::Company, "a")];
    assert!(colleague.relink(sample.sought(), &second, &elsewhere).await.is_err());
    assert!(colleague.unlog(sample.sought(), &second).await.is_err());
    assert_eq!((parent(&kept(&world, &sample)), world.mails()), (("Contact", "h"), 1));
    world.crm().unlog(sample.sought(), &first).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn a_mail_imported_by_somebody_else_in_the_same_moment_is_theirs() {
    let world = with_hanako().await;
    let [theirs, ours] = shares();
    let remote = theirs.deliver(world.colleague(KEY).as_ref()).await.unwrap();
    // Whoever comes second in a moment is told the id of the first as if it were their own (measured).
    let body = json!({"id": remote.id}).to_string();
    world.server().next(1, "POST /Email/importEml", Misbehaviour::Answer { status: 200, headers: Vec::new(), body });
    assert!(ours.deliver(world.crm()).await.unwrap().already_known);
    assert_eq!(parent(&kept(&world, &ours)), ("Account", "a"));
}

#[tokio::test]
async fn a_colleagues_mail_that_may_not_be_seen_is_there_and_stays_as_it_is() {
    let world = with_hanako().await;
    world.server().add_user(OWN_KEY, ApiUser::new("u-2", "二郎", "two@own.example"));
    let own = json!({"create": "yes", "read": "own", "edit": "own", "delete": "own"});
    world.server().allow(OWN_KEY, "Email", own);
    let [ours, theirs] = shares();
    let remote = ours.deliver(world.crm()).await.unwrap();
    let again = theirs.deliver(world.colleague(OWN_KEY).as_ref()).await.unwrap();
    assert!(again.already_known);
    assert_eq!((again.id, parent(&kept(&world, &ours))), (remote.id, ("Account", "a")));
}

/// Shares a mail, then another with the same Message-ID; whether the second counts as another share of the first, and
/// takes its place.
async fn check_second(change: impl FnOnce(&mut Payload), same: bool) {
    let (world, first) = (with_hanako().await, to(link(RecordType::Contact, "h")));
    first.deliver(world.crm()).await.unwrap();
    let second = to(link(RecordType::Company, "a")).but(change);
    assert_eq!(world.crm().find_logged(second.sought()).await.unwrap(), None);
    let outcome = second.deliver(world.crm()).await.map(|remote| remote.already_known).map_err(|fault| fault.kind);
    assert_eq!(outcome, if same { Ok(false) } else { Err(CrmFaultKind::Conflict) });
    assert_eq!(world.crm().find_logged(second.sought()).await.unwrap().is_some(), same);
    let expected = if same { ("Account", "a") } else { ("Contact", "h") };
    assert_eq!((parent(&kept(&world, &first)), world.mails()), (expected, 1));
}

#[tokio::test]
async fn another_mail_with_the_same_message_id_is_a_conflict() {
    check_second(|mail| mail.date = "2020-01-01T00:00:00Z".into(), false).await;
    check_second(|mail| mail.subject = "another".into(), false).await;
    check_second(|mail| mail.from.email = address("other@x.jp"), false).await;
}

/// No more than this is told of a mail.
fn metadata(mail: &mut Payload) {
    (mail.share_level, mail.body_text, mail.body_html) = (Level::Metadata, None, None);
    mail.subject.clear();
}

#[tokio::test]
async fn another_share_of_the_same_mail_takes_the_place_of_the_one_before() {
    check_second(|mail| mail.subject = "■■■の件".into(), true).await;
    check_second(|mail| mail.subject = " 御見積書の\t件 \"①\" 🍙".into(), true).await;
    check_second(metadata, true).await;
}

#[tokio::test]
async fn a_fuller_share_whose_answer_got_lost_is_not_taken_for_the_smaller_one_that_followed() {
    let world = with_hanako().await;
    let full = to(link(RecordType::Contact, "h")).with_file("見積.pdf", b"%PDF");
    world.server().next(1, "POST /Email/importEml", Misbehaviour::LoseReply);
    assert_eq!(full.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
    let less = to(link(RecordType::Contact, "h")).but(metadata);
    assert_eq!(world.crm().find_logged(less.sought()).await.unwrap(), None);
    let elsewhere = world.elsewhere();
    let remote = less.deliver(elsewhere.as_ref()).await.unwrap();
    let mail = kept(&world, &less);
    assert_eq!((mail["name"].as_str(), world.mails()), (Some("(No Subject)"), 1));
    assert_eq!(mail["bodyPlain"].as_str().unwrap_or_default().trim(), "");
    assert_eq!(world.file(less.key(), "見積.pdf"), None);
    assert_eq!(world.crm().find_logged(full.sought()).await.unwrap(), None);
    world.crm().unlog(less.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn an_earlier_share_that_may_not_be_deleted_stays_and_the_new_one_is_told_so() {
    let (world, first) = (with_hanako().await, to(link(RecordType::Contact, "h")));
    first.deliver(world.crm()).await.unwrap();
    let before = kept(&world, &first);
    world.server().allow(KEY, "Email", json!({"create": "yes", "read": "all", "edit": "all", "delete": "no"}));
    let fault = to(link(RecordType::Company, "a")).deliver(world.crm()).await.unwrap_err();
    assert!(fault.kind == CrmFaultKind::Conflict && fault.detail.contains("may not delete"), "{fault}");
    assert_eq!((kept(&world, &first), world.mails()), (before, 1));
}

#[tokio::test]
async fn whatever_gets_lost_while_one_share_takes_the_place_of_another_one_of_them_is_there() {
    for which in ["DELETE /Email", "POST /Email/importEml"] {
        for wrong in [Misbehaviour::LoseRequest, Misbehaviour::LoseReply] {
            let (world, first) = (with_hanako().await, to(link(RecordType::Contact, "h")));
            first.deliver(world.crm()).await.unwrap();
            let second = to(link(RecordType::Company, "a")).but(metadata);
            world.server().next(1, which, wrong.clone());
            let fault = second.deliver(world.crm()).await.unwrap_err();
            assert!(fault.is_temporary() || fault.kind == CrmFaultKind::OutcomeUnknown, "{which}: {fault}");
            if world.crm().find_logged(second.sought()).await.unwrap().is_none() {
                second.deliver(world.crm()).await.unwrap();
            }
            assert_eq!((parent(&kept(&world, &second)), world.mails()), (("Account", "a"), 1), "{which} {wrong:?}");
        }
    }
}

#[tokio::test]
async fn an_earlier_share_is_taken_back_with_the_mail() {
    let (world, first) = (with_hanako().await, to(link(RecordType::Contact, "h")));
    let remote = first.deliver(world.crm()).await.unwrap();
    let second = to(link(RecordType::Company, "a"));
    world.crm().unlog(second.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn a_mark_that_a_stranger_wrote_is_not_ours() {
    let (world, sample) = (with_hanako().await, to(link(RecordType::Contact, "h")));
    sample.deliver(world.crm()).await.unwrap();
    let internal = kept(&world, &sample)["messageIdInternal"].as_str().unwrap().to_owned();
    let mark = internal.rsplit_once('-').unwrap().1.to_owned();
    let another = with_hanako().await;
    another
        .server()
        .receive(NATIVE.replace("Delivered-To: rep@own.example", &format!("Delivered-To: {mark}")).as_bytes());
    check_left_alone(&another, &sample).await;
}

#[tokio::test]
async fn a_subject_that_the_crm_cut_is_the_same_subject() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h")).but(|mail| mail.subject = "長い件名".repeat(100));
    assert!(!sample.deliver(world.crm()).await.unwrap().already_known);
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_mail_is_moved_to_another_record_and_back_and_taken_back() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    for (kind, id, expected) in [
        (RecordType::Company, "a", ("Account", "a")),
        (RecordType::Company, "a", ("Account", "a")),
        (RecordType::Contact, "h", ("Contact", "h")),
        (RecordType::Deal, "41", ("Opportunity", "41")),
    ] {
        world.crm().relink(sample.sought(), &remote, &[link(kind, id)]).await.unwrap();
        assert_eq!(parent(&kept(&world, &sample)), expected);
    }
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn a_mail_is_not_moved_to_what_is_not_there() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    for (kind, id, expected) in
        [(RecordType::Contact, "gone", CrmFaultKind::NotFound), (RecordType::Ticket, "t", CrmFaultKind::Rejected)]
    {
        let fault = world.crm().relink(sample.sought(), &remote, &[link(kind, id)]).await.unwrap_err();
        assert_eq!((fault.kind, parent(&kept(&world, &sample))), (expected, ("Contact", "h")));
    }
    world.server().remove("Email", &remote.id);
    let fault = world.crm().relink(sample.sought(), &remote, &[link(RecordType::Company, "a")]).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::NotFound);
}
