//! Who asks: an API user by a key that goes along, or by signatures of a secret key that stays here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::secret::{ExposeSecret, SecretString};
use reqwest::{Client, Method, RequestBuilder, Url};

use crate::http::signer::Signer;

/// An API user authenticates in one of two ways, as it was set up.
pub enum Credential {
    /// `X-Api-Key`.
    Key(SecretString),
    /// `X-Hmac-Authorization`.
    Hmac { api_key: String, secret: SecretString, signer: Signer },
}

impl Credential {
    /// The API key, or the secret key of an API key; otherwise what is wrong with the field `key` or `api_key`.
    pub fn new(api_key: Option<&str>, key: SecretString) -> Result<Self, (&'static str, &'static str)> {
        let is_visible = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        if !is_visible(key.expose_secret()) {
            return Err(("key", "has characters that no key has"));
        }
        let Some(api_key) = api_key else { return Ok(Self::Key(key)) };
        if !is_visible(api_key) || api_key.contains(':') {
            return Err(("api_key", "has characters that no key has"));
        }
        let signer = Signer::new(&key).ok_or(("key", "is no key"))?;
        Ok(Self::Hmac { api_key: api_key.to_owned(), secret: key, signer })
    }

    /// What must not be in any text.
    pub fn secret(&self) -> &str {
        match self {
            Self::Key(secret) | Self::Hmac { secret, .. } => secret.expose_secret(),
        }
    }

    /// A request that says who asks. What is signed is the path behind the API's own, without the query (as of 8.4.1 in
    /// hexadecimal digits, `Logins\Hmac`).
    pub fn request(&self, http: &Client, method: Method, api: &Url, url: Url) -> RequestBuilder {
        match self {
            Self::Key(key) => http.request(method, url).header("X-Api-Key", key.expose_secret()),
            Self::Hmac { api_key, signer, .. } => {
                let resource = url.path().strip_prefix(api.path()).unwrap_or_default();
                let hash = signer.sign(&format!("{method} {resource}"));
                let value = STANDARD.encode(format!("{api_key}:{hash}"));
                http.request(method, url).header("X-Hmac-Authorization", value)
            }
        }
    }
}
