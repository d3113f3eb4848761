//! Answers to a client's first words, made by hand (RFC 5246 §7.4): what no TLS library would say.

/// A fatal alert: there is no version in common (RFC 5246 §7.2).
pub const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 70];

/// ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.
const KNOWN_CIPHER: [u8; 2] = [0xc0, 0x2b];

/// A ServerHello of TLS 1.2, by default one that a client would go on with.
#[derive(Clone, Debug)]
pub struct Hello {
    pub version: [u8; 2],
    pub random: [u8; 32],
    pub cipher: [u8; 2],
    pub compression: u8,
    pub extensions: Vec<u8>,
    /// Messages after it.
    pub then: Vec<u8>,
}

impl Default for Hello {
    fn default() -> Self {
        // Extended master secret (RFC 7627), which a client of today may insist on.
        let extensions = vec![0, 23, 0, 0];
        Self { version: [3, 3], random: [7; 32], cipher: KNOWN_CIPHER, compression: 0, extensions, then: Vec::new() }
    }
}

impl Hello {
    /// The end of the random bytes says that the server could do better (RFC 8446 §4.1.3).
    pub fn downgraded(self) -> Self {
        let mut random = self.random;
        random[24..].copy_from_slice(b"DOWNGRD\x01");
        Self { random, ..self }
    }

    pub fn extension(mut self, number: u16, content: &[u8]) -> Self {
        self.extensions.extend(number.to_be_bytes());
        self.extensions.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        self.extensions.extend(content);
        self
    }

    /// The server shows no certificate at all.
    pub fn without_certificate(self) -> Self {
        let curve = [&[3, 0, 29, 32][..], &[9; 32]].concat();
        let signature = [4, 3, 0, 4, 1, 2, 3, 4];
        let exchange = message(12, &[&curve[..], &signature].concat());
        Self { then: [message(11, &[0, 0, 0]), exchange, message(14, &[])].concat(), ..self }
    }

    /// One TLS record.
    pub fn bytes(&self) -> Vec<u8> {
        let extensions = u16::try_from(self.extensions.len()).unwrap().to_be_bytes();
        let no_session = &[0];
        let body = [
            &self.version[..],
            &self.random,
            no_session,
            &self.cipher,
            &[self.compression],
            &extensions,
            &self.extensions,
        ]
        .concat();
        let messages = [message(2, &body), self.then.clone()].concat();
        let length = u16::try_from(messages.len()).unwrap().to_be_bytes();
        [&[22, 3, 3], &length[..], &messages].concat()
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}
