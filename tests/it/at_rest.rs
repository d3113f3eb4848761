//! What lies on the disk: nothing that could be read without the key, and nothing that opens with another one.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kit::crm::{CrmServer, TOKEN};
use kit::lab::{ALICE, Lab, Service};
use kit::mailbox::{generate, three};
use kit::otomoctl::Otomoctl;
use kit::rep::{RATE, Rep, know};
use kit::seek::{Secrets, contents};
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// All that must not lie open: the canaries of every mail, and what opens mailbox, CRM and databases.
fn secrets(key: &SecretString, otomo: &Otomoctl) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add("canary", kit::decode::PREFIX.as_bytes());
    secrets.add("mail password", ALICE.password.as_bytes());
    secrets.add("CRM token", TOKEN.as_bytes());
    secrets.add("passphrase", otomo.passphrase.as_bytes());
    secrets.add("key as text", key.expose_secret().as_bytes());
    secrets.add("key", &hex::decode(key.expose_secret()).expect("64 hexadecimal digits"));
    secrets
}

/// Nobody but its owner gets at anything below the folder.
fn check_private(home: &Path) {
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(home), 0o700);
    let databases = fs::read_dir(home).expect("a folder").map(|entry| entry.expect("a file").path());
    for file in databases.filter(|path| path.to_string_lossy().contains(".db")) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

/// SQLite without a key, or with a wrong one, finds no database in the file.
fn check_closed(file: &Path) {
    for key in [None, Some(format!("x'{}'", "0".repeat(64)))] {
        let database = rusqlite::Connection::open(file).expect("a file");
        if let Some(key) = &key {
            database.pragma_update(None, "key", key).expect("a key set");
        }
        let read = database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        let code = read.expect_err("no database without its key").sqlite_error_code();
        assert_eq!(code, Some(rusqlite::ErrorCode::NotADatabase), "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_data_folder_can_be_read_without_its_key() {
    let folder = tempfile::tempdir().expect("folder");
    let truth = generate(&folder.path().join("box"), &["--count", "200", "--canary", "cnry", "--big", "12"]);
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    lab.deliver_maildir(ALICE.address, &folder.path().join("box"));
    let server = CrmServer::start().await;
    let chosen = three(&truth);
    know(&server, chosen.iter().copied());
    let rep = Rep::connected(folder.path(), &lab, &server.url());
    rep.otomo.run_until_idle(RATE);
    let secrets = secrets(&rep.otomo.key().await, &rep.otomo);

    let mut running = rep.otomo.spawn_run(1);
    let home = &rep.otomo.home;
    while !home.join("otomo.sock").exists() || rep.otomo.call("app.status", Value::Null).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    rep.share_all(&chosen);
    assert!(home.join("ledger.db-wal").exists() && home.join("cache.db-wal").exists(), "they are in use");
    assert_eq!(secrets.find_below(home), BTreeMap::new(), "while it runs");
    for told in ["cmdline", "environ"] {
        let open_to_tools = fs::read(format!("/proc/{}/{told}", running.id())).expect("what the system shows");
        assert_eq!(secrets.find(&open_to_tools), Vec::<&str>::new(), "{told}");
    }
    running.kill().expect("killed");
    running.wait().expect("ended");
    assert_eq!(secrets.find_below(home), BTreeMap::new(), "after it died");

    rep.otomo.run_until_idle(RATE);
    assert_eq!(server.keys().len(), 3);
    assert_eq!(secrets.find_below(home), BTreeMap::new(), "after it ended");
    check_private(home);
    check_closed(&home.join("ledger.db"));
    check_closed(&home.join("cache.db"));

    fs::write(home.join("planted"), format!("x{}", hex::encode(ALICE.password))).expect("a planted file");
    assert_eq!(
        secrets.find_below(home),
        BTreeMap::from([(home.join("planted"), vec!["mail password in hexadecimal"])])
    );
}

/// A home with both databases, at rest.
fn home_in(folder: &Path, passphrase: &'static str) -> Otomoctl {
    fs::create_dir_all(folder).expect("a folder");
    let otomo = Otomoctl { home: folder.join("home"), policy: None, passphrase };
    let about = json!({ "kind": "address", "value": "private@example.test" });
    otomo.ask("rules.add", json!({ "about": about, "then": "never_log" }));
    otomo
}

/// The program refuses to start, says why in both languages, and leaves every file as it was.
fn check_refused(otomo: &Otomoctl, code: &str) {
    let before = contents(&otomo.home);
    let failed = otomo.call("app.status", Value::Null).expect_err("it does not open");
    assert_eq!((failed.exit, failed.code()), (Some(1), code), "{failed:?}");
    assert!(failed.speaks_both_languages(), "{failed:?}");
    assert_eq!(contents(&otomo.home), before, "no file has changed");
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let otomo = home_in(folder.path(), "open sesame");
    check_refused(&Otomoctl { passphrase: "open barley", ..otomo.clone() }, "passphrase_wrong");
    assert_eq!(otomo.ask("rules.list", Value::Null).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_ledger_of_another_home_is_not_opened_and_not_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let own = home_in(&folder.path().join("own"), "open sesame");
    let other = home_in(&folder.path().join("other"), "open sesame");
    fs::copy(other.home.join("ledger.db"), own.home.join("ledger.db")).expect("copied over");
    check_refused(&own, "database_key_wrong");
    assert_eq!(other.ask("rules.list", Value::Null).as_array().map(Vec::len), Some(1));
}
