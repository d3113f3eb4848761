//! What else the outside may look at. Reading changes nothing.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::connector::Identity;
use otomo_domain::contact::Contact;
use otomo_domain::rules::Rule;
use otomo_domain::time::Timestamp;
use otomo_store::table::audit::Verdict;
use otomo_store::table::contact::Feed;
use otomo_store::table::folder::{self, FolderRow};
use otomo_store::table::health::{self, Span};
use otomo_store::table::{audit, connection, contact, rule};

use crate::engine::Engine;
use crate::fault::Fault;

impl Engine {
    pub async fn folders(&self, account: AccountId) -> Result<Vec<FolderRow>, Fault> {
        Ok(self.store.cache.read(move |db| Ok(folder::of_account(db, account)?)).await?)
    }

    /// How an account has been doing since then.
    pub async fn health(&self, account: AccountId, since: Timestamp) -> Result<Vec<Span>, Fault> {
        Ok(self.store.cache.read(move |db| Ok(health::of_account(db, account, since)?)).await?)
    }

    /// The rep's own rules, then the policy's, which have no number.
    pub async fn rules(&self) -> Result<Vec<Rule>, Fault> {
        let own = self.store.ledger.read(|db| Ok(rule::list(db)?)).await?;
        Ok(own.into_iter().chain(self.policy.policy().rules()).collect())
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
