//! Settings, sign-in, rights and the pace.

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::porters::{APP_ID, APP_SECRET, PARTITION};
use otomo_domain::error::{CrmFaultKind, NetFaultKind};
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::super::world::{World, clock, net};
use super::world::{Hrbc, connector, sample, settings};

fn check_settings(settings: Value, secret: Option<&str>, refused_field: Option<&str>) {
    let built = otomo_crm::connector("porters", &settings, secret.map(SecretString::from), net(), clock());
    assert_eq!(built.err().map(|e| e.field).as_deref(), refused_field, "{settings}");
}

#[tokio::test]
async fn settings_that_lead_nowhere_are_refused() {
    let good = json!({"host": "https://hrbc.example.com", "app_id": "a", "user": "rep@own.example", "partition": ""});
    let but = |name: &str, value: &str| {
        let mut settings = good.clone();
        settings[name] = json!(value);
        settings
    };
    check_settings(good.clone(), Some("s"), None);
    check_settings(but("partition", "401"), Some("s"), None);
    check_settings(but("host", "http://hrbc.example.com"), Some("s"), Some("host"));
    check_settings(but("app_id", " "), Some("s"), Some("app_id"));
    check_settings(but("user", "rep"), Some("s"), Some("user"));
    check_settings(but("mark_field", "Activity.U_Otomo"), Some("s"), None);
    check_settings(but("mark_field", "Activity.P_Memo"), Some("s"), Some("mark_field"));
    check_settings(but("partition", "A1"), Some("s"), Some("partition"));
    check_settings(good.clone(), None, Some("secret"));
    check_settings(good.clone(), Some(""), Some("secret"));
}

#[tokio::test]
async fn a_check_tells_who_the_rep_is_and_changes_nothing() {
    let world = Hrbc::start().await;
    let identity = world.crm().check().await.unwrap();
    assert_eq!((identity.user_id.as_str(), identity.name.as_deref()), ("5", Some("営業 一郎")));
    assert!(!identity.can_unlog && !identity.can_create_contacts);
    assert_eq!((world.mails(), world.server.count("POST /activity")), (0, 0));
}

/// What a check says after something was changed at the server.
async fn refused(change: impl FnOnce(&mut kit::porters::Inside)) -> (CrmFaultKind, String) {
    let world = Hrbc::start().await;
    world.server.change(change);
    let fault = world.crm().check().await.unwrap_err();
    assert!(fault.is_about_connection(), "{fault}");
    (fault.kind, fault.detail)
}

#[tokio::test]
async fn what_is_missing_is_said_before_it_is_needed() {
    let (kind, detail) = refused(|inside| inside.withheld.extend(["activity_r".to_owned()])).await;
    assert!(kind == CrmFaultKind::Forbidden && detail.contains("activity_r"), "{detail}");
    let all = ["candidate_r", "attachment_r", "field_r"];
    let (_, detail) = refused(|inside| inside.withheld.extend(all.map(str::to_owned))).await;
    assert!(all.iter().all(|right| detail.contains(right)), "{detail}");
    let (kind, detail) = refused(|inside| inside.elsewhere = true).await;
    assert!(kind == CrmFaultKind::Forbidden && detail.contains("not registered"), "{detail}");
    assert_eq!(refused(|inside| inside.auth.granted = false).await.0, CrmFaultKind::Forbidden);
    let (_, detail) = refused(|inside| inside.tenant.users.truncate(1)).await;
    assert!(detail.contains("rep@own.example"), "{detail}");
    let (_, detail) = refused(|inside| drop(inside.tenant.partitions.insert(402, "B".into()))).await;
    assert!(detail.contains("401, 402"), "{detail}");
}

#[tokio::test]
async fn a_partition_that_was_named_is_not_asked_for() {
    let world = Hrbc::start().await;
    world.server.change(|inside| drop(inside.tenant.partitions.insert(402, "B".into())));
    let mut settings = settings(&world.server);
    settings["partition"] = json!(PARTITION.to_string());
    connector(&world.server, &settings).check().await.unwrap();
    assert_eq!(world.server.count("GET /partition"), 0);
}

#[tokio::test]
async fn a_wrong_secret_is_said_and_not_told() {
    let world = Hrbc::start().await;
    let secret = Some(SecretString::from("an0ther-secret"));
    let crm = otomo_crm::connector("porters", &settings(&world.server), secret, net(), clock()).unwrap();
    let fault = crm.check().await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::SignInNeeded);
    assert!(!fault.detail.contains("an0ther"), "{fault}");
}

#[tokio::test]
async fn many_calls_at_once_sign_in_once() {
    let world = Hrbc::start().await;
    let one = sample("<1@x.jp>");
    let calls = (0..8).map(|_| world.crm().find_logged(one.sought()));
    for outcome in futures::future::join_all(calls).await {
        assert_eq!(outcome.unwrap(), None);
    }
    assert_eq!((world.server.count("GET /oauth"), world.server.count("POST /token")), (1, 1));
}

#[tokio::test]
async fn a_token_is_renewed_and_after_two_hours_got_anew() {
    let world = Hrbc::start().await;
    let calls = || (world.server.count("GET /oauth"), world.server.count("POST /token"));
    for (minutes, expected) in [(0, (1, 1)), (28, (1, 1)), (2, (1, 2)), (100, (1, 3)), (121, (2, 4))] {
        world.server.advance(Duration::from_secs(minutes * 60));
        world.crm().check().await.unwrap();
        assert_eq!(calls(), expected, "after {minutes} more minutes");
    }
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_got_anew_the_next_time() {
    let world = Hrbc::start().await;
    world.crm().check().await.unwrap();
    world.server.change(|inside| inside.auth.forget_tokens());
    let mail = sample("<1@x.jp>");
    let fault = mail.deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Transient);
    assert!(!mail.deliver(world.crm()).await.unwrap().already_known);
}

#[tokio::test]
async fn a_token_that_is_refused_at_once_needs_a_person() {
    let world = Hrbc::start().await;
    let body = "<Partition><Code>402</Code><Message>{authorization}</Message></Partition>".to_owned();
    world.server.next(1, "GET /partition", Misbehaviour::Answer { status: 200, headers: Vec::new(), body });
    let fault = world.crm().check().await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::SignInNeeded);
    assert!(!fault.detail.contains("access-"), "{fault}");
}

#[tokio::test]
async fn nobody_is_cut_off_for_going_too_fast() {
    let world = Hrbc::start().await;
    let mail = sample("<1@x.jp>");
    let fault = loop {
        if let Err(fault) = world.crm().find_logged(mail.sought()).await {
            break fault;
        }
    };
    assert_eq!(fault.kind, CrmFaultKind::RateLimited);
    assert!(fault.retry_after.is_some_and(|wait| wait <= Duration::from_secs(60)), "{fault:?}");
    assert!((100..2000).contains(&world.server.billed()));
    world.server.advance(Duration::from_secs(61));
    assert_eq!(world.crm().find_logged(mail.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn the_secret_goes_to_the_token_only_and_the_token_to_the_resources_only() {
    let world = Hrbc::start().await;
    sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    let encoded = "s3cret%2Fapp%2BZq81";
    for request in world.server.requests() {
        let is_token = request.line() == "POST /v1/token";
        assert_eq!(request.contains(encoded.as_bytes()), is_token, "{}", request.line());
        assert!(!request.contains(APP_SECRET.as_bytes()));
        let is_sign_in = is_token || request.line().starts_with("GET /v1/oauth");
        assert_eq!(request.header("x-porters-hrbc-oauth-token").is_none(), is_sign_in, "{}", request.line());
        assert!(!request.path.contains("access-") && (is_sign_in || !request.contains(APP_ID.as_bytes())));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_never_asked() {
    let mut world = Hrbc::start().await;
    world.crm().check().await.unwrap();
    world.put_out_of_reach().await;
    let fault = sample("<1@x.jp>").deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Net(NetFaultKind::Refused));
    world.restart();
    let fault = world.crm().check().await.unwrap_err();
    assert!(fault.is_temporary() && !fault.is_about_connection(), "{fault}");
}
