//! How many requests the portal takes.

use std::collections::VecDeque;
use std::time::Duration;

use super::refusal::Refusal;

/// A service key has 100 requests in ten seconds, the account five searches a second and 250,000 requests a day.
const WINDOW: Duration = Duration::from_secs(10);
const IN_WINDOW: usize = 100;
const SECOND: Duration = Duration::from_secs(1);
const SEARCHES: usize = 5;

pub struct Rates {
    calls: VecDeque<Duration>,
    searches: VecDeque<Duration>,
    today: u64,
    pub daily: u64,
    /// How often somebody was turned away.
    pub exceeded: usize,
}

impl Default for Rates {
    fn default() -> Self {
        Self { calls: VecDeque::new(), searches: VecDeque::new(), today: 0, daily: 250_000, exceeded: 0 }
    }
}

impl Rates {
    /// Counts a request; the headers its answer carries, which those of a search do not.
    pub fn take(&mut self, now: Duration, is_search: bool) -> Result<Vec<(&'static str, String)>, Refusal> {
        let policy = self.passed(now, is_search);
        if let Some(policy) = policy {
            self.exceeded += 1;
            return Err(Refusal::too_many(policy));
        }
        self.today += 1;
        self.calls.push_back(now);
        if is_search {
            self.searches.push_back(now);
            return Ok(Vec::new());
        }
        Ok(vec![
            ("x-hubspot-ratelimit-max", IN_WINDOW.to_string()),
            ("x-hubspot-ratelimit-remaining", (IN_WINDOW - self.calls.len()).to_string()),
            ("x-hubspot-ratelimit-interval-milliseconds", WINDOW.as_millis().to_string()),
        ])
    }

    /// The policy that this request is too many for.
    fn passed(&mut self, now: Duration, is_search: bool) -> Option<&'static str> {
        drop_before(&mut self.calls, now.checked_sub(WINDOW));
        drop_before(&mut self.searches, now.checked_sub(SECOND));
        if self.today >= self.daily {
            return Some("DAILY");
        }
        if is_search && self.searches.len() >= SEARCHES {
            return Some("SECONDLY");
        }
        (self.calls.len() >= IN_WINDOW).then_some("TEN_SECONDLY_ROLLING")
    }
}

fn drop_before(times: &mut VecDeque<Duration>, start: Option<Duration>) {
    while times.front().zip(start).is_some_and(|(first, start)| *first <= start) {
        times.pop_front();
    }
}
