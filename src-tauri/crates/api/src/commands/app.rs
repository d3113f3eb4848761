//! `app`: the program itself.

use std::path::PathBuf;
use std::sync::Arc;

use otomo_domain::link::Link;
use otomo_domain::ports::Desktop;
use otomo_domain::review::State;
use otomo_domain::secret::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Api;
use crate::error::{ApiError, Code};

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
    /// This is the sample data, of which nothing is kept.
    pub sample: bool,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlockArgs {
    #[ts(type = "string")]
    pub passphrase: SecretString,
}

#[derive(Serialize, TS)]
pub struct ChosenFolder {
    /// `null` where the person chose none.
    pub path: Option<PathBuf>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenLinkArgs {
    pub url: String,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PathArgs {
    pub path: PathBuf,
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
        home: api.surroundings.home.display().to_string(),
        accounts: engine.accounts().await?.len(),
        connections: connections.len(),
        mails: engine.mail_count().await?,
        waiting,
        scheduled,
        logged,
        needs_attention,
        sharing_allowed: engine.policy.allows_sharing(),
        sample: api.surroundings.sample,
    })
}

/// Whoever starts the program for a window answers these before there is an [`Api`]; to everybody else they mean nothing.
pub(crate) async fn unlock(_: &Api, _: UnlockArgs) -> Result<Done, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "it is open"))
}

/// As [`unlock`].
pub(crate) async fn open_sample(_: &Api, _: Nothing) -> Result<Done, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "there is no window"))
}

/// As [`unlock`].
pub(crate) async fn close_sample(_: &Api, _: Nothing) -> Result<Done, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "there is no window"))
}

pub(crate) async fn choose_folder(api: &Api, _: Nothing) -> Result<ChosenFolder, ApiError> {
    Ok(ChosenFolder { path: desktop(api)?.choose_folder().await? })
}

pub(crate) async fn open_link(api: &Api, args: OpenLinkArgs) -> Result<Done, ApiError> {
    // The link is the sender's: no word of it stands in the error.
    let link = Link::parse(&args.url).ok_or_else(|| ApiError::new(Code::LinkRefused, ""))?;
    desktop(api)?.open_link(&link).await?;
    Ok(Done { done: true })
}

/// Shows a saved attachment in its folder. No other file of the computer is looked at.
pub(crate) async fn reveal(api: &Api, args: PathArgs) -> Result<Done, ApiError> {
    if !api.was_saved(&args.path) {
        return Err(ApiError::new(Code::NoSuch, "file"));
    }
    desktop(api)?.reveal(&args.path).await?;
    Ok(Done { done: true })
}

fn desktop(api: &Api) -> Result<&Arc<dyn Desktop>, ApiError> {
    api.surroundings.desktop.as_ref().ok_or_else(|| ApiError::new(Code::NotPossibleNow, "there is no desktop"))
}
