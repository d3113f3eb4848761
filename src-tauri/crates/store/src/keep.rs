//! A batch of received mail: everything that is known of it and the cursor, in one transaction.

use otomo_domain::account::ConnectionId;
use otomo_domain::mail::Mail;
use otomo_domain::sync::{Cursor, Listed};
use otomo_domain::time::Timestamp;
use rusqlite::Connection;

use crate::error::StoreFault;
use crate::table::folder::{self, FolderId};
use crate::table::mail::{self, MailRow};
use crate::table::raw::{self, RawId};
use crate::table::triage::{self, Finding};
use crate::table::{copy, mail_account, place, thread};

/// The bytes of a received mail: with it, or in the store already.
pub enum Bytes {
    Here(Vec<u8>),
    /// It arrived in slices.
    Stored(RawId),
}

/// A parsed mail that came off the wire.
pub struct Received {
    pub listed: Listed,
    pub mail: Mail,
    pub bytes: Bytes,
}

/// What a batch added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Mail that was not known.
    pub new: usize,
    /// Mail that was known from another folder, another account or an earlier UIDVALIDITY.
    pub known: usize,
}

/// Keeps a batch of one folder and moves its cursor. `examine` says what each mail is at each connection, once it is known
/// where it lies: a folder may be what a rule is about. It is handed the mail as it was parsed.
pub fn batch(
    db: &Connection,
    folder: FolderId,
    cursor: Cursor,
    received: Vec<Received>,
    now: Timestamp,
    mut examine: impl FnMut(&Connection, MailRow, Mail) -> Result<Vec<(ConnectionId, Finding)>, StoreFault>,
) -> Result<Kept, StoreFault> {
    let mut kept = Kept::default();
    for Received { listed, mail, bytes } in received {
        let row = match mail::find(db, &mail.id)? {
            Some(row) => {
                kept.known += 1;
                discard(db, bytes)?;
                row
            }
            None => {
                kept.new += 1;
                add(db, &mail, bytes)?
            }
        };
        copy::add(db, folder, listed.uid, row)?;
        place::add(db, row, folder, listed.received_at)?;
        mail_account::add(db, row, folder)?;
        for (connection, finding) in examine(db, row, mail)? {
            triage::set(db, row, connection, &finding)?;
        }
    }
    folder::set_cursor(db, folder, cursor, now)?;
    Ok(kept)
}

fn add(db: &Connection, mail: &Mail, bytes: Bytes) -> Result<MailRow, StoreFault> {
    let raw = match bytes {
        Bytes::Here(bytes) => {
            let raw = raw::next_id(db)?;
            raw::append(db, raw, 0, &bytes)?;
            raw
        }
        Bytes::Stored(raw) => {
            raw::arrived(db, raw)?;
            raw
        }
    };
    let thread = thread::join(db, mail)?;
    Ok(mail::add(db, mail, thread, raw)?)
}

fn discard(db: &Connection, bytes: Bytes) -> Result<(), StoreFault> {
    if let Bytes::Stored(raw) = bytes {
        raw::remove(db, raw)?;
        raw::arrived(db, raw)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
