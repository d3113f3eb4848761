//! A time that stands still while anybody works, and jumps to what is due next once all sleep.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::ports::Clock;
use otomo_domain::time::Timestamp;
use tokio::sync::Notify;

/// How many workers of the program sleep when there is nothing to do: one for its mailbox, one for its CRM, one for what
/// leaves, one for sign-ins that are taken back.
const WORKERS: usize = 4;

/// Nobody here waits longer than this for anything.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Whose time it is: a fake CRM that has one of its own shares it with the program.
pub struct Jumping {
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pass: Box<dyn Fn(Duration) + Send + Sync>,
    began: Timestamp,
    sleepers: Mutex<Sleepers>,
    moved: Notify,
}

#[derive(Default)]
struct Sleepers {
    until: BTreeMap<u64, Timestamp>,
    so_far: u64,
}

/// Somebody who sleeps, until dropped.
struct Asleep<'a> {
    time: &'a Jumping,
    number: u64,
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.time.sleepers().until.remove(&self.number);
    }
}

impl Jumping {
    /// The time that `now` tells and `pass` moves.
    pub fn over(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        pass: impl Fn(Duration) + Send + Sync + 'static,
    ) -> Self {
        let began = now();
        Self { now: Box::new(now), pass: Box::new(pass), began, sleepers: Mutex::default(), moved: Notify::new() }
    }

    fn sleepers(&self) -> MutexGuard<'_, Sleepers> {
        self.sleepers.lock().expect("nobody panicked")
    }

    /// Lets time go by at once.
    pub fn pass(&self, span: Duration) {
        (self.pass)(span);
        self.moved.notify_waiters();
    }

    /// How much time has passed since the beginning.
    pub fn passed(&self) -> Duration {
        self.now().since(self.began)
    }

    fn lie_down(&self, until: Timestamp) -> Asleep<'_> {
        let mut sleepers = self.sleepers();
        sleepers.so_far += 1;
        let number = sleepers.so_far;
        sleepers.until.insert(number, until);
        Asleep { time: self, number }
    }

    /// Wakes whoever is next, if nobody is awake.
    fn jump(&self) {
        let mut sleepers = self.sleepers();
        if sleepers.until.len() < WORKERS {
            return;
        }
        let Some(next) = sleepers.until.values().min().copied() else { return };
        (self.pass)(next.since(self.now()));
        // Whoever wakes is awake from here on, not only once it is their turn.
        let now = self.now();
        sleepers.until.retain(|_, until| *until > now);
        self.moved.notify_waiters();
    }
}

#[async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        (self.now)()
    }

    fn monotonic(&self) -> Duration {
        self.passed()
    }

    async fn sleep(&self, span: Duration) {
        let until = self.now() + span.min(LONGEST);
        let _asleep = self.lie_down(until);
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            self.jump();
            if self.now() >= until {
                return;
            }
            moved.await;
        }
    }
}
