//! Reading a mailbox over POP3, from a server that may do anything and from a real one.
//!
//! | module | about |
//! |---|---|
//! | [`reading`] | a good server, and the ways in which good servers differ |
//! | [`hostile`] | servers that send what no server may |
//! | [`sign_in`] | from the first byte to a session |
//! | [`dovecot`] | a real server, with the whole program behind it |

mod dovecot;
mod hostile;
mod reading;
mod sign_in;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kit::pop3::{PASSWORD, Pop3Server, USER};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Credential, MailSession, MailSource, Numbered, UidBook};
use otomo_domain::sync::{Folder, FolderRole, Listed, Side, Window};
use otomo_mail::pop3::Pop3Source;
use otomo_net::{Net, NetConfig};

use super::imap::{Mailbox, read_into};

/// A book in memory, and the messages that were missed.
#[derive(Debug, Default)]
pub struct Book {
    numbers: Mutex<HashMap<String, u32>>,
    missed: Mutex<Vec<u32>>,
}

#[async_trait]
impl UidBook for Book {
    async fn numbers(&self, unique_ids: Vec<String>) -> Result<Numbered, MailFault> {
        let mut numbers = self.numbers.lock().unwrap();
        let mut number = |id| {
            let next = numbers.len() as u32 + 1;
            *numbers.entry(id).or_insert(next)
        };
        let uids = unique_ids.into_iter().map(&mut number).collect();
        Ok(Numbered { validity: 7, uids, next: numbers.len() as u32 + 1 })
    }

    async fn missed(&self, uid: u32) -> Result<(), MailFault> {
        self.missed.lock().unwrap().push(uid);
        Ok(())
    }
}

/// A client of this server that waits two seconds for a word.
fn source(server: &Pop3Server, credential: Credential, book: &Arc<Book>) -> Pop3Source {
    let net = Arc::new(Net::new(&NetConfig::default()).unwrap());
    let book: Arc<dyn UidBook> = Arc::<Book>::clone(book);
    Pop3Source::new(net, server.endpoint(), USER.into(), credential, book).with_silence(Duration::from_secs(2))
}

async fn open_with(server: &Pop3Server, book: &Arc<Book>) -> Result<Box<dyn MailSession>, MailFault> {
    source(server, Credential::Password(PASSWORD.into()), book).open(&()).await
}

/// Everything in the inbox, as the engine would fetch it.
async fn read_with(server: &Pop3Server, book: &Arc<Book>) -> Result<Mailbox, MailFault> {
    let mut session = open_with(server, book).await?;
    let mut mailbox = Mailbox::default();
    read_into(session.as_mut(), &mut mailbox).await?;
    session.close().await;
    Ok(mailbox)
}

async fn read(server: &Pop3Server) -> Result<Mailbox, MailFault> {
    read_with(server, &Arc::default()).await
}

/// All that is in the inbox.
async fn all(session: &mut dyn MailSession) -> Vec<Listed> {
    let status = session.examine(&inbox()).await.unwrap();
    session.list(Window { from: 1, to: status.uid_next, side: Side::New }).await.unwrap()
}

fn inbox() -> Folder {
    Folder { name: "INBOX".into(), role: FolderRole::Inbox }
}

/// `count` short messages of the same day.
fn messages(count: usize) -> Vec<Vec<u8>> {
    let date = "Date: Thu, 19 Nov 2026 09:00:00 +0900";
    let message =
        |number: usize| format!("Subject: {number}\r\n{date}\r\n\r\n{}.\r\n", "text\r\n..\r\n".repeat(number % 40));
    (1..=count).map(|number| message(number).into_bytes()).collect()
}

fn kind<T>(outcome: Result<T, MailFault>) -> Option<MailFaultKind> {
    outcome.err().map(|fault| fault.kind)
}
