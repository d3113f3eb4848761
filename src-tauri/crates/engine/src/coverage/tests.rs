use super::*;
use crate::fixture::World;

async fn rows(world: &World, weeks: u32) -> Vec<Coverage> {
    world.engine.coverage(weeks).await.expect("counts")
}

#[tokio::test]
async fn every_mail_is_counted_once_by_what_became_of_it() {
    let world = World::new().await;
    world.shares(&["logged", "taken back"]).await;
    world.engine.retract(world.review("taken back").await.id).await.expect("a retraction");
    world.pass(1).await;
    world.receives(&["private", "waiting", "undone"]).await;
    world.engine.keep_private(&[world.seen("private").await], None).await.expect("a decision");
    let undone = world.share("undone").await;
    world.engine.undo(undone.decision).await.expect("an undo");
    let decided = rows(&world, 1).await;
    let counts = decided.iter().fold(Counts::default(), |mut sum, row| {
        assert_eq!(row.account, Some(world.account));
        sum.shared_by_rep += row.counts.shared_by_rep;
        sum.private += row.counts.private;
        sum.retracted += row.counts.retracted;
        sum
    });
    assert_eq!(counts, Counts { shared_by_rep: 1, private: 1, retracted: 1, ..Counts::default() });
}

#[tokio::test]
async fn a_week_begins_on_monday_at_midnight_on_the_wall() {
    let world = World::new().await;
    world.clock.live_at(9 * 3600);
    // Sunday, 23:30 in Tokyo, and half past midnight an hour later.
    world.clock.set(Timestamp::from_rfc3339("2027-01-17T23:30:00+09:00").expect("a time"));
    world.settle().await;
    world.receives(&["a", "b"]).await;
    world.share("a").await;
    world.clock.advance(std::time::Duration::from_secs(3600));
    world.share("b").await;
    let weeks: Vec<_> = rows(&world, 2).await.iter().map(|row| (row.week, row.counts.shared_by_rep)).collect();
    let monday = |text| Timestamp::from_rfc3339(text).expect("a time");
    assert_eq!(weeks, [(monday("2027-01-11T00:00:00+09:00"), 1), (monday("2027-01-18T00:00:00+09:00"), 1)]);
}

/// The mail is of 22 November, eight weeks before the clock's now.
#[tokio::test]
async fn what_waits_is_counted_in_the_week_it_was_written() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let waiting: Vec<i64> = rows(&world, 12).await.iter().map(|row| row.counts.waiting).collect();
    assert_eq!(waiting, [1]);
    assert_eq!(rows(&world, 1).await, []);
}
