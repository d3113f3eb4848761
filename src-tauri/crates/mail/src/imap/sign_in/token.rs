//! Signing in with an access token: XOAUTH2, or OAUTHBEARER (RFC 7628).
//!
//! The message is not put on the command's line (SASL-IR): servers that offer that and refuse it exist.

use std::sync::OnceLock;

use async_imap::error::Error;
use async_imap::{Authenticator, Client};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};

use super::super::{Wire, fault, refusal};
use super::{Offer, SignedIn, Who};
use crate::sasl::{Bearer, Challenge};
use crate::wording;

/// Sends the token.
pub async fn sign_in(
    client: Client<Wire>,
    offer: &Offer,
    who: Who<'_>,
    token: &SecretString,
) -> Result<SignedIn, MailFault> {
    let none = || MailFault::new(MailFaultKind::NoSignInMethod, "the server takes no sign-in at a provider");
    let mechanism = Bearer::choose(|name| offer.has(name)).ok_or_else(none)?;
    let message = mechanism.message(who.user, &who.endpoint.host, who.endpoint.port, token)?;
    let challenge = OnceLock::new();
    let tokens = Tokens { mechanism, message: Some(&message), challenge: &challenge };
    match client.authenticate(mechanism.name(), tokens).await {
        Ok(session) => Ok((session, mechanism.name())),
        Err((error, _)) => Err(refused(&error, challenge.get(), &message, token)),
    }
}

/// The client's side: the message, and after a challenge the word that ends it.
struct Tokens<'a> {
    mechanism: Bearer,
    message: Option<&'a SecretString>,
    challenge: &'a OnceLock<Challenge>,
}

impl Authenticator for Tokens<'_> {
    type Response = String;

    fn process(&mut self, challenge: &[u8]) -> String {
        match self.message.take() {
            Some(message) => message.expose_secret().to_owned(),
            None => {
                self.challenge.get_or_init(|| Challenge::parse(challenge));
                self.mechanism.farewell().to_owned()
            }
        }
    }
}

fn refused(error: &Error, challenge: Option<&Challenge>, message: &SecretString, token: &SecretString) -> MailFault {
    let refusal = match error {
        Error::No(said) | Error::Bad(said) => {
            let encoded = STANDARD.encode(message.expose_secret());
            let words = wording::without(&refusal::words(said), [encoded.as_str(), token.expose_secret()]);
            refusal::of_sign_in(&words)
        }
        // Some servers hang up where they should say NO.
        _ if challenge.is_some() => MailFault::new(MailFaultKind::SignInRefused, "the server refused the token"),
        other => return fault::of_imap(other),
    };
    match refusal.kind {
        MailFaultKind::SignInRefused => {
            MailFault { kind: challenge.map_or(crate::sasl::REFUSED, Challenge::meaning), ..refusal }
        }
        _ => refusal,
    }
}
