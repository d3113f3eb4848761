//! `history`: mail whose decision has been carried out.

use otomo_domain::review::State;
use otomo_domain::time::Timestamp;
use otomo_engine::rows::{AfterReview, ReviewId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::mail::page_size;
use super::queue::{QueueArgs, QueueRow, row};
use crate::Api;
use crate::error::ApiError;

/// A page of what was decided, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryArgs {
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<HistoryAfter>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
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
