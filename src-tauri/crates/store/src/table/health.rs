//! `health`: how an account has been doing, as spans of time. What is old is forgotten.

use std::time::Duration;

use otomo_domain::account::AccountId;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::column::{to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE health (
    account INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    condition TEXT NOT NULL,
    fault TEXT NOT NULL,
    PRIMARY KEY (account, since)
) STRICT, WITHOUT ROWID;
";

/// How long spans are kept.
const KEPT: Duration = Duration::from_hours(48);

/// How an account is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Mail was captured, or there was none.
    InStep,
    /// It failed in a way that passes.
    Waiting,
    NeedsPerson,
    Paused,
}

/// A stretch of time in which nothing changed. Between two spans the program was not running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub since: Timestamp,
    pub until: Timestamp,
    pub condition: Condition,
    /// What failed, as the caller wrote it; empty where nothing did.
    pub fault: String,
}

/// Notes how the account is doing now. The last span grows if it says the same and ended at most `gap` ago.
pub fn note(
    db: &Connection,
    account: AccountId,
    condition: Condition,
    fault: &str,
    now: Timestamp,
    gap: Duration,
) -> rusqlite::Result<()> {
    let sql = "SELECT since, until, condition, fault FROM health WHERE account = ?1 ORDER BY since DESC LIMIT 1";
    let last = db.prepare_cached(sql)?.query_row([account.0], read).optional()?;
    match last {
        Some(last) if last.condition == condition && last.fault == fault && now <= last.until + gap => {
            let sql = "UPDATE health SET until = max(until, ?3) WHERE account = ?1 AND since = ?2";
            db.prepare_cached(sql)?.execute(params![account.0, last.since.0, now.0])?;
        }
        _ => {
            let sql =
                "INSERT OR REPLACE INTO health (account, since, until, condition, fault) VALUES (?1, ?2, ?2, ?3, ?4)";
            db.prepare_cached(sql)?.execute(params![account.0, now.0, to_word(&condition)?, fault])?;
        }
    }
    let sql = "DELETE FROM health WHERE until < ?1";
    let oldest = now.0 - i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    db.prepare_cached(sql)?.execute([oldest]).map(drop)
}

/// The spans that reach into the time since `since`, in their order.
pub fn of_account(db: &Connection, account: AccountId, since: Timestamp) -> rusqlite::Result<Vec<Span>> {
    let sql = "SELECT since, until, condition, fault FROM health WHERE account = ?1 AND until >= ?2 ORDER BY since";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([account.0, since.0], read)?;
    rows.collect()
}

pub fn forget_account(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM health WHERE account = ?1")?.execute([account.0]).map(drop)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Span> {
    Ok(Span {
        since: Timestamp(row.get(0)?),
        until: Timestamp(row.get(1)?),
        condition: word(row, 2)?,
        fault: row.get(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(180);

    fn spans(notes: &[(i64, Condition, &str)]) -> Vec<(i64, i64, Condition)> {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(CREATE).unwrap();
        for (second, condition, fault) in notes {
            note(&db, AccountId(1), *condition, fault, Timestamp::from_secs(*second), GAP).unwrap();
        }
        let spans = of_account(&db, AccountId(1), Timestamp(0)).unwrap();
        spans.into_iter().map(|span| (span.since.0 / 1000, span.until.0 / 1000, span.condition)).collect()
    }

    #[test]
    fn what_stays_the_same_is_one_span() {
        use Condition::*;
        assert_eq!(spans(&[(0, InStep, ""), (60, InStep, ""), (120, InStep, "")]), [(0, 120, InStep)]);
        let two = [(0, 60, Waiting), (120, 120, Waiting)];
        assert_eq!(spans(&[(0, Waiting, "a"), (60, Waiting, "a"), (120, Waiting, "b")]), two);
    }

    #[test]
    fn a_time_without_the_program_is_a_gap() {
        use Condition::*;
        assert_eq!(
            spans(&[(0, InStep, ""), (60, InStep, ""), (3600, InStep, "")]),
            [(0, 60, InStep), (3600, 3600, InStep)]
        );
    }

    #[test]
    fn what_is_older_than_two_days_is_forgotten() {
        use Condition::*;
        let day = 24 * 3600;
        assert_eq!(spans(&[(0, InStep, ""), (3 * day, Waiting, "x")]), [(3 * day, 3 * day, Waiting)]);
    }
}
