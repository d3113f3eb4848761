//! How an access token (RFC 6750) goes to a mail server: the messages of SASL, and the server's answer when it doesn't
//! like one. The same on IMAP, POP3 and SMTP; each of them puts the messages in base64 by itself or its library.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::error::{MailFault, MailFaultKind, OAuthFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde_json::Value;

/// What a refused token is told by. Another one may do, once: see
/// [`AccessTokens::renewed`](otomo_domain::ports::AccessTokens::renewed). If that is refused as well, the rep signs in again.
pub const REFUSED: MailFaultKind = MailFaultKind::OAuth(OAuthFaultKind::Expired);

/// How many bytes of a server's answer are looked at.
const LARGEST: usize = 8 * 1024;

/// A mechanism that carries a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// Google's and Microsoft's own: <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>.
    Xoauth2,
    /// RFC 7628.
    OAuthBearer,
}

impl Bearer {
    /// The better one of those that a server offers: the one both big providers have comes first.
    pub fn choose(offers: impl Fn(&str) -> bool) -> Option<Self> {
        [Self::Xoauth2, Self::OAuthBearer].into_iter().find(|mechanism| offers(mechanism.name()))
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Xoauth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// The client's one message, not in base64. Refused where a part of it would end another part.
    pub fn message(self, user: &str, host: &str, port: u16, token: &SecretString) -> Result<SecretString, MailFault> {
        let parts = [user, host, token.expose_secret()];
        if parts.iter().any(|part| part.is_empty() || part.contains(|c: char| c.is_control())) {
            return Err(MailFault::new(MailFaultKind::SignInRefused, "a user name or token cannot be sent like this"));
        }
        Ok(match self {
            Self::Xoauth2 => xoauth2(user, token),
            Self::OAuthBearer => oauthbearer(user, host, port, token),
        })
    }

    /// What the client answers to a [`Challenge`], so that the server ends it; not in base64.
    pub fn farewell(self) -> &'static str {
        match self {
            Self::Xoauth2 => "",
            Self::OAuthBearer => "\x01",
        }
    }
}

/// The message of XOAUTH2, not in base64.
pub fn xoauth2(user: &str, token: &SecretString) -> SecretString {
    format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose_secret()).into()
}

/// The message of OAUTHBEARER (RFC 7628 §3.1), not in base64. In its user name `=` and `,` are escaped (RFC 5801 §4).
pub fn oauthbearer(user: &str, host: &str, port: u16, token: &SecretString) -> SecretString {
    let user = user.replace('=', "=3D").replace(',', "=2C");
    format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {}\x01\x01", token.expose_secret()).into()
}

/// What a server says of a token that it refuses, before it ends the sign-in (RFC 7628 §3.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// As in HTTP: what the big providers say.
    pub status: Option<u16>,
    /// What RFC 7628 has there instead, such as `invalid_token`.
    pub error: Option<String>,
    /// What the token should have been good for.
    pub scope: Option<String>,
}

impl Challenge {
    /// Reads the JSON of a challenge. What isn't any says nothing.
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..LARGEST.min(bytes.len())).unwrap_or_default();
        let Ok(Value::Object(said)) = serde_json::from_slice(bytes) else { return Self::default() };
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        let status = match said.get("status") {
            Some(Value::Number(number)) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            Some(Value::String(digits)) => digits.parse().ok(),
            _ => None,
        };
        let error = text("status").filter(|_| status.is_none());
        Self { status, error, scope: text("scope") }
    }

    /// The same from base64, as POP3 and SMTP have it.
    pub fn decode(base64: &str) -> Self {
        STANDARD.decode(base64.trim()).map(|json| Self::parse(&json)).unwrap_or_default()
    }

    /// What it means. A server that gives no reason, or one that is none of the documents', means the token.
    pub fn meaning(&self) -> MailFaultKind {
        match (self.status, self.error.as_deref()) {
            (Some(403), _) | (_, Some("insufficient_scope")) => MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing),
            (Some(500..), _) => MailFaultKind::OAuth(OAuthFaultKind::Temporary),
            _ => REFUSED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposed(message: SecretString) -> String {
        message.expose_secret().to_owned()
    }

    #[test]
    fn the_messages_are_those_of_the_documents() {
        let token = "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==".into();
        let google = xoauth2("someuser@example.com", &token);
        assert_eq!(
            STANDARD.encode(exposed(google)),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ=="
        );
        let rfc_7628 = oauthbearer("user@example.com", "server.example.com", 143, &token);
        let expected = "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(exposed(rfc_7628), expected);
        assert!(exposed(oauthbearer("a,b=c", "h", 1, &token)).starts_with("n,a=a=2Cb=3Dc,\x01"));
    }

    #[test]
    fn a_part_cannot_end_another() {
        let message = |user: &str, token: &str| Bearer::Xoauth2.message(user, "host", 993, &token.into()).map(exposed);
        assert_eq!(message("taro", "t0k"), Ok("user=taro\x01auth=Bearer t0k\x01\x01".into()));
        for (user, token) in [("taro\x01auth=Bearer other", "t"), ("taro", "t\r\nx"), ("taro\0", "t"), ("", "t")] {
            assert!(message(user, token).is_err(), "{user:?} {token:?}");
        }
    }

    #[test]
    fn the_mechanism_of_both_big_providers_comes_first() {
        let choose = |offered: &[&str]| Bearer::choose(|name| offered.contains(&name));
        assert_eq!(choose(&["PLAIN", "OAUTHBEARER", "XOAUTH2"]), Some(Bearer::Xoauth2));
        assert_eq!(choose(&["OAUTHBEARER"]), Some(Bearer::OAuthBearer));
        assert_eq!(choose(&["PLAIN", "LOGIN"]), None);
    }

    fn check(json: &str, status: Option<u16>, expected: OAuthFaultKind) {
        let challenge = Challenge::parse(json.as_bytes());
        assert_eq!((challenge.status, challenge.meaning()), (status, MailFaultKind::OAuth(expected)), "{json}");
        assert_eq!(Challenge::decode(&STANDARD.encode(json)), challenge, "{json}");
    }

    #[test]
    fn a_challenge_tells_whether_another_token_may_do() {
        use OAuthFaultKind::*;
        check(r#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#, Some(401), Expired);
        check(r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#, Some(400), Expired);
        check(r#"{"status":401}"#, Some(401), Expired);
        check(r#"{"status":"403"}"#, Some(403), ScopeMissing);
        check(r#"{"status":"503"}"#, Some(503), Temporary);
        check(r#"{"status":"invalid_token","openid-configuration":"https://example.test/"}"#, None, Expired);
        check(r#"{"status":"insufficient_scope","scope":"mail"}"#, None, ScopeMissing);
        for nothing in ["", "{", "[1,2]", "null", r#"{"status":99999}"#, r#"{"status":{}}"#, "\u{1}"] {
            check(nothing, None, Expired);
        }
        assert_eq!(Challenge::decode("not base64!"), Challenge::default());
    }
}
