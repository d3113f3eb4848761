//! What goes wrong outside, told by the real program in words that help, and nothing lost or doubled afterwards.

mod crm;
mod mailbox;
mod usage;

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use kit::otomoctl::{Failed, Otomoctl};
use serde_json::{Value, json};

/// How much faster than real time the workers run here.
const RATE: u32 = 200;

const CLIENT: &str = "client@customer.example";

/// An error has this code, a sentence and a way on in both languages, and an action.
fn said(error: &Value, code: &str) {
    assert_eq!(error["code"], code, "{error}");
    for words in ["message", "hint"] {
        let [en, ja] = ["en", "ja"].map(|language| error[words][language].as_str().unwrap_or_default());
        assert!(!en.is_empty() && !ja.is_empty() && en != ja, "{words} of {error}");
        assert!(ja.chars().any(|c| c > '\u{3000}'), "{words} of {error}");
    }
    assert!(error["action"].as_str().is_some_and(|action| !action.is_empty()), "{error}");
}

/// A command that is refused with this code; the error, for a closer look.
fn refused(outcome: Result<Value, Failed>, code: &str) -> Value {
    let failed = outcome.expect_err("a refusal");
    assert_eq!(failed.exit, Some(1), "{failed:?}");
    said(&failed.error, code);
    failed.error
}

/// A mail from the client whose subject and Message-ID tell its name.
fn mail(name: &str) -> Vec<u8> {
    let head =
        format!("From: {CLIENT}\r\nTo: taro@example.test\r\nSubject: {name}\r\nMessage-ID: <{name}@bad.example>\r\n");
    format!("{head}Date: Thu, 19 Nov 2026 09:00:00 +0900\r\n\r\nText of {name}.\r\n").into_bytes()
}

/// A folder of mail files with these mails in it, besides what it has already.
fn put_mails(folder: &Path, names: &[&str]) {
    std::fs::create_dir_all(folder).expect("a folder");
    for name in names {
        std::fs::write(folder.join(format!("{name}.eml")), mail(name)).expect("room for a mail");
    }
}

/// The workers of a home, running, once they answer.
fn running(otomo: &Otomoctl, rate: u32) -> Child {
    let socket = otomo.home.join("otomo.sock");
    drop(std::fs::remove_file(&socket));
    let process = otomo.spawn_run(rate);
    let started = Instant::now();
    while !socket.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "the workers do not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}

fn mail_count(otomo: &Otomoctl) -> i64 {
    otomo.ask("app.status", Value::Null)["mails"].as_i64().expect("a number")
}

/// Decides to share every mail that waits.
fn share_all(otomo: &Otomoctl, connection: i64) {
    let rows = otomo.rows(connection, &["pending"]);
    let item = |row: &Value| json!({ "mail": row["mail"], "expected_rev": row["rev"] });
    let items: Vec<Value> = rows.iter().map(item).collect();
    otomo.ask("review.share", json!({ "connection": connection, "items": items }));
}
