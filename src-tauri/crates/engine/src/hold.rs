//! Which connections rest, and for how long. Kept in memory only: after a start only those rest that a CRM has asked to
//! wait, which stands with the mail that it was asked for.
//!
//! A CRM that is busy or out of reach is that for every mail, so its connection rests as a whole; not for as long as a
//! single mail that keeps failing, because that may be the mail's own fault.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use otomo_domain::account::ConnectionId;
use otomo_domain::retry::CONNECTING;
use otomo_domain::time::Timestamp;

/// A CRM that says how long to wait is taken at its word this often in a row; then it is waited longer.
const TRUSTED: u32 = 10;

#[derive(Clone, Copy)]
struct Hold {
    until: Timestamp,
    /// Failures since the CRM last did what it was asked.
    failures: u32,
}

#[derive(Default)]
pub(crate) struct Holds(Mutex<HashMap<ConnectionId, Hold>>);

impl Holds {
    fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, Hold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection rest: as long as the CRM asked for, else longer with every failure in a row.
    pub fn rest(&self, id: ConnectionId, now: Timestamp, asked: Option<Duration>) {
        let mut all = self.all();
        let failures = all.get(&id).map_or(0, |hold| hold.failures).saturating_add(1);
        let wait = match asked {
            Some(asked) if failures <= TRUSTED => asked,
            _ => CONNECTING.wait(failures, rand::random(), asked),
        };
        all.insert(id, Hold { until: now + wait, failures });
    }

    /// Lets a connection rest until then at least: what a CRM asked for before this start holds still.
    pub fn keep(&self, id: ConnectionId, until: Timestamp) {
        let mut all = self.all();
        let hold = all.entry(id).or_insert(Hold { until, failures: 1 });
        hold.until = hold.until.max(until);
    }

    pub fn rests(&self, id: ConnectionId, now: Timestamp) -> bool {
        self.left(id, now).is_some()
    }

    /// How long a connection still rests.
    pub fn left(&self, id: ConnectionId, now: Timestamp) -> Option<Duration> {
        self.all().get(&id).filter(|hold| hold.until > now).map(|hold| hold.until.since(now))
    }

    /// The CRM did what it was asked, or somebody wants it tried now.
    pub fn end(&self, id: ConnectionId) {
        self.all().remove(&id);
    }

    /// When the next connection has rested.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.all().values().map(|hold| hold.until).filter(|until| *until > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRM: ConnectionId = ConnectionId(1);

    fn waits(asked: Option<Duration>, failures: u32) -> Vec<u64> {
        let (holds, now) = (Holds::default(), Timestamp(0));
        let wait = |_| {
            holds.rest(CRM, now, asked);
            holds.next_end(now).map_or(0, |end| end.since(now).as_secs())
        };
        (0..failures).map(wait).collect()
    }

    #[test]
    fn a_crm_out_of_reach_is_tried_again_within_minutes_however_long_it_lasts() {
        let waits = waits(None, 30);
        assert!(waits[0] <= 5, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 15 * 60) && waits[29] >= 7 * 60, "{waits:?}");
    }

    #[test]
    fn a_crm_that_says_how_long_gets_that_and_more_only_if_it_goes_on_saying_so() {
        let waits = waits(Some(Duration::from_secs(1)), 12);
        assert_eq!(waits[..10], [1; 10]);
        assert!(waits[10] > 60, "{waits:?}");
    }

    #[test]
    fn a_connection_that_did_its_work_rests_no_more_and_begins_anew() {
        let (holds, now) = (Holds::default(), Timestamp(0));
        for _ in 0..8 {
            holds.rest(CRM, now, None);
        }
        holds.end(CRM);
        assert!(!holds.rests(CRM, now));
        holds.rest(CRM, now, None);
        assert!(holds.rests(CRM, now) && !holds.rests(CRM, now + Duration::from_secs(6)));
    }
}
