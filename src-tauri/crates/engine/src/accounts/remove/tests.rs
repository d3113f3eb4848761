use otomo_domain::review::State;

use super::*;
use crate::accounts::revoke;
use crate::fixture::{Answer, CLIENT, Op, World, message};
use crate::sign_in::tests::connect;

async fn mails(world: &World) -> i64 {
    world.store.cache.read(|db| Ok(mail::count(db)?)).await.expect("a count")
}

#[tokio::test]
async fn an_account_goes_with_its_mail_and_what_was_shared_stays() {
    let world = World::new().await;
    world.shares(&["shared"]).await;
    world.receives(&["waiting"]).await;
    world.share("waiting").await;
    world.engine.remove_account(world.account, true, false).await.expect("removed");
    assert_eq!(mails(&world).await, 0);
    world.grace().await;
    assert_eq!(world.crm.mails().len(), 1, "what was logged stays, and what was not released never leaves");
    assert!(world.engine.accounts().await.expect("a list").is_empty());
}

#[tokio::test]
async fn the_mail_may_stay_and_then_a_new_account_begins_anew() {
    let world = World::new().await;
    world.receives(&["kept"]).await;
    world.engine.remove_account(world.account, false, false).await.expect("removed");
    world.check_undecided("kept", State::Pending).await;
    let id = connect(&world).await;
    assert!(id > world.account, "a number is not given again");
    crate::receive::pass(&world.engine, id).await.expect("mail");
    assert_eq!(mails(&world).await, 1, "the same mail is the same mail");
}

#[tokio::test]
async fn what_was_shared_is_taken_back_if_the_rep_wants_it() {
    let world = World::new().await;
    world.shares(&["a", "b"]).await;
    world.engine.remove_account(world.account, true, true).await.expect("removed");
    world.work().await;
    assert!(world.crm.mails().is_empty());
}

/// A mail that stands so when its account goes and what was shared is to be taken back, and how it ends.
async fn check_taken_back(op: Op, answer: Answer, before: State, after: State) {
    let world = World::new().await;
    world.crm.plan(op, [answer]);
    world.shares(&["a"]).await;
    if op == Op::Unlog {
        world.engine.retract(world.review("a").await.id).await.expect("a wish");
        world.work().await;
    }
    world.check("a", before).await;
    world.engine.remove_account(world.account, false, true).await.expect("removed");
    for _ in 0..3 {
        world.pass(24 * 3600).await;
    }
    world.check("a", after).await;
    assert!(world.crm.mails().is_empty(), "{before:?}");
}

#[tokio::test]
async fn what_may_have_arrived_or_failed_is_taken_back_as_well() {
    use otomo_domain::error::CrmFaultKind::{Rejected, Transient};
    check_taken_back(Op::Log, Answer::LoseReply, State::Verifying, State::Retracted).await;
    check_taken_back(Op::Log, Answer::Refuse(Transient), State::FailedRetry, State::Private).await;
    check_taken_back(Op::Unlog, Answer::Refuse(Rejected), State::RetractFailed, State::Retracted).await;
}

#[tokio::test]
async fn mail_that_another_account_has_as_well_is_left_to_it() {
    let world = World::new().await;
    let other = connect(&world).await;
    world.mailbox.deliver(message("both", CLIENT));
    world.receive().await;
    crate::receive::pass(&world.engine, other).await.expect("mail");
    world.engine.remove_account(other, true, false).await.expect("removed");
    assert_eq!(mails(&world).await, 1);
    world.engine.remove_account(world.account, true, false).await.expect("removed");
    assert_eq!(mails(&world).await, 0);
}

#[tokio::test]
async fn a_sign_in_is_taken_back_at_the_provider_even_if_it_is_reached_later() {
    let world = World::new().await;
    let id = connect(&world).await;
    world.provider.go_offline(true);
    world.engine.remove_account(id, true, false).await.expect("removed, offline");
    revoke::pass(&world.engine).await.expect("nothing lost");
    assert!(world.provider.revoked().is_empty());
    world.provider.go_offline(false);
    let world = world.starts_again(crate::engine::PolicyState::Valid(Default::default())).await;
    revoke::pass(&world.engine).await.expect("taken back");
    revoke::pass(&world.engine).await.expect("once");
    assert_eq!(world.provider.revoked(), ["refresh-1"]);
}

#[tokio::test]
async fn mail_that_was_to_go_goes_at_the_next_start_if_the_process_ended_before() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    let account = world.engine.account(world.account).await.expect("the account");
    world.engine.forget_account(&account, true).await.expect("forgotten");
    assert_eq!(mails(&world).await, 2, "the process ends here");
    let world = world.starts_again(crate::engine::PolicyState::Valid(Default::default())).await;
    assert_eq!(mails(&world).await, 0);
    let notes = world.store.ledger.read(|db| Ok(setting::names(db, WIPE)?)).await.expect("a look");
    assert!(notes.is_empty(), "once is enough");
}
