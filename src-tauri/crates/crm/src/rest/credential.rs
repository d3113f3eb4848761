//! Who asks: a token that goes along, or a key that signs and stays here.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use otomo_domain::digest::Digest;
use otomo_domain::ports::Clock;
use otomo_domain::secret::{ExposeSecret, SecretString};
use reqwest::{Client, Method, RequestBuilder, Url};

use crate::http::answer::Answer;
use crate::http::signer::Signer;

/// How far the clocks of the two sides may be apart, in seconds; the contract's number.
const SKEW: i64 = 300;

/// What proves to the CRM who the rep is.
pub enum Credential {
    /// `Authorization: Bearer` (RFC 6750).
    Token(SecretString),
    /// `X-Otomo-Signature`.
    Key(Key),
}

/// A key and its name.
pub struct Key {
    id: String,
    secret: SecretString,
    signer: Signer,
    clock: Arc<dyn Clock>,
}

impl Credential {
    /// The token, or the key if it has a name; otherwise what is wrong with the field `token` or `key_id`.
    pub fn new(
        key_id: Option<&str>,
        secret: SecretString,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, (&'static str, &'static str)> {
        // `b64token` of RFC 6750 §2.1, a little wider: anything visible in ASCII.
        let is_visible = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        if !is_visible(secret.expose_secret()) {
            return Err(("token", "has characters that no token has"));
        }
        let Some(id) = key_id else { return Ok(Self::Token(secret)) };
        if !is_visible(id) || id.contains(',') {
            return Err(("key_id", "has characters that no key's name has"));
        }
        let signer = Signer::new(&secret).ok_or(("token", "is no key"))?;
        Ok(Self::Key(Key { id: id.to_owned(), secret, signer, clock }))
    }

    /// What must not be in any text.
    pub fn secret(&self) -> &str {
        match self {
            Self::Token(secret) | Self::Key(Key { secret, .. }) => secret.expose_secret(),
        }
    }

    /// A request to this address, with a body of this digest, that says who asks.
    pub fn request(&self, http: &Client, method: Method, url: Url, sha256: Digest) -> RequestBuilder {
        match self {
            Self::Token(token) => http.request(method, url).bearer_auth(token.expose_secret()),
            Self::Key(key) => {
                let signature = key.signature(&method, &url, sha256);
                http.request(method, url).header("X-Otomo-Signature", signature)
            }
        }
    }

    /// That the clocks are too far apart for a signature to be accepted, in words.
    pub fn wrong_clock(&self, refusal: &Answer) -> Option<String> {
        let Self::Key(key) = self else { return None };
        let theirs = refusal.date()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let ahead = key.seconds() - i64::try_from(theirs).ok()?;
        let which = if ahead > 0 { "ahead of" } else { "behind" };
        (ahead.abs() > SKEW).then(|| format!("this computer's clock is {} s {which} the CRM's", ahead.abs()))
    }
}

impl Key {
    fn seconds(&self) -> i64 {
        self.clock.now().0.div_euclid(1000)
    }

    fn signature(&self, method: &Method, url: &Url, sha256: Digest) -> String {
        let (id, at) = (&self.id, self.seconds());
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let signature = self.signer.sign(&format!("{at}\n{method}\n{}{query}\n{sha256}", url.path()));
        format!("keyId={id},t={at},v1={signature}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;
    use otomo_domain::time::Timestamp;

    use super::*;

    /// A clock that stands.
    struct Standing;

    #[async_trait]
    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_795_000_000)
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }

        async fn sleep(&self, _: Duration) {}
    }

    #[test]
    fn the_example_for_those_who_make_a_crm_is_right() {
        let credential = Credential::new(Some("rep-1"), "s3cret".into(), Arc::new(Standing)).ok().unwrap();
        let Credential::Key(key) = credential else { panic!("a key with a name signs") };
        let url = Url::parse("https://crm.example.com/mail-log/v1/me").unwrap();
        let signature = key.signature(&Method::GET, &url, Digest::of(b""));
        assert!(include_str!("README.md").contains(&signature), "{signature}");
    }
}
