//! Reading a mailbox over IMAP (RFC 9051, RFC 3501).
//!
//! async-imap speaks the protocol; this module keeps the server's mistakes and malice away from it, and asks for what
//! the product needs: folders, what is in them, and whole messages, many on the way at once.
//!
//! | module | holds |
//! |---|---|
//! | `greeting`, `starttls`, `sign_in`, `refusal` | from the first byte to a session |
//! | `guard` | what of the server's bytes reaches async-imap |
//! | `dialogue` | a command and its answers, in limited time and size |
//! | `session` | the port [`MailSession`] |
//! | `folders` | folders, their names and what they are for |
//! | `listing`, `survey` | which messages there are, and how many |
//! | `whole`, `slices`, `answer` | fetching them, whole or in slices |
//! | `fault` | what an error means |
//!
//! No command here changes the mailbox, and no structure is asked from the server that it would have to parse out of a
//! mail: servers get that wrong, and `otomo-mime` does it anyway.

mod answer;
mod dialogue;
mod fault;
mod folders;
mod greeting;
mod guard;
mod listing;
mod refusal;
mod session;
mod sign_in;
mod slices;
mod starttls;
mod survey;
mod whole;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_imap::Client;
use async_trait::async_trait;
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::MailFault;
use otomo_domain::ports::{AccessTokens, Credential, MailSession, MailSource};
use otomo_domain::step::{Observer, Step};
use otomo_net::{Net, Stream};
use tokio::io::BufWriter;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use dialogue::Dialogue;
use guard::Guard;
use session::ImapSession;
use sign_in::{Proof, Who};

use crate::sasl;

/// How long a server may say nothing before it counts as gone.
const SILENCE: Duration = Duration::from_secs(60);

/// What async-imap reads from and writes to.
type Wire = Guard<BufWriter<Pin<Box<TimeoutStream<Stream>>>>>;

/// A mailbox on an IMAP server, and what opens it.
pub struct ImapSource {
    net: Arc<Net>,
    endpoint: Endpoint,
    user: String,
    credential: Credential,
    silence: Duration,
}

impl ImapSource {
    pub fn new(net: Arc<Net>, endpoint: Endpoint, user: String, credential: Credential) -> Self {
        Self { net, endpoint, user, credential, silence: SILENCE }
    }

    /// The same source with another limit on how long the server may say nothing.
    pub fn with_silence(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }

    /// A protected stream to the server.
    async fn connect(&self, observer: &dyn Observer) -> Result<Stream, MailFault> {
        let stream = self.net.connect(&self.endpoint, observer).await?;
        match self.endpoint.security {
            Security::Tls | Security::Clear => Ok(stream),
            Security::StartTls => {
                observer.begins(Step::Certificate);
                let agreed = timeout(self.silence, starttls::agree(stream)).await;
                let stream = agreed.map_err(|_| fault::silent())??;
                Ok(self.net.upgrade(stream, &self.endpoint, observer).await?)
            }
        }
    }

    fn wire(&self, stream: Stream) -> Wire {
        let mut timed = TimeoutStream::new(stream);
        timed.set_read_timeout(Some(self.silence));
        timed.set_write_timeout(Some(self.silence));
        Guard::new(BufWriter::new(Box::pin(timed)))
    }

    /// The first words over the protected stream, up to a signed-in session, and the mechanism that opened it.
    async fn sign_in(&self, stream: Stream, proof: Proof<'_>) -> Result<(Dialogue, &'static str), MailFault> {
        let talk = async {
            let mut client = Client::new(self.wire(stream));
            if self.endpoint.security != Security::StartTls {
                // After STARTTLS there is no second greeting (RFC 9051 §6.2.1).
                greeting::read(&mut client).await?;
            }
            sign_in::sign_in(client, Who { user: &self.user, endpoint: &self.endpoint }, proof).await
        };
        let (session, mechanism) = timeout(self.silence, talk).await.map_err(|_| fault::silent())??;
        Ok((Dialogue::new(session, self.silence), mechanism))
    }

    /// The same with a token, and once more with another one where the server refused it: over a new connection, for
    /// some servers close the old one, and others answer there more slowly each time.
    async fn sign_in_by_token(
        &self,
        stream: Stream,
        tokens: &dyn AccessTokens,
    ) -> Result<(Dialogue, &'static str), MailFault> {
        let token = tokens.token().await?;
        match self.sign_in(stream, Proof::Token(&token)).await {
            Err(fault) if fault.kind == sasl::REFUSED => {
                let another = tokens.renewed(&token).await?;
                self.sign_in(self.connect(&()).await?, Proof::Token(&another)).await
            }
            outcome => outcome,
        }
    }
}

#[async_trait]
impl MailSource for ImapSource {
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        let stream = self.connect(observer).await?;
        observer.begins(Step::SignIn);
        let (dialogue, mechanism) = match &self.credential {
            Credential::Password(password) => self.sign_in(stream, Proof::Password(password)).await?,
            Credential::Token(tokens) => self.sign_in_by_token(stream, tokens.as_ref()).await?,
        };
        observer.passed(Step::SignIn, mechanism);
        Ok(Box::new(ImapSession::new(dialogue)))
    }
}
