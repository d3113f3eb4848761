//! A mailbox in memory, with one folder.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{MailSession, MailSink, MailSource};
use otomo_domain::step::Observer;
use otomo_domain::sync::{Folder, FolderRole, Listed, MailboxStatus, Window};
use otomo_domain::time::Timestamp;

/// When the first mail came: 2026-11-22T05:00:00Z.
const FIRST: i64 = 1_795_323_600;

/// A handle to the mailbox; clones are of the same one. UIDs begin at 1.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mutex<Vec<Vec<u8>>>>);

impl Inbox {
    fn mails(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().expect("no session panicked")
    }

    pub fn deliver(&self, raw: Vec<u8>) {
        self.mails().push(raw);
    }
}

/// When the mail with this UID came, each a minute after the one before.
fn came(uid: u32) -> Timestamp {
    Timestamp::from_secs(FIRST + i64::from(uid) % 1000 * 60)
}

/// Mail number `number`, from this address to the rep. Every eighth has a file.
pub fn mail(number: usize, from: &str, message_id: &str) -> Vec<u8> {
    let (hour, minute) = (number / 60 % 10, number % 60);
    let head = format!(
        "From: Client <{from}>\r\nTo: rep@own.example\r\nMessage-ID: {message_id}\r\nSubject: Mail {number}\r\n\
         Date: Sun, 22 Nov 2026 {hour:02}:{minute:02}:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    let text = format!("Dear rep,\r\n\r\nthis is mail {number}.\r\n");
    let raw = if number.is_multiple_of(8) {
        let file = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=offer.pdf";
        format!(
            "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n\
             --b\r\n{file}\r\n\r\n%PDF of {number}\r\n--b--\r\n"
        )
    } else {
        format!("{head}\r\n{text}")
    };
    raw.into_bytes()
}

#[async_trait]
impl MailSource for Inbox {
    async fn open(&self, _: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl MailSession for Inbox {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        Ok(vec![Folder { name: "INBOX".into(), role: FolderRole::Inbox }])
    }

    async fn examine(&mut self, _: &Folder) -> Result<MailboxStatus, MailFault> {
        let count = u32::try_from(self.mails().len()).expect("a small mailbox");
        Ok(MailboxStatus { uid_validity: 7, uid_next: count + 1, exists: count })
    }

    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault> {
        let mails = self.mails();
        let numbered = (1..).zip(mails.iter());
        let listed = numbered.map(|(uid, raw)| Listed { uid, size: raw.len() as u64, received_at: came(uid) });
        Ok(listed.filter(|mail| (window.from..window.to).contains(&mail.uid)).collect())
    }

    async fn fetch(&mut self, batches: &[Vec<Listed>], sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let closed = |_| MailFault::new(MailFaultKind::Protocol, "the reader went away");
        for (number, batch) in batches.iter().enumerate() {
            for listed in batch {
                let raw = self.mails()[listed.uid as usize - 1].clone();
                sink.message(*listed, raw).await.map_err(closed)?;
            }
            sink.end_of_batch(number).await.map_err(closed)?;
        }
        Ok(())
    }

    async fn close(self: Box<Self>) {}
}
