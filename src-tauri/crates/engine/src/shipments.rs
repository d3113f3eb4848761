//! Mail that has been decided on, as the queue and the history show it.

use std::collections::HashMap;

use otomo_domain::account::{Connection, ConnectionId, Stay};
use otomo_domain::address::{Address, Person};
use otomo_domain::audit::Entry;
use otomo_domain::fold::fold;
use otomo_domain::payload::Payload;
use otomo_domain::review::{Abilities, Deed, State};
use otomo_domain::time::Timestamp;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{self, AfterReview, Filter, ReviewId, ReviewRow};
use otomo_store::table::{audit, connection, contact, desk, mail, outbox};
use otomo_store::{Connection as Db, StoreFault};

use crate::decide::no_such_review;
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
    /// What the rep can do with it.
    pub deeds: Vec<Deed>,
}

/// How much goes to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// When the last mail came to be in the CRM.
    pub shared_at: Option<Timestamp>,
    /// Mail that is in the CRM.
    pub shared: i64,
    /// Mail on its way there, or being taken back.
    pub moving: i64,
    /// Mail that waits for the rep.
    pub failed: i64,
}

const MOVING: [State; 7] = [
    State::Scheduled,
    State::Queued,
    State::Uploading,
    State::Verifying,
    State::FailedRetry,
    State::RetractQueued,
    State::Retracting,
];

/// Which part of the history.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub states: Vec<State>,
    pub filter: Filter,
    /// Part of a subject, a name, an address or a record's name, compared as a reader would.
    pub text: Option<String>,
}

impl Asked {
    /// The text as it is compared.
    fn needle(&self) -> Option<String> {
        self.text.as_deref().map(fold).filter(|text| !text.is_empty())
    }
}

/// How many rows are read at once where a text is looked for, and how many are looked through for one page.
const PIECE: usize = 200;
const LOOKED_THROUGH: usize = 5000;

impl Shipment {
    /// Whether the folded text stands in anything that is shown of it.
    fn says(&self, needle: &str) -> bool {
        let who = self.who.iter().flat_map(|who| [who.name.as_str(), who.address.as_str()]);
        let shown = who.chain([self.subject.as_str()]).chain(self.records.iter().map(String::as_str));
        shown.map(fold).any(|text| text.contains(needle))
    }
}

impl Engine {
    /// How much goes to a connection.
    pub async fn traffic(&self, id: ConnectionId) -> Result<Traffic, Fault> {
        let read = self.store.ledger.read(move |db| {
            Ok(Traffic {
                shared_at: review::last(db, id, State::Logged)?,
                shared: review::count(db, id, &[State::Logged])?,
                moving: review::count(db, id, &MOVING)?,
                failed: review::count(db, id, &[State::FailedPerm, State::RetractFailed])?,
            })
        });
        Ok(read.await?)
    }

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

    /// A page of reviews, last changed first, and where the next page begins. With a text in the filter a page may be
    /// shorter than asked for, though more follow: only so many rows are looked through at once.
    pub async fn history(
        &self,
        asked: &Asked,
        after: Option<AfterReview>,
        limit: usize,
    ) -> Result<(Vec<Shipment>, Option<AfterReview>), Fault> {
        let needle = asked.needle();
        let (mut found, mut next, mut looked_at) = (Vec::new(), after, 0);
        loop {
            let (states, filter, from) = (asked.states.clone(), asked.filter, next);
            let size = if needle.is_some() { PIECE } else { limit };
            let rows = self.store.ledger.read(move |db| Ok(review::latest(db, &states, &filter, from, size)?)).await?;
            let ends = rows.len() < size;
            looked_at += rows.len();
            for shipment in self.shipped(rows).await? {
                next = Some(shipment.row.place());
                if needle.as_ref().is_none_or(|needle| shipment.says(needle)) {
                    found.push(shipment);
                }
                if found.len() == limit {
                    return Ok((found, next));
                }
            }
            if ends || looked_at >= LOOKED_THROUGH {
                return Ok((found, next.filter(|_| !ends)));
            }
        }
    }

    /// All reviews of a part of the history as it is now, but for the text asked for, last changed first.
    pub async fn history_ids(&self, asked: &Asked) -> Result<Vec<ReviewId>, Fault> {
        let (states, filter) = (asked.states.clone(), asked.filter);
        let read = self.store.ledger.read(move |db| {
            let (mut ids, mut after) = (Vec::new(), None);
            loop {
                let rows = review::latest(db, &states, &filter, after, LOOKED_THROUGH)?;
                let Some(last) = rows.last() else { return Ok(ids) };
                after = Some(last.place());
                ids.extend(rows.iter().map(|row| row.id));
            }
        });
        Ok(read.await?)
    }

    /// Those of these reviews that are in this part of the history still, and have the text asked for.
    pub async fn history_of(&self, asked: &Asked, ids: Vec<ReviewId>) -> Result<Vec<Shipment>, Fault> {
        let (needle, states) = (asked.needle(), asked.states.clone());
        let read = self.store.ledger.read(move |db| {
            let rows = ids.into_iter().map(|id| review::get(db, id)).collect::<Result<Vec<_>, _>>()?;
            let is_in = |row: &ReviewRow| row.review.state.is_some_and(|state| states.contains(&state));
            Ok(rows.into_iter().filter(is_in).collect())
        });
        let mut found = self.shipped(read.await?).await?;
        found.retain(|shipment| needle.as_ref().is_none_or(|needle| shipment.says(needle)));
        Ok(found)
    }

    /// Everything that happened to a mail that was decided on, oldest first, each with its row in the audit trace.
    pub async fn trace(&self, id: ReviewId) -> Result<Vec<(i64, Entry)>, Fault> {
        let read = self.store.ledger.read(move |db| {
            let subject = review::get(db, id)?.subject;
            Ok(audit::of_mail(db, subject.connection, &subject.mail)?)
        });
        read.await.map_err(no_such_review)
    }

    /// The kinds of CRM in which a mail's records can be exchanged.
    fn relinking_kinds(&self) -> Vec<String> {
        self.kinds.iter().filter(|info| info.relinks).map(|info| info.kind.clone()).collect()
    }

    /// What else is known of these.
    pub async fn shipped(&self, rows: Vec<ReviewRow>) -> Result<Vec<Shipment>, Fault> {
        let (snapshot, relinking) = (self.snapshot(), self.relinking_kinds());
        // The cache's readers see the ledger too.
        let read = self.store.cache.read(move |db| {
            let abilities = abilities(db, &relinking)?;
            let of = |row: ReviewRow| {
                let deeds = row.review.deeds(abilities.get(&row.subject.connection).copied());
                shipment(db, row, deeds, &snapshot.own)
            };
            rows.into_iter().map(of).collect::<Result<Vec<_>, _>>()
        });
        Ok(read.await?)
    }
}

/// What the CRMs that have not gone can do with a mail that they have.
fn abilities(db: &Db, relinking: &[String]) -> Result<HashMap<ConnectionId, Abilities>, StoreFault> {
    let (stays, goes) = (connection::list(db)?, connection::former(db)?);
    let there = stays.into_iter().chain(goes).filter(|connection| connection.stay != Stay::Gone);
    let of = |connection: Connection| {
        let unlogs = connection::identity(db, connection.id)?.is_some_and(|identity| identity.can_unlog);
        Ok((connection.id, Abilities { unlogs, relinks: relinking.contains(&connection.kind) }))
    };
    there.map(of).collect()
}

fn shipment(db: &Db, row: ReviewRow, deeds: Vec<Deed>, own: &[Address]) -> Result<Shipment, StoreFault> {
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
    Ok(Shipment { row, mail, who, outgoing, records, subject, deeds })
}

#[cfg(test)]
mod tests;
