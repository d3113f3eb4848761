//! The program behind a window. A window opens even where the program can't start, and says why; it stays open when the
//! program ends under it.

use std::sync::Arc;
use std::time::Duration;

use otomo_api::commands::app::{Done, UnlockArgs};
use otomo_api::{Api, ApiError, Code, Event, table};
use otomo_domain::error::VaultFaultKind;
use otomo_domain::ports::Clock;
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::clock::MachineClock;
use crate::key::KeyPlace;
use crate::start::{Options, Running, StartFault, start};
use crate::{home, sample};

/// What is under way may take so long to come to an end; the databases are safe in any case.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// So long after the engine ended by itself every question is answered by that: all views learn of it, and an engine
/// that ends again and again is begun anew only as often as a person asks for it.
const STUNNED: Duration = Duration::from_secs(2);

type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// The program, started or not. While it isn't, every question tries again: the person may just have mended it.
#[derive(Clone)]
pub struct Session {
    options: Options,
    tell: Tell,
    clock: Arc<MachineClock>,
    program: Arc<Mutex<Program>>,
}

/// What runs behind the window.
#[derive(Default)]
struct Program {
    open: Option<Open>,
    /// The sample data is looked at, not the person's own.
    sample: bool,
    /// When the engine ended by itself.
    fell: Option<Duration>,
    /// The window has closed.
    over: bool,
}

/// A running program, and the folder of its sample data, which goes with it.
struct Open {
    running: Running,
    _scratch: Option<TempDir>,
}

impl Session {
    /// `tell` hears every event of the program. With `sample` it begins with the sample data.
    pub fn new(options: Options, sample: bool, tell: impl Fn(Event) + Send + Sync + 'static) -> Self {
        let program = Arc::new(Mutex::new(Program { sample, ..Program::default() }));
        Self { options, tell: Arc::new(tell), clock: Arc::default(), program }
    }

    /// Starts the program, if nobody asked for it before. Why it doesn't start is told to whoever asks.
    pub async fn wake(&self) {
        if let Err(fault) = self.api().await {
            tracing::warn!(%fault, "the program does not start");
        }
    }

    /// Asks the command table. While nothing runs, every answer is the reason.
    pub async fn ask(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        match name {
            "app.unlock" => self.unlock(table::read::<UnlockArgs>(args)?.passphrase).await?,
            "app.open_sample" => self.turn_to(true).await?,
            "app.close_sample" => self.turn_to(false).await?,
            _ => return answer(self.api().await?, name.to_owned(), args).await,
        }
        (self.tell)(Event::everything_changed());
        Ok(json!(Done { done: true }))
    }

    /// Stops the program for good. A start that is under way, perhaps at a question of the key store, is not waited for
    /// much longer.
    pub async fn end(&self) {
        let ending = async {
            let mut program = self.program.lock().await;
            program.over = true;
            program.close().await;
        };
        if timeout(LAST_WORDS, ending).await.is_err() {
            tracing::warn!("the program did not come to an end");
        }
    }

    /// Opens a data folder under its passphrase. A new one gets a passphrase only where the computer has no store for
    /// its key.
    async fn unlock(&self, passphrase: SecretString) -> Result<(), ApiError> {
        let mut program = self.program.lock().await;
        if program.open.is_some() || program.sample || program.over {
            return Err(ApiError::new(Code::NotPossibleNow, "it is open"));
        }
        let running = match start(self.options.clone()).await {
            Err(fault) if self.takes_passphrase(&fault) => {
                start(Options { key: KeyPlace::Passphrase(passphrase), ..self.options.clone() }).await?
            }
            started => started?,
        };
        self.opened(&mut program, Open { running, _scratch: None });
        Ok(())
    }

    fn takes_passphrase(&self, fault: &StartFault) -> bool {
        match fault {
            StartFault::PassphraseNeeded => true,
            StartFault::Vault(fault) if fault.kind == VaultFaultKind::NoStore => {
                home::locate(self.options.home.clone()).is_some_and(|home| !otomo_store::open::exists(&home))
            }
            _ => false,
        }
    }

    /// Turns to the sample data, or back to the person's own. That their own does not open is for the next question.
    async fn turn_to(&self, sample: bool) -> Result<(), ApiError> {
        let mut program = self.program.lock().await;
        if program.sample == sample {
            return Ok(());
        }
        program.close().await;
        program.sample = sample;
        let begun = self.begin(&mut program).await;
        if sample && begun.is_err() {
            program.sample = false;
            return begun.map(drop);
        }
        Ok(())
    }

    /// The command table of the running program. Whoever asks first starts it, and the others wait.
    async fn api(&self) -> Result<Arc<Api>, ApiError> {
        let mut program = self.program.lock().await;
        match &program.open {
            Some(open) if open.running.has_ended() => Err(stopped()),
            Some(open) => Ok(Arc::clone(open.running.api())),
            None if program.over => Err(stopped()),
            None if program.fell.is_some_and(|at| self.clock.monotonic() < at + STUNNED) => Err(stopped()),
            None => self.begin(&mut program).await,
        }
    }

    async fn begin(&self, program: &mut MutexGuard<'_, Program>) -> Result<Arc<Api>, ApiError> {
        let open = if program.sample {
            let folder = TempDir::new().map_err(|e| ApiError::new(Code::HomeUnusable, e.to_string()))?;
            let crm = folder.path().join("crm");
            let (running, _) = sample::start_on(folder.path(), &crm, self.options.clone()).await?;
            Open { running, _scratch: Some(folder) }
        } else {
            Open { running: start(self.options.clone()).await?, _scratch: None }
        };
        Ok(self.opened(program, open))
    }

    fn opened(&self, program: &mut MutexGuard<'_, Program>, open: Open) -> Arc<Api> {
        let api = Arc::clone(open.running.api());
        program.open = Some(open);
        program.fell = None;
        tokio::spawn(self.clone().watch(Arc::clone(&api)));
        api
    }

    /// Hands every event on until the engine ends. If nobody ended it, the window is told.
    async fn watch(self, api: Arc<Api>) {
        let mut events = api.events();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => (self.tell)(event),
                    None => break,
                },
                () = api.engine().ended() => break,
            }
        }
        // Whoever closes it should be the last to hold it: then the databases are closed, too.
        let ended = Arc::downgrade(&api);
        drop((api, events));
        let mut program = self.program.lock().await;
        if program.open.as_ref().is_some_and(|open| Arc::downgrade(open.running.api()).ptr_eq(&ended)) {
            tracing::error!("the engine ended by itself");
            program.close().await;
            program.fell = Some(self.clock.monotonic());
            (self.tell)(Event::everything_changed());
        }
    }
}

impl Program {
    async fn close(&mut self) {
        let Some(Open { running, _scratch }) = self.open.take() else { return };
        if timeout(LAST_WORDS, running.stop()).await.is_err() {
            tracing::warn!("what was under way did not come to an end");
        }
    }
}

/// Asks in a task of its own, so that a panic there is an answer, too.
async fn answer(api: Arc<Api>, name: String, args: Value) -> Result<Value, ApiError> {
    let engine = api.engine().clone();
    let asked = tokio::spawn(async move { api.dispatch(&name, args).await });
    tokio::select! {
        biased;
        answer = asked => answer.unwrap_or_else(|_| Err(stopped())),
        () = engine.ended() => Err(stopped()),
    }
}

fn stopped() -> ApiError {
    ApiError::new(Code::EngineStopped, "")
}

#[cfg(test)]
mod tests;
