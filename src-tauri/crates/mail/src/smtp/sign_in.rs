//! Signing in (RFC 4954): PLAIN (RFC 4616), LOGIN for old servers, XOAUTH2, OAUTHBEARER (RFC 7628).
//!
//! A password is never sent twice: that is how accounts get locked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::account::Endpoint;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};

use super::conversation::Conversation;
use super::refusal;
use super::reply::Reply;
use crate::sasl::{self, Bearer, Challenge};
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

/// Signs in, and tells by what. A refused token is [`sasl::REFUSED`].
pub async fn sign_in(
    conversation: &mut Conversation,
    who: Who<'_>,
    proof: Proof<'_>,
) -> Result<&'static str, MailFault> {
    match proof {
        Proof::Password(password) => by_password(conversation, who.user, password.expose_secret()).await,
        Proof::Token(token) => by_token(conversation, who, token).await,
    }
}

async fn by_password(conversation: &mut Conversation, user: &str, password: &str) -> Result<&'static str, MailFault> {
    if [user, password].iter().any(|text| text.contains('\0')) {
        return Err(MailFault::new(MailFaultKind::SignInRefused, "a user name or password cannot hold a NUL"));
    }
    let plain = STANDARD.encode(format!("\0{user}\0{password}"));
    let (mechanism, reply) = if conversation.offer.has("PLAIN") {
        ("PLAIN", conversation.command(&format!("AUTH PLAIN {plain}")).await?)
    } else if conversation.offer.has("LOGIN") {
        ("LOGIN", login(conversation, user, password).await?)
    } else {
        let tokens = Bearer::choose(|name| conversation.offer.has(name)).is_some();
        let kind = if tokens { MailFaultKind::OAuthNeeded } else { MailFaultKind::NoSignInMethod };
        return Err(MailFault::new(kind, "the server takes no password"));
    };
    if reply.code == 235 {
        return Ok(mechanism);
    }
    let encoded = STANDARD.encode(password);
    Err(hidden(refusal::of_sign_in(&reply), &[&plain, &encoded, password]))
}

/// The two questions of LOGIN, whatever words they are in.
async fn login(conversation: &mut Conversation, user: &str, password: &str) -> Result<Reply, MailFault> {
    let mut reply = conversation.command("AUTH LOGIN").await?;
    for answer in [user, password] {
        if reply.code != 334 {
            return Ok(reply);
        }
        reply = conversation.command(&STANDARD.encode(answer)).await?;
    }
    Ok(reply)
}

async fn by_token(
    conversation: &mut Conversation,
    who: Who<'_>,
    token: &SecretString,
) -> Result<&'static str, MailFault> {
    let none = || MailFault::new(MailFaultKind::NoSignInMethod, "the server takes no sign-in at a provider");
    let mechanism = Bearer::choose(|name| conversation.offer.has(name)).ok_or_else(none)?;
    let message = mechanism.message(who.user, &who.endpoint.host, who.endpoint.port, token)?;
    let encoded = STANDARD.encode(message.expose_secret());
    let mut reply = conversation.command(&format!("AUTH {} {encoded}", mechanism.name())).await?;
    let mut challenge = Challenge::default();
    if reply.code == 334 {
        challenge = Challenge::decode(reply.text());
        reply = conversation.command(&STANDARD.encode(mechanism.farewell())).await?;
    }
    if reply.code == 235 {
        return Ok(mechanism.name());
    }
    let refusal = match refusal::of_sign_in(&reply) {
        fault if fault.kind == MailFaultKind::SignInRefused => MailFault { kind: challenge.meaning(), ..fault },
        // A token was sent: it is not the kind of sign-in that is wrong.
        fault if fault.kind == MailFaultKind::OAuthNeeded => MailFault { kind: sasl::REFUSED, ..fault },
        fault => fault,
    };
    Err(hidden(refusal, &[&encoded, token.expose_secret()]))
}

fn hidden(fault: MailFault, secrets: &[&str]) -> MailFault {
    MailFault { detail: wording::without(&fault.detail, secrets.iter().copied()), ..fault }
}
