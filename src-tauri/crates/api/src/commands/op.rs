//! `op`: operations under way.

use serde::Deserialize;
use ts_rs::TS;

use super::app::Done;
use crate::Api;
use crate::error::ApiError;

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CancelArgs {
    pub op: u64,
}

/// `done` is false if it had ended already.
pub(crate) async fn cancel(api: &Api, args: CancelArgs) -> Result<Done, ApiError> {
    Ok(Done { done: api.operations.cancel(args.op) })
}
