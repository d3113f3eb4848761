//! Sending over a submission server (RFC 6409), or through Microsoft Graph.
//!
//! SMTP is spoken here rather than by lettre: its connection wants a greeting, which a server doesn't give after
//! STARTTLS, takes replies of any length, and knows no answer to the challenge of a refused token.
//!
//! | module | holds |
//! |---|---|
//! | `conversation`, `reply` | a command and its reply, in limited time and size |
//! | `hello` | from the greeting to what the server offers, with STARTTLS |
//! | `sign_in` | passwords and tokens |
//! | `envelope`, `message` | who sends to whom; a message's bytes as they go over the wire |
//! | `refusal` | what a refusal means |
//! | `observe` | the steps of a connection as one |
//! | `graph` | Microsoft Graph |

mod conversation;
mod envelope;
mod graph;
mod hello;
mod message;
mod observe;
mod refusal;
mod reply;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::account::{Account, Endpoint, Sending, SmtpAuth, Source};
use otomo_domain::address::Address;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{AccessTokens, Credential, MailSender};
use otomo_domain::step::{Observer, Step};
use otomo_net::Net;

use crate::sasl;
use conversation::Conversation;
use envelope::Envelope;
use graph::GraphSender;
use message::Message;
use observe::AsOne;
use sign_in::{Proof, Who};

/// How long a server may take for a reply; ten times that once it has a whole message (RFC 5321 §4.5.3.2).
const SILENCE: Duration = Duration::from_secs(60);

/// What an account sends with. `graph` is where Microsoft Graph answers for its provider.
pub fn sender(
    net: &Arc<Net>,
    account: &Account,
    credential: Option<Credential>,
    graph: Option<&str>,
) -> Result<Box<dyn MailSender>, MailFault> {
    let missing = |detail: &str| MailFault::new(MailFaultKind::SignInRefused, detail);
    let net = Arc::clone(net);
    match &account.settings.sending {
        Sending::Off => Err(MailFault::new(MailFaultKind::SendingRefused, "the account doesn't send")),
        Sending::Smtp { endpoint, auth } => {
            if *auth != SmtpAuth::Nothing && credential.is_none() {
                return Err(missing("there is no password for the server that sends"));
            }
            Ok(Box::new(SmtpSender::new(net, endpoint.clone(), user(account, auth), credential)))
        }
        Sending::Graph => match (credential, graph) {
            (Some(Credential::Token(tokens)), Some(base)) => Ok(Box::new(GraphSender::new(&net, base, tokens))),
            _ => Err(missing("sending through Graph needs a sign-in at a provider that has it")),
        },
    }
}

/// The name that the submission server knows the rep by. Behind a shared mailbox it is the person, not the mailbox.
fn user(account: &Account, auth: &SmtpAuth) -> String {
    match (auth, &account.settings.delegate, &account.source) {
        (SmtpAuth::Own { user }, ..) => user.clone(),
        (_, Some(person), _) => person.to_string(),
        (_, None, Source::Imap { user, .. } | Source::Pop3 { user, .. }) => user.clone(),
        _ => account.address.to_string(),
    }
}

/// A submission server, and what opens it.
pub struct SmtpSender {
    net: Arc<Net>,
    endpoint: Endpoint,
    user: String,
    /// `None` for a relay that knows its own network.
    credential: Option<Credential>,
    silence: Duration,
}

impl SmtpSender {
    pub fn new(net: Arc<Net>, endpoint: Endpoint, user: String, credential: Option<Credential>) -> Self {
        Self { net, endpoint, user, credential, silence: SILENCE }
    }

    /// The same sender with another limit on how long the server may say nothing.
    pub fn with_silence(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }

    /// A conversation that mail can be sent in.
    async fn open(&self, observer: &dyn Observer) -> Result<Conversation, MailFault> {
        observer.begins(Step::SendServer);
        let server = AsOne::default();
        let conversation = self.connect(&server).await?;
        observer.passed(Step::SendServer, &server.details());
        observer.begins(Step::SendSignIn);
        let (conversation, mechanism) = match &self.credential {
            None => (conversation, "-"),
            Some(Credential::Password(password)) => self.sign_in(conversation, Proof::Password(password)).await?,
            Some(Credential::Token(tokens)) => self.sign_in_by_token(conversation, tokens.as_ref()).await?,
        };
        observer.passed(Step::SendSignIn, mechanism);
        Ok(conversation)
    }

    async fn connect(&self, observer: &dyn Observer) -> Result<Conversation, MailFault> {
        hello::connect(&self.net, &self.endpoint, self.silence, observer).await
    }

    async fn sign_in(
        &self,
        mut conversation: Conversation,
        proof: Proof<'_>,
    ) -> Result<(Conversation, &'static str), MailFault> {
        let who = Who { user: &self.user, endpoint: &self.endpoint };
        let mechanism = sign_in::sign_in(&mut conversation, who, proof).await?;
        Ok((conversation, mechanism))
    }

    /// Signs in with a token, and once more with another one where the server refused it; over a new connection, as
    /// some servers close the old one.
    async fn sign_in_by_token(
        &self,
        conversation: Conversation,
        tokens: &dyn AccessTokens,
    ) -> Result<(Conversation, &'static str), MailFault> {
        let token = tokens.token().await?;
        match self.sign_in(conversation, Proof::Token(&token)).await {
            Err(fault) if fault.kind == sasl::REFUSED => {
                let another = tokens.renewed(&token).await?;
                self.sign_in(self.connect(&()).await?, Proof::Token(&another)).await
            }
            outcome => outcome,
        }
    }
}

#[async_trait]
impl MailSender for SmtpSender {
    async fn check(&self, from: &Address, observer: &dyn Observer) -> Result<(), MailFault> {
        let mut conversation = self.open(observer).await?;
        observer.begins(Step::SendAs);
        envelope::probe(&mut conversation, from).await?;
        observer.passed(Step::SendAs, from.as_str());
        conversation.quit().await;
        Ok(())
    }

    async fn send(&self, from: &Address, to: &[Address], message: &[u8]) -> Result<(), MailFault> {
        let envelope = Envelope::new(from, to)?;
        let message = Message::new(message)?;
        let mut conversation = self.open(&()).await?;
        envelope.announce(&mut conversation, &message).await?;
        message.send(&mut conversation).await?;
        conversation.quit().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
