//! Who signed in: the claims of an id_token (OpenID Connect Core §2).
//!
//! Its signature isn't looked at. It came straight from the token endpoint over TLS, which OpenID Connect Core
//! §3.1.3.7 item 6 lets stand for the signature; an id_token from anywhere else never gets here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use otomo_domain::address::Address;
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;

/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 300;

/// What an id_token must say to be about this sign-in.
pub struct Expected<'a> {
    pub client: &'a str,
    /// `None` where it isn't known, or differs by tenant.
    pub issuer: Option<&'a str>,
    pub nonce: &'a str,
    /// Seconds since 1970 by the provider's own clock; this computer's may be wrong.
    pub now: Option<i64>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    email: Option<String>,
    preferred_username: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Reads an id_token; the address is `None` where none of its names is one.
pub fn address(id_token: &str, expected: &Expected<'_>) -> Result<Option<Address>, OAuthFault> {
    let mut parts = id_token.split('.');
    let (Some(header), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(unreadable());
    };
    let (header, claims): (Header, Claims) = (decode(header)?, decode(claims)?);
    // Never asked for, and a sign of somebody who hopes that nobody looks.
    if header.alg.eq_ignore_ascii_case("none") {
        return Err(unreadable());
    }
    claims.check(expected)?;
    let names = [claims.email, claims.preferred_username];
    Ok(names.into_iter().flatten().find_map(|name| Address::parse(&name)))
}

impl Claims {
    /// OpenID Connect Core §3.1.3.7.
    fn check(&self, expected: &Expected<'_>) -> Result<(), OAuthFault> {
        let for_us = match &self.aud {
            Audience::One(client) => client == expected.client,
            Audience::Many(clients) => clients.len() == 1 && clients.iter().all(|client| client == expected.client),
        };
        if !for_us {
            return Err(mismatch("it was made for another program"));
        }
        if expected.issuer.is_some_and(|issuer| !is_issuer(&self.iss, issuer)) {
            return Err(mismatch("another provider made it"));
        }
        let nonce = self.nonce.as_deref().unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
            return Err(mismatch("it belongs to another sign-in"));
        }
        let over = self.exp <= self.iat || expected.now.is_some_and(|now| self.exp + LEEWAY < now);
        if over { Err(mismatch("it has run out")) } else { Ok(()) }
    }
}

/// Google leaves out the scheme at times, as its page "OpenID Connect" says.
fn is_issuer(told: &str, issuer: &str) -> bool {
    told == issuer || issuer.strip_prefix("https://") == Some(told)
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, OAuthFault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable())?;
    serde_json::from_slice(&bytes).map_err(|_| unreadable())
}

fn unreadable() -> OAuthFault {
    OAuthFault::new(OAuthFaultKind::Protocol, "the provider's id_token cannot be read")
}

fn mismatch(why: &str) -> OAuthFault {
    OAuthFault::new(OAuthFaultKind::Mismatch, format!("the provider's id_token is refused: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    /// The outcome for good claims with `changes`.
    fn check(changes: Value) -> Result<Option<String>, OAuthFaultKind> {
        let mut claims = json!({"iss": "https://id.test", "aud": "otomo", "exp": NOW + 3600, "iat": NOW, "nonce": "n",
            "email": "Me@x.test"});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.sig", encode(&json!({"alg": "RS256"})), encode(&claims));
        let expected = Expected { client: "otomo", issuer: Some("https://id.test"), nonce: "n", now: Some(NOW) };
        address(&token, &expected).map(|found| found.map(|a| a.to_string())).map_err(|fault| fault.kind)
    }

    #[test]
    fn the_address_is_the_email_or_else_a_user_name_that_is_one() {
        assert_eq!(check(json!({})), Ok(Some("me@x.test".into())));
        assert_eq!(check(json!({"email": null, "preferred_username": "u@x.test"})), Ok(Some("u@x.test".into())));
        assert_eq!(check(json!({"email": null, "preferred_username": "0815-guid"})), Ok(None));
        assert_eq!(check(json!({"aud": ["otomo"], "iss": "id.test"})), Ok(Some("me@x.test".into())));
    }

    #[test]
    fn a_token_that_is_not_about_this_sign_in_is_refused() {
        let refused = Err(OAuthFaultKind::Mismatch);
        assert_eq!(check(json!({"aud": "other"})), refused);
        assert_eq!(check(json!({"aud": ["otomo", "other"]})), refused);
        assert_eq!(check(json!({"aud": []})), refused);
        assert_eq!(check(json!({"iss": "https://evil.test"})), refused);
        assert_eq!(check(json!({"nonce": "m"})), refused);
        assert_eq!(check(json!({"nonce": null})), refused);
        assert_eq!(check(json!({"exp": NOW - 301, "iat": NOW - 4000})), refused);
        assert_eq!(check(json!({"exp": NOW - 1, "iat": NOW})), refused);
    }

    #[test]
    fn a_clock_a_little_behind_does_no_harm() {
        assert!(check(json!({"exp": NOW - 200, "iat": NOW - 4000})).is_ok());
    }

    #[test]
    fn what_is_no_token_is_told_as_such() {
        let expected = Expected { client: "otomo", issuer: None, nonce: "n", now: None };
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
        for text in ["", "a.b", "a.b.c", "a.b.c.d.e", "{}.{}.{}", none.as_str()] {
            assert_eq!(address(text, &expected).map_err(|fault| fault.kind), Err(OAuthFaultKind::Protocol), "{text}");
        }
        assert_eq!(check(json!({"exp": "tomorrow"})), Err(OAuthFaultKind::Protocol));
    }
}
