//! Reading a mailbox over POP3 (RFC 1939). Mail is left there: no command here deletes any.
//!
//! | module | holds |
//! |---|---|
//! | `wire`, `text` | lines and multi-line answers, in limited length and time |
//! | `reply`, `refusal` | what a server answers, and what a refusal means |
//! | `start` | from the first byte to TLS |
//! | `capabilities`, `sign_in` | what the server can do, and who the rep is |
//! | `session` | the port [`MailSession`] |
//! | `listing`, `received` | which messages there are, and when they came |
//! | `retrieval` | fetching them, whole or in slices |
//! | `fault` | what an error means |
//!
//! A message is known by its unique-id (RFC 1939 §7, UIDL); a [`UidBook`] turns those into the numbers that the rest of
//! the program plans with.

mod capabilities;
mod fault;
mod listing;
mod received;
mod refusal;
mod reply;
mod retrieval;
mod session;
mod sign_in;
mod start;
mod text;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::MailFault;
use otomo_domain::ports::{AccessTokens, Credential, MailSession, MailSource, UidBook};
use otomo_domain::step::{Observer, Step};
use otomo_net::Net;

use capabilities::Capabilities;
use session::Pop3Session;
use sign_in::{Proof, Who};
use wire::Wire;

use crate::sasl;

/// How long a server may say nothing before it counts as gone.
const SILENCE: Duration = Duration::from_secs(60);

/// A mailbox on a POP3 server, and what opens it.
pub struct Pop3Source {
    net: Arc<Net>,
    endpoint: Endpoint,
    user: String,
    credential: Credential,
    book: Arc<dyn UidBook>,
    silence: Duration,
}

impl Pop3Source {
    pub fn new(
        net: Arc<Net>,
        endpoint: Endpoint,
        user: String,
        credential: Credential,
        book: Arc<dyn UidBook>,
    ) -> Self {
        Self { net, endpoint, user, credential, book, silence: SILENCE }
    }

    /// The same source with another limit on how long the server may say nothing.
    pub fn with_silence(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }

    /// A conversation over a stream that is as protected as the endpoint says; with [`Security::StartTls`] the server has
    /// greeted already.
    async fn connect(&self, observer: &dyn Observer) -> Result<Wire, MailFault> {
        let stream = self.net.connect(&self.endpoint, observer).await?;
        let stream = match self.endpoint.security {
            Security::Tls | Security::Clear => stream,
            Security::StartTls => {
                observer.begins(Step::Certificate);
                let agreed = start::agree(Wire::new(stream, self.silence)).await?;
                self.net.upgrade(agreed, &self.endpoint, observer).await?
            }
        };
        Ok(Wire::new(stream, self.silence))
    }

    /// The first words over the protected stream, up to the server's word for the mailbox; the mechanism that got it.
    async fn sign_in(&self, mut wire: Wire, proof: Proof<'_>) -> Result<(Wire, &'static str), MailFault> {
        if self.endpoint.security != Security::StartTls {
            // After STLS there is no second greeting (RFC 2595 §4).
            start::greeted(&mut wire).await?;
        }
        let offered = Capabilities::ask(&mut wire).await?;
        let who = Who { user: &self.user, endpoint: &self.endpoint };
        let mechanism = sign_in::sign_in(&mut wire, &offered, who, proof).await?;
        Ok((wire, mechanism))
    }

    /// The same with a token, and once more with another one where the server refused it: over a new connection, for
    /// some servers close the old one.
    async fn sign_in_by_token(&self, wire: Wire, tokens: &dyn AccessTokens) -> Result<(Wire, &'static str), MailFault> {
        let token = tokens.token().await?;
        match self.sign_in(wire, Proof::Token(&token)).await {
            Err(fault) if fault.kind == sasl::REFUSED => {
                let another = tokens.renewed(&token).await?;
                self.sign_in(self.connect(&()).await?, Proof::Token(&another)).await
            }
            outcome => outcome,
        }
    }
}

#[async_trait]
impl MailSource for Pop3Source {
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        let wire = self.connect(observer).await?;
        observer.begins(Step::SignIn);
        let (mut wire, mechanism) = match &self.credential {
            Credential::Password(password) => self.sign_in(wire, Proof::Password(password)).await?,
            Credential::Token(tokens) => self.sign_in_by_token(wire, tokens.as_ref()).await?,
        };
        observer.passed(Step::SignIn, mechanism);
        // What a server can do may be another thing after sign-in (RFC 2449 §5).
        let capabilities = Capabilities::ask(&mut wire).await?;
        Ok(Box::new(Pop3Session::new(wire, capabilities, Arc::clone(&self.book))))
    }
}
