//! From a protected connection to a session.
//!
//! `AUTHENTICATE PLAIN` (RFC 4616) comes first: it carries any password. `LOGIN` is for servers that don't offer it, or
//! refuse it before they saw the password. A password is never sent twice: that is how accounts get locked.

use std::sync::atomic::{AtomicBool, Ordering};

use async_imap::error::Error;
use async_imap::imap_proto::{Capability, Response, Status};
use async_imap::{Authenticator, Client, Session};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::Credential;
use otomo_domain::secret::ExposeSecret;
use tokio::io::AsyncWriteExt;

use super::{Wire, fault, refusal};

/// What the server offers for signing in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Offer {
    plain: bool,
    login_disabled: bool,
}

/// Signs in, and tells by what. The server must have greeted.
pub async fn sign_in(
    mut client: Client<Wire>,
    user: &str,
    credential: &Credential,
) -> Result<(Session<Wire>, &'static str), MailFault> {
    let Credential::Password(password) = credential else {
        return Err(MailFault::new(MailFaultKind::NoSignInMethod, "not built yet"));
    };
    let password = password.expose_secret();
    if [user, password].iter().any(|text| text.contains('\0')) {
        return Err(MailFault::new(MailFaultKind::SignInRefused, "a user name or password cannot hold a NUL"));
    }
    let offer = offer(&mut client).await?;
    if offer.plain {
        let sent = AtomicBool::new(false);
        let plain = Plain { user, password, sent: &sent };
        match client.authenticate("PLAIN", plain).await {
            Ok(session) => return Ok((session, "PLAIN")),
            Err((Error::No(_) | Error::Bad(_), unheard)) if !sent.load(Ordering::Relaxed) => client = unheard,
            Err((error, _)) => return Err(refused(&error, user, password)),
        }
    }
    if offer.login_disabled {
        return Err(MailFault::new(MailFaultKind::NoSignInMethod, "the server takes no password"));
    }
    let session = client.login(user, password).await.map_err(|(error, _)| refused(&error, user, password))?;
    Ok((session, "LOGIN"))
}

/// Asks for the capabilities (RFC 9051 §6.1.1).
async fn offer(client: &mut Client<Wire>) -> Result<Offer, MailFault> {
    const TAG: &str = "c";
    let wire = client.get_mut();
    wire.write_all(format!("{TAG} CAPABILITY\r\n").as_bytes()).await.map_err(|error| fault::of_io(&error))?;
    wire.flush().await.map_err(|error| fault::of_io(&error))?;
    let mut offer = Offer::default();
    loop {
        let response = client.read_response().await.map_err(|error| fault::of_io(&error))?;
        match response.ok_or_else(|| fault::closed(""))?.parsed() {
            Response::Capabilities(capabilities) => offer = Offer::of(capabilities),
            Response::Done { tag, status: Status::Ok, .. } if tag.0 == TAG => return Ok(offer),
            Response::Done { .. } => return Err(fault::protocol("the server does not tell what it can do")),
            Response::Data { status: Status::Bye, outcome } => {
                return Err(fault::closed(outcome.information.as_deref().unwrap_or_default()));
            }
            _ => {}
        }
    }
}

impl Offer {
    fn of(capabilities: &[Capability<'_>]) -> Self {
        let has = |wanted: &str| {
            capabilities.iter().any(|capability| match capability {
                Capability::Imap4rev1 => false,
                Capability::Auth(name) => {
                    wanted.strip_prefix("AUTH=").is_some_and(|auth| name.eq_ignore_ascii_case(auth))
                }
                Capability::Atom(name) => name.eq_ignore_ascii_case(wanted),
            })
        };
        Self { plain: has("AUTH=PLAIN"), login_disabled: has("LOGINDISABLED") }
    }
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

fn refused(error: &Error, user: &str, password: &str) -> MailFault {
    match error {
        Error::No(message) | Error::Bad(message) => {
            refusal::of_sign_in(&without_password(&refusal::words(message), user, password))
        }
        Error::Validate(_) => {
            MailFault::new(MailFaultKind::SignInRefused, "a user name or password cannot hold a line break")
        }
        other => fault::of_imap(other),
    }
}

/// Some servers quote what they did not like.
fn without_password(words: &str, user: &str, password: &str) -> String {
    let encoded = STANDARD.encode(message(user, password));
    let words = words.replace(&encoded, "…");
    if password.is_empty() { words } else { words.replace(password, "…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_the_server_quotes_is_cut_out() {
        let encoded = STANDARD.encode(message("taro", "geheim"));
        let cut = without_password(&format!("bad word geheim in {encoded}"), "taro", "geheim");
        assert_eq!(cut, "bad word … in …");
    }

    #[test]
    fn an_offer_is_read_in_any_case() {
        let atom = |name: &'static str| Capability::Atom(name.into());
        let offered = [Capability::Imap4rev1, atom("LoginDisabled"), Capability::Auth("plain".into())];
        assert_eq!(Offer::of(&offered), Offer { plain: true, login_disabled: true });
        assert_eq!(Offer::of(&[atom("PLAIN"), Capability::Auth("XOAUTH2".into())]), Offer::default());
    }
}
