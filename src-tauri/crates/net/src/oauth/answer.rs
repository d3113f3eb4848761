//! What a token endpoint answers (RFC 6749 §5), with what Microsoft adds to a refusal and OpenID Connect to a success.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{ErrorResponse, ExtraTokenFields, StandardTokenResponse, TokenResponse};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::ports::Tokens;
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::hints;
use crate::words::words;

/// How much of a provider's words is kept.
const WORDS: usize = 300;

/// How long an access token is taken to last where the provider doesn't say (RFC 6749 §5.1 lets it).
const USUAL: Duration = Duration::from_secs(3600);

/// Longer than this nobody's word is believed; a renewal too early does no harm.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

pub type Granted = StandardTokenResponse<Extra, BasicTokenType>;

/// Besides the tokens of RFC 6749.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Extra {
    /// OpenID Connect Core §3.1.3.3.
    pub id_token: Option<IdToken>,
}

impl ExtraTokenFields for Extra {}

/// Not shown by `Debug`: it tells who the rep is.
#[derive(Deserialize, Serialize)]
pub struct IdToken(pub String);

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken")
    }
}

/// Takes the tokens out of an answer. Only bearer tokens (RFC 6750) can be used.
pub fn tokens(granted: &Granted) -> Result<Tokens, OAuthFault> {
    if *granted.token_type() != BasicTokenType::Bearer {
        return Err(OAuthFault::new(OAuthFaultKind::Protocol, "the provider gave a token of an unknown type"));
    }
    let access = granted.access_token().secret();
    // RFC 6750 §2.1; anything else would break out of the header or the SASL string that carries it.
    if access.is_empty() || !access.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(OAuthFault::new(OAuthFaultKind::Protocol, "the provider gave a token that cannot be sent"));
    }
    Ok(Tokens {
        access: SecretString::from(access.as_str()),
        refresh: granted.refresh_token().map(|token| SecretString::from(token.secret().as_str())),
        lasts: granted.expires_in().unwrap_or(USUAL).min(LONGEST),
        scopes: granted.scopes().map(|scopes| scopes.iter().map(|scope| String::from(scope.as_str())).collect()),
    })
}

/// A refusal: in the browser's answer, or from an endpoint.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Refusal {
    pub error: String,
    #[serde(default)]
    pub error_description: String,
    /// Microsoft's numbers.
    #[serde(default)]
    pub error_codes: Vec<u32>,
    /// By which Microsoft's support finds the event.
    #[serde(default)]
    pub correlation_id: String,
}

impl ErrorResponse for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)
    }
}

impl Refusal {
    /// The fault it stands for. `secrets` are kept out of its words, wherever the provider may have put them.
    pub fn fault(&self, secrets: &[&SecretString]) -> OAuthFault {
        let kind = hints::kind(&self.error, &self.error_description, &self.error_codes);
        let mut text = self.text();
        for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "…");
        }
        OAuthFault::new(kind, words(&text, WORDS))
    }

    /// The error, the first line of its description, and the correlation id, which stands in one of two places.
    fn text(&self) -> String {
        let description = self.error_description.as_str();
        let (first, rest) = description.split_once("Trace ID").unwrap_or((description, ""));
        let written = rest.split_once("Correlation ID: ").and_then(|(_, id)| id.split_whitespace().next());
        let correlation = if self.correlation_id.is_empty() { written } else { Some(self.correlation_id.as_str()) };
        let numbers: String = self.error_codes.iter().map(|number| format!(" {number}")).collect();
        let identified = correlation.map(|id| format!(" [correlation {id}]")).unwrap_or_default();
        let head: String = first.trim().chars().take(200).collect();
        format!("{}:{numbers}{identified} {head}", self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> OAuthFault {
        serde_json::from_str::<Refusal>(json).unwrap().fault(&[])
    }

    #[test]
    fn a_refusal_keeps_the_number_and_the_correlation_id_for_it() {
        let fault = refusal(
            r#"{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired.\r\nTrace ID: 1-2\r\nCorrelation ID: 3-4\r\nTimestamp: now","error_codes":[700082],"timestamp":"now","suberror":"x"}"#,
        );
        assert_eq!(fault.kind, OAuthFaultKind::Expired);
        assert_eq!(
            fault.detail,
            "invalid_grant: 700082 [correlation 3-4] AADSTS700082: The refresh token has expired."
        );
    }

    #[test]
    fn a_bare_refusal_is_one_too() {
        let fault = refusal(r#"{"error":"invalid_client"}"#);
        assert_eq!((fault.kind, fault.detail.as_str()), (OAuthFaultKind::SetupWrong, "invalid_client:"));
    }

    #[test]
    fn a_refusal_does_not_repeat_what_the_provider_was_shown() {
        let refusal: Refusal =
            serde_json::from_str(r#"{"error":"invalid_grant","error_description":"c0de\r\nis\u202e bad"}"#).unwrap();
        assert_eq!(refusal.fault(&["c0de".into(), "".into()].each_ref()).detail, "invalid_grant: …  is bad");
    }

    fn check(json: &str) -> Result<(Duration, bool), OAuthFaultKind> {
        let granted: Granted = serde_json::from_str(json).map_err(|_| OAuthFaultKind::Protocol)?;
        tokens(&granted).map(|tokens| (tokens.lasts, tokens.refresh.is_some())).map_err(|fault| fault.kind)
    }

    #[test]
    fn how_long_a_token_lasts_is_believed_within_reason() {
        assert_eq!(
            check(r#"{"access_token":"a","token_type":"Bearer","expires_in":60}"#),
            Ok((Duration::from_secs(60), false))
        );
        assert_eq!(check(r#"{"access_token":"a","token_type":"bearer","refresh_token":"r"}"#), Ok((USUAL, true)));
        let absurd = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{}}}"#, u64::MAX);
        assert_eq!(check(&absurd), Ok((LONGEST, false)));
        assert!(check(r#"{"access_token":"a","token_type":"Bearer","expires_in":-1}"#).is_err());
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_refused() {
        assert!(check(r#"{"access_token":"a","token_type":"mac"}"#).is_err());
        assert!(check(r#"{"access_token":"a\r\nX: y","token_type":"Bearer"}"#).is_err());
        assert!(check(r#"{"access_token":"","token_type":"Bearer"}"#).is_err());
    }
}
