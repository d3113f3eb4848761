//! `mail`: fetching and reading.

use std::path::PathBuf;

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::address::Person;
use otomo_domain::judge::Ask;
use otomo_domain::mail::{Attachment, Defect, Participant, SensitiveKind};
use otomo_domain::review::State;
use otomo_domain::sensitive::Sensitive;
use otomo_domain::time::Timestamp;
use otomo_engine::lists::Page;
use otomo_engine::reader::Read;
use otomo_engine::receive;
use otomo_engine::rows::{After, DeskRow, MailRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Api;
use crate::error::ApiError;
use crate::operation::Started;

/// A mail as it stands at a connection.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MailArgs {
    pub connection: i64,
    pub mail: i64,
}

/// Which account to look at; all of them where it is left out.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SyncArgs {
    #[serde(default)]
    #[ts(optional)]
    pub account: Option<i64>,
}

/// Mail of one account or of all, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MailListArgs {
    /// The connection whose states and contacts are shown.
    #[serde(default)]
    #[ts(optional)]
    pub connection: Option<i64>,
    #[serde(default)]
    #[ts(optional)]
    pub account: Option<i64>,
    /// Where the page before ended.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<AfterView>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
}

#[derive(Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AfterView {
    pub date: Timestamp,
    pub mail: i64,
}

impl From<AfterView> for After {
    fn from(after: AfterView) -> Self {
        Self { date: after.date, mail: MailRow(after.mail) }
    }
}

/// A page of mail, newest first.
#[derive(Serialize, TS)]
pub struct MailPage {
    pub rows: Vec<MailRowView>,
    /// The next page's `after`; `null` at the end.
    pub next: Option<AfterView>,
    /// How many rows there are on all pages.
    pub total: i64,
}

/// A mail in a list. Where no CRM was asked about there is no connection, no state and no contact.
#[derive(Serialize, TS)]
pub struct MailRowView {
    pub mail: i64,
    pub account: i64,
    pub connection: Option<i64>,
    /// Give it back with a decision: it fails if the row changed meanwhile.
    pub rev: u64,
    pub state: Option<State>,
    pub date: Timestamp,
    /// The other side: who wrote a received mail, the first receiver of a sent one.
    pub who: Option<Person>,
    /// The rep wrote it.
    pub outgoing: bool,
    pub contact: Option<ContactBrief>,
    pub subject: String,
    pub snippet: String,
    /// Mail with the same number is one conversation.
    pub thread: i64,
    pub attachments: i64,
    pub release_at: Option<Timestamp>,
    /// The rep put it off until then.
    pub snoozed_until: Option<Timestamp>,
    /// Why it waits for the rep, the most urgent first.
    pub asks: Vec<Ask>,
}

/// The records of a CRM that a row is about, in brief.
#[derive(Serialize, TS)]
pub struct ContactBrief {
    pub name: String,
    pub company: Option<String>,
    /// Further records that matched.
    pub more: usize,
}

impl MailPage {
    /// The page as it is shown to whoever asked about this connection.
    pub(super) fn of(page: Page, connection: Option<i64>) -> Self {
        let next = page.next.map(|after| AfterView { date: after.date, mail: after.mail.0 });
        let rows = page.rows.into_iter().map(|row| MailRowView::of(row, connection)).collect();
        Self { rows, next, total: page.total }
    }
}

impl MailRowView {
    pub(super) fn of(row: DeskRow, connection: Option<i64>) -> Self {
        let standing = row.standing;
        Self {
            mail: row.mail.0,
            account: row.account.0,
            connection,
            rev: standing.as_ref().map_or(0, |standing| standing.rev),
            state: standing.as_ref().map(|standing| standing.state),
            date: row.date,
            who: row.who,
            outgoing: row.outgoing,
            subject: row.title,
            snippet: row.snippet,
            thread: row.thread,
            attachments: row.attachments,
            release_at: standing.as_ref().and_then(|standing| standing.release_at),
            snoozed_until: standing.as_ref().and_then(|standing| standing.snoozed_until),
            asks: standing.as_ref().map(|standing| standing.advice.asks().to_vec()).unwrap_or_default(),
            contact: standing.and_then(|standing| standing.contact).map(|brief| ContactBrief {
                name: brief.name,
                company: brief.company,
                more: brief.more,
            }),
        }
    }
}

/// A mail to read; without a connection nothing is said about a CRM.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MailGetArgs {
    pub mail: i64,
    #[serde(default)]
    #[ts(optional)]
    pub connection: Option<i64>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveAttachmentArgs {
    pub mail: i64,
    pub part: u32,
}

/// A file that was written.
#[derive(Serialize, TS)]
pub struct SavedFile {
    pub path: PathBuf,
    /// Its name; an attachment's is the sender's, made safe.
    pub name: String,
}

/// A mail to read.
#[derive(Serialize, TS)]
pub struct MailView {
    pub message_id: String,
    pub date: Timestamp,
    pub subject: String,
    pub participants: Vec<Participant>,
    pub attachments: Vec<Attachment>,
    pub defects: Vec<Defect>,
    pub text: String,
    /// Sanitised. Show it only in a frame without scripts and network all the same.
    pub html: Option<String>,
    /// The rep wrote it.
    pub outgoing: bool,
    /// How many things the HTML would have fetched from elsewhere.
    pub remote: usize,
    /// What the rep should look at before it leaves.
    pub sensitive: Vec<SensitiveView>,
}

impl SavedFile {
    /// A file that was written on the person's word: it may be shown in its folder.
    pub(super) fn noted(api: &Api, path: PathBuf) -> Self {
        api.note_saved(path.clone());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { path, name }
    }
}

pub(crate) async fn sync(api: &Api, args: SyncArgs) -> Result<Started, ApiError> {
    let engine = api.engine().clone();
    let accounts = match args.account {
        Some(id) => vec![AccountId(id)],
        None => engine.accounts().await?.iter().map(|a| a.id).collect(),
    };
    Ok(api.operations.start(async move {
        for account in accounts {
            receive::look_now(&engine, account).await.map_err(|fault| ApiError::from(&*fault))?;
        }
        Ok(())
    }))
}

/// How many rows a page has.
pub(super) fn page_size(limit: Option<usize>) -> usize {
    limit.unwrap_or(100).clamp(1, 1000)
}

pub(crate) async fn list(api: &Api, args: MailListArgs) -> Result<MailPage, ApiError> {
    let (connection, account) = (args.connection.map(ConnectionId), args.account.map(AccountId));
    let page = api.engine().mails(connection, account, args.after.map(After::from), page_size(args.limit)).await?;
    Ok(MailPage::of(page, args.connection))
}

/// Something sensitive in a mail, as it stands there.
#[derive(Serialize, TS)]
pub struct SensitiveView {
    pub kind: SensitiveKind,
    pub text: String,
    /// It stands in the subject, else in the text.
    pub in_subject: bool,
}

/// What is sensitive in a subject and a text, each piece once, at most 100 of them.
pub(super) fn sensitive(subject: &str, text: &str) -> Vec<SensitiveView> {
    let mut found: Vec<SensitiveView> = Vec::new();
    for (whole, in_subject) in [(subject, true), (text, false)] {
        for Sensitive { kind, range } in otomo_domain::sensitive::find(whole) {
            let text = whole.get(range).unwrap_or_default();
            if found.len() < 100 && !found.iter().any(|f| f.kind == kind && f.text == text) {
                found.push(SensitiveView { kind, text: text.to_owned(), in_subject });
            }
        }
    }
    found
}

pub(crate) async fn get(api: &Api, args: MailGetArgs) -> Result<MailView, ApiError> {
    let mail = MailRow(args.mail);
    if let Some(connection) = args.connection {
        api.engine().find_mail(ConnectionId(connection), mail).await?;
    }
    let Read { mail, body, remote, outgoing } = api.engine().read_mail(mail).await?;
    Ok(MailView {
        sensitive: sensitive(&mail.subject, &body.text),
        message_id: mail.message_id,
        date: mail.date,
        subject: mail.subject,
        participants: mail.participants,
        attachments: mail.attachments,
        defects: mail.defects,
        text: body.text,
        html: body.html,
        outgoing,
        remote,
    })
}

pub(crate) async fn save_attachment(api: &Api, args: SaveAttachmentArgs) -> Result<SavedFile, ApiError> {
    let path = api.engine().save_attachment(MailRow(args.mail), args.part).await?;
    Ok(SavedFile::noted(api, path))
}
