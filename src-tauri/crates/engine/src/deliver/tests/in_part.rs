//! A mail of which the CRM has a part: it is completed, or the rep is told; it never counts as one that has not left.

use super::*;

/// A mail that was sent without a clear answer, of which a part is found `times` times, with what is planned then.
async fn found_in_part(times: usize, log: impl IntoIterator<Item = Answer>) -> World {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseRequest]);
    world.crm.plan(Op::Log, log);
    world.crm.plan(Op::Find, vec![Answer::Refuse(CrmFaultKind::MaybeLogged); times]);
    world.shares(&["a"]).await;
    world
}

async fn fault(world: &World) -> CrmFaultKind {
    world.check("a", State::FailedPerm).await.review.fault.expect("a fault").kind
}

#[tokio::test]
async fn the_rest_is_sent_and_it_is_on_the_wire_until_it_is_whole() {
    let world = found_in_part(2, [Answer::Refuse(CrmFaultKind::Transient)]).await;
    world.work().await;
    let row = world.check("a", State::Verifying).await;
    assert!(row.review.next_attempt_at.is_some());
    world.pass(LONG).await;
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.commits("a")), (3, 1));
}

#[tokio::test]
async fn what_the_rep_makes_private_meanwhile_is_said_to_be_there_in_part() {
    let world = found_in_part(2, [Answer::Refuse(CrmFaultKind::Transient)]).await;
    world.work().await;
    let row = world.check("a", State::Verifying).await;
    world.engine.cancel(row.id).await.expect("private");
    world.pass(LONG).await;
    assert_eq!((fault(&world).await, world.crm.count(Op::Log)), (CrmFaultKind::MaybeLogged, 2));
}

#[tokio::test]
async fn nothing_more_is_sent_of_what_must_not_leave_any_more() {
    let world = found_in_part(2, [Answer::Refuse(CrmFaultKind::Transient)]).await;
    world.work().await;
    world.never_log(CLIENT).await;
    world.pass(LONG).await;
    assert_eq!((fault(&world).await, world.crm.count(Op::Log)), (CrmFaultKind::MaybeLogged, 2));
}

#[tokio::test]
async fn what_is_refused_of_the_rest_and_what_never_gets_through_is_the_reps() {
    let world = found_in_part(1, [Answer::Refuse(CrmFaultKind::Rejected)]).await;
    world.work().await;
    assert_eq!(fault(&world).await, CrmFaultKind::MaybeLogged);
    let world = found_in_part(40, vec![Answer::LoseRequest; 40]).await;
    for _ in 0..20 {
        world.pass(7 * LONG).await;
    }
    assert_eq!(fault(&world).await, CrmFaultKind::MaybeLogged);
    assert!((14..=17).contains(&world.crm.count(Op::Log)), "for about two days: {}", world.crm.count(Op::Log));
}
