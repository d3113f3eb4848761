//! `history`: mail that is, or was, in a CRM.

use otomo_domain::review::State;
use otomo_engine::rows::ReviewId;

use super::app::Nothing;
use super::queue::{QueueArgs, QueueRow};
use crate::Api;
use crate::error::ApiError;

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<QueueRow>, ApiError> {
    let shipments = api.engine().shipments(vec![State::Logged, State::Retracted], 1000).await?;
    Ok(shipments.into_iter().map(QueueRow::from).collect())
}

pub(crate) async fn retract(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    Ok(api.engine().retract(ReviewId(args.id)).await?.into())
}
