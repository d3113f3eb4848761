//! What rules and the contact index say of a mail, now and when they change.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Mail, Participant};
use otomo_domain::matching::{Hit, candidates};
use otomo_domain::review::Triage;
use otomo_domain::rules::{Deny, DenyRule, Exclusion, Origin, exclusion};
use otomo_store::table::mail::MailRow;
use otomo_store::table::triage::Finding;
use otomo_store::table::{account, connection, contact, mail, participant, rule, setting, triage};
use otomo_store::{Connection as Db, StoreFault};
use serde::Serialize;

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;

/// Everything a mail is held against besides the contact index. Replaced as a whole when a part of it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The rep's addresses.
    pub own: Vec<Address>,
    /// Deny rules that hold everywhere: the policy file's and the rep's.
    pub deny: Vec<DenyRule>,
    /// Each connection with the deny rules that its company stated there.
    pub connections: BTreeMap<ConnectionId, Vec<DenyRule>>,
}

/// The setting that names the snapshot which all mail has been held against.
const SWEPT: &str = "swept";

impl Snapshot {
    fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    fn rules(&self, connection: ConnectionId) -> Vec<DenyRule> {
        self.deny.iter().chain(self.connections.get(&connection).into_iter().flatten()).cloned().collect()
    }

    /// Why mail among these people must not go to a connection.
    pub fn exclusion(&self, connection: ConnectionId, participants: &[Participant]) -> Option<Exclusion> {
        exclusion(participants, &self.own, &self.rules(connection))
    }
}

impl Engine {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads accounts, rules and connections anew. True if anything is different now.
    pub(crate) async fn reload_snapshot(&self) -> Result<bool, Fault> {
        let policy = self.policy.policy().deny_rules();
        let fresh = self.store.ledger.read(move |db| {
            let own = account::list(db)?.into_iter().map(|a| a.address).collect();
            let rules = rule::list(db)?.into_iter().map(|(_, rule)| rule);
            let mut connections = BTreeMap::new();
            for connection in connection::list(db)? {
                let stated = connection::identity(db, connection.id)?.map(|i| i.deny).unwrap_or_default();
                let parse = |(kind, value): &(String, String)| Deny::parse(kind, value);
                let deny = stated.iter().filter_map(parse).map(|deny| DenyRule { deny, origin: Origin::Policy });
                connections.insert(connection.id, deny.collect());
            }
            Ok(Snapshot { own, deny: policy.into_iter().chain(rules).collect(), connections })
        });
        let fresh = Arc::new(fresh.await?);
        let mut current = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = *current != fresh;
        *current = fresh;
        Ok(differs)
    }

    /// Takes a change of rules, accounts or connections in: everything is held against it again.
    pub async fn rules_changed(&self) -> Result<(), Fault> {
        if self.reload_snapshot().await? { self.sweep().await } else { Ok(()) }
    }

    /// Reads the rules at the start, and finishes a sweep that a crash broke off.
    pub(crate) async fn catch_up(&self) -> Result<(), Fault> {
        self.reload_snapshot().await?;
        let finished = self.store.ledger.read(|db| Ok(setting::get(db, SWEPT)?)).await?;
        if finished == Some(self.snapshot().digest().to_string()) { Ok(()) } else { self.sweep().await }
    }

    /// Holds every mail against the rules again, and notes which rules these were.
    async fn sweep(&self) -> Result<(), Fault> {
        let against = self.snapshot().digest().to_string();
        let mut after = MailRow(0);
        loop {
            let engine = self.clone();
            let next = self.store.cache.write(move |db| {
                let rows = mail::rows_after(db, after, 500)?;
                let snapshot = engine.snapshot();
                for row in &rows {
                    retriage(db, *row, &snapshot)?;
                }
                Ok(rows.last().copied())
            });
            match next.await? {
                Some(row) => after = row,
                None => break,
            }
        }
        self.store.ledger.write(move |db| Ok(setting::set(db, SWEPT, &against)?)).await?;
        self.bus.changed(&[Tag::Review, Tag::Mail]);
        self.outbox.notify_one();
        Ok(())
    }
}

/// What a mail is at each connection. Call it inside the transaction that writes the answer: a snapshot that is replaced
/// meanwhile is taken in by the sweep that follows its replacement.
pub(crate) fn examine(db: &Db, mail: &Mail, snapshot: &Snapshot) -> Result<Vec<(ConnectionId, Finding)>, StoreFault> {
    let find = |connection: &ConnectionId| Ok((*connection, finding(db, *connection, &mail.participants, snapshot)?));
    snapshot.connections.keys().map(find).collect()
}

/// Examines a kept mail again.
pub(crate) fn retriage(db: &Db, row: MailRow, snapshot: &Snapshot) -> Result<(), StoreFault> {
    let participants = participant::of_mail(db, row)?;
    for connection in snapshot.connections.keys() {
        let fresh = finding(db, *connection, &participants, snapshot)?;
        if triage::get(db, row, *connection)?.as_ref() != Some(&fresh) {
            triage::set(db, row, *connection, &fresh)?;
        }
    }
    Ok(())
}

fn finding(
    db: &Db,
    connection: ConnectionId,
    participants: &[Participant],
    snapshot: &Snapshot,
) -> Result<Finding, StoreFault> {
    let failed: RefCell<Option<StoreFault>> = RefCell::new(None);
    let index = |address: &Address| -> Vec<Hit> {
        contact::hits(db, connection, address).unwrap_or_else(|error| {
            failed.replace(Some(error.into()));
            Vec::new()
        })
    };
    let candidates = candidates(participants, &snapshot.own, index);
    if let Some(fault) = failed.into_inner() {
        return Err(fault);
    }
    let triage = match snapshot.exclusion(connection, participants) {
        Some(why) => Triage::Excluded { why },
        None if candidates.is_empty() => Triage::Unmatched,
        None => Triage::Matched,
    };
    Ok(Finding { triage, candidates })
}
