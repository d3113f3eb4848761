use otomo_domain::address::Address;

use super::*;
use crate::fixture::{Answer, CLIENT, Op, World, record};

/// A shared mail, at a CRM that knows somebody else as `B`.
async fn shared() -> (World, ReviewId) {
    let world = World::new().await;
    world.crm.know("B", "other@x.jp");
    world.refresh().await;
    world.shares(&["a"]).await;
    let id = world.check("a", State::Logged).await.id;
    (world, id)
}

async fn links(world: &World) -> Vec<RecordRef> {
    world.review("a").await.review.choice.expect("a choice").links
}

#[tokio::test]
async fn a_shared_mail_moves_to_another_record_and_the_trace_says_so() {
    let (world, id) = shared().await;
    let before = world.review("a").await;
    world.pass(60).await;
    let after = world.engine.relink(id, vec![record("B")]).await.expect("moved");
    assert_eq!(world.crm.links("a"), Some(vec![record("B")]));
    assert_eq!(links(&world).await, [record("B")]);
    assert_eq!((after.review.state, after.changed_at), (Some(State::Logged), before.changed_at), "shared when it was");
    let (_, last) = world.engine.trace(id).await.expect("a trace").pop().expect("an entry");
    assert_eq!((&*last.act, last.detail), ("relink", serde_json::json!({ "links": [record("B")] })));
    assert_eq!(world.engine.verify_audit().await.expect("a trace").broken_at, None);
}

/// The exchange is refused, and the CRM hears nothing of it.
async fn check_refused(world: &World, id: ReviewId, links: Vec<RecordRef>, expected: &str) {
    let refused = world.engine.relink(id, links).await.expect_err("refused");
    assert!(refused.to_string().contains(expected), "{refused}");
    assert_eq!(world.crm.count(Op::Relink), 0, "{expected}");
}

#[tokio::test]
async fn only_known_records_of_a_shared_mail_are_exchanged() {
    let (world, id) = shared().await;
    check_refused(&world, id, vec![], "no record was chosen").await;
    check_refused(&world, id, vec![record("nobody")], "no such record").await;
    check_refused(&world, ReviewId(99), vec![record("B")], "no such review").await;
    world.engine.pause_connection(world.connection, true).await.expect("paused");
    check_refused(&world, id, vec![record("B")], "paused").await;
    world.engine.pause_connection(world.connection, false).await.expect("on again");
    world.engine.retract(id).await.expect("a wish");
    check_refused(&world, id, vec![record("B")], "relink is not possible").await;
}

#[tokio::test]
async fn what_keeps_mail_from_being_shared_keeps_it_from_new_records() {
    let (world, id) = shared().await;
    let at = AboutRecord { connection: world.connection, record: record("B") };
    let rule = world.engine.add_rule(Rule::of_policy(About::Contact(at), Then::NeverLog)).await.expect("a rule").id;
    check_refused(&world, id, vec![record("B")], "while Excluded").await;
    world.engine.remove_rule(rule).await.expect("gone");
    let client = About::Address(Address::parse(CLIENT).expect("an address"));
    world.engine.add_rule(Rule::of_policy(client, Then::NeverLog)).await.expect("a rule");
    check_refused(&world, id, vec![record("B")], "while Excluded").await;
}

#[tokio::test]
async fn a_crm_that_cannot_is_not_asked_and_one_that_refuses_changes_nothing() {
    let (world, id) = shared().await;
    world.crm.plan(Op::Relink, [Answer::Refuse(CrmFaultKind::Forbidden)]);
    world.engine.relink(id, vec![record("B")]).await.expect_err("refused");
    assert_eq!(links(&world).await, [record("A")]);
    world.crm.exchange_no_records();
    let refused = world.engine.relink(id, vec![record("B")]).await.expect_err("refused");
    assert!(matches!(refused, Fault::Crm(fault) if fault.kind == CrmFaultKind::Unsupported));
    assert_eq!(world.crm.count(Op::Relink), 1);
}
