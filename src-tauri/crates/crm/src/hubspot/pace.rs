//! How fast calls may follow each other.
//!
//! A service key has 100 calls in ten seconds, and the whole account five searches a second. Whoever is turned away too
//! often looks like a broken program, so the connector turns back by itself a little earlier.

use std::collections::VecDeque;
use std::time::Duration;

/// So many calls within so much time.
struct Window {
    most: usize,
    span: Duration,
    calls: VecDeque<Duration>,
}

impl Window {
    fn new(most: usize, span: Duration) -> Self {
        Self { most, span, calls: VecDeque::new() }
    }

    /// How long until there is room for `n` calls.
    fn wait(&mut self, now: Duration, n: usize) -> Option<Duration> {
        while self.calls.front().is_some_and(|first| *first + self.span <= now) {
            self.calls.pop_front();
        }
        let over = (self.calls.len() + n.min(self.most)).checked_sub(self.most).filter(|over| *over > 0)?;
        self.calls.get(over - 1).map(|last| (*last + self.span).saturating_sub(now))
    }
}

/// The calls made so far, as far as they count.
pub struct Pace {
    all: Window,
    searches: Window,
}

impl Default for Pace {
    fn default() -> Self {
        Self { all: Window::new(98, Duration::from_secs(10)), searches: Window::new(4, Duration::from_secs(1)) }
    }
}

impl Pace {
    /// Whether `n` calls, one of them a search, can be made now; else how long to wait.
    pub fn room(&mut self, now: Duration, n: usize) -> Result<(), Duration> {
        let waits = [self.all.wait(now, n), self.searches.wait(now, 1)];
        waits.into_iter().flatten().max().map_or(Ok(()), Err)
    }

    /// Counts a call that is made now; or tells how long to wait with it.
    pub fn take(&mut self, now: Duration, is_search: bool) -> Result<(), Duration> {
        let search = if is_search { self.searches.wait(now, 1) } else { None };
        if let Some(wait) = self.all.wait(now, 1).max(search) {
            return Err(wait);
        }
        self.all.calls.push_back(now);
        if is_search {
            self.searches.calls.push_back(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_fifth_search_waits_until_the_first_is_a_second_ago() {
        let mut pace = Pace::default();
        for n in 0..4 {
            assert_eq!(pace.take(at(n * 100), true), Ok(()));
        }
        assert_eq!(pace.take(at(400), true), Err(at(600)));
        assert_eq!(pace.take(at(400), false), Ok(()));
        assert_eq!(pace.take(at(1000), true), Ok(()));
    }

    #[test]
    fn calls_wait_when_ninety_eight_were_made_in_ten_seconds() {
        let mut pace = Pace::default();
        for n in 0..98 {
            assert_eq!(pace.take(at(n * 10), false), Ok(()));
        }
        assert_eq!(pace.take(at(980), false), Err(at(9020)));
        assert_eq!(pace.room(at(10_000), 2), Err(at(10)));
        assert_eq!(pace.take(at(10_000), false), Ok(()));
    }

    #[test]
    fn more_than_ever_fits_is_let_in_when_nothing_else_is_there() {
        assert_eq!(Pace::default().room(at(0), 1000), Ok(()));
    }
}
