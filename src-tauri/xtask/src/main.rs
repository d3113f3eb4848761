//! `cargo xtask`: everything a person or a machine does with this checkout, one file a command.
//!
//! | module | command |
//! |---|---|
//! | [`setup`] | install the Debian packages that a command needs |
//! | [`bench`] | speed next to a peer |
//! | [`bundle`] | the package that a person installs |
//! | [`demo`] | the demo, in a window or in the terminal |
//! | [`lab`] | the real mail servers that tests talk to |
//! | [`deps`] | licences and advisories of what we depend on, without a network |
//! | [`score`] | figures that take longer than a test |
//! | [`test`](mod@test) | every check and every test, with a count of each kind |
//! | [`shell`] | how the others run programs |

#![allow(clippy::print_stdout, reason = "a command-line tool talks on standard output")]

mod bench;
mod bundle;
mod demo;
mod deps;
mod lab;
mod score;
mod setup;
mod shell;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Everything one does with a checkout of Otomo")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the Debian packages that building, the demo or the tests need
    Setup {
        #[arg(value_enum, default_value = "test")]
        profile: setup::Profile,
    },
    /// See Otomo work: a window where there is a display, else a walk through it in the terminal
    Demo,
    /// Run every check and every test
    Test,
    /// Check licences and advisories of all dependencies
    Deps,
    /// Measure speed next to a peer; not a test
    Bench {
        #[command(subcommand)]
        what: bench::What,
    },
    /// Make the Debian package
    Bundle {
        /// Install it on a fresh Debian and go through the main journey there
        #[arg(long)]
        check: bool,
    },
    /// Print a figure with its target and its control; takes minutes
    Score {
        #[arg(value_enum)]
        what: score::What,
        /// How often the program is killed
        #[arg(long, default_value_t = 50)]
        kills: u32,
    },
    /// Real mail servers on this machine, for trying things by hand
    Lab {
        #[arg(value_enum)]
        action: lab::Action,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Setup { profile } => setup::setup(profile),
        Command::Bench { what } => bench::bench(what),
        Command::Bundle { check } => bundle::bundle(check),
        Command::Demo => demo::demo(),
        Command::Test => test::test(),
        Command::Deps => deps::deps(),
        Command::Score { what, kills } => score::score(what, kills),
        Command::Lab { action } => lab::lab(action),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code)
        }
    }
}
