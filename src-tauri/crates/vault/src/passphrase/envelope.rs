//! What stands in a key file: how the passphrase is stretched, and the sealed key.
//!
//! Argon2id (RFC 9106) makes a wrapping key from the passphrase, XChaCha20-Poly1305 seals the database key under it.
//! The parameters stand beside the seal, so that they can grow without locking anybody out.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use otomo_domain::error::{VaultFault, VaultFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::broken;
use crate::key::random;

/// The only form there is so far.
const FORMAT: &str = "otomo-key-1";

/// RFC 9106 §4, second recommended option, with one lane: 64 MiB and three passes.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/// A file that asks for more than this was not written here; obeying it could take the computer's memory.
const MOST: Cost = Cost { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    format: String,
    argon2id: Cost,
    #[serde(with = "hex::serde")]
    salt: [u8; 16],
    #[serde(with = "hex::serde")]
    nonce: [u8; 24],
    /// The sealed key and its tag.
    #[serde(with = "hex::serde")]
    sealed: Vec<u8>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    fn is_bearable(self) -> bool {
        self.memory_kib <= MOST.memory_kib && self.passes <= MOST.passes && self.lanes <= MOST.lanes
    }
}

impl Envelope {
    pub(super) fn seal(key: &SecretString, passphrase: &str) -> Result<Self, VaultFault> {
        let (salt, nonce) = (*random(), *random());
        let mut envelope = Self { format: FORMAT.to_owned(), argon2id: COST, salt, nonce, sealed: Vec::new() };
        let payload = Payload { msg: key.expose_secret().as_bytes(), aad: FORMAT.as_bytes() };
        envelope.sealed = envelope.cipher(passphrase)?.encrypt(&XNonce::from(nonce), payload).map_err(broken)?;
        Ok(envelope)
    }

    /// The key. A passphrase that doesn't fit and a seal that was changed look the same.
    pub(super) fn open(&self, passphrase: &str) -> Result<SecretString, VaultFault> {
        if self.format != FORMAT {
            return Err(broken("the key file was written by a newer version"));
        }
        if !self.argon2id.is_bearable() {
            return Err(broken("the key file asks for more memory or time than is reasonable"));
        }
        let payload = Payload { msg: &self.sealed, aad: FORMAT.as_bytes() };
        let opened = self.cipher(passphrase)?.decrypt(&XNonce::from(self.nonce), payload).map(Zeroizing::new);
        let key = opened.map_err(|_| VaultFault::new(VaultFaultKind::WrongPassphrase, "the seal does not open"))?;
        str::from_utf8(&key).map(SecretString::from).map_err(broken)
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, VaultFault> {
        let Cost { memory_kib, passes, lanes } = self.argon2id;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(broken)?;
        let mut wrapping = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, wrapping.as_mut_slice())
            .map_err(broken)?;
        Ok(XChaCha20Poly1305::new(wrapping.as_slice().into()))
    }
}
