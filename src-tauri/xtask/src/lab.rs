//! The lab's servers, started and stopped by hand. Tests start their own (`tests/kit/lab.rs`).

use clap::ValueEnum;

use crate::setup::{Profile, setup};
use crate::shell::{Outcome, command, root, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Action {
    /// start all servers and print where they listen
    Start,
    Stop,
    /// say which servers run; fails when one doesn't
    Status,
}

pub fn lab(action: Action) -> Outcome {
    let word = match action {
        Action::Start => {
            setup(Profile::Test)?;
            "start"
        }
        Action::Stop => "stop",
        Action::Status => "status",
    };
    run(command(root().join("tests/lab/lab"), &[word]))
}
