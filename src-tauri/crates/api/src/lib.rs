//! What may be asked and heard: one command table for the window, the command line and the tests.
//!
//! [`table`] names every command with its argument and answer types; `dispatch`, the TypeScript types and the typed client
//! all come out of it. [`commands`] holds the answers' code, a file per noun. [`error`] maps whatever goes wrong to a code
//! that has words in both languages. Nothing here decides, reads a file or opens a socket.

mod bounds;
pub mod commands;
pub mod error;
pub mod event;
pub mod operation;
pub mod table;
pub mod typescript;
pub mod words;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use otomo_domain::ports::Desktop;
use otomo_engine::Engine;

pub use error::{ApiError, Code};
pub use event::{Event, Events};

/// What an engine runs in.
pub struct Surroundings {
    /// The data folder.
    pub home: PathBuf,
    /// It holds the sample data.
    pub sample: bool,
    /// The desktop around the program, if a person sits at it.
    pub desktop: Option<Arc<dyn Desktop>>,
}

/// The commands of one running engine.
pub struct Api {
    engine: Engine,
    operations: operation::Operations,
    surroundings: Surroundings,
    /// The attachments that were saved since the start.
    saved: Mutex<HashSet<PathBuf>>,
}

impl Api {
    pub fn new(engine: Engine, surroundings: Surroundings) -> Self {
        let operations = operation::Operations::new(engine.bus.clone());
        Self { engine, operations, surroundings, saved: Mutex::default() }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> Events {
        Events(self.engine.bus.listen())
    }

    /// Remembers a file that was written on the person's word: it may be shown in its folder.
    pub(crate) fn note_saved(&self, file: PathBuf) {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).insert(file);
    }

    pub(crate) fn was_saved(&self, file: &Path) -> bool {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).contains(file)
    }

    /// Carries out the command `name`. `args` is the command's argument object, `null` where it takes none.
    pub async fn dispatch(&self, name: &str, args: serde_json::Value) -> Result<serde_json::Value, ApiError> {
        table::dispatch(self, name, args).await
    }
}
