//! `audit`: the sealed trace of every transition.

use otomo_domain::digest::Digest;
use serde::Serialize;
use ts_rs::TS;

use super::app::Nothing;
use super::mail::SavedFile;
use crate::Api;
use crate::error::ApiError;

/// What a check of the trace found.
#[derive(Serialize, TS)]
pub struct Verified {
    pub rows: usize,
    pub intact: bool,
    /// The first row that does not fit the one before it.
    pub broken_at: Option<usize>,
    /// The last seal. Keep it elsewhere: a trace that was written anew has another.
    pub head: Digest,
}

pub(crate) async fn verify(api: &Api, _: Nothing) -> Result<Verified, ApiError> {
    let verdict = api.engine().verify_audit().await?;
    Ok(Verified {
        rows: verdict.rows,
        intact: verdict.broken_at.is_none(),
        broken_at: verdict.broken_at,
        head: verdict.head,
    })
}

/// Writes the whole trace, a sealed row a line (JSONL), to a new file in the person's downloads.
pub(crate) async fn export(api: &Api, _: Nothing) -> Result<SavedFile, ApiError> {
    Ok(SavedFile::noted(api, api.engine().export_audit().await?))
}
