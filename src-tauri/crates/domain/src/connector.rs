//! What a CRM connector says of itself and of what it did.

use std::io::Read;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::contact::{Contact, RecordRef, RecordType};
use crate::digest::Digest;
use crate::mail::MailKey;
use crate::payload::{Frozen, Payload, SharedFile};
use crate::words::Words;

/// What becomes of a mail that is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Retraction {
    /// It is gone from the CRM.
    Delete,
    /// It goes to the CRM's recycle bin.
    Recycle,
    /// It can't be taken back here; the rep is told to do it in the CRM.
    None,
}

/// How a setting is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum FieldKind {
    Text,
    Url,
    /// Kept apart and encrypted, never shown again. A kind has one at most.
    Secret,
    /// A folder of this computer, chosen in the desktop's dialog.
    Folder,
}

/// A setting the rep fills in; the form is drawn from these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Field {
    /// The key in the settings.
    pub name: String,
    pub kind: FieldKind,
    pub label: Words,
    /// What helps to fill it in; may be empty.
    pub hint: Words,
    pub required: bool,
    /// What stands there at first.
    pub preset: String,
}

impl Field {
    /// A field that must be filled in, with nothing in it.
    pub fn required(name: &str, kind: FieldKind, label: Words, hint: Words) -> Self {
        Self { name: name.to_owned(), kind, label, hint, required: true, preset: String::new() }
    }
}

/// What a CRM calls a type of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RecordWords {
    #[serde(rename = "type")]
    pub kind: RecordType,
    pub words: Words,
}

/// Something that a check may find out about a connection that works, and that the rep should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Remark {
    /// As [`Identity::remarks`] names it.
    pub key: String,
    pub words: Words,
}

/// How long a CRM may go on not finding a mail that it has: so many look-ups, over so much time, before a lost answer
/// counts as a mail that never arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    pub tries: u32,
    pub span: Duration,
}

impl Default for Patience {
    /// For a CRM whose look-up reads what was written.
    fn default() -> Self {
        Self { tries: 1, span: Duration::ZERO }
    }
}

/// A kind of CRM: what it asks for, what it can do, and what to call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConnectorInfo {
    pub kind: String,
    pub name: Words,
    /// What it is for, in a sentence.
    pub text: Words,
    /// It has not been run against a live CRM of its kind yet.
    pub beta: bool,
    pub fields: Vec<Field>,
    pub retraction: Retraction,
    /// A contact can be made from here.
    pub creates_contacts: bool,
    /// It can be searched from here.
    pub searches: bool,
    /// The rep signs in in the browser, once the form is filled in.
    pub browser: bool,
    /// The records that a logged mail belongs to can be exchanged.
    pub relinks: bool,
    #[serde(skip)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub patience: Patience,
    /// Its own words for records, where they are not the usual ones.
    pub records: Vec<RecordWords>,
    /// What the rep must know before connecting.
    pub notices: Vec<Words>,
    /// What it means when the mailbox is connected to the CRM itself too; empty where it takes no mail in by itself.
    pub captures: Words,
    /// Who in the CRM can grant what is missing; empty where nobody can be named.
    pub granted_by: Words,
    /// What a check may remark, by its key.
    pub remarks: Vec<Remark>,
}

/// A contact that the rep wants to make in the CRM, as they confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NewContact {
    pub name: String,
    pub email: Address,
    /// The name of the company; may be empty.
    #[serde(default)]
    pub company: String,
}

/// Who the CRM takes the rep for, and what the company fixed there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub user_id: String,
    pub email: Option<Address>,
    pub name: Option<String>,
    pub limits: Limits,
    /// False when this user or server cannot take a mail back, whatever the connector could.
    pub can_unlog: bool,
    /// False when no contact can be made by this user, whatever the connector could; until the CRM was asked, too.
    #[serde(default)]
    pub can_create_contacts: bool,
    /// Never-log addresses and domains and internal domains of the company, as [`crate::rules::Rule::denying`] reads them.
    pub deny: Vec<(String, String)>,
    /// Keys of [`ConnectorInfo::remarks`].
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// The largest things the CRM takes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub body: Option<u64>,
    pub attachment: Option<u64>,
}

/// A page of the contact index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactPage {
    pub contacts: Vec<Contact>,
    /// Records that are gone, or not visible any more.
    pub gone: Vec<RecordRef>,
    /// Where to go on; kept with the page's contacts.
    pub cursor: String,
    pub has_more: bool,
    /// The page starts a full listing: what an earlier one had and this doesn't is gone.
    pub starts_over: bool,
}

/// The mail as the CRM has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RemoteMail {
    pub id: String,
    /// The page of the record.
    pub url: Option<String>,
    /// The CRM had the key already: somebody else logged it, or an earlier attempt got through.
    pub already_known: bool,
}

/// A mail on its way: the frozen bytes, the same read as fields, and its files.
pub struct Outgoing<'a> {
    pub key: MailKey,
    pub frozen: &'a Frozen,
    pub payload: &'a Payload,
    pub files: &'a dyn Files,
}

/// A mail that is looked for: its key, and the fields it was sent with.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    pub key: MailKey,
    pub payload: &'a Payload,
}

/// The frozen files of a mail on its way.
pub trait Files: Send + Sync {
    /// The bytes of a file, from the start. Blocking: read it off the async threads.
    fn open(&self, sha256: &Digest) -> std::io::Result<Box<dyn Read + Send>>;
}

/// A file to put into the CRM.
pub struct OutgoingFile<'a> {
    pub meta: &'a SharedFile,
    pub files: &'a dyn Files,
}
