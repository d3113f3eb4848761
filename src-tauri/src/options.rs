//! What the person who starts the program may choose.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use otomo_boot::{Options, home};
use otomo_domain::ports::Desktop;

/// The command line of the desktop program.
#[derive(Clone, Parser)]
#[command(name = "otomo", version, about = "Otomo, a sales-mail companion")]
pub struct Arguments {
    /// The data folder; OTOMO_HOME or this system's usual place where it is left out.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// A policy file, for a machine that has none of its own.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Look around with sample data; nothing of it is kept.
    #[arg(long)]
    pub demo: bool,
}

impl Arguments {
    /// The data folder this process wants for itself. The sample data has one of its own every time.
    pub fn home(&self) -> Option<PathBuf> {
        if self.demo { None } else { home::locate(self.home.clone()) }
    }

    /// What to start on `desktop`.
    pub fn options(self, desktop: Arc<dyn Desktop>) -> Options {
        Options { home: self.home, policy: self.policy, desktop: Some(desktop), ..Options::default() }
    }
}
