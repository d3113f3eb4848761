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
    Migrations::new(vec![M::up(leak(first.concat()))])
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
    Migrations::new(vec![M::up(leak(first.concat()))])
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
