use std::time::Duration;

use otomo_domain::payload::Frozen;
use otomo_domain::policy::Policy;
use otomo_domain::review::{Returned, State};

use crate::engine::PolicyState;
use crate::fixture::{CLIENT, Op, World, message, with_file};
use crate::preview::Wish;

/// Replaces the kept bytes of a mail.
async fn alter(world: &World, name: &str, raw: Vec<u8>) {
    world.overwrite(world.row(name).await.mail, raw).await;
}

/// A mail that came back to the rep, and why.
async fn came_back(world: &World, name: &str, shown: State, why: Returned) {
    let row = world.check(name, shown).await;
    assert_eq!((row.review.state, row.review.returned), (Some(State::Pending), Some(why)));
    assert_eq!(world.crm.count(Op::Log), 0);
}

#[tokio::test]
async fn nothing_is_released_before_the_grace_period_is_over() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let decided = world.share("a").await;
    assert_eq!(decided.release_at, Some(world.engine.now() + Duration::from_secs(30)));
    world.pass(29).await;
    world.check("a", State::Scheduled).await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.pass(1).await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_start_does_not_empty_the_grace_period() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    world.clock.advance(Duration::from_secs(3600));
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    for _ in 0..2 {
        world.pass(20).await;
        world.check("a", State::Scheduled).await;
    }
    world.pass(20).await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn waking_up_does_not_empty_the_grace_period() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    world.clock.suspend(Duration::from_secs(3600));
    for _ in 0..3 {
        world.work().await;
        world.check("a", State::Scheduled).await;
        world.clock.advance(Duration::from_secs(20));
    }
    world.work().await;
    world.check("a", State::Logged).await;
}

/// What the clocks do while the grace period of a mail runs that goes by itself, and how long it still has.
async fn check_clock(happens: impl AsyncFnOnce(World) -> World, left: u64) {
    let world = World::new().await;
    world.lets_go().await;
    world.hears(&["a"]).await;
    world.work().await;
    let world = happens(world).await;
    world.pass(left - 1).await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.check("a", State::Scheduled).await;
    world.pass(1).await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn no_clock_and_no_restart_lets_mail_go_early() {
    let wait = 15 * 60;
    check_clock(async |world| world, wait).await;
    let restart = async |world: World| world.starts_again(PolicyState::Valid(Policy::default())).await;
    check_clock(restart, wait).await;
    let sleep_and_restart = async |world: World| {
        world.clock.suspend(Duration::from_secs(3600));
        world.starts_again(PolicyState::Valid(Policy::default())).await
    };
    check_clock(sleep_and_restart, 60).await;
    let sleep = async |world: World| {
        world.clock.suspend(Duration::from_secs(3600));
        world.work().await;
        world
    };
    check_clock(sleep, 60).await;
    // A clock that was set back, and is put right again.
    let back_and_forth = async |world: World| {
        let now = world.engine.now();
        world.clock.set(now - Duration::from_secs(3600));
        world.pass(60).await;
        world.clock.set(now + Duration::from_secs(60));
        world.work().await;
        world
    };
    check_clock(back_and_forth, wait - 60).await;
}

#[tokio::test]
async fn a_paused_connection_releases_nothing_until_it_goes_on() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    world.grace().await;
    world.check("a", State::Scheduled).await;
    world.engine.pause_connection(world.connection, false).await.expect("on again");
    world.work().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_rule_that_forbids_it_brings_a_decision_back() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    world.share("a").await;
    world.never_log(CLIENT).await;
    world.grace().await;
    came_back(&world, "a", State::Excluded, Returned::Denied).await;
    assert!(world.try_share("b", Wish::default()).await.is_err());
}

#[tokio::test]
async fn a_rule_taken_away_again_leaves_the_decision_to_the_rep() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let rule = world.never_log(CLIENT).await;
    world.grace().await;
    world.engine.remove_rule(rule).await.expect("no rule");
    world.grace().await;
    came_back(&world, "a", State::Pending, Returned::Denied).await;
}

#[tokio::test]
async fn a_mail_that_is_not_the_one_decided_on_comes_back() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let other = String::from_utf8(message("a", CLIENT)).expect("text").replace("Text of a", "Text of another");
    alter(&world, "a", other.into_bytes()).await;
    world.grace().await;
    came_back(&world, "a", State::Pending, Returned::PayloadChanged).await;
}

#[tokio::test]
async fn a_chosen_file_goes_along_as_it_was_decided_on() {
    let world = World::new().await;
    let sha256 = world.share_with_file("a").await;
    world.grace().await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.file(&sha256).as_deref(), Some(b"1,2,3".as_slice()));
}

#[tokio::test]
async fn a_file_that_is_not_the_one_decided_on_brings_the_mail_back() {
    for other in [with_file("a", CLIENT, "6,6,6"), message("a", CLIENT)] {
        let world = World::new().await;
        world.share_with_file("a").await;
        alter(&world, "a", other).await;
        world.grace().await;
        came_back(&world, "a", State::Pending, Returned::PayloadChanged).await;
        assert_eq!(world.crm.count(Op::File), 0);
    }
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_shares_nothing_and_captures_on() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let world = world.restarted(PolicyState::Invalid { why: "line 1".into() }).await;
    world.grace().await;
    world.check("a", State::Scheduled).await;
    world.receives(&["b"]).await;
    world.check_undecided("b", State::Pending).await;
    let world = world.restarted(PolicyState::Valid(Policy::default())).await;
    world.work().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_decision_waits_until_a_lost_mail_has_been_fetched_again() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let world = world.without_cache().await;
    world.grace().await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.refresh().await;
    world.receive().await;
    world.check("a", State::Scheduled).await;
    world.work().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_decision_about_a_mail_that_is_nowhere_any_more_comes_back() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let subject = world.subject("a").await;
    world.share("a").await;
    world.mailbox.empty();
    let world = world.without_cache().await;
    world.receive().await;
    world.grace().await;
    let row = world.store.ledger.read(move |db| Ok(super::review::find(db, &subject)?)).await.expect("a look");
    assert_eq!(row.and_then(|row| row.review.returned), Some(Returned::MailGone));
}

#[tokio::test]
async fn a_mail_that_cannot_be_released_keeps_no_other_from_it() {
    let world = World::new().await;
    let other = String::from_utf8(message("a", CLIENT)).expect("text").replace("Subject: a", "Subject: twin");
    world.mailbox.deliver(other.into_bytes());
    world.receives(&["a", "b"]).await;
    world.engine.keep_private(&[world.seen("twin").await], None).await.expect("a decision");
    // Something is left in the outbox where it has no business any more.
    let twin = world.review("twin").await;
    let left = Frozen { bytes: b"{}".to_vec(), sha256: super::Digest::of(b"{}") };
    let leave = world.store.ledger.write(move |db| super::outbox::freeze(db, twin.id, &twin.subject, &left));
    leave.await.expect("left");
    world.share("a").await;
    world.share("b").await;
    world.grace().await;
    world.check("a", State::Scheduled).await;
    world.check("b", State::Logged).await;
}

#[tokio::test]
async fn a_mail_that_was_decided_on_anew_is_not_given_back_for_the_decision_before() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let first = world.share("a").await;
    let seen = world.review("a").await;
    world.engine.undo(first.decision).await.expect("taken back");
    assert!(!super::give_back(&world.engine, &seen, Returned::MailGone).await.expect("left alone"));
    world.share("a").await;
    assert!(!super::give_back(&world.engine, &seen, Returned::MailGone).await.expect("left alone"));
    world.check("a", State::Scheduled).await;
}

#[tokio::test]
async fn of_two_mails_with_one_message_id_only_one_is_shared() {
    let world = World::new().await;
    let other = String::from_utf8(message("a", CLIENT)).expect("text").replace("Subject: a", "Subject: twin");
    world.mailbox.deliver(other.into_bytes());
    world.receives(&["a"]).await;
    world.share("a").await;
    assert!(matches!(world.try_share("twin", Wish::default()).await, Err(super::Fault::KeyTaken)));
    world.grace().await;
    world.check("a", State::Logged).await;
    assert!(matches!(world.try_share("twin", Wish::default()).await, Err(super::Fault::KeyTaken)));
}
