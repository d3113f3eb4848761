//! The machine's clock, and a faster one for test homes. The only code in the program that reads the time.
#![allow(clippy::disallowed_methods, reason = "this is the clock that everything else gets its time from")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use chrono::{Local, Offset, TimeZone};
use otomo_domain::ports::Clock;
use otomo_domain::time::Timestamp;

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The person's time zone, as the machine has it.
fn offset(at: Timestamp) -> i32 {
    Local.timestamp_millis_opt(at.0).single().map_or(0, |local| local.offset().fix().local_minus_utc())
}

/// The machine's clock.
pub struct MachineClock {
    start: Instant,
}

impl Default for MachineClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        wall()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn offset(&self, at: Timestamp) -> i32 {
        offset(at)
    }
}

/// A clock that runs `rate` times as fast as the machine's since `epoch`. All processes of a test home reckon from the
/// same epoch, so that time doesn't go back when one dies and the next begins.
pub struct VirtualClock {
    pub epoch: Timestamp,
    pub rate: u32,
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.epoch + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        wall().since(self.epoch).saturating_mul(self.rate)
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / self.rate.max(1)).await;
    }

    fn offset(&self, at: Timestamp) -> i32 {
        offset(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_where_people_live_and_no_moment_is_without_one() {
        for at in [Timestamp(0), wall(), Timestamp(i64::MAX), Timestamp(i64::MIN)] {
            assert!((-18 * 3600..=18 * 3600).contains(&offset(at)), "{}", offset(at));
        }
    }

    #[test]
    fn virtual_time_runs_faster_and_starts_where_it_should() {
        let epoch = wall() - Duration::from_secs(10);
        let clock = VirtualClock { epoch, rate: 100 };
        let passed = clock.now().since(epoch).as_secs();
        assert!((1000..1100).contains(&passed), "{passed}");
    }
}
