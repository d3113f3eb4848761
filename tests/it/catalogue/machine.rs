//! This computer: the data folder, its key, its databases, the disk, the policy.

use std::fs;
use std::path::Path;

use kit::disk::Disk;
use kit::imap::ImapServer;
use otomo_api::ApiError;
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, start};
use otomo_domain::ports::Vault;
use otomo_domain::secret::ExposeSecret;
use otomo_vault::PassphraseVault;
use rand::distr::{Alphanumeric, SampleString};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Row;
use super::program::{Program, mailbox};

const PASSPHRASE: &str = "open sesame 5519";
const WRONG: &str = "open barley 8472";

pub async fn rows() -> Vec<Row> {
    let rows = vec![
        Row::new("home_unusable", "a data folder below a file", below_a_file().await),
        Row::new("home_in_use", "a second start", in_use().await),
        Row::new("passphrase_needed", "no passphrase where there is one", with_key(KeyPlace::System).await),
        Row::new("passphrase_wrong", "another passphrase", with_key(KeyPlace::Passphrase(WRONG.into())).await),
        Row::new("key_missing", "a key file that was deleted", without_key().await),
        Row::new("database_key_wrong", "the database of another data folder", anothers_database().await),
        Row::new("database_newer", "a database of a later version", newer().await),
        Row::new("database_damaged", "a database whose schema is torn", damaged().await),
        Row::new("database_failed", "a folder in the database's place", no_file().await),
        Row::new("disk_full", "a disk of 96 KiB", full_disk().await),
        Row::new("disk_full", "a disk of 4 MiB, while capturing", filling_disk().await),
        Row::new("policy_invalid", "a misspelt rule in the policy", misspelt_policy().await),
    ];
    rows.into_iter().map(|row| row.hiding(PASSPHRASE).hiding(WRONG)).collect()
}

/// Starts the program; why it doesn't start.
async fn fails(home: &Path, key: KeyPlace) -> Value {
    let options = Options { home: Some(home.to_owned()), key, work: false, ..Options::default() };
    match start(options).await {
        Ok(running) => {
            running.stop().await;
            json!("it starts")
        }
        Err(fault) => json!(ApiError::from(fault)),
    }
}

fn passphrase() -> KeyPlace {
    KeyPlace::Passphrase(PASSPHRASE.into())
}

/// A data folder that was used, at rest.
async fn used() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(fails(home.path(), passphrase()).await, "it starts");
    home
}

async fn below_a_file() -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    fails(&folder.path().join("file/home"), passphrase()).await
}

async fn in_use() -> Value {
    let program = Program::under(json!({})).await;
    fails(&program.folder().join("home"), passphrase()).await
}

async fn with_key(key: KeyPlace) -> Value {
    fails(used().await.path(), key).await
}

async fn without_key() -> Value {
    let home = used().await;
    fs::remove_file(home.path().join("key.json")).unwrap();
    fails(home.path(), passphrase()).await
}

async fn anothers_database() -> Value {
    let (home, other) = (used().await, used().await);
    fs::copy(other.path().join("ledger.db"), home.path().join("ledger.db")).unwrap();
    fails(home.path(), passphrase()).await
}

/// Changes the ledger by hand, with its key.
async fn changed(sql: &str) -> Value {
    let home = used().await;
    let vault = PassphraseVault { file: home.path().join("key.json"), passphrase: PASSPHRASE.into() };
    let key = vault.load().await.unwrap().unwrap();
    let ledger = rusqlite::Connection::open(home.path().join("ledger.db")).unwrap();
    ledger.pragma_update(None, "key", format!("x'{}'", key.expose_secret())).unwrap();
    ledger.execute_batch(sql).unwrap();
    drop(ledger);
    fails(home.path(), passphrase()).await
}

async fn newer() -> Value {
    changed("PRAGMA user_version = 1000").await
}

async fn damaged() -> Value {
    changed("PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE torn' WHERE type = 'table'").await
}

async fn no_file() -> Value {
    let home = used().await;
    let ledger = home.path().join("ledger.db");
    fs::remove_file(&ledger).unwrap();
    fs::create_dir(&ledger).unwrap();
    fails(home.path(), passphrase()).await
}

async fn full_disk() -> Value {
    let disk = Disk::of("96k");
    fails(&disk.path().join("home"), passphrase()).await
}

/// Mail of 8 MiB, which cannot be made smaller.
async fn filling_disk() -> Value {
    let noise = (0..64).map(|n| format!("Message-ID: <{n}@x.example>\r\n\r\n{}", noise(128 << 10)).into_bytes());
    let server = ImapServer::start(noise.collect(), []).await;
    let (disk, folder) = (Disk::of("4m"), tempfile::tempdir().unwrap());
    let policy = json!({ "extra_ca": [server.ca()] }).to_string();
    let program = Program::on(disk.path().join("home"), folder, &policy, true).await;
    program.ask("accounts.add", mailbox(&server.endpoint())).await;
    program.account_error().await
}

fn noise(length: usize) -> String {
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

async fn misspelt_policy() -> Value {
    let program = Program::start(r#"{"never_logs": {}}"#, false).await;
    program.ask("policy.get", Value::Null).await["error"].clone()
}
