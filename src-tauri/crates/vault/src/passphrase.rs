//! A key file for computers without a credential store: the key, wrapped by a passphrase.
//!
//! The passphrase is not kept, nor can it be recovered. Somebody who takes the file can try passphrases at the price
//! of one Argon2id each, which is why its cost is well above the least that OWASP asks for.

mod envelope;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use otomo_domain::error::{VaultFault, VaultFaultKind};
use otomo_domain::ports::Vault;
use otomo_domain::secret::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use crate::key;
use envelope::Envelope;

/// No key file is longer; a longer one is something else.
const LONGEST: u64 = 4096;

/// A key file and the passphrase that opens it.
pub struct PassphraseVault {
    /// Where the wrapped key stands; its folder exists.
    pub file: PathBuf,
    pub passphrase: SecretString,
}

#[async_trait]
impl Vault for PassphraseVault {
    async fn load(&self) -> Result<Option<SecretString>, VaultFault> {
        let (file, passphrase) = (self.file.clone(), self.passphrase.clone());
        blocking(move || {
            let Some(text) = read(&file)? else { return Ok(None) };
            let envelope: Envelope = serde_json::from_str(&text).map_err(broken)?;
            let key = envelope.open(given(&passphrase)?)?;
            key::check(&key).map(|()| Some(key))
        })
        .await
    }

    async fn save(&self, key: &SecretString) -> Result<(), VaultFault> {
        key::check(key)?;
        let (file, passphrase, key) = (self.file.clone(), self.passphrase.clone(), key.clone());
        blocking(move || {
            let envelope = Envelope::seal(&key, given(&passphrase)?)?;
            let text = serde_json::to_vec_pretty(&envelope).map_err(broken)?;
            write(&file, &text).map_err(broken)
        })
        .await
    }
}

/// Argon2id takes a moment, which other tasks should not wait for.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultFault> + Send + 'static,
) -> Result<T, VaultFault> {
    spawn_blocking(work).await.unwrap_or_else(|stopped| Err(broken(stopped)))
}

fn given(passphrase: &SecretString) -> Result<&str, VaultFault> {
    match passphrase.expose_secret() {
        "" => Err(VaultFault::new(VaultFaultKind::PassphraseNeeded, "the passphrase is empty")),
        text => Ok(text),
    }
}

/// The text of the file; `None` if there is none.
fn read(path: &Path) -> Result<Option<String>, VaultFault> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(broken)?,
    };
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(broken)?;
    Ok(Some(text))
}

/// Replaces the file whole or not at all, readable by its owner alone: a key that was half written is a lost database.
fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn broken(error: impl std::fmt::Display) -> VaultFault {
    VaultFault::new(VaultFaultKind::Broken, error.to_string())
}

#[cfg(test)]
mod tests;
