//! From a greeted connection to the mailbox.
//!
//! A message of SASL is sent on a line of its own, after the server asked for it (RFC 5034 §4): Exchange takes tokens no
//! other way, and a server that refuses a mechanism does so before it saw the password. A password is never sent twice:
//! that is how accounts get locked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::account::Endpoint;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};

use super::capabilities::Capabilities;
use super::reply::Reply;
use super::wire::Wire;
use super::{fault, refusal};
use crate::sasl::{Bearer, Challenge};
use crate::wording;

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

/// Signs in, and tells by what. A refused token is [`crate::sasl::REFUSED`].
pub async fn sign_in(
    wire: &mut Wire,
    offered: &Capabilities,
    who: Who<'_>,
    proof: Proof<'_>,
) -> Result<&'static str, MailFault> {
    match proof {
        Proof::Password(password) => by_password(wire, offered, who.user, password.expose_secret()).await,
        Proof::Token(token) => by_token(wire, offered, who, token).await,
    }
}

/// `AUTH PLAIN` (RFC 4616) carries any password; `USER` and `PASS` are for servers that don't offer it, or refuse it
/// before they saw the password.
async fn by_password(
    wire: &mut Wire,
    offered: &Capabilities,
    user: &str,
    password: &str,
) -> Result<&'static str, MailFault> {
    if [user, password].iter().any(|text| text.contains(['\0', '\r', '\n'])) {
        let why = "a user name or password cannot hold a line break or a NUL";
        return Err(MailFault::new(MailFaultKind::SignInRefused, why));
    }
    let tokens = Bearer::choose(|name| offered.has_sasl(name)).is_some();
    let message = STANDARD.encode(format!("\0{user}\0{password}"));
    let refused = |words: &str| refusal::of_password(&wording::without(words, [message.as_str(), password]), tokens);
    let plain = offered.has_sasl("PLAIN");
    if plain && let Reply::Challenge(_) = wire.ask("AUTH PLAIN").await? {
        return signed_in(wire.ask(&message).await?, refused).map(|()| "PLAIN");
    }
    if !(plain || offered.may(offered.user)) {
        let kind = if tokens { MailFaultKind::OAuthNeeded } else { MailFaultKind::NoSignInMethod };
        return Err(MailFault::new(kind, "the server takes no password"));
    }
    signed_in(wire.ask(&format!("USER {user}")).await?, refused)?;
    signed_in(wire.ask(&format!("PASS {password}")).await?, refused).map(|()| "USER")
}

fn signed_in(reply: Reply, refused: impl Fn(&str) -> MailFault) -> Result<(), MailFault> {
    match reply {
        Reply::Ok(_) => Ok(()),
        Reply::Err(words) => Err(refused(&words)),
        Reply::Challenge(_) => Err(fault::protocol("the server asks for more than a password")),
    }
}

/// XOAUTH2, or OAUTHBEARER (RFC 7628). A server that doesn't tell what it takes is tried with the first.
async fn by_token(
    wire: &mut Wire,
    offered: &Capabilities,
    who: Who<'_>,
    token: &SecretString,
) -> Result<&'static str, MailFault> {
    let none = || MailFault::new(MailFaultKind::NoSignInMethod, "the server takes no sign-in at a provider");
    let mechanism = Bearer::choose(|name| offered.may(offered.has_sasl(name))).ok_or_else(none)?;
    let message = mechanism.message(who.user, &who.endpoint.host, who.endpoint.port, token)?;
    let encoded = STANDARD.encode(message.expose_secret());
    let refused =
        |words: &str| refusal::of_sign_in(&wording::without(words, [encoded.as_str(), token.expose_secret()]));
    match wire.ask(&format!("AUTH {}", mechanism.name())).await? {
        Reply::Challenge(_) => {}
        Reply::Err(words) => return Err(MailFault { kind: MailFaultKind::NoSignInMethod, ..refused(&words) }),
        Reply::Ok(_) => return Err(fault::protocol("the server takes anybody for signed in")),
    }
    let (challenge, reply) = match wire.ask(&encoded).await? {
        Reply::Challenge(json) => {
            // Some servers hang up where they should say -ERR.
            let ended = wire.ask(&STANDARD.encode(mechanism.farewell())).await;
            (Challenge::decode(&json), ended.unwrap_or_else(|_| Reply::Err("the server refused the token".into())))
        }
        reply => (Challenge::default(), reply),
    };
    match signed_in(reply, refused) {
        Ok(()) => Ok(mechanism.name()),
        Err(fault) if fault.kind == MailFaultKind::SignInRefused => {
            Err(MailFault { kind: challenge.meaning(), ..fault })
        }
        Err(fault) => Err(fault),
    }
}
