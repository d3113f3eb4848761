//! The rep's commands about accounts, connections and rules.

use otomo_domain::account::{Account, AccountId, ConnectionId, ConnectionStatus, Source};
use otomo_domain::address::Address;
use otomo_domain::connector::Identity;
use otomo_domain::rules::Deny;
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use otomo_store::table::{account, connection, rule, secret};

use crate::engine::{Engine, secret_owner};
use crate::event::Tag;
use crate::fault::Fault;
use crate::steps::{self, Found, Steps};

/// A mailbox to connect.
pub struct NewAccount {
    pub address: Address,
    pub source: Source,
    pub password: Option<SecretString>,
    pub import_since: Option<Timestamp>,
}

impl NewAccount {
    /// The account as it would be, before it has a number.
    fn unsaved(&self, now: Timestamp) -> Account {
        Account {
            id: AccountId(0),
            address: self.address.clone(),
            source: self.source.clone(),
            import_since: self.import_since,
            connected_at: now,
            paused: false,
        }
    }
}

/// A CRM to connect.
pub struct NewConnection {
    pub kind: String,
    pub name: String,
    pub settings: serde_json::Value,
    pub token: Option<SecretString>,
}

impl Engine {
    /// Tests a mailbox and saves nothing; how far it has come is told to `steps`.
    pub async fn test_account(&self, new: &NewAccount, steps: Option<&Steps>) -> Result<Found, Fault> {
        let source = self.source_for(&new.unsaved(self.now()), new.password.clone())?;
        Ok(steps::test(&*source, steps).await?)
    }

    /// Tests and saves a mailbox, and starts capturing it.
    pub async fn add_account(&self, new: NewAccount) -> Result<AccountId, Fault> {
        self.test_account(&new, None).await?;
        let now = self.now();
        let saved = self.store.ledger.write(move |db| {
            if account::with_address(db, &new.address)?.is_some() {
                return Ok(None);
            }
            let id = account::add(db, &new.address, &new.source, new.import_since, now)?;
            if let Some(password) = &new.password {
                secret::set(db, &secret_owner(id), "password", password)?;
            }
            Ok(Some(id))
        });
        let id = saved.await?.ok_or(Fault::AlreadyConnected)?;
        self.rules_changed().await?;
        self.start_account(id);
        self.bus.changed(&[Tag::Accounts]);
        Ok(id)
    }

    /// Gives an account a new password, after the server has accepted it, and lets it go on.
    pub async fn sign_in_account(&self, id: AccountId, password: SecretString) -> Result<(), Fault> {
        let account = self.account(id).await?;
        steps::test(&*self.source_for(&account, Some(password.clone()))?, None).await?;
        let saved = self.store.ledger.write(move |db| Ok(secret::set(db, &secret_owner(id), "password", &password)?));
        saved.await?;
        self.wake_account(id);
        self.bus.changed(&[Tag::Accounts]);
        Ok(())
    }

    pub async fn pause_account(&self, id: AccountId, paused: bool) -> Result<(), Fault> {
        let known = self.store.ledger.write(move |db| Ok(account::set_paused(db, id, paused)?)).await?;
        self.wake_account(id);
        self.bus.changed(&[Tag::Accounts]);
        if known { Ok(()) } else { Err(Fault::NoSuch("account")) }
    }

    /// Asks the CRM who the rep is and what is allowed; saves nothing.
    pub async fn test_connection(&self, new: &NewConnection) -> Result<Identity, Fault> {
        if !self.policy.policy().allows_crm(&new.kind) {
            return Err(Fault::Policy("allowed_crms"));
        }
        let connector = self.connector_for(&new.kind, &new.settings, new.token.clone())?;
        Ok(connector.check().await?)
    }

    /// Tests and saves a CRM, and starts reading its contacts.
    pub async fn add_connection(&self, new: NewConnection) -> Result<ConnectionId, Fault> {
        let identity = self.test_connection(&new).await?;
        let saved = self.store.ledger.write(move |db| {
            let id = connection::add(db, &new.kind, &new.name, &new.settings, &identity)?;
            if let Some(token) = &new.token {
                secret::set(db, &format!("connection:{}", id.0), "token", token)?;
            }
            Ok(id)
        });
        let id = saved.await?;
        self.rules_changed().await?;
        self.start_connection(id);
        self.bus.changed(&[Tag::Connections]);
        Ok(id)
    }

    /// Gives a connection a new token, after the CRM has accepted it, and lets it go on.
    pub async fn sign_in_connection(&self, id: ConnectionId, token: SecretString) -> Result<(), Fault> {
        let connection = self.connection(id).await?;
        let new = NewConnection {
            kind: connection.kind,
            name: connection.name,
            settings: connection.settings,
            token: Some(token.clone()),
        };
        self.test_connection(&new).await?;
        self.store
            .ledger
            .write(move |db| {
                secret::set(db, &format!("connection:{}", id.0), "token", &token)?;
                connection::set_status(db, id, ConnectionStatus::Active)?;
                Ok(())
            })
            .await?;
        self.forget_connector(id);
        self.let_go_on(id);
        Ok(())
    }

    /// Pauses a connection, or lets it go on. A pause holds within the request that is under way.
    pub async fn pause_connection(&self, id: ConnectionId, paused: bool) -> Result<(), Fault> {
        self.connection(id).await?;
        let status = if paused { ConnectionStatus::Paused } else { ConnectionStatus::Active };
        self.store.ledger.write(move |db| Ok(connection::set_status(db, id, status)?)).await?;
        self.let_go_on(id);
        Ok(())
    }

    fn let_go_on(&self, id: ConnectionId) {
        self.end_hold(id);
        self.wake_connection(id);
        self.outbox.notify_one();
        self.bus.changed(&[Tag::Connections, Tag::Queue]);
    }

    /// Adds a rule; mail that is here already is held against it at once.
    pub async fn add_rule(&self, deny: Deny) -> Result<i64, Fault> {
        let now = self.now();
        let id = self.store.ledger.write(move |db| Ok(rule::add(db, &deny, now)?)).await?;
        self.rules_changed().await?;
        self.bus.changed(&[Tag::Rules]);
        Ok(id)
    }

    pub async fn remove_rule(&self, id: i64) -> Result<(), Fault> {
        let known = self.store.ledger.write(move |db| Ok(rule::remove(db, id)?)).await?;
        self.rules_changed().await?;
        self.bus.changed(&[Tag::Rules]);
        if known { Ok(()) } else { Err(Fault::NoSuch("rule")) }
    }
}
