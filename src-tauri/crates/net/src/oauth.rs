//! Sign-ins at providers (RFC 6749, RFC 8252, RFC 7636).
//!
//! | module | holds |
//! |---|---|
//! | `attempt` | one sign-in in the browser, from the address to the tokens |
//! | `door` | the port that waits for the browser |
//! | `visit` | one visitor: the browser, or anybody else |
//! | `page` | what the browser shows at the end |
//! | `client` | a provider as the `oauth2` crate knows it |
//! | `endpoint` | requests to a provider's endpoints |
//! | `answer` | what they answer: tokens, or a refusal |
//! | `hints` | what a refusal means |
//! | `id_token` | who signed in |
//! | `senders` | Gmail's sender addresses |

mod answer;
mod attempt;
mod client;
mod door;
mod endpoint;
mod hints;
mod id_token;
mod page;
mod senders;
mod visit;

use std::sync::Arc;

use async_trait::async_trait;
use oauth2::{RefreshToken, RevocationUrl, Scope, StandardRevocableToken};
use otomo_domain::account::SenderAddress;
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{Attempt, Authorisation, OAuth, Tokens};
use otomo_domain::secret::{ExposeSecret, SecretString};

use crate::Net;
use attempt::BrowserAttempt;
use endpoint::Endpoints;

/// Asks providers over the network.
pub struct NetOAuth {
    net: Arc<Net>,
}

impl NetOAuth {
    pub fn new(net: Arc<Net>) -> Self {
        Self { net }
    }
}

#[async_trait]
impl OAuth for NetOAuth {
    async fn begin(&self, provider: &Provider, asked: Authorisation) -> Result<Box<dyn Attempt>, OAuthFault> {
        let attempt = BrowserAttempt::begin(Arc::clone(&self.net), provider.clone(), asked).await?;
        Ok(Box::new(attempt))
    }

    async fn refresh(
        &self,
        provider: &Provider,
        refresh: &SecretString,
        scopes: Option<&[String]>,
    ) -> Result<Tokens, OAuthFault> {
        let client = client::registered(provider)?;
        let token = RefreshToken::new(refresh.expose_secret().to_owned());
        let scopes = scopes.unwrap_or_default().iter().cloned().map(Scope::new);
        let request = client.exchange_refresh_token(&token).add_scopes(scopes);
        let granted = request.request_async(&Endpoints::new(&self.net)).await;
        answer::tokens(&granted.map_err(|error| endpoint::fault(error, &[refresh]))?)
    }

    async fn revoke(&self, provider: &Provider, refresh: &SecretString) -> Result<(), OAuthFault> {
        let Some(place) = &provider.revoke else { return Ok(()) };
        let client = client::registered(provider)?.set_revocation_url(RevocationUrl::from_url(client::secure(place)?));
        let token = StandardRevocableToken::from(RefreshToken::new(refresh.expose_secret().to_owned()));
        let request = client
            .revoke_token(token)
            .map_err(|_| OAuthFault::new(OAuthFaultKind::SetupWrong, "the provider's address is not https"))?;
        let revoked = request.request_async(&Endpoints::new(&self.net)).await;
        match revoked.map_err(|error| endpoint::fault(error, &[refresh])) {
            // A token that holds no more needs no revocation (RFC 7009 §2.2); Google says so with an error.
            Err(fault) if fault.kind == OAuthFaultKind::Expired => Ok(()),
            outcome => outcome,
        }
    }

    async fn senders(&self, provider: &Provider, access: &SecretString) -> Result<Vec<SenderAddress>, OAuthFault> {
        match &provider.gmail {
            Some(base) => senders::senders(&self.net, base, access).await,
            None => Ok(Vec::new()),
        }
    }
}
