//! `app`: the program itself.

use otomo_domain::review::State;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Api;
use crate::error::ApiError;

/// A command without arguments.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// It has been done; there is nothing more to say.
#[derive(Serialize, TS)]
pub struct Done {
    pub done: bool,
}

/// How the program is doing.
#[derive(Serialize, TS)]
pub struct Status {
    pub version: String,
    /// The data folder.
    pub home: String,
    pub accounts: usize,
    pub connections: usize,
    /// Mail in the cache.
    pub mails: i64,
    /// Mail that waits for the rep, over all connections.
    pub waiting: i64,
    pub scheduled: i64,
    pub logged: i64,
    /// Mail that a CRM refused.
    pub needs_attention: i64,
    /// False while the policy file cannot be read.
    pub sharing_allowed: bool,
}

pub(crate) async fn status(api: &Api, _: Nothing) -> Result<Status, ApiError> {
    let engine = api.engine();
    let connections = engine.connections().await?;
    let (mut waiting, mut scheduled, mut logged, mut needs_attention) = (0, 0, 0, 0);
    for connection in &connections {
        for (state, count) in engine.counts(connection.id).await? {
            match state {
                State::Pending => waiting += count,
                State::Scheduled => scheduled += count,
                State::Logged => logged += count,
                State::FailedPerm | State::RetractFailed => needs_attention += count,
                _ => {}
            }
        }
    }
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").into(),
        home: api.home.display().to_string(),
        accounts: engine.accounts().await?.len(),
        connections: connections.len(),
        mails: engine.mail_count().await?,
        waiting,
        scheduled,
        logged,
        needs_attention,
        sharing_allowed: engine.policy.allows_sharing(),
    })
}
