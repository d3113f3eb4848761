//! How fast calls may follow each other.
//!
//! A service key has 100 calls in ten seconds, and the whole account five searches a second. Whoever is turned away too
//! often looks like a broken program, so the connector turns back by itself a little earlier. What it does not know of,
//! like the calls of the program before it was started anew, HubSpot tells with every answer but that of a search.

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

    /// How many calls count at this moment.
    fn within(&mut self, now: Duration) -> usize {
        while self.calls.front().is_some_and(|first| *first + self.span <= now) {
            self.calls.pop_front();
        }
        self.calls.len()
    }

    /// How long until there is room for `n` calls.
    fn wait(&mut self, now: Duration, n: usize) -> Option<Duration> {
        let over = (self.within(now) + n.min(self.most)).checked_sub(self.most).filter(|over| *over > 0)?;
        self.calls.get(over - 1).map(|last| (*last + self.span).saturating_sub(now))
    }
}

/// What HubSpot says of the calls of a key, or of an app in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// How many it takes within ten seconds.
    pub most: usize,
    /// How many of them are left.
    pub left: usize,
}

/// So many calls that HubSpot would take are left alone: they may be on their way already.
const SPARED: usize = 2;

/// The calls made so far, as far as they count.
pub struct Pace {
    all: Window,
    searches: Window,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            all: Window::new(100 - SPARED, Duration::from_secs(10)),
            searches: Window::new(4, Duration::from_secs(1)),
        }
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

    /// Takes over what an answer told. Calls that it counts and that are not known here may all have been made just now.
    pub fn told(&mut self, now: Duration, told: Told) {
        self.all.most = told.most.saturating_sub(SPARED).max(1);
        let unknown = told.most.saturating_sub(told.left).saturating_sub(self.all.within(now));
        self.all.calls.extend(std::iter::repeat_n(now, unknown));
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
    fn calls_that_only_hubspot_knows_of_count_from_the_moment_it_tells_of_them() {
        let mut pace = Pace::default();
        assert_eq!(pace.take(at(0), false), Ok(()));
        pace.told(at(100), Told { most: 100, left: 3 });
        assert_eq!(pace.take(at(200), false), Ok(()));
        pace.told(at(300), Told { most: 100, left: 2 });
        assert_eq!(pace.take(at(400), false), Err(at(9600)));
        assert_eq!(pace.take(at(10_100), false), Ok(()));
    }

    #[test]
    fn what_hubspot_takes_is_what_it_says() {
        let mut pace = Pace::default();
        pace.told(at(0), Told { most: 190, left: 190 });
        assert_eq!((0..200).filter(|_| pace.take(at(0), false).is_ok()).count(), 188);
        pace.told(at(20_000), Told { most: 0, left: 0 });
        assert_eq!(pace.take(at(20_000), false), Ok(()));
    }

    #[test]
    fn more_than_ever_fits_is_let_in_when_nothing_else_is_there() {
        assert_eq!(Pace::default().room(at(0), 1000), Ok(()));
    }
}
