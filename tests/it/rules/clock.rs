//! Restarts within the grace period, and clocks that are set forward and back: nothing goes early.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::Rep;

const CLIENT: &str = "client@customer.example";

/// Slow enough to be watched: a minute takes three seconds.
const WATCHED: u32 = 20;
const MINUTE: Duration = Duration::from_secs(3);

const DAY: i64 = 24 * 3600 * 1000;

/// A rep with a mail that waits for the end of its grace period of half a minute, and a program that doesn't run.
async fn with_one_shared() -> Rep {
    let rep = Rep::new(&json!({}), &[CLIENT]).await;
    // There is room to set the clock back.
    set(&rep, |epoch| epoch - DAY);
    rep.receives("one", CLIENT);
    rep.otomo.run_until_idle(WATCHED);
    let running = rep.starts(WATCHED).await;
    rep.decide("review.share", "one").expect("a decision");
    drop(running);
    assert_eq!(rep.sent(), 0);
    rep
}

/// Sets the day from which the clock of the home runs.
fn set(rep: &Rep, change: impl FnOnce(i64) -> i64) {
    let file = rep.otomo.home.join("test-home.json");
    let mark: Value = serde_json::from_slice(&fs::read(&file).expect("a mark")).expect("JSON");
    let epoch = change(mark["epoch"].as_i64().expect("a time"));
    fs::write(&file, json!({ "epoch": epoch }).to_string()).expect("a mark written");
}

/// Sets what the clock shows forward, or back, by so many milliseconds: it shows `epoch + rate · (real − epoch)`.
fn jump(rep: &Rep, span: i64) {
    set(rep, |epoch| epoch - span / i64::from(WATCHED - 1));
}

/// How often mail was sent while the program lived this long, from the moment at which it was told to start.
async fn sent_within(rep: &Rep, life: Duration) -> usize {
    let over = sleep(life);
    let running = rep.starts(WATCHED).await;
    over.await;
    let sent = rep.sent();
    drop(running);
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_within_the_grace_period_releases_nothing_early() {
    let rep = with_one_shared().await;
    for _ in 0..4 {
        assert_eq!(sent_within(&rep, MINUTE * 2 / 3).await, 0, "no minute has passed since the start");
    }
    assert_eq!(sent_within(&rep, MINUTE * 3).await, 1, "after a minute it goes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_lengthens_the_grace_period_and_one_set_forward_does_not_empty_it() {
    let rep = with_one_shared().await;
    jump(&rep, -DAY);
    assert_eq!(sent_within(&rep, MINUTE * 3).await, 0, "the end of the grace period is a day away");
    jump(&rep, 3 * DAY);
    assert_eq!(sent_within(&rep, MINUTE * 2 / 3).await, 0, "there is a minute to take it back");
    let running = rep.starts(WATCHED).await;
    let queue = rep.otomo.ask("queue.list", Value::Null);
    assert_eq!(queue[0]["state"], "scheduled", "{queue}");
    let undone = rep.otomo.ask("review.undo", json!({ "decision_id": queue[0]["decision_id"] }));
    assert_eq!(undone[0]["state"], "pending", "{undone}");
    sleep(MINUTE * 2).await;
    drop(running);
    assert_eq!(rep.sent(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_once_and_not_again_when_the_clock_is_set_back_after_it() {
    let rep = with_one_shared().await;
    jump(&rep, 3 * DAY);
    assert_eq!(sent_within(&rep, MINUTE * 3).await, 1);
    jump(&rep, -2 * DAY);
    assert_eq!(sent_within(&rep, MINUTE * 3).await, 1);
    assert_eq!(rep.otomo.ask("audit.verify", Value::Null)["intact"], true);
}
