//! `stats`: how much was shared, asked and kept private: counts, never a word of a mail.

use otomo_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::mail::SavedFile;
use crate::Api;
use crate::error::{ApiError, Code};

/// Which weeks: so many, the current one last.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CoverageArgs {
    /// 12 where it is left out, 104 at most.
    #[serde(default)]
    #[ts(optional)]
    pub weeks: Option<u32>,
}

/// What became of the mail of one account in one week, by the day it was decided on; what waits by the day it was written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CoverageRow {
    /// Monday, 0 o'clock on the wall (ms).
    pub week: Timestamp,
    /// `null` for mail that is not in the cache any more.
    pub account: Option<i64>,
    /// The rep decided to share it.
    pub shared_by_rep: i64,
    /// It was shared by itself.
    pub shared_by_itself: i64,
    pub private: i64,
    pub failed: i64,
    pub retracted: i64,
    pub waiting: i64,
}

pub(crate) async fn coverage(_api: &Api, _: CoverageArgs) -> Result<Vec<CoverageRow>, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "coverage"))
}

/// Writes the counts to a new CSV file in the person's downloads.
pub(crate) async fn export(_api: &Api, _: CoverageArgs) -> Result<SavedFile, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "export"))
}
