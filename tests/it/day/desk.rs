//! The rep's desk: the running program, asked through the door by which other processes reach it, and killed at need.

use std::collections::BTreeMap;
use std::process::Child;
use std::time::Duration;

use kit::otomoctl::Otomoctl;
use kit::tap;
use otomo_boot::home::TestHome;
use otomo_boot::socket::{Outcome, forward};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::mail::{Mail, Portion};
use super::oracle::Moment;

/// How much faster than real time the day goes by.
pub const RATE: u32 = 400;

/// How long a decision can be taken back, and how long what goes by itself waits, in seconds of the day.
pub const GRACE: i64 = 2400;
pub const GRACE_BY_ITSELF: i64 = 7200;

/// How long anything is waited for, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Desk {
    pub otomo: Otomoctl,
    pub connection: i64,
    epoch: i64,
    running: Option<Child>,
}

/// Asks again until there is an answer.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let patience = PATIENCE.as_millis() / 50;
    for _ in 0..patience {
        if let Some(answer) = ask().await {
            return answer;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: waited for {PATIENCE:?}");
}

impl Desk {
    pub fn new(otomo: Otomoctl, connection: i64) -> Self {
        let mark = std::fs::read(otomo.home.join("test-home.json")).expect("a home for tests");
        let TestHome { epoch } = serde_json::from_slice(&mark).expect("its mark");
        Self { otomo, connection, epoch, running: None }
    }

    /// What the clock of the day shows at a real time.
    pub fn moment(&self, real: i64) -> Moment {
        self.epoch + (real - self.epoch) * i64::from(RATE)
    }

    pub fn now(&self) -> Moment {
        self.moment(tap::now())
    }

    /// Starts the program, and waits until it answers.
    pub async fn start(&mut self) {
        drop(std::fs::remove_file(self.otomo.home.join("otomo.sock")));
        self.running = Some(self.otomo.spawn_run(RATE));
        until("the program starts", || async { self.call("app.status", Value::Null).await.ok() }).await;
    }

    /// Kills the program in the middle of whatever it does.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.kill().expect("killed");
        running.wait().expect("ended");
    }

    async fn call(&self, name: &str, args: Value) -> std::io::Result<Outcome> {
        forward(&self.otomo.home, name, args).await
    }

    pub async fn ask(&self, name: &str, args: Value) -> Value {
        match self.call(name, args).await.expect("the program runs") {
            Outcome::Ok(answer) => answer,
            Outcome::Err(error) => panic!("{name}: {error}"),
        }
    }

    /// The row number of every mail that is on the desk, whatever its state, by the token in its subject.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut rows = BTreeMap::new();
        let mut after = Value::Null;
        loop {
            let mut page = self.ask("mail.list", json!({ "limit": 1000, "after": after })).await;
            for row in page["rows"].as_array().expect("rows") {
                let subject = row["subject"].as_str().expect("a subject");
                let token = subject.split(' ').find(|word| word.ends_with("-subject")).expect("its token");
                rows.insert(token.to_owned(), row["mail"].as_i64().expect("a number"));
            }
            after = page["next"].take();
            if after.is_null() {
                return rows;
            }
        }
    }

    /// Previews a mail, and shares it as it was previewed; the payload and the decision.
    pub async fn share(&self, row: i64, mail: &Mail, portion: &Portion) -> (String, Value) {
        let mut wish = json!({ "level": portion.level, "quotes": portion.quotes });
        if portion.file {
            wish["attachments"] = json!([mail.file_digest()]);
        }
        if portion.redacted {
            wish["redactions"] = json!([mail.token("secret")]);
        }
        let args = json!({ "connection": self.connection, "mail": row, "wish": wish });
        let preview = self.ask("review.preview", args).await;
        let decision = json!({
            "connection": self.connection, "items": [{ "mail": row }], "wish": wish,
            "payload_sha256": preview["sha256"],
        });
        let payload = preview["payload"].as_str().expect("a payload").to_owned();
        (payload, self.ask("review.share", decision).await)
    }

    /// Shares, keeps private or puts off some mail in one go.
    pub async fn decide(&self, verb: &str, rows: &[i64], more: Value) -> Value {
        let items: Vec<Value> = rows.iter().map(|row| json!({ "mail": row })).collect();
        let mut args = json!({ "connection": self.connection, "items": items });
        args.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        self.ask(verb, args).await
    }

    /// The mail's row of the queue, once it waits for the end of its grace period.
    pub async fn scheduled(&self, mail: &Mail) -> Value {
        let key = mail.key().to_string();
        let look = || async {
            let queue = self.ask("queue.list", Value::Null).await;
            let mut rows = queue.as_array().expect("rows").iter();
            rows.find(|row| row["key"] == key.as_str() && row["state"] == "scheduled").cloned()
        };
        until(&format!("{} goes by itself", mail.owner), look).await
    }

    pub async fn never_log(&self, kind: &str, value: &str) {
        let about = json!({ "kind": kind, "value": value });
        self.ask("rules.add", json!({ "about": about, "then": "never_log" })).await;
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            drop(running.kill());
            drop(running.wait());
        }
    }
}
