//! Reading a mailbox from a server that may do anything.
//!
//! | module | about |
//! |---|---|
//! | [`reading`] | a good server, and the ways in which good servers differ |
//! | [`hostile`] | servers that send what no server may |
//! | [`sign_in`] | from the first byte to a session |
//! | [`token`] | signing in with an access token |
//! | [`survey`] | how much is in a folder |

mod hostile;
mod reading;
mod sign_in;
mod survey;
mod token;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit::imap::{ImapServer, PASSWORD, USER};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Credential, MailSession, MailSink, MailSource, SinkClosed};
use otomo_domain::sync::{FolderRole, Listed, MailboxStatus, Side, Window, batches};
use otomo_mail::imap::ImapSource;
use otomo_net::{Net, NetConfig};

/// What a fetch handed over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// UIDs and bytes in the order in which they came; slices put together.
    pub messages: Vec<(u32, Vec<u8>)>,
    /// The batches in the order in which they ended.
    pub ended: Vec<usize>,
    /// The messages that came in slices and have not ended.
    unfinished: Vec<(u32, Vec<u8>)>,
}

#[async_trait]
impl MailSink for Mailbox {
    async fn message(&mut self, listed: Listed, raw: Vec<u8>) -> Result<(), SinkClosed> {
        self.messages.push((listed.uid, raw));
        Ok(())
    }

    async fn slice(&mut self, listed: Listed, piece: Vec<u8>, last: bool) -> Result<(), SinkClosed> {
        if self.unfinished.last().is_none_or(|(uid, _)| *uid != listed.uid) {
            self.unfinished.push((listed.uid, Vec::new()));
        }
        let (_, bytes) = self.unfinished.last_mut().unwrap();
        bytes.extend_from_slice(&piece);
        if last {
            self.messages.extend(self.unfinished.pop());
        }
        Ok(())
    }

    async fn end_of_batch(&mut self, batch: usize) -> Result<(), SinkClosed> {
        self.ended.push(batch);
        Ok(())
    }
}

/// A client of this server that waits two seconds for a word.
fn source(server: &ImapServer, password: &str) -> ImapSource {
    source_with(server, Credential::Password(password.into()))
}

fn source_with(server: &ImapServer, credential: Credential) -> ImapSource {
    let net = Net::new(&NetConfig { extra_ca: vec![server.ca().to_owned()], ..NetConfig::default() }).unwrap();
    let source = ImapSource::new(Arc::new(net), server.endpoint(), USER.into(), credential);
    source.with_silence(Duration::from_secs(2))
}

async fn open(server: &ImapServer) -> Result<Box<dyn MailSession>, MailFault> {
    source(server, PASSWORD).open(&()).await
}

/// Everything in the inbox, as the engine would fetch it.
async fn read(server: &ImapServer) -> Result<Mailbox, MailFault> {
    let mut session = open(server).await?;
    let mut mailbox = Mailbox::default();
    read_into(session.as_mut(), &mut mailbox).await?;
    session.close().await;
    Ok(mailbox)
}

pub async fn read_into(session: &mut dyn MailSession, mailbox: &mut Mailbox) -> Result<MailboxStatus, MailFault> {
    let folders = session.folders().await?;
    let inbox = folders.iter().find(|folder| folder.role == FolderRole::Inbox).unwrap();
    let status = session.examine(inbox).await?;
    let listed = session.list(Window { from: 1, to: status.uid_next, side: Side::New }).await?;
    session.fetch(&batches(listed, Side::New), mailbox).await?;
    Ok(status)
}

/// `count` short messages.
fn messages(count: usize) -> Vec<Vec<u8>> {
    let message = |number: usize| format!("Subject: {number}\r\n\r\n{}\r\n", "text\r\n".repeat(number % 40));
    (1..=count).map(|number| message(number).into_bytes()).collect()
}

/// A message of `size` bytes in which every position can be told from every other.
fn large(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(size).collect()
}

fn kind<T>(outcome: Result<T, MailFault>) -> Option<MailFaultKind> {
    outcome.err().map(|fault| fault.kind)
}
