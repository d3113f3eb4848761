//! A mail as a record, found and logged once.

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use kit::hubspot::OWNER;
use otomo_domain::connector::RemoteMail;
use otomo_domain::contact::RecordType;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::Level;
use serde_json::{Value, json};

use super::super::sample::Sample;
use super::super::world::World;
use super::{HubSpot, link, to_contact};

#[tokio::test]
async fn a_mail_becomes_a_record_with_its_people_and_its_links() {
    let world = HubSpot::start().await;
    let server = world.server();
    let contact = server.put("contacts", None, &[("email", "hanako@x.jp")]);
    let company = server.put("companies", None, &[("name", "X")]);
    server.portal(|portal| portal.link(("contacts", contact), ("companies", company)));
    let sample = to_contact("<1@x.jp>", contact).with_file("a.pdf", b"%PDF");
    let remote = sample.deliver(world.crm()).await.unwrap();
    let page = format!("https://app.hubspot.com/contacts/62515/record/0-1/{contact}/view/1?engagement={}", remote.id);
    assert_eq!(remote.url.as_deref(), Some(page.as_str()));
    for (name, value) in [
        ("hs_timestamp", "2026-11-22T05:00:00Z"),
        ("hs_email_direction", "INCOMING_EMAIL"),
        ("hs_email_status", "SENT"),
        ("hs_email_subject", sample.payload.subject.as_str()),
        ("hs_email_html", sample.payload.body_html.as_deref().unwrap()),
        ("hs_email_message_id", "<1@x.jp>"),
        ("hubspot_owner_id", OWNER),
    ] {
        assert_eq!(world.property(name), value, "{name}");
    }
    let text = world.property("hs_email_text");
    let (body, mark) = text.rsplit_once("\n\n").unwrap();
    assert_eq!(body, sample.payload.body_text.as_deref().unwrap());
    assert!(mark.starts_with("Otomo: ") && mark.ends_with(&format!(" contacts/{contact}")), "{mark}");
    let headers: Value = serde_json::from_str(&world.property("hs_email_headers")).unwrap();
    let expected = json!({"from": {"email": "hanako@x.jp", "firstName": "髙橋 花子"},
        "to": [{"email": "rep@own.example", "firstName": "営業 一郎"}], "cc": [{"email": "cc@x.jp"}], "bcc": []});
    assert_eq!(headers, expected);
    let id = remote.id.parse().unwrap();
    server.portal(|portal| {
        assert_eq!(portal.linked(("emails", id), "contacts"), [contact]);
        assert_eq!(portal.linked(("emails", id), "companies"), [company]);
        assert!(portal.files.values().all(|file| file.access == "PRIVATE"));
    });
}

#[tokio::test]
async fn sharing_more_takes_the_place_of_ones_own_share() {
    let world = HubSpot::start().await;
    let full = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let less = Sample::new("<1@x.jp>").but(|payload| {
        (payload.body_text, payload.body_html, payload.share_level) = (None, None, Level::Metadata);
        payload.subject.clear();
    });
    less.deliver(world.crm()).await.unwrap();
    assert!(full.deliver(world.crm()).await.unwrap().already_known);
    assert_eq!(world.property("hs_email_subject"), full.payload.subject);
    assert!(world.file(full.key(), "a.pdf").is_some());
    less.deliver(world.crm()).await.unwrap();
    for cleared in ["hs_email_subject", "hs_email_html", "hs_attachment_ids"] {
        assert_eq!(world.property(cleared), "", "{cleared}");
    }
    let text = world.property("hs_email_text");
    assert!(text.starts_with("Otomo: ") && !text.contains('\n'), "{text}");
    assert!(world.server().portal(|portal| portal.files.is_empty()));
}

/// Whoever shares more must not be told, after an answer that got lost, that it is there already.
#[tokio::test]
async fn an_earlier_share_is_not_taken_for_the_one_that_is_looked_for() {
    let world = HubSpot::start().await;
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    let (less, full) =
        (to_contact("<1@x.jp>", contact).but(|payload| payload.subject.clear()), to_contact("<1@x.jp>", contact));
    less.deliver(world.crm()).await.unwrap();
    assert_eq!(world.crm().find_logged(full.sought()).await.unwrap(), None);
    assert!(world.crm().find_logged(less.sought()).await.unwrap().is_some());
    full.deliver(world.crm()).await.unwrap();
    assert!(world.crm().find_logged(full.sought()).await.unwrap().is_some());
    assert_eq!(world.crm().find_logged(less.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn a_mail_whose_links_got_lost_on_the_way_has_them_once_it_is_found() {
    let world = HubSpot::start().await;
    let [one, other] =
        ["hanako@x.jp", "taro@x.jp"].map(|email| world.server().put("contacts", None, &[("email", email)]));
    to_contact("<1@x.jp>", one).deliver(world.crm()).await.unwrap();
    world.server().next(1, "PUT /crm/objects/2026-09/emails/", Misbehaviour::LoseRequest);
    let now = to_contact("<1@x.jp>", other);
    assert_eq!(now.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Transient);
    let found = world.crm().find_logged(now.sought()).await.unwrap().unwrap();
    let id = found.id.parse().unwrap();
    assert_eq!(world.server().portal(|portal| portal.linked(("emails", id), "contacts")), [other]);
}

#[tokio::test]
async fn a_mail_with_the_message_id_of_another_is_a_conflict() {
    let world = HubSpot::start().await;
    Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap();
    let other = Sample::new("<1@x.jp>").but(|payload| payload.date = "2020-01-01T00:00:00Z".into());
    assert_eq!(other.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Conflict);
    assert_eq!(world.property("hs_timestamp"), "2026-11-22T05:00:00Z");
}

#[tokio::test]
async fn what_hubspot_logged_itself_is_found() {
    let (world, sample) = (HubSpot::start().await, Sample::new("<1@x.jp>"));
    // Its own mailbox leaves the brackets out, and says when the mail arrived.
    let properties = [
        ("hs_email_message_id", "1@x.jp"),
        ("hs_timestamp", "1795323900000"),
        ("hs_email_subject", &sample.payload.subject),
        ("hs_email_from_email", "Hanako@X.jp"),
        ("hs_object_source", "EMAIL"),
    ];
    let native = world.server().put("emails", None, &properties);
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert_eq!((remote.id.clone(), remote.already_known), (native.to_string(), true));
    assert_eq!(world.property("hs_email_subject"), sample.payload.subject);
}

#[tokio::test]
async fn a_mail_that_the_search_does_not_show_yet_is_found_among_those_of_its_contact() {
    let world = HubSpot::start().await;
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    let sample = to_contact("<1@x.jp>", contact);
    let first = sample.deliver(world.crm()).await.unwrap();
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap().map(|found| found.id), Some(first.id.clone()));
    assert_eq!(sample.deliver(world.crm()).await.unwrap().id, first.id);
    assert_eq!(world.mails(), 1);
}

#[tokio::test]
async fn a_mail_that_the_search_still_shows_is_gone_all_the_same() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>");
    let remote = sample.deliver(world.crm()).await.unwrap();
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_reps_shares_of_one_moment_one_stays() {
    let world = HubSpot::start().await;
    let colleague = world.colleague();
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(3600));
    let sample = to_contact("<1@x.jp>", contact).with_file("a.pdf", b"%PDF");
    for _ in 0..5 {
        let (one, other) = tokio::join!(sample.deliver(world.crm()), sample.deliver(colleague.as_ref()));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.id, other.id);
        assert_eq!(world.mails(), 1);
        assert!(world.file(sample.key(), "a.pdf").is_some());
        // Whose it is that stayed is chance; the other has nothing there to take back.
        let taken_back =
            [world.crm().unlog(sample.sought(), &one).await, colleague.unlog(sample.sought(), &other).await];
        assert!(taken_back.iter().any(Result::is_ok), "{taken_back:?}");
        assert_eq!(world.mails(), 0);
        assert!(world.server().portal(|portal| portal.files.is_empty()));
        world.server().pass(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_mail_taken_back_takes_its_files_along_even_if_it_took_two_tries() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF2");
    let remote = sample.deliver(world.crm()).await.unwrap();
    world.server().next(1, "DELETE /crm/objects/2026-09/emails/", Misbehaviour::LoseRequest);
    assert_eq!(world.crm().unlog(sample.sought(), &remote).await.unwrap_err().kind, CrmFaultKind::Transient);
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert!(world.server().portal(|portal| portal.files.is_empty()));
    assert_eq!(world.mails(), 0);
}

#[tokio::test]
async fn the_files_of_a_record_that_somebody_removed_in_hubspot_go_when_it_is_taken_back() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF2");
    let other = Sample::new("<2@x.jp>").with_file("c.pdf", b"%PDF");
    let remote = sample.deliver(world.crm()).await.unwrap();
    other.deliver(world.crm()).await.unwrap();
    world.server().portal(|portal| portal.archive("emails", remote.id.parse().unwrap()));
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    let left = world.server().portal(|portal| portal.files.values().map(|file| file.name.clone()).collect::<Vec<_>>());
    assert_eq!(left, ["c.pdf"]);
}

/// The rep must hear of a file that stays: what else is in the folder's new place nobody can tell from here.
#[tokio::test]
async fn a_mail_whose_files_somebody_moved_is_not_said_to_be_taken_back() {
    let world = HubSpot::start().await;
    let (one, none) = (Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"), Sample::new("<1@x.jp>"));
    let remote = one.deliver(world.crm()).await.unwrap();
    world.server().portal(|portal| {
        portal.folders.clear();
        portal.files.values_mut().for_each(|file| file.folder = "/library".into());
    });
    let fault = world.crm().unlog(one.sought(), &remote).await.unwrap_err();
    assert_eq!((fault.kind, world.mails()), (CrmFaultKind::Unsupported, 1));
    none.deliver(world.crm()).await.unwrap();
    world.crm().unlog(none.sought(), &remote).await.unwrap();
    assert_eq!((world.mails(), world.server().portal(|portal| portal.files.len())), (0, 1));
}

#[tokio::test]
async fn a_mail_that_is_too_long_says_that_it_was_cut() {
    let world = HubSpot::start().await;
    let sample = Sample::new("<1@x.jp>").but(|payload| {
        payload.body_text = Some("長🍙".repeat(60_000));
        payload.body_html = Some("<p>長&amp;🍙</p>".repeat(10_000));
    });
    sample.deliver(world.crm()).await.unwrap();
    assert!(world.property("hs_email_text").contains("…（以下省略 / truncated）\n\nOtomo: "));
    assert!(world.property("hs_email_html").ends_with("<p>…（以下省略 / truncated）</p>"));
}

#[tokio::test]
async fn a_record_that_is_gone_or_of_another_kind_stops_the_mail() {
    let world = HubSpot::start().await;
    let fault = to_contact("<1@x.jp>", 77).deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::NotFound);
    let lead = Sample::new("<1@x.jp>").but(|payload| payload.links = vec![link(RecordType::Lead, 41)]);
    assert_eq!(lead.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Rejected);
    assert_eq!(world.mails(), 0);
}

/// How often a mail was sent, whatever became of it.
fn sent(world: &HubSpot) -> usize {
    world.server().requests().iter().filter(|r| r.line() == "POST /crm/objects/2026-09/emails").count()
}

/// What the engine does with a mail until it is settled.
async fn settle(world: &HubSpot, sample: &Sample) {
    let crm = world.crm();
    let wait = |fault: CrmFault| {
        assert!(fault.is_temporary(), "{fault}");
        world.server().pass(fault.retry_after.unwrap_or_default());
    };
    loop {
        match sample.deliver(crm).await {
            Ok(_) => return,
            Err(fault) if fault.kind == CrmFaultKind::OutcomeUnknown => {}
            Err(fault) => {
                wait(fault);
                continue;
            }
        }
        loop {
            match crm.find_logged(sample.sought()).await {
                Ok(Some(RemoteMail { .. })) => return,
                Ok(None) => break,
                Err(fault) => wait(fault),
            }
        }
    }
}

#[tokio::test]
async fn over_a_line_that_loses_a_fifth_every_mail_is_logged_once() {
    let world = HubSpot::start().await;
    let contact = world.server().put("contacts", None, &[("email", "hanako@x.jp")]);
    world.server().portal(|portal| portal.search_lag = Duration::from_secs(30));
    world.server().lose(0.2, 20_261_123);
    for n in 0..20 {
        let file = format!("%PDF {n}");
        settle(&world, &to_contact(&format!("<{n}@x.jp>"), contact).with_file("a.pdf", file.as_bytes())).await;
    }
    world.server().behave();
    assert_eq!(world.mails(), 20);
    assert_eq!(world.server().portal(|portal| portal.files.len()), 20);
    assert!(sent(&world) > 20, "nothing got lost: {}", sent(&world));
}
