//! A mail of the CRM, and whether it is a certain one.

use otomo_domain::connector::Sought;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::{Level, Payload};
use otomo_domain::redaction::MASK;
use otomo_domain::time::Timestamp;
use serde::Deserialize;

use super::mark::Mark;
use super::wire::Parent;

/// What is asked for of a mail.
pub const EMAIL: &str = "name,messageId,messageIdInternal,dateSent,fromString,parentType,parentId,createdById";

/// What the CRM calls a mail without a subject, and the longest one it keeps (`DefaultImporter::getSubject`).
const NO_SUBJECT: &str = "(No Subject)";
const LONGEST_SUBJECT: usize = 255;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    pub id: String,
    name: Option<String>,
    message_id: Option<String>,
    /// The Message-ID, a hyphen, and what `Delivered-To` said.
    message_id_internal: Option<String>,
    date_sent: Option<String>,
    /// `Name <address>`, of a mail that was imported.
    from_string: Option<String>,
    parent_type: Option<String>,
    parent_id: Option<String>,
    pub created_by_id: Option<String>,
}

impl Email {
    /// Whether it is this mail. Two may bear one Message-ID: then date, sender and subject tell them apart, as far as both
    /// sides tell them.
    pub fn is(&self, mail: Sought<'_>) -> bool {
        let has_key = self.message_id.as_deref().is_some_and(|id| MailKey::of_message_id(id) == mail.key);
        has_key && self.was_sent_with(mail.payload) && self.is_by_author_of(mail.payload) && self.is_about(mail.payload)
    }

    fn was_sent_with(&self, payload: &Payload) -> bool {
        self.date_sent.as_deref().is_none_or(|sent| Some(sent) == moment(&payload.date).as_deref())
    }

    fn is_by_author_of(&self, payload: &Payload) -> bool {
        let address =
            self.from_string.as_deref().and_then(|from| from.trim_end().strip_suffix('>')?.rsplit('<').next());
        address.is_none_or(|address| address.eq_ignore_ascii_case(payload.from.email.as_str()))
    }

    fn is_about(&self, payload: &Payload) -> bool {
        let kept = self.name.as_deref().unwrap_or(NO_SUBJECT);
        if payload.share_level < Level::Subject || kept == NO_SUBJECT || [kept, &payload.subject].iter().any(is_masked)
        {
            return true;
        }
        let (theirs, ours) = (letters(kept), letters(&payload.subject));
        theirs == ours || (kept.chars().count() >= LONGEST_SUBJECT && ours.starts_with(&theirs))
    }

    /// The mark of the share that it was made of.
    pub fn mark(&self) -> Option<Mark> {
        Mark::read(self.message_id_internal.as_deref()?)
    }

    pub fn belongs_to(&self, parent: &Parent<'_>) -> bool {
        (self.parent_type.as_deref(), self.parent_id.as_deref()) == (Some(parent.parent_type), Some(parent.parent_id))
    }
}

/// Whether words were taken out of it, or could not be read.
fn is_masked(subject: &&str) -> bool {
    subject.contains(MASK) || subject.contains(char::REPLACEMENT_CHARACTER)
}

/// What of a subject survives however it is folded and encoded.
fn letters(subject: &str) -> String {
    subject.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A time of a payload as the CRM shows it.
fn moment(rfc3339: &str) -> Option<String> {
    let utc = Timestamp::from_rfc3339(rfc3339)?.to_rfc3339();
    Some(utc.replace('T', " ").chars().take(19).collect())
}
