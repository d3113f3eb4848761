use otomo_domain::account::ConnectionStatus;
use otomo_domain::error::CrmFaultKind;
use otomo_domain::review::State;

use super::*;
use crate::fixture::{Answer, CLIENT, Op, World};

#[tokio::test]
async fn a_mail_is_matched_when_its_contact_comes_and_unmatched_when_it_goes() {
    let world = World::new().await;
    world.mailbox.deliver(crate::fixture::message("a", "new@y.jp"));
    world.receive().await;
    world.check_undecided("a", State::Unmatched).await;
    world.crm.know("B", "new@y.jp");
    world.refresh().await;
    world.check_undecided("a", State::Pending).await;
    world.crm.forget("B");
    world.refresh().await;
    world.check_undecided("a", State::Unmatched).await;
}

#[tokio::test]
async fn what_was_decided_stays_when_the_contact_goes() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    world.crm.forget("A");
    world.refresh().await;
    world.check("a", State::Scheduled).await;
    world.grace().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn what_the_company_never_logs_is_excluded_as_soon_as_the_crm_says_so() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    world.share("b").await;
    world.crm.deny("never_log_domain", "x.jp");
    world.refresh().await;
    world.check_undecided("a", State::Excluded).await;
    world.grace().await;
    world.check("b", State::Excluded).await;
    assert_eq!(world.crm.count(Op::Log), 0);
}

#[tokio::test]
async fn before_a_decision_the_crm_is_asked_for_its_contacts_only() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.refresh().await;
    for op in [Op::Find, Op::File, Op::Log, Op::Unlog] {
        assert_eq!(world.crm.count(op), 0, "{op:?}");
    }
}

#[tokio::test]
async fn a_refused_token_stops_the_connection_and_not_the_capture() {
    let world = World::new().await;
    world.crm.plan(Op::Check, [Answer::Refuse(CrmFaultKind::SignInNeeded)]);
    assert!(look_now(&world.engine, world.connection).await.is_err());
    assert_eq!(world.status().await, ConnectionStatus::SignInNeeded);
    for _ in 0..2 {
        assert!(matches!(world.engine.board.connection(world.connection), Doing::NeedsPerson { .. }));
        look_now(&world.engine, world.connection).await.expect("nothing is asked");
    }
    world.receives(&["a"]).await;
    world.check_undecided("a", State::Pending).await;
}

#[tokio::test]
async fn a_busy_crm_is_left_alone_as_long_as_it_asks_for() {
    let world = World::new().await;
    world.crm.plan(Op::Contacts, [Answer::Busy(Duration::from_secs(700))]);
    assert!(look_now(&world.engine, world.connection).await.is_err());
    assert!(matches!(world.engine.board.connection(world.connection), Doing::Waiting { .. }));
    assert_eq!(due(&world.engine, world.connection), Duration::from_secs(700));
    assert_eq!(world.status().await, ConnectionStatus::Active);
}

#[tokio::test]
async fn what_a_crm_asks_for_while_it_tells_its_contacts_holds_for_mail_too_and_the_other_way_round() {
    let world = World::new().await;
    world.crm.plan(Op::Contacts, [Answer::Busy(Duration::from_secs(700))]);
    pass(&world.engine, world.connection).await.expect_err("busy");
    world.shares(&["a"]).await;
    world.pass(600).await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.crm.plan(Op::Log, [Answer::Busy(Duration::from_secs(90))]);
    world.pass(100).await;
    assert_eq!(world.crm.count(Op::Log), 1);
    let asked = world.crm.count(Op::Contacts);
    let Err(Fault::Crm(fault)) = pass(&world.engine, world.connection).await else { panic!("it rests") };
    assert_eq!(fault.kind, CrmFaultKind::Transient);
    assert_eq!(world.crm.count(Op::Contacts), asked);
    world.pass(91).await;
    world.refresh().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn rules_that_came_just_before_a_crash_hold_after_it() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let deny = otomo_domain::rules::Rule::denying("never_log_address", CLIENT).expect("a rule");
    let written = world.store.ledger.write(move |db| Ok(otomo_store::table::rule::put(db, &deny, None)?));
    written.await.expect("a rule that no mail was held against yet");
    let policy = crate::PolicyState::Valid(otomo_domain::policy::Policy::default());
    let world = world.restarted(policy).await;
    world.check_undecided("a", State::Excluded).await;
}
