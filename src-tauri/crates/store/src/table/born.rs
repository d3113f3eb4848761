//! `born`: when this cache was begun. Mail from before is past mail, whatever the account: after a rebuild nobody can tell
//! what had been asked about.

use otomo_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

pub(crate) const CREATE: &str = "
CREATE TABLE born (
    at INTEGER NOT NULL
) STRICT;
";

/// When the cache was begun: now, if it has not been said yet.
pub fn since(db: &Connection, now: Timestamp) -> rusqlite::Result<Timestamp> {
    let known = db.prepare_cached("SELECT at FROM born")?.query_row([], |row| row.get(0)).optional()?;
    match known {
        Some(at) => Ok(Timestamp(at)),
        None => {
            db.prepare_cached("INSERT INTO born (at) VALUES (?1)")?.execute([now.0])?;
            Ok(now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LATER, NOW, cache, store};

    #[tokio::test]
    async fn a_cache_is_born_once() {
        let (_home, store) = store();
        let times = cache(&store, |db| Ok([since(db, NOW)?, since(db, LATER)?]));
        assert_eq!(times.await, [NOW, NOW]);
    }
}
