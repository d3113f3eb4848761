//! A vault that forgets: for demonstrations and tests, whose databases may be lost with it.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use otomo_domain::error::VaultFault;
use otomo_domain::ports::Vault;
use otomo_domain::secret::SecretString;

use crate::key;

/// Keeps the key for as long as the process lives.
#[derive(Default)]
pub struct MemoryVault(Mutex<Option<SecretString>>);

#[async_trait]
impl Vault for MemoryVault {
    async fn load(&self) -> Result<Option<SecretString>, VaultFault> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn save(&self, key: &SecretString) -> Result<(), VaultFault> {
        key::check(key)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use otomo_domain::secret::ExposeSecret;

    use super::*;
    use crate::new_key;

    #[tokio::test]
    async fn a_key_is_there_once_it_was_saved() {
        let vault = MemoryVault::default();
        assert!(vault.load().await.unwrap().is_none());
        let key = new_key();
        vault.save(&key).await.unwrap();
        assert_eq!(vault.load().await.unwrap().unwrap().expose_secret(), key.expose_secret());
    }
}
