//! A command and its answers, in limited time and size.

use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::{Capability, Outcome, Response, Status};
use otomo_domain::error::{MailFault, MailFaultKind};
use tokio::time::timeout;

use super::guard::Allowance;
use super::{Wire, fault, refusal};
use crate::wording;

/// The slowest connection that is still waited for, in bytes a second.
const SLOWEST: u64 = 16 * 1024;

/// How long LOGOUT may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// The tag of a command under way.
pub type Tag = String;

/// How a command ended, with the server's words.
#[derive(Debug, PartialEq, Eq)]
pub enum Completion {
    Ok,
    No(String),
    Bad(String),
}

/// A signed-in conversation.
pub struct Dialogue {
    session: Session<Wire>,
    silence: Duration,
}

impl Completion {
    pub fn of(status: &Status, outcome: &Outcome<'_>) -> Self {
        let words = wording::shown(outcome.information.as_deref().unwrap_or_default());
        match status {
            Status::Ok => Self::Ok,
            Status::No => Self::No(words),
            _ => Self::Bad(words),
        }
    }

    /// A refusal as a fault of the server.
    pub fn or_fault(self) -> Result<(), MailFault> {
        match self {
            Self::Ok => Ok(()),
            Self::No(words) => Err(refusal::of_command(words)),
            // Exchange says so when there is no mailbox behind a good sign-in.
            Self::Bad(words) if wording::meaning(&words) == Some(MailFaultKind::MailboxMissing) => {
                Err(MailFault::new(MailFaultKind::MailboxMissing, words))
            }
            Self::Bad(words) => Err(fault::protocol(words)),
        }
    }
}

impl Dialogue {
    pub fn new(session: Session<Wire>, silence: Duration) -> Self {
        Self { session, silence }
    }

    /// Sends a command and shows every answer to `each` until the command ends.
    pub async fn exchange(
        &mut self,
        command: &str,
        allowance: Allowance,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<Completion, MailFault> {
        self.allow(allowance);
        let patience = self.patience(allowance.total);
        let talk = async {
            let tag = self.send(command).await?;
            loop {
                let ended = self.read(|answer| match answer {
                    Response::Done { tag, status, outcome } => Some((tag.0.clone(), Completion::of(status, outcome))),
                    other => {
                        each(other);
                        None
                    }
                });
                match ended.await? {
                    Some((ended, completion)) if ended == tag => return Ok(completion),
                    Some(_) => return Err(fault::protocol("the server answers a command that was not sent")),
                    None => {}
                }
            }
        };
        timeout(patience, talk).await.map_err(|_| fault::silent())?
    }

    /// Whether the server has all of these capabilities.
    pub async fn has(&mut self, wanted: &[&str]) -> Result<bool, MailFault> {
        let mut all = false;
        let each = |answer: &Response<'_>| {
            if let Response::Capabilities(offered) = answer {
                let has = |name: &&str| {
                    offered.iter().any(|one| matches!(one, Capability::Atom(atom) if atom.eq_ignore_ascii_case(name)))
                };
                all = wanted.iter().all(has);
            }
        };
        self.exchange("CAPABILITY", Allowance::lines(0), each).await?.or_fault()?;
        Ok(all)
    }

    /// What the server may say from now on.
    pub fn allow(&mut self, allowance: Allowance) {
        self.session.get_mut().allow(allowance);
    }

    /// What the server may say besides, for one more command.
    pub fn allow_more(&mut self, more: Allowance) {
        self.session.get_mut().allow_more(more);
    }

    /// Sends a command without waiting for its answers.
    pub async fn send(&mut self, command: &str) -> Result<Tag, MailFault> {
        let tag = self.session.run_command(command).await.map_err(|error| fault::of_imap(&error))?;
        Ok(tag.0)
    }

    /// Waits for the next answer and shows it to `with`. A BYE ends the conversation.
    pub async fn read<T>(&mut self, with: impl FnOnce(&Response<'_>) -> T) -> Result<T, MailFault> {
        let response = self.session.read_response().await.map_err(|error| fault::of_io(&error))?;
        match response.ok_or_else(|| fault::closed(""))?.parsed() {
            Response::Data { status: Status::Bye, outcome } => {
                Err(fault::closed(outcome.information.as_deref().unwrap_or_default()))
            }
            other => Ok(with(other)),
        }
    }

    /// How long an answer of so many bytes may take.
    pub fn patience(&self, bytes: u64) -> Duration {
        self.silence.saturating_add(Duration::from_secs(bytes / SLOWEST))
    }

    pub async fn log_out(mut self) {
        // Whether the server says goodbye does not matter any more.
        let _ = timeout(GOODBYE, self.session.logout()).await;
    }
}
