//! `rules`: what the rep, and the company, said about mail in general.

use std::time::Duration;

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::contact::RecordRef;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Level;
use otomo_domain::rules::{About, AboutRecord, Rule, Then};
use otomo_domain::time::Timestamp;
use otomo_engine::simulate::{self, Change};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::{Done, Nothing};
use super::mail::MailRowView;
use crate::Api;
use crate::error::{ApiError, Code};

/// A rule as a person makes it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    pub about: AboutArgs,
    pub then: Then,
    /// How much it lets go; as the account shares where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub level: Option<Level>,
    /// It doesn't hold any more from then on (ms).
    #[serde(default)]
    #[ts(optional)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub reason: String,
}

/// What a rule is about, as it is typed or chosen.
#[derive(Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AboutArgs {
    Address { value: String },
    Domain { value: String },
    List { value: String },
    Subject { value: String },
    Folder { value: String },
    Contact { connection: i64, record: RecordRef },
    Company { connection: i64, record: RecordRef },
    Thread { value: MailKey },
    Account { value: i64 },
}

impl AboutArgs {
    fn read(self) -> Option<About> {
        let at = |connection, record| AboutRecord { connection: ConnectionId(connection), record };
        match self {
            Self::Address { value } => About::parse("address", &value),
            Self::Domain { value } => About::parse("domain", &value),
            Self::List { value } => About::parse("list", &value),
            Self::Subject { value } => About::parse("subject", &value),
            Self::Folder { value } => About::parse("folder", &value),
            Self::Contact { connection, record } => Some(About::Contact(at(connection, record))),
            Self::Company { connection, record } => Some(About::Company(at(connection, record))),
            Self::Thread { value } => Some(About::Thread(value)),
            Self::Account { value } => Some(About::Account(AccountId(value))),
        }
    }
}

impl NewRule {
    fn read(self) -> Result<Rule, ApiError> {
        let invalid = |field: &str| ApiError::new(Code::BadArguments, field);
        let about = self.about.read().ok_or_else(|| invalid("about"))?;
        if !about.allows(self.then) {
            return Err(invalid("then"));
        }
        let reason: String = self.reason.trim().chars().take(500).collect();
        let (level, expires_at) = (self.level, self.expires_at);
        // The engine gives it its number and its time.
        Ok(Rule { id: Some(0), level, expires_at, reason, ..Rule::of_policy(about, self.then) })
    }
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RuleArgs {
    pub id: i64,
}

/// A rule; one without a number is a policy's.
#[derive(Serialize, TS)]
pub struct RuleView {
    pub rule: Rule,
    /// What the record, the conversation or the account is called; `null` where the value says it.
    pub name: Option<String>,
    /// It has ended.
    pub expired: bool,
}

/// A rule that was added, and how to take that back.
#[derive(Serialize, TS)]
pub struct RuleAdded {
    #[serde(flatten)]
    pub view: RuleView,
    /// Give it to `review.undo`: it brings back what the rule replaced. `null` where the same was said already.
    pub decision_id: Option<i64>,
}

/// What would become of the mail of the last days if a rule were added, or, with `without`, if that one were removed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SimulateArgs {
    pub connection: i64,
    #[serde(default)]
    #[ts(optional)]
    pub rule: Option<NewRule>,
    #[serde(default)]
    #[ts(optional)]
    pub without: Option<i64>,
    /// 90 where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub days: Option<u32>,
}

/// What would become of a mail nobody decides on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Excluded,
    Unmatched,
    Asked,
    /// Shared by itself, if it arrived now.
    Shared,
    KeptPrivate,
}

#[derive(Serialize, TS)]
pub struct FateChange {
    pub from: Fate,
    pub to: Fate,
    pub count: usize,
}

/// The outcome of a simulation.
#[derive(Serialize, TS)]
pub struct Simulated {
    pub days: u32,
    /// How much mail was looked at.
    pub looked_at: usize,
    /// How much of it the rule is about.
    pub matched: usize,
    pub changes: Vec<FateChange>,
    /// Some of the mail whose fate changes, newest first, at most 20.
    pub examples: Vec<MailRowView>,
    /// It is about nearly everything: at least nine mails in ten, of at least twenty.
    pub nearly_everything: bool,
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<RuleView>, ApiError> {
    let (engine, now) = (api.engine(), api.engine().now());
    let rules = engine.rules().await?;
    let names = engine.names_of(rules.clone()).await?;
    let view = |(rule, name): (Rule, Option<String>)| RuleView { expired: !rule.holds_at(now), rule, name };
    Ok(rules.into_iter().zip(names).map(view).collect())
}

pub(crate) async fn add(api: &Api, args: NewRule) -> Result<RuleAdded, ApiError> {
    let added = api.engine().add_rule(args.read()?).await?;
    let rules = list(api, Nothing {}).await?;
    let view = rules.into_iter().find(|view| view.rule.id == Some(added.id));
    let view = view.ok_or_else(|| ApiError::new(Code::NoSuch, "rule"))?;
    Ok(RuleAdded { view, decision_id: added.decision })
}

pub(crate) async fn remove(api: &Api, args: RuleArgs) -> Result<Done, ApiError> {
    api.engine().remove_rule(args.id).await?;
    Ok(Done { done: true })
}

pub(crate) async fn simulate(api: &Api, args: SimulateArgs) -> Result<Simulated, ApiError> {
    let change = match (args.rule, args.without) {
        (Some(rule), None) => Change::With(rule.read()?),
        (None, Some(id)) => Change::Without(id),
        _ => return Err(ApiError::new(Code::BadArguments, "rule or without")),
    };
    let days = args.days.unwrap_or(90).min(LONGEST);
    let span = Duration::from_secs(u64::from(days) * 24 * 3600);
    let outcome = api.engine().simulate(ConnectionId(args.connection), change, span).await?;
    let change = |((from, to), count): ((simulate::Fate, simulate::Fate), usize)| FateChange {
        from: from.into(),
        to: to.into(),
        count,
    };
    Ok(Simulated {
        days,
        looked_at: outcome.looked_at,
        matched: outcome.matched,
        nearly_everything: outcome.is_nearly_everything(),
        changes: outcome.changes.into_iter().map(change).collect(),
        examples: outcome.examples.into_iter().map(|row| MailRowView::of(row, Some(args.connection))).collect(),
    })
}

/// The longest simulation, in days: ten years.
const LONGEST: u32 = 3660;

impl From<simulate::Fate> for Fate {
    fn from(fate: simulate::Fate) -> Self {
        match fate {
            simulate::Fate::Excluded => Self::Excluded,
            simulate::Fate::Unmatched => Self::Unmatched,
            simulate::Fate::Asked => Self::Asked,
            simulate::Fate::Shared => Self::Shared,
            simulate::Fate::KeptPrivate => Self::KeptPrivate,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::table::read;

    fn check(about: Value, complaint: Option<&str>) {
        let told = read::<NewRule>(json!({ "about": about, "then": "never_log" })).err().map(|error| error.detail);
        assert!(told.as_deref().unwrap_or_default().contains(complaint.unwrap_or_default()), "{about}: {told:?}");
        assert_eq!(told.is_some(), complaint.is_some(), "{about}: {told:?}");
    }

    #[test]
    fn what_a_rule_is_about_has_no_more_fields_than_it_reads() {
        check(json!({ "kind": "domain", "value": "x.jp" }), None);
        check(json!({ "kind": "domain", "value": "x.jp", "subdomains": false }), Some("subdomains"));
    }
}
