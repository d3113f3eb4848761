//! How much became of the mail of each account: counts for a report, never a word of a mail. No table of its own; both
//! files are read through a cache connection, which has the ledger attached.

use otomo_domain::account::AccountId;
use otomo_domain::review::State;
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use rusqlite::Connection;

use crate::column::{json_opt, word};

/// A mail at a connection that somebody, or something, has decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When it was decided.
    pub at: Timestamp,
    /// The first of the accounts it came to; `None` while it is not in the cache.
    pub account: Option<AccountId>,
    pub state: State,
    pub origin: Option<Origin>,
}

const ACCOUNT: &str = "(SELECT min(account) FROM mail_account a WHERE a.mail = m.id)";

/// Hands every decision since then to `each`.
pub fn outcomes(db: &Connection, since: Timestamp, mut each: impl FnMut(Outcome)) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT coalesce(d.at, r.changed_at), {ACCOUNT}, r.state, r.origin FROM ledger.review r
         LEFT JOIN ledger.decision d ON d.id = r.decision
         LEFT JOIN mail m ON m.key = r.key AND m.content = r.content
         WHERE r.state IS NOT NULL AND coalesce(d.at, r.changed_at) >= ?1"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([since.0])?;
    while let Some(row) = rows.next()? {
        let account = row.get::<_, Option<i64>>(1)?.map(AccountId);
        each(Outcome { at: Timestamp(row.get(0)?), account, state: word(row, 2)?, origin: json_opt(row, 3)? });
    }
    Ok(())
}

/// Hands the date and the account of all mail that waits, once for each connection, and was written since then to `each`.
pub fn waiting(
    db: &Connection,
    since: Timestamp,
    mut each: impl FnMut(Timestamp, Option<AccountId>),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT d.date, {ACCOUNT} FROM desk d JOIN mail m ON m.id = d.mail WHERE d.state = 'pending' AND d.date >= ?1"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([since.0])?;
    while let Some(row) = rows.next()? {
        each(Timestamp(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(AccountId));
    }
    Ok(())
}
