//! A mail and a choice → exactly the bytes that would be sent. The preview, the decision and the release all come here.

use std::time::Duration;

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::connector::Limits;
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Attachment, Body, Mail, MailKey, Marks, Role};
use otomo_domain::payload::{Choice, Frozen, Level, Payload};
use otomo_domain::policy::Policy;
use otomo_domain::redaction::{self, Redactions};
use otomo_domain::review::{Review, State};
use otomo_domain::sharing::{AttachmentRule, Sharing};
use otomo_mime::{Cut, Portion};
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::Subject;
use otomo_store::table::triage::Finding;
use otomo_store::table::{contact, desk, mail, mail_account, raw, review, triage};

use crate::engine::Engine;
use crate::fault::Fault;

/// A mail at a connection, with everything a decision needs.
pub struct Opened {
    pub subject: Subject,
    pub mail: Mail,
    pub finding: Finding,
    pub review: Review,
    /// The accounts it came to.
    pub accounts: Vec<AccountId>,
    pub body: Body,
    /// How many things the HTML would have fetched.
    pub remote: usize,
}

/// What the rep asks for; what is left out takes its default.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub level: Option<Level>,
    pub links: Option<Vec<RecordRef>>,
    pub attachments: Option<Vec<Digest>>,
    pub quotes: Option<bool>,
    pub signature: Option<bool>,
    pub redactions: Vec<String>,
}

/// Exactly what would be sent for a choice, and what the rep should know of it.
pub struct Preview {
    pub frozen: Frozen,
    pub payload: Payload,
    /// What is left of the text, and what was cut from it.
    pub portion: Portion,
    pub records: Vec<Destination>,
    /// Receivers who are blacked out.
    pub hidden: usize,
    /// Quotes go along, and what they quote may be private or undecided.
    pub quotes_undecided: bool,
    pub too_large: Vec<TooLarge>,
    /// How long the decision could be taken back.
    pub grace: Duration,
}

/// A record that a mail would go to, as the local index has it.
pub struct Destination {
    pub record: RecordRef,
    pub contact: Option<Contact>,
    /// The name of its company.
    pub company: Option<String>,
}

/// Something that is larger than the CRM takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The file; `None` for the text.
    pub name: Option<String>,
    pub size: u64,
    pub most: u64,
}

impl Engine {
    /// What a row of a list is about, and what was found out about it.
    pub async fn find_mail(&self, connection: ConnectionId, row: MailRow) -> Result<(Subject, Finding), Fault> {
        let found = self.store.cache.read(move |db| {
            let subject = Subject { connection, mail: mail::id_of(db, row)? };
            Ok((subject, triage::get(db, row, connection)?.ok_or(StoreFault::Missing)?))
        });
        found.await.map_err(no_such_mail)
    }

    /// Reads a mail from the local files and parses it anew; the body is sanitised.
    pub async fn open_mail(&self, connection: ConnectionId, row: MailRow) -> Result<Opened, Fault> {
        let opened = self.store.cache.read(move |db| {
            let mut mail = mail::get(db, row)?;
            let finding = triage::get(db, row, connection)?.ok_or(StoreFault::Missing)?;
            let raw = raw::read(db, mail::raw_of(db, row)?)?;
            let subject = Subject { connection, mail: mail.id };
            let Readable { marks, body, remote } = readable(&raw, &mail);
            // What is in it may have been looked for with less care when it was kept.
            mail.marks = marks;
            let accounts = mail_account::of_mail(db, row)?;
            Ok((subject, mail, finding, accounts, body, remote))
        });
        let (subject, mail, finding, accounts, body, remote) = opened.await.map_err(no_such_mail)?;
        let found = self.store.ledger.read(move |db| Ok(review::find(db, &subject)?)).await?;
        let review = found.map(|row| row.review).unwrap_or_default();
        Ok(Opened { subject, mail, finding, review, accounts, body, remote })
    }

    /// The choice a wish means for this mail. What it leaves out is as the account shares: by default the new text, to
    /// everybody who matched, without attachments.
    pub fn choose(&self, opened: &Opened, wish: Wish) -> Result<Choice, Fault> {
        let (policy, sharing) = (self.policy.policy(), self.snapshot().sharing_of(&opened.accounts));
        let most = policy.max_level.unwrap_or(Level::Full);
        let level = wish.level.unwrap_or(sharing.level.min(most));
        if !policy.allows_level(level) {
            return Err(Fault::Policy("max_level"));
        }
        let attachments = attachments(&opened.mail, wish.attachments, &sharing, &policy)?;
        let matched = || opened.finding.candidates.iter().map(|c| c.record.clone()).collect();
        Ok(Choice {
            level,
            links: wish.links.unwrap_or_else(matched),
            attachments,
            quotes: wish.quotes.unwrap_or(sharing.quotes),
            signature: wish.signature.unwrap_or(sharing.signature),
            redactions: redactions(wish.redactions)?,
        })
    }

    /// The bytes that would be sent for this choice.
    pub fn freeze(&self, opened: &Opened, choice: &Choice) -> Result<Frozen, Fault> {
        Ok(self.payload(opened, choice, &self.portion(opened, choice))?.freeze())
    }

    fn payload(&self, opened: &Opened, choice: &Choice, portion: &Portion) -> Result<Payload, Fault> {
        let direction = opened.mail.direction(&self.snapshot().own);
        Ok(Payload::build(&opened.mail, &portion.body, direction, choice)?)
    }

    /// What would be sent for this choice, with everything to be known before deciding.
    pub async fn preview(&self, opened: &Opened, choice: &Choice) -> Result<Preview, Fault> {
        let portion = self.portion(opened, choice);
        let payload = self.payload(opened, choice, &portion)?;
        let (connection, links) = (opened.subject.connection, choice.links.clone());
        let read = self.store.cache.read(move |db| {
            let destination = |record: RecordRef| {
                let contact = contact::get(db, connection, &record)?;
                Ok(Destination { company: contact::company_of(db, connection, &record)?, record, contact })
            };
            links.into_iter().map(destination).collect::<Result<Vec<_>, StoreFault>>()
        });
        let limits = self.identity(connection).await?.unwrap_or_default().limits;
        let redactions = Redactions::new(&choice.redactions);
        let receivers = opened.mail.people(Role::To).chain(opened.mail.people(Role::Cc));
        Ok(Preview {
            records: read.await?,
            hidden: receivers.filter(|person| redactions.occur_in(person.address.as_str())).count(),
            quotes_undecided: self.quotes_undecided(opened, choice).await?,
            too_large: too_large(&payload, &limits),
            grace: self.grace_of(opened),
            frozen: payload.clone().freeze(),
            payload,
            portion,
        })
    }

    /// How long a decision of the rep's about this mail can be taken back.
    pub(crate) fn grace_of(&self, opened: &Opened) -> Duration {
        self.snapshot().sharing_of(&opened.accounts).grace().max(self.policy.policy().least_grace())
    }

    /// Whether the text quotes mail that has not been shared. Mail that is not here has not been decided on either.
    pub(crate) async fn quotes_undecided(&self, opened: &Opened, choice: &Choice) -> Result<bool, Fault> {
        let without = self.portion(opened, &Choice { quotes: false, ..choice.clone() });
        if !choice.quotes || choice.level < Level::Full || without.quoted_lines == 0 {
            return Ok(false);
        }
        let (connection, id, date) = (opened.subject.connection, opened.mail.id, opened.mail.date);
        let ids = opened.mail.references.iter().chain(&opened.mail.in_reply_to);
        let quotable: Vec<MailKey> = ids.map(|id| MailKey::of_message_id(id)).collect();
        let read = self.store.cache.read(move |db| {
            let row = mail::find(db, &id)?.ok_or(StoreFault::Missing)?;
            let mut before = Vec::new();
            for other in mail::of_thread(db, row)?.into_iter().filter(|other| *other != row) {
                let other = desk::row(db, other, Some(connection), &[])?;
                let state = other.standing.map(|standing| standing.state);
                before.extend((other.date <= date).then_some((other.id.key, state)));
            }
            Ok(before)
        });
        let before = read.await?;
        let shared = |state: &Option<State>| state.is_some_and(State::is_shared);
        let all_here = quotable.iter().all(|key| before.iter().any(|(known, _)| known == key));
        Ok(before.is_empty() || !all_here || !before.iter().all(|(_, state)| shared(state)))
    }

    /// What a choice leaves of the text, and what it leaves out.
    pub fn portion(&self, opened: &Opened, choice: &Choice) -> Portion {
        let redactions = Redactions::new(&choice.redactions);
        otomo_mime::portion(&opened.body, &Cut { quotes: choice.quotes, signature: choice.signature, redactions })
    }
}

fn attachments(
    mail: &Mail,
    wished: Option<Vec<Digest>>,
    sharing: &Sharing,
    policy: &Policy,
) -> Result<Vec<Digest>, Fault> {
    let permits = |file: &&Attachment| policy.attachments.as_ref().is_none_or(|rule| rule.permits(file));
    let goes = |file: &&Attachment| sharing.attachments.takes(file) && permits(file);
    let by_itself = || mail.attachments.iter().filter(goes).map(|file| file.sha256);
    let chosen = wished.unwrap_or_else(|| by_itself().collect());
    let files = || mail.attachments.iter().filter(|file| chosen.contains(&file.sha256));
    if sharing.attachments == AttachmentRule::Never && files().next().is_some() {
        return Err(Fault::Invalid { field: "attachments".into(), why: "the account shares none".into() });
    }
    if files().any(|file| !permits(&file)) {
        return Err(Fault::Policy("attachments"));
    }
    Ok(chosen)
}

fn redactions(texts: Vec<String>) -> Result<Vec<String>, Fault> {
    if texts.len() > redaction::MOST || texts.iter().any(|text| text.chars().count() > redaction::LONGEST) {
        return Err(Fault::Invalid { field: "redactions".into(), why: "too many, or too long".into() });
    }
    Ok(texts)
}

fn too_large(payload: &Payload, limits: &Limits) -> Vec<TooLarge> {
    let texts = payload.body_text.iter().chain(&payload.body_html);
    let body = texts.map(|text| text.len() as u64).sum();
    let files = payload.attachments.iter().map(|file| (Some(file.name.clone()), file.size, limits.attachment));
    let all = std::iter::once((None, body, limits.body)).chain(files);
    let over = |(name, size, most): (Option<String>, u64, Option<u64>)| {
        most.filter(|most| size > *most).map(|most| TooLarge { name, size, most })
    };
    all.filter_map(over).collect()
}

/// What the bytes of a kept mail tell besides its fields.
pub(crate) struct Readable {
    pub marks: Marks,
    /// The text, and the sanitised HTML.
    pub body: Body,
    /// How many things the HTML would have fetched.
    pub remote: usize,
}

pub(crate) fn readable(raw: &[u8], mail: &Mail) -> Readable {
    let otomo_mime::Parsed { mail: parsed, body } = otomo_mime::parse(raw, mail.date);
    let marks = parsed.marks;
    let Some(html) = body.html else { return Readable { marks, body, remote: 0 } };
    let clean = otomo_mime::sanitise(&html);
    Readable { marks, body: Body { text: body.text, html: Some(clean.html) }, remote: clean.remote }
}

pub(crate) fn no_such_mail(fault: StoreFault) -> Fault {
    match fault {
        StoreFault::Missing => Fault::NoSuch("mail"),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests;
