//! Signing in with a password.
//!
//! `AUTHENTICATE PLAIN` (RFC 4616) comes first: it carries any password. `LOGIN` is for servers that don't offer it, or
//! refuse it before they saw the password. A password is never sent twice: that is how accounts get locked.

use std::sync::atomic::{AtomicBool, Ordering};

use async_imap::error::Error;
use async_imap::{Authenticator, Client};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};

use super::super::{Wire, fault, refusal};
use super::{Offer, SignedIn};
use crate::sasl::Bearer;
use crate::wording;

/// Sends the password by the best way that the server offers.
pub async fn sign_in(
    mut client: Client<Wire>,
    offer: &Offer,
    user: &str,
    password: &SecretString,
) -> Result<SignedIn, MailFault> {
    let password = password.expose_secret();
    if [user, password].iter().any(|text| text.contains('\0')) {
        return Err(MailFault::new(MailFaultKind::SignInRefused, "a user name or password cannot hold a NUL"));
    }
    let tokens = Bearer::choose(|name| offer.has(name)).is_some();
    let refused = |error: &Error| refused(error, tokens, user, password);
    if offer.has("PLAIN") {
        let sent = AtomicBool::new(false);
        let plain = Plain { user, password, sent: &sent };
        match client.authenticate("PLAIN", plain).await {
            Ok(session) => return Ok((session, "PLAIN")),
            Err((Error::No(_) | Error::Bad(_), unheard)) if !sent.load(Ordering::Relaxed) => client = unheard,
            Err((error, _)) => return Err(refused(&error)),
        }
    }
    if offer.login_disabled {
        let kind = if tokens { MailFaultKind::OAuthNeeded } else { MailFaultKind::NoSignInMethod };
        return Err(MailFault::new(kind, "the server takes no password"));
    }
    let session = client.login(user, password).await.map_err(|(error, _)| refused(&error))?;
    Ok((session, "LOGIN"))
}

/// The one message of SASL PLAIN (RFC 4616 §2), and whether it was sent.
struct Plain<'a> {
    user: &'a str,
    password: &'a str,
    sent: &'a AtomicBool,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        // A second challenge has no answer in PLAIN; an empty one lets the server end it.
        if self.sent.swap(true, Ordering::Relaxed) { String::new() } else { message(self.user, self.password) }
    }
}

fn message(user: &str, password: &str) -> String {
    format!("\0{user}\0{password}")
}

fn refused(error: &Error, tokens: bool, user: &str, password: &str) -> MailFault {
    match error {
        Error::No(said) | Error::Bad(said) => {
            let encoded = STANDARD.encode(message(user, password));
            let words = wording::without(&refusal::words(said), [encoded.as_str(), password]);
            refusal::of_password(&words, tokens)
        }
        Error::Validate(_) => {
            MailFault::new(MailFaultKind::SignInRefused, "a user name or password cannot hold a line break")
        }
        other => fault::of_imap(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_the_server_quotes_is_cut_out() {
        let encoded = STANDARD.encode(message("taro", "geheim"));
        let said = Error::No(format!("code: None, info: Some(\"bad word geheim in {encoded}\")"));
        assert_eq!(refused(&said, false, "taro", "geheim").detail, "bad word … in …");
    }
}
