//! `history`: mail whose decision has been carried out.

use otomo_domain::review::State;
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use otomo_engine::rows::{AfterReview, ReviewId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::mail::{SavedFile, page_size};
use super::queue::{QueueArgs, QueueRow, row};
use crate::Api;
use crate::error::{ApiError, Code};

/// A page of what was decided, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryArgs {
    #[serde(default)]
    #[ts(as = "Option<HistoryFilter>", optional)]
    pub filter: HistoryFilter,
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<HistoryAfter>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
}

/// Which of it; what is left out filters nothing.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryFilter {
    #[ts(optional)]
    pub connection: Option<i64>,
    /// Of logged, retracted, already_in_crm, remote_missing, private.
    #[ts(optional)]
    pub states: Option<Vec<State>>,
    /// Who decided.
    #[ts(optional)]
    pub by: Option<DecidedBy>,
    /// Changed at or after this time (ms), and before that one.
    #[ts(optional)]
    pub since: Option<Timestamp>,
    #[ts(optional)]
    pub until: Option<Timestamp>,
    /// Part of a subject, a name or an address, compared as a reader would.
    #[ts(optional)]
    pub text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The rep, by hand.
    Rep,
    /// A rule, a mode, a policy or a conversation.
    ByItself,
}

#[derive(Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Csv,
    Jsonl,
}

/// Writes the history to a new file in the person's downloads.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportArgs {
    pub format: ExportFormat,
    #[serde(default)]
    #[ts(as = "Option<HistoryFilter>", optional)]
    pub filter: HistoryFilter,
    /// In Japanese: the head of the table and its words.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub japanese: bool,
}

/// One transition of a mail.
#[derive(Serialize, TS)]
pub struct TraceRow {
    /// Its row in the audit trace.
    pub seq: i64,
    pub at: Timestamp,
    pub act: String,
    pub from: State,
    pub to: State,
    pub origin: Origin,
}

#[derive(Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryAfter {
    pub changed_at: Timestamp,
    pub id: i64,
}

#[derive(Serialize, TS)]
pub struct HistoryPage {
    pub rows: Vec<QueueRow>,
    pub next: Option<HistoryAfter>,
}

pub(crate) async fn list(api: &Api, args: HistoryArgs) -> Result<HistoryPage, ApiError> {
    let after = args.after.map(|a| AfterReview { changed_at: a.changed_at, id: ReviewId(a.id) });
    let states = vec![State::Logged, State::Retracted, State::AlreadyInCrm, State::RemoteMissing, State::Private];
    let (shipments, next) = api.engine().history(states, after, page_size(args.limit)).await?;
    let next = next.map(|after| HistoryAfter { changed_at: after.changed_at, id: after.id.0 });
    Ok(HistoryPage { rows: shipments.into_iter().map(QueueRow::from).collect(), next })
}

pub(crate) async fn retract(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().retract(ReviewId(args.id)).await?;
    row(api, done).await
}

pub(crate) async fn trace(_api: &Api, _: QueueArgs) -> Result<Vec<TraceRow>, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "trace"))
}

pub(crate) async fn export(_api: &Api, _: ExportArgs) -> Result<SavedFile, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "export"))
}
