use otomo_domain::error::CrmFaultKind;
use otomo_domain::policy::Policy;
use otomo_domain::rules::{AboutRecord, Rule, Then};

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{Answer, Op, World, record};
use crate::shipments::Asked;

/// How the mail that was decided on stands, by subject.
async fn standing(world: &World) -> Vec<(String, State)> {
    let asked = Asked { states: crate::fixture::EVERY_STATE.to_vec(), ..Asked::default() };
    let (shipments, _) = world.engine.history(&asked, None, 100).await.expect("a history");
    let mut standing: Vec<_> =
        shipments.into_iter().filter_map(|one| Some((one.subject, one.row.review.state?))).collect();
    standing.sort();
    standing
}

/// How it goes, how much of it is not settled, and how much could not be taken back.
async fn course(world: &World) -> (Stay, i64, i64) {
    let former = world.engine.former_connections().await.expect("a list");
    former.first().map(|one| (one.connection.stay, one.unsettled, one.failed)).expect("one that goes")
}

async fn has_secrets(world: &World) -> bool {
    let owner = owner(world.connection);
    world.store.ledger.read(move |db| Ok(secret::get(db, &owner, "token")?)).await.expect("a look").is_some()
}

async fn remove(world: &World, retract: bool) {
    world.engine.remove_connection(world.connection, retract).await.expect("removed");
}

/// A world whose connection has a token.
async fn signed_in() -> World {
    let world = World::new().await;
    world.engine.sign_in_connection(world.connection, Some("token".to_owned().into()), None).await.expect("signed in");
    assert!(has_secrets(&world).await);
    world
}

#[tokio::test]
async fn what_waits_is_not_sent_and_what_was_shared_stays_in_the_history() {
    let world = signed_in().await;
    world.shares(&["shared"]).await;
    world.receives(&["waiting", "undecided"]).await;
    world.share("waiting").await;
    let seen = world.seen("undecided").await;
    remove(&world, false).await;
    assert!(!has_secrets(&world).await, "at once");
    world.grace().await;
    assert_eq!(world.crm.mails().len(), 1);
    assert_eq!(standing(&world).await, [("shared".into(), State::Logged), ("waiting".into(), State::Private)]);
    assert!(world.engine.connections().await.expect("a list").is_empty());
    assert_eq!(course(&world).await, (Stay::Gone, 0, 0));
    assert_eq!(world.engine.index(world.connection).await.expect("a look").0, 0, "its contacts are forgotten");
    assert!(world.engine.share(&[seen], Default::default(), None, None).await.is_err());
    assert_eq!(world.engine.verify_audit().await.expect("a trace").broken_at, None);
}

#[tokio::test]
async fn what_was_shared_is_taken_back_before_it_is_forgotten_also_by_another_start() {
    let world = signed_in().await;
    world.shares(&["a", "b"]).await;
    remove(&world, true).await;
    assert_eq!(course(&world).await, (Stay::Retracting, 2, 0));
    assert!(has_secrets(&world).await, "it is needed once more");
    assert!(world.engine.connections().await.expect("a list").is_empty(), "nothing new goes there");
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    world.work().await;
    world.engine.go_on_leaving().await.expect("gone");
    assert_eq!(course(&world).await, (Stay::Gone, 0, 0));
    assert!(world.crm.mails().is_empty() && !has_secrets(&world).await);
    assert_eq!(standing(&world).await, [("a".into(), State::Retracted), ("b".into(), State::Retracted)]);
}

/// What can't be taken back keeps the connection, until the rep says so again or gives up.
async fn check_refused(again: bool, after: State) {
    let world = signed_in().await;
    world.shares(&["a"]).await;
    world.crm.plan(Op::Unlog, [Answer::Refuse(CrmFaultKind::Rejected)]);
    remove(&world, true).await;
    world.work().await;
    world.engine.go_on_leaving().await.expect("a look");
    world.engine.go_on_leaving().await.expect("another");
    assert_eq!(course(&world).await, (Stay::Retracting, 0, 1));
    assert_eq!(world.crm.count(Op::Unlog), 1, "nothing is tried again by itself");
    remove(&world, again).await;
    world.work().await;
    world.engine.go_on_leaving().await.expect("gone");
    assert_eq!(course(&world).await.0, Stay::Gone);
    assert_eq!(standing(&world).await, [("a".into(), after)]);
}

#[tokio::test]
async fn what_cannot_be_taken_back_waits_for_the_rep() {
    check_refused(true, State::Retracted).await;
    check_refused(false, State::RetractFailed).await;
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_before_the_secrets_go() {
    let world = signed_in().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.shares(&["a"]).await;
    world.check("a", State::Verifying).await;
    remove(&world, false).await;
    assert_eq!(course(&world).await, (Stay::Settling, 1, 0));
    world.work().await;
    world.engine.go_on_leaving().await.expect("gone");
    assert_eq!((course(&world).await.0, has_secrets(&world).await), (Stay::Gone, false));
    assert_eq!(standing(&world).await, [("a".into(), State::Logged)]);
}

#[tokio::test]
async fn one_that_rests_is_forgotten_as_it_stands() {
    let world = signed_in().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.shares(&["a"]).await;
    world.engine.pause_connection(world.connection, true).await.expect("paused");
    remove(&world, false).await;
    assert_eq!((course(&world).await.0, has_secrets(&world).await), (Stay::Gone, false));
    assert_eq!(standing(&world).await, [("a".into(), State::FailedPerm)], "nobody knows whether it arrived");
    let id = ReviewRowId::only(&world).await;
    assert!(matches!(world.engine.retry(id).await, Err(Fault::NoSuch("connection"))));
}

/// The one review there is.
struct ReviewRowId;

impl ReviewRowId {
    async fn only(world: &World) -> review::ReviewId {
        let asked = Asked { states: crate::fixture::EVERY_STATE.to_vec(), ..Asked::default() };
        world.engine.history_ids(&asked).await.expect("a history")[0]
    }
}

#[tokio::test]
async fn a_crm_that_gives_nothing_back_is_not_asked_to() {
    let world = signed_in().await;
    world.shares(&["a"]).await;
    world.crm.give_nothing_back();
    let refused = world.engine.remove_connection(world.connection, true).await;
    assert!(matches!(refused, Err(Fault::Crm(fault)) if fault.kind == CrmFaultKind::Unsupported));
    assert_eq!(world.engine.connections().await.expect("a list").len(), 1, "nothing has happened");
}

#[tokio::test]
async fn what_the_rep_said_of_its_records_goes_with_it() {
    let world = signed_in().await;
    let at = AboutRecord { connection: world.connection, record: record("A") };
    for about in [About::Contact(at), About::Domain("kept.jp".into())] {
        world.engine.add_rule(Rule::of_policy(about, Then::Private)).await.expect("a rule");
    }
    remove(&world, false).await;
    let left: Vec<About> = world.engine.rules().await.expect("rules").into_iter().map(|rule| rule.about).collect();
    assert_eq!(left, [About::Domain("kept.jp".into())]);
}

#[tokio::test]
async fn an_index_that_was_to_go_goes_at_the_next_start() {
    let world = signed_in().await;
    let id = world.connection;
    let noted = world.store.ledger.write(move |db| {
        connection::forget(db, id)?;
        Ok(setting::set(db, &to_forget(id), "")?)
    });
    noted.await.expect("the process ends here");
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    assert_eq!(world.engine.index(id).await.expect("a look").0, 0);
    let notes = world.store.ledger.read(|db| Ok(setting::names(db, FORGET)?)).await.expect("a look");
    assert!(notes.is_empty(), "once is enough");
}
