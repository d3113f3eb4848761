//! Mail in the CRM that a policy comes to forbid: taken back, once, where the policy wants that.

use otomo_domain::digest::Digest;
use otomo_domain::payload::Frozen;
use otomo_domain::review::{Act, State, Triage};
use otomo_domain::rules::{Exclusion, Origin, Then};
use otomo_store::table::review::{self, ReviewRow};
use otomo_store::table::{outbox, setting};
use otomo_store::transition::{Context, apply};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;

/// The setting that names the policies which everything in the CRM has been held against.
const HELD: &str = "retracted_for";

const STEP: usize = 200;

impl Engine {
    /// Holds what is in the CRM, or on its way, against policies that have changed.
    pub(crate) async fn retract_forbidden(&self) -> Result<(), Fault> {
        if !self.policy.policy().retract_on_never_log || !self.policy.allows_sharing() {
            return Ok(());
        }
        let forbidden = self.forbidden_by_policy();
        let held = self.store.ledger.read(|db| Ok(setting::get(db, HELD)?)).await?;
        if held.as_deref() == Some(&*forbidden) {
            return Ok(());
        }
        let mut all = true;
        for state in [State::Uploading, State::Verifying, State::Logged] {
            all &= self.retract_forbidden_in(state).await?;
        }
        if all {
            self.store.ledger.write(move |db| Ok(setting::set(db, HELD, &forbidden)?)).await?;
        }
        self.bus.changed(&[Tag::History, Tag::Queue, Tag::Review]);
        Ok(())
    }

    /// What the policies of every connection forbid, in short.
    fn forbidden_by_policy(&self) -> String {
        let snapshot = self.snapshot();
        let never = |rules: &[otomo_domain::rules::Rule]| -> Vec<_> {
            let of_policy = rules.iter().filter(|rule| rule.is_policy() && rule.then == Then::NeverLog);
            of_policy.map(|rule| serde_json::json!(rule.about)).collect()
        };
        let all: Vec<_> =
            snapshot.connections.iter().map(|(id, s)| serde_json::json!([id, never(s.book.rules())])).collect();
        Digest::of(serde_json::json!(all).to_string().as_bytes()).to_string()
    }

    /// Holds everything in a state against the policies. False if that failed with one of them: it is tried again.
    async fn retract_forbidden_in(&self, state: State) -> Result<bool, Fault> {
        let (mut after, mut all) = (None, true);
        loop {
            let page = self
                .store
                .ledger
                .read(move |db| Ok(review::latest(db, &[state], &review::Filter::default(), after, STEP)?))
                .await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.place());
            for row in &page {
                if let Err(fault) = self.retract_if_forbidden(row).await {
                    tracing::warn!(review = row.id.0, %fault, "a mail could not be held against the policies");
                    all = false;
                }
            }
        }
    }

    async fn retract_if_forbidden(&self, row: &ReviewRow) -> Result<(), Fault> {
        // Of a connection that is gone nothing can be taken back any more.
        if !self.snapshot().connections.contains_key(&row.subject.connection) {
            return Ok(());
        }
        if self.is_forbidden_by_policy(row).await? { self.take_back(row).await } else { Ok(()) }
    }

    async fn is_forbidden_by_policy(&self, row: &ReviewRow) -> Result<bool, Fault> {
        let id = row.id;
        let bytes = self.store.ledger.read(move |db| Ok(outbox::frozen_if_any(db, id)?)).await?;
        let Some((_, payload)) = bytes.as_deref().and_then(Frozen::open) else { return Ok(false) };
        let judgement = self.judge_kept_or_gone(&row.subject, &payload).await?;
        Ok(match judgement.triage {
            Triage::Excluded { why } => {
                matches!(&why, Exclusion::NeverLog { rule, .. } if rule.is_policy())
                    && !self.is_overruled(&row.review, &why)
            }
            _ => false,
        })
    }

    /// What is on its way is taken back as soon as it has arrived.
    async fn take_back(&self, row: &ReviewRow) -> Result<(), Fault> {
        let (at, subject, expected_rev) = (self.now(), row.subject, Some(row.review.rev));
        let act = if row.review.state == Some(State::Logged) { Act::Retract } else { Act::KeepPrivate };
        let taken = self.store.ledger.write(move |db| {
            let context = Context { origin: Origin::Policy, expected_rev, ..Context::engine(at) };
            apply(db, &subject, &act, &context).map(drop)
        });
        match taken.await.map_err(Fault::from) {
            // Somebody else has just done something with it; what was on its way may be there now.
            Err(Fault::Conflict { .. } | Fault::Refused(_)) => Ok(()),
            other => other,
        }
    }
}
