//! The port [`MailSession`] over a signed-in conversation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{MailSession, MailSink, UidBook};
use otomo_domain::sync::{Folder, FolderRole, Listed, MailboxStatus, SLICED_ABOVE, Side, Survey, Window};
use otomo_domain::time::Timestamp;

use super::capabilities::Capabilities;
use super::wire::Wire;
use super::{fault, listing, received, retrieval};
use crate::{LARGEST_MAIL, count};

/// The name of the one folder there is.
const NAME: &str = "INBOX";

/// How many commands are under way at once, where the server can have several (RFC 2449 §6.8).
const AHEAD: usize = 16;

/// Up to how many messages are counted by time: each one's header has to be asked for.
const COUNTED: usize = 2000;

pub struct Pop3Session {
    wire: Wire,
    capabilities: Capabilities,
    /// Whether to ask for headers.
    top: bool,
    book: Arc<dyn UidBook>,
    /// The server's number of each message in this session, by UID.
    numbers: BTreeMap<u32, u32>,
    /// Its size by the server's number, once it was asked.
    sizes: Option<HashMap<u32, u64>>,
}

impl Pop3Session {
    pub fn new(wire: Wire, capabilities: Capabilities, book: Arc<dyn UidBook>) -> Self {
        let top = capabilities.may(capabilities.top);
        Self { wire, capabilities, top, book, numbers: BTreeMap::new(), sizes: None }
    }

    fn ahead(&self) -> usize {
        if self.capabilities.pipelining { AHEAD } else { 1 }
    }

    async fn sizes(&mut self) -> Result<&HashMap<u32, u64>, MailFault> {
        let sizes = match self.sizes.take() {
            Some(sizes) => sizes,
            None => listing::sizes(&mut self.wire).await?,
        };
        Ok(self.sizes.insert(sizes))
    }

    /// When each of these messages came, in their order; [`received::UNKNOWN`] where the server doesn't tell.
    async fn times(&mut self, numbers: &[u32]) -> Result<Vec<Timestamp>, MailFault> {
        let mut times = Vec::with_capacity(numbers.len());
        let mut asked = numbers.iter();
        while self.top && times.len() < numbers.len() {
            let under_way = numbers.len() - asked.len() - times.len();
            for number in asked.by_ref().take(self.ahead() - under_way) {
                self.wire.send(&format!("TOP {number} 0")).await?;
            }
            let time = listing::received_at(&mut self.wire).await?;
            // One message may be gone; a server that never said it knows TOP may not, and isn't asked again.
            self.top = time.is_some() || self.capabilities.top;
            times.push(time.unwrap_or(received::UNKNOWN));
        }
        times.resize(numbers.len(), received::UNKNOWN);
        Ok(times)
    }

    /// The server's number of a message that is to be fetched.
    fn number(&self, message: &Listed) -> Option<u32> {
        if message.size > LARGEST_MAIL {
            tracing::warn!(uid = message.uid, size = message.size, "a message is too large and left out");
            return None;
        }
        self.numbers.get(&message.uid).copied()
    }
}

#[async_trait]
impl MailSession for Pop3Session {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        Ok(vec![Folder { name: NAME.into(), role: FolderRole::Inbox }])
    }

    /// POP3 doesn't tell times: they are only known for a mailbox that is not large, from a server that knows `TOP`.
    async fn survey(&mut self, folder: &Folder, since: &[Timestamp]) -> Result<Option<Survey>, MailFault> {
        let status = self.examine(folder).await?;
        if self.top && self.numbers.len() <= COUNTED {
            let listed = self.list(Window { from: 1, to: status.uid_next, side: Side::New }).await?;
            if listed.iter().all(|message| message.received_at != received::UNKNOWN) {
                return Ok(Some(count::survey(&listed, since)));
            }
        }
        let bytes = self.sizes().await?.values().fold(0_u64, |sum, size| sum.saturating_add(*size));
        Ok(Some(Survey { messages: status.exists, bytes: Some(bytes), ..Survey::default() }))
    }

    async fn examine(&mut self, folder: &Folder) -> Result<MailboxStatus, MailFault> {
        if folder.name != NAME {
            return Err(MailFault::new(MailFaultKind::FolderGone, "a POP3 mailbox is one folder"));
        }
        let messages = listing::unique_ids(&mut self.wire, &self.capabilities).await?;
        let numbers: Vec<u32> = messages.iter().map(|message| message.number).collect();
        let unique_ids = messages.into_iter().map(|message| message.unique_id).collect();
        let numbered = self.book.numbers(unique_ids).await?;
        self.numbers = numbered.uids.into_iter().zip(numbers).collect();
        let exists = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        Ok(MailboxStatus { uid_validity: numbered.validity, uid_next: numbered.next, exists })
    }

    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault> {
        let found: Vec<(u32, u32)> =
            self.numbers.range(window.from..window.to.max(window.from)).map(|(uid, number)| (*uid, *number)).collect();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<u32> = found.iter().map(|(_, number)| *number).collect();
        let times = self.times(&numbers).await?;
        let sizes = self.sizes().await?;
        // A message of unknown size may have any: in slices it does no harm.
        let size = |number| sizes.get(number).copied().unwrap_or(SLICED_ABOVE + 1);
        let listed = found.iter().zip(times);
        Ok(listed.map(|((uid, number), received_at)| Listed { uid: *uid, size: size(number), received_at }).collect())
    }

    async fn fetch(&mut self, batches: &[Vec<Listed>], sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let wanted: Vec<u32> = batches.iter().flatten().filter_map(|message| self.number(message)).collect();
        let (mut asked, mut answered) = (wanted.iter(), 0);
        for (index, batch) in batches.iter().enumerate() {
            for message in batch {
                if self.number(message).is_none() {
                    continue;
                }
                let under_way = wanted.len() - asked.len() - answered;
                for number in asked.by_ref().take(self.ahead() - under_way) {
                    self.wire.send(&format!("RETR {number}")).await?;
                }
                if !retrieval::read(&mut self.wire, *message, sink).await? {
                    self.book.missed(message.uid).await?;
                }
                answered += 1;
            }
            sink.end_of_batch(index).await.map_err(fault::sink_closed)?;
        }
        Ok(())
    }

    async fn close(self: Box<Self>) {
        self.wire.quit().await;
    }
}
