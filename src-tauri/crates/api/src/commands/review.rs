//! `review`: what waits for the rep, what would be sent, and the decision.

mod preview;
mod why;

use otomo_domain::account::ConnectionId;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::payload::Level;
use otomo_domain::review::State;
use otomo_domain::time::Timestamp;
use otomo_engine::decide::{Always, Decided, Seen};
use otomo_engine::preview::Wish;
use otomo_engine::rows::{After, MailRow, Pile};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::crm::ConnectionArgs;
use super::mail::{AfterView, MailPage, page_size};
use super::queue::{QueueRow, rows};
use crate::Api;
use crate::bounds::{ATTACHMENTS, ITEMS, LINKS, STATES};
use crate::error::ApiError;

pub(crate) use preview::preview;
pub use preview::{LeftOut, Preview, PreviewArgs, RecordView, TooLarge};
pub(crate) use why::why;
pub use why::{AlwaysOption, Why};

/// A page of mail at a connection, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListArgs {
    pub connection: i64,
    /// Only these; what waits for the rep where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub states: Option<Vec<State>>,
    /// Which of them; all but what was put off where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub pile: Option<PileView>,
    /// Where the page before ended.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<AfterView>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
}

/// Which of the mail that waits.
#[derive(Clone, Copy, Default, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Pile")]
pub enum PileView {
    /// All of it but what was put off.
    #[default]
    All,
    /// The first mail with somebody.
    First,
    /// Something has to be looked at.
    Alert,
    /// What was put off.
    Later,
}

impl From<PileView> for Pile {
    fn from(pile: PileView) -> Self {
        match pile {
            PileView::All => Self::All,
            PileView::First => Self::First,
            PileView::Alert => Self::Alert,
            PileView::Later => Self::Later,
        }
    }
}

/// How much mail there is in each tab of the review desk.
#[derive(Serialize, TS)]
pub struct ReviewCounts {
    pub all: i64,
    pub first: i64,
    pub alert: i64,
    pub later: i64,
    pub unmatched: i64,
    pub excluded: i64,
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
    /// Digests of the attachments that go along; as the account shares where it is left out.
    #[ts(optional)]
    pub attachments: Option<Vec<Digest>>,
    /// Whether older mail that is quoted goes along.
    #[ts(optional)]
    pub quotes: Option<bool>,
    /// Whether the signature goes along.
    #[ts(optional)]
    pub signature: Option<bool>,
    /// What is blacked out, wherever it stands.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub redactions: Vec<String>,
}

/// What holds from now on, said with a decision about one mail: for its other side, or its conversation.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Always")]
pub enum AlwaysView {
    Address,
    Contact,
    Company,
    Domain,
    Thread,
}

impl From<AlwaysView> for Always {
    fn from(always: AlwaysView) -> Self {
        match always {
            AlwaysView::Address => Self::Address,
            AlwaysView::Contact => Self::Contact,
            AlwaysView::Company => Self::Company,
            AlwaysView::Domain => Self::Domain,
            AlwaysView::Thread => Self::Thread,
        }
    }
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
    /// The same from now on; undoing the decision takes it back, too.
    #[serde(default)]
    #[ts(optional)]
    pub always: Option<AlwaysView>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeepPrivateArgs {
    pub connection: i64,
    pub items: Vec<Item>,
    /// The same from now on; undoing the decision takes it back, too.
    #[serde(default)]
    #[ts(optional)]
    pub always: Option<AlwaysView>,
}

/// Mail to put off until a time (ms).
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LaterArgs {
    pub connection: i64,
    pub items: Vec<Item>,
    pub until: Timestamp,
}

/// Mail that a rule keeps out, to be decided on all the same.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct IncludeArgs {
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
    STATES.holds(&states)?;
    let (connection, pile) = (ConnectionId(args.connection), args.pile.unwrap_or_default().into());
    let (after, limit) = (args.after.map(After::from), page_size(args.limit));
    let page = api.engine().desk(connection, states, pile, after, limit).await?;
    Ok(MailPage::of(page, Some(args.connection)))
}

pub(crate) async fn counts(api: &Api, args: ConnectionArgs) -> Result<ReviewCounts, ApiError> {
    let (engine, id) = (api.engine(), ConnectionId(args.id));
    Ok(ReviewCounts {
        all: engine.desk_count(id, State::Pending, Pile::All).await?,
        first: engine.desk_count(id, State::Pending, Pile::First).await?,
        alert: engine.desk_count(id, State::Pending, Pile::Alert).await?,
        later: engine.desk_count(id, State::Pending, Pile::Later).await?,
        unmatched: engine.desk_count(id, State::Unmatched, Pile::All).await?,
        excluded: engine.desk_count(id, State::Excluded, Pile::All).await?,
    })
}

pub(crate) async fn share(api: &Api, args: ShareArgs) -> Result<DecidedView, ApiError> {
    let seen = seen(args.connection, &args.items)?;
    let always = args.always.map(Always::from);
    let decided = api.engine().share(&seen, wish(args.wish)?, args.payload_sha256, always).await?;
    decided_view(api, decided).await
}

pub(crate) async fn keep_private(api: &Api, args: KeepPrivateArgs) -> Result<DecidedView, ApiError> {
    let always = args.always.map(Always::from);
    let decided = api.engine().keep_private(&seen(args.connection, &args.items)?, always).await?;
    decided_view(api, decided).await
}

pub(crate) async fn later(api: &Api, args: LaterArgs) -> Result<DecidedView, ApiError> {
    let decided = api.engine().snooze(&seen(args.connection, &args.items)?, args.until).await?;
    decided_view(api, decided).await
}

pub(crate) async fn include(api: &Api, args: IncludeArgs) -> Result<DecidedView, ApiError> {
    let decided = api.engine().include(&seen(args.connection, &args.items)?).await?;
    decided_view(api, decided).await
}

pub(crate) async fn undo(api: &Api, args: UndoArgs) -> Result<Vec<QueueRow>, ApiError> {
    let undone = api.engine().undo(args.decision_id).await?;
    rows(api, undone).await
}

fn wish(args: Option<WishArgs>) -> Result<Wish, ApiError> {
    let WishArgs { level, links, attachments, quotes, signature, redactions } = args.unwrap_or_default();
    LINKS.holds(links.as_deref().unwrap_or_default())?;
    ATTACHMENTS.holds(attachments.as_deref().unwrap_or_default())?;
    Ok(Wish { level, links, attachments, quotes, signature, redactions })
}

fn seen(connection: i64, items: &[Item]) -> Result<Vec<Seen>, ApiError> {
    ITEMS.holds(items)?;
    let one =
        |item: &Item| Seen { connection: ConnectionId(connection), mail: MailRow(item.mail), rev: item.expected_rev };
    Ok(items.iter().map(one).collect())
}

async fn decided_view(api: &Api, decided: Decided) -> Result<DecidedView, ApiError> {
    let items = rows(api, decided.reviews).await?;
    Ok(DecidedView { decision_id: decided.decision, items, release_at: decided.release_at })
}

#[cfg(test)]
mod tests {
    use otomo_domain::contact::RecordType;

    use super::*;
    use crate::error::Code;

    #[test]
    fn more_than_a_person_could_mean_is_refused_by_its_name() {
        let item = Item { mail: 1, expected_rev: None };
        let refused = seen(1, &[item; 10_001]).err().map(|error| (error.code, error.detail));
        assert_eq!(refused, Some((Code::BadArguments, "items: 10000 at most".to_owned())));
        let record = RecordRef { kind: RecordType::Contact, id: "1".into() };
        let wished = |args| wish(Some(args)).err().map(|error| error.detail);
        let links = WishArgs { links: Some(vec![record; 101]), ..WishArgs::default() };
        assert_eq!(wished(links).as_deref(), Some("links: 100 at most"));
        let files = WishArgs { attachments: Some(vec![Digest::of(b""); 1001]), ..WishArgs::default() };
        assert_eq!(wished(files).as_deref(), Some("attachments: 1000 at most"));
        assert_eq!(wished(WishArgs::default()), None);
    }
}
