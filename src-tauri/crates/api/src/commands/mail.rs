//! `mail`: fetching and reading.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::mail::{Attachment, Defect, Participant};
use otomo_domain::time::Timestamp;
use otomo_engine::rows::MailRow;
use otomo_engine::{preview::Opened, receive};
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
    /// How many things the HTML would have fetched from elsewhere.
    pub remote: usize,
}

pub(crate) async fn sync(api: &Api, args: SyncArgs) -> Result<Started, ApiError> {
    let engine = api.engine().clone();
    let accounts = match args.account {
        Some(id) => vec![AccountId(id)],
        None => engine.accounts().await?.iter().map(|a| a.id).collect(),
    };
    Ok(api.operations.start(async move {
        for account in accounts {
            receive::pass(&engine, account).await?;
        }
        Ok(())
    }))
}

pub(crate) async fn get(api: &Api, args: MailArgs) -> Result<MailView, ApiError> {
    let opened = api.engine().open_mail(ConnectionId(args.connection), MailRow(args.mail)).await?;
    let Opened { mail, body, remote, .. } = opened;
    Ok(MailView {
        message_id: mail.message_id,
        date: mail.date,
        subject: mail.subject,
        participants: mail.participants,
        attachments: mail.attachments,
        defects: mail.defects,
        text: body.text,
        html: body.html,
        remote,
    })
}
