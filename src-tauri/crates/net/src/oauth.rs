//! Sign-ins at providers (RFC 6749, RFC 8252, RFC 7636).

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::account::SenderAddress;
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{Attempt, Authorisation, OAuth, Tokens};
use otomo_domain::secret::SecretString;

use crate::Net;

/// Asks providers over the network.
pub struct NetOAuth {
    net: Arc<Net>,
}

impl NetOAuth {
    pub fn new(net: Arc<Net>) -> Self {
        Self { net }
    }
}

fn unbuilt<T>(net: &Net) -> Result<T, OAuthFault> {
    let _ = net;
    Err(OAuthFault::new(OAuthFaultKind::NoClient, "not built yet"))
}

#[async_trait]
impl OAuth for NetOAuth {
    async fn begin(&self, _: &Provider, _: Authorisation) -> Result<Box<dyn Attempt>, OAuthFault> {
        unbuilt(&self.net)
    }

    async fn refresh(&self, _: &Provider, _: &SecretString, _: Option<&[String]>) -> Result<Tokens, OAuthFault> {
        unbuilt(&self.net)
    }

    async fn revoke(&self, _: &Provider, _: &SecretString) -> Result<(), OAuthFault> {
        unbuilt(&self.net)
    }

    async fn senders(&self, _: &Provider, _: &SecretString) -> Result<Vec<SenderAddress>, OAuthFault> {
        unbuilt(&self.net)
    }
}
