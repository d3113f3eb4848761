//! `review`: what waits for the rep, what would be sent, and the decision.

use otomo_domain::account::ConnectionId;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::matching::Candidate;
use otomo_domain::payload::Level;
use otomo_domain::review::{Returned, State, Triage};
use otomo_domain::time::Timestamp;
use otomo_engine::decide::{Decided, Seen};
use otomo_engine::preview::Wish;
use otomo_engine::rows::{After, MailRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::mail::{AfterView, MailArgs, MailPage, page_size};
use super::queue::{QueueRow, rows};
use crate::Api;
use crate::error::ApiError;

/// A page of mail at a connection, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListArgs {
    pub connection: i64,
    /// Only these; what waits for the rep where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub states: Option<Vec<State>>,
    /// Where the page before ended.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<AfterView>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
}

/// What the rep wants to share of a mail; what is left out takes its default.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct WishArgs {
    #[ts(optional)]
    pub level: Option<Level>,
    /// The records it is logged to; everybody who matched where it is left out.
    #[ts(optional)]
    pub links: Option<Vec<RecordRef>>,
    /// Digests of the attachments that go along; none where it is left out.
    #[ts(optional)]
    pub attachments: Option<Vec<Digest>>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewArgs {
    pub connection: i64,
    pub mail: i64,
    #[serde(default)]
    #[ts(optional)]
    pub wish: Option<WishArgs>,
}

/// Exactly what would be sent.
#[derive(Serialize, TS)]
pub struct Preview {
    /// The payload's bytes as text.
    pub payload: String,
    /// Its digest; give it to `review.share` to share this and nothing else.
    pub sha256: Digest,
    pub rev: u64,
}

/// Why a mail is where it is.
#[derive(Serialize, TS)]
pub struct Why {
    pub state: State,
    pub triage: Triage,
    pub candidates: Vec<Candidate>,
    /// Why it came back after a decision.
    pub returned: Option<Returned>,
    /// When the contact index was last refreshed.
    pub index_refreshed_at: Option<Timestamp>,
}

/// A mail as the rep saw it.
#[derive(Clone, Copy, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub mail: i64,
    #[serde(default)]
    #[ts(optional)]
    pub expected_rev: Option<u64>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShareArgs {
    pub connection: i64,
    pub items: Vec<Item>,
    #[serde(default)]
    #[ts(optional)]
    pub wish: Option<WishArgs>,
    /// The digest of the preview the rep looked at.
    #[serde(default)]
    #[ts(optional)]
    pub payload_sha256: Option<Digest>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeepPrivateArgs {
    pub connection: i64,
    pub items: Vec<Item>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UndoArgs {
    pub decision_id: i64,
}

/// A decision, and how long it can be undone.
#[derive(Serialize, TS)]
pub struct DecidedView {
    pub decision_id: i64,
    pub items: Vec<QueueRow>,
    pub release_at: Option<Timestamp>,
}

pub(crate) async fn list(api: &Api, args: ListArgs) -> Result<MailPage, ApiError> {
    let states = args.states.unwrap_or_else(|| vec![State::Pending]);
    let after = args.after.map(After::from);
    let page = api.engine().desk(ConnectionId(args.connection), states, after, page_size(args.limit)).await?;
    Ok(MailPage::of(page, Some(args.connection)))
}

pub(crate) async fn preview(api: &Api, args: PreviewArgs) -> Result<Preview, ApiError> {
    let engine = api.engine();
    let opened = engine.open_mail(ConnectionId(args.connection), MailRow(args.mail)).await?;
    let choice = engine.choose(&opened, wish(args.wish))?;
    let frozen = engine.freeze(&opened, &choice)?;
    let payload = String::from_utf8_lossy(&frozen.bytes).into_owned();
    Ok(Preview { payload, sha256: frozen.sha256, rev: opened.review.rev })
}

pub(crate) async fn why(api: &Api, args: MailArgs) -> Result<Why, ApiError> {
    let connection = ConnectionId(args.connection);
    let opened = api.engine().open_mail(connection, MailRow(args.mail)).await?;
    let (_, feed) = api.engine().index(connection).await?;
    Ok(Why {
        state: opened.review.state(&opened.finding.triage),
        triage: opened.finding.triage,
        candidates: opened.finding.candidates,
        returned: opened.review.returned,
        index_refreshed_at: feed.map(|f| f.refreshed_at),
    })
}

pub(crate) async fn share(api: &Api, args: ShareArgs) -> Result<DecidedView, ApiError> {
    let seen = seen(args.connection, &args.items);
    let decided = api.engine().share(&seen, wish(args.wish), args.payload_sha256).await?;
    decided_view(api, decided).await
}

pub(crate) async fn keep_private(api: &Api, args: KeepPrivateArgs) -> Result<DecidedView, ApiError> {
    let decided = api.engine().keep_private(&seen(args.connection, &args.items)).await?;
    decided_view(api, decided).await
}

pub(crate) async fn undo(api: &Api, args: UndoArgs) -> Result<Vec<QueueRow>, ApiError> {
    let undone = api.engine().undo(args.decision_id).await?;
    rows(api, undone).await
}

fn wish(args: Option<WishArgs>) -> Wish {
    let WishArgs { level, links, attachments } = args.unwrap_or_default();
    Wish { level, links, attachments }
}

fn seen(connection: i64, items: &[Item]) -> Vec<Seen> {
    let one =
        |item: &Item| Seen { connection: ConnectionId(connection), mail: MailRow(item.mail), rev: item.expected_rev };
    items.iter().map(one).collect()
}

async fn decided_view(api: &Api, decided: Decided) -> Result<DecidedView, ApiError> {
    let items = rows(api, decided.reviews).await?;
    Ok(DecidedView { decision_id: decided.decision, items, release_at: decided.release_at })
}
