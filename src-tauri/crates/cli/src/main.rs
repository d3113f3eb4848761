//! `otomoctl`: the command table without a window, for scripts, administrators, tests and benchmarks.
//!
//! An answer is JSON on standard output; an error is JSON on standard error. Exit 0: done; 1: an error; 2: bad usage;
//! 3: another process has the data folder and does not answer.
#![allow(clippy::print_stdout, reason = "printing is what a command line does")]

mod call;
mod demo;
mod passphrase;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use otomo_api::{ApiError, Code};
use otomo_boot::Options;
use otomo_boot::key::KeyPlace;

#[derive(Parser)]
#[command(name = "otomoctl", version, about = "Otomo without a window")]
struct Arguments {
    /// The data folder; OTOMO_HOME or this system's usual place where it is left out.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// A policy file, for a machine that has none of its own.
    #[arg(long, global = true, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Read the passphrase of the data folder from this open file descriptor.
    #[arg(long, global = true, value_name = "N")]
    passphrase_fd: Option<u32>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the workers: capture, release, deliver.
    Run(run::RunArguments),
    /// Go through the main job on sample data, step by step.
    Demo(demo::DemoArguments),
    /// NOUN.VERB [JSON|-]: one command of the table; `-` reads its arguments from standard input.
    #[command(external_subcommand)]
    Call(Vec<String>),
}

/// How a command ended.
enum End {
    Done,
    Failed(ApiError),
    BadUsage(String),
}

impl From<ApiError> for End {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    otomo_boot::panic::keep_quiet();
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("OTOMO_LOG").unwrap_or_else(|_| "otomo=warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match work(arguments).await {
        End::Done => ExitCode::SUCCESS,
        End::Failed(error) => {
            eprintln!("{}", serde_json::to_string(&error).unwrap_or_else(|_| error.to_string()));
            ExitCode::from(if error.code == Code::HomeInUse { 3 } else { 1 })
        }
        End::BadUsage(why) => {
            eprintln!("otomoctl: {why}");
            ExitCode::from(2)
        }
    }
}

async fn work(arguments: Arguments) -> End {
    let key = match passphrase::read(arguments.passphrase_fd) {
        Ok(Some(passphrase)) => KeyPlace::Passphrase(passphrase),
        Ok(None) => KeyPlace::System,
        Err(why) => return End::BadUsage(why),
    };
    let options = Options { home: arguments.home, policy: arguments.policy, key, ..Options::default() };
    match arguments.command {
        Command::Run(run) => run::run(options, run).await,
        Command::Demo(demo) => demo::demo(options, demo).await,
        Command::Call(words) => call::call(options, words).await,
    }
}
