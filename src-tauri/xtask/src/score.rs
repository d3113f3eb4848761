//! Figures that take longer than a test: each prints a line `score name value target control pass`.
//!
//! The control is what the same run would have shown without the defence; a line whose control is zero proves nothing,
//! and fails.

use clap::ValueEnum;

use crate::setup::{Profile, setup};
use crate::shell::{Failure, Outcome, command, run, run_watched};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// how many decisions are lost, mails doubled or stuck when the program is killed again and again
    Crash,
}

pub fn score(what: What, kills: u32) -> Outcome {
    setup(Profile::Test)?;
    run(command("cargo", &["build", "--package", "otomo-cli"]))?;
    let test = match what {
        What::Crash => "crash::",
    };
    let mut cargo = command("cargo", &["test", "--package", "otomo-tests", "--test", "it", test, "--", "--nocapture"]);
    cargo.env("OTOMO_KILLS", kills.to_string());
    let mut line = None;
    let outcome = run_watched(cargo, |said| line = read(said).or(line.take()));
    let line = line.ok_or_else(|| Failure::new("the test ended without its figures"))?;
    println!("\n{line}");
    outcome
}

/// The figures, if the line has them.
fn read(line: &str) -> Option<String> {
    line.trim().strip_prefix("score ").filter(|figures| figures.split(' ').count() == 5).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(read(line).as_deref(), expected);
    }

    #[test]
    fn the_line_with_the_figures_is_told_from_others() {
        check("score crash 50:0/0/0 50:0/0/0 17 pass\n", Some("crash 50:0/0/0 50:0/0/0 17 pass"));
        check("score", None);
        check("test crash::a_program ... ok", None);
    }
}
