//! Speed next to a peer, printed as a ratio with both absolutes. The measuring itself is in `tests/bench`.

use clap::Subcommand;

use crate::bundle;
use crate::setup::{Profile, setup};
use crate::shell::{Outcome, built_for_release, command, run};

#[derive(Subcommand)]
pub enum What {
    /// A first sync next to mbsync
    Sync {
        /// How many messages
        #[arg(long, default_value_t = 10_000)]
        count: u32,
    },
    /// The wizard, from a typed address to the first mail on screen
    Connect,
    /// The contact index and its matching, next to reading the same list
    Crm {
        /// How many contacts the CRM has
        #[arg(long, default_value_t = 200_000)]
        contacts: u32,
        /// How many mails are matched
        #[arg(long, default_value_t = 100_000)]
        mails: u32,
    },
    /// The window next to an empty one, and the package
    Ui {
        /// How many mails the store has
        #[arg(long, default_value_t = 100_000)]
        count: u32,
        /// How long the idle window is watched
        #[arg(long, default_value_t = 1)]
        minutes: u32,
        /// The number of a line; all of them where it is left out
        #[arg(long)]
        line: Vec<u8>,
    },
}

pub fn bench(what: What) -> Outcome {
    setup(Profile::Test)?;
    match what {
        What::Sync { count } => {
            run(command("cargo", &["build", "--release", "--package", "otomo-cli"]))?;
            measure(&["sync".into(), format!("--count={count}")], &[])
        }
        What::Crm { contacts, mails } => {
            run(command("cargo", &["build", "--release", "--package", "otomo-cli"]))?;
            measure(&["crm".into(), format!("--contacts={contacts}"), format!("--mails={mails}")], &[])
        }
        What::Connect => {
            bundle::make()?;
            measure(&["connect".into()], &[("OTOMO_APP", &built_for_release("otomo"))])
        }
        What::Ui { count, minutes, line } => ui(count, minutes, &line),
    }
}

/// Next to the programs of the package stands an empty window from the same build.
fn ui(count: u32, minutes: u32, lines: &[u8]) -> Outcome {
    let package = bundle::make()?;
    let empty = ["build", "--release", "--package", "otomo", "--features", "bench", "--bin", "empty-window"];
    run(command("cargo", &empty))?;
    let mut arguments = vec!["ui".into(), format!("--count={count}"), format!("--minutes={minutes}")];
    arguments.extend(lines.iter().map(|line| format!("--line={line}")));
    let (otomo, empty) = (built_for_release("otomo"), built_for_release("empty-window"));
    measure(&arguments, &[("OTOMO_APP", &otomo), ("OTOMO_EMPTY", &empty), ("OTOMO_DEB", &package.file)])
}

fn measure(arguments: &[String], programs: &[(&str, &std::path::Path)]) -> Outcome {
    let mut bench = command("cargo", &["run", "--quiet", "--package", "otomo-tests", "--bin", "bench", "--"]);
    bench.args(arguments).env("OTOMOCTL", built_for_release("otomoctl")).envs(programs.iter().copied());
    run(bench)
}
