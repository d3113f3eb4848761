//! How an account has been doing over the last day.

use std::time::Duration;

use otomo_domain::account::AccountId;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::time::Timestamp;
use otomo_engine::rows::{Condition, Span};
use serde::Serialize;
use ts_rs::TS;

use super::AccountArgs;
use crate::Api;
use crate::error::{ApiError, Code};

/// The time that is shown.
const SHOWN: Duration = Duration::from_hours(24);

/// The last 24 hours of an account, oldest first. Between two spans the program was not running.
#[derive(Serialize, TS)]
pub struct HealthView {
    pub since: Timestamp,
    pub until: Timestamp,
    pub spans: Vec<SpanView>,
    /// Mail of a POP3 server that was listed and gone before it could be fetched: another program takes it away.
    pub lost: u32,
    /// When that was last seen.
    pub lost_at: Option<Timestamp>,
}

/// A stretch of time in which nothing changed.
#[derive(Serialize, TS)]
pub struct SpanView {
    pub since: Timestamp,
    pub until: Timestamp,
    pub condition: ConditionView,
    /// What went wrong; its words are those of the code.
    pub code: Option<Code>,
}

/// How an account was doing.
#[derive(Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConditionView {
    InStep,
    Waiting,
    NeedsPerson,
    Paused,
}

impl From<Span> for SpanView {
    fn from(span: Span) -> Self {
        let condition = match span.condition {
            Condition::InStep => ConditionView::InStep,
            Condition::Waiting => ConditionView::Waiting,
            Condition::NeedsPerson => ConditionView::NeedsPerson,
            Condition::Paused => ConditionView::Paused,
        };
        let kind: Option<MailFaultKind> = serde_json::from_str(&span.fault).ok();
        let code = kind.map(|kind| ApiError::from(MailFault::new(kind, "")).code);
        Self { since: span.since, until: span.until, condition, code }
    }
}

pub(crate) async fn health(api: &Api, args: AccountArgs) -> Result<HealthView, ApiError> {
    let until = api.engine().now();
    let since = until - SHOWN;
    let spans = api.engine().health(AccountId(args.id), since).await?;
    let lost = api.engine().lost_before_fetch(AccountId(args.id)).await?;
    Ok(HealthView {
        since,
        until,
        spans: spans.into_iter().map(Into::into).collect(),
        lost: lost.count,
        lost_at: lost.last_at,
    })
}
