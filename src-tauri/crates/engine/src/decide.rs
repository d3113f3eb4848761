//! The rep's commands about mail. Each is one transaction in the ledger: the decision, the new states and the audit rows.

use otomo_domain::account::ConnectionId;
use otomo_domain::digest::Digest;
use otomo_domain::review::{Act, Refusal, State, Triage};
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{self, ReviewId, ReviewRow, Subject};
use otomo_store::transition::{Context, apply};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::preview::Wish;

/// A mail at a connection as the rep saw it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub connection: ConnectionId,
    pub mail: MailRow,
    /// The revision on the screen; `None` decides whatever it is now.
    pub rev: Option<u64>,
}

/// What a decision did.
#[derive(Clone, Debug)]
pub struct Decided {
    pub decision: i64,
    pub reviews: Vec<ReviewRow>,
    /// End of the grace period, for a share.
    pub release_at: Option<Timestamp>,
}

struct Planned {
    subject: Subject,
    triage: Triage,
    rev: Option<u64>,
    act: Act,
}

impl Engine {
    /// Decides to share. Nothing leaves before the grace period is over.
    ///
    /// `previewed` is the digest of what the rep looked at: if that is not what would be sent now, nothing is decided.
    pub async fn share(&self, seen: &[Seen], wish: Wish, previewed: Option<Digest>) -> Result<Decided, Fault> {
        let release_at = self.now() + self.policy.policy().grace();
        let mut planned = Vec::with_capacity(seen.len());
        for one in seen {
            let opened = self.open_mail(one.connection, one.mail).await?;
            let choice = self.choose(&opened, wish.clone())?;
            let payload = self.freeze(&opened, &choice)?.sha256;
            if previewed.is_some_and(|digest| digest != payload) {
                return Err(Fault::PreviewStale);
            }
            let act = Act::Share { choice, payload, release_at };
            planned.push(Planned { subject: opened.subject, triage: opened.finding.triage, rev: one.rev, act });
        }
        let decided = self.decide("share", planned).await?;
        self.outbox.notify_one();
        Ok(Decided { release_at: Some(release_at), ..decided })
    }

    /// Decides to keep private. What is on the wire already is taken back once it has arrived.
    pub async fn keep_private(&self, seen: &[Seen]) -> Result<Decided, Fault> {
        let mut planned = Vec::with_capacity(seen.len());
        for one in seen {
            let (subject, finding) = self.find_mail(one.connection, one.mail).await?;
            planned.push(Planned { subject, triage: finding.triage, rev: one.rev, act: Act::KeepPrivate });
        }
        self.decide("keep_private", planned).await
    }

    async fn decide(&self, verb: &'static str, planned: Vec<Planned>) -> Result<Decided, Fault> {
        let at = self.now();
        let decided = self.store.ledger.write(move |db| {
            let decision = review::add_decision(db, verb, at)?;
            let mut reviews = Vec::with_capacity(planned.len());
            for plan in &planned {
                if matches!(plan.act, Act::Share { .. }) && review::key_is_taken(db, &plan.subject)? {
                    return Err(StoreFault::KeyTaken);
                }
                let context = Context {
                    at,
                    origin: Origin::User,
                    expected_rev: plan.rev,
                    decision: Some(decision),
                    triage: &plan.triage,
                };
                reviews.push(apply(db, &plan.subject, &plan.act, &context)?);
            }
            Ok(Decided { decision, reviews, release_at: None })
        });
        let decided = decided.await?;
        self.bus.changed(&[Tag::Review, Tag::Queue]);
        Ok(decided)
    }

    /// Takes back what a decision did to each mail it still stands for. Mail that is in the CRM already is left alone;
    /// the answer tells its state.
    pub async fn undo(&self, decision: i64) -> Result<Vec<ReviewRow>, Fault> {
        let at = self.now();
        let undone = self.store.ledger.write(move |db| {
            let rows = review::of_decision(db, decision)?;
            rows.into_iter()
                .map(|row| match act(db, &row, &Act::Undo, at) {
                    Err(StoreFault::Refused(_)) => Ok(row),
                    other => other,
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let undone = undone.await?;
        self.bus.changed(&[Tag::Review, Tag::Queue]);
        if undone.is_empty() { Err(Fault::NoSuch("decision")) } else { Ok(undone) }
    }

    /// Ends a grace period or a wait now. A CRM that asked for a wait gets it all the same.
    pub async fn send_now(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        let now = self.now();
        let row = self.act_on(id, Act::SendNow { now }).await?;
        if row.review.fault.as_ref().is_none_or(|fault| fault.retry_after.is_none()) {
            self.end_hold(row.subject.connection);
            self.outbox.notify_one();
        }
        Ok(row)
    }

    /// Tries again, unchanged, what a CRM refused.
    pub async fn retry(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.act_on(id, Act::Retry).await
    }

    /// Keeps a queued mail from leaving.
    pub async fn cancel(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.act_on(id, Act::KeepPrivate).await
    }

    /// Takes a logged mail back from the CRM.
    pub async fn retract(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.act_on(id, Act::Retract).await
    }

    pub(crate) async fn act_on(&self, id: ReviewId, what: Act) -> Result<ReviewRow, Fault> {
        let at = self.now();
        let done = self.store.ledger.write(move |db| {
            let row = review::get(db, id)?;
            act(db, &row, &what, at)
        });
        let row = done.await.map_err(|fault| match fault {
            StoreFault::Missing => Fault::NoSuch("review"),
            other => other.into(),
        })?;
        self.bus.changed(&[Tag::Queue, Tag::History, Tag::Review]);
        self.outbox.notify_one();
        Ok(row)
    }
}

/// An act of the rep's on a mail that has been decided on: the triage plays no part in it any more.
fn act(db: &otomo_store::Connection, row: &ReviewRow, act: &Act, at: Timestamp) -> Result<ReviewRow, StoreFault> {
    if row.review.state.is_none_or(|state| state == State::Pending) {
        return Err(Refusal::NotFrom { act: act.name(), state: State::Pending }.into());
    }
    let context = Context { at, origin: Origin::User, expected_rev: None, decision: None, triage: &Triage::Matched };
    apply(db, &row.subject, act, &context)
}

#[cfg(test)]
mod tests;
