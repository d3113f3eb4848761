//! What the outside may look at. Reading changes nothing.

use std::collections::BTreeMap;

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::connector::Identity;
use otomo_domain::contact::Contact;
use otomo_domain::payload::{Frozen, Payload};
use otomo_domain::review::State;
use otomo_domain::rules::DenyRule;
use otomo_store::table::audit::Verdict;
use otomo_store::table::contact::Feed;
use otomo_store::table::desk::{self, After, DeskRow};
use otomo_store::table::folder::{self, FolderRow};
use otomo_store::table::review::{self, ReviewId, ReviewRow};
use otomo_store::table::{audit, connection, contact, mail, outbox, rule};

use crate::engine::Engine;
use crate::fault::Fault;

/// A mail on its way, or one that has been, with what was frozen of it.
pub struct Shipment {
    pub row: ReviewRow,
    /// As it was released; `None` before the release.
    pub payload: Option<Payload>,
}

impl Engine {
    /// Mail at a connection in one of these states, newest first.
    pub async fn desk(
        &self,
        connection: ConnectionId,
        states: Vec<State>,
        after: Option<After>,
        limit: usize,
    ) -> Result<Vec<DeskRow>, Fault> {
        Ok(self.store.cache.read(move |db| Ok(desk::list(db, connection, &states, after, limit)?)).await?)
    }

    /// How much mail there is at a connection in each state.
    pub async fn counts(&self, connection: ConnectionId) -> Result<BTreeMap<State, i64>, Fault> {
        let counts = self.store.cache.read(move |db| Ok(desk::counts(db, connection)?)).await?;
        Ok(counts.into_iter().collect())
    }

    /// How much mail is cached.
    pub async fn mail_count(&self) -> Result<i64, Fault> {
        Ok(self.store.cache.read(|db| Ok(mail::count(db)?)).await?)
    }

    pub async fn folders(&self, account: AccountId) -> Result<Vec<FolderRow>, Fault> {
        Ok(self.store.cache.read(move |db| Ok(folder::of_account(db, account)?)).await?)
    }

    /// The rep's own rules, with their numbers, then the policy's.
    pub async fn rules(&self) -> Result<Vec<(Option<i64>, DenyRule)>, Fault> {
        let own = self.store.ledger.read(|db| Ok(rule::list(db)?)).await?;
        let policy = self.policy.policy().deny_rules().into_iter().map(|rule| (None, rule));
        Ok(own.into_iter().map(|(id, rule)| (Some(id), rule)).chain(policy).collect())
    }

    /// Reviews in these states, longest unchanged first, with what was frozen.
    pub async fn shipments(&self, states: Vec<State>, limit: usize) -> Result<Vec<Shipment>, Fault> {
        let read = self.store.ledger.read(move |db| {
            let mut rows = Vec::new();
            for state in states {
                rows.extend(review::in_state(db, state, limit)?);
            }
            rows.into_iter().map(|row| shipment(db, row)).collect()
        });
        Ok(read.await?)
    }

    pub async fn shipment(&self, id: ReviewId) -> Result<Shipment, Fault> {
        Ok(self.store.ledger.read(move |db| shipment(db, review::get(db, id)?)).await?)
    }

    pub async fn identity(&self, id: ConnectionId) -> Result<Option<Identity>, Fault> {
        Ok(self.store.ledger.read(move |db| Ok(connection::identity(db, id)?)).await?)
    }

    /// How many contacts the local index has, and how fresh it is.
    pub async fn index(&self, id: ConnectionId) -> Result<(i64, Option<Feed>), Fault> {
        Ok(self.store.cache.read(move |db| Ok((contact::count(db, id)?, contact::feed(db, id)?))).await?)
    }

    /// Searches the local contact index; the CRM is not asked.
    pub async fn search_contacts(&self, id: ConnectionId, text: String, limit: usize) -> Result<Vec<Contact>, Fault> {
        Ok(self.store.cache.read(move |db| Ok(contact::search(db, id, &text, limit)?)).await?)
    }

    /// Checks the audit trace from its first row.
    pub async fn verify_audit(&self) -> Result<Verdict, Fault> {
        Ok(self.store.ledger.read(|db| Ok(audit::verify(db)?)).await?)
    }
}

fn shipment(db: &otomo_store::Connection, row: ReviewRow) -> Result<Shipment, otomo_store::StoreFault> {
    let frozen = outbox::frozen_if_any(db, row.id)?;
    let payload = frozen.and_then(|bytes| Frozen::open(&bytes)).map(|(_, payload)| payload);
    Ok(Shipment { row, payload })
}
