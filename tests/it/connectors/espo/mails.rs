//! Mail: what arrives, whose it is, and that it is there once.

use kit::crm::misbehaviour::Misbehaviour;
use kit::espo::{KEY, USER, person};
use otomo_domain::connector::RemoteMail;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::payload::Level;
use otomo_domain::ports::CrmConnector;
use serde_json::{Value, json};

use super::super::sample::Sample;
use super::super::world::World;
use super::{Espo, kept};

pub fn link(kind: RecordType, id: &str) -> RecordRef {
    RecordRef { kind, id: id.into() }
}

/// A mail of Hanako to a link.
pub fn to(link: RecordRef) -> Sample {
    Sample::new("<1@x.jp>").but(|payload| payload.links = vec![link])
}

/// Hanako, who wrote the mail, and her company.
pub async fn with_hanako() -> Espo {
    let world = Espo::start().await;
    world.server().put("Account", "a", json!({"name": "X社"}));
    world.server().put("Contact", "h", json!({"lastName": "花子", "emailAddress": "hanako@x.jp", "accountId": "a"}));
    world
}

pub fn parent(mail: &Value) -> (&str, &str) {
    (mail["parentType"].as_str().unwrap_or_default(), mail["parentId"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_mail_arrives_as_the_rep_saw_it() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h")).with_file("見積.pdf", b"%PDF");
    let remote = sample.deliver(world.crm()).await.unwrap();
    let mail = kept(&world, &sample);
    assert_eq!(mail["name"], "御見積書の件 \"①\" 🍙");
    assert_eq!(
        (&mail["from"], &mail["to"], &mail["cc"]),
        (&json!("hanako@x.jp"), &json!("rep@own.example"), &json!("cc@x.jp"))
    );
    assert_eq!((&mail["dateSent"], &mail["bcc"]), (&json!("2026-11-22 05:00:00"), &json!("")));
    assert!(mail["bodyPlain"].as_str().unwrap().contains("いつもお世話になっております。"));
    assert_eq!(remote.url, Some(format!("{}/#Email/view/{}", world.server().url(), remote.id)));
}

#[tokio::test]
async fn no_more_arrives_than_the_level_tells() {
    for level in [Level::Metadata, Level::Subject] {
        let world = with_hanako().await;
        let sample = to(link(RecordType::Contact, "h")).but(|payload| {
            (payload.body_text, payload.body_html, payload.share_level) = (None, None, level);
            if level == Level::Metadata {
                payload.subject.clear();
            }
        });
        sample.deliver(world.crm()).await.unwrap();
        let mail = kept(&world, &sample);
        assert_eq!(mail["name"] == "(No Subject)", level == Level::Metadata);
        assert_eq!(mail["bodyPlain"].as_str().unwrap_or_default().trim(), "");
    }
}

#[tokio::test]
async fn a_mail_belongs_to_the_chosen_record_whatever_the_crm_chose() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    sample.deliver(world.crm()).await.unwrap();
    assert_eq!(parent(&kept(&world, &sample)), ("Contact", "h"));
}

#[tokio::test]
async fn a_mail_that_the_crm_put_right_by_itself_is_not_touched() {
    let world = with_hanako().await;
    to(link(RecordType::Company, "a")).deliver(world.crm()).await.unwrap();
    assert!(world.server().requests().iter().all(|request| request.method != "PUT"));
}

#[tokio::test]
async fn of_several_records_a_mail_belongs_to_the_deal() {
    let world = with_hanako().await;
    let sample = Sample::new("<1@x.jp>").but(|payload| {
        payload.links = vec![link(RecordType::Contact, "h"), link(RecordType::Deal, "41")];
    });
    sample.deliver(world.crm()).await.unwrap();
    assert_eq!(parent(&kept(&world, &sample)), ("Opportunity", "41"));
}

#[tokio::test]
async fn a_mail_to_a_record_that_is_gone_never_leaves() {
    let world = with_hanako().await;
    world.server().remove("Contact", "h");
    let fault = to(link(RecordType::Contact, "h")).deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::NotFound);
    let fault = to(link(RecordType::Ticket, "t")).deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Rejected);
    assert!(world.server().requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn a_notice_of_the_crm_itself_is_refused_before_it_leaves() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h")).but(|payload| {
        payload.message_id = "<Contact/h/1/1@espo-system>".into();
    });
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Rejected);
    assert!(world.server().requests().is_empty());
}

/// What an answer that got lost leaves, that looking it up puts right what is there, and that it is there once.
async fn check_lost(which: &str, misbehaviour: Misbehaviour, kind: CrmFaultKind, logged: bool) {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    world.server().next(1, which, misbehaviour);
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, kind, "{which}");
    let found = world.crm().find_logged(sample.sought()).await.unwrap();
    assert_eq!(found.as_ref().map(|remote| remote.already_known), logged.then_some(false), "{which}");
    if !logged {
        sample.deliver(world.crm()).await.unwrap();
    }
    assert_eq!((world.server().imported(), parent(&kept(&world, &sample))), (1, ("Contact", "h")), "{which}");
    world.crm().unlog(sample.sought(), &found.unwrap_or_else(remote)).await.unwrap();
    assert_eq!(world.mails(), 0);
}

fn remote() -> RemoteMail {
    RemoteMail { id: "e".into(), url: None, already_known: false }
}

#[tokio::test]
async fn a_mail_whose_answer_got_lost_is_found_and_put_right() {
    use CrmFaultKind::{OutcomeUnknown, Transient};
    use Misbehaviour::{LoseReply, LoseRequest};
    let after = |status, body: &str| Misbehaviour::AnswerAfter { status, body: body.into() };
    check_lost("POST /Attachment", LoseReply, Transient, false).await;
    check_lost("POST /Email/importEml", LoseRequest, OutcomeUnknown, false).await;
    check_lost("POST /Email/importEml", LoseReply, OutcomeUnknown, true).await;
    check_lost("POST /Email/importEml", after(200, "<html>Please log in</html>"), OutcomeUnknown, true).await;
    check_lost("POST /Email/importEml", after(503, ""), OutcomeUnknown, true).await;
    check_lost("PUT /Email", LoseRequest, OutcomeUnknown, true).await;
    check_lost("PUT /Email", LoseReply, OutcomeUnknown, true).await;
}

#[tokio::test]
async fn whatever_goes_wrong_after_the_import_leaves_the_outcome_open() {
    for status in [400, 401, 403, 404, 409, 413, 429, 500, 503, 302] {
        check_lost("GET /Email?", Misbehaviour::refuse(status), CrmFaultKind::OutcomeUnknown, true).await;
    }
    for status in [401, 403, 429, 500, 503, 302] {
        check_lost("PUT /Email", Misbehaviour::refuse(status), CrmFaultKind::OutcomeUnknown, true).await;
    }
}

#[tokio::test]
async fn a_mail_that_the_crm_will_not_have_elsewhere_is_logged_where_it_is() {
    for status in [400, 404, 409] {
        let world = with_hanako().await;
        let sample = to(link(RecordType::Contact, "h"));
        world.server().next(1, "PUT /Email", Misbehaviour::refuse(status));
        assert!(!sample.deliver(world.crm()).await.unwrap().already_known);
        assert_eq!(parent(&kept(&world, &sample)), ("Account", "a"), "{status}");
    }
}

#[tokio::test]
async fn a_mail_whose_record_goes_meanwhile_is_logged_where_it_is() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    world.server().next(1, "POST /Email/importEml", Misbehaviour::LoseReply);
    sample.deliver(world.crm()).await.unwrap_err();
    world.server().remove("Contact", "h");
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
    assert_eq!(parent(&kept(&world, &sample)), ("Account", "a"));
}

/// A refusal with a reason, as the CRM gives it.
fn reasoned(status: u16, reason: &str) -> Misbehaviour {
    let headers = vec![("x-status-reason".to_owned(), reason.to_owned())];
    Misbehaviour::Answer { status, headers, body: String::new() }
}

#[tokio::test]
async fn a_mail_that_the_crm_cannot_import_is_refused_and_not_asked_for_again() {
    let world = with_hanako().await;
    let sample = to(link(RecordType::Contact, "h"));
    world.server().next(1, "POST /Email/importEml", reasoned(500, "Could not import."));
    let fault = sample.deliver(world.crm()).await.unwrap_err();
    assert_eq!((fault.kind, fault.detail.as_str()), (CrmFaultKind::Rejected, "Could not import."));
    // In the middle of it, it may be there all the same.
    sample.deliver(world.crm()).await.unwrap();
    world.server().next(1, "POST /Email/importEml", reasoned(500, "Could not import."));
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
}

#[tokio::test]
async fn a_message_id_that_the_crm_has_no_room_for_never_leaves() {
    let world = with_hanako().await;
    let with_id = |length: usize| {
        let id = format!("<{}@x.jp>", "1".repeat(length - 7));
        Sample::new(&id).but(|payload| payload.links = vec![link(RecordType::Contact, "h")])
    };
    assert_eq!(with_id(256).deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Rejected);
    assert!(world.server().requests().is_empty());
    with_id(255).deliver(world.crm()).await.unwrap();
}

#[tokio::test]
async fn over_a_line_that_loses_a_third_every_mail_is_logged_once() {
    let world = with_hanako().await;
    world.server().lose(0.33, 20_261_123);
    let samples: Vec<Sample> = (0..30)
        .map(|n| Sample::new(&format!("<{n}@x.jp>")).with_file("a.pdf", b"%PDF"))
        .map(|sample| sample.but(|payload| payload.links = vec![link(RecordType::Contact, "h")]))
        .collect();
    for sample in &samples {
        settle(world.crm(), sample).await;
    }
    world.server().behave();
    assert_eq!((world.server().imported(), world.mails()), (samples.len(), samples.len()));
    for sample in &samples {
        assert_eq!(parent(&kept(&world, sample)), ("Contact", "h"));
        assert_eq!(world.file(sample.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
    }
}

/// What the engine does with a mail until it is settled.
async fn settle(crm: &dyn CrmConnector, sample: &Sample) {
    loop {
        match sample.deliver(crm).await {
            Ok(_) => return,
            Err(fault) if fault.kind == CrmFaultKind::OutcomeUnknown => {}
            Err(fault) if fault.is_temporary() => continue,
            Err(fault) => panic!("{fault}"),
        }
        loop {
            match crm.find_logged(sample.sought()).await {
                Ok(Some(_)) => return,
                Ok(None) => break,
                Err(fault) => assert!(fault.is_temporary(), "{fault}"),
            }
        }
    }
}

#[tokio::test]
async fn a_mail_above_the_crms_limit_is_too_large_and_the_connection_is_not_at_fault() {
    let world = with_hanako().await;
    world.server().set("attachmentUploadMaxSize", json!(1));
    let largest = world.crm().check().await.unwrap().limits.attachment.unwrap();
    let fits = vec![7; usize::try_from(largest).unwrap()];
    to(link(RecordType::Contact, "h")).with_file("fits.bin", &fits).deliver(world.crm()).await.unwrap();
    let large = Sample::new("<2@x.jp>").but(|payload| payload.links = vec![link(RecordType::Contact, "h")]);
    let fault = large.with_file("large.bin", &vec![7; 1 << 20]).deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::TooLarge);
    assert!(!fault.is_about_connection());
}

#[tokio::test]
async fn a_mail_shared_to_a_lead_belongs_to_the_lead() {
    let world = Espo::start().await;
    world.server().put("Lead", "l", person("花子", "hanako@x.jp"));
    let sample = to(link(RecordType::Lead, "l"));
    sample.deliver(world.crm()).await.unwrap();
    let mail = kept(&world, &sample);
    assert_eq!((parent(&mail), mail["createdById"].as_str()), (("Lead", "l"), Some(USER)));
}

#[tokio::test]
async fn a_role_that_lost_the_right_to_import_stops_the_connection_and_not_the_mail() {
    let world = with_hanako().await;
    world.server().allow(KEY, "Import", json!(false));
    let fault = to(link(RecordType::Contact, "h")).deliver(world.crm()).await.unwrap_err();
    assert!(fault.kind == CrmFaultKind::Forbidden && fault.detail == "No access to 'Import'.", "{fault}");
    assert_eq!(world.mails(), 0);
}
