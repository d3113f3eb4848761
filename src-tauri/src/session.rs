//! The program behind the window. A window must open even if the program can't start, and say why.

use std::sync::Arc;
use std::time::Duration;

use otomo_api::table::TABLE;
use otomo_api::{Api, ApiError, Code, Event};
use otomo_boot::Running;
use serde_json::Value;
use tauri::async_runtime;
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::options::Arguments;

/// What is under way may take so long to come to an end; the databases are safe in any case.
const LAST_WORDS: Duration = Duration::from_secs(10);

type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// The program, started or not. While it isn't, every question tries again: the person may just have mended it.
#[derive(Clone)]
pub struct Session {
    arguments: Arguments,
    tell: Tell,
    running: Arc<Mutex<Option<Running>>>,
    /// The sample data of a demonstration, removed at the end.
    scratch: Arc<Mutex<Option<TempDir>>>,
}

impl Session {
    /// `tell` hears every event of the program.
    pub fn new(arguments: Arguments, tell: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { arguments, tell: Arc::new(tell), running: Arc::default(), scratch: Arc::default() }
    }

    /// Starts the program, if nobody asked for it before. Why it doesn't start is told to whoever asks.
    pub async fn wake(&self) {
        if let Err(fault) = self.api().await {
            tracing::warn!(%fault, "the program does not start");
        }
    }

    /// Asks the command table. While nothing runs, every answer is the reason.
    pub async fn ask(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        self.api().await?.dispatch(name, args).await
    }

    /// Stops the program.
    pub async fn end(&self) {
        let Some(running) = self.running.lock().await.take() else { return };
        if timeout(LAST_WORDS, running.stop()).await.is_err() {
            tracing::warn!("what was under way did not come to an end");
        }
        drop(self.scratch.lock().await.take());
    }

    /// The command table of the running program. Whoever asks first starts it, and the others wait.
    async fn api(&self) -> Result<Arc<Api>, ApiError> {
        let mut slot = self.running.lock().await;
        if let Some(running) = slot.as_ref() {
            return Ok(running.api().clone());
        }
        let running = self.start().await?;
        let api = running.api().clone();
        async_runtime::spawn(pass_on(api.events(), self.tell.clone()));
        *slot = Some(running);
        Ok(api)
    }

    async fn start(&self) -> Result<Running, ApiError> {
        if !self.arguments.demo {
            return Ok(otomo_boot::start(self.arguments.clone().into()).await?);
        }
        let folder = TempDir::new().map_err(|e| ApiError::new(Code::HomeUnusable, e.to_string()))?;
        let (running, _) = otomo_boot::sample::start_on(folder.path(), &folder.path().join("crm"), 1).await?;
        *self.scratch.lock().await = Some(folder);
        Ok(running)
    }
}

/// Hands every event on until the program ends. Events that were missed become one: everything changed.
async fn pass_on(mut events: Receiver<Event>, tell: Tell) {
    loop {
        match events.recv().await {
            Ok(event) => tell(event),
            Err(RecvError::Lagged(_)) => tell(everything_changed()),
            Err(RecvError::Closed) => return,
        }
    }
}

fn everything_changed() -> Event {
    Event::Changed { tags: TABLE.iter().flat_map(|row| row.tags).copied().collect() }
}
