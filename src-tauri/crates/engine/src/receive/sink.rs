//! Takes messages off the wire and hands them on in batches. A large message goes into the store slice by slice.

use async_trait::async_trait;
use otomo_domain::ports::{MailSink, SinkClosed};
use otomo_domain::sync::Listed;
use otomo_store::keep::Bytes;
use otomo_store::table::raw::{self, RawId};
use otomo_store::{Store, StoreFault};
use tokio::sync::mpsc;

use super::keeper::{Fetched, Keeper};

pub(super) struct Sink<'a> {
    store: Store,
    plan: &'a [Vec<Listed>],
    keeper: mpsc::Sender<Fetched>,
    batch: Vec<(Listed, Bytes)>,
    arriving: Option<(RawId, u16)>,
}

impl<'a> Sink<'a> {
    /// Removes the bytes of large mails that will not be handed on any more.
    pub(super) async fn abandon(self) -> Result<(), StoreFault> {
        let stored = self.batch.into_iter().filter_map(|(_, bytes)| match bytes {
            Bytes::Stored(raw) => Some(raw),
            Bytes::Here(_) => None,
        });
        let left: Vec<RawId> = stored.chain(self.arriving.map(|(raw, _)| raw)).collect();
        self.store
            .cache
            .write(move |db| {
                for raw in left {
                    raw::remove(db, raw)?;
                    raw::arrived(db, raw)?;
                }
                Ok(())
            })
            .await
    }

    pub(super) fn new(store: Store, plan: &'a [Vec<Listed>], keeper: &Keeper) -> Self {
        Self { store, plan, keeper: keeper.sender(), batch: Vec::new(), arriving: None }
    }
}

#[async_trait]
impl MailSink for Sink<'_> {
    async fn message(&mut self, listed: Listed, raw: Vec<u8>) -> Result<(), SinkClosed> {
        self.batch.push((listed, Bytes::Here(raw)));
        Ok(())
    }

    async fn slice(&mut self, listed: Listed, piece: Vec<u8>, last: bool) -> Result<(), SinkClosed> {
        let arriving = self.arriving.take();
        let kept = self.store.cache.write(move |db| {
            let (raw, sequence) = match arriving {
                Some(arriving) => arriving,
                None => (raw::begin(db)?, 0),
            };
            Ok((raw, raw::append(db, raw, sequence, &piece)?))
        });
        let (raw, sequence) = kept.await.map_err(|fault| {
            tracing::warn!(%fault, "a slice of a large mail could not be kept");
            SinkClosed
        })?;
        if last {
            self.batch.push((listed, Bytes::Stored(raw)));
        } else {
            self.arriving = Some((raw, sequence));
        }
        Ok(())
    }

    async fn end_of_batch(&mut self, batch: usize) -> Result<(), SinkClosed> {
        let Some(last) = self.plan.get(batch).and_then(|planned| planned.last()) else { return Ok(()) };
        let fetched = Fetched { messages: std::mem::take(&mut self.batch), up_to: last.uid };
        self.keeper.send(fetched).await.map_err(|_| SinkClosed)
    }
}
