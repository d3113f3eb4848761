use super::*;
use crate::new_key;

struct Fixture {
    folder: tempfile::TempDir,
    key: SecretString,
}

impl Fixture {
    async fn saved() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap(), key: new_key() };
        fixture.vault("お供と歩く").save(&fixture.key).await.unwrap();
        fixture
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("key.json")
    }

    fn vault(&self, passphrase: &str) -> PassphraseVault {
        PassphraseVault { file: self.file(), passphrase: passphrase.into() }
    }

    /// What loading says after the file's JSON was changed.
    async fn after(&self, change: impl FnOnce(&mut serde_json::Value)) -> VaultFaultKind {
        let mut json = serde_json::from_str(&fs::read_to_string(self.file()).unwrap()).unwrap();
        change(&mut json);
        fs::write(self.file(), json.to_string()).unwrap();
        self.vault("お供と歩く").load().await.unwrap_err().kind
    }
}

#[tokio::test]
async fn a_key_opens_with_its_passphrase() {
    let fixture = Fixture::saved().await;
    let loaded = fixture.vault("お供と歩く").load().await.unwrap().unwrap();
    assert_eq!(loaded.expose_secret(), fixture.key.expose_secret());
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_apart_from_a_missing_one_and_from_a_missing_file() {
    let fixture = Fixture::saved().await;
    assert_eq!(fixture.vault("お供と歩").load().await.unwrap_err().kind, VaultFaultKind::WrongPassphrase);
    assert_eq!(fixture.vault("").load().await.unwrap_err().kind, VaultFaultKind::PassphraseNeeded);
    fs::remove_file(fixture.file()).unwrap();
    assert!(fixture.vault("お供と歩く").load().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_is_kept_under_an_empty_passphrase() {
    let fixture = Fixture { folder: tempfile::tempdir().unwrap(), key: new_key() };
    let fault = fixture.vault("").save(&fixture.key).await.unwrap_err();
    assert_eq!(fault.kind, VaultFaultKind::PassphraseNeeded);
    assert!(!fixture.file().exists());
}

#[tokio::test]
async fn saving_again_changes_the_passphrase_and_leaves_one_file() {
    let fixture = Fixture::saved().await;
    fixture.vault("new").save(&fixture.key).await.unwrap();
    assert!(fixture.vault("new").load().await.unwrap().is_some());
    assert_eq!(fixture.vault("お供と歩く").load().await.unwrap_err().kind, VaultFaultKind::WrongPassphrase);
    assert_eq!(fs::read_dir(fixture.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_changed_seal_does_not_open() {
    let flipped = |json: &mut serde_json::Value| {
        let mut sealed = json["sealed"].as_str().unwrap().to_owned();
        let last = if sealed.pop() == Some('0') { '1' } else { '0' };
        json["sealed"] = format!("{sealed}{last}").into();
    };
    assert_eq!(Fixture::saved().await.after(flipped).await, VaultFaultKind::WrongPassphrase);
}

#[tokio::test]
async fn a_file_of_another_form_is_broken_and_not_a_wrong_passphrase() {
    let newer = |json: &mut serde_json::Value| json["format"] = "otomo-key-2".into();
    assert_eq!(Fixture::saved().await.after(newer).await, VaultFaultKind::Broken);
    let unknown = |json: &mut serde_json::Value| json["hint"] = "x".into();
    assert_eq!(Fixture::saved().await.after(unknown).await, VaultFaultKind::Broken);
    let emptied = |json: &mut serde_json::Value| *json = "".into();
    assert_eq!(Fixture::saved().await.after(emptied).await, VaultFaultKind::Broken);
}

#[tokio::test]
async fn a_file_cannot_take_the_memory_of_the_computer() {
    let greedy = |json: &mut serde_json::Value| json["argon2id"]["memory_kib"] = u32::MAX.into();
    assert_eq!(Fixture::saved().await.after(greedy).await, VaultFaultKind::Broken);
    let weak = |json: &mut serde_json::Value| json["argon2id"]["passes"] = 0.into();
    assert_eq!(Fixture::saved().await.after(weak).await, VaultFaultKind::Broken);
}

#[tokio::test]
async fn an_endless_file_is_read_only_in_part() {
    let fixture = Fixture::saved().await;
    fs::write(fixture.file(), " ".repeat(1 << 20)).unwrap();
    assert_eq!(fixture.vault("x").load().await.unwrap_err().kind, VaultFaultKind::Broken);
}

#[tokio::test]
async fn the_file_shows_neither_key_nor_passphrase() {
    let fixture = Fixture::saved().await;
    let text = fs::read_to_string(fixture.file()).unwrap();
    assert!(!text.contains(fixture.key.expose_secret()) && !text.contains("お供"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::saved().await;
    assert_eq!(fs::metadata(fixture.file()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said_and_not_made() {
    let vault = PassphraseVault { file: "/nowhere/at/all/key.json".into(), passphrase: "x".into() };
    assert_eq!(vault.save(&new_key()).await.unwrap_err().kind, VaultFaultKind::Broken);
}
