//! Answers that are none.

use kit::crm::misbehaviour::Misbehaviour;
use otomo_domain::error::{CrmFault, CrmFaultKind};

use super::super::world::World;
use super::world::{Hrbc, sample};

fn says(status: u16, body: impl Into<String>) -> Misbehaviour {
    Misbehaviour::Answer { status, headers: Vec::new(), body: body.into() }
}

/// Every kind of call, by the request that goes wrong.
async fn fault(world: &Hrbc, which: &str, misbehaviour: Misbehaviour) -> CrmFault {
    world.server.next(1, which, misbehaviour);
    let outcome = match which {
        "POST /activity" => sample("<1@x.jp>").deliver(world.crm()).await.map(drop),
        "GET /activity" => world.crm().find_logged(sample("<1@x.jp>").sought()).await.map(drop),
        "GET /client" => world.crm().contacts(None).await.map(drop),
        _ => world.crm().check().await.map(drop),
    };
    outcome.expect_err(which)
}

/// What an answer means to whoever logs a mail, and to everybody else.
async fn check(status: u16, body: &str, logging: CrmFaultKind, otherwise: CrmFaultKind) {
    for which in ["GET /oauth", "POST /token", "GET /partition", "GET /user", "GET /client", "GET /activity"] {
        let fault = fault(&Hrbc::start().await, which, says(status, body)).await;
        assert_eq!(fault.kind, otherwise, "{which}: {body:.60}");
        assert!(!fault.detail.contains("secret mail"), "{fault}");
    }
    let fault = fault(&Hrbc::start().await, "POST /activity", says(status, body)).await;
    assert_eq!(fault.kind, logging, "{body:.60}");
}

#[tokio::test]
async fn what_is_no_answer_leaves_open_whether_a_mail_was_logged() {
    use CrmFaultKind::{OutcomeUnknown, Protocol};
    let bomb =
        r#"<!DOCTYPE a [<!ENTITY b "secret mail"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Activity>&c;</Activity>"#;
    let answers = [
        "<html><head><title>Login</title></head><body><p>secret mail</p></body></html>",
        bomb,
        "",
        "<Activity><Item><Id>1</Id>",
        "<Elsewhere><Code>0</Code></Elsewhere>",
        &"<a>".repeat(100_000),
        &format!("<Activity>{}</Activity>", "<b/>".repeat(60_000)),
        "\u{feff}<Activity><Code>&#0;</Code></Activity>",
        "<Activity><![CDATA[secret mail",
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><Elsewhere/>",
        r#"{"secret mail": 1}"#,
    ];
    for answer in answers {
        check(200, answer, OutcomeUnknown, Protocol).await;
    }
}

#[tokio::test]
async fn a_server_that_failed_leaves_open_whether_a_mail_was_logged() {
    check(500, "", CrmFaultKind::OutcomeUnknown, CrmFaultKind::Transient).await;
    check(503, "", CrmFaultKind::OutcomeUnknown, CrmFaultKind::Transient).await;
    check(408, "", CrmFaultKind::OutcomeUnknown, CrmFaultKind::Transient).await;
    check(400, "request too long", CrmFaultKind::Rejected, CrmFaultKind::Rejected).await;
}

#[tokio::test]
async fn a_refusal_is_a_refusal_and_is_not_asked_for_for_ever() {
    use CrmFaultKind::{Forbidden, NotFound, OutcomeUnknown, Protocol, RateLimited, TooLarge};
    for (status, kind) in [(403, Forbidden), (404, NotFound), (405, Protocol), (413, TooLarge)] {
        check(status, "request too long", kind, kind).await;
    }
    check(429, "", RateLimited, RateLimited).await;
    check(202, "<Activity/>", OutcomeUnknown, Protocol).await;
    check(501, "<html>secret mail</html>", Protocol, Protocol).await;
    let unlisted =
        fault(&Hrbc::start().await, "POST /activity", says(200, "<Activity><Code>777</Code></Activity>")).await;
    assert_eq!(unlisted.kind, Protocol);
    assert!(unlisted.detail.contains("777"), "{unlisted}");
}

#[tokio::test]
async fn a_number_counts_more_than_the_status_and_the_root_it_comes_with() {
    use CrmFaultKind::{Forbidden, Rejected, Transient};
    for (status, code, kind) in
        [(500, 403, Forbidden), (503, 9, Transient), (200, 103, Rejected), (400, 406, Forbidden)]
    {
        for which in ["GET /user", "GET /activity", "POST /activity"] {
            let body = format!("<System><Code>{code}</Code><Message>{{authorization}}</Message></System>");
            let fault = fault(&Hrbc::start().await, which, says(status, body)).await;
            assert_eq!(fault.kind, kind, "{which}: {status} {code}");
            assert!(fault.detail.contains(&code.to_string()) && !fault.detail.contains("access-"), "{fault}");
        }
    }
    let blank = fault(&Hrbc::start().await, "GET /user", says(200, "<System><Code>0</Code></System>")).await;
    assert_eq!(blank.kind, CrmFaultKind::Protocol);
}

#[tokio::test]
async fn an_answer_without_a_number_or_a_record_leaves_it_open() {
    for body in [
        "<Activity/>",
        "<Activity><Code>x</Code></Activity>",
        "<Activity><Item><Id>7</Id></Item></Activity>",
        "<Activity><Item><Code>0</Code></Item></Activity>",
        "<Activity><Item><Id>-1</Id><Code>0</Code></Item></Activity>",
        "<Activity><Item><Id>7</Id><Code>0</Code></Item><Item><Id>0</Id><Code>7</Code></Item></Activity>",
        "<Activity><Code>302</Code></Activity>",
        "<Activity><Item><Id>0</Id><Code>1000</Code></Item></Activity>",
    ] {
        let fault = fault(&Hrbc::start().await, "POST /activity", says(200, body)).await;
        assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{body}");
    }
}

#[tokio::test]
async fn of_a_page_that_is_damaged_in_part_everybody_is_there_who_is_whole() {
    let world = Hrbc::start().await;
    let item =
        |id: &str| format!("<Item><Recruiter.P_Id>{id}</Recruiter.P_Id><Recruiter.P_Name>A</Recruiter.P_Name></Item>");
    let items = [item("1"), "<Item/>".into(), item("x"), "<Elsewhere/>".into(), item("2")].concat();
    world.server.next(
        1,
        "GET /recruiter",
        says(200, format!("<Recruiter Total=\"9\"><Code>0</Code>{items}</Recruiter>")),
    );
    let page = world.crm().contacts(None).await.unwrap();
    let ids: Vec<_> = page.contacts.iter().map(|contact| contact.record.id.as_str()).collect();
    assert_eq!(ids, ["recruiter/1", "recruiter/2"]);
    assert!(page.gone.is_empty());
}

#[tokio::test]
async fn a_number_for_the_item_or_for_all_of_it_is_a_refusal() {
    for (code, kind) in [(7, CrmFaultKind::NotFound), (403, CrmFaultKind::Forbidden), (9, CrmFaultKind::Transient)] {
        for body in [
            format!("<Activity><Item><Id>0</Id><Code>{code}</Code></Item></Activity>"),
            format!("<Activity><Code>{code}</Code><Message>{{authorization}}</Message></Activity>"),
        ] {
            let fault = fault(&Hrbc::start().await, "POST /activity", says(200, body)).await;
            assert_eq!(fault.kind, kind, "{code}");
            assert!(!fault.detail.contains("access-"), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Hrbc::start().await;
    let to = format!("{}/v1/activity", elsewhere.server.url());
    let fault = fault(&Hrbc::start().await, "POST /activity", Misbehaviour::redirect(&to)).await;
    assert_eq!(fault.kind, CrmFaultKind::Protocol);
    assert_eq!(elsewhere.server.requests().len(), 0);
}

#[tokio::test]
async fn silence_leaves_open_whether_a_mail_was_logged_and_nothing_else() {
    for misbehaviour in [Misbehaviour::LoseRequest, Misbehaviour::LoseReply] {
        for which in ["GET /oauth", "POST /token", "GET /user", "GET /client", "GET /activity"] {
            let fault = fault(&Hrbc::start().await, which, misbehaviour.clone()).await;
            assert_eq!(fault.kind, CrmFaultKind::Transient, "{which}");
        }
        let fault = fault(&Hrbc::start().await, "POST /activity", misbehaviour).await;
        assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown);
    }
}
