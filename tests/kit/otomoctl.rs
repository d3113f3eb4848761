//! The real program without a window, in a data folder of its own: each call is a process of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use otomo_domain::ports::Vault;
use otomo_domain::secret::SecretString;
use otomo_vault::PassphraseVault;
use serde_json::{Value, json};

use crate::built;

/// A data folder and how to open it.
#[derive(Clone, Debug)]
pub struct Otomoctl {
    pub home: PathBuf,
    pub policy: Option<PathBuf>,
    pub passphrase: &'static str,
}

/// An error as the program prints it.
#[derive(Debug)]
pub struct Failed {
    pub exit: Option<i32>,
    pub error: Value,
}

impl Failed {
    pub fn code(&self) -> &str {
        self.error["code"].as_str().unwrap_or_default()
    }

    /// Whether it says what happened and what to do in sentences, Japanese and English.
    pub fn speaks_both_languages(&self) -> bool {
        let sentence = |part: &str, language: &str, end: char| {
            self.error[part][language].as_str().is_some_and(|text| text.ends_with(end))
        };
        ["message", "hint"].iter().all(|part| sentence(part, "en", '.') && sentence(part, "ja", '。'))
    }
}

impl Otomoctl {
    /// A fresh data folder made for tests, so that its time may run faster.
    pub fn test_home(folder: &Path, policy: &str) -> Self {
        let path = folder.join("policy.json");
        std::fs::write(&path, policy).expect("room for a policy");
        let otomo = Self { home: folder.join("home"), policy: Some(path), passphrase: "correct horse battery staple" };
        let made = otomo.command().args(["demo", "--test-home"]).output().expect("otomoctl runs");
        assert!(made.status.success(), "{made:?}");
        otomo
    }

    /// The key of both databases, as whoever knows the passphrase can have it.
    pub async fn key(&self) -> SecretString {
        let vault = PassphraseVault { file: self.home.join("key.json"), passphrase: self.passphrase.to_owned().into() };
        vault.load().await.expect("the passphrase opens it").expect("a key")
    }

    /// The program on this data folder, without the passphrase.
    fn command(&self) -> Command {
        let mut command = Command::new(built::otomoctl());
        command.arg("--home").arg(&self.home);
        if let Some(policy) = &self.policy {
            command.arg("--policy").arg(policy);
        }
        command
    }

    /// Starts the program; it reads its passphrase from standard input.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command();
        command.args(["--passphrase-fd", "0"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("otomoctl runs");
        let sent = child.stdin.take().expect("a pipe").write_all(self.passphrase.as_bytes());
        sent.expect("otomoctl reads its passphrase");
        child
    }

    pub fn output(&self, arguments: &[&str]) -> Output {
        self.spawn(arguments).wait_with_output().expect("otomoctl ends")
    }

    /// One command of the table.
    pub fn call(&self, name: &str, args: Value) -> Result<Value, Failed> {
        let output = self.output(&[name, &args.to_string()]);
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).expect("an answer in JSON"));
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let error = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
        Err(Failed { exit: output.status.code(), error: error.unwrap_or_else(|| json!({ "text": text })) })
    }

    /// As [`Self::call`], for a command that must succeed.
    pub fn ask(&self, name: &str, args: Value) -> Value {
        self.call(name, args).unwrap_or_else(|failed| panic!("{name}: {failed:?}"))
    }

    /// Runs the workers until nothing is left to do, `rate` times as fast as real time.
    pub fn run_until_idle(&self, rate: u32) -> Value {
        let output = self.output(&["run", "--until-idle", "--clock-rate", &rate.to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("a status in JSON")
    }

    /// Starts the workers and leaves them running.
    pub fn spawn_run(&self, rate: u32) -> Child {
        self.spawn(&["run", "--clock-rate", &rate.to_string()])
    }

    /// Every row of a connection in these states.
    pub fn rows(&self, connection: i64, states: &[&str]) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut after = Value::Null;
        loop {
            let args = json!({ "connection": connection, "states": states, "limit": 1000, "after": after });
            let mut page = self.ask("review.list", args);
            rows.append(page["rows"].as_array_mut().expect("rows"));
            after = page["next"].take();
            if after.is_null() {
                return rows;
            }
        }
    }
}
