//! How long the machine has really been running, so that waking a laptop does not empty a grace period.

use std::time::Duration;

use crate::time::Timestamp;

/// The time that must pass between a start or a resume and the first release.
pub const SETTLING: Duration = Duration::from_secs(60);

/// A wall clock that runs ahead of the monotonic one by more than this between two looks means: suspended.
const TOLERANCE: Duration = Duration::from_secs(5);

/// Watches two clocks: a monotonic one, which stands still while the machine sleeps, and the wall clock, which doesn't.
#[derive(Clone, Copy, Debug)]
pub struct Awake {
    since: Duration,
    last: (Duration, Timestamp),
}

impl Awake {
    /// The process starts at this monotonic and wall time.
    pub fn from_start(monotonic: Duration, wall: Timestamp) -> Self {
        Self { since: monotonic, last: (monotonic, wall) }
    }

    /// A look at both clocks. A wall clock set forward by hand counts as a sleep: it only costs [`SETTLING`].
    pub fn observe(&mut self, monotonic: Duration, wall: Timestamp) {
        let ran = monotonic.saturating_sub(self.last.0);
        let passed = wall.since(self.last.1);
        if passed > ran + TOLERANCE {
            self.since = monotonic;
        }
        self.last = (monotonic, wall);
    }

    /// Whether the machine has run for [`SETTLING`] since the start or the last resume.
    pub fn settled(&self) -> bool {
        self.last.0.saturating_sub(self.since) >= SETTLING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn awake_at(looks: &[(u64, i64)]) -> bool {
        let mut awake = Awake::from_start(Duration::ZERO, Timestamp(0));
        for (monotonic, wall) in looks {
            awake.observe(Duration::from_secs(*monotonic), Timestamp::from_secs(*wall));
        }
        awake.settled()
    }

    #[test]
    fn a_minute_after_the_start_the_machine_has_settled() {
        assert!(!awake_at(&[(59, 59)]));
        assert!(awake_at(&[(30, 30), (60, 60)]));
    }

    #[test]
    fn a_resume_starts_the_minute_again() {
        assert!(!awake_at(&[(100, 100), (101, 9000), (102, 9001)]));
        assert!(awake_at(&[(100, 100), (101, 9000), (162, 9061)]));
    }

    #[test]
    fn a_wall_clock_set_back_changes_nothing() {
        assert!(awake_at(&[(50, 50), (70, -5000)]));
    }
}
