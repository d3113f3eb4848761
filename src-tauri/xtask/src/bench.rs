//! Speed next to a peer, printed as a ratio with both absolutes. The measuring itself is in `tests/bench`.

use clap::ValueEnum;

use crate::setup::{Profile, setup};
use crate::shell::{Outcome, built_for_release, command, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// a first sync next to mbsync
    Sync,
}

pub fn bench(what: What, count: usize) -> Outcome {
    setup(Profile::Test)?;
    run(command("cargo", &["build", "--release", "--package", "otomo-cli"]))?;
    let name = match what {
        What::Sync => "sync",
    };
    let count = count.to_string();
    let mut bench =
        command("cargo", &["run", "--quiet", "--package", "otomo-tests", "--bin", "bench", "--", name, &count]);
    bench.env("OTOMOCTL", built_for_release("otomoctl"));
    run(bench)
}
