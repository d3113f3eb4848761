//! What else the outside may look at. Reading changes nothing.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::connector::Identity;
use otomo_domain::mail::MailKey;
use otomo_domain::rules::{About, AboutRecord, Rule};
use otomo_domain::time::Timestamp;
use otomo_store::table::audit::Verdict;
use otomo_store::table::contact::Feed;
use otomo_store::table::folder::{self, FolderRow};
use otomo_store::table::health::{self, Span};
use otomo_store::table::{audit, connection, contact, mail, rule, thread};
use otomo_store::{Connection as Db, StoreFault};

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

    /// What the records, conversations and accounts that these rules are about are called, in their order. `None` where
    /// the value says it, or nobody knows.
    pub async fn names_of(&self, rules: Vec<Rule>) -> Result<Vec<Option<String>>, Fault> {
        let accounts = self.accounts().await?;
        let read = self.store.cache.read(move |db| {
            let name = |rule: &Rule| match &rule.about {
                About::Contact(about) | About::Company(about) => {
                    let AboutRecord { connection, record } = about;
                    let known = contact::name_of(db, *connection, record)?.filter(|name| !name.is_empty());
                    Ok(Some(known.unwrap_or_else(|| record.id.clone())))
                }
                About::Thread(root) => newest_title(db, *root),
                About::Account(id) => Ok(accounts.iter().find(|a| a.id == *id).map(|a| a.address.to_string())),
                _ => Ok(None),
            };
            rules.iter().map(name).collect::<Result<Vec<_>, StoreFault>>()
        });
        Ok(read.await?)
    }

    pub async fn identity(&self, id: ConnectionId) -> Result<Option<Identity>, Fault> {
        Ok(self.store.ledger.read(move |db| Ok(connection::identity(db, id)?)).await?)
    }

    /// How many contacts the local index has, and how fresh it is.
    pub async fn index(&self, id: ConnectionId) -> Result<(i64, Option<Feed>), Fault> {
        Ok(self.store.cache.read(move |db| Ok((contact::count(db, id)?, contact::feed(db, id)?))).await?)
    }

    /// Checks the audit trace from its first row.
    pub async fn verify_audit(&self) -> Result<Verdict, Fault> {
        Ok(self.store.ledger.read(|db| Ok(audit::verify(db)?)).await?)
    }
}

/// The subject of the newest mail of a conversation.
fn newest_title(db: &Db, root: MailKey) -> Result<Option<String>, StoreFault> {
    let mut newest = None;
    for row in thread::mails_of(db, root)? {
        newest = newest.max(Some((mail::date_of(db, row)?, row)));
    }
    Ok(newest.map(|(_, row)| mail::title(db, row)).transpose()?)
}
