//! One sign-in in the browser (RFC 6749 §4.1 with RFC 7636 and RFC 9207).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{Attempt, Authorisation, SignedIn};
use otomo_domain::secret::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::answer::{Granted, tokens};
use super::client::{Registered, registered, registration};
use super::door::Door;
use super::endpoint::{Endpoints, fault, protocol};
use super::id_token::{self, Expected};
use super::visit::{Answer, Outcome};
use crate::Net;

/// How long the rep has in the browser.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Bytes of randomness in the state and the nonce.
const RANDOM: u32 = 32;

/// What this flow sets itself; a provider's further parameters can't.
const OURS: &[&str] = &[
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "nonce",
    "redirect_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
];

/// A sign-in that waits for its browser, and all that only it knows.
pub struct BrowserAttempt {
    net: Arc<Net>,
    provider: Provider,
    client: Registered,
    url: String,
    door: Door,
    state: SecretString,
    nonce: String,
    verifier: PkceCodeVerifier,
    /// What the first token is for, where more was agreed to than one token can be for.
    first: Option<String>,
}

impl BrowserAttempt {
    pub async fn begin(net: Arc<Net>, provider: Provider, asked: Authorisation) -> Result<Self, OAuthFault> {
        let client = registered(&provider)?;
        let door = Door::open(provider.redirect, provider.redirect_port, &provider.redirect_path).await?;
        let redirect = RedirectUrl::new(door.redirect_uri())
            .map_err(|_| OAuthFault::new(OAuthFaultKind::SetupWrong, "the redirect path cannot be used"))?;
        let client = client.set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random_len(RANDOM).into_secret();
        let mut request = client
            .authorize_url(|| CsrfToken::new_random_len(RANDOM))
            .add_scopes(asked.scopes.iter().chain(&asked.further).cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        for (name, value) in provider.parameters.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
            request = request.add_extra_param(name, value);
        }
        if asked.scopes.iter().any(|scope| scope == "openid") {
            request = request.add_extra_param("nonce", &nonce);
        }
        if let Some(hint) = &asked.login_hint {
            request = request.add_extra_param("login_hint", hint.as_str());
        }
        let (url, state) = request.url();
        let (url, state) = (url.into(), state.into_secret().into());
        let first = (!asked.further.is_empty()).then(|| asked.scopes.join(" "));
        Ok(Self { net, provider, client, url, door, state, nonce, verifier, first })
    }
}

#[async_trait]
impl Attempt for BrowserAttempt {
    fn url(&self) -> &str {
        &self.url
    }

    async fn finish(self: Box<Self>) -> Result<SignedIn, OAuthFault> {
        let Self { net, provider, client, door, state, nonce, verifier, first, .. } = *self;
        let code = code(answered(door, &state, PATIENCE).await?, &provider)?;
        let endpoints = Endpoints::new(&net);
        let granted = exchange(&endpoints, &client, &code, verifier, first.as_deref()).await?;
        let address = match &granted.extra_fields().id_token {
            Some(id_token) => {
                let client = &registration(&provider)?.id;
                let (issuer, now) = (provider.issuer.as_deref(), endpoints.date());
                id_token::address(&id_token.0, &Expected { client, issuer, nonce: &nonce, now })?
            }
            None => None,
        };
        Ok(SignedIn { tokens: tokens(&granted)?, address })
    }
}

/// What the browser brings, if it comes in time.
async fn answered(door: Door, state: &SecretString, patience: Duration) -> Result<Answer, OAuthFault> {
    let answer = timeout(patience, door.wait(state.expose_secret())).await;
    answer.map_err(|_| OAuthFault::new(OAuthFaultKind::TimedOut, "nobody came back in time"))?
}

/// The code of an answer that came from the provider it should come from.
fn code(answer: Answer, provider: &Provider) -> Result<SecretString, OAuthFault> {
    let mismatch = |why: &str| Err(OAuthFault::new(OAuthFaultKind::Mismatch, why));
    match (&answer.issuer, &provider.issuer) {
        (Some(told), Some(expected)) if told != expected => return mismatch("another provider answered"),
        (None, _) if provider.names_issuer => return mismatch("the answer does not name its provider"),
        _ => {}
    }
    match answer.outcome {
        Outcome::Code(code) => Ok(code),
        Outcome::Refused(refusal) => Err(refusal.fault(&[])),
        Outcome::Nothing => Err(protocol("the browser brought no code that can be used")),
    }
}

/// Makes tokens of a code, which is shown once, whatever comes of it.
async fn exchange(
    endpoints: &Endpoints,
    client: &Registered,
    code: &SecretString,
    verifier: PkceCodeVerifier,
    scope: Option<&str>,
) -> Result<Granted, OAuthFault> {
    let shown = SecretString::from(verifier.secret().as_str());
    let mut request = client.exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()));
    if let Some(scope) = scope {
        request = request.add_extra_param("scope", scope);
    }
    let granted = request.set_pkce_verifier(verifier).request_async(endpoints).await;
    granted.map_err(|error| fault(error, &[code, &shown]))
}

#[cfg(test)]
mod tests {
    use otomo_domain::oauth::Redirect;

    use super::*;

    #[tokio::test]
    async fn a_door_that_nobody_comes_to_is_closed_again() {
        let door = Door::open(Redirect::Loopback, None, "/callback").await.unwrap();
        let place = door.redirect_uri().replace("http://", "").replace("/callback", "");
        assert!(std::net::TcpListener::bind(&place).is_err(), "it is open");
        let fault = answered(door, &"state".into(), Duration::ZERO).await.unwrap_err();
        assert_eq!(fault.kind, OAuthFaultKind::TimedOut);
        assert!(std::net::TcpListener::bind(&place).is_ok(), "it is closed");
    }
}
