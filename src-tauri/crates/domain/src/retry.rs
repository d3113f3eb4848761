//! How long to wait before the next try.

use std::time::Duration;

/// The shortest and the longest wait of a series that doubles.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    pub floor: Duration,
    pub ceiling: Duration,
}

/// Delivering to a CRM: 30 seconds to 6 hours.
pub const DELIVERY: Backoff = Backoff { floor: Duration::from_secs(30), ceiling: Duration::from_secs(6 * 3600) };

/// Reaching a mail server or reading a contact feed: 5 seconds to 15 minutes.
pub const CONNECTING: Backoff = Backoff { floor: Duration::from_secs(5), ceiling: Duration::from_secs(15 * 60) };

impl Backoff {
    /// The wait after the `attempt`-th failure in a row (1 is the first).
    ///
    /// `jitter` in 0.0..1.0 spreads the wait over its upper half, so that many machines do not come back at once.
    /// What the server asked for (`Retry-After`) is never undercut.
    pub fn wait(self, attempt: u32, jitter: f64, asked: Option<Duration>) -> Duration {
        let doubled = self.floor.saturating_mul(1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        let capped = doubled.min(self.ceiling);
        let spread = capped.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        spread.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_ceiling() {
        let waits: Vec<u64> = (1..=12).map(|n| DELIVERY.wait(n, 1.0, None).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]);
        assert_eq!(DELIVERY.wait(u32::MAX, 1.0, None), DELIVERY.ceiling);
    }

    #[test]
    fn the_server_may_ask_for_more_and_never_gets_less() {
        let asked = Some(Duration::from_secs(300));
        assert_eq!(DELIVERY.wait(1, 0.0, asked).as_secs(), 300);
        assert_eq!(DELIVERY.wait(5, 1.0, asked).as_secs(), 480);
    }
}
