//! Other records of the CRM for a mail that is there: the rep's own word, carried out at once.

use otomo_domain::account::ConnectionId;
use otomo_domain::connector::Sought;
use otomo_domain::contact::RecordRef;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::{Frozen, Payload, Unsharable};
use otomo_domain::review::{Act, Refusal, State, Triage};
use otomo_domain::rules::{About, AboutRecord, Rule, Then};
use otomo_store::table::review::{self, ReviewId, ReviewRow};
use otomo_store::table::{contact, outbox};
use otomo_store::transition::{Context, apply};

use crate::decide::no_such_review;
use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;

/// The most records that one mail belongs to.
const MOST: usize = 50;

impl Engine {
    /// Exchanges the records that a logged mail belongs to. Whoever sees the new ones comes to see the mail, so what keeps
    /// mail from being shared keeps it from this as well.
    pub async fn relink(&self, id: ReviewId, links: Vec<RecordRef>) -> Result<ReviewRow, Fault> {
        let read = self.store.ledger.read(move |db| Ok((review::get(db, id)?, outbox::frozen_if_any(db, id)?)));
        let (row, frozen) = read.await.map_err(no_such_review)?;
        let (connection, state) = (row.subject.connection, row.review.state.unwrap_or(State::Pending));
        self.may_ask(connection).await?;
        let refused = Refusal::NotFrom { act: "relink", state };
        let remote = row.review.remote.clone().filter(|_| state == State::Logged).ok_or(refused)?;
        let (_, payload) = frozen.as_deref().and_then(Frozen::open).ok_or(refused)?;
        self.may_link(connection, &links).await?;
        self.may_still_share(&row, &payload).await?;
        let connector = self.connector(connection).await?;
        if !connector.describe().relinks {
            return Err(CrmFault::new(CrmFaultKind::Unsupported, "records are not exchanged from here").into());
        }
        let sought = Sought { key: row.subject.mail.key, payload: &payload };
        self.heed(connection, connector.relink(sought, &remote, &links).await).await?;
        let (at, subject) = (self.now(), row.subject);
        let written = self.store.ledger.write(move |db| apply(db, &subject, &Act::Relink { links }, &Context::rep(at)));
        let row = written.await?;
        self.bus.changed(&[Tag::History, Tag::Review]);
        Ok(row)
    }

    /// Records that the local index has, and that no rule keeps mail from.
    async fn may_link(&self, connection: ConnectionId, links: &[RecordRef]) -> Result<(), Fault> {
        if links.is_empty() || links.len() > MOST {
            return Err(Unsharable::NoLink.into());
        }
        let wanted = links.to_vec();
        let known = self.store.cache.read(move |db| {
            let missing = |link: &RecordRef| Ok(contact::name_of(db, connection, link)?.is_none());
            wanted.iter().map(missing).collect::<Result<Vec<bool>, otomo_store::StoreFault>>()
        });
        if known.await?.contains(&true) {
            return Err(Fault::NoSuch("record"));
        }
        let (snapshot, now) = (self.snapshot(), self.now());
        let standards = snapshot.connections.get(&connection).ok_or(Fault::NoSuch("connection"))?;
        let keeps_out =
            |rule: &&Rule| rule.then == Then::NeverLog && rule.holds_at(now) && names(&rule.about, connection, links);
        match standards.book.rules().iter().find(keeps_out) {
            Some(rule) if rule.is_policy() => Err(Fault::Policy("never_log")),
            Some(_) => Err(Refusal::NotFrom { act: "relink", state: State::Excluded }.into()),
            None => Ok(()),
        }
    }

    /// Rules may have come since the mail was shared.
    async fn may_still_share(&self, row: &ReviewRow, payload: &Payload) -> Result<(), Fault> {
        match self.judge_kept_or_gone(&row.subject, payload).await?.triage {
            Triage::Excluded { why } if !self.is_overruled(&row.review, &why) => {
                Err(Refusal::NotFrom { act: "relink", state: State::Excluded }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Whether a rule is about one of these records.
fn names(about: &About, connection: ConnectionId, links: &[RecordRef]) -> bool {
    matches!(about, About::Contact(AboutRecord { connection: at, record }) | About::Company(AboutRecord { connection: at, record })
        if *at == connection && links.contains(record))
}

#[cfg(test)]
mod tests;
