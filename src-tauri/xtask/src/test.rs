//! Every check and every test, in an order that finds cheap faults first.
//!
//! It stops at the first step that fails; within a step all tests run. A kind of test of which none ran is a failure,
//! too: nothing is ever proved by silence.

mod tally;

use crate::deps;
use crate::setup::{Profile, privilege, setup};
use crate::shell::{Failure, Outcome, command, npm, npm_install, run, run_watched};
use tally::{Kind, Tally};

/// A step's heading and what it does.
type Step = (&'static str, fn(&mut Tally) -> Outcome);

const STEPS: &[Step] = &[
    ("format", |_| run(command("cargo", &["fmt", "--all", "--check"]))),
    ("user interface: install", |_| npm_install()),
    ("user interface: types", |_| run(npm(&["run", "check"]))),
    ("user interface: tests", |tally| vitest(Kind::Interface, &["test"], tally)),
    ("user interface: in a browser", |tally| vitest(Kind::Browser, &["run", "browser"], tally)),
    ("user interface: build", |_| run(npm(&["run", "build"]))),
    ("fetch", |_| run(command("cargo", &["fetch", "--locked"]))),
    ("licences and advisories", |_| deps::deps()),
    ("lints", |_| run(command("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))),
    ("programs", |_| run(command("cargo", &["build", "--workspace", "--bins"]))),
    ("tests", cargo_tests),
];

pub fn test() -> Outcome {
    setup(Profile::Test)?;
    let mut tally = Tally::default();
    let outcome = STEPS.iter().try_for_each(|(heading, step)| {
        println!("\n=== {heading} ===");
        step(&mut tally).map_err(|failure| Failure::new(format!("step \"{heading}\": {failure}")))
    });
    let outcome = outcome.and_then(|()| tally.complete());
    println!("\n{tally}");
    if let Err(failure) = &outcome {
        println!("FAILED {failure}");
    }
    println!("{} passed, {} failed", tally.passed(), tally.failed().max(u32::from(outcome.is_err())));
    outcome
}

fn vitest(kind: Kind, script: &[&str], tally: &mut Tally) -> Outcome {
    let mut vitest = npm(script);
    vitest.env("NO_COLOR", "1").env("CI", "1");
    run_watched(vitest, |line| tally.read_vitest(kind, line))
}

/// All of them, the app's too: those start a screen, a message bus and a key store of their own. The test programs run
/// as root, because some make network namespaces, watch the wire, or listen on a port below 1024.
fn cargo_tests(tally: &mut Tally) -> Outcome {
    let mut cargo = command("cargo", &["test", "--workspace", "--no-fail-fast"]);
    cargo.env("CARGO_TERM_COLOR", "never").args(runner()?);
    let mut kind = Kind::Unit;
    run_watched(cargo, |line| tally.read_cargo(&mut kind, line))
}

/// What makes cargo start test programs as root; nothing for root. `sudo` would set a PATH of its own.
fn runner() -> Result<Vec<String>, Failure> {
    let Some(privilege) = privilege() else {
        return Err(Failure::usage("Some tests need root. Please run this as root, or with sudo that asks nothing."));
    };
    if privilege.is_empty() {
        return Ok(Vec::new());
    }
    let path = format!("PATH={}", std::env::var("PATH").unwrap_or_default());
    let words: Vec<_> = [privilege, &["--preserve-env", "env", &path]].concat();
    Ok(vec!["--config".into(), format!("target.'cfg(unix)'.runner = {words:?}")])
}
