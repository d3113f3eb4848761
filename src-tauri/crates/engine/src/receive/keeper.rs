//! Parses and keeps batches in the order in which they come, each in one transaction with the cursor that passes it.

use otomo_domain::sync::{Cursor, Listed, Window};
use otomo_store::keep::{self, Bytes, Received};
use otomo_store::table::folder::FolderId;
use otomo_store::table::raw;
use otomo_store::{Store, StoreFault};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::triage::examine_new;

/// Batches that may wait for a stage. Each is at most about 4 MiB.
const WAITING: usize = 2;

/// A batch off the wire: everything of the window up to this UID, on the side that grows.
pub(super) struct Fetched {
    pub messages: Vec<(Listed, Bytes)>,
    pub up_to: u32,
}

struct Parsed {
    messages: Vec<Received>,
    up_to: u32,
}

/// The two stages behind the network.
pub(super) struct Keeper {
    sender: mpsc::Sender<Fetched>,
    parsing: JoinHandle<Result<(), Fault>>,
    writing: JoinHandle<Result<Cursor, Fault>>,
    finish: Finish,
}

struct Finish {
    engine: Engine,
    folder: FolderId,
    window: Window,
}

impl Keeper {
    pub(super) fn start(engine: Engine, folder: FolderId, cursor: Cursor, window: Window) -> Self {
        let (sender, fetched) = mpsc::channel(WAITING);
        let (to_writer, parsed) = mpsc::channel(WAITING);
        let parsing = engine.track(parse_all(engine.store.clone(), fetched, to_writer));
        let writing = engine.track(write_all(engine.clone(), folder, cursor, window, parsed));
        Self { sender, parsing, writing, finish: Finish { engine, folder, window } }
    }

    pub(super) fn sender(&self) -> mpsc::Sender<Fetched> {
        self.sender.clone()
    }

    /// Waits until everything that was handed over is kept. `whole`: the window was fetched to its end.
    pub(super) async fn finish(self, whole: bool) -> Result<(), Fault> {
        drop(self.sender);
        let cursor = joined(self.writing.await)?;
        joined(self.parsing.await)?;
        if whole {
            let Finish { engine, folder, window } = self.finish;
            let (now, cursor) = (engine.now(), cursor.finished(window));
            let moved = engine
                .store
                .cache
                .write(move |db| Ok(otomo_store::table::folder::set_cursor(db, folder, cursor, now)?));
            moved.await?;
        }
        Ok(())
    }
}

fn joined<T>(done: Result<Result<T, Fault>, tokio::task::JoinError>) -> Result<T, Fault> {
    done.unwrap_or_else(|join| Err(Fault::Store(StoreFault::Damaged(format!("a stage ended early: {join}")))))
}

async fn parse_all(
    store: Store,
    mut fetched: mpsc::Receiver<Fetched>,
    to_writer: mpsc::Sender<Parsed>,
) -> Result<(), Fault> {
    while let Some(Fetched { messages, up_to }) = fetched.recv().await {
        let mut parsed = Vec::with_capacity(messages.len());
        let mut here = Vec::new();
        for (listed, bytes) in messages {
            match bytes {
                Bytes::Here(raw) => here.push((listed, raw)),
                Bytes::Stored(id) => parsed.push(parse_stored(&store, listed, id).await?),
            }
        }
        parsed.extend(
            off_thread(move || here.into_iter().map(|(listed, raw)| parse_here(listed, raw)).collect::<Vec<_>>())
                .await?,
        );
        if to_writer.send(Parsed { messages: parsed, up_to }).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn parse_here(listed: Listed, raw: Vec<u8>) -> Received {
    let mail = otomo_mime::parse(&raw, listed.received_at).mail;
    Received { listed, mail, bytes: Bytes::Here(raw) }
}

/// A large mail is read back whole, once, and dropped as soon as it is understood.
async fn parse_stored(store: &Store, listed: Listed, id: raw::RawId) -> Result<Received, Fault> {
    let whole = store.cache.read(move |db| Ok(raw::read(db, id)?)).await?;
    let mail = off_thread(move || otomo_mime::parse(&whole, listed.received_at).mail).await?;
    Ok(Received { listed, mail, bytes: Bytes::Stored(id) })
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    spawn_blocking(work).await.map_err(|join| Fault::Store(StoreFault::Damaged(format!("parsing ended early: {join}"))))
}

async fn write_all(
    engine: Engine,
    folder: FolderId,
    mut cursor: Cursor,
    window: Window,
    mut parsed: mpsc::Receiver<Parsed>,
) -> Result<Cursor, Fault> {
    while let Some(Parsed { messages, up_to }) = parsed.recv().await {
        cursor = cursor.passed(window, up_to);
        let (keeper, now) = (engine.clone(), engine.now());
        let kept = engine.store.cache.write(move |db| {
            let snapshot = keeper.snapshot();
            keep::batch(db, folder, cursor, messages, now, |db, row, mail| examine_new(db, row, mail, &snapshot, now))
        });
        if kept.await?.new > 0 {
            engine.bus.changed(&[Tag::Mail, Tag::Review]);
        }
    }
    Ok(cursor)
}
