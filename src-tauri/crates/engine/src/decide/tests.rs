use otomo_domain::review::State;

use super::*;
use crate::fixture::{Answer, Op, World};
use otomo_domain::error::CrmFaultKind;

#[tokio::test]
async fn undo_within_the_grace_period_leaves_the_mail_undecided() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let seen = [world.seen("a").await, world.seen("b").await];
    let decided = world.engine.share(&seen, Wish::default(), None, None).await.expect("a decision");
    world.engine.undo(decided.decision).await.expect("taken back");
    world.grace().await;
    for name in ["a", "b"] {
        world.check(name, State::Pending).await;
    }
    assert_eq!(world.crm.count(Op::Log), 0);
}

#[tokio::test]
async fn undo_after_the_release_keeps_the_mail_from_leaving() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let decided = world.share("a").await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::Transient)]);
    world.grace().await;
    world.engine.undo(decided.decision).await.expect("taken back");
    world.pass(3600).await;
    world.check("a", State::Private).await;
    assert!(world.crm.mails().is_empty());
}

#[tokio::test]
async fn undo_leaves_what_is_in_the_crm_and_tells_so() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let decided = world.share("a").await;
    world.grace().await;
    let rows = world.engine.undo(decided.decision).await.expect("an answer");
    assert_eq!(rows.iter().map(|row| row.review.state).collect::<Vec<_>>(), [Some(State::Logged)]);
    assert!(matches!(world.engine.undo(99).await, Err(Fault::NoSuch("decision"))));
}

#[tokio::test]
async fn a_decision_on_something_else_than_was_seen_is_refused() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let seen = world.seen("a").await;
    let other = Some(Digest::of(b"another preview"));
    assert!(matches!(world.engine.share(&[seen], Wish::default(), other, None).await, Err(Fault::PreviewStale)));
    world.share("a").await;
    assert!(matches!(world.engine.keep_private(&[seen], None).await, Err(Fault::Conflict { current: 1 })));
    world.check("a", State::Scheduled).await;
}

#[tokio::test]
async fn of_a_decision_on_many_all_or_none_holds() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let stale = Seen { rev: Some(7), ..world.seen("b").await };
    assert!(world.engine.share(&[world.seen("a").await, stale], Wish::default(), None, None).await.is_err());
    world.check_undecided("a", State::Pending).await;
    assert_eq!(world.engine.verify_audit().await.expect("a trace").rows, 0);
}

#[tokio::test]
async fn a_private_mail_stays_private_until_the_rep_says_otherwise() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let decided = world.engine.keep_private(&[world.seen("a").await], None).await.expect("a decision");
    let rule = world.never_log("somebody@else.jp").await;
    world.engine.remove_rule(rule).await.expect("no rule");
    world.refresh().await;
    world.grace().await;
    world.check("a", State::Private).await;
    world.engine.undo(decided.decision).await.expect("taken back");
    world.check("a", State::Pending).await;
}

#[tokio::test]
async fn nothing_is_shared_of_a_mail_that_nobody_matched() {
    let world = World::new().await;
    world.mailbox.deliver(crate::fixture::message("a", "stranger@y.jp"));
    world.receive().await;
    assert!(matches!(world.try_share("a", Wish::default()).await, Err(Fault::Unsharable(_) | Fault::Refused(_))));
    assert!(world.engine.keep_private(&[world.seen("a").await], None).await.is_ok());
}

#[tokio::test]
async fn every_step_of_a_mail_stands_in_the_trace() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    let verdict = world.engine.verify_audit().await.expect("a trace");
    assert_eq!((verdict.rows, verdict.broken_at), (4, None), "share, release, lease, delivered");
}

/// What is said of the client's address now.
async fn said(world: &World) -> Vec<Then> {
    let rules = world.engine.rules().await.expect("rules");
    rules.iter().map(|rule| rule.then).collect()
}

#[tokio::test]
async fn a_rule_that_was_made_with_a_decision_is_undone_with_it() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let seen = [world.seen("a").await];
    let share = world.engine.share(&seen, Wish::default(), None, Some(Always::Address)).await.expect("a decision");
    assert_eq!(said(&world).await, [Then::Share]);
    let private = world.engine.keep_private(&[world.seen("b").await], Some(Always::Address)).await.expect("a decision");
    assert_eq!(said(&world).await, [Then::Private]);
    world.engine.undo(private.decision).await.expect("taken back");
    assert_eq!(said(&world).await, [Then::Share], "what it replaced is back");
    world.engine.undo(share.decision).await.expect("taken back");
    assert_eq!(said(&world).await, []);
    world.engine.stop().await;
    assert!(world.engine.snapshot().connections.values().all(|s| s.book.rules().is_empty()));
}

#[tokio::test]
async fn the_time_to_undo_begins_when_the_decision_is_written() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let seen = [world.seen("a").await, world.seen("b").await];
    let share = world.engine.share(&seen, Wish::default(), None, None);
    let mut share = std::pin::pin!(share);
    tokio::select! {
        biased;
        _ = &mut share => panic!("mail is read elsewhere"),
        () = std::future::ready(()) => world.clock.advance(Duration::from_secs(20)),
    }
    let decided = share.await.expect("a decision");
    let ends = Some(world.engine.now() + otomo_domain::policy::GRACE);
    assert_eq!(decided.release_at, ends);
    assert_eq!(decided.reviews.iter().map(|row| row.review.release_at).collect::<Vec<_>>(), [ends, ends]);
}

#[tokio::test]
async fn undecided_mail_that_is_quoted_goes_along_only_where_it_was_seen_to_go() {
    let world = World::new().await;
    let raw = String::from_utf8(crate::fixture::message("a", crate::fixture::CLIENT)).expect("text");
    world.mailbox.deliver(raw.replace("Text of a", "Text of a\r\n\r\n> What nobody has shared").into_bytes());
    world.receive().await;
    let wish = Wish { quotes: Some(true), ..Wish::default() };
    let quotes = async || world.review("a").await.review.choice.expect("a choice").quotes;
    let unseen = world.try_share("a", wish.clone()).await.expect("a decision");
    assert!(!quotes().await);
    world.engine.undo(unseen.decision).await.expect("taken back");
    let seen = [world.seen("a").await];
    let opened = world.engine.open_mail(world.connection, seen[0].mail).await.expect("a mail");
    let choice = world.engine.choose(&opened, wish.clone()).expect("a choice");
    let preview = world.engine.preview(&opened, &choice).await.expect("a preview");
    assert!(preview.quotes_undecided);
    world.engine.share(&seen, wish, Some(preview.frozen.sha256), None).await.expect("a decision");
    assert!(quotes().await);
}

#[tokio::test]
async fn a_rule_that_is_made_with_a_share_keeps_the_level_that_was_chosen() {
    let levels = [(None, None), (Some(Level::Subject), None), (Some(Level::Metadata), Some(Level::Metadata))];
    for (chosen, kept) in levels.into_iter().chain([(Some(Level::Full), Some(Level::Full))]) {
        let world = World::new().await;
        world.adjust(|settings, _| settings.sharing.level = Level::Subject).await;
        world.receives(&["a"]).await;
        let wish = Wish { level: chosen, ..Wish::default() };
        let seen = [world.seen("a").await];
        world.engine.share(&seen, wish, None, Some(Always::Address)).await.expect("a decision");
        let rules = world.engine.rules().await.expect("rules");
        assert_eq!(rules.iter().map(|rule| rule.level).collect::<Vec<_>>(), [kept], "{chosen:?}");
    }
}

#[tokio::test]
async fn what_the_rep_forbids_holds_although_mail_cannot_be_held_against_it() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let seen = [world.seen("a").await];
    // Nobody can tell any more where mail lies.
    world.store.cache.write(|db| Ok(db.execute_batch("DROP TABLE copy")?)).await.expect("damaged");
    world.engine.keep_private(&seen, Some(Always::Address)).await.expect("a decision");
    world.engine.stop().await;
    let snapshot = world.engine.snapshot();
    let said: Vec<Then> = snapshot.connections.values().flat_map(|s| s.book.rules()).map(|rule| rule.then).collect();
    assert_eq!(said, [Then::Private]);
}

#[tokio::test]
async fn a_rule_that_was_added_is_undone_with_what_it_replaced_back_and_one_that_was_there_stays() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let says = |then| Rule::of_policy(About::Address(crate::fixture::address(crate::fixture::CLIENT)), then);
    let ask = world.engine.add_rule(says(Then::Ask)).await.expect("a rule");
    let again = world.engine.add_rule(says(Then::Ask)).await.expect("the same");
    assert_eq!((again.id, again.decision), (ask.id, None), "nothing to take back");
    let never = world.engine.add_rule(says(Then::NeverLog)).await.expect("a rule");
    world.check_undecided("a", State::Excluded).await;
    let undone = world.engine.undo(never.decision.expect("a decision")).await.expect("taken back");
    assert!(undone.is_empty(), "no mail was decided on");
    assert_eq!(said(&world).await, [Then::Ask], "what it replaced is back");
    world.work().await;
    world.check_undecided("a", State::Pending).await;
    world.engine.undo(ask.decision.expect("a decision")).await.expect("taken back");
    assert_eq!(said(&world).await, []);
}

#[tokio::test]
async fn hundreds_are_kept_private_at_once() {
    let world = World::new().await;
    let names: Vec<String> = (0..300).map(|n| format!("m{n}")).collect();
    world.receives(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = world.engine.desk(world.connection, vec![State::Pending], crate::rows::Pile::All, None, 1000);
    let rows = page.await.expect("a list").rows;
    let seen: Vec<Seen> =
        rows.iter().map(|row| Seen { connection: world.connection, mail: row.mail, rev: Some(0) }).collect();
    let decided = world.engine.keep_private(&seen, None).await.expect("a decision");
    assert_eq!(decided.reviews.len(), 300);
    assert_eq!(world.engine.undo(decided.decision).await.expect("taken back").len(), 300);
}
