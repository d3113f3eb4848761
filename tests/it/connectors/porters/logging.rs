//! Mails as activities, and their files.

use std::time::Duration;

use kit::crm::misbehaviour::Misbehaviour;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::mail::Direction;
use otomo_domain::payload::{Level, Payload};

use super::super::sample::{Sample, address};
use super::super::world::World;
use super::world::{Hrbc, RECRUITER, sample};

#[tokio::test]
async fn a_mail_becomes_an_activity_of_the_rep_at_its_record_and_time() {
    let world = Hrbc::start().await;
    sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    sample("<2@x.jp>").but(|payload| payload.direction = Direction::Outgoing).deliver(world.crm()).await.unwrap();
    let activities = world.server.activities();
    let fields = ["P_Owner", "P_Resource", "P_ResourceId", "P_FromDate", "P_ToDate"];
    let at = "2026/11/22 05:00:00";
    for activity in &activities {
        assert_eq!(fields.map(|field| activity.get(field)), ["5", "9", &RECRUITER.to_string(), at, at]);
    }
    let titles: Vec<_> = activities.iter().map(|activity| activity.get("P_Title")).collect();
    assert_eq!(titles, ["[受信] 御見積書の件 \"①\" 🍙", "[送信] 御見積書の件 \"①\" 🍙"]);
    assert!(activities[0].get("P_Memo").contains("<b>&amp;</b>"));
}

#[tokio::test]
async fn each_level_tells_no_more_than_its_name() {
    for (level, has_subject) in [(Level::Subject, true), (Level::Metadata, false)] {
        let world = Hrbc::start().await;
        let mail = sample("<1@x.jp>").but(|payload| {
            (payload.body_text, payload.body_html, payload.share_level) = (None, None, level);
            if !has_subject {
                payload.subject.clear();
            }
        });
        mail.deliver(world.crm()).await.unwrap();
        let title = world.server.activities()[0].get("P_Title").to_owned();
        assert_eq!(title.contains("御見積書"), has_subject, "{title}");
        assert!(!world.memo().contains("お世話") && world.memo().contains("hanako@x.jp"));
    }
}

#[tokio::test]
async fn a_mail_of_any_length_fits_into_a_request() {
    let world = Hrbc::start().await;
    for (n, text) in
        ["あ".repeat(100_000), "<&>\r\n".repeat(50_000), "\u{0}\u{1b}[31m".repeat(9_000)].iter().enumerate()
    {
        let mail = sample(&format!("<{n}@x.jp>")).but(|payload| payload.body_text = Some(text.clone()));
        let remote = mail.deliver(world.crm()).await.unwrap();
        let found = world.crm().find_logged(mail.sought()).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(remote.id));
    }
    assert!(world.server.activities()[0].get("P_Memo").ends_with("cut here）"));
}

#[tokio::test]
async fn sharing_something_else_changes_the_activity_that_is_there() {
    let world = Hrbc::start().await;
    let full = sample("<1@x.jp>");
    let less = sample("<1@x.jp>").but(|payload| {
        (payload.body_text, payload.body_html, payload.share_level) = (None, None, Level::Subject);
    });
    let remote = less.deliver(world.crm()).await.unwrap();
    let more = full.deliver(world.crm()).await.unwrap();
    assert_eq!((more.id, more.already_known), (remote.id, true));
    assert!(world.memo().contains("お世話"));
    less.deliver(world.crm()).await.unwrap();
    assert!(!world.memo().contains("お世話"));
}

#[tokio::test]
async fn sharing_the_same_again_writes_nothing() {
    let world = Hrbc::start().await;
    let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF");
    for already_known in [false, true] {
        assert_eq!(mail.deliver(world.crm()).await.unwrap().already_known, already_known);
        assert_eq!(world.server.count("POST /a"), 2);
    }
}

#[tokio::test]
async fn over_a_bad_line_every_mail_is_logged_once() {
    let world = Hrbc::start().await;
    world.server.lose(0.3, 7);
    let mails: Vec<_> = (0..20).map(|n| sample(&format!("<{n}@x.jp>")).with_file("a.pdf", b"%PDF")).collect();
    for mail in &mails {
        while mail.deliver(world.crm()).await.is_err() {
            world.server.advance(Duration::from_secs(30));
        }
    }
    world.server.behave();
    let lost = world.server.requests().len() - world.server.billed();
    assert!(lost > 0 && world.server.count("POST /activity") > mails.len());
    assert_eq!((world.mails(), world.server.attachments().len()), (mails.len(), 1));
}

#[tokio::test]
async fn mails_of_one_second_at_one_record_are_kept_apart() {
    let world = Hrbc::start().await;
    let mails: Vec<_> = (0..3).map(|n| sample(&format!("<{n}@x.jp>"))).collect();
    for mail in &mails {
        assert!(!mail.deliver(world.crm()).await.unwrap().already_known);
    }
    for mail in &mails {
        assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
    }
    assert_eq!(world.mails(), 3);
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking_and_never_leaves_two() {
    let mut world = Hrbc::start().await;
    let mail = sample("<1@x.jp>");
    for (misbehaviour, is_logged) in [(Misbehaviour::LoseRequest, false), (Misbehaviour::LoseReply, true)] {
        world.server.next(1, "POST /activity", misbehaviour);
        assert_eq!(mail.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
        world.restart();
        assert_eq!(world.crm().find_logged(mail.sought()).await.unwrap().is_some(), is_logged);
    }
    assert!(mail.deliver(world.crm()).await.unwrap().already_known);
    assert_eq!(world.mails(), 1);
}

#[tokio::test]
async fn files_come_after_their_mail_and_once_each() {
    let world = Hrbc::start().await;
    let mail = sample("<1@x.jp>").with_file("見積書.pdf", b"%PDF").with_file("見積書.pdf", b"%PDF-2");
    mail.deliver(world.crm()).await.unwrap();
    sample("<2@x.jp>").with_file("見積書.pdf", b"%PDF").deliver(world.crm()).await.unwrap();
    let files = world.server.attachments();
    let contents: Vec<_> = files.iter().map(|file| file.content.as_slice()).collect();
    assert_eq!(contents, [b"%PDF".as_slice(), b"%PDF-2"]);
    assert!(files.iter().all(|file| (file.resource, file.resource_id) == (9, RECRUITER)));
    assert!(world.server.activities()[0].get("P_Memo").contains("添付: 見積書.pdf (4 bytes), 見積書.pdf (6 bytes)"));
    let requests = world.server.requests();
    let first = |which: &str| requests.iter().position(|request| request.line().starts_with(which));
    assert!(first("POST /v1/activity") < first("POST /v1/attachment"));
}

#[tokio::test]
async fn a_mail_that_is_refused_leaves_no_files_behind() {
    let world = Hrbc::start().await;
    world.server.change(|inside| inside.withheld.extend(["activity_w".to_owned()]));
    let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF");
    assert_eq!(refused(&world, mail).await, CrmFaultKind::Forbidden);
}

#[tokio::test]
async fn a_mail_without_all_its_files_is_there_in_part_and_is_completed() {
    for misbehaviour in [Misbehaviour::LoseRequest, Misbehaviour::LoseReply] {
        let mut world = Hrbc::start().await;
        let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF-2");
        world.server.next(1, "POST /attachment", misbehaviour);
        let fault = mail.deliver(world.crm()).await.unwrap_err();
        assert_eq!((fault.kind, world.mails()), (CrmFaultKind::OutcomeUnknown, 1));
        world.restart();
        let in_part = world.crm().find_logged(mail.sought()).await.unwrap_err();
        assert_eq!(in_part.kind, CrmFaultKind::MaybeLogged, "{in_part}");
        assert!(mail.deliver(world.crm()).await.unwrap().already_known);
        assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
        assert_eq!((world.mails(), world.server.count("POST /activity"), world.server.attachments().len()), (1, 1, 2));
    }
}

#[tokio::test]
async fn a_file_that_is_refused_after_its_mail_never_says_that_the_mail_is_not_there() {
    let world = Hrbc::start().await;
    world.server.change(|inside| inside.withheld.extend(["attachment_w".to_owned()]));
    let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF-2");
    for _ in 0..2 {
        let fault = mail.deliver(world.crm()).await.unwrap_err();
        assert_eq!(fault.kind, CrmFaultKind::MaybeLogged);
        let id = world.server.activities()[0].get("P_Id").to_owned();
        let told = [&format!("activity {id} of HRBC has the mail"), "without all its files", "attachment_w"];
        assert!(told.iter().all(|words| fault.detail.contains(*words)), "{fault}");
    }
    let in_part = world.crm().find_logged(mail.sought()).await.unwrap_err();
    assert!(in_part.kind == CrmFaultKind::MaybeLogged && in_part.detail.contains("2 of them missing"), "{in_part}");
    world.server.change(|inside| inside.withheld.clear());
    assert!(mail.deliver(world.crm()).await.unwrap().already_known);
    assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
    assert_eq!((world.mails(), world.server.attachments().len()), (1, 2));
}

#[tokio::test]
async fn from_its_activity_on_whatever_goes_wrong_says_that_the_mail_may_be_there() {
    let refusals = [400, 401, 403, 404, 409, 413, 422, 429, 500, 503].map(Misbehaviour::refuse);
    let lost = [Misbehaviour::LoseRequest, Misbehaviour::LoseReply];
    for wrong in refusals.into_iter().chain(lost) {
        for which in ["GET /attachment", "POST /attachment"] {
            let world = Hrbc::start().await;
            world.server.next(1, which, wrong.clone());
            let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF");
            let fault = mail.deliver(world.crm()).await.unwrap_err();
            let may_be = [CrmFaultKind::MaybeLogged, CrmFaultKind::OutcomeUnknown].contains(&fault.kind);
            assert!(may_be && world.mails() == 1, "{which}: {wrong:?}: {fault}");
        }
    }
}

#[tokio::test]
async fn a_change_that_is_refused_never_says_that_the_mail_is_not_there() {
    let world = Hrbc::start().await;
    sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    let less = sample("<1@x.jp>").but(|payload| (payload.body_text, payload.body_html) = (None, None));
    let in_part = world.crm().find_logged(less.sought()).await.unwrap_err();
    world.server.change(|inside| inside.withheld.extend(["activity_w".to_owned()]));
    let refused = less.deliver(world.crm()).await.unwrap_err();
    for fault in [in_part, refused] {
        assert_eq!(fault.kind, CrmFaultKind::MaybeLogged, "{fault}");
        assert!(fault.detail.contains("as it was shared before"), "{fault}");
    }
}

#[tokio::test]
async fn a_name_that_windows_does_not_take_is_sent_without_what_it_does_not_take() {
    let world = Hrbc::start().await;
    sample("<1@x.jp>").with_file("Q3: a/b <final?>.pdf", b"%PDF").deliver(world.crm()).await.unwrap();
    assert!(world.server.attachments()[0].file_name.starts_with("Q3  a b  final   ["));
}

#[tokio::test]
async fn a_lost_answer_to_a_change_is_settled_by_what_is_there_now() {
    for (misbehaviour, is_changed) in [(Misbehaviour::LoseRequest, false), (Misbehaviour::LoseReply, true)] {
        let world = Hrbc::start().await;
        let less = sample("<1@x.jp>").but(|payload| (payload.body_text, payload.body_html) = (None, None));
        less.deliver(world.crm()).await.unwrap();
        let more = sample("<1@x.jp>");
        world.server.next(1, "POST /activity", misbehaviour);
        assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
        assert_eq!(world.crm().find_logged(more.sought()).await.is_ok(), is_changed);
        more.deliver(world.crm()).await.unwrap();
        assert!(world.memo().contains("お世話"));
    }
}

#[tokio::test]
async fn another_mail_with_the_same_message_id_takes_nobodys_place() {
    let changes: [fn(&mut Payload); 3] = [
        |other| other.date = "2026-11-22T05:00:01Z".into(),
        |other| other.subject = "別件".into(),
        |other| other.from.email = address("taro@x.jp"),
    ];
    for change in changes {
        let world = Hrbc::start().await;
        sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
        let memo = world.memo();
        let other = sample("<1@x.jp>").but(change);
        assert_eq!(other.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::Conflict);
        assert_eq!(world.crm().find_logged(other.sought()).await.unwrap(), None);
        assert_eq!(world.memo(), memo);
    }
}

#[tokio::test]
async fn a_mail_is_cut_to_the_bounds_of_the_customers_fields_which_are_asked_for_once() {
    let world = Hrbc::start().await;
    world.server.change(|inside| inside.tenant.longest.extend([("P_Memo", 2_000), ("P_Title", 30)]));
    for n in 0..3 {
        let mail = sample(&format!("<{n}@x.jp>")).but(|payload| {
            payload.subject = "件".repeat(300);
            payload.body_text = Some("あ\n".repeat(9_000));
        });
        mail.deliver(world.crm()).await.unwrap();
        assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
    }
    assert!(world.server.activities().iter().all(|activity| activity.get("P_Memo").ends_with("cut here）")));
    assert_eq!((world.mails(), world.server.count("GET /field")), (3, 1));
}

/// What becomes of a mail, and that nothing of it arrived.
async fn refused(world: &Hrbc, mail: Sample) -> CrmFaultKind {
    let fault = mail.deliver(world.crm()).await.unwrap_err();
    assert_eq!((world.mails(), world.server.attachments().len()), (0, 0));
    fault.kind
}

#[tokio::test]
async fn files_that_are_not_taken_are_refused_before_anything_is_sent() {
    let world = Hrbc::start().await;
    let zip = sample("<1@x.jp>").with_file("a.pdf", b"%PDF").with_file("a.zip", b"PK").but(|payload| {
        payload.attachments[1].content_type = "application/zip".into();
    });
    assert_eq!(refused(&world, zip).await, CrmFaultKind::Rejected);
    let large = sample("<1@x.jp>").with_file("a.pdf", &vec![7; (10 << 20) + 1]);
    assert_eq!(refused(&world, large).await, CrmFaultKind::TooLarge);
    assert_eq!(world.server.count("POST /a"), 0);
}

#[tokio::test]
async fn a_record_that_is_gone_or_never_was_is_said() {
    let world = Hrbc::start().await;
    sample("<0@x.jp>").deliver(world.crm()).await.unwrap();
    let crm = super::world::connector(&world.server, &super::world::settings(&world.server));
    world.server.delete("recruiter", RECRUITER);
    let gone = sample("<1@x.jp>").deliver(crm.as_ref()).await.unwrap_err();
    let other = sample("<1@x.jp>").but(|payload| {
        payload.links = vec![RecordRef { kind: RecordType::Deal, id: "process/1".into() }];
    });
    let never = other.deliver(crm.as_ref()).await.unwrap_err();
    assert_eq!((gone.kind, never.kind), (CrmFaultKind::NotFound, CrmFaultKind::NotFound));
    assert_eq!(crm.find_logged(other.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn a_mail_cannot_be_taken_back() {
    let world = Hrbc::start().await;
    let mail = sample("<1@x.jp>");
    let remote = mail.deliver(world.crm()).await.unwrap();
    let fault = world.crm().unlog(mail.sought(), &remote).await.unwrap_err();
    assert_eq!((fault.kind, world.mails()), (CrmFaultKind::Unsupported, 1));
}
