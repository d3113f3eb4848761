//! Commands that make no sense, and homes that somebody else has.

use std::fs::File;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use kit::otomoctl::Otomoctl;
use serde_json::{Value, json};

use super::{RATE, refused, running, said};

fn home(folder: &tempfile::TempDir) -> Otomoctl {
    Otomoctl::test_home(folder.path(), "{}")
}

#[test]
fn arguments_that_are_none_are_told_without_repeating_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = home(&folder);
    for args in [
        json!({ "address": "a@x.jp", "password": { "is": "s3cret" } }),
        json!({ "address": "a@x.jp", "password": 7_316_504 }),
        json!({ "address": "a@x.jp", "endpoint": "pa\"s3cret\"ss, expected \"s3cret" }),
        json!({ "address": "s3cret" }),
        json!("s3cret"),
        json!({}),
    ] {
        let error = refused(otomo.call("accounts.add", args), "bad_arguments").to_string();
        assert!(!error.contains("s3cret") && !error.contains("7316504"), "{error}");
    }
}

#[test]
fn a_command_that_nobody_knows_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(home(&folder).call("mail.burn", Value::Null), "unknown_command");
}

#[test]
fn bad_usage_ends_with_two_and_repeats_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = home(&folder);
    for words in [
        &[][..],
        &["nonsense"],
        &["app.status", "{}", "{}"],
        &["accounts.add", r#"{"password": "s3cret""#],
        &["accounts.add", "s3cret"],
        &["run", "--no-such-flag"],
        &["--passphrase-fd", "99", "app.status"],
    ] {
        let output = otomo.output(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(!said.is_empty() && !said.contains("s3cret"), "{words:?}: {said}");
    }
}

#[test]
fn time_runs_faster_only_in_a_home_made_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = Otomoctl { home: folder.path().join("plain"), ..home(&folder) };
    plain.ask("app.status", Value::Null);
    let output = plain.output(&["run", "--until-idle", "--clock-rate", "10"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).lines().last().map(serde_json::from_str::<Value>);
    said(&error.expect("a line").expect("an error in JSON"), "bad_arguments");
    let marked = plain.output(&["demo", "--test-home"]);
    assert_ne!(marked.status.code(), Some(0), "a home with data never becomes one");
}

/// Asks for the status while somebody else holds the lock.
fn in_use(otomo: &Otomoctl) {
    let started = Instant::now();
    let failed = otomo.call("app.status", Value::Null).expect_err("somebody has it");
    assert_eq!(failed.exit, Some(3), "{failed:?}");
    said(&failed.error, "home_in_use");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_home_of_a_process_that_does_not_answer_is_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = home(&folder);
    otomo.ask("app.status", Value::Null);
    let lock = File::options().write(true).open(otomo.home.join("home.lock")).expect("a lock file");
    lock.lock().expect("nobody has it");
    let socket = otomo.home.join("otomo.sock");
    drop(std::fs::remove_file(&socket));
    in_use(&otomo);
    drop(UnixListener::bind(&socket).expect("a socket that is dead at once"));
    in_use(&otomo);
    std::fs::remove_file(&socket).expect("the dead socket");
    let _silent = UnixListener::bind(&socket).expect("a socket behind which nobody speaks");
    in_use(&otomo);
    drop(lock);
    otomo.ask("app.status", Value::Null);
}

#[test]
fn a_home_of_a_running_program_answers_through_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = home(&folder);
    otomo.ask("app.status", Value::Null);
    let mut workers = running(&otomo, RATE);
    let other = Otomoctl { passphrase: "not the right one", ..otomo.clone() };
    let answered = other.call("app.status", Value::Null);
    let refusal = other.call("mail.burn", Value::Null);
    drop(workers.kill());
    drop(workers.wait());
    assert_eq!(answered.expect("an answer")["accounts"], 0);
    refused(refusal, "unknown_command");
    assert_eq!(other.call("app.status", Value::Null).expect_err("wrong by itself").code(), "passphrase_wrong");
    otomo.ask("app.status", Value::Null);
}
