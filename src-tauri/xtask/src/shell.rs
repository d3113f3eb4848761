//! How commands run programs: each is echoed, and one that fails says which it was.

use std::fmt;
use std::io::{BufRead, BufReader, pipe};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Why a command ends early: what to tell the person, and the exit code.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub code: u8,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The request can't be met on this machine as it is.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

pub type Outcome = Result<(), Failure>;

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A program as cargo built it for development.
pub fn built(program: &str) -> PathBuf {
    in_target("debug", program)
}

/// A program as cargo built it for people.
pub fn built_for_release(program: &str) -> PathBuf {
    in_target("release", program)
}

fn in_target(profile: &str, program: &str) -> PathBuf {
    target(profile).join(program).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Where cargo puts what it builds with a profile.
pub fn target(profile: &str) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join(profile)
}

/// A program with its arguments, to be run at the root of the checkout.
pub fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// npm, in the folder of the user interface.
pub fn npm(arguments: &[&str]) -> Command {
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments);
    npm.current_dir(root().join("ui"));
    npm
}

/// Installs what the lock file of the user interface names. Not by `npm ci`: that refuses a lock file without the packages
/// of other platforms, which not every registry has.
pub fn npm_install() -> Outcome {
    run(npm(&["install", "--no-save", "--no-audit", "--no-fund"]))
}

/// Runs it in front of the person.
pub fn run(mut command: Command) -> Outcome {
    let name = echo(&command);
    let status = command.status().map_err(|e| cannot_run(&name, &e))?;
    judge(&name, status)
}

/// Runs it in front of the person and shows each line of what it says, on either stream, to `watch` as well.
pub fn run_watched(mut command: Command, mut watch: impl FnMut(&str)) -> Outcome {
    let name = echo(&command);
    let (reader, writer) = pipe().map_err(|e| cannot_run(&name, &e))?;
    let errors = writer.try_clone().map_err(|e| cannot_run(&name, &e))?;
    let mut child = command.stdout(writer).stderr(errors).spawn().map_err(|e| cannot_run(&name, &e))?;
    drop(command); // our copies of the writing end, so that the reader sees an end
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.map_err(|e| cannot_run(&name, &e))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        watch(&line);
    }
    let status = child.wait().map_err(|e| cannot_run(&name, &e))?;
    judge(&name, status)
}

/// What it prints on standard output, whatever its exit status; `None` when there is no such program.
pub fn answer(mut command: Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What it prints on standard output.
pub fn capture(mut command: Command) -> Result<String, Failure> {
    let name = echo(&command);
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| cannot_run(&name, &e))?;
    judge(&name, output.status)?;
    String::from_utf8(output.stdout).map_err(|e| Failure::new(format!("{name}: {e}")))
}

fn echo(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let name = words.map(|w| w.to_string_lossy()).collect::<Vec<_>>().join(" ");
    println!("$ {name}");
    name
}

fn judge(name: &str, status: ExitStatus) -> Outcome {
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { message: format!("`{name}` failed ({status})"), code })
}

fn cannot_run(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{name}` can't be run: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_named_and_its_code_passed_on() {
        let failure = run(command("sh", &["-c", "exit 7"])).expect_err("a failure");
        assert_eq!((failure.code, failure.message.contains("sh -c exit 7")), (7, true));
    }

    #[test]
    fn both_streams_are_watched_in_their_order() {
        let mut seen = Vec::new();
        let script = "echo one; echo two >&2; echo three";
        run_watched(command("sh", &["-c", script]), |line| seen.push(line.to_owned())).expect("success");
        assert_eq!(seen, ["one", "two", "three"]);
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_and_not_a_panic() {
        assert!(run(command("otomo-no-such-program", &[])).is_err());
        assert_eq!(answer(command("otomo-no-such-program", &[])), None);
    }
}
