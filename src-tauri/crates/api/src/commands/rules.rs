//! `rules`: what must never be logged, and what is the company's own.

use otomo_domain::rules::{Deny, DenyRule};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::{Done, Nothing};
use crate::Api;
use crate::error::{ApiError, Code};

/// A rule as a person types it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// `never_log_address`, `never_log_domain` or `internal_domain`.
    pub kind: String,
    pub value: String,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RuleArgs {
    pub id: i64,
}

/// A rule; one without a number is the policy's.
#[derive(Serialize, TS)]
pub struct RuleView {
    pub id: Option<i64>,
    pub rule: DenyRule,
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<RuleView>, ApiError> {
    Ok(api.engine().rules().await?.into_iter().map(|(id, rule)| RuleView { id, rule }).collect())
}

pub(crate) async fn add(api: &Api, args: NewRule) -> Result<RuleView, ApiError> {
    let deny =
        Deny::parse(&args.kind, &args.value).ok_or_else(|| ApiError::new(Code::BadArguments, args.kind.clone()))?;
    let id = api.engine().add_rule(deny).await?;
    let rules = api.engine().rules().await?;
    let added = rules.into_iter().find(|(rule, _)| *rule == Some(id));
    added.map(|(id, rule)| RuleView { id, rule }).ok_or_else(|| ApiError::new(Code::NoSuch, "rule"))
}

pub(crate) async fn remove(api: &Api, args: RuleArgs) -> Result<Done, ApiError> {
    api.engine().remove_rule(args.id).await?;
    Ok(Done { done: true })
}
