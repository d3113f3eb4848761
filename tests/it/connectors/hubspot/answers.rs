//! Settings, scopes, limits, refusals, silence, and who may hear the key.

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::hubspot::refusal::Refusal;
use kit::hubspot::{HubSpotServer, KEY, REP};
use otomo_domain::connector::{NewContact, RemoteMail};
use otomo_domain::contact::RecordType;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::super::sample::{Sample, address};
use super::super::world::{World, clock, net};
use super::{HubSpot, connector, link};

fn check_settings(settings: Value, key: Option<&str>, refused_field: Option<&str>) {
    let built = otomo_crm::connector("hubspot", &settings, key.map(SecretString::from), net(), clock());
    let refused = built.err();
    assert_eq!(refused.as_ref().map(|e| e.field.as_str()), refused_field, "{settings}");
    assert!(!refused.is_some_and(|e| e.to_string().contains("cret")));
}

#[tokio::test]
async fn settings_with_which_there_is_no_connector_are_refused() {
    check_settings(json!({"email": REP}), Some("pat-1"), None);
    check_settings(json!({"email": REP, "url": "https://relay.example.com/crm"}), Some("pat-1"), None);
    check_settings(json!({"email": REP, "url": "http://relay.example.com"}), Some("pat-1"), Some("url"));
    check_settings(json!({"email": "rep"}), Some("pat-1"), Some("email"));
    check_settings(json!({}), Some("pat-1"), Some("email"));
    check_settings(json!({"email": REP}), None, Some("key"));
    check_settings(json!({"email": REP}), Some(""), Some("key"));
    check_settings(json!({"email": REP}), Some("se\r\ncret"), Some("key"));
}

/// Every call of the port.
const CALLS: [&str; 9] = ["check", "contacts", "search", "related", "create", "find", "log", "relink", "unlog"];

async fn call(crm: &dyn CrmConnector, which: &str) -> Result<(), CrmFault> {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    match which {
        "check" => crm.check().await.map(drop),
        "contacts" => crm.contacts(None).await.map(drop),
        "search" => crm.search("x").await.map(drop),
        "related" => crm.related(&link(RecordType::Contact, 1)).await.map(drop),
        "create" => {
            let new = NewContact { name: "Anna".into(), email: address("anna@x.jp"), company: String::new() };
            crm.create_contact(&new).await.map(drop)
        }
        "find" => crm.find_logged(sample.sought()).await.map(drop),
        "log" => crm.log_mail(sample.outgoing()).await.map(drop),
        _ => {
            let remote = RemoteMail { id: "1".into(), url: None, already_known: true };
            match which {
                "relink" => crm.relink(sample.sought(), &remote, &[link(RecordType::Deal, 41)]).await,
                _ => crm.unlog(sample.sought(), &remote).await,
            }
        }
    }
}

/// Everything is refused like this, once the account is known.
async fn check_refused(refusal: Refusal, kind: CrmFaultKind, wait: Option<u64>) {
    let world = HubSpot::start().await;
    call(world.crm(), "find").await.unwrap();
    world.server().refuse(Some(refusal));
    for which in CALLS {
        let fault = call(world.crm(), which).await.expect_err(which);
        assert_eq!((fault.kind, fault.retry_after.map(|wait| wait.as_secs())), (kind, wait), "{which}: {fault}");
        world.server().pass(Duration::from_secs(10));
    }
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn each_refusal_says_whether_and_when_to_come_again() {
    use CrmFaultKind::*;
    check_refused(Refusal::too_many("TEN_SECONDLY_ROLLING"), RateLimited, Some(10)).await;
    check_refused(Refusal::too_many("SECONDLY"), RateLimited, Some(1)).await;
    check_refused(Refusal::too_many("DAILY"), RateLimited, Some(3600)).await;
    check_refused(Refusal::locked(), Transient, Some(2)).await;
    check_refused(Refusal::migrating(37), Transient, Some(37)).await;
    check_refused(Refusal::invalid("a rule of the account"), Rejected, None).await;
    check_refused(Refusal::no_key(), SignInNeeded, None).await;
}

#[tokio::test]
async fn a_key_that_was_revoked_asks_for_a_new_one() {
    let world = HubSpot::start().await;
    world.server().revoke(KEY);
    for which in CALLS {
        let fault = call(world.crm(), which).await.expect_err(which);
        assert!(fault.kind == CrmFaultKind::SignInNeeded && fault.is_about_connection(), "{which}: {fault}");
    }
}

/// Logs while the request that makes the mail goes wrong; whether it is logged then.
async fn check_lost(misbehaviour: Misbehaviour, logged: bool) {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    world.crm().find_logged(sample.sought()).await.unwrap();
    // What goes wrong is known by how its line begins: the search, which begins alike, is let through first.
    world.server().next(1, "POST /crm/objects/2026-09/emails/search", Misbehaviour::Delay(Duration::ZERO));
    world.server().next(1, "POST /crm/objects/2026-09/emails", misbehaviour.clone());
    let fault = sample.deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{misbehaviour:?}: {fault}");
    let found = world.crm().find_logged(sample.sought()).await.unwrap();
    assert_eq!((found.is_some(), world.mails() == 1), (logged, logged), "{misbehaviour:?}");
}

#[tokio::test]
async fn after_a_lost_answer_a_look_up_tells_the_truth() {
    let after = |status, body: &str| Misbehaviour::AnswerAfter { status, body: body.into() };
    check_lost(Misbehaviour::LoseReply, true).await;
    check_lost(Misbehaviour::LoseRequest, false).await;
    for status in [408, 500, 502, 503, 504, 524] {
        check_lost(Misbehaviour::refuse(status), false).await;
        check_lost(after(status, "<html>"), true).await;
    }
    check_lost(after(200, "<html>Please log in</html>"), true).await;
    check_lost(after(201, "{}"), true).await;
    check_lost(after(201, r#"{"id":"none"}"#), true).await;
    check_lost(after(201, &" ".repeat(5 << 20)), true).await;
}

/// A mail whose making is answered like this is not logged, and leaves no file behind where it was refused for good.
async fn check_not_done(status: u16, kind: CrmFaultKind, files_left: usize) {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    world.server().next(1, "POST /crm/objects/2026-09/emails/search", Misbehaviour::Delay(Duration::ZERO));
    world.server().next(1, "POST /crm/objects/2026-09/emails", Misbehaviour::refuse(status));
    let fault = sample.deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, kind, "{status}: {fault}");
    let files = world.server().portal(|portal| portal.files.len());
    assert_eq!((files, world.mails()), (files_left, 0), "{status}");
}

#[tokio::test]
async fn a_mail_that_is_clearly_refused_is_not_looked_for_and_leaves_no_file() {
    use CrmFaultKind::*;
    for status in [400, 405, 410, 415, 422, 451] {
        check_not_done(status, Rejected, 0).await;
    }
    check_not_done(402, Forbidden, 0).await;
    check_not_done(413, TooLarge, 0).await;
    check_not_done(404, NotFound, 0).await;
    check_not_done(409, Conflict, 0).await;
    for status in [301, 302, 307, 308] {
        check_not_done(status, Protocol, 1).await;
    }
}

#[tokio::test]
async fn what_is_said_before_anything_is_done_can_be_tried_again() {
    check_not_done(423, CrmFaultKind::Transient, 1).await;
    check_not_done(477, CrmFaultKind::Transient, 1).await;
    check_not_done(429, CrmFaultKind::RateLimited, 1).await;
}

#[tokio::test]
async fn a_file_that_is_refused_takes_those_before_it_along() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF2");
    world.server().next(1, "POST /files", Misbehaviour::Delay(Duration::ZERO));
    world.server().next(1, "POST /files", Misbehaviour::refuse(413));
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::TooLarge);
    assert!(world.server().portal(|portal| portal.files.is_empty()));
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_the_files_as_they_were() {
    let world = HubSpot::start().await;
    let one = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    one.deliver(world.crm()).await.unwrap();
    let more = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF2");
    world.server().next(1, "PATCH /crm/objects", Misbehaviour::refuse(400));
    assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Rejected);
    assert!(world.file(one.key(), "a.pdf").is_some());
    assert_eq!(world.server().portal(|portal| portal.files.len()), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_answer_is_told() {
    let world = HubSpot::start().await;
    call(world.crm(), "find").await.unwrap();
    for body in ["<html>Please log in</html>".to_owned(), "{}".into(), "{\"results\":".into(), " ".repeat(5 << 20)] {
        for (which, line) in [("contacts", "POST /crm/objects/2026-09/contacts/search"), ("check", "GET /crm/owners")] {
            let answer = Misbehaviour::Answer { status: 200, headers: Vec::new(), body: body.clone() };
            world.server().next(1, line, answer);
            assert_eq!(call(world.crm(), which).await.unwrap_err().kind, CrmFaultKind::Protocol, "{which}");
        }
    }
}

/// What a batch leaves out for another reason than that it is gone may be there: making it again would double it.
#[tokio::test]
async fn half_an_answer_about_mails_never_says_that_one_is_not_there() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>");
    sample.deliver(world.crm()).await.unwrap();
    for errors in [r#","errors":[{"category":"INTERNAL_ERROR"}]"#, r#","errors":[{}]"#, r#","errors":[]"#, ""] {
        let body = format!(r#"{{"status":"COMPLETE","results":[]{errors}}}"#);
        let answer = Misbehaviour::Answer { status: 207, headers: Vec::new(), body };
        world.server().next(1, "POST /crm/objects/2026-09/emails/batch/read", answer);
        let fault = world.crm().find_logged(sample.sought()).await.unwrap_err();
        assert_eq!(fault.kind, CrmFaultKind::Transient, "{errors}");
    }
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
}

/// The program before its start, another program with the same key: only HubSpot knows of their calls.
#[tokio::test]
async fn calls_that_somebody_else_made_with_the_key_count_too() {
    let world = HubSpot::start().await;
    world.server().pace(Duration::from_millis(20));
    for n in 0..40 {
        // Searches have a limit of their own, of which HubSpot tells nothing: nobody starts twice in a moment.
        world.server().pass(Duration::from_millis(500));
        let other = connector(world.server(), KEY, REP);
        let sample = Sample::new(&format!("<{n}@x.jp>"));
        while let Err(fault) = sample.deliver(other.as_ref()).await {
            assert_eq!(fault.kind, CrmFaultKind::RateLimited, "{fault}");
            world.server().pass(fault.retry_after.expect("it says how long"));
        }
    }
    assert_eq!((world.mails(), world.server().limits_exceeded()), (40, 0));
}

/// Logs so many mails, one after the other, waiting as long as the connector says.
async fn log_in_a_row(world: &HubSpot, mails: std::ops::Range<usize>) {
    for n in mails {
        let sample = Sample::new(&format!("<{n}@x.jp>"));
        while let Err(fault) = sample.deliver(world.crm()).await {
            assert_eq!(fault.kind, CrmFaultKind::RateLimited, "{fault}");
            world.server().pass(fault.retry_after.expect("it says how long"));
        }
    }
}

#[tokio::test]
async fn many_shares_in_a_row_use_nine_tenths_of_what_is_allowed_and_never_more() {
    let world = HubSpot::start().await;
    world.server().pace(Duration::from_millis(20));
    // The first calls find the window empty; what counts is how it goes on.
    log_in_a_row(&world, 0..20).await;
    let (calls, began) = (world.server().requests().len(), world.server().now());
    log_in_a_row(&world, 20..60).await;
    let (calls, span) = (world.server().requests().len() - calls, world.server().now() - began);
    let in_ten_seconds = calls as f64 * 10.0 / span.as_secs_f64();
    assert!((90.0..=100.0).contains(&in_ten_seconds), "{in_ten_seconds}");
    assert_eq!((world.mails(), world.server().limits_exceeded()), (60, 0));
}

#[tokio::test]
async fn the_end_of_a_day_is_waited_for() {
    let world = HubSpot::start().await;
    world.server().allow_daily(3);
    let fault = Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap_err();
    assert_eq!((fault.kind, fault.retry_after), (CrmFaultKind::RateLimited, Some(Duration::from_secs(3600))));
}

#[tokio::test]
async fn the_key_is_in_no_fault_and_goes_nowhere_else() {
    let (world, elsewhere) = (HubSpot::start().await, HubSpotServer::start().await);
    call(world.crm(), "find").await.unwrap();
    for which in CALLS {
        let said = r#"{"message":"refused: {authorization}"}"#;
        for (status, location) in [(400, "x"), (401, "x"), (403, "x"), (429, "x"), (500, "x"), (307, &*elsewhere.url())]
        {
            let headers = vec![("location".to_owned(), location.to_owned())];
            let body = said.to_owned();
            let line = if which == "check" { "GET /crm/objects" } else { "" };
            world.server().next(1, line, Misbehaviour::Answer { status, headers, body });
            let fault = call(world.crm(), which).await.expect_err(which);
            assert!(!format!("{fault} {fault:?}").contains(KEY), "{which} {status}: {fault}");
            world.server().pass(Duration::from_secs(10));
        }
    }
    assert!(elsewhere.requests().is_empty());
}
