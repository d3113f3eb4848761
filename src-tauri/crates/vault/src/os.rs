//! The credential store of the operating system: Keychain, Credential Manager, Secret Service.
//!
//! One entry is kept there, the key of the databases; passwords and tokens are rows of the encrypted ledger. The entry
//! is text, so that a person can see and back it up with the system's own tools.
//!
//! "No key yet", "locked" and "no store" stay three answers. Only the first may lead to a new key.

use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use keyring::v1::{Entry, Error};
use otomo_domain::error::{VaultFault, VaultFaultKind};
use otomo_domain::ports::Vault;
use otomo_domain::secret::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::key;

/// The service the entry stands under: the bundle identifier.
pub const SERVICE: &str = "app.otomo.desktop";
/// The name of the entry.
pub const ENTRY: &str = "ledger-key";

/// Long enough to find the question of the system and type a password into it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The credential store of the person who is logged in to this computer.
#[derive(Default)]
pub struct OsVault;

#[async_trait]
impl Vault for OsVault {
    async fn load(&self) -> Result<Option<SecretString>, VaultFault> {
        match ask(Entry::get_password).await {
            Ok(text) => {
                let key = SecretString::from(text);
                key::check(&key).map(|()| Some(key))
            }
            Err(Unanswered::Store(Error::NoEntry)) => Ok(None),
            Err(unanswered) => Err(unanswered.into()),
        }
    }

    async fn save(&self, key: &SecretString) -> Result<(), VaultFault> {
        key::check(key)?;
        let key = key.clone();
        Ok(ask(move |entry| entry.set_password(key.expose_secret())).await?)
    }
}

/// Why a question to the store brought nothing.
#[derive(Debug)]
enum Unanswered {
    Store(Error),
    /// The store said nothing for so long.
    Silent(Duration),
}

/// Asks the store, on a thread of its own: the call can wait for a person for ever, and a task of the runtime's pool
/// would then keep the program from ending.
async fn ask<T, F>(question: F) -> Result<T, Unanswered>
where
    T: Send + 'static,
    F: FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
{
    within(PATIENCE, move || question(&Entry::new(SERVICE, ENTRY)?)).await
}

async fn within<T, F>(patience: Duration, question: F) -> Result<T, Unanswered>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Error> + Send + 'static,
{
    let (tell, answer) = oneshot::channel();
    let asking = move || _ = tell.send(question());
    thread::Builder::new()
        .name("vault".to_owned())
        .spawn(asking)
        .map_err(|error| Unanswered::Store(Error::PlatformFailure(Box::new(error))))?;
    match timeout(patience, answer).await {
        Ok(Ok(result)) => result.map_err(Unanswered::Store),
        Ok(Err(gone)) => Err(Unanswered::Store(Error::PlatformFailure(Box::new(gone)))),
        Err(_) => Err(Unanswered::Silent(patience)),
    }
}

impl From<Unanswered> for VaultFault {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            // Waiting that long means in practice that the system's question is open behind another window.
            Unanswered::Silent(patience) => {
                Self::new(VaultFaultKind::Locked, format!("no answer within {} s", patience.as_secs()))
            }
            Unanswered::Store(error) => Self::new(kind(&error), words(&error)),
        }
    }
}

fn kind(error: &Error) -> VaultFaultKind {
    match error {
        Error::NoDefaultStore => VaultFaultKind::NoStore,
        Error::NoStorageAccess(_) => VaultFaultKind::Locked,
        _ => VaultFaultKind::Broken,
    }
}

/// The store's own words. The library's `Display` never shows what is stored; its `Debug` would.
fn words(error: &Error) -> String {
    match (error, Entry::store_status()) {
        (Error::NoDefaultStore, Err(reason)) => reason.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, expected: VaultFaultKind) {
        assert_eq!(VaultFault::from(Unanswered::Store(error)).kind, expected);
    }

    fn platform() -> Box<dyn std::error::Error + Send + Sync> {
        "the system's words".into()
    }

    #[test]
    fn the_answers_of_the_store_stay_apart() {
        check(Error::NoStorageAccess(platform()), VaultFaultKind::Locked);
        check(Error::PlatformFailure(platform()), VaultFaultKind::Broken);
        check(Error::TooLong("secret".into(), 2560), VaultFaultKind::Broken);
        check(Error::BadStoreFormat("x".into()), VaultFaultKind::Broken);
        assert_eq!(kind(&Error::NoDefaultStore), VaultFaultKind::NoStore);
    }

    #[test]
    fn what_stands_in_a_damaged_entry_is_not_repeated() {
        let fault = VaultFault::from(Unanswered::Store(Error::BadEncoding(b"canary".to_vec())));
        assert!(!fault.to_string().contains("canary"), "{fault}");
        assert!(!fault.to_string().contains("99, 97, 110"), "{fault}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_counts_as_locked() {
        let (_open, closed) = std::sync::mpsc::channel::<()>();
        let waiting = move || closed.recv().map_err(|_| Error::NoEntry);
        let fault = VaultFault::from(within(PATIENCE, waiting).await.unwrap_err());
        assert_eq!(fault, VaultFault::new(VaultFaultKind::Locked, "no answer within 60 s"));
    }
}
