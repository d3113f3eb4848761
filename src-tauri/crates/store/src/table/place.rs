//! `place`: the folders a mail has been seen in, by their names. They stay when a folder's UIDs are forgotten, or its
//! account is: what was said of a folder still holds for the mail that lay in it.

use otomo_domain::account::AccountId;
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, params};

use super::folder::FolderId;
use super::mail::MailRow;

pub(crate) const CREATE: &str = "
CREATE TABLE place (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    account INTEGER NOT NULL,
    folder TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (mail, account, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_folder ON place (folder);
INSERT INTO place (mail, account, folder, received_at)
    SELECT c.mail, f.account, f.name, min(c.received_at) FROM copy c JOIN folder f ON f.id = c.folder
    GROUP BY c.mail, f.account, f.name;
ALTER TABLE copy DROP COLUMN received_at;
";

/// Notes that the mail lies in this folder, and when the server got it.
pub fn add(db: &Connection, mail: MailRow, folder: FolderId, received_at: Timestamp) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO place (mail, account, folder, received_at) SELECT ?1, account, name, ?3 FROM folder WHERE id = ?2
               ON CONFLICT DO UPDATE SET received_at = min(received_at, excluded.received_at)";
    db.prepare_cached(sql)?.execute(params![mail.0, folder.0, received_at.0]).map(drop)
}

/// When a server got the mail first, and the folders it has been seen in.
pub fn of_mail(db: &Connection, mail: MailRow) -> rusqlite::Result<(Option<Timestamp>, Vec<String>)> {
    let sql = "SELECT received_at, folder FROM place WHERE mail = ?1 ORDER BY account, folder";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([mail.0], |row| Ok((Timestamp(row.get(0)?), row.get(1)?)))?;
    let (times, folders): (Vec<Timestamp>, Vec<String>) =
        rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    Ok((times.into_iter().min(), folders))
}

/// The mail of the folders whose names say so.
pub fn mails_in(db: &Connection, named: impl Fn(&str) -> bool) -> rusqlite::Result<Vec<MailRow>> {
    let mut folders = db.prepare_cached("SELECT DISTINCT folder FROM place")?;
    let mut mails = db.prepare_cached("SELECT mail FROM place WHERE folder = ?1")?;
    let mut found = Vec::new();
    for folder in folders.query_map([], |row| row.get::<_, String>(0))? {
        let folder = folder?;
        if named(&folder) {
            found.append(&mut mails.query_map([folder], |row| row.get(0).map(MailRow))?.collect::<Result<_, _>>()?);
        }
    }
    Ok(found)
}

/// Forgets where the mail lay in an account whose mail is to go.
pub fn remove(db: &Connection, mail: MailRow, account: AccountId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM place WHERE mail = ?1 AND account = ?2";
    db.prepare_cached(sql)?.execute([mail.0, account.0]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LATER, NOW, add_folder, add_mail, cache, mail, store};
    use crate::table::{copy, folder};

    #[tokio::test]
    async fn a_mail_is_known_by_its_folders_when_they_are_not_there_any_more() {
        let (_home, store) = store();
        let seen = cache(&store, |db| {
            let row = add_mail(db, &mail("a"))?;
            for (name, at) in [("INBOX", LATER), ("Private", NOW), ("INBOX", NOW), ("INBOX", LATER)] {
                let id = add_folder(db, name)?;
                copy::add(db, id, 1, row)?;
                add(db, row, id, at)?;
            }
            copy::forget_folder(db, add_folder(db, "INBOX")?)?;
            folder::forget_account(db, AccountId(1))?;
            Ok((of_mail(db, row)?, mails_in(db, |name| name == "Private")? == [row]))
        });
        assert_eq!(seen.await, ((Some(NOW), vec!["INBOX".into(), "Private".into()]), true));
    }

    #[tokio::test]
    async fn an_account_whose_mail_is_to_go_leaves_no_folder_behind() {
        let (_home, store) = store();
        let left = cache(&store, |db| {
            let row = add_mail(db, &mail("a"))?;
            add(db, row, add_folder(db, "INBOX")?, NOW)?;
            remove(db, row, AccountId(1))?;
            Ok((of_mail(db, row)?, mails_in(db, |_| true)?))
        });
        assert_eq!(left.await, ((None, vec![]), vec![]));
    }
}
