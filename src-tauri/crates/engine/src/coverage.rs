//! How much was shared, asked and kept private, by account and week: counts for a manager, never a word of a mail.

use std::collections::BTreeMap;
use std::sync::Arc;

use otomo_domain::account::AccountId;
use otomo_domain::ports::Clock;
use otomo_domain::review::State;
use otomo_domain::time::Timestamp;
use otomo_store::table::coverage::{self, Outcome};

use crate::engine::Engine;
use crate::fault::Fault;

/// What became of the mail of an account in a week, once for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Monday, 0 o'clock on the wall.
    pub week: Timestamp,
    /// `None` for mail that is not in the cache.
    pub account: Option<AccountId>,
    pub counts: Counts,
}

/// By the day of the decision; what waits by the day it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub shared_by_rep: i64,
    pub shared_by_itself: i64,
    pub private: i64,
    pub failed: i64,
    pub retracted: i64,
    pub waiting: i64,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        use State::*;
        let by_rep = outcome.origin.as_ref().is_some_and(|origin| origin.is_user());
        let count = match outcome.state {
            Scheduled | Queued | Uploading | Verifying | Logged | FailedRetry | AlreadyInCrm | RemoteMissing
            | RetractFailed => {
                if by_rep {
                    &mut self.shared_by_rep
                } else {
                    &mut self.shared_by_itself
                }
            }
            Private => &mut self.private,
            FailedPerm => &mut self.failed,
            RetractQueued | Retracting | Retracted => &mut self.retracted,
            // What came back, or was never decided, waits.
            Excluded | Unmatched | Pending => return,
        };
        *count += 1;
    }
}

const DAY: i64 = 24 * 3600 * 1000;

/// Weeks on the wall, numbered by the day since 1970-01-01 on which they begin.
struct Wall(Arc<dyn Clock>);

impl Wall {
    fn week(&self, at: Timestamp) -> i64 {
        let day = (at.0 + self.ahead(at)).div_euclid(DAY);
        // 1970-01-01 was a Thursday.
        day - (day + 3).rem_euclid(7)
    }

    fn begin(&self, week: i64) -> Timestamp {
        let midnight = Timestamp(week * DAY);
        // The offset of that moment, not of now: clocks are changed between two weeks.
        let about = Timestamp(midnight.0 - self.ahead(midnight));
        Timestamp(midnight.0 - self.ahead(about))
    }

    /// Milliseconds ahead of UTC.
    fn ahead(&self, at: Timestamp) -> i64 {
        i64::from(self.0.offset(at)) * 1000
    }
}

impl Engine {
    /// So many weeks, the oldest first and the current one last; in each the accounts that have anything.
    pub async fn coverage(&self, weeks: u32) -> Result<Vec<Coverage>, Fault> {
        self.catch_up_desk().await?;
        let wall = Wall(Arc::clone(&self.clock));
        let first = wall.week(self.now()) - 7 * (i64::from(weeks) - 1);
        let counted = self.store.cache.read(move |db| {
            let since = wall.begin(first);
            let mut counted: BTreeMap<(i64, Option<AccountId>), Counts> = BTreeMap::new();
            coverage::outcomes(db, since, |outcome| {
                counted.entry((wall.week(outcome.at), outcome.account)).or_default().add(&outcome);
            })?;
            coverage::waiting(db, since, |at, account| {
                counted.entry((wall.week(at), account)).or_default().waiting += 1;
            })?;
            let rows = counted.into_iter().filter(|(_, counts)| *counts != Counts::default());
            Ok(rows.map(|((week, account), counts)| Coverage { week: wall.begin(week), account, counts }).collect())
        });
        Ok(counted.await?)
    }
}

#[cfg(test)]
mod tests;
