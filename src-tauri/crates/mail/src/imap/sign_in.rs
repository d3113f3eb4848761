//! From a protected connection to a session.
//!
//! `password` and `token` know one way of proving who the rep is each; here stands what the server offers for it.

mod password;
mod token;

use async_imap::imap_proto::{Capability, Response, Status};
use async_imap::{Client, Session};
use otomo_domain::account::Endpoint;
use otomo_domain::error::MailFault;
use otomo_domain::secret::SecretString;
use tokio::io::AsyncWriteExt;

use super::{Wire, fault};

/// Who signs in, and where.
#[derive(Clone, Copy)]
pub struct Who<'a> {
    pub user: &'a str,
    pub endpoint: &'a Endpoint,
}

/// What is sent to prove it, once.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    Password(&'a SecretString),
    Token(&'a SecretString),
}

/// A session, and the mechanism that opened it.
type SignedIn = (Session<Wire>, &'static str);

/// Signs in. The server must have greeted. A refused token is [`crate::sasl::REFUSED`].
pub async fn sign_in(mut client: Client<Wire>, who: Who<'_>, proof: Proof<'_>) -> Result<SignedIn, MailFault> {
    let offer = offer(&mut client).await?;
    match proof {
        Proof::Password(password) => password::sign_in(client, &offer, who.user, password).await,
        Proof::Token(token) => token::sign_in(client, &offer, who, token).await,
    }
}

/// What the server offers for signing in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Offer {
    /// The SASL mechanisms, in upper case.
    mechanisms: Vec<String>,
    login_disabled: bool,
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
        let mut offer = Self::default();
        for capability in capabilities {
            match capability {
                Capability::Auth(name) => offer.mechanisms.push(name.to_uppercase()),
                Capability::Atom(name) => offer.login_disabled |= name.eq_ignore_ascii_case("LOGINDISABLED"),
                Capability::Imap4rev1 => {}
            }
        }
        offer
    }

    fn has(&self, mechanism: &str) -> bool {
        self.mechanisms.iter().any(|offered| offered == mechanism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_in_any_case() {
        let atom = |name: &'static str| Capability::Atom(name.into());
        let offered = [Capability::Imap4rev1, atom("LoginDisabled"), Capability::Auth("plain".into())];
        assert_eq!(Offer::of(&offered), Offer { mechanisms: vec!["PLAIN".into()], login_disabled: true });
        let offer = Offer::of(&[atom("PLAIN"), Capability::Auth("XOAuth2".into())]);
        assert!(offer.has("XOAUTH2") && !offer.has("PLAIN") && !offer.login_disabled);
    }
}
