//! Numbers for the messages of POP3 mailboxes.

use async_trait::async_trait;
use otomo_domain::account::AccountId;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Numbered, UidBook};
use otomo_store::Store;

/// The book of one account, in the cache: what was fetched and how it is numbered are lost together.
pub(crate) struct Book {
    store: Store,
    account: AccountId,
}

impl Book {
    pub fn new(store: Store, account: AccountId) -> Self {
        Self { store, account }
    }
}

#[async_trait]
impl UidBook for Book {
    async fn numbers(&self, unique_ids: Vec<String>) -> Result<Numbered, MailFault> {
        let _ = (&self.store, self.account, unique_ids);
        Err(MailFault::new(MailFaultKind::Protocol, "not built yet"))
    }
}
