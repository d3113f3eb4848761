//! `rule`: what the rep said about mail in general.

use otomo_domain::rules::{About, Rule};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{json, to_json, to_word, word, word_opt};

pub(crate) const CREATE: &str = "
CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    deny TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;
";

/// Rules came to say more than what must never leave. What was denied stays denied, under the same number.
pub(crate) const SAY_MORE: &str = "
ALTER TABLE rule RENAME TO denied;
CREATE TABLE rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    about TEXT NOT NULL,
    says TEXT NOT NULL,
    level TEXT,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    decision INTEGER REFERENCES decision (id),
    replaced_by INTEGER REFERENCES decision (id)
) STRICT;
CREATE UNIQUE INDEX rule_about ON rule (about) WHERE replaced_by IS NULL;
INSERT OR IGNORE INTO rule (id, about, says, created_at, reason)
    SELECT id,
        json_object('kind', CASE json_extract(deny, '$.kind') WHEN 'never_log_address' THEN 'address' ELSE 'domain' END,
            'value', json_extract(deny, '$.value')),
        CASE json_extract(deny, '$.kind') WHEN 'internal_domain' THEN 'internal' ELSE 'never_log' END,
        created_at, ''
    FROM denied ORDER BY json_extract(deny, '$.kind') = 'internal_domain', id;
DROP TABLE denied;
";

const COLUMNS: &str = "id, about, says, level, expires_at, created_at, reason";

fn read(row: &Row<'_>) -> rusqlite::Result<Rule> {
    Ok(Rule {
        id: Some(row.get(0)?),
        about: json(row, 1)?,
        then: word(row, 2)?,
        level: word_opt(row, 3)?,
        expires_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        created_at: Timestamp(row.get(5)?),
        reason: row.get(6)?,
    })
}

/// Writes a rule; there is one about each thing, and a new one replaces what was said before. Its number, which is new
/// where it says something else. `decision` takes it back with what it belongs to, and brings back what it replaced.
pub fn put(db: &Connection, rule: &Rule, decision: Option<i64>) -> rusqlite::Result<i64> {
    if let Some(id) = said(db, rule)? {
        return Ok(id);
    }
    let about = to_json(&rule.about)?;
    match decision {
        Some(decision) => db
            .prepare_cached("UPDATE rule SET replaced_by = ?2 WHERE about = ?1 AND replaced_by IS NULL")?
            .execute(params![about, decision])?,
        None => db.prepare_cached("DELETE FROM rule WHERE about = ?1")?.execute([&about])?,
    };
    let sql = "INSERT INTO rule (about, says, level, expires_at, created_at, reason, decision)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![
        about,
        to_word(&rule.then)?,
        rule.level.as_ref().map(to_word).transpose()?,
        rule.expires_at.map(|at| at.0),
        rule.created_at.0,
        rule.reason,
        decision,
    ])?;
    Ok(db.last_insert_rowid())
}

/// The number of the rule that says the same already.
pub fn said(db: &Connection, rule: &Rule) -> rusqlite::Result<Option<i64>> {
    Ok(about(db, &rule.about)?.filter(|known| says_the_same(known, rule)).and_then(|known| known.id))
}

fn says_the_same(a: &Rule, b: &Rule) -> bool {
    (a.then, a.level, a.expires_at, &a.reason) == (b.then, b.level, b.expires_at, &b.reason)
}

/// The rule about something.
pub fn about(db: &Connection, about: &About) -> rusqlite::Result<Option<Rule>> {
    let sql = format!("SELECT {COLUMNS} FROM rule WHERE about = ?1 AND replaced_by IS NULL");
    db.prepare_cached(&sql)?.query_map([to_json(about)?], read)?.next().transpose()
}

/// Removes a rule, and what it replaced. False if it is gone.
pub fn remove(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM rule WHERE about = (SELECT about FROM rule WHERE id = ?1)";
    db.prepare_cached(sql)?.execute([id]).map(|rows| rows > 0)
}

/// Removes what a decision made besides deciding, and brings back what that replaced; true if there was any.
pub fn remove_of(db: &Connection, decision: i64) -> rusqlite::Result<bool> {
    let made: Vec<(String, Option<i64>)> = {
        let mut statement = db.prepare_cached("SELECT about, replaced_by FROM rule WHERE decision = ?1")?;
        statement.query_map([decision], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    db.prepare_cached("DELETE FROM rule WHERE decision = ?1")?.execute([decision])?;
    // Where a later decision has replaced the rule in its turn, that one has replaced the earlier one now.
    let mut back = db.prepare_cached("UPDATE rule SET replaced_by = ?3 WHERE about = ?1 AND replaced_by = ?2")?;
    for (about, later) in &made {
        back.execute(params![about, decision, later])?;
    }
    Ok(!made.is_empty())
}

/// All, oldest first.
pub fn list(db: &Connection) -> rusqlite::Result<Vec<Rule>> {
    let sql = format!("SELECT {COLUMNS} FROM rule WHERE replaced_by IS NULL ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map([], read)?.collect()
}

#[cfg(test)]
mod tests;
