//! What may be asked and heard: one command table for the window, the command line and the tests.
//!
//! [`table`] names every command with its argument and answer types; `dispatch`, the TypeScript types and the typed client
//! all come out of it. [`commands`] holds the answers' code, a file per noun. [`error`] maps whatever goes wrong to a code
//! that has words in both languages. Nothing here decides, reads a file or opens a socket.

pub mod commands;
pub mod error;
pub mod operation;
pub mod table;
pub mod typescript;
pub mod words;

use std::path::PathBuf;

use otomo_engine::Engine;
use tokio::sync::broadcast;

pub use error::{ApiError, Code};
pub use otomo_engine::Event;

/// The commands of one running engine.
pub struct Api {
    engine: Engine,
    operations: operation::Operations,
    home: PathBuf,
}

impl Api {
    pub fn new(engine: Engine, home: PathBuf) -> Self {
        let operations = operation::Operations::new(engine.bus.clone());
        Self { engine, operations, home }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.engine.bus.listen()
    }

    /// Carries out the command `name`. `args` is the command's argument object, `null` where it takes none.
    pub async fn dispatch(&self, name: &str, args: serde_json::Value) -> Result<serde_json::Value, ApiError> {
        table::dispatch(self, name, args).await
    }
}
