//! What a connection proves itself to its CRM with: the secret of its form, or the tokens of a sign-in in the browser.

use std::sync::Arc;

use otomo_domain::account::ConnectionId;
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{AccessTokens, Attempt, Authorisation};
use otomo_domain::secret::SecretString;
use otomo_store::table::secret;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::manage::NewConnection;
use crate::sign_in::{Chain, For, REFRESH_TOKEN};

/// Under which name the secret of a connection's form stands in the ledger.
pub(crate) const TOKEN: &str = "token";

/// Under whose name the secrets of a connection stand in the ledger.
pub(crate) fn owner(id: ConnectionId) -> String {
    format!("connection:{}", id.0)
}

/// What a connector is given to prove who the rep is.
#[derive(Clone, Default)]
pub struct Access {
    /// The secret of the form.
    pub secret: Option<SecretString>,
    /// The tokens of a sign-in in the browser, for a kind that asks for one.
    pub tokens: Option<Arc<dyn AccessTokens>>,
}

impl Engine {
    /// Begins a sign-in in the browser to a CRM that is filled in, or filled in anew.
    pub async fn begin_crm_sign_in(&self, new: &NewConnection) -> Result<(Provider, Box<dyn Attempt>), Fault> {
        if !self.policy.policy().allows_crm(&new.kind) {
            return Err(Fault::Policy("allowed_crms"));
        }
        let provider = (self.make_provider)(&new.kind, &new.settings, new.token.clone())?;
        let provider = provider.ok_or(Fault::NoSuch("sign-in"))?;
        let asked = Authorisation { scopes: provider.scopes.identity.clone(), further: Vec::new(), login_hint: None };
        let attempt = self.oauth.begin(&provider, asked).await?;
        Ok((provider, attempt))
    }

    /// Waits until the rep has signed in, and keeps the sign-in for the connection it is meant for; gives its ticket.
    pub async fn finish_crm_sign_in(&self, provider: Provider, attempt: Box<dyn Attempt>) -> Result<u64, Fault> {
        let signed_in = attempt.finish().await?;
        let chain = Chain::fresh(Arc::clone(&self.oauth), Arc::clone(&self.clock), provider, signed_in);
        Ok(self.sign_ins.wait(chain))
    }

    /// The connection as it is, with what the rep brings anew.
    pub async fn with_proof(
        &self,
        id: ConnectionId,
        token: Option<SecretString>,
        ticket: Option<u64>,
    ) -> Result<NewConnection, Fault> {
        let connection = self.connection(id).await?;
        let kept = self.store.ledger.read(move |db| Ok(secret::get(db, &owner(id), TOKEN)?)).await?;
        Ok(NewConnection {
            kind: connection.kind,
            name: connection.name,
            settings: connection.settings,
            token: token.or(kept),
            ticket,
        })
    }

    /// What a connection that is not saved yet proves itself with.
    pub(crate) fn brought_access(&self, new: &NewConnection) -> Result<Access, Fault> {
        let chain = |ticket| self.sign_ins.waiting(ticket).ok_or(Fault::NoSuch("sign-in"));
        let tokens = new.ticket.map(chain).transpose()?.map(tokens_of);
        Ok(Access { secret: new.token.clone(), tokens })
    }

    /// The refresh token that has to be kept with the connection.
    pub(crate) async fn brought_refresh(&self, ticket: Option<u64>) -> Result<Option<SecretString>, Fault> {
        let Some(ticket) = ticket else { return Ok(None) };
        let chain = self.sign_ins.waiting(ticket).ok_or(Fault::NoSuch("sign-in"))?;
        Ok(chain.refresh_token().await?)
    }

    /// What this sign-in was made for is saved.
    pub(crate) fn took_ticket(&self, ticket: Option<u64>) {
        if let Some(ticket) = ticket {
            self.sign_ins.taken(ticket);
        }
    }

    /// What a saved connection proves itself with.
    pub(crate) async fn kept_access(
        &self,
        id: ConnectionId,
        kind: &str,
        settings: &serde_json::Value,
    ) -> Result<Access, Fault> {
        let secret = self.store.ledger.read(move |db| Ok(secret::get(db, &owner(id), TOKEN)?)).await?;
        let provider = (self.make_provider)(kind, settings, secret.clone())?;
        let tokens = provider.map(|provider| tokens_of(self.kept_sign_in(owner(id), provider)));
        Ok(Access { secret, tokens })
    }
}

/// Writes the secrets of a connection.
pub(crate) fn keep(
    db: &otomo_store::Connection,
    id: ConnectionId,
    token: Option<&SecretString>,
    refresh: Option<&SecretString>,
) -> Result<(), otomo_store::StoreFault> {
    for (name, value) in [(TOKEN, token), (REFRESH_TOKEN, refresh)] {
        if let Some(value) = value {
            secret::set(db, &owner(id), name, value)?;
        }
    }
    Ok(())
}

fn tokens_of(chain: Arc<Chain>) -> Arc<dyn AccessTokens> {
    Arc::new(For { chain, audience: None })
}

#[cfg(test)]
mod tests {
    use otomo_domain::error::OAuthFaultKind;
    use otomo_domain::policy::Policy;
    use serde_json::json;

    use super::*;
    use crate::engine::PolicyState;
    use crate::fixture::{LASTS, World};

    /// A CRM that is signed in to in the browser, filled in.
    fn filled_in(ticket: Option<u64>) -> NewConnection {
        let (kind, name) = ("browser".into(), "CRM".into());
        NewConnection { kind, name, settings: json!({}), token: Some("client secret".into()), ticket }
    }

    async fn signed_in(engine: &Engine) -> u64 {
        let (provider, attempt) = engine.begin_crm_sign_in(&filled_in(None)).await.expect("an attempt");
        engine.finish_crm_sign_in(provider, attempt).await.expect("a sign-in")
    }

    async fn token(engine: &Engine, id: ConnectionId) -> Result<SecretString, OAuthFaultKind> {
        let access = engine.kept_access(id, "browser", &json!({})).await.expect("the secrets");
        access.tokens.expect("a sign-in").token().await.map_err(|fault| fault.kind)
    }

    #[tokio::test]
    async fn a_sign_in_to_a_crm_outlives_its_tokens_and_the_process() {
        let world = World::new().await;
        let ticket = signed_in(&world.engine).await;
        let id = world.engine.add_connection(filled_in(Some(ticket))).await.expect("a connection");
        assert!(world.engine.sign_ins.waiting(ticket).is_none(), "the ticket is used up");
        for _ in 0..3 {
            world.clock.advance(LASTS);
            token(&world.engine, id).await.expect("a token");
        }
        let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
        token(&world.engine, id).await.expect("the provider takes each refresh token only once");
    }

    #[tokio::test]
    async fn a_sign_in_that_was_taken_back_is_made_anew_in_place() {
        let world = World::new().await;
        let ticket = signed_in(&world.engine).await;
        let id = world.engine.add_connection(filled_in(Some(ticket))).await.expect("a connection");
        world.provider.forget_everybody();
        assert_eq!(token(&world.engine, id).await.map(drop), Err(OAuthFaultKind::Expired));
        let ticket = signed_in(&world.engine).await;
        world.engine.sign_in_connection(id, None, Some(ticket)).await.expect("signed in");
        token(&world.engine, id).await.expect("a token");
        let kept = world.engine.with_proof(id, None, None).await.expect("the connection");
        assert!(kept.token.is_some(), "the secret of the form is still there");
    }

    #[tokio::test]
    async fn another_account_of_the_crm_is_not_signed_in_to() {
        let world = World::new().await;
        world.crm.take_for("somebody else");
        let refused = world.engine.sign_in_connection(world.connection, Some("token".into()), None).await;
        assert!(matches!(refused, Err(Fault::OtherAccount)));
        let kept = world.engine.with_proof(world.connection, None, None).await.expect("the connection");
        assert!(kept.token.is_none(), "nothing of it was kept");
    }

    #[tokio::test]
    async fn a_kind_with_a_secret_alone_is_not_signed_in_to() {
        let world = World::new().await;
        let new = NewConnection { kind: "fake".into(), ..filled_in(None) };
        assert!(matches!(world.engine.begin_crm_sign_in(&new).await, Err(Fault::NoSuch("sign-in"))));
    }

    #[tokio::test]
    async fn a_ticket_that_is_not_there_connects_nothing() {
        let world = World::new().await;
        let refused = world.engine.add_connection(filled_in(Some(99))).await;
        assert!(matches!(refused, Err(Fault::NoSuch("sign-in"))));
    }
}
