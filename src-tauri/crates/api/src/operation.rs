//! What takes long: it answers at once with a number, tells its end under it, and can be cancelled by it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use otomo_engine::event::{Bus, Event};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::error::{ApiError, Code};

/// Where the numbers given here begin; those below are the callers' own.
const FIRST: u64 = 1 << 32;

/// The answer of a command that takes long.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct Started {
    pub op: u64,
}

type Running = HashMap<u64, CancellationToken>;

/// The operations under way.
pub struct Operations {
    bus: Bus,
    next: AtomicU64,
    running: Arc<Mutex<Running>>,
}

impl Operations {
    pub(crate) fn new(bus: Bus) -> Self {
        Self { bus, next: AtomicU64::new(FIRST), running: Arc::default() }
    }

    /// Starts `work`; its end is told as [`Event::Ended`].
    pub(crate) fn start(&self, work: impl Future<Output = Result<(), ApiError>> + Send + 'static) -> Started {
        let op = self.next.fetch_add(1, Ordering::Relaxed);
        let stop = CancellationToken::new();
        lock(&self.running).insert(op, stop.clone());
        let (bus, entry) = (self.bus.clone(), Listed { op, running: Arc::clone(&self.running) });
        tokio::spawn(async move {
            let code = tokio::select! {
                () = stop.cancelled() => Some("cancelled".to_owned()),
                done = work => done.err().map(|error| error.code.name()),
            };
            drop(entry);
            bus.tell(Event::Ended { op, code });
        });
        Started { op }
    }

    /// Carries out `work` under a number of the caller's choice, for a caller who waits for its answer.
    pub(crate) async fn under<T>(
        &self,
        op: u64,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let stop = CancellationToken::new();
        match lock(&self.running).entry(op) {
            Entry::Vacant(free) if op < FIRST => free.insert(stop.clone()),
            _ => return Err(ApiError::new(Code::BadArguments, "op")),
        };
        let _entry = Listed { op, running: Arc::clone(&self.running) };
        tokio::select! {
            () = stop.cancelled() => Err(ApiError::new(Code::NotPossibleNow, "cancelled")),
            done = work => done,
        }
    }

    /// False if it has ended already.
    pub(crate) fn cancel(&self, op: u64) -> bool {
        lock(&self.running).get(&op).map(CancellationToken::cancel).is_some()
    }
}

/// An entry in the list of operations, taken out at its end, however that comes.
struct Listed {
    op: u64,
    running: Arc<Mutex<Running>>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.op);
    }
}

fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_under_the_callers_number_is_stopped_by_it() {
        let operations = Operations::new(Bus::default());
        let work = operations.under(5, std::future::pending::<Result<(), ApiError>>());
        let stop = async {
            tokio::task::yield_now().await;
            operations.cancel(5)
        };
        let (done, stopped) = tokio::join!(work, stop);
        assert_eq!((done.map_err(|error| error.code), stopped), (Err(Code::NotPossibleNow), true));
        assert!(!operations.cancel(5), "it has ended");
    }

    #[tokio::test]
    async fn a_number_is_used_once_at_a_time_and_never_taken_from_the_program() {
        let operations = Operations::new(Bus::default());
        let done = |op| operations.under(op, async { Ok(()) });
        let nested = operations.under(5, done(5)).await;
        assert_eq!(nested.map_err(|error| error.code), Err(Code::BadArguments));
        assert!(done(5).await.is_ok());
        assert!(done(FIRST).await.is_err());
        assert_eq!(operations.start(async { Ok(()) }).op, FIRST);
    }
}
