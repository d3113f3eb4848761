use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::ConnectionStatus;
use otomo_domain::policy::Policy;
use tokio::sync::Notify;

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{Answer, CLIENT, Op, World};

mod in_part;
mod irrevocable;

/// Longer than any wait after the first few failures.
const LONG: u64 = 3600;

fn again() -> PolicyState {
    PolicyState::Valid(Policy::default())
}

/// A mail whose upload waits in the middle until it is let go on.
async fn held(world: &World, name: &str) -> Held {
    world.receives(&[name]).await;
    world.share(name).await;
    held_at(world, Op::Log).await
}

/// The grace period ends, and the outbox waits in the middle of a request.
async fn held_at(world: &World, op: Op) -> Held {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.crm.plan(op, [Answer::Hold { begun: Arc::clone(&begun), go_on: Arc::clone(&go_on) }]);
    world.clock.advance(Duration::from_secs(30));
    let engine = world.engine.clone();
    let round = tokio::spawn(async move { round(&engine).await });
    begun.notified().await;
    Held { go_on, round }
}

struct Held {
    go_on: Arc<Notify>,
    round: tokio::task::JoinHandle<Result<(), Fault>>,
}

impl Held {
    async fn goes_on(self) {
        self.go_on.notify_one();
        self.round.await.expect("no panic").expect("a round");
    }
}

#[tokio::test]
async fn a_mail_arrives_exactly_as_it_was_previewed() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let opened = world.engine.open_mail(world.connection, world.row("a").await.mail).await.expect("a mail");
    let choice = world.engine.choose(&opened, crate::preview::Wish::default()).expect("a choice");
    let previewed = world.engine.freeze(&opened, &choice).expect("a payload");
    world.share("a").await;
    world.grace().await;
    assert_eq!(world.crm.mails().into_values().collect::<Vec<_>>(), [previewed.bytes]);
}

#[tokio::test]
async fn a_lost_reply_is_looked_up_and_nothing_is_sent_twice() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.shares(&["a"]).await;
    world.check("a", State::Verifying).await;
    world.work().await;
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find), world.crm.commits("a")), (1, 1, 1));
}

#[tokio::test]
async fn a_lost_answer_of_a_crm_that_cannot_be_asked_is_the_reps() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.crm.plan(Op::Find, [Answer::Refuse(CrmFaultKind::Unsupported)]);
    world.shares(&["a"]).await;
    world.work().await;
    world.check("a", State::FailedPerm).await;
    let fault = world.review("a").await.review.fault.expect("a fault");
    assert_eq!(fault.kind, CrmFaultKind::MaybeLogged);
    world.pass(LONG).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find)), (1, 1));
}

#[tokio::test]
async fn a_lost_request_is_sent_again_after_the_crm_said_that_it_has_nothing() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseRequest]);
    world.shares(&["a"]).await;
    world.work().await;
    world.check("a", State::Queued).await;
    world.pass(LONG).await;
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find), world.crm.commits("a")), (2, 1, 1));
}

#[tokio::test]
async fn a_crm_that_shows_late_what_it_has_is_asked_again_before_anything_is_sent_twice() {
    let world = World::new().await;
    let minutes = 15;
    world.crm.shows_late(2, Patience { tries: 3, span: Duration::from_secs(minutes * 60) });
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.shares(&["a"]).await;
    for _ in 0..2 {
        world.work().await;
        world.work().await;
        world.check("a", State::Verifying).await;
        world.pass(minutes * 60 / 2).await;
    }
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find), world.crm.commits("a")), (1, 3, 1));
}

#[tokio::test]
async fn when_patience_is_over_what_never_arrived_is_sent() {
    let world = World::new().await;
    let minutes = 15;
    world.crm.shows_late(0, Patience { tries: 3, span: Duration::from_secs(minutes * 60) });
    world.crm.plan(Op::Log, [Answer::LoseRequest]);
    world.shares(&["a"]).await;
    for _ in 0..2 {
        world.work().await;
        world.check("a", State::Verifying).await;
        world.pass(minutes * 60 / 2).await;
    }
    world.check("a", State::Queued).await;
    world.pass(LONG).await;
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find), world.crm.commits("a")), (2, 3, 1));
}

#[tokio::test]
async fn a_look_up_that_gets_no_answer_is_repeated_and_nothing_is_sent_meanwhile() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.crm.plan(Op::Find, vec![Answer::LoseRequest; 3]);
    world.shares(&["a"]).await;
    for _ in 0..3 {
        world.pass(LONG).await;
        world.check("a", State::Verifying).await;
    }
    world.pass(LONG).await;
    world.check("a", State::Logged).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.commits("a")), (1, 1));
}

#[tokio::test]
async fn a_look_up_that_the_crm_does_not_understand_holds_nobody_up() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.crm.plan(Op::Find, vec![Answer::Refuse(CrmFaultKind::Protocol); 100]);
    world.shares(&["a"]).await;
    world.pass(LONG).await;
    world.shares(&["b"]).await;
    world.check("a", State::Verifying).await;
    world.check("b", State::Logged).await;
}

#[tokio::test]
async fn a_refused_token_keeps_the_queue_until_somebody_signs_in() {
    for kind in [CrmFaultKind::SignInNeeded, CrmFaultKind::Forbidden] {
        let world = World::new().await;
        world.crm.plan(Op::Log, [Answer::Refuse(kind)]);
        world.shares(&["a", "b"]).await;
        for name in ["a", "b"] {
            world.check(name, State::Queued).await;
        }
        assert_eq!((world.status().await, world.crm.count(Op::Log)), (ConnectionStatus::SignInNeeded, 1));
        world.pass(LONG).await;
        assert_eq!(world.crm.count(Op::Log), 1);
        world
            .engine
            .sign_in_connection(world.connection, Some("token".to_owned().into()), None)
            .await
            .expect("signed in");
        world.work().await;
        for name in ["a", "b"] {
            world.check(name, State::Logged).await;
        }
    }
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_keeps_no_other_from_it() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::SignInNeeded)]);
    world.shares(&["a", "b"]).await;
    let id = world.check("a", State::Queued).await.id;
    world.store.ledger.write(move |db| Ok(outbox::drop_row(db, id)?)).await.expect("its bytes are lost");
    world.engine.sign_in_connection(world.connection, Some("token".to_owned().into()), None).await.expect("signed in");
    world.work().await;
    world.check("a", State::FailedPerm).await;
    world.check("b", State::Logged).await;
}

#[tokio::test]
async fn a_mail_that_cannot_be_looked_up_any_more_is_the_reps() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.shares(&["a"]).await;
    let id = world.check("a", State::Verifying).await.id;
    world.store.ledger.write(move |db| Ok(outbox::drop_row(db, id)?)).await.expect("its bytes are lost");
    world.work().await;
    let row = world.check("a", State::FailedPerm).await;
    assert_eq!(row.review.fault.expect("a fault").kind, CrmFaultKind::MaybeLogged);
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find)), (1, 0));
}

#[tokio::test]
async fn a_mail_whose_look_up_is_refused_again_and_again_is_the_reps() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.crm.plan(Op::Find, vec![Answer::Refuse(CrmFaultKind::Rejected); 100]);
    world.shares(&["a"]).await;
    for _ in 0..20 {
        world.pass(7 * LONG).await;
    }
    let row = world.check("a", State::FailedPerm).await;
    assert_eq!(row.review.fault.expect("a fault").kind, CrmFaultKind::MaybeLogged);
    assert_eq!((world.crm.count(Op::Log), world.crm.commits("a")), (1, 1));
    assert!((8..12).contains(&world.crm.count(Op::Find)), "{}", world.crm.count(Op::Find));
}

#[tokio::test]
async fn a_busy_crm_gets_the_time_it_asks_for() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Busy(Duration::from_secs(900))]);
    world.shares(&["a", "b"]).await;
    let row = world.check("a", State::FailedRetry).await;
    world.check("b", State::Queued).await;
    world.engine.send_now(row.id).await.expect("asked for");
    world.pass(899).await;
    assert_eq!(world.crm.count(Op::Log), 1, "not even the rep makes it impatient");
    world.pass(1).await;
    for name in ["a", "b"] {
        world.check(name, State::Logged).await;
    }
}

#[tokio::test]
async fn a_crm_that_is_down_is_tried_later_and_later() {
    let world = World::new().await;
    world.crm.plan(Op::Log, vec![Answer::Refuse(CrmFaultKind::Transient); 6]);
    world.shares(&["a"]).await;
    let mut waits = Vec::new();
    for attempt in 1..=6 {
        let row = world.check("a", State::FailedRetry).await;
        assert_eq!(row.review.attempt, attempt);
        let wait = row.review.next_attempt_at.expect("a time").since(world.engine.now());
        let doubled = Duration::from_secs(30 << (attempt - 1));
        assert!(doubled / 2 <= wait && wait <= doubled, "{wait:?} after {attempt}");
        waits.push(wait);
        world.pass(wait.as_secs() + 1).await;
    }
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_mail_that_fails_for_hours_holds_the_others_up_for_seconds() {
    let world = World::new().await;
    world.crm.plan(Op::Log, vec![Answer::Refuse(CrmFaultKind::Transient); 9]);
    world.shares(&["a"]).await;
    for _ in 0..8 {
        world.pass(2 * LONG).await;
    }
    let row = world.check("a", State::FailedRetry).await;
    let wait = row.review.next_attempt_at.expect("a time").since(world.engine.now());
    world.receives(&["b"]).await;
    world.share("b").await;
    world.pass(20 * 60).await;
    world.check("b", State::Logged).await;
    world.check("a", State::FailedRetry).await;
    assert!(wait.as_secs() > LONG, "{wait:?}");
}

#[tokio::test]
async fn a_limit_that_is_met_often_is_no_failure_of_the_mail() {
    let world = World::new().await;
    world.crm.plan(Op::Log, vec![Answer::Busy(Duration::from_secs(2)); 8]);
    world.shares(&["a"]).await;
    for _ in 0..8 {
        assert_eq!(world.check("a", State::FailedRetry).await.review.attempt, 0);
        world.pass(2).await;
    }
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn what_a_crm_asked_to_wait_holds_for_all_its_mail_although_the_program_starts_again() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Busy(Duration::from_secs(90))]);
    world.shares(&["a", "b"]).await;
    let world = world.starts_again(again()).await;
    world.work().await;
    world.pass(60).await;
    assert_eq!(world.crm.count(Op::Log), 1, "b came before the wait that a was told was over");
    world.pass(31).await;
    world.check("a", State::Logged).await;
    world.check("b", State::Logged).await;
}

#[tokio::test]
async fn a_crm_that_asks_to_wait_is_not_even_asked_whether_the_mail_has_arrived() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Unclear(Duration::from_secs(90))]);
    world.shares(&["a", "b"]).await;
    assert_eq!((world.crm.count(Op::Log), world.crm.count(Op::Find)), (1, 0));
    world.check("a", State::Verifying).await;
    for _ in 0..3 {
        world.pass(91).await;
    }
    world.check("a", State::Logged).await;
    world.check("b", State::Logged).await;
}

#[tokio::test]
async fn a_mail_that_never_arrives_and_is_never_refused_is_given_to_the_rep() {
    let world = World::new().await;
    world.crm.plan(Op::Log, vec![Answer::LoseRequest; 100]);
    world.shares(&["a"]).await;
    for _ in 0..30 {
        world.pass(7 * LONG).await;
    }
    let row = world.check("a", State::FailedPerm).await;
    assert_eq!(row.review.fault.map(|fault| fault.kind), Some(CrmFaultKind::Protocol));
    assert_eq!((world.crm.count(Op::Log), world.crm.commits("a")), (8, 0));
    let again = world.engine.retry(row.id).await.expect("asked for");
    assert_eq!(again.review.in_vain, 0, "all of its tries are there again");
}

#[tokio::test]
async fn the_rep_can_end_the_wait_of_a_crm_that_was_down() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::Transient)]);
    world.shares(&["a"]).await;
    let row = world.check("a", State::FailedRetry).await;
    world.engine.send_now(row.id).await.expect("asked for");
    world.work().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn what_a_crm_does_not_take_is_the_reps_and_the_others_go_on() {
    use CrmFaultKind::{Conflict, NotFound, Rejected, TooLarge};
    for kind in [Conflict, TooLarge, Rejected, NotFound] {
        let world = World::new().await;
        world.crm.plan(Op::Log, [Answer::Refuse(kind)]);
        world.shares(&["a", "b"]).await;
        let row = world.check("a", State::FailedPerm).await;
        assert_eq!(row.review.fault.map(|fault| fault.kind), Some(kind));
        world.check("b", State::Logged).await;
        world.pass(LONG).await;
        world.check("a", State::FailedPerm).await;
        world.engine.retry(row.id).await.expect("again");
        world.work().await;
        world.check("a", State::Logged).await;
    }
}

#[tokio::test]
async fn a_crm_that_misses_a_file_is_tried_three_times() {
    let world = World::new().await;
    world.crm.plan(Op::Log, vec![Answer::Refuse(CrmFaultKind::AttachmentMissing); 3]);
    world.share_with_file("a").await;
    world.grace().await;
    for _ in 0..2 {
        world.check("a", State::FailedRetry).await;
        world.pass(LONG).await;
    }
    world.check("a", State::FailedPerm).await;
    assert_eq!((world.crm.count(Op::File), world.crm.count(Op::Log)), (3, 3));
}

#[tokio::test]
async fn a_pause_holds_after_the_request_under_way() {
    let world = World::new().await;
    let held = held(&world, "a").await;
    world.receives(&["b"]).await;
    world.share("b").await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    held.goes_on().await;
    world.check("a", State::Logged).await;
    world.grace().await;
    world.check("b", State::Scheduled).await;
    assert_eq!(world.crm.count(Op::Log), 1);
}

#[tokio::test]
async fn a_pause_between_a_file_and_its_mail_keeps_the_mail_queued() {
    let world = World::new().await;
    world.share_with_file("a").await;
    let held = held_at(&world, Op::File).await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    held.goes_on().await;
    world.check("a", State::Queued).await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.engine.pause_connection(world.connection, false).await.expect("on again");
    world.work().await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn a_mail_queued_before_a_pause_stays_queued() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::Transient)]);
    world.shares(&["a"]).await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    world.pass(LONG).await;
    world.check("a", State::FailedRetry).await;
    assert_eq!(world.crm.count(Op::Log), 1);
}

#[tokio::test]
async fn a_rule_that_comes_while_a_mail_is_queued_keeps_it_from_leaving() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::Refuse(CrmFaultKind::Transient)]);
    world.shares(&["a"]).await;
    world.never_log(CLIENT).await;
    world.pass(LONG).await;
    world.check("a", State::Private).await;
    assert_eq!(world.crm.count(Op::Log), 1);
}

#[tokio::test]
async fn a_mail_made_private_on_the_wire_is_taken_back_once_it_is_there() {
    let world = World::new().await;
    let held = held(&world, "a").await;
    let row = world.check("a", State::Uploading).await;
    let cancelled = world.engine.cancel(row.id).await.expect("private");
    assert!(cancelled.review.retract_after);
    held.goes_on().await;
    world.check("a", State::RetractQueued).await;
    world.work().await;
    world.check("a", State::Retracted).await;
    assert!(world.crm.mails().is_empty());
}

#[tokio::test]
async fn a_mail_made_private_on_the_wire_that_never_arrived_is_private() {
    let world = World::new().await;
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.crm.plan(Op::Find, [Answer::Hold { begun: Arc::clone(&begun), go_on: Arc::clone(&go_on) }]);
    world.crm.plan(Op::Log, [Answer::LoseRequest]);
    world.shares(&["a"]).await;
    let row = world.check("a", State::Verifying).await;
    world.engine.cancel(row.id).await.expect("private");
    go_on.notify_one();
    world.work().await;
    world.check("a", State::Private).await;
    world.pass(LONG).await;
    assert_eq!(world.crm.count(Op::Log), 1);
}

#[tokio::test]
async fn a_logged_mail_can_be_taken_back_and_shared_again() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    let row = world.check("a", State::Logged).await;
    world.engine.retract(row.id).await.expect("back");
    world.work().await;
    world.check("a", State::Retracted).await;
    assert!(!world.crm.has("a"));
    world.share("a").await;
    world.grace().await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.commits("a"), 2);
}

#[tokio::test]
async fn a_lost_reply_to_a_retraction_is_asked_for_again() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    world.crm.plan(Op::Unlog, [Answer::LoseReply, Answer::LoseRequest]);
    let row = world.check("a", State::Logged).await;
    world.engine.retract(row.id).await.expect("back");
    for _ in 0..3 {
        world.pass(LONG).await;
    }
    world.check("a", State::Retracted).await;
    assert!(!world.crm.has("a"));
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_said_to_the_rep() {
    for kind in [CrmFaultKind::Unsupported, CrmFaultKind::Rejected] {
        let world = World::new().await;
        world.shares(&["a"]).await;
        world.crm.plan(Op::Unlog, [Answer::Refuse(kind)]);
        let row = world.check("a", State::Logged).await;
        world.engine.retract(row.id).await.expect("back");
        world.work().await;
        let row = world.check("a", State::RetractFailed).await;
        assert_eq!(row.review.fault.map(|fault| fault.kind), Some(kind));
        assert!(world.crm.has("a"));
    }
}

#[tokio::test]
async fn what_a_crash_left_on_the_wire_is_looked_up_first() {
    for arrived in [true, false] {
        let world = World::new().await;
        let held = held(&world, "a").await;
        if arrived {
            held.go_on.notify_one();
        }
        // The process dies before the answer's meaning is written down.
        held.round.abort();
        drop(held.round.await);
        world.crm.behave();
        let uploading = world.standing("a").await.state;
        let world = world.restarted(again()).await;
        if uploading == State::Uploading {
            world.check("a", State::Verifying).await;
        }
        world.work().await;
        world.pass(LONG).await;
        world.check("a", State::Logged).await;
        assert_eq!(world.crm.commits("a"), 1);
    }
}

#[tokio::test]
async fn a_crash_during_a_retraction_asks_again() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    let row = world.check("a", State::Logged).await;
    world.engine.retract(row.id).await.expect("back");
    act(&world.engine, &row, Act::Lease).await.expect("leased");
    world.check("a", State::Retracting).await;
    let world = world.restarted(again()).await;
    world.check("a", State::RetractQueued).await;
    world.work().await;
    world.check("a", State::Retracted).await;
}
