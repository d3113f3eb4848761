//! The database key: where it is kept, and when a new one may be made.

use std::path::Path;

use otomo_domain::ports::Vault;
use otomo_domain::secret::SecretString;
use otomo_vault::{MemoryVault, OsVault, PassphraseVault, new_key};

use crate::start::StartFault;

/// Where the key is kept.
#[derive(Clone)]
pub enum KeyPlace {
    /// In the system's credential store; in the passphrase's file where there is one already.
    System,
    /// In a file of the home, under a passphrase.
    Passphrase(SecretString),
    /// Nowhere: what the databases hold is lost when the process ends. For the demonstration.
    Memory,
}

const FILE: &str = "key.json";

/// The key for a home. A new one is made only for a home without a database: over an old one it would be worth nothing,
/// and the old one's owner would never learn why the data is gone.
pub async fn obtain(home: &Path, place: KeyPlace) -> Result<SecretString, StartFault> {
    let file = home.join(FILE);
    let vault: Box<dyn Vault> = match place {
        KeyPlace::Memory => Box::new(MemoryVault::default()),
        KeyPlace::Passphrase(passphrase) => Box::new(PassphraseVault { file, passphrase }),
        KeyPlace::System if file.exists() => return Err(StartFault::PassphraseNeeded),
        KeyPlace::System => Box::new(OsVault),
    };
    match vault.load().await? {
        Some(key) => Ok(key),
        None if otomo_store::open::exists(home) => Err(StartFault::KeyMissing),
        None => {
            let key = new_key();
            vault.save(&key).await?;
            Ok(key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_domain::error::VaultFaultKind;
    use otomo_domain::secret::ExposeSecret;

    fn passphrase(text: &str) -> KeyPlace {
        KeyPlace::Passphrase(text.to_owned().into())
    }

    #[tokio::test]
    async fn a_home_gets_its_key_once_and_keeps_it() {
        let home = tempfile::tempdir().expect("home");
        let first = obtain(home.path(), passphrase("open sesame")).await.expect("first");
        let again = obtain(home.path(), passphrase("open sesame")).await.expect("again");
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), 64);
    }

    #[tokio::test]
    async fn a_wrong_passphrase_is_said_to_be_one() {
        let home = tempfile::tempdir().expect("home");
        obtain(home.path(), passphrase("open sesame")).await.expect("first");
        let wrong = obtain(home.path(), passphrase("open barley")).await.expect_err("wrong");
        assert!(matches!(wrong, StartFault::Vault(fault) if fault.kind == VaultFaultKind::WrongPassphrase));
    }

    #[tokio::test]
    async fn a_home_with_a_passphrase_asks_for_it() {
        let home = tempfile::tempdir().expect("home");
        obtain(home.path(), passphrase("open sesame")).await.expect("first");
        assert!(matches!(obtain(home.path(), KeyPlace::System).await, Err(StartFault::PassphraseNeeded)));
    }

    #[tokio::test]
    async fn no_new_key_is_made_over_an_old_database() {
        let home = tempfile::tempdir().expect("home");
        std::fs::write(home.path().join("ledger.db"), "data").expect("data");
        for place in [passphrase("open sesame"), KeyPlace::Memory] {
            assert!(matches!(obtain(home.path(), place).await, Err(StartFault::KeyMissing)));
        }
    }
}
