//! What the person who starts the program may choose.

use std::path::PathBuf;

use clap::Parser;
use otomo_boot::Options;

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

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        Self { home: arguments.home, policy: arguments.policy, ..Self::default() }
    }
}
