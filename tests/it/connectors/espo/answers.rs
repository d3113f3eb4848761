//! Settings, rights, refusals, silence, and who may hear the key.

use kit::crm::misbehaviour::Misbehaviour;
use kit::espo::{EspoServer, KEY, USER};
use otomo_domain::connector::{NewContact, RemoteMail};
use otomo_domain::error::CrmFaultKind::{
    Conflict, Forbidden, NotFound, OutcomeUnknown, Protocol, RateLimited, Rejected, SignInNeeded, TooLarge, Transient,
};
use otomo_domain::error::{CrmFault, CrmFaultKind, NetFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::super::sample::{Sample, address};
use super::super::world::{World, clock, net};
use super::{Espo, REP};

fn check_settings(settings: Value, key: Option<&str>, refused_field: Option<&str>) {
    let built = otomo_crm::connector("espocrm", &settings, key.map(SecretString::from), net(), clock());
    assert_eq!(built.err().map(|e| e.field).as_deref(), refused_field, "{settings}");
}

#[tokio::test]
async fn settings_that_lead_nowhere_safe_are_refused() {
    let at = |url: &str| json!({"url": url, "email": REP});
    let signing = |api_key: &str| json!({"url": "https://crm.example.com", "email": REP, "api_key": api_key});
    check_settings(at("https://crm.example.com"), Some("k"), None);
    check_settings(at("https://crm.example.com/espo/"), Some("k"), None);
    check_settings(at("http://crm.example.com"), Some("k"), Some("url"));
    check_settings(at("https://crm.example.com/#Contact"), Some("k"), Some("url"));
    check_settings(json!({}), Some("k"), Some("url"));
    check_settings(json!({"url": "https://crm.example.com"}), Some("k"), Some("email"));
    check_settings(json!({"url": "https://crm.example.com", "email": "rep"}), Some("k"), Some("email"));
    check_settings(at("https://crm.example.com"), None, Some("key"));
    check_settings(at("https://crm.example.com"), Some("k\r\nx: y"), Some("key"));
    check_settings(signing("a"), Some("secret"), None);
    check_settings(signing("a:b"), Some("secret"), Some("api_key"));
}

#[tokio::test]
async fn the_address_may_be_that_of_the_site_or_of_its_api() {
    let server = EspoServer::start().await;
    for end in ["", "/", "/api/v1", "/api/v1/"] {
        let settings = json!({"url": format!("{}{end}", server.url()), "email": REP});
        let crm = otomo_crm::connector("espocrm", &settings, Some(KEY.into()), net(), clock()).unwrap();
        assert_eq!(crm.check().await.unwrap().user_id, format!("{USER} {REP}"), "{end}");
    }
}

#[tokio::test]
async fn every_right_that_is_missing_is_named() {
    let world = Espo::start().await;
    let read_only = json!({"create": "no", "read": "all", "edit": "no", "delete": "no"});
    world.server().allow(KEY, "Email", read_only.clone());
    world.server().allow(KEY, "Import", Value::Null);
    let fault = world.crm().check().await.unwrap_err();
    assert_eq!((fault.kind, fault.detail.as_str()), (Forbidden, "Email create, Email edit, Import"));
    world.server().allow(KEY, "Contact", json!(false));
    assert!(world.crm().check().await.unwrap_err().detail.starts_with("Contact read, "));
}

#[tokio::test]
async fn what_can_be_done_without_is_told() {
    let world = Espo::start().await;
    world.server().allow(KEY, "Email", json!({"create": "yes", "read": "own", "edit": "own", "delete": "no"}));
    world.server().allow(KEY, "Contact", json!({"create": "no", "read": "team", "edit": "no", "delete": "no"}));
    let identity = world.crm().check().await.unwrap();
    assert_eq!((identity.can_unlog, identity.can_create_contacts), (false, false));
    assert_eq!((identity.name.as_deref(), identity.email), (Some("Otomo"), Some(address(REP))));
}

#[tokio::test]
async fn whoever_may_not_delete_mail_is_told_that_it_stays() {
    let world = Espo::start().await;
    assert!(world.crm().check().await.unwrap().remarks.is_empty());
    world.server().allow(KEY, "Email", json!({"create": "yes", "read": "all", "edit": "all", "delete": "no"}));
    let remarks = world.crm().check().await.unwrap().remarks;
    let words: Vec<String> = world.crm().describe().remarks.into_iter().map(|remark| remark.key).collect();
    assert_eq!((remarks.len(), &remarks), (1, &words));
}

const SECRET: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";

#[tokio::test]
async fn every_call_is_signed_where_the_user_signs_and_the_secret_key_never_leaves() {
    let world = Espo::start().await;
    world.server().sign_with(KEY, SECRET);
    assert_eq!(world.crm().check().await.unwrap_err().kind, SignInNeeded);
    let signing = |secret: &str, end: &str| {
        let settings = json!({"url": format!("{}{end}", world.server().url()), "email": REP, "api_key": KEY});
        otomo_crm::connector("espocrm", &settings, Some(SecretString::from(secret)), net(), clock()).unwrap()
    };
    assert_eq!(signing("another", "").check().await.unwrap_err().kind, SignInNeeded);
    let before = world.server().requests().len();
    let (crm, sample) = (signing(SECRET, "/api/v1/"), Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
    crm.check().await.unwrap();
    crm.contacts(None).await.unwrap();
    crm.search("髙橋 花子").await.unwrap();
    let remote = sample.deliver(crm.as_ref()).await.unwrap();
    assert!(crm.find_logged(sample.sought()).await.unwrap().is_some());
    crm.relink(sample.sought(), &remote, &sample.payload.links).await.unwrap();
    crm.unlog(sample.sought(), &remote).await.unwrap();
    for request in &world.server().requests()[before..] {
        assert!(request.header("x-hmac-authorization").is_some() && request.header("x-api-key").is_none());
        assert!(!request.contains(SECRET.as_bytes()), "{}", request.line());
    }
}

/// Every call, with the request of it that goes wrong.
const CALLS: [&str; 10] = [
    "GET /App/user",
    "GET /Contact?",
    "GET /Lead?",
    "POST /Contact",
    "GET /Email?",
    "POST /Attachment",
    "POST /Email/importEml",
    "GET /Opportunity?",
    "PUT /Email",
    "DELETE /Email",
];

async fn call(world: &Espo, which: &str) -> Result<(), CrmFault> {
    let (crm, sample): (&dyn CrmConnector, _) = (world.crm(), Sample::new("<1@x.jp>"));
    match which {
        "GET /App/user" => crm.check().await.map(drop),
        "GET /Contact?" => crm.contacts(None).await.map(drop),
        "GET /Lead?" => crm.search("Anna").await.map(drop),
        "POST /Contact" => {
            let new = NewContact { name: "Anna".into(), email: address("anna@x.jp"), company: String::new() };
            crm.create_contact(&new).await.map(drop)
        }
        "GET /Email?" => crm.find_logged(sample.sought()).await.map(drop),
        "DELETE /Email" => {
            let sample = Sample::new("<0@x.jp>");
            sample.deliver(crm).await?;
            crm.unlog(sample.sought(), &RemoteMail { id: String::new(), url: None, already_known: false }).await
        }
        _ => sample.deliver(crm).await.map(drop),
    }
}

/// The fault of a call that goes wrong like this.
async fn fault(which: &str, misbehaviour: Misbehaviour) -> CrmFault {
    let world = Espo::start().await;
    world.server().next(1, which, misbehaviour);
    call(&world, which).await.expect_err(which)
}

/// After these only a look-up tells whether a mail is logged. What is read here of a mail is read by the look-up itself.
fn is_open(which: &str) -> bool {
    matches!(which, "POST /Email/importEml" | "PUT /Email")
}

/// The kind of the fault when a mail is imported or moved, and when anything else is done.
async fn check(status: u16, importing: CrmFaultKind, otherwise: CrmFaultKind) {
    for which in CALLS {
        // Two of these are answers: nobody there, and somebody there already. What a role leaves out is left out.
        let answers = matches!((status, which), (404, "DELETE /Email") | (403, "GET /Lead?") | (409, "POST /Contact"));
        // The mail is there by then, and stays where the CRM will have it.
        let stays = which == "PUT /Email" && matches!(status, 400 | 404 | 409);
        if !answers && !stays {
            let moving = which == "PUT /Email";
            let expected = if moving {
                OutcomeUnknown
            } else if is_open(which) {
                importing
            } else {
                otherwise
            };
            assert_eq!(fault(which, Misbehaviour::refuse(status)).await.kind, expected, "{status} to {which}");
        }
    }
}

#[tokio::test]
async fn each_status_means_the_same_to_every_call_but_those_that_log() {
    check(400, Rejected, Rejected).await;
    check(401, SignInNeeded, SignInNeeded).await;
    check(403, Forbidden, Forbidden).await;
    check(404, NotFound, NotFound).await;
    check(409, Conflict, Conflict).await;
    check(413, TooLarge, TooLarge).await;
    check(429, RateLimited, RateLimited).await;
    check(405, Protocol, Protocol).await;
    check(408, OutcomeUnknown, Transient).await;
    check(500, OutcomeUnknown, Transient).await;
    check(502, OutcomeUnknown, Transient).await;
    check(503, OutcomeUnknown, Transient).await;
}

#[tokio::test]
async fn silence_means_the_same_to_every_call_but_those_that_log() {
    for which in CALLS {
        let expected = if is_open(which) { OutcomeUnknown } else { Transient };
        assert_eq!(fault(which, Misbehaviour::LoseRequest).await.kind, expected, "{which}");
        assert_eq!(fault(which, Misbehaviour::LoseReply).await.kind, expected, "{which}");
    }
}

#[tokio::test]
async fn a_page_for_people_is_no_answer() {
    let page = Misbehaviour::Answer { status: 200, headers: Vec::new(), body: "<html>Please log in</html>".into() };
    for which in CALLS {
        let expected = if is_open(which) { OutcomeUnknown } else { Protocol };
        assert_eq!(fault(which, page.clone()).await.kind, expected, "{which}");
    }
}

#[tokio::test]
async fn an_answer_has_an_end() {
    let endless = Misbehaviour::Answer { status: 200, headers: Vec::new(), body: " ".repeat(9 << 20) };
    assert_eq!(fault("GET /App/user", endless).await.kind, Protocol);
}

#[tokio::test]
async fn the_reason_stands_in_a_header_and_the_key_in_no_error() {
    for which in CALLS {
        for status in [401, 403, 409, 500, 302] {
            let headers = vec![("x-status-reason".to_owned(), format!("No access to X by {KEY}."))];
            let refusal = Misbehaviour::Answer { status, headers, body: "{authorization}".into() };
            if matches!((status, which), (403, "GET /Lead?") | (409, "POST /Contact") | (409 | 500, "PUT /Email")) {
                continue;
            }
            let fault = fault(which, refusal).await;
            assert_eq!(fault.detail, "No access to X by ….", "{which} {status}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = EspoServer::start().await;
    for which in CALLS {
        let expected = if which == "PUT /Email" { OutcomeUnknown } else { Protocol };
        assert_eq!(fault(which, Misbehaviour::redirect(&elsewhere.url())).await.kind, expected, "{which}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_was_never_asked() {
    let mut world = Espo::start().await;
    world.put_out_of_reach().await;
    for which in CALLS {
        let fault = call(&world, which).await.expect_err(which);
        assert_eq!(fault.kind, CrmFaultKind::Net(NetFaultKind::Refused), "{which}");
    }
}

#[tokio::test]
async fn a_key_that_was_revoked_asks_for_another() {
    let world = Espo::start().await;
    world.server().revoke(KEY);
    for which in CALLS {
        let fault = call(&world, which).await.expect_err(which);
        assert!(fault.kind == SignInNeeded && fault.is_about_connection(), "{which}: {fault}");
    }
}

#[tokio::test]
async fn a_mail_takes_no_more_requests_than_it_needs_and_says_how_long_it_is() {
    let world = Espo::start().await;
    Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF").deliver(world.crm()).await.unwrap();
    let requests = world.server().requests();
    let lines: Vec<String> = requests.iter().map(|request| request.line().replace("/api/v1", "")).collect();
    let begins = ["GET /Opportunity?", "POST /Attachment", "POST /Email/importEml", "GET /Email?", "PUT /Email/"];
    assert_eq!(lines.len(), begins.len(), "{lines:?}");
    assert!(lines.iter().zip(begins).all(|(line, begin)| line.starts_with(begin)), "{lines:?}");
    assert_eq!(requests[1].header("content-length"), Some(requests[1].body.len().to_string().as_str()));
    assert_eq!(requests[1].header("transfer-encoding"), None);
    for request in &requests {
        assert_eq!(request.header("x-api-key"), Some(KEY));
        assert_eq!(request.header("authorization"), None);
    }
}
