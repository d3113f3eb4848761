//! `desk_tally`: how much mail lies in each of the desk's piles, so that a list of a hundred thousand mails need not be
//! counted through after every decision. Kept by triggers: whatever places a mail counts it.

use std::collections::BTreeSet;

use otomo_domain::account::ConnectionId;
use otomo_domain::review::State;
use rusqlite::{Connection, params};

use super::desk::Pile;
use crate::column::{to_word, word};

pub(crate) const CREATE: &str = "
CREATE TABLE desk_tally (
    connection INTEGER NOT NULL,
    state TEXT NOT NULL,
    later INTEGER NOT NULL,
    first INTEGER NOT NULL,
    alert INTEGER NOT NULL,
    mails INTEGER NOT NULL,
    PRIMARY KEY (connection, state, later, first, alert)
) STRICT, WITHOUT ROWID;
INSERT INTO desk_tally (connection, state, later, first, alert, mails)
    SELECT connection, state, later, first, alert, count(*) FROM desk GROUP BY 1, 2, 3, 4, 5;
CREATE TRIGGER desk_tally_in AFTER INSERT ON desk BEGIN
    INSERT INTO desk_tally VALUES (new.connection, new.state, new.later, new.first, new.alert, 1)
        ON CONFLICT DO UPDATE SET mails = mails + 1;
END;
CREATE TRIGGER desk_tally_out AFTER DELETE ON desk BEGIN
    UPDATE desk_tally SET mails = mails - 1
        WHERE (connection, state, later, first, alert) = (old.connection, old.state, old.later, old.first, old.alert);
END;
CREATE TRIGGER desk_tally_moved AFTER UPDATE OF state, later, first, alert ON desk
    WHEN (old.state, old.later, old.first, old.alert) IS NOT (new.state, new.later, new.first, new.alert) BEGIN
    UPDATE desk_tally SET mails = mails - 1
        WHERE (connection, state, later, first, alert) = (old.connection, old.state, old.later, old.first, old.alert);
    INSERT INTO desk_tally VALUES (new.connection, new.state, new.later, new.first, new.alert, 1)
        ON CONFLICT DO UPDATE SET mails = mails + 1;
END;
";

/// How much mail there is in these states.
pub fn count(db: &Connection, connection: ConnectionId, states: &[State], pile: Pile) -> rusqlite::Result<i64> {
    let sql = format!("SELECT coalesce(sum(mails), 0) FROM desk_tally WHERE {}", pile.condition());
    let mut statement = db.prepare_cached(&sql)?;
    let states: BTreeSet<State> = states.iter().copied().collect();
    let mut count = 0;
    for state in states {
        count += statement.query_row(params![connection.0, to_word(&state)?], |row| row.get::<_, i64>(0))?;
    }
    Ok(count)
}

/// How much mail there is in each state that occurs.
pub fn counts(db: &Connection, connection: ConnectionId) -> rusqlite::Result<Vec<(State, i64)>> {
    let sql = "SELECT state, sum(mails) FROM desk_tally WHERE connection = ?1 GROUP BY state HAVING sum(mails) > 0";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([connection.0], |row| Ok((word(row, 0)?, row.get(1)?)))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tally says and what a count of the rows says.
    fn both(db: &Connection) -> [Vec<String>; 2] {
        let groups = "connection, state, later, first, alert";
        let lines = |select: &str| {
            let mut statement = db.prepare(select).expect("prepare");
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("query");
            rows.collect::<Result<Vec<_>, _>>().expect("rows")
        };
        [
            lines(&format!(
                "SELECT concat_ws(' ', {groups}, mails) FROM desk_tally WHERE mails <> 0 ORDER BY {groups}"
            )),
            lines(&format!("SELECT concat_ws(' ', {groups}, count(*)) FROM desk GROUP BY {groups} ORDER BY {groups}")),
        ]
    }

    #[test]
    fn what_comes_moves_and_goes_is_counted_as_the_rows_are() {
        let mut db = Connection::open_in_memory().expect("memory");
        crate::migrate::cache().to_latest(&mut db).expect("the schema");
        db.pragma_update(None, "foreign_keys", true).expect("cascades, as in the app");
        let steps = [
            "INSERT INTO mail (id, key, content, message_id, refs, thread, date, subject, snippet, defects, size, raw)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
                SELECT i, randomblob(32), randomblob(32), i, '[]', i, i, 's', '', '[]', 1, i FROM n",
            "INSERT INTO desk (mail, connection, state, date, later, first, alert, auto)
                SELECT id, 1 + id % 2, 'pending', id, 0, id % 3 = 0, id % 4 = 0, 0 FROM mail",
            "UPDATE desk SET state = 'private', first = 0 WHERE mail < 4",
            "UPDATE desk SET later = 1 WHERE mail IN (4, 5)",
            "UPDATE desk SET auto = 1",
            "INSERT INTO desk (mail, connection, state, date, later, first, alert, auto) SELECT 6, 1, 'logged', 6, 0, 0, 0, 0 WHERE true
                ON CONFLICT (mail, connection) DO UPDATE SET state = excluded.state",
            "DELETE FROM mail WHERE id IN (1, 7)",
            "DELETE FROM desk WHERE connection = 2",
        ];
        for step in steps {
            db.execute_batch(step).expect(step);
            let [tally, rows] = both(&db);
            assert_eq!(tally, rows, "after {step}");
        }
        assert_eq!(counts(&db, ConnectionId(2)).expect("counts"), [], "a state that no mail is in does not occur");
    }
}
