//! The form of the key: 32 random bytes, written as 64 hex characters.

use otomo_domain::error::{VaultFault, VaultFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};
use rand::rngs::OsRng;
use rand::{RngCore, TryRngCore};
use zeroize::Zeroizing;

/// Bytes of a database key.
const LENGTH: usize = 32;

/// A new key from the randomness of the operating system. A computer without randomness can't go on: it panics.
pub fn new_key() -> SecretString {
    hex::encode(random::<LENGTH>().as_slice()).into()
}

/// `N` bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    OsRng.unwrap_err().fill_bytes(bytes.as_mut_slice());
    bytes
}

/// Refuses what isn't a key, so that a damaged entry is never tried on a database.
pub(crate) fn check(key: &SecretString) -> Result<(), VaultFault> {
    let text = key.expose_secret();
    if text.len() == 2 * LENGTH && text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(VaultFault::new(VaultFaultKind::Broken, "the entry is not a key of 64 hex characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_has_the_form_of_a_key_and_is_never_the_same() {
        let (one, other) = (new_key(), new_key());
        assert_eq!(check(&one), Ok(()));
        assert_ne!(one.expose_secret(), other.expose_secret());
    }

    #[test]
    fn what_is_not_a_key_is_refused_without_being_shown() {
        for text in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            let fault = check(&text.into()).unwrap_err();
            assert_eq!(fault.kind, VaultFaultKind::Broken);
            assert!(text.len() < 3 || !fault.detail.contains(text));
        }
    }
}
