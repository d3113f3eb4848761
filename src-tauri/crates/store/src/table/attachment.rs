//! `attachment`: what is known of a mail's files; their bytes are in its raw form.

use otomo_domain::mail::Attachment;
use rusqlite::{Connection, params};

use super::mail::MailRow;
use crate::column::digest;

pub(crate) const CREATE: &str = "
CREATE TABLE attachment (
    mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    inline INTEGER NOT NULL,
    content_id TEXT,
    PRIMARY KEY (mail, part)
) STRICT, WITHOUT ROWID;
";

pub(super) fn add_all(db: &Connection, mail: MailRow, attachments: &[Attachment]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO attachment (mail, part, name, content_type, size, sha256, inline, content_id)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut statement = db.prepare_cached(sql)?;
    for a in attachments {
        let size = i64::try_from(a.size).unwrap_or(i64::MAX);
        let digest = a.sha256.as_bytes();
        statement.execute(params![mail.0, a.part, a.name, a.content_type, size, digest, a.inline, a.content_id])?;
    }
    Ok(())
}

pub fn of_mail(db: &Connection, mail: MailRow) -> rusqlite::Result<Vec<Attachment>> {
    let sql = "SELECT part, name, content_type, size, sha256, inline, content_id FROM attachment WHERE mail = ?1 ORDER BY part";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([mail.0], |row| {
        Ok(Attachment {
            part: row.get(0)?,
            name: row.get(1)?,
            content_type: row.get(2)?,
            size: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
            sha256: digest(row, 4)?,
            inline: row.get(5)?,
            content_id: row.get(6)?,
        })
    })?;
    rows.collect()
}
