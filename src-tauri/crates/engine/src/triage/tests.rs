//! What comes to let mail go holds for what arrives later.

use otomo_domain::account::{AccountSettings, RepRole};
use otomo_domain::review::{Returned, State};
use otomo_domain::rules::{About, Then};

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{CLIENT, World, address};
use crate::manage::NewConnection;

const SECOND: Duration = Duration::from_secs(1);

fn setting(share_mode: Option<ShareMode>) -> PolicyState {
    PolicyState::Valid(Policy { share_mode, ..Policy::default() })
}

/// Whether a mail goes by itself that comes in, or came in earlier.
async fn goes(world: &World, name: &str) -> bool {
    world.work().await;
    world.standing(name).await.state == State::Scheduled
}

/// A mail that the rep wrote to the client.
async fn sends(world: &World, name: &str) {
    world.hears_from(name, "rep@own.example", &[&format!("Cc: {CLIENT}")]).await;
}

async fn decides(world: &World, names: &[String]) {
    for name in names {
        world.engine.keep_private(&[world.seen(name).await], None).await.expect("a decision");
    }
    world.engine.rules_changed().await.expect("a sweep");
}

/// Mail that comes in before this change waits for the rep; the same coming in after it goes by itself.
async fn check(world: &World, hear: impl AsyncFn(&World, &str), change: impl FnOnce(&mut AccountSettings)) {
    hear(world, "before").await;
    assert!(!goes(world, "before").await, "it is not let go yet");
    world.clock.advance(SECOND);
    world.adjust(|settings, _| change(settings)).await;
    assert!(!goes(world, "before").await, "it does not reach back");
    hear(world, "after").await;
    assert!(goes(world, "after").await, "it holds from now on");
}

async fn hears(world: &World, name: &str) {
    world.hears(&[name]).await;
}

#[tokio::test]
async fn a_mode_holds_for_what_arrives_later() {
    let world = World::new().await;
    world.adjust(|settings, _| settings.sharing.practised = true).await;
    check(&world, hears, |settings| settings.share_mode = Some(ShareMode::Share)).await;
}

#[tokio::test]
async fn a_practice_that_is_ended_by_hand_or_by_the_role_ends_for_what_arrives_later() {
    for shared in [true, false] {
        let world = World::new().await;
        world.adjust(|settings, _| settings.share_mode = Some(ShareMode::Share)).await;
        let end = |settings: &mut AccountSettings| match shared {
            true => settings.role = Some(RepRole::SharedAddress),
            false => settings.sharing.practised = true,
        };
        check(&world, hears, end).await;
    }
}

#[tokio::test]
async fn mail_that_the_rep_sent_goes_too_from_the_moment_it_was_ticked() {
    let world = World::new().await;
    world.lets_go().await;
    check(&world, sends, |settings| settings.sharing.sent_too = true).await;
}

#[tokio::test]
async fn a_rule_does_not_let_go_what_was_sent_before_it_was_ticked() {
    let world = World::new().await;
    world.engine.add_rule(Rule::of_policy(About::Address(address(CLIENT)), Then::Share)).await.expect("a rule");
    check(&world, sends, |settings| settings.sharing.sent_too = true).await;
}

#[tokio::test]
async fn mail_goes_to_further_connections_from_the_moment_they_were_ticked() {
    let world = World::new().await;
    world.lets_go().await;
    world.adjust(|settings, _| settings.sharing.targets = Some(Vec::new())).await;
    check(&world, hears, |settings| settings.sharing.targets = None).await;
}

#[tokio::test]
async fn mail_from_before_a_connection_does_not_go_there_by_itself() {
    let world = World::new().await;
    world.lets_go().await;
    world.hears(&["before"]).await;
    world.clock.advance(SECOND);
    let new = NewConnection {
        kind: "fake".into(),
        name: "late".into(),
        settings: serde_json::json!({}),
        token: None,
        ticket: None,
    };
    let mut late = world;
    late.connection = late.engine.add_connection(new).await.expect("a connection");
    late.refresh().await;
    assert!(!goes(&late, "before").await);
    late.hears(&["after"]).await;
    assert!(goes(&late, "after").await);
}

#[tokio::test]
async fn the_reps_mode_does_not_reach_back_over_what_the_policy_kept() {
    let world = World::new().await;
    world.lets_go().await;
    let world = world.restarted(setting(Some(ShareMode::Manual))).await;
    world.hears(&["kept"]).await;
    assert!(!goes(&world, "kept").await);
    world.clock.advance(SECOND);
    let world = world.restarted(setting(None)).await;
    assert!(!goes(&world, "kept").await);
    world.hears(&["after"]).await;
    assert!(goes(&world, "after").await);
    let world = world.restarted(setting(None)).await;
    assert!(goes(&world, "after").await, "a start changes nothing");
}

#[tokio::test]
async fn the_practice_of_a_mode_that_the_policy_sets_ends_for_what_arrives_later() {
    let world = World::new().await.restarted(setting(Some(ShareMode::Share))).await;
    let names: Vec<String> = (0..20).map(|n| format!("m{n}")).collect();
    world.hears(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    world.hears(&["before"]).await;
    world.clock.advance(SECOND);
    decides(&world, &names).await;
    assert!(!goes(&world, "before").await);
    world.hears(&["after"]).await;
    assert!(goes(&world, "after").await);
}

#[tokio::test]
async fn a_practice_that_has_been_ended_does_not_end_again() {
    let world = World::new().await;
    let names: Vec<String> = (0..20).map(|n| format!("m{n}")).collect();
    world.hears(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    world.clock.advance(SECOND);
    world.lets_go().await;
    world.hears(&["on its way"]).await;
    assert!(goes(&world, "on its way").await);
    world.clock.advance(SECOND);
    decides(&world, &names).await;
    world.pass(15 * 60).await;
    let review = world.check("on its way", State::Logged).await.review;
    assert_ne!(review.returned, Some(Returned::RuleChanged));
}
