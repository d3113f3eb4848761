//! The port [`MailSession`] over a signed-in conversation.

use async_trait::async_trait;
use otomo_domain::error::MailFault;
use otomo_domain::ports::{MailSession, MailSink};
use otomo_domain::sync::{Folder, Listed, MailboxStatus, SLICED_ABOVE, Survey, Window};
use otomo_domain::time::Timestamp;

use super::dialogue::Dialogue;
use super::survey::Counting;
use super::{fault, folders, listing, slices, survey, whole};
use crate::LARGEST_MAIL;

pub struct ImapSession {
    dialogue: Dialogue,
    /// How many messages the opened folder has, as far as the server said.
    exists: u32,
    /// How the server counts, once it was asked.
    counting: Option<Counting>,
}

impl ImapSession {
    pub fn new(dialogue: Dialogue) -> Self {
        Self { dialogue, exists: 0, counting: None }
    }

    async fn fetch_large(&mut self, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        if message.size > LARGEST_MAIL {
            tracing::warn!(uid = message.uid, size = message.size, "a message is too large and left out");
            return Ok(());
        }
        slices::fetch(&mut self.dialogue, message, sink).await
    }
}

/// The message of a batch that is fetched in slices.
fn large(batch: &[Listed]) -> Option<Listed> {
    match batch {
        [message] if message.size > SLICED_ABOVE => Some(*message),
        _ => None,
    }
}

#[async_trait]
impl MailSession for ImapSession {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        folders::list(&mut self.dialogue).await
    }

    async fn survey(&mut self, folder: &Folder, since: &[Timestamp]) -> Result<Option<Survey>, MailFault> {
        let counting = match self.counting {
            Some(counting) => counting,
            None => *self.counting.insert(Counting::ask(&mut self.dialogue).await?),
        };
        survey::survey(&mut self.dialogue, counting, folder, since).await
    }

    async fn examine(&mut self, folder: &Folder) -> Result<MailboxStatus, MailFault> {
        let status = listing::examine(&mut self.dialogue, folder).await?;
        self.exists = status.exists;
        Ok(status)
    }

    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault> {
        listing::list(&mut self.dialogue, window, self.exists).await
    }

    async fn fetch(&mut self, batches: &[Vec<Listed>], sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let mut first = 0;
        for run in batches.chunk_by(|left, right| large(left).is_none() && large(right).is_none()) {
            match run {
                [batch] if let Some(message) = large(batch) => {
                    self.fetch_large(message, sink).await?;
                    sink.end_of_batch(first).await.map_err(fault::sink_closed)?;
                }
                _ => whole::fetch(&mut self.dialogue, run, first, sink).await?,
            }
            first += run.len();
        }
        Ok(())
    }

    async fn close(self: Box<Self>) {
        self.dialogue.log_out().await;
    }
}
