//! What nobody can take back: what the rep found in the CRM, and what a CRM keeps that has it.

use otomo_domain::account::Stay;
use otomo_domain::review::{Deed, Refusal};

use super::*;

/// A mail that may be in the CRM, which can't be asked.
async fn maybe_there(lost: Answer) -> (World, ReviewId) {
    let world = World::new().await;
    world.crm.plan(Op::Log, [lost]);
    world.crm.plan(Op::Find, [Answer::Refuse(CrmFaultKind::Unsupported)]);
    world.shares(&["a"]).await;
    world.work().await;
    let id = world.check("a", State::FailedPerm).await.id;
    (world, id)
}

/// A CRM that keeps what it has.
async fn keeping() -> World {
    let world = World::new().await;
    world.crm.give_nothing_back();
    world.refresh().await;
    world
}

async fn deeds(world: &World) -> Vec<Deed> {
    let shown = world.engine.shipped(vec![world.review("a").await]).await.expect("a row");
    shown.into_iter().flat_map(|one| one.deeds).collect()
}

fn check_irrevocable<T: std::fmt::Debug>(outcome: Result<T, Fault>) {
    assert!(matches!(outcome, Err(Fault::Refused(Refusal::Irrevocable))), "{outcome:?}");
}

#[tokio::test]
async fn what_the_rep_found_in_the_crm_is_shared_and_nothing_is_sent_again() {
    let (world, id) = maybe_there(Answer::LoseReply).await;
    assert_eq!(deeds(&world).await, [Deed::Retry, Deed::Cancel, Deed::SayLogged]);
    let told = world.engine.say_logged(id).await.expect("told");
    assert_eq!((told.review.state, told.review.fault), (Some(State::Logged), None));
    let (_, last) = world.engine.trace(id).await.expect("a trace").pop().expect("an entry");
    assert_eq!(
        (&*last.act, last.from, last.to, last.origin),
        ("say_logged", State::FailedPerm, State::Logged, Origin::User)
    );
    world.pass(LONG).await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.count(Op::Log), 1);
    assert_eq!(world.engine.verify_audit().await.expect("a trace").broken_at, None);
}

#[tokio::test]
async fn what_the_rep_did_not_find_in_the_crm_is_sent_again() {
    let (world, id) = maybe_there(Answer::LoseRequest).await;
    world.engine.retry(id).await.expect("again");
    world.work().await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.count(Op::Log), 2);
    let late = world.engine.say_logged(id).await;
    assert!(matches!(late, Err(Fault::Refused(Refusal::NotFrom { act: "say_logged", .. }))), "{late:?}");
}

#[tokio::test]
async fn what_the_rep_found_in_the_crm_is_not_promised_to_be_taken_back() {
    let (world, id) = maybe_there(Answer::LoseReply).await;
    world.engine.say_logged(id).await.expect("told");
    assert_eq!(deeds(&world).await, []);
    check_irrevocable(world.engine.retract(id).await);
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_connection_that_goes_says_of_what_the_rep_found_there_that_it_stays() {
    let (world, id) = maybe_there(Answer::LoseReply).await;
    world.engine.say_logged(id).await.expect("told");
    world.engine.remove_connection(world.connection, true).await.expect("it goes");
    world.work().await;
    world.check("a", State::RetractFailed).await;
    assert_eq!(world.crm.count(Op::Unlog), 0);
    let former = world.engine.former_connections().await.expect("a list");
    let course: Vec<_> = former.iter().map(|one| (one.connection.stay, one.unsettled, one.failed)).collect();
    assert_eq!(course, [(Stay::Retracting, 0, 1)]);
}

#[tokio::test]
async fn nothing_is_promised_to_be_taken_back_from_a_crm_that_keeps_what_it_has() {
    let world = keeping().await;
    world.shares(&["a"]).await;
    let id = world.check("a", State::Logged).await.id;
    assert_eq!(deeds(&world).await, [Deed::Relink]);
    check_irrevocable(world.engine.retract(id).await);
    assert_eq!(world.crm.count(Op::Unlog), 0);
}

#[tokio::test]
async fn what_is_being_sent_to_a_crm_that_keeps_it_can_no_longer_be_kept_back() {
    let world = keeping().await;
    let held = held(&world, "a").await;
    let row = world.review("a").await;
    assert_eq!((row.review.state, deeds(&world).await), (Some(State::Uploading), vec![]));
    check_irrevocable(world.engine.cancel(row.id).await);
    check_irrevocable(world.engine.keep_private(&[world.seen("a").await], None).await);
    let decision = row.decision.expect("a decision");
    let undone = world.engine.undo(decision).await.expect("an answer").pop().expect("a row");
    assert_eq!((undone.review.state, undone.review.retract_after), (Some(State::Uploading), false));
    held.goes_on().await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.count(Op::Unlog), 0);
}

#[tokio::test]
async fn what_has_not_left_yet_is_kept_back_from_any_crm() {
    let world = keeping().await;
    world.receives(&["a"]).await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::Transient)]);
    world.share("a").await;
    world.grace().await;
    let id = world.check("a", State::FailedRetry).await.id;
    world.engine.cancel(id).await.expect("kept back");
    world.check("a", State::Private).await;
}
