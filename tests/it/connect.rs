//! From a sign-in in a real browser to captured mail, and what happens when the sign-in ends: against Dovecot and a real
//! OpenID provider.

use std::time::Duration;

use kit::chromium::Chromium;
use kit::lab::{ALICE, Lab, Service, User};
use otomo_api::Event;
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, Running, start};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The caller's number for a sign-in.
const OP: u64 = 11;

const PATIENCE: Duration = Duration::from_secs(30);

/// A program whose workers run, in a lab with a provider.
struct Program {
    running: Running,
    lab: Lab,
    _folder: TempDir,
}

impl Program {
    async fn in_lab(words: &[(&str, &str)]) -> Self {
        let lab = Lab::start_with(&[Service::Dovecot, Service::Dnsmasq, Service::Idp, Service::Relay], words);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        std::fs::write(&path, lab.policy_with_providers("example.test").to_string()).unwrap();
        let home = Some(folder.path().join("home"));
        let options = Options { home, policy: Some(path), key: KeyPlace::Memory, ..Options::default() };
        Self { running: start(options).await.unwrap(), lab, _folder: folder }
    }

    async fn ask(&self, command: &str, args: Value) -> Value {
        let answer = self.running.api().dispatch(command, args).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    /// The rep signs in with a browser; what the program says of it.
    async fn authorise(&self, provider: &str, purpose: &str, user: User) -> Value {
        let mut events = self.running.api().events();
        let args = json!({
            "provider": provider, "purpose": purpose, "sends": true, "address": user.address, "op": OP,
        });
        let api = std::sync::Arc::clone(self.running.api());
        let waiting = tokio::spawn(async move { api.dispatch("accounts.authorise", args).await });
        let url = loop {
            if let Event::Browse { op: OP, url } = events.next().await.expect("the program runs") {
                break url;
            }
        };
        let browser = Chromium::start().await;
        browser.sign_in(&url, user.address, "allow").await;
        let authorised = waiting.await.unwrap().unwrap_or_else(|error| panic!("{error:?}"));
        browser.close().await;
        authorised
    }

    /// The account as its card shows it.
    async fn account(&self) -> Value {
        self.ask("accounts.list", Value::Null).await[0].clone()
    }

    async fn mails(&self) -> u64 {
        self.ask("mail.list", Value::Null).await["total"].as_u64().unwrap()
    }

    /// Waits until so much mail is there, with the account looking for it.
    async fn captures(&self, count: u64) {
        let captured = async {
            while self.mails().await < count {
                self.ask("mail.sync", Value::Null).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, captured).await.is_err() {
            panic!("{} of {count}: {}", self.mails().await, self.account().await);
        }
        assert_eq!(self.mails().await, count);
    }

    /// Waits until the account's card says this.
    async fn comes_to(&self, state: &str, code: &str) -> Value {
        let arrived = async {
            loop {
                let doing = self.account().await["doing"].clone();
                if doing["state"] == state && doing["error"]["code"].as_str().unwrap_or_default() == code {
                    return doing;
                }
                self.ask("mail.sync", Value::Null).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, arrived).await {
            Ok(doing) => doing,
            Err(_) => panic!("not {state} {code}: {}", self.account().await),
        }
    }

    /// New mail for a user, told apart by its number.
    fn deliver(&self, user: User, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let letter = format!(
                "From: client@x.example\r\nTo: {}\r\nSubject: Letter {number}\r\nMessage-ID: <{number}@x.example>\r\n\
                 Date: Mon, 23 Nov 2026 09:00:00 +0900\r\n\r\nHello {number}\r\n",
                user.address
            );
            self.lab.deliver(user.address, "INBOX", letter.as_bytes());
        }
    }

    async fn adds(&self, mut account: Value, authorised: &Value) -> Value {
        account["ticket"] = authorised["ticket"].clone();
        self.ask("accounts.add", account).await
    }
}

/// Who signs in, where, and over what.
async fn check(provider: &str, protocol: &str, words: &[(&str, &str)]) {
    let program = Program::in_lab(words).await;
    program.deliver(ALICE, 0..5);
    let authorised = program.authorise(provider, protocol, ALICE).await;
    assert_eq!((&authorised["address"], &authorised["matches"]), (&json!(ALICE.address), &json!(true)));
    assert_eq!(authorised["missing"], json!([]));
    let endpoint = if protocol == "pop3" { program.lab.pop3s() } else { program.lab.imaps() };
    let sending = json!({ "kind": "smtp", "endpoint": program.lab.submission() });
    let account = json!({ "address": ALICE.address, "protocol": protocol, "endpoint": endpoint, "sending": sending });
    let account = program.adds(account, &authorised).await;
    assert_eq!(account["sign_in"], json!({ "kind": "oauth", "provider": provider }), "{account}");
    program.captures(5).await;
    program.ask("accounts.send_test", json!({ "id": account["id"] })).await;
    program.captures(6).await;
    program.running.stop().await;
}

#[tokio::test]
async fn a_mailbox_is_connected_by_a_sign_in_of_googles_kind_and_sends() {
    check("google", "imap", &[]).await;
}

#[tokio::test]
async fn a_mailbox_is_connected_by_a_sign_in_of_microsofts_kind_and_sends() {
    check("microsoft", "imap", &[]).await;
}

#[tokio::test]
async fn a_pop3_mailbox_is_connected_by_a_sign_in_and_sends() {
    check("google", "pop3", &[]).await;
}

#[tokio::test]
async fn a_server_that_knows_only_the_standard_way_is_signed_in_to_by_it() {
    check("google", "imap", &[("LAB_MECHANISMS", "plain oauthbearer")]).await;
}

#[tokio::test]
async fn tokens_that_end_all_the_time_leave_no_gap() {
    let program = Program::in_lab(&[("LAB_TOKEN_TTL", "2")]).await;
    program.deliver(ALICE, 0..50);
    let authorised = program.authorise("google", "imap", ALICE).await;
    let account = json!({ "address": ALICE.address, "endpoint": program.lab.imaps() });
    program.adds(account, &authorised).await;
    for round in 1..=3 {
        program.captures(u64::from(round * 50)).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        program.deliver(ALICE, round * 50..(round + 1) * 50);
    }
    program.captures(200).await;
    program.running.stop().await;
}

#[tokio::test]
async fn a_sign_in_that_was_taken_back_is_asked_for_anew_and_nothing_is_missing() {
    let program = Program::in_lab(&[]).await;
    program.deliver(ALICE, 0..20);
    let authorised = program.authorise("google", "imap", ALICE).await;
    let account = json!({ "address": ALICE.address, "endpoint": program.lab.imaps() });
    let id = program.adds(account, &authorised).await["id"].clone();
    program.captures(20).await;
    program.lab.take_back_every_sign_in();
    let doing = program.comes_to("needs_person", "sign_in_expired").await;
    program.deliver(ALICE, 20..40);
    assert_eq!(doing["error"]["action"], "sign_in_at_provider");
    assert_eq!(program.mails().await, 20);
    let again = program.authorise("google", "imap", ALICE).await;
    program.ask("accounts.sign_in", json!({ "id": id, "ticket": again["ticket"] })).await;
    program.captures(40).await;
    program.comes_to("in_step", "").await;
    program.running.stop().await;
}
