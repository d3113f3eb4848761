//! What takes long: it answers at once with a number, tells its end under it, and can be cancelled by it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use otomo_engine::Event;
use otomo_engine::event::Bus;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::error::ApiError;

/// The answer of a command that takes long.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct Started {
    pub op: u64,
}

/// The operations under way.
pub struct Operations {
    bus: Bus,
    next: AtomicU64,
    running: Arc<Mutex<HashMap<u64, CancellationToken>>>,
}

impl Operations {
    pub(crate) fn new(bus: Bus) -> Self {
        Self { bus, next: AtomicU64::new(1), running: Arc::default() }
    }

    /// Starts `work`; its end is told as [`Event::Ended`].
    pub(crate) fn start(&self, work: impl Future<Output = Result<(), ApiError>> + Send + 'static) -> Started {
        let op = self.next.fetch_add(1, Ordering::Relaxed);
        let stop = CancellationToken::new();
        let (bus, running) = (self.bus.clone(), Arc::clone(&self.running));
        running.lock().unwrap_or_else(PoisonError::into_inner).insert(op, stop.clone());
        tokio::spawn(async move {
            let code = tokio::select! {
                () = stop.cancelled() => Some("cancelled".to_owned()),
                done = work => done.err().map(|error| error.code.name()),
            };
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&op);
            bus.tell(Event::Ended { op, code });
        });
        Started { op }
    }

    /// False if it has ended already.
    pub(crate) fn cancel(&self, op: u64) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&op).map(CancellationToken::cancel).is_some()
    }
}
