//! Whose address it is: looked up in the local index, said by the rep, or made in the CRM on the rep's word.

use std::collections::BTreeSet;

use otomo_domain::account::{ConnectionId, ConnectionStatus};
use otomo_domain::address::Address;
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::rules::{About, Then};
use otomo_domain::search::Query;
use otomo_store::StoreFault;
use otomo_store::table::alias::{self, Alias};
use otomo_store::table::{contact, participant};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;

impl Engine {
    /// Records of the local index that fit what was typed, the best first, each with its company's name. The CRM is not
    /// asked.
    pub async fn search_contacts(
        &self,
        id: ConnectionId,
        typed: &str,
        limit: usize,
    ) -> Result<Vec<(Contact, Option<String>)>, Fault> {
        let Some(query) = Query::new(typed) else { return Ok(Vec::new()) };
        Ok(self.store.cache.read(move |db| Ok(contact::search(db, id, &query, limit)?)).await?)
    }

    /// Whoever has this address is this record from now on, whatever else the CRM says of it.
    pub async fn link_address(
        &self,
        connection: ConnectionId,
        address: Address,
        record: RecordRef,
    ) -> Result<(), Fault> {
        if self.snapshot().own.contains(&address) {
            return Err(Fault::Invalid { field: "address".into(), why: "it is the rep's own".into() });
        }
        let sought = record.clone();
        let name = self.store.cache.read(move |db| Ok(contact::name_of(db, connection, &sought)?)).await?;
        let name = name.ok_or(Fault::NoSuch("record"))?;
        let (now, said) = (self.now(), Alias { connection, address: address.clone(), record, name });
        self.store.ledger.write(move |db| Ok(alias::add(db, &said, now)?)).await?;
        self.match_again([address]).await
    }

    /// Takes back what the rep said of an address; true if there was anything.
    pub async fn unlink_address(&self, connection: ConnectionId, address: Address) -> Result<bool, Fault> {
        let said = address.clone();
        let was = self.store.ledger.write(move |db| Ok(alias::remove(db, connection, &said)?)).await?;
        self.match_again([address]).await?;
        Ok(was)
    }

    /// Makes a contact in the CRM, because the rep clicked on it: the CRM is told its name and address. It is in the local
    /// index at once, and mail with its address is matched.
    pub async fn create_contact(&self, id: ConnectionId, new: NewContact) -> Result<Contact, Fault> {
        self.may_create(id, &new.email).await?;
        let connector = self.connector(id).await?;
        let for_rep = self.identity(id).await?.is_some_and(|identity| identity.can_create_contacts);
        if !connector.describe().creates_contacts || !for_rep {
            return Err(CrmFault::new(CrmFaultKind::Unsupported, "contacts are not made from here").into());
        }
        let made = match connector.create_contact(&new).await {
            // A CRM that makes no contacts for this rep may still take their mail.
            Err(fault) if fault.kind == CrmFaultKind::SignInNeeded => {
                self.needs_person(id).await;
                return Err(fault.into());
            }
            other => other?,
        };
        let kept = made.clone();
        let changed = self.store.cache.write(move |db| Ok(contact::take_one(db, id, &kept)?)).await?;
        self.bus.changed(&[Tag::Contacts]);
        self.match_again(changed).await?;
        Ok(made)
    }

    /// Nothing is told to a CRM that waits for somebody, or while nobody knows what the policy says, or about an address
    /// that the company keeps out of every CRM.
    async fn may_create(&self, id: ConnectionId, email: &Address) -> Result<(), Fault> {
        if !self.policy.allows_sharing() {
            return Err(Fault::Policy("it cannot be read"));
        }
        match self.connection(id).await?.status {
            ConnectionStatus::Active => {}
            ConnectionStatus::Paused => return Err(Fault::NotNow("the connection is paused")),
            ConnectionStatus::SignInNeeded => return Err(CrmFault::new(CrmFaultKind::SignInNeeded, "").into()),
        }
        let snapshot = self.snapshot();
        let standards = snapshot.connections.get(&id).ok_or(Fault::NoSuch("connection"))?;
        let is_about = |about: &About| match about {
            About::Address(address) => address == email,
            About::Domain(domain) => email.is_at(domain),
            _ => false,
        };
        let mut rules = standards.book.rules().iter().filter(|rule| rule.is_policy() && rule.then == Then::NeverLog);
        if rules.any(|rule| is_about(&rule.about)) { Err(Fault::Policy("never_log")) } else { Ok(()) }
    }

    /// Holds the mail of these people against the index again.
    async fn match_again(&self, people: impl IntoIterator<Item = Address>) -> Result<(), Fault> {
        let people: BTreeSet<Address> = people.into_iter().collect();
        let read = self.store.cache.read(move |db| Ok::<_, StoreFault>(participant::mails_with(db, &people)?));
        self.retriage_all(read.await?.into_iter().collect()).await
    }
}

#[cfg(test)]
mod tests;
