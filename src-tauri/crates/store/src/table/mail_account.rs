//! `mail_account`: the accounts a mail came to. It stays when a folder's UIDs are forgotten: the mail is still theirs.

use otomo_domain::account::AccountId;
use rusqlite::{Connection, params};

use super::folder::FolderId;
use super::mail::{After, MailRow};

pub(crate) const CREATE: &str = "
CREATE TABLE mail_account (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    account INTEGER NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (mail, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_account_page ON mail_account (account, date, mail);
INSERT INTO mail_account (mail, account, date)
    SELECT DISTINCT c.mail, f.account, m.date FROM copy c JOIN folder f ON f.id = c.folder JOIN mail m ON m.id = c.mail;
";

pub(super) const PAGE: &str = "SELECT date, mail FROM mail_account WHERE account = ?1 AND (date, mail) < (?2, ?3)
    ORDER BY date DESC, mail DESC LIMIT ?4";

/// Notes that the mail came to the account of this folder.
pub fn add(db: &Connection, mail: MailRow, folder: FolderId) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO mail_account (mail, account, date)
               SELECT m.id, f.account, m.date FROM mail m, folder f WHERE m.id = ?1 AND f.id = ?2";
    db.prepare_cached(sql)?.execute(params![mail.0, folder.0]).map(drop)
}

/// Mail of an account, newest first.
pub fn page(db: &Connection, account: AccountId, after: Option<After>, limit: usize) -> rusqlite::Result<Vec<After>> {
    let after = after.unwrap_or(After::START);
    let mut statement = db.prepare_cached(PAGE)?;
    let rows = statement.query_map(params![account.0, after.date.0, after.mail.0, limit], After::read)?;
    rows.collect()
}

pub fn count(db: &Connection, account: AccountId) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM mail_account WHERE account = ?1";
    db.prepare_cached(sql)?.query_row([account.0], |row| row.get(0))
}

/// All mail of an account.
pub fn mails_of(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<MailRow>> {
    let mut statement = db.prepare_cached("SELECT mail FROM mail_account WHERE account = ?1")?;
    statement.query_map([account.0], |row| row.get(0).map(MailRow))?.collect()
}

/// The accounts a mail came to.
pub fn of_mail(db: &Connection, mail: MailRow) -> rusqlite::Result<Vec<AccountId>> {
    let mut statement = db.prepare_cached("SELECT account FROM mail_account WHERE mail = ?1 ORDER BY account")?;
    statement.query_map([mail.0], |row| row.get(0).map(AccountId))?.collect()
}

/// Whether the mail came to another account as well.
pub fn has_other(db: &Connection, mail: MailRow, account: AccountId) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM mail_account WHERE mail = ?1 AND account <> ?2)";
    db.prepare_cached(sql)?.query_row([mail.0, account.0], |row| row.get(0))
}

/// Notes that the mail is not the account's any more.
pub fn remove(db: &Connection, mail: MailRow, account: AccountId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM mail_account WHERE mail = ?1 AND account = ?2";
    db.prepare_cached(sql)?.execute([mail.0, account.0]).map(drop)
}
