//! Calls are counted here, because whoever goes too fast there is cut off ("強制切断"), without a status.
//!
//! The API allows 2000 reads and 500 writes a minute; whether that is for one computer or for all that use the app is not
//! documented. So one computer takes nearly all of it as long as nobody is cut off, and less where somebody was: others
//! go there too.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use otomo_domain::error::{CrmFault, CrmFaultKind};

/// Calls in any minute, at most: nineteen of twenty that the API allows.
const READS: usize = 1900;
const WRITES: usize = 475;
const MINUTE: Duration = Duration::from_secs(60);

/// What is left is never less than this part: ten computers that share an app all get their turn.
const LEAST: usize = 10;

/// A cut holds for so long; then what may be done doubles each time that it has passed again.
const CAREFUL: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Signing in counts as reading.
    Read,
    Write,
}

/// The calls of the last minute of one sort, and how many there may be.
struct Window {
    calls: VecDeque<Duration>,
    most: usize,
    now_at_most: usize,
    changed: Duration,
}

impl Window {
    fn new(most: usize) -> Self {
        Self { calls: VecDeque::new(), most, now_at_most: most, changed: Duration::ZERO }
    }

    fn pass(&mut self, now: Duration) {
        while self.calls.front().is_some_and(|first| now.saturating_sub(*first) >= MINUTE) {
            self.calls.pop_front();
        }
        while self.now_at_most < self.most && now.saturating_sub(self.changed) >= CAREFUL {
            self.now_at_most = (self.now_at_most * 2).min(self.most);
            self.changed += CAREFUL;
        }
    }

    /// Counts a call, or says how long to wait for it.
    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.pass(now);
        let over = self.calls.len().checked_sub(self.now_at_most);
        match over.and_then(|over| self.calls.get(over)) {
            Some(call) => Err((*call + MINUTE).saturating_sub(now)),
            None => {
                self.calls.push_back(now);
                Ok(())
            }
        }
    }

    /// Somebody was cut off who had made so many calls that it may have been for that.
    fn cut(&mut self, now: Duration) {
        self.pass(now);
        let least = self.most / LEAST;
        if self.calls.len() > least {
            (self.now_at_most, self.changed) = ((self.calls.len() / 2).max(least), now);
        }
    }
}

/// The calls of the last minute, by the monotonic clock, and how many were made since they were told last.
pub struct Budget {
    untold: AtomicU64,
    reads: Mutex<Window>,
    writes: Mutex<Window>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            untold: AtomicU64::new(0),
            reads: Mutex::new(Window::new(READS)),
            writes: Mutex::new(Window::new(WRITES)),
        }
    }
}

impl Budget {
    fn window(&self, call: Call) -> MutexGuard<'_, Window> {
        let window = match call {
            Call::Read => &self.reads,
            Call::Write => &self.writes,
        };
        window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call that is about to be made, or says how long to wait for it.
    pub fn take(&self, call: Call, now: Duration) -> Result<(), CrmFault> {
        let mut window = self.window(call);
        window.take(now).map_err(|wait| {
            let detail = format!("{} calls in a minute are what one computer may make", window.now_at_most);
            CrmFault { retry_after: Some(wait), ..CrmFault::new(CrmFaultKind::RateLimited, detail) }
        })?;
        self.untold.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// A call got no answer: maybe it was one too many, of all that use the app.
    pub fn cut(&self, call: Call, now: Duration) {
        self.window(call).cut(now);
    }

    /// The calls since this was asked last; each is billed.
    pub fn tell(&self) -> u64 {
        self.untold.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_call_too_many_is_told_how_long_to_wait() {
        let budget = Budget::default();
        for n in 0..READS {
            assert!(budget.take(Call::Read, at(n as u64 / 100)).is_ok());
        }
        let fault = budget.take(Call::Read, at(45)).unwrap_err();
        assert_eq!((fault.kind, fault.retry_after), (CrmFaultKind::RateLimited, Some(at(15))));
        assert!(budget.take(Call::Read, at(60)).is_ok());
    }

    #[test]
    fn every_call_is_told_once() {
        let budget = Budget::default();
        for call in [Call::Read, Call::Write, Call::Read] {
            assert!(budget.take(call, at(0)).is_ok());
        }
        assert_eq!((budget.tell(), budget.tell()), (3, 0));
    }

    #[test]
    fn reads_and_writes_are_counted_apart() {
        let budget = Budget::default();
        for _ in 0..WRITES {
            assert!(budget.take(Call::Write, at(0)).is_ok());
        }
        assert!(budget.take(Call::Write, at(1)).is_err());
        assert!(budget.take(Call::Read, at(1)).is_ok());
    }

    /// How many writes there may be at one stroke.
    fn room(budget: &Budget, now: Duration) -> usize {
        (0..).take_while(|_| budget.take(Call::Write, now).is_ok()).count()
    }

    #[test]
    fn who_is_cut_off_takes_half_and_later_more_again() {
        let budget = Budget::default();
        assert_eq!(room(&budget, at(0)), WRITES);
        budget.cut(Call::Write, at(1));
        assert_eq!(room(&budget, at(60)), WRITES / 2);
        budget.cut(Call::Write, at(61));
        assert_eq!(room(&budget, at(120)), WRITES / 4);
        assert_eq!(room(&budget, at(61 + 599)), WRITES / 4);
        assert_eq!(room(&budget, at(61 + 660)), WRITES / 4 * 2);
        assert_eq!(room(&budget, at(61 + 3600)), WRITES);
    }

    #[test]
    fn a_cut_after_few_calls_has_another_reason() {
        let budget = Budget::default();
        for n in 0..WRITES / LEAST {
            assert!(budget.take(Call::Write, at(n as u64 / 10)).is_ok());
        }
        budget.cut(Call::Write, at(10));
        assert_eq!(room(&budget, at(100)), WRITES);
    }

    #[test]
    fn however_often_somebody_is_cut_off_a_tenth_is_left() {
        let budget = Budget::default();
        for minute in 0..10 {
            assert!(room(&budget, at(minute * 60)) >= WRITES / LEAST);
            budget.cut(Call::Write, at(minute * 60 + 1));
        }
    }
}
