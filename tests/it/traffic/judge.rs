//! Mails with a token in every place, and whoever finds these tokens, or a digest of an address, in requests.

use std::collections::BTreeSet;

use kit::crm::Request;
use kit::decode::canaries;
use kit::seek::Secrets;
use otomo_domain::mail::MailKey;
use sha2::{Digest, Sha256};

/// The length of SHA-256's blocks, in bytes.
const BLOCK: usize = 64;

/// A mail whose addresses, subject, Message-ID and text tell which one it is.
pub struct Letter {
    pub number: usize,
    pub from: String,
    pub cc: String,
    pub subject: String,
    message_id: String,
    text: String,
}

impl Letter {
    pub fn new(number: usize) -> Self {
        let token = |place: &str| format!("cnry-{number:012x}-{place}");
        Self {
            number,
            from: token("from") + "@x.jp",
            cc: token("cc") + "@y.jp",
            subject: token("subject"),
            message_id: format!("<{}@x.jp>", token("id")),
            text: token("text"),
        }
    }

    pub fn raw(&self) -> Vec<u8> {
        let Self { number, from, cc, subject, message_id, text } = self;
        let head = format!("From: {from}\r\nTo: rep@own.example\r\nCc: {cc}\r\nMessage-ID: {message_id}\r\n");
        let date = format!("Date: Sun, 22 Nov 2026 05:{number:02}:00 +0000\r\n");
        format!("{head}Subject: {subject}\r\n{date}\r\n{text}\r\n").into_bytes()
    }

    pub fn key(&self) -> MailKey {
        MailKey::of_message_id(&self.message_id)
    }

    /// Whether what was heard is about this mail.
    pub fn is_about(&self, heard: &str) -> bool {
        heard.contains(&format!("cnry-{:012x}", self.number))
    }
}

/// Knows every form in which a mail might be told of.
pub struct Judge {
    digests: Secrets,
}

impl Judge {
    /// `secret` is the key that a digest might be made with.
    pub fn new(letters: &[Letter], secret: &str) -> Self {
        let mut digests = Secrets::default();
        for letter in letters {
            for address in [&letter.from, &letter.cc] {
                digests.add(&format!("SHA-256 of {address}"), &sha256(address.as_bytes()));
                digests.add(&format!("HMAC of {address}"), &hmac(secret.as_bytes(), address.as_bytes()));
            }
            digests.add(&format!("key of {}", letter.message_id), &sha256(letter.message_id.as_bytes()));
        }
        Self { digests }
    }

    /// Everything that these requests tell of a mail, or of whom it is from or to.
    pub fn heard(&self, requests: &[Request]) -> BTreeSet<String> {
        requests.iter().flat_map(|request| self.heard_in(request)).collect()
    }

    fn heard_in(&self, request: &Request) -> Vec<String> {
        let mut pieces = vec![request.line().into_bytes(), request.body.to_vec()];
        pieces.extend(request.headers.iter().map(|(name, value)| [name.as_bytes(), b": ", value].concat()));
        let tokens = pieces.iter().flat_map(|piece| canaries(piece));
        let digests = pieces.iter().flat_map(|piece| self.digests.find(piece)).map(str::to_owned);
        tokens.chain(digests).collect()
    }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// RFC 2104 with SHA-256.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let hashed = sha256(key);
    let key = if key.len() > BLOCK { &hashed[..] } else { key };
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = sha256(&[&pad(0x36)[..], message].concat());
    sha256(&[&pad(0x5c)[..], &inner].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_with_a_key_is_that_of_the_rfc() {
        // RFC 4231 §4.3.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(hmac(b"Jefe", b"what do ya want for nothing?")), expected);
    }
}
