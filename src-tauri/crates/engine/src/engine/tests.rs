use super::*;
use crate::fixture::{Answer, CLIENT, Op, World, message};

/// Lets time run, much faster than on a wall, while `work` goes on.
async fn while_time_passes<T>(world: &World, work: impl Future<Output = T>) -> T {
    let ticking = async {
        loop {
            world.clock.advance(Duration::from_secs(1));
            drop(tokio::time::timeout(Duration::from_millis(2), std::future::pending::<()>()).await);
        }
    };
    tokio::select! {
        done = work => done,
        () = ticking => unreachable!("time passes for ever"),
    }
}

async fn until_idle(world: &World) {
    let idle = tokio::time::timeout(Duration::from_secs(60), while_time_passes(world, world.engine.until_idle()));
    idle.await.expect("idle in time").expect("idle");
}

#[tokio::test]
async fn the_workers_carry_a_mail_from_the_mailbox_to_the_crm() {
    let world = World::new().await;
    world.engine.start().await.expect("workers");
    world.mailbox.deliver(message("a", CLIENT));
    world.engine.wake_account(world.account);
    let mut events = world.engine.bus.listen();
    while world.engine.mail_count().await.expect("a count") == 0 {
        events.recv().await.expect("an event");
    }
    world.share("a").await;
    until_idle(&world).await;
    world.check("a", State::Logged).await;
    world.engine.stop().await;
}

#[tokio::test]
async fn idle_waits_for_a_lost_reply_to_be_settled() {
    let world = World::new().await;
    world.crm.plan(Op::Log, [Answer::LoseReply]);
    world.crm.plan(Op::Find, [Answer::LoseRequest]);
    world.receives(&["a"]).await;
    world.share("a").await;
    world.engine.start().await.expect("workers");
    until_idle(&world).await;
    world.check("a", State::Logged).await;
    assert_eq!(world.crm.commits("a"), 1);
    world.engine.stop().await;
}

#[tokio::test]
async fn a_paused_connection_keeps_nobody_waiting_for_idle() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    world.engine.start().await.expect("workers");
    until_idle(&world).await;
    world.check("a", State::Scheduled).await;
    world.engine.stop().await;
}

#[tokio::test]
async fn stopping_ends_every_worker_in_the_middle_of_whatever_it_does() {
    let world = World::new().await;
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    world.crm.plan(Op::Log, [Answer::Hold { begun: Arc::clone(&begun), go_on }]);
    world.receives(&["a"]).await;
    world.share("a").await;
    world.engine.start().await.expect("workers");
    while_time_passes(&world, begun.notified()).await;
    tokio::time::timeout(Duration::from_secs(5), world.engine.stop()).await.expect("stopped in time");
    world.check("a", State::Uploading).await;
    let world = world.restarted(PolicyState::Valid(Policy::default())).await;
    world.check("a", State::Verifying).await;
}

#[tokio::test]
async fn a_worker_that_panics_ends_the_engine() {
    let world = World::new().await;
    world.engine.start().await.expect("workers");
    tokio::task::yield_now().await;
    assert!(!world.engine.has_ended());
    world.engine.spawn(async { panic!("a worker fell over") });
    tokio::time::timeout(Duration::from_secs(5), world.engine.ended()).await.expect("the engine ends");
    world.engine.stop().await;
}
