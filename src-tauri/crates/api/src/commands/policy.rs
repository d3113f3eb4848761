//! `policy`: what the company fixed on this computer.

use otomo_domain::payload::Level;
use otomo_engine::PolicyState;
use serde::Serialize;
use ts_rs::TS;

use super::app::Nothing;
use crate::Api;
use crate::error::{ApiError, Code};

/// The policy as it holds here.
#[derive(Serialize, TS)]
pub struct PolicyView {
    /// Why it can't be read; nothing is shared until it can.
    pub error: Option<ApiError>,
    /// The grace period of a decision in seconds.
    pub grace_seconds: u64,
    pub max_level: Option<Level>,
    /// Domains whose mail servers are set already.
    pub preset_domains: Vec<String>,
}

pub(crate) async fn get(api: &Api, _: Nothing) -> Result<PolicyView, ApiError> {
    let state = &api.engine().policy;
    let policy = state.policy();
    let error = match state {
        PolicyState::Valid(_) => None,
        PolicyState::Invalid { why } => Some(ApiError::new(Code::PolicyInvalid, why.clone())),
    };
    Ok(PolicyView {
        error,
        grace_seconds: policy.grace().as_secs(),
        max_level: policy.max_level,
        preset_domains: policy.server_presets.keys().cloned().collect(),
    })
}
