//! What only the rest connector can get wrong: answers, silence, and who may hear the token.
//!
//! `signature` is about requests that are signed, `relink` about the records that a mail belongs to, `server` about what the
//! other side owes.

mod relink;
mod server;
mod signature;

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::crm::records::User;
use kit::crm::{CrmServer, REP, TOKEN};
use otomo_domain::connector::{NewContact, OutgoingFile};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind, NetFaultKind};
use otomo_domain::payload::{Level, Payload};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::sample::{Sample, address};
use super::world::{Rest, World, clock, connector, net};

fn check_settings(settings: Value, token: Option<&str>, refused_field: Option<&str>) {
    let built = otomo_crm::connector("rest", &settings, token.map(SecretString::from), net(), clock());
    let refused = built.err();
    assert_eq!(refused.as_ref().map(|e| e.field.as_str()), refused_field, "{settings}");
    assert!(!refused.is_some_and(|e| e.to_string().contains("cret")));
}

#[tokio::test]
async fn settings_that_lead_nowhere_safe_are_refused() {
    check_settings(json!({"url": "https://crm.example.com/v1"}), Some("t"), None);
    check_settings(json!({"url": "http://127.0.0.1:1"}), Some("t"), None);
    check_settings(json!({"url": "http://crm.example.com"}), Some("t"), Some("url"));
    check_settings(json!({}), Some("t"), Some("url"));
    check_settings(json!({"url": "https://crm.example.com"}), None, Some("token"));
    check_settings(json!({"url": "https://crm.example.com"}), Some(""), Some("token"));
    check_settings(json!({"url": "https://crm.example.com"}), Some("se\r\ncret"), Some("token"));
}

#[tokio::test]
async fn a_kind_that_does_not_exist_is_refused() {
    let refused = otomo_crm::connector("spaceship", &json!({}), None, net(), clock()).err().map(|e| e.field);
    assert_eq!(refused.as_deref(), Some("kind"));
    let kinds: Vec<String> = otomo_crm::kinds().into_iter().map(|info| info.kind).collect();
    assert_eq!(kinds, ["hubspot", "hubspot_app", "porters", "espocrm", "rest", "mail_drop", "folder"]);
}

#[test]
fn a_kind_that_has_never_been_run_against_a_live_crm_says_so_before_anybody_connects() {
    for kind in otomo_crm::kinds() {
        let says = kind.notices.iter().any(|notice| notice.en.contains("beta") && notice.ja.contains("ベータ"));
        assert_eq!(kind.beta, says, "{}", kind.kind);
    }
}

/// Every call the connector makes, with the request it makes first.
const CALLS: [&str; 8] = [
    "GET /me",
    "GET /contacts",
    "GET /records",
    "POST /contacts",
    "GET /emails",
    "HEAD /attach",
    "PUT /emails",
    "DELETE /emails",
];

async fn call(crm: &dyn CrmConnector, which: &str) -> Result<(), CrmFault> {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    match which {
        "GET /me" => crm.check().await.map(drop),
        "GET /contacts" => crm.contacts(Some("cursor")).await.map(drop),
        "GET /records" => crm.search("花子").await.map(drop),
        "POST /contacts" => {
            let new = NewContact { name: "Anna".into(), email: address("anna@x.jp"), company: String::new() };
            crm.create_contact(&new).await.map(drop)
        }
        "GET /emails" => crm.find_logged(sample.sought()).await.map(drop),
        "HEAD /attach" | "PUT /attach" => {
            crm.put_attachment(OutgoingFile { meta: &sample.payload.attachments[0], files: &sample.kept }).await
        }
        "PUT /emails" => crm.log_mail(sample.outgoing()).await.map(drop),
        _ => {
            let remote = otomo_domain::connector::RemoteMail { id: "r".into(), url: None, already_known: true };
            crm.unlog(sample.sought(), &remote).await
        }
    }
}

/// The fault of a call that goes wrong like this.
async fn fault(world: &Rest, which: &str, misbehaviour: Misbehaviour) -> CrmFault {
    world.server().next(1, which, misbehaviour);
    call(world.crm(), which).await.expect_err(which)
}

/// The kind of the fault when logging, and when doing anything else.
async fn check(status: u16, logging: CrmFaultKind, otherwise: CrmFaultKind) {
    let world = Rest::start().await;
    for which in CALLS.into_iter().chain(["PUT /attach"]) {
        // Not there is what these three ask about.
        if status == 404 && matches!(which, "GET /emails" | "DELETE /emails" | "HEAD /attach") {
            continue;
        }
        // A forgotten cursor starts the list anew.
        if (status, which) == (410, "GET /contacts") {
            continue;
        }
        let expected = if which == "PUT /emails" { logging } else { otherwise };
        assert_eq!(fault(&world, which, Misbehaviour::refuse(status)).await.kind, expected, "{status} to {which}");
    }
}

#[tokio::test]
async fn each_status_means_the_same_to_every_call_but_the_one_that_logs() {
    use CrmFaultKind::*;
    check(400, Rejected, Rejected).await;
    check(401, SignInNeeded, SignInNeeded).await;
    check(403, Forbidden, Forbidden).await;
    check(404, NotFound, NotFound).await;
    check(402, Forbidden, Forbidden).await;
    check(405, Protocol, Protocol).await;
    check(408, OutcomeUnknown, Transient).await;
    check(410, Protocol, Protocol).await;
    check(409, Conflict, Conflict).await;
    check(413, TooLarge, TooLarge).await;
    check(415, Rejected, Rejected).await;
    check(422, Rejected, Rejected).await;
    check(424, AttachmentMissing, AttachmentMissing).await;
    check(425, Transient, Transient).await;
    check(429, RateLimited, RateLimited).await;
    check(500, OutcomeUnknown, Transient).await;
    check(502, OutcomeUnknown, Transient).await;
    check(503, Transient, Transient).await;
    check(501, Protocol, Protocol).await;
    check(504, OutcomeUnknown, Transient).await;
    check(418, Protocol, Protocol).await;
}

#[tokio::test]
async fn a_mail_that_is_not_there_is_not_logged_and_need_not_be_taken_back() {
    let world = Rest::start().await;
    for which in ["GET /emails", "DELETE /emails"] {
        world.server().next(1, which, Misbehaviour::refuse(404));
        call(world.crm(), which).await.unwrap();
    }
}

#[tokio::test]
async fn silence_means_the_same_to_every_call_but_the_one_that_logs() {
    let world = Rest::start().await;
    for which in CALLS.into_iter().chain(["PUT /attach"]) {
        let expected = if which == "PUT /emails" { CrmFaultKind::OutcomeUnknown } else { CrmFaultKind::Transient };
        assert_eq!(fault(&world, which, Misbehaviour::LoseRequest).await.kind, expected, "{which}");
        assert_eq!(fault(&world, which, Misbehaviour::LoseReply).await.kind, expected, "{which}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_never_asked() {
    let mut world = Rest::start().await;
    world.put_out_of_reach().await;
    for which in CALLS {
        let fault = call(world.crm(), which).await.expect_err(which);
        assert_eq!(fault.kind, CrmFaultKind::Net(NetFaultKind::Refused), "{which}");
    }
}

#[tokio::test]
async fn the_time_a_busy_server_asks_for_is_handed_on() {
    let world = Rest::start().await;
    for status in [429, 503] {
        let fault = fault(&world, "PUT /emails", Misbehaviour::busy(status, "37")).await;
        assert_eq!(fault.retry_after.map(|wait| wait.as_secs()), Some(37), "{status}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let world = Rest::start().await;
    world.server().next(1, "PUT /emails", Misbehaviour::Delay(Duration::from_millis(200)));
    assert!(!Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap().already_known);
}

#[tokio::test]
async fn the_token_is_in_no_error_even_if_the_server_repeats_it() {
    let world = Rest::start().await;
    for which in CALLS.into_iter().chain(["PUT /attach"]) {
        for status in [401, 403, 409, 422, 429, 500, 503, 302] {
            let fault = fault(&world, which, Misbehaviour::refuse(status)).await;
            assert!(!format!("{fault} {fault:?}").contains(TOKEN), "{which} {status}: {fault}");
        }
    }
    let said = fault(&world, "GET /me", Misbehaviour::refuse(401)).await.detail;
    assert!(said.contains("refused"), "{said}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (world, elsewhere) = (Rest::start().await, CrmServer::start().await);
    for which in CALLS.into_iter().chain(["PUT /attach"]) {
        let fault = fault(&world, which, Misbehaviour::redirect(&elsewhere.url())).await;
        assert_eq!(fault.kind, CrmFaultKind::Protocol, "{which}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_contact_whose_answer_got_lost_is_made_once() {
    let world = Rest::start().await;
    let new = NewContact { name: "Anna".into(), email: address("anna@x.jp"), company: "X".into() };
    world.server().next(1, "POST /contacts", Misbehaviour::LoseReply);
    assert_eq!(world.crm().create_contact(&new).await.unwrap_err().kind, CrmFaultKind::Transient);
    let made = world.crm().create_contact(&new).await.unwrap();
    assert_eq!(world.server().record_ids("contact"), [made.record.id]);
    let sent = world.server().requests().into_iter().find(|r| r.method == "POST").expect("a request");
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body, json!({"email": "anna@x.jp", "name": "Anna", "company_name": "X"}));
}

#[tokio::test]
async fn an_address_whose_contact_is_gone_can_have_another() {
    let world = Rest::start().await;
    let new = |name: &str| NewContact { name: name.into(), email: address("info@x.jp"), company: String::new() };
    let first = world.crm().create_contact(&new("Anna")).await.unwrap();
    world.server().remove_record("contact", &first.record.id);
    let second = world.crm().create_contact(&new("Ben")).await.unwrap();
    assert_eq!(second.name, "Ben");
    assert_eq!(world.server().record_ids("contact"), [second.record.id]);
}

#[tokio::test]
async fn a_crm_that_makes_no_contacts_says_so() {
    let world = Rest::start().await;
    world.server().describe(|me| me["capabilities"]["create_contact"] = json!(false));
    assert_eq!(call(world.crm(), "POST /contacts").await.unwrap_err().kind, CrmFaultKind::Forbidden);
}

/// Logs a mail while the server misbehaves; what the connector says, and what looking it up says afterwards.
async fn check_lookup(misbehaviour: Misbehaviour, logged: bool) {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>"));
    world.server().next(1, "PUT /emails", misbehaviour.clone());
    let fault = sample.deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{misbehaviour:?}");
    let found = world.crm().find_logged(sample.sought()).await.unwrap();
    assert_eq!(found.is_some(), logged, "{misbehaviour:?}");
    assert_eq!(world.server().stored(REP, sample.key()).is_some(), logged);
}

#[tokio::test]
async fn after_a_lost_answer_a_look_up_tells_the_truth() {
    let after = |status, body: &str| Misbehaviour::AnswerAfter { status, body: body.into() };
    check_lookup(Misbehaviour::LoseReply, true).await;
    check_lookup(Misbehaviour::LoseRequest, false).await;
    check_lookup(Misbehaviour::refuse(500), false).await;
    check_lookup(after(500, ""), true).await;
    check_lookup(after(504, "<html>"), true).await;
    check_lookup(after(202, ""), true).await;
    check_lookup(after(200, "<html>Please log in</html>"), true).await;
    check_lookup(after(201, "{}"), true).await;
    let about = |key: &str| format!(r#"{{"remote_id":"x","key":"{key}","digest":"{}","links":[]}}"#, "0".repeat(64));
    check_lookup(after(201, &about(&"0".repeat(64))), true).await;
    check_lookup(after(201, &about(&Sample::new("<1@x.jp>").key().to_string())), true).await;
    check_lookup(after(201, &" ".repeat(2 << 20)), true).await;
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
async fn over_a_line_that_loses_a_third_every_mail_is_logged_once() {
    let world = Rest::start().await;
    world.server().lose(0.33, 20_261_122);
    let samples: Vec<Sample> = (0..40)
        .map(|n| Sample::new(&format!("<{n}@x.jp>")).with_file("a.pdf", format!("%PDF {n}").as_bytes()))
        .collect();
    for sample in &samples {
        settle(world.crm(), sample).await;
    }
    world.server().behave();
    assert_eq!(world.mails(), samples.len());
    for sample in &samples {
        assert_eq!(world.payload(sample.key()).as_ref(), Some(&sample.frozen.bytes));
    }
    let sent: usize = samples.iter().map(|sample| world.server().puts(sample.key())).sum();
    assert!(sent > samples.len(), "nothing got lost: {sent}");
}

#[tokio::test]
async fn a_request_carries_the_token_and_the_frozen_bytes_and_no_more() {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    sample.deliver(world.crm()).await.unwrap();
    let requests = world.server().requests();
    let sha256 = sample.payload.attachments[0].sha256;
    let lines: Vec<String> = requests.iter().map(|request| request.line().replace("/mail-log/v1", "")).collect();
    let expected = [
        format!("HEAD /attachments/{sha256}"),
        format!("PUT /attachments/{sha256}"),
        format!("PUT /emails/{}", sample.key()),
    ];
    assert_eq!(lines, expected);
    assert_eq!(requests[1].body.as_ref(), b"%PDF");
    assert_eq!((requests[1].header("content-length"), requests[1].header("transfer-encoding")), (Some("4"), None));
    assert_eq!(requests[2].body.as_ref(), sample.frozen.bytes);
    for request in &requests {
        let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| {
            !["authorization", "user-agent", "accept", "host", "content-length", "content-type"].contains(name)
        });
        assert_eq!(names, [""; 0]);
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    }
}

#[tokio::test]
async fn a_file_the_crm_has_is_not_sent_again() {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    sample.deliver(world.crm()).await.unwrap();
    sample.deliver(world.crm()).await.unwrap();
    let uploads =
        world.server().requests().iter().filter(|r| r.line().contains("PUT /mail-log/v1/attachments")).count();
    assert_eq!(uploads, 1);
}

#[tokio::test]
async fn a_mail_whose_file_is_not_up_is_told_from_one_that_is_refused() {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    assert_eq!(world.crm().log_mail(sample.outgoing()).await.unwrap_err().kind, CrmFaultKind::AttachmentMissing);
    let odd = Sample::new("<2@x.jp>").but(|payload| payload.links.clear());
    assert_eq!(odd.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Rejected);
}

#[tokio::test]
async fn what_the_crm_says_of_the_rep_and_its_limits_is_read() {
    let world = Rest::start().await;
    world.server().describe(|me| {
        me["capabilities"]["unlog"] = json!(false);
        me["capabilities"]["create_contact"] = json!(false);
        me["capabilities"]["max_attachment_bytes"] = json!(3);
        me["policy"]["never_log"] = json!({"addresses": ["ceo@x.jp"], "domains": ["bank.jp"]});
        me["policy"]["internal_domains"] = json!(["own.example"]);
    });
    let identity = world.crm().check().await.unwrap();
    assert_eq!((identity.user_id.as_str(), identity.name.as_deref()), (REP, Some("営業 一郎")));
    assert_eq!((identity.can_unlog, identity.can_create_contacts), (false, false));
    assert_eq!(identity.limits.attachment, Some(3));
    let deny: Vec<&str> = identity.deny.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(deny, ["ceo@x.jp", "bank.jp", "own.example"]);

    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::TooLarge);
    let remote = otomo_domain::connector::RemoteMail { id: "r".into(), url: None, already_known: true };
    let fault = world.crm().unlog(sample.sought(), &remote).await.unwrap_err();
    assert_eq!((fault.kind, fault.detail.as_str()), (CrmFaultKind::Forbidden, "mail:write"));
}

#[tokio::test]
async fn every_right_that_is_missing_is_named_and_the_token_is_not() {
    let world = Rest::start().await;
    world.server().describe(|me| me["missing_scopes"] = json!(["mail:write", "contacts:read", TOKEN]));
    let fault = world.crm().check().await.unwrap_err();
    assert_eq!((fault.kind, fault.detail.as_str()), (CrmFaultKind::Forbidden, "mail:write, contacts:read, …"));
}

#[tokio::test]
async fn a_crm_that_takes_no_mail_back_is_remarked_upon() {
    let world = Rest::start().await;
    assert!(world.crm().check().await.unwrap().remarks.is_empty());
    world.server().describe(|me| me["capabilities"]["unlog"] = json!(false));
    let remarks = world.crm().check().await.unwrap().remarks;
    let words: Vec<String> = world.crm().describe().remarks.into_iter().map(|remark| remark.key).collect();
    assert_eq!((remarks.len(), &remarks), (1, &words));
}

/// Logs a mail, then another under the same Message-ID; what becomes of the second.
async fn check_second(change: impl FnOnce(&mut Payload), refused: bool) {
    let (world, first) = (Rest::start().await, Sample::new("<1@x.jp>"));
    first.deliver(world.crm()).await.unwrap();
    let second = Sample::new("<1@x.jp>").but(change);
    let outcome = second.deliver(world.crm()).await.map(|remote| remote.already_known).map_err(|fault| fault.kind);
    assert_eq!(outcome, if refused { Err(CrmFaultKind::Conflict) } else { Ok(true) });
    let kept = if refused { &first } else { &second };
    assert_eq!(world.payload(kept.key()).as_ref(), Some(&kept.frozen.bytes));
    assert_eq!(world.crm().find_logged(second.sought()).await.unwrap().is_some(), !refused);
}

#[tokio::test]
async fn another_mail_with_the_same_message_id_does_not_take_the_place_of_the_first() {
    check_second(|mail| mail.date = "2020-01-01T00:00:00Z".into(), true).await;
    check_second(|mail| mail.subject = "another".into(), true).await;
    check_second(|mail| mail.from.email = address("other@x.jp"), true).await;
}

#[tokio::test]
async fn the_same_mail_with_less_of_its_subject_is_the_same_mail() {
    check_second(|mail| mail.subject = "■■■の件 \"①\" 🍙".into(), false).await;
    let metadata = |mail: &mut Payload| {
        (mail.share_level, mail.body_text, mail.body_html) = (Level::Metadata, None, None);
        mail.subject.clear();
    };
    check_second(metadata, false).await;
}

#[tokio::test]
async fn a_share_whose_answer_got_lost_is_not_taken_for_the_one_before_it() {
    let (world, less) = (Rest::start().await, Sample::new("<1@x.jp>").but(|mail| mail.body_html = None));
    less.deliver(world.crm()).await.unwrap();
    let more = Sample::new("<1@x.jp>");
    world.server().next(1, "PUT /emails", Misbehaviour::LoseRequest);
    assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
    assert_eq!(world.crm().find_logged(more.sought()).await.unwrap(), None);
    world.server().next(1, "PUT /emails", Misbehaviour::LoseReply);
    assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
    assert!(world.crm().find_logged(more.sought()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_a_fault() {
    let world = Rest::start().await;
    world.server().describe(|me| me["policy"]["never_log"]["domains"] = json!(["*"]));
    assert_eq!(world.crm().check().await.unwrap_err().kind, CrmFaultKind::Protocol);
}

#[tokio::test]
async fn a_cursor_the_crm_forgot_starts_the_list_anew() {
    let world = Rest::start().await;
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    let cursor = world.crm().contacts(None).await.unwrap().cursor;
    world.server().forget_cursors();
    let page = world.crm().contacts(Some(&cursor)).await.unwrap();
    assert!(page.starts_over);
    assert_eq!(page.contacts.len(), 1);
}

#[tokio::test]
async fn a_page_of_contacts_may_be_large_and_not_endless() {
    let world = Rest::start().await;
    let page = |bytes| {
        let body = format!(r#"{{"records":[],"next_cursor":"c","has_more":false,"x":"{}"}}"#, "x".repeat(bytes));
        Misbehaviour::Answer { status: 200, headers: Vec::new(), body }
    };
    world.server().next(1, "GET /contacts", page(8 << 20));
    assert!(world.crm().contacts(None).await.is_ok());
    assert_eq!(fault(&world, "GET /contacts", page(33 << 20)).await.kind, CrmFaultKind::Protocol);
    assert_eq!(fault(&world, "GET /me", page(2 << 20)).await.kind, CrmFaultKind::Protocol);
}

#[tokio::test]
async fn a_colleagues_share_outlives_ones_own_and_the_last_one_takes_all_along() {
    let world = Rest::start().await;
    let server = world.server();
    server.add_user("other-token", User { id: "rep-2".into(), email: "two@own.example".into(), name: "二郎".into() });
    let colleague = connector("rest", json!({"url": server.url()}), Some("other-token"));
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert_eq!(colleague.find_logged(sample.sought()).await.unwrap(), None);
    assert!(sample.deliver(colleague.as_ref()).await.unwrap().already_known);
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None);
    assert!(colleague.find_logged(sample.sought()).await.unwrap().is_some());
    let file = sample.payload.attachments[0].sha256;
    assert!(server.attachment(file).is_some());
    colleague.unlog(sample.sought(), &remote).await.unwrap();
    assert!(server.keys().is_empty() && server.attachment(file).is_none());
}

#[tokio::test]
async fn a_token_that_was_revoked_asks_for_a_new_sign_in() {
    let world = Rest::start().await;
    world.server().revoke(TOKEN);
    for which in CALLS {
        let fault = call(world.crm(), which).await.expect_err(which);
        assert!(fault.kind == CrmFaultKind::SignInNeeded && fault.is_about_connection(), "{which}: {fault}");
    }
}

#[tokio::test]
async fn a_search_finds_records_of_any_type_and_what_belongs_to_them() {
    let world = Rest::start().await;
    let server = world.server();
    let company = json!({"type": "company", "id": "X/1 あ", "name": "㈱サンプル"});
    server.put_record(company.clone());
    let parent = json!({"type": "company", "id": "X/1 あ"});
    server.put_record(
        json!({"type": "contact", "id": "1", "name": "髙橋 花子", "emails": ["a+b@x.jp"], "parent": parent}),
    );
    server.put_record(json!({"type": "deal", "id": "9", "name": "更新", "parent": parent}));
    let ids = |found: Vec<Contact>| found.into_iter().map(|contact| contact.record.id).collect::<Vec<_>>();

    for words in ["花子", "A+B@x", "髙橋 花"] {
        assert_eq!(ids(world.crm().search(words).await.unwrap()), ["1"], "{words}");
    }
    assert_eq!(ids(world.crm().search("nobody").await.unwrap()), <[&str; 0]>::default());
    let company = RecordRef { kind: RecordType::Company, id: "X/1 あ".into() };
    assert_eq!(ids(world.crm().related(&company).await.unwrap()), ["1", "9"]);
    let nobody = RecordRef { kind: RecordType::Contact, id: "2".into() };
    assert_eq!(world.crm().related(&nobody).await.unwrap_err().kind, CrmFaultKind::NotFound);
}
