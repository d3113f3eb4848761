//! Calls are counted here, because whoever goes too fast there is cut off ("強制切断"), without a status.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use otomo_domain::error::{CrmFault, CrmFaultKind};

/// Calls in any minute. The API allows 2000 reads and 500 writes; whether that is for one computer or for all that use
/// the app is not documented, so one takes a tenth.
const READS: usize = 200;
const WRITES: usize = 50;
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Signing in counts as reading.
    Read,
    Write,
}

/// The calls of the last minute, by the monotonic clock, and how many were made since they were told last.
#[derive(Default)]
pub struct Budget {
    untold: AtomicU64,
    reads: Mutex<VecDeque<Duration>>,
    writes: Mutex<VecDeque<Duration>>,
}

impl Budget {
    /// Counts a call that is about to be made, or says how long to wait for it.
    pub fn take(&self, call: Call, now: Duration) -> Result<(), CrmFault> {
        let (made, most) = match call {
            Call::Read => (&self.reads, READS),
            Call::Write => (&self.writes, WRITES),
        };
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        while made.front().is_some_and(|first| now.saturating_sub(*first) >= MINUTE) {
            made.pop_front();
        }
        if let (Some(first), true) = (made.front(), made.len() >= most) {
            let wait = (*first + MINUTE).saturating_sub(now);
            let detail = format!("{most} calls in a minute are what one computer may make");
            return Err(CrmFault { retry_after: Some(wait), ..CrmFault::new(CrmFaultKind::RateLimited, detail) });
        }
        made.push_back(now);
        self.untold.fetch_add(1, Ordering::Relaxed);
        Ok(())
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
            assert!(budget.take(Call::Read, at(n as u64 / 10)).is_ok());
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
}
