//! Signatures by a key that both sides have (HMAC-SHA-256, RFC 2104).

use hmac::{Hmac, Mac};
use otomo_domain::digest::Digest;
use otomo_domain::secret::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Signs with a key, which never leaves.
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// `None` for a key that there can't be.
    pub fn new(key: &SecretString) -> Option<Self> {
        Hmac::new_from_slice(key.expose_secret().as_bytes()).ok().map(Self)
    }

    /// The signature of a text, in lower-case hexadecimal digits.
    pub fn sign(&self, text: &str) -> String {
        Digest(self.0.clone().chain_update(text).finalize().into_bytes().into()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_signed_as_the_standard_has_it() {
        // RFC 4231 §4.3.
        let signer = Signer::new(&SecretString::from("Jefe")).unwrap();
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signer.sign("what do ya want for nothing?"), expected);
    }
}
