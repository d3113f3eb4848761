//! `review.preview`: exactly what would be sent, and what would not.

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Person;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Attachment, Role};
use otomo_domain::payload::{Choice, Level};
use otomo_engine::preview::{self, Destination, Opened};
use otomo_engine::rows::MailRow;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::super::mail::{SensitiveView, sensitive};
use super::{WishArgs, wish};
use crate::Api;
use crate::error::ApiError;

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewArgs {
    pub connection: i64,
    pub mail: i64,
    #[serde(default)]
    #[ts(optional)]
    pub wish: Option<WishArgs>,
}

/// A record that a mail goes to.
#[derive(Serialize, TS)]
pub struct RecordView {
    pub record: RecordRef,
    /// As the local index has it; its number where it is not there.
    pub name: String,
    pub company: Option<String>,
    pub url: Option<String>,
}

/// What is not sent of a mail.
#[derive(Serialize, TS)]
pub struct LeftOut {
    /// Receivers whom nobody else knows of.
    pub bcc: Vec<Person>,
    /// Receivers who are blacked out.
    pub people: usize,
    pub subject: bool,
    pub body: bool,
    /// There is HTML, and only the text is sent.
    pub html: bool,
    /// Lines of older mail.
    pub quoted_lines: usize,
    pub signature_lines: usize,
    /// How often something is blacked out of the text.
    pub redacted: usize,
    /// Names of the files that stay here.
    pub attachments: Vec<String>,
}

/// Something that is larger than the CRM takes, in bytes.
#[derive(Serialize, TS)]
pub struct TooLarge {
    /// The file; `null` for the text.
    pub name: Option<String>,
    pub size: u64,
    pub most: u64,
}

/// Exactly what would be sent, and what would not.
#[derive(Serialize, TS)]
pub struct Preview {
    /// The payload's bytes as text.
    pub payload: String,
    /// Its digest; give it to `review.share` to share this and nothing else.
    pub sha256: Digest,
    pub rev: u64,
    /// The choice that holds, with every default filled in.
    pub choice: Choice,
    pub records: Vec<RecordView>,
    /// The subject and the text as they stand in the mail, for a comparison.
    pub original_subject: String,
    pub original_text: String,
    pub left_out: LeftOut,
    /// What is sensitive in what would be sent.
    pub sensitive: Vec<SensitiveView>,
    /// Quotes go along, and the conversation has mail that is private or undecided.
    pub quotes_undecided: bool,
    pub too_large: Vec<TooLarge>,
    /// How long the decision could be taken back, in seconds.
    pub grace_seconds: u64,
}

pub(crate) async fn preview(api: &Api, args: PreviewArgs) -> Result<Preview, ApiError> {
    let engine = api.engine();
    let opened = engine.open_mail(ConnectionId(args.connection), MailRow(args.mail)).await?;
    let choice = engine.choose(&opened, wish(args.wish)?)?;
    let seen = engine.preview(&opened, &choice).await?;
    let left_out = left_out(&opened, &choice, &seen);
    let text = seen.payload.body_text.as_deref().unwrap_or_default();
    Ok(Preview {
        payload: String::from_utf8_lossy(&seen.frozen.bytes).into_owned(),
        sha256: seen.frozen.sha256,
        rev: opened.review.rev,
        sensitive: sensitive(&seen.payload.subject, text),
        records: seen.records.into_iter().map(|record| RecordView::of(record, &opened)).collect(),
        choice,
        original_subject: opened.mail.subject,
        original_text: opened.body.text,
        left_out,
        quotes_undecided: seen.quotes_undecided,
        too_large: seen.too_large.into_iter().map(TooLarge::from).collect(),
        grace_seconds: seen.grace.as_secs(),
    })
}

fn left_out(opened: &Opened, choice: &Choice, seen: &preview::Preview) -> LeftOut {
    let stays = |file: &&Attachment| !choice.attachments.contains(&file.sha256);
    LeftOut {
        bcc: opened.mail.people(Role::Bcc).cloned().collect(),
        people: seen.hidden,
        subject: choice.level < Level::Subject,
        body: choice.level < Level::Full,
        html: seen.portion.html_left_out,
        quoted_lines: seen.portion.quoted_lines,
        signature_lines: seen.portion.signature_lines,
        redacted: seen.portion.redacted,
        attachments: opened.mail.attachments.iter().filter(stays).map(|file| file.name.clone()).collect(),
    }
}

impl RecordView {
    fn of(destination: Destination, opened: &Opened) -> Self {
        let Destination { record, contact, company } = destination;
        let candidate = opened.finding.candidates.iter().find(|candidate| candidate.record == record);
        let (name, url) = contact.map(|contact| (contact.name, contact.url)).unzip();
        let name = name.or_else(|| candidate.map(|candidate| candidate.name.clone())).filter(|name| !name.is_empty());
        Self { name: name.unwrap_or_else(|| record.id.clone()), record, company, url: url.flatten() }
    }
}

impl From<preview::TooLarge> for TooLarge {
    fn from(thing: preview::TooLarge) -> Self {
        Self { name: thing.name, size: thing.size, most: thing.most }
    }
}
