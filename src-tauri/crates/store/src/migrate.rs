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
    let desk = [rule::SAY_MORE, review::ADD_ORIGIN, acquaintance::CREATE, alias::CREATE, connection::ADD_CREATION];
    let steps = [
        M::up(leak(first.concat())),
        M::up(review::NUMBER_CHANGES),
        M::up(account::ADD_SETTINGS),
        M::up(leak(desk.concat())),
        M::up(review::COUNT_VAIN),
        M::up(connection::ADD_STAY),
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
    let judged =
        [mail::ADD_MARKS, triage::ADD_ADVICE, desk::SORT_BY_ADVICE, contact::ADD_SEARCH, born::CREATE, place::CREATE];
    let steps = [
        M::up(leak(first.concat())),
        M::up(leak(lists.concat())),
        M::up(health::CREATE),
        M::up(uidl::CREATE),
        M::up(leak(judged.concat())),
        M::up(tally::CREATE),
        M::up(contact::FIND_UNSEARCHABLE),
    ];
    Migrations::new(steps.to_vec())
}

/// Migrations hold `&'static str`; these few kilobytes live as long as the program.
fn leak(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use otomo_domain::account::ConnectionId;
    use otomo_domain::judge::Advice;
    use otomo_domain::review::{State, Triage};
    use otomo_domain::rules::{About, Origin, Rule, Then};
    use rusqlite::Connection;

    use super::*;

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
        let places = "SELECT format('%d %s', mail, folder) FROM place ORDER BY mail, folder";
        assert_eq!(lines(places), "1 INBOX, 1 Sent, 2 INBOX");
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
    fn what_was_denied_stays_denied_under_its_number_and_of_two_words_the_stricter_holds() {
        let mut ledger = Connection::open_in_memory().expect("memory");
        super::ledger().to_version(&mut ledger, 3).expect("the version before");
        let kept = r#"INSERT INTO rule (id, deny, created_at) VALUES
            (2, '{"kind":"internal_domain","value":"both.jp"}', 5), (4, '{"kind":"never_log_domain","value":"both.jp"}', 6),
            (5, '{"kind":"never_log_address","value":"a@x.jp"}', 7), (9, '{"kind":"internal_domain","value":"own.jp"}', 8);"#;
        ledger.execute_batch(kept).expect("what it kept");
        super::ledger().to_latest(&mut ledger).expect("the latest version");
        let told = |rule: &Rule| (rule.id, rule.about.clone(), rule.then, rule.created_at.0);
        let expected = [
            (Some(4), About::Domain("both.jp".into()), Then::NeverLog, 6),
            (Some(5), About::Address(crate::fixture::address("a@x.jp")), Then::NeverLog, 7),
            (Some(9), About::Domain("own.jp".into()), Then::Internal, 8),
        ];
        let rules = rule::list(&ledger).expect("rules");
        assert_eq!(rules.iter().map(told).collect::<Vec<_>>(), expected);
        for known in rules {
            assert_eq!(
                rule::about(&ledger, &known.about).expect("a look"),
                Some(known),
                "it is found by what it is about"
            );
        }
    }

    #[test]
    fn a_decision_from_before_is_the_reps() {
        let mut ledger = Connection::open_in_memory().expect("memory");
        super::ledger().to_version(&mut ledger, 3).expect("the version before");
        let kept = "INSERT INTO connection (id, kind, name, settings, status) VALUES (3, 'k', 'n', '{}', 'active');
            INSERT INTO decision (id, at, verb) VALUES (1, 0, 'keep_private');
            INSERT INTO review (connection, key, content, state, rev, decision, retract_after, attempt, changed_at, choice)
                VALUES (3, zeroblob(32), zeroblob(32), 'private', 1, 1, 0, 0, 5, '{\"level\":\"full\",\"links\":[],\"attachments\":[]}');";
        ledger.execute_batch(kept).expect("what it kept");
        super::ledger().to_latest(&mut ledger).expect("the latest version");
        let review = review::get(&ledger, review::ReviewId(1)).expect("the review").review;
        assert_eq!((review.origin, review.included, review.snoozed_until), (Some(Origin::User), false, None));
        let decided_at = "SELECT decided_at FROM review";
        assert_eq!(ledger.query_row(decided_at, [], |row| row.get::<_, i64>(0)), Ok(5));
    }

    /// Reasons were told in another form; a mail that was out must not come in by that.
    #[test]
    fn mail_that_was_out_stays_out_and_what_waited_waits() {
        let mut cache = Connection::open_in_memory().expect("memory");
        super::cache().to_version(&mut cache, 4).expect("the version before");
        let kept = r#"INSERT INTO mail (id, key, content, message_id, refs, thread, date, subject, snippet, defects, size, raw)
                VALUES (1, x'01', x'01', '<1>', '[]', 1, 5, 's', '', '[]', 1, 1), (2, x'02', x'02', '<2>', '[]', 2, 6, 's', '', '[]', 1, 2);
            INSERT INTO triage (mail, connection, verdict, triage, candidates) VALUES
                (1, 3, 'excluded', '{"triage":"excluded","why":{"reason":"never_log","address":"a@x.jp",
                    "rule":{"kind":"never_log_address","value":"a@x.jp","origin":{"by":"rule","id":1}}}}', '[]'),
                (2, 3, 'matched', '{"triage":"matched"}',
                    '[{"record":{"type":"contact","id":"A"},"name":"A","reasons":[]}]');
            INSERT INTO desk (mail, connection, state, date) VALUES (1, 3, 'excluded', 5), (2, 3, 'pending', 6);"#;
        cache.execute_batch(kept).expect("what it kept");
        super::cache().to_latest(&mut cache).expect("the latest version");
        let found =
            |row| triage::get(&cache, mail::MailRow(row), ConnectionId(3)).expect("it can be read").expect("a finding");
        assert!(matches!(found(1).triage, Triage::Excluded { .. }));
        assert_eq!(
            (found(2).triage, found(2).advice, found(2).candidates.len()),
            (Triage::Matched, Advice::default(), 1)
        );
        let marks = mail::get(&cache, mail::MailRow(2));
        assert!(marks.is_err() || marks.is_ok_and(|mail| !mail.marks.examined), "nothing is known of its header");
        let page =
            |state| desk::page(&cache, ConnectionId(3), &[state], desk::Pile::All, None, 9).expect("a page").len();
        assert_eq!((page(State::Excluded), page(State::Pending)), (1, 1));
        assert!(desk::by_itself(&cache, ConnectionId(3), mail::MailRow(0), 9).expect("a look").is_empty());
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
