//! `review.why`: every check that was made, and whose word counted.

use otomo_domain::account::ConnectionId;
use otomo_domain::judge::{Advice, Step};
use otomo_domain::matching::Candidate;
use otomo_domain::review::{Returned, State, Triage};
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use otomo_engine::decide::Always;
use otomo_engine::rows::MailRow;
use otomo_engine::why;
use serde::Serialize;
use ts_rs::TS;

use super::super::mail::MailArgs;
use super::AlwaysView;
use crate::Api;
use crate::error::ApiError;

/// Why a mail is where it is.
#[derive(Serialize, TS)]
pub struct Why {
    pub state: State,
    pub triage: Triage,
    /// What is to become of it while nobody decides.
    pub advice: Advice,
    pub candidates: Vec<Candidate>,
    /// Everything that was looked at, in order.
    pub steps: Vec<Step>,
    /// Whose decision stands, if one does.
    pub origin: Option<Origin>,
    /// Why it came back after a decision.
    pub returned: Option<Returned>,
    pub snoozed_until: Option<Timestamp>,
    /// The rep may decide on it although a rule keeps it out.
    pub can_include: bool,
    /// What the rep can say of its other side from now on; for sharing, [`AlwaysOption::shares`] must be true.
    pub always: Vec<AlwaysOption>,
    /// When the contact index was last refreshed.
    pub index_refreshed_at: Option<Timestamp>,
    /// How many contacts it has.
    pub index_size: i64,
}

/// Something that can be said of a mail's other side, with what it is called.
#[derive(Serialize, TS)]
pub struct AlwaysOption {
    pub always: AlwaysView,
    /// The address, the record's name, the domain; empty for the conversation.
    pub name: String,
    /// Mail can be shared by it; else only kept private.
    pub shares: bool,
}

pub(crate) async fn why(api: &Api, args: MailArgs) -> Result<Why, ApiError> {
    let why = api.engine().why(ConnectionId(args.connection), MailRow(args.mail)).await?;
    let (opened, judgement, (index_size, feed)) = (why.opened, why.judgement, why.index);
    Ok(Why {
        state: opened.review.state(&judgement.triage),
        triage: judgement.triage,
        advice: judgement.advice,
        candidates: opened.finding.candidates,
        steps: judgement.steps,
        origin: opened.review.origin,
        returned: opened.review.returned,
        snoozed_until: opened.review.snoozed_until,
        can_include: why.can_include,
        always: why.always.into_iter().map(AlwaysOption::from).collect(),
        index_refreshed_at: feed.map(|feed| feed.refreshed_at),
        index_size,
    })
}

impl From<why::AlwaysOption> for AlwaysOption {
    fn from(option: why::AlwaysOption) -> Self {
        let always = match option.always {
            Always::Address => AlwaysView::Address,
            Always::Contact => AlwaysView::Contact,
            Always::Company => AlwaysView::Company,
            Always::Domain => AlwaysView::Domain,
            Always::Thread => AlwaysView::Thread,
        };
        Self { always, name: option.name, shares: option.shares }
    }
}
