//! A mail as the product knows it, whatever bytes it came as.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::{Address, Person};
use crate::digest::Digest;
use crate::time::Timestamp;

/// SHA-256 of the normalised Message-ID: the same for every rep and on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct MailKey(pub Digest);

impl MailKey {
    /// The key of a mail with this Message-ID, brackets or not.
    pub fn of_message_id(message_id: &str) -> Self {
        Self(Digest::of(normalise_message_id(message_id).as_bytes()))
    }
}

impl fmt::Display for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A Message-ID (RFC 5322 §3.6.4) in the form that is compared: in brackets, no blanks, the host in lower case.
pub fn normalise_message_id(message_id: &str) -> String {
    let bare: String = message_id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let bare = bare.trim_start_matches('<').trim_end_matches('>');
    match bare.rsplit_once('@') {
        Some((left, host)) => format!("<{left}@{}>", host.to_lowercase()),
        None => format!("<{bare}>"),
    }
}

/// What a mail is recognised by across folders, accounts and a rebuilt cache.
///
/// Two mails may share a Message-ID by fault or by malice; the content tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailId {
    pub key: MailKey,
    /// Digest of what the rep sees, canonicalised as DKIM does it (RFC 6376 §3.4): it survives the way through servers.
    pub content: Digest,
}

/// Where in a mail a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
}

/// A person in a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Participant {
    pub role: Role,
    #[serde(flatten)]
    pub person: Person,
}

/// Whether the rep wrote the mail or got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Direction {
    Incoming,
    Outgoing,
}

/// An attached or inline part that is not the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Attachment {
    /// Which part of the parsed mail it is; the number [`crate::mail::Mail`]'s parser gave it.
    pub part: u32,
    /// The name as the sender gave it, unsafe for a file system.
    pub name: String,
    /// Lower-case `type/subtype`.
    pub content_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    /// Digest of the decoded bytes.
    pub sha256: Digest,
    /// Shown inside the body (`Content-Disposition: inline` or named by a `cid:`).
    pub inline: bool,
    /// Without angle brackets.
    pub content_id: Option<String>,
}

/// Something about a mail that is not as the RFCs want it. A defect never makes a mail unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Defect {
    /// The parser found no header block it could read; the bytes are shown as text.
    Unparsable,
    MissingMessageId,
    /// More than one Message-ID; the first counts.
    RepeatedMessageId,
    MissingDate,
    /// The Date cannot be read, or lies outside 1970–2100.
    BadDate,
    MissingFrom,
    /// More than one From header: which one a reader sees is anybody's guess, so the mail is never shared by itself.
    RepeatedFrom,
    /// 8-bit text where only ASCII is allowed, read by guessing the charset.
    UnlabelledCharset,
    UnknownCharset,
    /// Bytes that the named charset or transfer encoding doesn't have.
    BadEncoding,
    /// A multipart that never ends, or has no boundary.
    BrokenMultipart,
    /// Nested deeper, or in more parts, than is followed.
    TooDeep,
    NulBytes,
}

/// A sign that a machine wrote a mail; the first that is found, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Automated {
    /// `Auto-Submitted` other than `no` (RFC 3834 §5), or a vendor's word for it (`X-Auto-Response-Suppress`, `X-Autoreply`).
    AutoSubmitted,
    /// An empty `Return-Path` (RFC 5321 §4.5.5), or a delivery report (RFC 3464).
    Bounce,
    /// `List-Id`, `List-Unsubscribe` (RFC 2919, RFC 2369) or `Precedence: list`.
    MailingList,
    /// `Precedence: bulk` or `junk`, or a bulk sender's `Feedback-ID`.
    Bulk,
    /// A calendar's notice (RFC 6047).
    Calendar,
    /// The author's address says that nobody reads answers to it.
    NoReply,
    /// The words of a password reset or a sign-in code.
    SignInNotice,
}

/// What kind of sensitive thing stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SensitiveKind {
    /// A payment card's number: its length, its issuer's prefix and its check digit are right (ISO/IEC 7812).
    Card,
    /// A My Number (個人番号) whose check digit is right.
    MyNumber,
    BankAccount,
    Password,
    /// A one-time or confirmation code.
    Code,
    Health,
}

/// What was found in a mail's header and text beside its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// False for mail that was kept before there were marks: nothing is known of it, so it never goes by itself.
    pub examined: bool,
    /// Its mailing list (RFC 2919), as [`normalise_list_id`] has it.
    pub list: Option<String>,
    pub automated: Option<Automated>,
    /// Each kind once, in order.
    pub sensitive: Vec<SensitiveKind>,
}

/// A List-Id (RFC 2919 §2) as it is compared: what stands in angle brackets, or all of it, in lower case. `None` if empty.
pub fn normalise_list_id(text: &str) -> Option<String> {
    let inner = text.rsplit_once('<').map_or(text, |(_, inner)| inner.split('>').next().unwrap_or(inner));
    let id = inner.trim().to_lowercase();
    (!id.is_empty()).then_some(id)
}

/// A parsed mail, without its body's text; [`Body`] has that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub id: MailId,
    /// Normalised; made up deterministically where the mail has none (then [`Defect::MissingMessageId`] is listed).
    pub message_id: String,
    /// Normalised ids, oldest first, without repeats.
    pub references: Vec<String>,
    pub in_reply_to: Option<String>,
    /// The Date header, or the time the server got the mail.
    pub date: Timestamp,
    pub subject: String,
    /// Everybody named in the header: role by role as in [`Role`], each in header order.
    pub participants: Vec<Participant>,
    pub attachments: Vec<Attachment>,
    /// The first words of the text, on one line, for a list.
    pub snippet: String,
    pub defects: Vec<Defect>,
    pub marks: Marks,
    /// Size of the raw mail in bytes.
    pub size: u64,
}

impl Mail {
    /// The people in one role.
    pub fn people(&self, role: Role) -> impl Iterator<Item = &Person> {
        self.participants.iter().filter(move |p| p.role == role).map(|p| &p.person)
    }

    /// The key of the mail that began its conversation, as far as its header tells: the oldest reference, else itself.
    pub fn root(&self) -> MailKey {
        let oldest = self.references.first().or(self.in_reply_to.as_ref());
        oldest.map_or(self.id.key, |id| MailKey::of_message_id(id))
    }

    /// The author: the first From.
    pub fn from(&self) -> Option<&Person> {
        self.people(Role::From).next()
    }

    /// Outgoing when one of `own` is the author.
    pub fn direction(&self, own: &[Address]) -> Direction {
        match self.from() {
            Some(from) if own.contains(&from.address) => Direction::Outgoing,
            _ => Direction::Incoming,
        }
    }
}

/// The text of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Plain text; made from the HTML where the mail has only that.
    pub text: String,
    /// As the sender wrote it: never shown or sent without being sanitised.
    pub html: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mail_has_one_key_however_its_message_id_is_written() {
        let key = MailKey::of_message_id("<Abc.1@Mail.Example.JP>");
        for same in ["Abc.1@mail.example.jp", " <Abc.1@MAIL.example.jp>\r\n", "<Abc.1@mail.\r\n example.jp>"] {
            assert_eq!(MailKey::of_message_id(same), key, "{same:?}");
        }
    }

    #[test]
    fn the_left_side_of_a_message_id_keeps_its_case() {
        assert_ne!(MailKey::of_message_id("<abc@x>"), MailKey::of_message_id("<ABC@x>"));
    }
}
