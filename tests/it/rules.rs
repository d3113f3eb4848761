//! What people and companies said about mail, through the real program: the stricter word wins and is shown, no jump of
//! the clock lets anything go early, and no rule and no mail is too much.
//!
//! | module | about |
//! |---|---|
//! | [`voices`] | a rule, the rep and a policy that want different things |
//! | [`clock`] | restarts within the grace period, and clocks that are set |
//! | [`many`] | a rule about everything, ten thousand rules, and mail made to do harm |

mod clock;
mod many;
mod voices;

use std::fs;
use std::process::Child;
use std::time::Duration;

use kit::crm::{CrmServer, TOKEN};
use kit::otomoctl::{Failed, Otomoctl};
use otomo_domain::mail::MailKey;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

/// How much faster than real time the workers run where nothing else is said.
const RATE: u32 = 200;

/// A rep whose mail lies in files, with a CRM that knows some people.
struct Rep {
    folder: TempDir,
    server: CrmServer,
    otomo: Otomoctl,
    connection: i64,
}

fn key(name: &str) -> MailKey {
    MailKey::of_message_id(&format!("<{name}@rules.example>"))
}

impl Rep {
    /// The CRM knows these addresses; the policy is this one. There is no mail yet.
    async fn new(policy: &Value, known: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = CrmServer::start().await;
        for address in known {
            server.put_record(json!({ "type": "contact", "id": address, "name": address, "emails": [address] }));
        }
        let otomo = Otomoctl::test_home(folder.path(), &policy.to_string());
        fs::create_dir_all(folder.path().join("mails")).expect("a folder");
        let crm = json!({ "kind": "rest", "settings": { "url": server.url() }, "token": TOKEN });
        let connection = otomo.ask("crm.connect", crm)["id"].as_i64().expect("a number");
        otomo.ask("accounts.add", json!({ "address": "taro@example.test", "path": folder.path().join("mails") }));
        Self { folder, server, otomo, connection }
    }

    /// A mail from somebody, whose name is its subject.
    fn receives(&self, name: &str, from: &str) {
        self.receives_raw(name, &format!("From: {from}\r\nSubject: {name}\r\n"));
    }

    /// The same with a header of its own, which names author and subject.
    fn receives_raw(&self, name: &str, head: &str) {
        let rest = format!("To: taro@example.test\r\nMessage-ID: <{name}@rules.example>\r\n");
        let mail = format!("{head}{rest}Date: Thu, 19 Nov 2026 09:00:00 +0900\r\n\r\nText of {name}.\r\n");
        fs::write(self.folder.path().join(format!("mails/{name}.eml")), mail).expect("room for a mail");
    }

    fn works(&self) {
        self.otomo.run_until_idle(RATE);
    }

    /// Starts the program and leaves it running; it answers from now on.
    async fn starts(&self, rate: u32) -> Running {
        let door = self.otomo.home.join("otomo.sock");
        drop(fs::remove_file(&door));
        let running = Running(self.otomo.spawn_run(rate));
        while !door.exists() {
            sleep(Duration::from_millis(10)).await;
        }
        running
    }

    fn set_policy(&self, text: &str) {
        fs::write(self.otomo.policy.as_ref().expect("a policy"), text).expect("a policy written");
    }

    fn rule(&self, about: Value, then: &str) {
        self.otomo.ask("rules.add", json!({ "about": about, "then": then }));
    }

    /// The row number of the mail whose snippet tells its name.
    fn mail(&self, name: &str) -> Value {
        let page = self.otomo.ask("mail.list", json!({ "limit": 1000 }));
        let words = format!("Text of {name}.");
        let found = page["rows"].as_array().expect("rows").iter().find(|row| row["snippet"] == words.as_str());
        found.unwrap_or_else(|| panic!("{name} is here"))["mail"].clone()
    }

    fn why(&self, name: &str) -> Value {
        self.otomo.ask("review.why", json!({ "connection": self.connection, "mail": self.mail(name) }))
    }

    fn decide(&self, verb: &str, name: &str) -> Result<Value, Failed> {
        let items = json!([{ "mail": self.mail(name) }]);
        self.otomo.call(verb, json!({ "connection": self.connection, "items": items }))
    }

    fn is_in_the_crm(&self, name: &str) -> bool {
        self.server.keys_ever().contains(&key(name).to_string())
    }

    /// How often any mail was sent, whatever became of it.
    fn sent(&self) -> usize {
        let requests = self.server.requests();
        requests.iter().filter(|request| request.method == "PUT" && request.path.contains("/emails/")).count()
    }
}

/// The running program. Dropping it kills it in the middle of whatever it does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The check that had the last word.
fn winner(why: &Value) -> &Value {
    let steps = why["steps"].as_array().expect("steps");
    let winners: Vec<&Value> = steps.iter().filter(|step| step["wins"] == true).collect();
    assert_eq!(winners.len(), 1, "one check wins: {why}");
    winners[0]
}
