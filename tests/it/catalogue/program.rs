//! The program without its workers, and what it says when something goes wrong.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kit::imap::{PASSWORD, USER};
use otomo_api::ApiError;
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, Running, start};
use otomo_domain::account::{Endpoint, SmtpAuth};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a command answered, or the error in its place.
pub fn told(outcome: Result<Value, ApiError>) -> Value {
    outcome.unwrap_or_else(|error| json!(error))
}

/// A running program, and the folder it lives in.
pub struct Program {
    running: Running,
    folder: TempDir,
}

impl Program {
    /// Under this policy, answering and nothing else.
    pub async fn under(policy: Value) -> Self {
        Self::start(&policy.to_string(), false).await
    }

    /// That trusts these authorities.
    pub async fn trusting<'a>(authorities: impl IntoIterator<Item = &'a Path>) -> Self {
        let authorities: Vec<_> = authorities.into_iter().collect();
        Self::under(json!({ "extra_ca": authorities })).await
    }

    /// The same, whose workers run.
    pub async fn at_work(policy: Value) -> Self {
        Self::start(&policy.to_string(), true).await
    }

    pub async fn start(policy: &str, work: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        Self::on(home, folder, policy, work).await
    }

    /// With its data somewhere else than in the folder that has the policy.
    pub async fn on(home: PathBuf, folder: TempDir, policy: &str, work: bool) -> Self {
        let path = folder.path().join("policy.json");
        std::fs::write(&path, policy).unwrap();
        let (home, policy) = (Some(home), Some(path));
        let options = Options { home, policy, key: KeyPlace::Memory, work, ..Options::default() };
        Self { running: start(options).await.unwrap(), folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Asks a command that should fail; its error.
    pub async fn fails(&self, name: &str, args: Value) -> Value {
        told(self.running.api().dispatch(name, args).await)
    }

    /// Asks a command that must not fail.
    pub async fn ask(&self, name: &str, args: Value) -> Value {
        self.running.api().dispatch(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Tests a mailbox on this server; the error.
    pub async fn test(&self, endpoint: &Endpoint) -> Value {
        self.fails("accounts.test", mailbox(endpoint)).await
    }

    /// Tests an account that only sends; the error of sending.
    pub async fn test_sending(&self, endpoint: &Endpoint) -> Value {
        let mut answer = self.fails("accounts.test", outbox(endpoint)).await;
        if answer["sending"]["error"].is_object() { answer["sending"]["error"].take() } else { answer }
    }

    /// Waits until the one account has met with an error; that error.
    pub async fn account_error(&self) -> Value {
        for _ in 0..3000 {
            let mut accounts = self.ask("accounts.list", Value::Null).await;
            if accounts[0]["doing"]["error"].is_object() {
                return accounts[0]["doing"]["error"].take();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        json!("the account met with no error")
    }
}

/// The arguments for a mailbox of the kit's rep.
pub fn mailbox(endpoint: &Endpoint) -> Value {
    json!({ "address": USER, "endpoint": endpoint, "password": PASSWORD })
}

/// The same for a server that only sends.
pub fn outbox(endpoint: &Endpoint) -> Value {
    let sending = json!({ "kind": "smtp", "endpoint": endpoint, "auth": SmtpAuth::Own { user: USER.into() } });
    json!({ "address": USER, "send_only": true, "sending": sending, "sending_password": PASSWORD })
}
