//! Exactly what a CRM will be sent of a mail: built from the rep's choice, frozen as bytes, recognised by its digest.
//!
//! The form is the `Email` of Otomo's CRM contract (`crm/src/rest/contract.yaml`) in canonical JSON (RFC 8785), so the
//! same mail and the same choice give the same bytes everywhere. Bcc, raw headers and the rep's notes have no field here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::{Address, Person};
use crate::contact::RecordRef;
use crate::digest::Digest;
use crate::mail::{Attachment, Body, Direction, Mail, MailId, Marks, Participant, Role};
use crate::redaction::Redactions;
use crate::time::Timestamp;

/// How much of a mail is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Level {
    /// Dates and participants.
    Metadata,
    /// And the subject.
    Subject,
    /// And the body.
    #[default]
    Full,
}

/// What the rep chose to share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Choice {
    pub level: Level,
    /// The records it is logged to; at least one.
    pub links: Vec<RecordRef>,
    /// Digests of the attachments that go along.
    pub attachments: Vec<Digest>,
    /// Older mail that is quoted goes along.
    #[serde(default)]
    pub quotes: bool,
    /// The signature goes along.
    #[serde(default)]
    pub signature: bool,
    /// What is blacked out, wherever it stands (see [`crate::redaction`]).
    #[serde(default)]
    pub redactions: Vec<String>,
}

/// Why no payload can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsharable {
    #[error("the mail names no sender")]
    NoSender,
    #[error("no record was chosen")]
    NoLink,
    #[error("a chosen attachment is not in the mail")]
    UnknownAttachment,
    /// It stands where a CRM needs it as it is: the author's address, the Message-ID, a record's number.
    #[error("what is blacked out cannot be taken out")]
    CannotRedact,
}

/// The shared mail. Field names and order of meaning are the contract's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    pub message_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    pub direction: Direction,
    /// RFC 3339, UTC.
    pub date: String,
    pub from: Named,
    pub to: Vec<Named>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Named>,
    pub subject: String,
    pub share_level: Level,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_html: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<SharedFile>,
    pub links: Vec<RecordRef>,
    /// Digest of the canonical JSON of all other fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A person in a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub email: Address,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A file that goes along, named by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFile {
    pub sha256: Digest,
    pub name: String,
    pub content_type: String,
    pub size: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inline: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}

impl Payload {
    /// What is shared of `mail` by this choice. `body` is what a choice leaves of it: sanitised, trimmed, redacted
    /// (`otomo_mime::portion`). Fields are redacted here.
    pub fn build(mail: &Mail, body: &Body, direction: Direction, choice: &Choice) -> Result<Self, Unsharable> {
        let redactions = Redactions::new(&choice.redactions);
        let name = |p: &Person| Named { email: p.address.clone(), name: redactions.apply(&p.name) };
        let shown = |p: &&Person| !redactions.occur_in(p.address.as_str());
        let named = |role| mail.people(role).filter(shown).map(name);
        if choice.links.is_empty() {
            return Err(Unsharable::NoLink);
        }
        let full = choice.level >= Level::Full;
        let kept = |id: &&String| !redactions.occur_in(id);
        let payload = Self {
            message_id: mail.message_id.clone(),
            in_reply_to: mail.in_reply_to.as_ref().filter(kept).cloned(),
            references: mail.references.iter().filter(kept).cloned().collect(),
            direction,
            date: mail.date.to_rfc3339(),
            from: mail.from().map(name).ok_or(Unsharable::NoSender)?,
            to: named(Role::To).collect(),
            cc: named(Role::Cc).collect(),
            subject: if choice.level >= Level::Subject { redactions.apply(&mail.subject) } else { String::new() },
            share_level: choice.level,
            body_text: full.then(|| body.text.clone()),
            body_html: if full { body.html.clone() } else { None },
            attachments: shared_files(mail, choice, &redactions)?,
            links: choice.links.clone(),
            digest: None,
        };
        if payload.tells(&redactions) { Err(Unsharable::CannotRedact) } else { Ok(payload) }
    }

    /// Whether a redaction still stands in any text of it.
    fn tells(&self, redactions: &Redactions) -> bool {
        fn texts(value: &serde_json::Value, tells: &dyn Fn(&str) -> bool) -> bool {
            match value {
                serde_json::Value::String(text) => tells(text),
                serde_json::Value::Array(items) => items.iter().any(|item| texts(item, tells)),
                serde_json::Value::Object(fields) => fields.values().any(|field| texts(field, tells)),
                _ => false,
            }
        }
        let tells = |text: &str| redactions.occur_in(text);
        !redactions.is_empty() && serde_json::to_value(self).is_ok_and(|value| texts(&value, &tells))
    }

    /// The mail it was made of, as far as it tells.
    pub fn mail(&self, id: MailId) -> Mail {
        Mail {
            id,
            message_id: self.message_id.clone(),
            references: self.references.clone(),
            in_reply_to: self.in_reply_to.clone(),
            date: Timestamp::from_rfc3339(&self.date).unwrap_or(Timestamp(0)),
            subject: self.subject.clone(),
            participants: self.participants(),
            attachments: Vec::new(),
            snippet: String::new(),
            defects: Vec::new(),
            marks: Marks::default(),
            size: 0,
        }
    }

    /// Everybody it names.
    pub fn participants(&self) -> Vec<Participant> {
        let from = std::iter::once((Role::From, &self.from));
        let rest = self.to.iter().map(|n| (Role::To, n)).chain(self.cc.iter().map(|n| (Role::Cc, n)));
        let person = |n: &Named| Person { address: n.email.clone(), name: n.name.clone() };
        from.chain(rest).map(|(role, named)| Participant { role, person: person(named) }).collect()
    }

    /// The other side, and whether the rep wrote it; as [`Mail::direction`] has it.
    pub fn other_side(&self) -> (Option<Person>, bool) {
        let outgoing = self.direction == Direction::Outgoing;
        let other = if outgoing { self.to.first().or(self.cc.first()) } else { Some(&self.from) };
        (other.map(|n| Person { address: n.email.clone(), name: n.name.clone() }), outgoing)
    }

    /// Fixes the bytes that are previewed, kept and sent: the same bytes each time.
    pub fn freeze(mut self) -> Frozen {
        self.digest = None;
        let sha256 = Digest::of(&canonical(&self));
        self.digest = Some(sha256);
        Frozen { bytes: canonical(&self), sha256 }
    }
}

fn shared_files(mail: &Mail, choice: &Choice, redactions: &Redactions) -> Result<Vec<SharedFile>, Unsharable> {
    let find = |digest: &Digest| mail.attachments.iter().find(|a| a.sha256 == *digest);
    let share = |a: &Attachment| SharedFile {
        sha256: a.sha256,
        name: redactions.apply(&a.name),
        content_type: a.content_type.clone(),
        size: a.size,
        inline: a.inline,
        content_id: a.content_id.clone().filter(|id| !redactions.occur_in(id)),
    };
    choice.attachments.iter().map(|digest| find(digest).map(share).ok_or(Unsharable::UnknownAttachment)).collect()
}

/// Canonical JSON (RFC 8785). A payload holds strings, whole numbers and booleans only, so it always has one.
fn canonical(payload: &Payload) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(payload).unwrap_or_default()
}

/// A payload as bytes, with its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Canonical JSON, `digest` included: what the preview shows and the `rest` connector sends, byte for byte.
    pub bytes: Vec<u8>,
    /// Digest of the same JSON without its `digest` field.
    pub sha256: Digest,
}

impl fmt::Debug for Frozen {
    /// The digest alone: a payload's text has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frozen({})", self.sha256)
    }
}

impl Frozen {
    /// Reads frozen bytes back; `None` unless they are canonical and their digest is right.
    pub fn open(bytes: &[u8]) -> Option<(Self, Payload)> {
        let payload: Payload = serde_json::from_slice(bytes).ok()?;
        let again = payload.clone().freeze();
        (again.bytes == bytes && payload.digest == Some(again.sha256)).then_some((again, payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::RecordType;
    use crate::mail::{MailId, MailKey};
    use crate::time::Timestamp;

    fn mail() -> Mail {
        let person = |role, a: &str| Participant {
            role,
            person: Person { address: Address::parse(a).unwrap_or_else(|| panic!("{a}")), name: "田中".into() },
        };
        let file = Attachment {
            part: 2,
            name: "見積.pdf".into(),
            content_type: "application/pdf".into(),
            size: 3,
            sha256: Digest::of(b"pdf"),
            inline: false,
            content_id: None,
        };
        Mail {
            id: MailId { key: MailKey::of_message_id("<1@x.jp>"), content: Digest::of(b"1") },
            message_id: "<1@x.jp>".into(),
            references: vec![],
            in_reply_to: None,
            date: Timestamp::from_secs(1_795_000_000),
            subject: "お見積り".into(),
            participants: vec![
                person(Role::From, "a@x.jp"),
                person(Role::To, "rep@own.example"),
                person(Role::Bcc, "secret@x.jp"),
            ],
            attachments: vec![file],
            snippet: String::new(),
            defects: vec![],
            marks: Marks::default(),
            size: 100,
        }
    }

    fn choice(level: Level, attachments: Vec<Digest>) -> Choice {
        Choice {
            level,
            links: vec![RecordRef { kind: RecordType::Contact, id: "A".into() }],
            attachments,
            ..Choice::default()
        }
    }

    fn frozen(level: Level) -> String {
        let body = Body { text: "本文".into(), html: Some("<p>本文</p>".into()) };
        let payload = Payload::build(&mail(), &body, Direction::Incoming, &choice(level, vec![]))
            .unwrap_or_else(|e| panic!("{e}"));
        String::from_utf8_lossy(&payload.freeze().bytes).into_owned()
    }

    #[test]
    fn each_level_tells_no_more_than_its_name() {
        assert!(frozen(Level::Full).contains("本文") && frozen(Level::Full).contains("お見積り"));
        assert!(!frozen(Level::Subject).contains("本文") && frozen(Level::Subject).contains("お見積り"));
        assert!(!frozen(Level::Metadata).contains("お見積り") && frozen(Level::Metadata).contains("a@x.jp"));
    }

    #[test]
    fn bcc_is_never_in_a_payload() {
        assert!(!frozen(Level::Full).contains("secret@x.jp"));
    }

    #[test]
    fn an_attachment_goes_along_only_if_chosen() {
        assert!(!frozen(Level::Full).contains("見積.pdf"));
        let chosen = choice(Level::Subject, vec![Digest::of(b"pdf")]);
        let payload = Payload::build(&mail(), &Body::default(), Direction::Incoming, &chosen);
        assert_eq!(payload.map(|p| p.attachments.len()), Ok(1));
        let unknown = choice(Level::Full, vec![Digest::of(b"other")]);
        let payload = Payload::build(&mail(), &Body::default(), Direction::Incoming, &unknown);
        assert_eq!(payload.map(|p| p.attachments.len()), Err(Unsharable::UnknownAttachment));
    }

    #[test]
    fn frozen_bytes_open_again_and_tampered_ones_do_not() {
        let bytes = frozen(Level::Full);
        assert!(Frozen::open(bytes.as_bytes()).is_some());
        assert!(Frozen::open(bytes.replace("お見積り", "お見積").as_bytes()).is_none());
        assert!(Frozen::open(format!(" {bytes}").as_bytes()).is_none());
    }

    #[test]
    fn canonical_json_sorts_its_keys() {
        let json = frozen(Level::Metadata);
        let at = |key: &str| json.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in {json}"));
        assert!(at("date") < at("digest") && at("digest") < at("direction") && at("share_level") < at("subject"));
    }
}
