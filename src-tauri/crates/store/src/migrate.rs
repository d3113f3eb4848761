//! The schema's history. A step that has been released is never changed: a new one is added below it.

use rusqlite_migration::{M, Migrations};

use crate::table::*;

pub(crate) fn ledger() -> Migrations<'static> {
    let first = [
        account::CREATE,
        secret::CREATE,
        connection::CREATE,
        rule::CREATE,
        review::CREATE,
        outbox::CREATE,
        audit::CREATE,
        setting::CREATE,
    ];
    let desk = [rule::SAY_MORE, review::ADD_ORIGIN, acquaintance::CREATE, alias::CREATE];
    let steps = [
        M::up(leak(first.concat())),
        M::up(review::NUMBER_CHANGES),
        M::up(account::ADD_SETTINGS),
        M::up(leak(desk.concat())),
    ];
    Migrations::new(steps.to_vec())
}

pub(crate) fn cache() -> Migrations<'static> {
    let first = [
        folder::CREATE,
        mail::CREATE,
        copy::CREATE,
        participant::CREATE,
        attachment::CREATE,
        raw::CREATE,
        thread::CREATE,
        contact::CREATE,
        triage::CREATE,
    ];
    let lists = [mail_account::CREATE, desk::CREATE];
    let judged = [mail::ADD_MARKS, triage::ADD_ADVICE, desk::SORT_BY_ADVICE, contact::ADD_SEARCH, born::CREATE];
    let steps = [
        M::up(leak(first.concat())),
        M::up(leak(lists.concat())),
        M::up(health::CREATE),
        M::up(uidl::CREATE),
        M::up(leak(judged.concat())),
    ];
    Migrations::new(steps.to_vec())
}

/// Migrations hold `&'static str`; these few kilobytes live as long as the program.
fn leak(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn the_migrations_are_sound() {
        ledger().validate().expect("ledger");
        cache().validate().expect("cache");
    }

    /// The live schema without comments and blanks, one object a line.
    fn live(migrations: &Migrations<'_>) -> Vec<String> {
        let mut connection = Connection::open_in_memory().expect("memory");
        migrations.to_latest(&mut connection).expect("migrate");
        schema_of(&connection)
    }

    fn schema_of(connection: &Connection) -> Vec<String> {
        let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name";
        let mut statement = connection.prepare(sql).expect("prepare");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("query");
        rows.map(|sql| squeeze(&sql.expect("row"))).collect()
    }

    fn squeeze(sql: &str) -> String {
        let uncommented: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
        uncommented.concat().split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
    }

    /// What a first version kept, as the lists of a later one need it.
    #[test]
    fn a_home_of_the_first_version_shows_its_mail() {
        let mut cache = Connection::open_in_memory().expect("memory");
        super::cache().to_version(&mut cache, 1).expect("the first version");
        let kept = "INSERT INTO folder (id, account, name, role) VALUES (1, 7, 'INBOX', 'inbox'), (2, 7, 'Sent', 'sent');
            INSERT INTO mail (id, key, content, message_id, refs, thread, date, subject, snippet, defects, size, raw)
                VALUES (1, x'01', x'01', '<1>', '[]', 1, 5, 's', '', '[]', 1, 1), (2, x'02', x'02', '<2>', '[]', 2, 6, 's', '', '[]', 1, 2);
            INSERT INTO copy (folder, uid, mail, received_at) VALUES (1, 1, 1, 0), (2, 1, 1, 0), (1, 2, 2, 0);
            INSERT INTO triage (mail, connection, verdict, triage, candidates)
                VALUES (1, 3, 'matched', '{}', '[]'), (2, 3, 'unmatched', '{}', '[]');";
        cache.execute_batch(kept).expect("what it kept");
        super::cache().to_latest(&mut cache).expect("the latest version");
        let lines = |sql: &str| {
            let mut statement = cache.prepare(sql).expect("prepare");
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("query");
            rows.collect::<Result<Vec<_>, _>>().expect("rows").join(", ")
        };
        let desk = "SELECT format('%d %d %s %d', mail, connection, state, date) FROM desk ORDER BY mail";
        assert_eq!(lines(desk), "1 3 pending 5, 2 3 unmatched 6");
        let accounts = "SELECT format('%d %d %d', mail, account, date) FROM mail_account ORDER BY mail";
        assert_eq!(lines(accounts), "1 7 5, 2 7 6");
        assert_eq!(lines("SELECT CAST(change AS TEXT) FROM desk_mark"), "0");
    }

    #[test]
    fn the_reviews_of_the_first_version_are_numbered() {
        let mut ledger = Connection::open_in_memory().expect("memory");
        super::ledger().to_version(&mut ledger, 1).expect("the first version");
        let kept = "INSERT INTO connection (id, kind, name, settings, status) VALUES (3, 'k', 'n', '{}', 'active');
            INSERT INTO review (connection, key, content, state, rev, retract_after, attempt, changed_at)
                VALUES (3, x'01', x'01', 'logged', 1, 0, 0, 5), (3, x'02', x'02', 'private', 1, 0, 0, 4);";
        ledger.execute_batch(kept).expect("what it kept");
        super::ledger().to_latest(&mut ledger).expect("the latest version");
        let numbered = "SELECT count(DISTINCT change) FROM review WHERE change > 0";
        let count: i64 = ledger.query_row(numbered, [], |row| row.get(0)).expect("a count");
        assert_eq!(count, 2, "the desk takes them in");
    }

    #[test]
    fn the_commented_schema_is_the_live_one() {
        for (migrations, commented) in
            [(ledger(), include_str!("schema/ledger.sql")), (cache(), include_str!("schema/cache.sql"))]
        {
            let documented = Connection::open_in_memory().expect("memory");
            documented.execute_batch(commented).expect("the commented schema runs");
            assert_eq!(schema_of(&documented), live(&migrations));
        }
    }
}
