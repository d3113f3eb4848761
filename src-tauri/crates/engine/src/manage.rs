//! The rep's commands about connections and rules. Those about accounts are in `accounts`.

use otomo_domain::account::{Captures, ConnectionId, ConnectionStatus};
use otomo_domain::connector::Identity;
use otomo_domain::rules::Rule;
use otomo_domain::secret::SecretString;
use otomo_store::table::{connection, review, rule};

use crate::crm_sign_in;
use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;

/// A CRM to connect.
pub struct NewConnection {
    pub kind: String,
    pub name: String,
    pub settings: serde_json::Value,
    /// The secret of the form.
    pub token: Option<SecretString>,
    /// A finished sign-in ([`Engine::finish_crm_sign_in`]), for a kind that asks for one.
    pub ticket: Option<u64>,
}

/// What adding a rule did.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    pub id: i64,
    /// Takes it back; none where the same was said already.
    pub decision: Option<i64>,
}

/// The longest name of a connection, in characters.
const LONGEST_NAME: usize = 100;

impl Engine {
    /// Asks the CRM who the rep is and what is allowed; saves nothing.
    pub async fn test_connection(&self, new: &NewConnection) -> Result<Identity, Fault> {
        if !self.policy.policy().allows_crm(&new.kind) {
            return Err(Fault::Policy("allowed_crms"));
        }
        let connector = self.connector_for(&new.kind, &new.settings, self.brought_access(new)?)?;
        Ok(connector.check().await?)
    }

    /// Tests and saves a CRM, and starts reading its contacts.
    pub async fn add_connection(&self, new: NewConnection) -> Result<ConnectionId, Fault> {
        let identity = self.test_connection(&new).await?;
        let (now, refresh, ticket) = (self.now(), self.brought_refresh(new.ticket).await?, new.ticket);
        let saved = self.store.ledger.write(move |db| {
            let id = connection::add(db, &new.kind, &new.name, &new.settings, &identity, now)?;
            crm_sign_in::keep(db, id, new.token.as_ref(), refresh.as_ref())?;
            Ok(id)
        });
        let id = saved.await?;
        self.took_ticket(ticket);
        self.rules_changed().await?;
        self.start_connection(id);
        self.bus.changed(&[Tag::Connections]);
        Ok(id)
    }

    /// Gives a connection a new secret or a new sign-in, after the CRM has accepted it, and lets it go on.
    pub async fn sign_in_connection(
        &self,
        id: ConnectionId,
        token: Option<SecretString>,
        ticket: Option<u64>,
    ) -> Result<(), Fault> {
        let new = self.with_proof(id, token, ticket).await?;
        let known = self.identity(id).await?;
        let identity = self.test_connection(&new).await?;
        // What was shared is looked up, and taken back, where it was shared to.
        if known.is_some_and(|known| known.user_id != identity.user_id) {
            return Err(Fault::OtherAccount);
        }
        let refresh = self.brought_refresh(ticket).await?;
        let saved = self.store.ledger.write(move |db| {
            crm_sign_in::keep(db, id, new.token.as_ref(), refresh.as_ref())?;
            connection::set_status(db, id, ConnectionStatus::Active)?;
            Ok(())
        });
        saved.await?;
        self.took_ticket(ticket);
        self.sign_ins.forget(&crm_sign_in::owner(id));
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

    /// Calls a connection something else.
    pub async fn rename_connection(&self, id: ConnectionId, name: &str) -> Result<(), Fault> {
        self.connection(id).await?;
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        if name.is_empty() {
            return Err(Fault::Invalid { field: "name".into(), why: "is missing".into() });
        }
        self.store.ledger.write(move |db| Ok(connection::set_name(db, id, &name)?)).await?;
        self.bus.changed(&[Tag::Connections]);
        Ok(())
    }

    /// Notes what the rep says of the CRM's own capture.
    pub async fn say_captures(&self, id: ConnectionId, captures: Captures) -> Result<(), Fault> {
        self.connection(id).await?;
        self.store.ledger.write(move |db| Ok(connection::set_captures(db, id, captures)?)).await?;
        self.bus.changed(&[Tag::Connections]);
        Ok(())
    }

    pub(crate) fn let_go_on(&self, id: ConnectionId) {
        self.holds.end(id);
        self.wake_connection(id);
        self.outbox.notify_one();
        self.bus.changed(&[Tag::Connections, Tag::Queue]);
    }

    /// Adds a rule, which takes the place of what was said about the same thing; mail that is here already is held
    /// against it at once. Undoing its decision brings back what it replaced.
    pub async fn add_rule(&self, rule: Rule) -> Result<Added, Fault> {
        let at = self.now();
        let rule = Rule { created_at: at, ..rule };
        if !rule.about.allows(rule.then) {
            return Err(Fault::Invalid { field: "then".into(), why: "this cannot be said of such a thing".into() });
        }
        if !rule.holds_at(at) {
            return Err(Fault::Invalid { field: "expires_at".into(), why: "this time is over".into() });
        }
        let added = self.store.ledger.write(move |db| {
            if let Some(id) = rule::said(db, &rule)? {
                return Ok(Added { id, decision: None });
            }
            let decision = review::add_decision(db, "rule", at)?;
            Ok(Added { id: rule::put(db, &rule, Some(decision))?, decision: Some(decision) })
        });
        let added = added.await?;
        self.rules_changed().await?;
        self.bus.changed(&[Tag::Rules]);
        Ok(added)
    }

    pub async fn remove_rule(&self, id: i64) -> Result<(), Fault> {
        let known = self.store.ledger.write(move |db| Ok(rule::remove(db, id)?)).await?;
        self.rules_changed().await?;
        self.bus.changed(&[Tag::Rules]);
        if known { Ok(()) } else { Err(Fault::NoSuch("rule")) }
    }
}
