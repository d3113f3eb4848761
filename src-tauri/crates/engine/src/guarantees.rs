//! What the product promises, G1 to G11, each shown once on a whole engine. The long proofs stand beside the code
//! (`model`, `deliver`, `release`) and in `tests/it`, where real servers are asked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFaultKind, MailFaultKind};
use otomo_domain::payload::{Choice, Frozen, Level};
use otomo_domain::policy::Policy;
use otomo_domain::review::{Returned, State};
use otomo_domain::rules::{About, Rule, Then};
use otomo_store::table::review;
use tokio::sync::Notify;

use crate::deliver;
use crate::engine::PolicyState;
use crate::fixture::{Answer, CLIENT, Op, World, address, key, message_of};
use crate::preview::Wish;

fn valid(policy: Policy) -> PolicyState {
    PolicyState::Valid(policy)
}

/// A mail of each fate is there; only "shared" and "goes" may ever leave.
async fn every_fate() -> World {
    let world = World::new().await;
    world.receives(&["asked", "shared", "private", "later", "undone"]).await;
    world.hears_from("internal", "colleague@own.example", &[]).await;
    world.hears_from("stranger", "stranger@y.jp", &[]).await;
    world.lets_go().await;
    world.hears(&["goes"]).await;
    world.share("shared").await;
    world.engine.keep_private(&[world.seen("private").await], None).await.expect("private");
    let until = world.engine.now() + Duration::from_secs(48 * 3600);
    world.engine.snooze(&[world.seen("later").await], until).await.expect("later");
    let undone = world.share("undone").await;
    world.engine.undo(undone.decision).await.expect("undone");
    world
}

#[tokio::test]
async fn g1_nothing_of_a_mail_reaches_the_crm_before_its_decision_and_its_grace_are_over() {
    let world = every_fate().await;
    world.pass(29).await;
    assert!(world.crm.asked_about().is_empty());
    world.pass(1).await;
    assert_eq!(world.crm.asked_about(), BTreeSet::from([key("shared")]));
    world.pass(24 * 3600).await;
    assert_eq!(world.crm.asked_about(), BTreeSet::from([key("shared"), key("goes")]));
}

#[tokio::test]
async fn g2_matching_asks_the_crm_about_nobody() {
    let world = every_fate().await;
    world.refresh().await;
    world.pass(29).await;
    for op in [Op::Find, Op::File, Op::Log, Op::Unlog] {
        assert_eq!(world.crm.count(op), 0, "{op:?}");
    }
}

#[tokio::test]
async fn g3_the_bytes_that_are_uploaded_are_the_bytes_that_were_previewed() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let opened = world.engine.open_mail(world.connection, world.row("a").await.mail).await.expect("a mail");
    let choice = world.engine.choose(&opened, Wish::default()).expect("a choice");
    let previewed = world.engine.freeze(&opened, &choice).expect("bytes");
    let seen = [world.seen("a").await];
    world.engine.share(&seen, Wish::default(), Some(previewed.sha256), None).await.expect("a decision");
    world.grace().await;
    assert_eq!(world.crm.mails().get(&key("a")), Some(&previewed.bytes));
}

/// What becomes of a mail that comes in while these are said, and the account's mode shares.
async fn check_g4(policy: Policy, said: &[Then], further: &[&str], expected: State) {
    let world = World::new().await.restarted(valid(policy)).await;
    world.lets_go().await;
    for then in said {
        let about =
            if *then == Then::NeverLog { About::Domain("x.jp".into()) } else { About::Address(address(CLIENT)) };
        world.engine.add_rule(Rule::of_policy(about, *then)).await.expect("a rule");
    }
    world.hears_from("a", CLIENT, further).await;
    world.work().await;
    world.check_undecided("a", expected).await;
}

#[tokio::test]
async fn g4_the_stricter_word_wins() {
    let forbids = Policy {
        never_log: otomo_domain::policy::NeverLog { addresses: vec![address(CLIENT)], ..Default::default() },
        ..Policy::default()
    };
    let machine = ["Auto-Submitted: auto-generated"];
    check_g4(forbids.clone(), &[Then::Share], &[], State::Excluded).await;
    check_g4(Policy::default(), &[Then::NeverLog, Then::Share], &[], State::Excluded).await;
    check_g4(Policy::default(), &[Then::Private], &machine, State::Private).await;
    check_g4(Policy::default(), &[Then::Share], &machine, State::Pending).await;
    check_g4(Policy::default(), &[Then::Ask], &[], State::Pending).await;
    check_g4(Policy::default(), &[Then::Share], &[], State::Scheduled).await;
    check_g4(Policy::default(), &[], &[], State::Scheduled).await;

    let world = World::new().await;
    world.receives(&["private", "shared"]).await;
    world.engine.keep_private(&[world.seen("private").await], None).await.expect("private");
    world.engine.add_rule(Rule::of_policy(About::Address(address(CLIENT)), Then::Share)).await.expect("a rule");
    world.share("shared").await;
    let world = world.restarted(valid(forbids)).await;
    world.grace().await;
    world.check("private", State::Private).await;
    let review = world.check("shared", State::Excluded).await.review;
    assert_eq!(review.returned, Some(Returned::Denied), "and the rep is shown why");
}

#[tokio::test]
async fn g5_wherever_the_process_dies_nothing_is_logged_twice_and_no_decision_is_lost() {
    for does in [true, false] {
        let world = World::new().await;
        world.receives(&["a"]).await;
        world.share("a").await;
        let world = world.starts_again(valid(Policy::default())).await;
        world.check("a", State::Scheduled).await;
        world.settle().await;
        let (told, engine) = (Arc::new(Notify::new()), world.engine.clone());
        world.crm.plan(Op::Log, [Answer::Hang { does, told: Arc::clone(&told) }]);
        let round = tokio::spawn(async move { deliver::round(&engine).await });
        told.notified().await;
        round.abort();
        let world = world.restarted(valid(Policy::default())).await;
        for _ in 0..3 {
            world.pass(3600).await;
        }
        world.check("a", State::Logged).await;
        assert_eq!(world.crm.commits("a"), 1);
    }
}

#[tokio::test]
async fn g6_blind_copies_and_raw_headers_are_never_in_a_payload() {
    let world = World::new().await;
    world.hears_from("a", CLIENT, &["Bcc: secret@y.jp", "X-Note: a note", "Received: from host.example"]).await;
    world.share("a").await;
    world.grace().await;
    let bytes = world.crm.mails().remove(&key("a")).expect("it is logged");
    let text = String::from_utf8(bytes).expect("JSON");
    for absent in ["secret", "a note", "host.example", "Received"] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(text.contains(CLIENT));
}

#[tokio::test]
async fn g7_every_transition_has_one_row_in_a_chain_that_cannot_be_changed() {
    let world = every_fate().await;
    world.pass(24 * 3600).await;
    let mut transitions = 0;
    for name in ["shared", "private", "later", "undone", "goes"] {
        transitions += world.review(name).await.review.rev;
    }
    let verdict = world.engine.verify_audit().await.expect("a trace");
    assert_eq!((verdict.rows as u64, verdict.broken_at), (transitions, None));
}

#[tokio::test]
async fn g8_decisions_work_offline() {
    let world = World::new().await;
    world.receives(&["shared", "private"]).await;
    world.mailbox.refuse(Some(MailFaultKind::Net(otomo_domain::error::NetFaultKind::Unreachable)));
    world.crm.plan(Op::Log, std::iter::repeat_n(Answer::Refuse(CrmFaultKind::Transient), 100));
    let calls = world.crm.count(Op::Check);
    let decided = world.share("shared").await;
    world.engine.undo(decided.decision).await.expect("undone");
    world.share("shared").await;
    world.engine.keep_private(&[world.seen("private").await], None).await.expect("private");
    assert_eq!(world.crm.count(Op::Check), calls, "no decision asks the CRM");
    world.grace().await;
    world.check("shared", State::FailedRetry).await;
    world.crm.behave();
    world.pass(6 * 3600).await;
    world.check("shared", State::Logged).await;
}

#[tokio::test]
async fn g9_the_mailbox_is_as_it_was() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let before = world.mailbox.content();
    world.share("a").await;
    world.engine.keep_private(&[world.seen("b").await], None).await.expect("private");
    world.grace().await;
    world.receive().await;
    assert_eq!(world.mailbox.content(), before);
}

#[tokio::test]
async fn g10_a_pause_stops_all_uploads_after_the_request_under_way() {
    let world = World::new().await;
    world.receives(&["a", "b", "c"]).await;
    for name in ["a", "b", "c"] {
        world.share(name).await;
    }
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.crm.plan(Op::Log, [Answer::Hold { begun: Arc::clone(&begun), go_on: Arc::clone(&go_on) }]);
    world.clock.advance(Duration::from_secs(30));
    let engine = world.engine.clone();
    let round = tokio::spawn(async move { deliver::round(&engine).await });
    begun.notified().await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    go_on.notify_one();
    round.await.expect("no panic").expect("a round");
    world.pass(3600).await;
    assert_eq!(world.crm.count(Op::Log), 1);
}

/// A decision is changed behind the engine's back, or what it was about.
async fn check_g11(change: impl FnOnce(&mut Choice) + Send + 'static) {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let row = world.review("a").await;
    let changed = world.store.ledger.write(move |db| {
        let mut review = row.review;
        change(review.choice.as_mut().expect("a choice"));
        Ok(review::put(db, &row.subject, &review, review::Word::default(), row.changed_at)?)
    });
    changed.await.expect("changed");
    world.grace().await;
    let review = world.check("a", State::Pending).await.review;
    assert_eq!(review.returned, Some(Returned::PayloadChanged));
    assert_eq!(world.crm.count(Op::Log), 0);
}

#[tokio::test]
async fn g11_what_is_not_what_was_decided_on_comes_back() {
    check_g11(|choice| choice.level = Level::Subject).await;
    check_g11(|choice| choice.redactions = vec!["Text".into()]).await;
    check_g11(|choice| choice.links = vec![RecordRef { kind: RecordType::Contact, id: "B".into() }]).await;
    check_g11(|choice| choice.attachments = vec![Digest::of(b"another")]).await;
    for (from, to) in [("Subject: a", "Subject: a!"), ("Text of a", "Text of b")] {
        let world = World::new().await;
        world.hears(&["a"]).await;
        world.share("a").await;
        let row = world.row("a").await.mail;
        let raw = String::from_utf8(message_of("a", CLIENT, world.engine.now(), &[])).expect("text").replace(from, to);
        world.overwrite(row, raw.into_bytes()).await;
        world.grace().await;
        let uploaded = world.crm.mails().remove(&key("a"));
        let told = uploaded.as_deref().and_then(Frozen::open).map(|(_, payload)| payload.subject);
        assert!(told.is_none_or(|subject| subject == "a"), "never what was not decided on");
    }
}
