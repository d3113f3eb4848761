//! Numbers for the messages of POP3 mailboxes, and how many of those went away before they were fetched.

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::account::AccountId;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Clock, Numbered, UidBook};
use otomo_store::table::uidl::{self, Lost};
use otomo_store::{Store, StoreFault};

use crate::engine::Engine;
use crate::fault::Fault;

/// An account that is tested and not saved has this number.
const UNSAVED: AccountId = AccountId(0);

/// The book of one account, in the cache: what was fetched and how it is numbered are lost together.
pub(crate) struct Book {
    store: Store,
    clock: Arc<dyn Clock>,
    account: AccountId,
}

impl Book {
    pub fn new(store: Store, clock: Arc<dyn Clock>, account: AccountId) -> Self {
        Self { store, clock, account }
    }
}

#[async_trait]
impl UidBook for Book {
    async fn numbers(&self, unique_ids: Vec<String>) -> Result<Numbered, MailFault> {
        if self.account == UNSAVED {
            return Ok(in_order(unique_ids.len()));
        }
        let (account, now) = (self.account, self.clock.now());
        let numbered = self.store.cache.write(move |db| Ok(uidl::number(db, account, &unique_ids, now)?));
        numbered.await.map_err(|fault| unkept(&fault))
    }

    async fn missed(&self, uid: u32) -> Result<(), MailFault> {
        let account = self.account;
        let noted = self.store.cache.write(move |db| Ok(uidl::missed(db, account, uid)?));
        noted.await.map_err(|fault| unkept(&fault))
    }
}

impl Engine {
    /// How many messages of an account another program took out of the mailbox before they were fetched.
    pub async fn lost_before_fetch(&self, id: AccountId) -> Result<Lost, Fault> {
        Ok(self.store.cache.read(move |db| Ok(uidl::lost(db, id)?)).await?)
    }
}

/// Numbers that nobody keeps: a test leaves nothing behind.
fn in_order(count: usize) -> Numbered {
    let count = u32::try_from(count).unwrap_or(u32::MAX - 1);
    Numbered { validity: 1, uids: (1..=count).collect(), next: count + 1 }
}

/// The pass ends, and the next one tries again; the store's own trouble is told where it is written to.
fn unkept(fault: &StoreFault) -> MailFault {
    tracing::warn!(%fault, "the numbers of a mailbox could not be kept");
    MailFault::new(MailFaultKind::ServerRefused, "the numbers of the messages could not be kept")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::World;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn book(world: &World, account: AccountId) -> Book {
        Book::new(world.store.clone(), Arc::clone(&world.engine.clock), account)
    }

    #[tokio::test]
    async fn the_book_of_an_account_is_kept() {
        let world = World::new().await;
        let first = book(&world, world.account).numbers(ids(&["a", "b"])).await.unwrap();
        let again = book(&world, world.account).numbers(ids(&["b", "c"])).await.unwrap();
        assert_eq!((first.uids, again.uids), (vec![1, 2], vec![2, 3]));
        let lost = world.engine.lost_before_fetch(world.account).await.unwrap();
        assert_eq!((lost.count, lost.last_at), (1, Some(world.engine.now())));
    }

    #[tokio::test]
    async fn an_account_that_is_only_tested_leaves_no_book() {
        let world = World::new().await;
        let numbered = book(&world, UNSAVED).numbers(ids(&["b", "a"])).await.unwrap();
        assert_eq!(numbered, Numbered { validity: 1, uids: vec![1, 2], next: 3 });
        let other = book(&world, UNSAVED).numbers(ids(&["c"])).await.unwrap();
        assert_eq!(other.uids, [1]);
        assert_eq!(world.engine.lost_before_fetch(UNSAVED).await.unwrap().count, 0);
    }
}
