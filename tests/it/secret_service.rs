//! The operating system's key store, as the program really meets it: GNOME Keyring on a message bus of its own.
//!
//! `otomoctl` is started without a passphrase, in a session with an open store, a locked one, or none at all. Each case
//! has an answer of its own, and none of them may cost the data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use kit::built::otomoctl;
use kit::otomoctl::Failed;
use kit::seek::contents;
use tempfile::TempDir;

/// Starts the key store and opens it as a log-in does.
const UNLOCKED: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
/// Starts the key store and leaves it closed.
const STARTED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";
/// Closes an open key store.
const LOCK: &str = "gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
    --method org.freedesktop.Secret.Service.Lock \"['/org/freedesktop/secrets/collection/login']\" >/dev/null";
/// Starts the program on its data folder.
const OPEN: &str = "if $PROGRAM >/dev/null 2>\"$HOME/error\"; then echo answer opened; else echo answer $? $(tail -n1 \"$HOME/error\"); fi";
/// What `secret-tool`, which knows nothing of Otomo, reads at the place of the key.
const LOOKUP: &str = "echo answer $(secret-tool lookup service app.otomo.desktop username ledger-key || echo none)";
/// Deletes the key, as somebody who tidies up does.
const CLEAR: &str = "secret-tool clear service app.otomo.desktop username ledger-key";
/// Puts something else in the key's place.
const DAMAGE: &str =
    "printf x | secret-tool store --label=x service app.otomo.desktop username ledger-key target default";

/// A message bus that knows no service and can start none.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// The home folder of somebody with a desktop.
struct Desktop {
    home: TempDir,
}

impl Desktop {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        for folder in ["run", "data", "config", "cache"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder");
        }
        Self { home }
    }

    /// Runs a shell script in a session of its own and gives the answers in it.
    fn session(&self, script: &[&str]) -> Vec<String> {
        self.answers(Command::new("dbus-run-session").args(["--", "sh", "-ec", &script.join("\n")]))
    }

    /// Runs a shell script where no message bus is.
    fn without_bus(&self, script: &str) -> Vec<String> {
        self.answers(Command::new("sh").args(["-ec", script]))
    }

    fn answers(&self, command: &mut Command) -> Vec<String> {
        let home = self.home.path();
        let program = format!("{} --home {} app.status", otomoctl().display(), self.otomo().display());
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("a PATH")).env("HOME", home);
        for (name, folder) in [("RUNTIME_DIR", "run"), ("DATA_HOME", "data"), ("CONFIG_HOME", "config")] {
            command.env(format!("XDG_{name}"), home.join(folder));
        }
        let command = command.env("XDG_CACHE_HOME", home.join("cache")).env("PROGRAM", program);
        let output = command.output().expect("a session");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{}\n{text}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        text.lines().filter_map(|line| line.split_once("answer ")).map(|(_, answer)| judged(answer)).collect()
    }

    /// The program's data folder.
    fn otomo(&self) -> PathBuf {
        self.home.path().join("otomo")
    }

    fn data(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        contents(&self.otomo())
    }
}

/// An error becomes `exit code`, once it has been seen to be one for people; anything else stays.
fn judged(answer: &str) -> String {
    let Some((exit, error)) = answer.split_once(' ') else { return answer.to_owned() };
    let error = serde_json::from_str(error).unwrap_or_else(|e| panic!("{answer}: {e}"));
    let failed = Failed { exit: exit.parse().ok(), error };
    assert!(failed.speaks_both_languages(), "{failed:?}");
    format!("{exit} {}", failed.code())
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[test]
fn the_first_start_leaves_a_key_in_the_store_and_every_other_finds_it() {
    let desktop = Desktop::new();
    let first = desktop.session(&[UNLOCKED, LOOKUP, OPEN, OPEN, LOOKUP]);
    assert_eq!(first[..3], ["none", "opened", "opened"]);
    assert!(is_key(&first[3]), "{first:?}");
    assert!(!desktop.otomo().join("key.json").exists(), "the key is in the store and nowhere else");
    assert_eq!(desktop.session(&[UNLOCKED, OPEN, LOOKUP]), ["opened", &first[3]], "after the next log-in");
}

#[test]
fn a_locked_store_is_said_to_be_locked_and_the_data_stays() {
    let desktop = Desktop::new();
    assert_eq!(desktop.session(&[UNLOCKED, OPEN, LOCK, OPEN]), ["opened", "1 key_store_locked"]);
    let before = desktop.data();
    assert_eq!(desktop.session(&[STARTED, OPEN]), ["1 key_store_locked"], "at a log-in without a password");
    assert_eq!(desktop.data(), before);
    assert_eq!(desktop.session(&[UNLOCKED, OPEN]), ["opened"]);
}

#[test]
fn a_new_home_is_not_begun_before_its_key_can_be_kept() {
    let desktop = Desktop::new();
    assert_eq!(desktop.session(&[UNLOCKED, LOCK, OPEN]), ["1 key_store_locked"]);
    assert!(!desktop.otomo().join("ledger.db").exists());
}

#[test]
fn a_computer_without_a_message_bus_has_no_store() {
    let desktop = Desktop::new();
    assert_eq!(desktop.without_bus(OPEN), ["1 key_store_missing"]);
    assert!(!desktop.otomo().join("ledger.db").exists());
}

#[test]
fn a_message_bus_without_a_store_is_no_store_either() {
    let desktop = Desktop::new();
    std::fs::write(desktop.home.path().join("bus.conf"), BARE_BUS).expect("room for a file");
    let script = format!("dbus-run-session --config-file=\"$HOME/bus.conf\" -- sh -ec '{OPEN}'");
    assert_eq!(desktop.without_bus(&script), ["1 key_store_missing"]);
}

#[test]
fn a_key_that_was_deleted_is_missing_and_no_other_takes_its_place() {
    let desktop = Desktop::new();
    desktop.session(&[UNLOCKED, OPEN]);
    let before = desktop.data();
    assert_eq!(desktop.session(&[UNLOCKED, CLEAR, OPEN, LOOKUP]), ["1 key_missing", "none"]);
    assert_eq!(desktop.data(), before);
}

#[test]
fn an_entry_that_is_no_key_is_broken_and_not_missing() {
    let desktop = Desktop::new();
    desktop.session(&[UNLOCKED, OPEN]);
    let before = desktop.data();
    assert_eq!(desktop.session(&[UNLOCKED, CLEAR, DAMAGE, OPEN, LOOKUP]), ["1 key_store_broken", "x"]);
    assert_eq!(desktop.data(), before);
}
