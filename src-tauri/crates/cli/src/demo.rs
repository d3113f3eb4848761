//! `otomoctl demo`: the main job on sample data, step by step, through the same commands the window uses.

use std::path::{Path, PathBuf};

use clap::Args;
use otomo_api::{ApiError, Code};
use otomo_boot::home::{Home, TestHome};
use otomo_boot::{Options, Running, StartFault, sample};
use otomo_domain::ports::Clock;
use serde_json::{Value, json};

use crate::End;

#[derive(Args)]
pub struct DemoArguments {
    /// Only make the data folder, as one for tests, where time may run faster.
    #[arg(long)]
    test_home: bool,
    /// Where the folder CRM is written; a temporary place where it is left out.
    #[arg(long, value_name = "DIR")]
    crm: Option<PathBuf>,
}

/// How much faster than real time the demonstration runs: its minute and a half of grace takes a second and a half.
const RATE: u32 = 60;

pub async fn demo(options: Options, arguments: DemoArguments) -> End {
    if arguments.test_home {
        return match make_test_home(options.home) {
            Ok(path) => {
                println!("{}", json!({ "home": path }));
                End::Done
            }
            Err(fault) => End::Failed(fault.into()),
        };
    }
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(e) => return End::Failed(StartFault::HomeUnusable(e.to_string()).into()),
    };
    let crm = arguments.crm.unwrap_or_else(|| folder.path().join("crm"));
    match journey(folder.path(), &crm).await {
        Ok(()) => {
            // What was logged is worth a look, so the folder stays.
            let kept = folder.keep();
            println!("\nfolder CRM  {}", crm.display());
            show_files(&crm);
            println!("data        {}", kept.join("home").display());
            End::Done
        }
        Err(error) => End::Failed(error),
    }
}

fn make_test_home(home: Option<PathBuf>) -> Result<PathBuf, StartFault> {
    let path = otomo_boot::home::locate(home).ok_or(StartFault::NoHome)?;
    let epoch = otomo_boot::clock::MachineClock::default().now().0;
    Home::open(&path)?.mark_for_tests(TestHome { epoch })?;
    Ok(path)
}

async fn journey(folder: &Path, crm: &Path) -> Result<(), ApiError> {
    let (running, sample) = sample::start_on(folder, crm, Options { clock_rate: RATE, ..Options::default() }).await?;
    println!("connected   {} · folder CRM", sample.address);
    let demo = Demo { running };
    demo.steps().await?;
    demo.running.stop().await;
    Ok(())
}

/// Lists what stands in the folder CRM.
fn show_files(crm: &Path) {
    for folder in [crm.to_owned(), crm.join("mail")] {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            let size = file.metadata().map_or(0, |m| m.len());
            println!("            {} ({size} bytes)", file.strip_prefix(crm).unwrap_or(file).display());
        }
    }
}

struct Demo {
    running: Running,
}

impl Demo {
    async fn steps(&self) -> Result<(), ApiError> {
        let connections = self.call("crm.list", Value::Null).await?;
        let connection = connections.get(0).and_then(|c| c.get("id")).cloned().unwrap_or_default();
        self.running.api().engine().until_idle().await?;
        let status = self.call("app.status", Value::Null).await?;
        println!("received    {}", number(&status, "mails"));

        let listed = self.list(&connection, &["pending"]).await?;
        let others = self.list(&connection, &["unmatched", "excluded"]).await?;
        println!("matched     {} (not matched or not for the CRM: {})", listed.len(), others.len());
        println!("waiting     {}", listed.len());
        for row in &listed {
            println!("            · {}", row.get("subject").and_then(Value::as_str).unwrap_or_default());
        }

        let chosen: Vec<Value> = listed.iter().take(3).cloned().collect();
        let private: Vec<Value> = listed.iter().skip(3).take(1).cloned().collect();
        self.share(&connection, &chosen).await?;
        self.call("review.keep_private", json!({ "connection": connection, "items": items(&private) })).await?;
        println!(
            "shared      {} (and {} kept private), {} seconds to undo",
            chosen.len(),
            private.len(),
            number(&self.policy().await?, "grace_seconds")
        );

        self.running.api().engine().until_idle().await?;
        let mut logged = self.history().await?;
        logged.retain(|row| row.get("state").is_some_and(|state| state == "logged"));
        println!("logged      {}", logged.len());

        let first = logged.first().and_then(|row| row.get("id")).cloned().unwrap_or_default();
        self.call("history.retract", json!({ "id": first })).await?;
        self.running.api().engine().until_idle().await?;
        let history = self.history().await?;
        println!("retracted   {}", count(&history, "retracted"));

        let audit = self.call("audit.verify", Value::Null).await?;
        println!(
            "audit       {} rows, intact: {}",
            number(&audit, "rows"),
            audit.get("intact").unwrap_or(&Value::Null)
        );
        if logged.len() != 3 || count(&history, "retracted") != 1 || audit.get("intact") != Some(&Value::Bool(true)) {
            return Err(ApiError::new(Code::NotPossibleNow, "the journey did not go as it should"));
        }
        Ok(())
    }

    /// Shares each mail as it was previewed.
    async fn share(&self, connection: &Value, rows: &[Value]) -> Result<(), ApiError> {
        for row in rows {
            let mail = row.get("mail").cloned().unwrap_or_default();
            let preview = self.call("review.preview", json!({ "connection": connection, "mail": mail })).await?;
            let decision = json!({
                "connection": connection,
                "items": items(std::slice::from_ref(row)),
                "payload_sha256": preview.get("sha256"),
            });
            self.call("review.share", decision).await?;
        }
        Ok(())
    }

    async fn list(&self, connection: &Value, states: &[&str]) -> Result<Vec<Value>, ApiError> {
        Ok(rows(self.call("review.list", json!({ "connection": connection, "states": states })).await?))
    }

    async fn history(&self) -> Result<Vec<Value>, ApiError> {
        Ok(rows(self.call("history.list", Value::Null).await?))
    }

    async fn policy(&self) -> Result<Value, ApiError> {
        self.call("policy.get", Value::Null).await
    }

    async fn call(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        self.running.api().dispatch(name, args).await
    }
}

/// The rows of a page.
fn rows(page: Value) -> Vec<Value> {
    page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn items(rows: &[Value]) -> Value {
    rows.iter().map(|row| json!({ "mail": row.get("mail"), "expected_rev": row.get("rev") })).collect()
}

fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or_default()
}

fn count(rows: &[Value], state: &str) -> usize {
    rows.iter().filter(|row| row.get("state").and_then(Value::as_str) == Some(state)).count()
}
