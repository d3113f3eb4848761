//! Values and databases that the tests of this crate share.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::address::{Address, Person};
use otomo_domain::connector::{Identity, RemoteMail};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Mail, MailId, MailKey, Participant, Role};
use otomo_domain::payload::{Choice, Frozen, Level};
use otomo_domain::review::Act;
use otomo_domain::secret::SecretString;
use otomo_domain::sync::{Folder, FolderRole, Listed};
use otomo_domain::time::Timestamp;
use rusqlite::{Connection, Transaction};
use tempfile::TempDir;

use crate::keep::{Bytes, Received};
use crate::table::folder::{self, FolderId};
use crate::table::review::Subject;
use crate::table::{connection, raw, thread};
use crate::{Store, StoreFault};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const LATER: Timestamp = Timestamp(NOW.0 + 30_000);

/// A key of 64 times this digit.
pub(crate) fn key(digit: char) -> SecretString {
    digit.to_string().repeat(64).into()
}

/// Fresh databases in a folder of their own.
pub(crate) fn store() -> (TempDir, Store) {
    let home = tempfile::tempdir().expect("a folder");
    let store = Store::open(home.path(), &key('a')).expect("a fresh store");
    (home, store)
}

/// Writes to the cache what must succeed.
pub(crate) async fn cache<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreFault> + Send + 'static,
) -> T {
    store.cache.write(work).await.expect("the cache takes it")
}

/// Writes to the ledger what must succeed.
pub(crate) async fn ledger<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreFault> + Send + 'static,
) -> T {
    store.ledger.write(work).await.expect("the ledger takes it")
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text}"))
}

pub(crate) fn record(id: &str) -> RecordRef {
    RecordRef { kind: RecordType::Contact, id: id.into() }
}

/// A mail with the Message-ID `<name@x.jp>` and a text of that name.
pub(crate) fn mail(name: &str) -> Mail {
    let message_id = format!("<{name}@x.jp>");
    let person = |role, text| Participant { role, person: Person { address: address(text), name: String::new() } };
    Mail {
        id: MailId { key: MailKey::of_message_id(&message_id), content: Digest::of(name.as_bytes()) },
        message_id,
        references: vec![],
        in_reply_to: None,
        date: NOW,
        subject: name.into(),
        participants: vec![person(Role::From, "client@x.jp"), person(Role::To, "rep@own.example")],
        attachments: vec![],
        snippet: String::new(),
        defects: vec![],
        marks: Default::default(),
        size: 10,
    }
}

/// A mail as it comes off the wire.
pub(crate) fn received(uid: u32, mail: Mail) -> Received {
    let listed = Listed { uid, size: mail.size, received_at: NOW };
    Received { listed, bytes: Bytes::Here(mail.subject.clone().into_bytes()), mail }
}

/// Adds a mail without a folder; its row.
pub(crate) fn add_mail(db: &Connection, mail: &Mail) -> Result<crate::table::mail::MailRow, StoreFault> {
    let raw = raw::next_id(db)?;
    raw::append(db, raw, 0, mail.subject.as_bytes())?;
    Ok(crate::table::mail::add(db, mail, thread::join(db, mail)?, raw)?)
}

pub(crate) fn add_folder(db: &Connection, name: &str) -> Result<FolderId, StoreFault> {
    Ok(folder::ensure(db, AccountId(1), &Folder { name: name.into(), role: FolderRole::Inbox })?)
}

pub(crate) fn add_connection(db: &Connection) -> Result<ConnectionId, StoreFault> {
    Ok(connection::add(db, "fake", "fake", &serde_json::json!({}), &Identity::default(), NOW)?)
}

pub(crate) fn subject(connection: ConnectionId, mail: &Mail) -> Subject {
    Subject { connection, mail: mail.id }
}

pub(crate) fn frozen(text: &str) -> Frozen {
    Frozen { bytes: text.into(), sha256: Digest::of(text.as_bytes()) }
}

/// Deciding to share what [`release`] with the same text releases.
pub(crate) fn share(text: &str) -> Act {
    let choice = Choice { level: Level::Full, links: vec![record("A")], attachments: vec![], ..Choice::default() };
    Act::Share { choice, payload: frozen(text).sha256, release_at: LATER }
}

pub(crate) fn release(text: &str) -> Act {
    Act::Release { rebuilt: frozen(text) }
}

pub(crate) fn delivered() -> Act {
    Act::Delivered(RemoteMail { id: "r1".into(), url: None, already_known: false })
}
