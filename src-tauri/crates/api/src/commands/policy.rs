//! `policy`: what the company fixed on this computer.

use otomo_domain::account::ShareMode;
use otomo_domain::payload::Level;
use otomo_domain::sharing::AttachmentRule;
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
    /// The mode that every account has.
    pub share_mode: Option<ShareMode>,
    /// The least grace period in seconds.
    pub min_grace_seconds: u64,
    /// What may go along of attachments at most.
    pub attachments: Option<AttachmentRule>,
    /// The history may be written to files.
    pub export_allowed: bool,
    /// Nobody may go without TLS.
    pub forbids_clear_text: bool,
    /// Nobody may go without TLS outside private networks.
    pub forbids_clear_text_outside: bool,
    /// Nobody may trust a certificate that the computer doesn't.
    pub forbids_certificate_exceptions: bool,
    /// Providers that this program can sign in at: those it has a client for.
    pub providers: Vec<String>,
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
        share_mode: policy.share_mode,
        min_grace_seconds: policy.least_grace().as_secs(),
        attachments: policy.attachments.clone(),
        export_allowed: policy.export_allowed.unwrap_or(true),
        forbids_clear_text: policy.forbid.clear_text,
        forbids_clear_text_outside: policy.forbid.clear_text_outside,
        forbids_certificate_exceptions: policy.forbid.certificate_exceptions,
        providers: policy.oauth.iter().filter(|(_, p)| p.client.is_some()).map(|(name, _)| name.clone()).collect(),
    })
}
