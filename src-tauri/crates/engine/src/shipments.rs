//! Mail that has been decided on, as the queue and the history show it.

use otomo_domain::address::{Address, Person};
use otomo_domain::payload::Payload;
use otomo_domain::review::State;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{self, AfterReview, ReviewRow};
use otomo_store::table::{contact, desk, mail, outbox};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::fault::Fault;

/// A mail on its way, or one that has been.
pub struct Shipment {
    pub row: ReviewRow,
    /// `None` while the mail is not in the cache.
    pub mail: Option<MailRow>,
    /// The other side, and whether the rep wrote it.
    pub who: Option<Person>,
    pub outgoing: bool,
    /// The names of the records it goes to, of those that the local index has.
    pub records: Vec<String>,
    /// As it was sent, or as it stands in the mail; at most 500 characters.
    pub subject: String,
}

impl Engine {
    /// Reviews in these states, longest unchanged first.
    pub async fn shipments(&self, states: Vec<State>, limit: usize) -> Result<Vec<Shipment>, Fault> {
        let found = self.store.ledger.read(move |db| {
            let mut rows = Vec::new();
            for state in states {
                rows.extend(review::in_state(db, state, limit)?);
            }
            Ok(rows)
        });
        self.shipped(found.await?).await
    }

    /// A page of reviews in these states, last changed first, and where the next page begins.
    pub async fn history(
        &self,
        states: Vec<State>,
        after: Option<AfterReview>,
        limit: usize,
    ) -> Result<(Vec<Shipment>, Option<AfterReview>), Fault> {
        let rows = self.store.ledger.read(move |db| Ok(review::latest(db, &states, after, limit)?)).await?;
        let last = rows.last().filter(|_| rows.len() == limit);
        let next = last.map(|row| AfterReview { changed_at: row.changed_at, id: row.id });
        Ok((self.shipped(rows).await?, next))
    }

    /// What else is known of these.
    pub async fn shipped(&self, rows: Vec<ReviewRow>) -> Result<Vec<Shipment>, Fault> {
        let snapshot = self.snapshot();
        // The cache's readers see the ledger too.
        let read = self.store.cache.read(move |db| {
            rows.into_iter().map(|row| shipment(db, row, &snapshot.own)).collect::<Result<Vec<_>, _>>()
        });
        Ok(read.await?)
    }
}

fn shipment(db: &Db, row: ReviewRow, own: &[Address]) -> Result<Shipment, StoreFault> {
    let frozen = outbox::frozen_if_any(db, row.id)?;
    let payload: Option<Payload> = frozen.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let mail = mail::find(db, &row.subject.mail)?;
    let (who, outgoing) = match (mail, &payload) {
        (Some(mail), _) => desk::other_side(db, mail, own)?,
        (None, Some(payload)) => payload.other_side(),
        (None, None) => (None, false),
    };
    let mut records = Vec::new();
    for record in row.review.choice.iter().flat_map(|choice| &choice.links) {
        records.extend(contact::name_of(db, row.subject.connection, record)?);
    }
    // A mail that went without its subject is still recognised by it here.
    let sent = payload.map(|payload| payload.subject).filter(|subject| !subject.is_empty());
    let subject = match (sent, mail) {
        (Some(sent), _) => sent.chars().take(500).collect(),
        (None, Some(mail)) => mail::title(db, mail)?,
        (None, None) => String::new(),
    };
    Ok(Shipment { row, mail, who, outgoing, records, subject })
}

#[cfg(test)]
mod tests;
