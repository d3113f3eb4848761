//! Whose address it is: looked up in the local index, said by the rep, or made in the CRM on the rep's word.
//!
//! What the rep says stands in the ledger, what it means for mail in the cache. The ledger notes the address until its mail
//! has been matched again, so that a start after a crash finishes it.

use std::collections::BTreeSet;
use std::time::Duration;

use otomo_domain::account::{ConnectionId, ConnectionStatus, Stay};
use otomo_domain::address::Address;
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::rules::Then;
use otomo_domain::search::Query;
use otomo_store::StoreFault;
use otomo_store::table::alias::{self, Alias};
use otomo_store::table::{contact, participant, setting};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::triage::{matches, retriage};

/// Before an address, in the name of the setting that its mail is to be matched again.
const MATCH: &str = "match:";

fn to_match(address: &Address) -> String {
    format!("{MATCH}{address}")
}

/// The longest text that a CRM is searched for, in characters.
const LONGEST_SEARCH: usize = 200;

/// How much of the mail that is here is of people whom a connection's index knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    pub mails: usize,
    pub matched: usize,
    pub took: Duration,
}

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

    /// Asks the CRM itself, because the rep clicked on it: it is told what was typed, and nothing of any mail. What it
    /// finds is in the local index at once.
    pub async fn search_crm(&self, id: ConnectionId, typed: &str) -> Result<Vec<Contact>, Fault> {
        self.may_ask(id).await?;
        for address in typed.split_whitespace().filter_map(Address::parse) {
            self.may_tell(id, &address).await?;
        }
        let typed: String = typed.trim().chars().take(LONGEST_SEARCH).collect();
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let connector = self.connector(id).await?;
        let found = self.heed(id, connector.search(&typed).await).await?;
        self.take_in(id, found.clone()).await?;
        Ok(found)
    }

    /// Holds everybody in the mail that is here against the index of a connection. Nothing is changed.
    pub async fn match_all(&self, id: ConnectionId) -> Result<Matched, Fault> {
        self.connection(id).await?;
        let (snapshot, begun) = (self.snapshot(), self.clock.monotonic());
        let counted = self.store.cache.read(move |db| {
            let mut counted = Matched::default();
            participant::of_all::<StoreFault>(db, |_, people| {
                let found = matches(db, id, people, &snapshot.own)?;
                counted.mails += 1;
                counted.matched += usize::from(!found.is_empty());
                Ok(())
            })?;
            Ok(counted)
        });
        let counted = counted.await?;
        Ok(Matched { took: self.clock.monotonic().saturating_sub(begun), ..counted })
    }

    /// Puts contacts into the local index, and matches mail with their addresses.
    async fn take_in(&self, id: ConnectionId, contacts: Vec<Contact>) -> Result<(), Fault> {
        let (keeper, now) = (self.clone(), self.now());
        let taken = self.store.cache.write(move |db| {
            let mut changed = BTreeSet::new();
            for contact in &contacts {
                changed.extend(contact::take_one(db, id, contact)?);
            }
            let snapshot = keeper.snapshot();
            participant::mails_with(db, &changed)?.into_iter().try_for_each(|row| retriage(db, row, &snapshot, now))
        });
        taken.await?;
        self.bus.changed(&[Tag::Contacts, Tag::Review, Tag::Mail]);
        self.outbox.notify_one();
        Ok(())
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
        let written = self.store.ledger.write(move |db| {
            alias::add(db, &said, now)?;
            Ok(setting::set(db, &to_match(&said.address), "")?)
        });
        written.await?;
        self.match_again(address).await
    }

    /// Takes back what the rep said of an address; true if there was anything.
    pub async fn unlink_address(&self, connection: ConnectionId, address: Address) -> Result<bool, Fault> {
        let said = address.clone();
        let written = self.store.ledger.write(move |db| {
            let was = alias::remove(db, connection, &said)?;
            setting::set(db, &to_match(&said), "")?;
            Ok(was)
        });
        let was = written.await?;
        self.match_again(address).await?;
        Ok(was)
    }

    /// Matches the mail again that the end of the process kept from being matched.
    pub(crate) async fn finish_matches(&self) -> Result<(), Fault> {
        let names = self.store.ledger.read(|db| Ok(setting::names(db, MATCH)?)).await?;
        for address in names.iter().filter_map(|name| Address::parse(name.strip_prefix(MATCH)?)) {
            self.match_again(address).await?;
        }
        Ok(())
    }

    /// Makes a contact in the CRM, because the rep clicked on it: the CRM is told its name and address. It is in the local
    /// index at once, and mail with its address is matched.
    pub async fn create_contact(&self, id: ConnectionId, new: NewContact) -> Result<Contact, Fault> {
        self.may_tell(id, &new.email).await?;
        let connector = self.connector(id).await?;
        let for_rep = self.identity(id).await?.is_some_and(|identity| identity.can_create_contacts);
        if !connector.describe().creates_contacts || !for_rep {
            return Err(CrmFault::new(CrmFaultKind::Unsupported, "contacts are not made from here").into());
        }
        let made = self.heed(id, connector.create_contact(&new).await).await?;
        self.take_in(id, vec![made.clone()]).await?;
        Ok(made)
    }

    /// What a CRM answered to the rep. A sign-in that has lapsed stops the connection; a CRM that does not let this rep do
    /// this may still take their mail.
    pub(crate) async fn heed<T>(&self, id: ConnectionId, answer: Result<T, CrmFault>) -> Result<T, Fault> {
        if answer.as_ref().is_err_and(|fault| fault.kind == CrmFaultKind::SignInNeeded) {
            self.needs_person(id).await;
        }
        Ok(answer?)
    }

    /// Nothing is told to a CRM about an address that the company keeps out of every CRM.
    async fn may_tell(&self, id: ConnectionId, email: &Address) -> Result<(), Fault> {
        self.may_ask(id).await?;
        let snapshot = self.snapshot();
        let standards = snapshot.connections.get(&id).ok_or(Fault::NoSuch("connection"))?;
        let mut rules = standards.book.about_address(email);
        let forbidden = rules.any(|rule| rule.is_policy() && rule.then == Then::NeverLog);
        if forbidden { Err(Fault::Policy("never_log")) } else { Ok(()) }
    }

    /// Nothing is told to a CRM that waits for somebody, or while nobody knows what the policy says.
    pub(crate) async fn may_ask(&self, id: ConnectionId) -> Result<(), Fault> {
        if !self.policy.allows_sharing() {
            return Err(Fault::Policy("it cannot be read"));
        }
        let connection = self.connection(id).await?;
        if connection.stay != Stay::Connected {
            return Err(Fault::NoSuch("connection"));
        }
        match connection.status {
            ConnectionStatus::Active => Ok(()),
            ConnectionStatus::Paused => Err(Fault::NotNow("the connection is paused")),
            ConnectionStatus::SignInNeeded => Err(CrmFault::new(CrmFaultKind::SignInNeeded, "").into()),
        }
    }

    /// Holds the mail of somebody against the index again, and takes away the note that it is to be.
    async fn match_again(&self, address: Address) -> Result<(), Fault> {
        let (name, people) = (to_match(&address), BTreeSet::from([address]));
        let mails = self.store.cache.read(move |db| Ok(participant::mails_with(db, &people)?)).await?;
        self.retriage_all(mails.into_iter().collect()).await?;
        Ok(self.store.ledger.write(move |db| Ok(setting::remove(db, &name)?)).await?)
    }
}

#[cfg(test)]
mod tests;
