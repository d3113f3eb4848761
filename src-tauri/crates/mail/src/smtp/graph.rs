//! Sending through Microsoft Graph, with the sign-in of the mailbox: the way out where a tenant has SMTP sign-in switched
//! off (<https://learn.microsoft.com/graph/api/user-sendmail>).
//!
//! The mail goes as MIME. Graph takes the recipients from its header, hidden ones too, and keeps a copy in Sent Items.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::address::Address;
use otomo_domain::error::{MailFault, MailFaultKind, OAuthFaultKind};
use otomo_domain::ports::{AccessTokens, MailSender};
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_domain::step::{Observer, Step};
use otomo_net::{Net, classify_http};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::message::Message;
use crate::{sasl, wording};

/// How long a request without a mail may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The slowest way out that is still waited for, in bytes a second.
const SLOWEST: u64 = 16 * 1024;

/// How much of a refusal is read.
const REFUSAL: usize = 64 * 1024;

/// A mailbox's way out through Graph.
pub struct GraphSender {
    http: reqwest::Client,
    base: String,
    tokens: Arc<dyn AccessTokens>,
}

impl GraphSender {
    /// `base` is such as `https://graph.microsoft.com`; the tokens are for Graph.
    pub fn new(net: &Net, base: &str, tokens: Arc<dyn AccessTokens>) -> Self {
        Self { http: net.http(), base: base.trim_end_matches('/').to_owned(), tokens }
    }

    fn request(&self, method: Method, path: &str, token: &SecretString) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/v1.0{path}", self.base));
        request.bearer_auth(token.expose_secret()).timeout(PATIENCE)
    }

    /// Who the token is for. Reading that is another permission than sending: a refusal for want of it shows as well
    /// that Graph knows the token.
    async fn identify(&self, token: &SecretString) -> Result<(), MailFault> {
        let request = self.request(Method::GET, "/me?$select=mail,userPrincipalName", token);
        let response = request.send().await.map_err(|error| MailFault::from(classify_http(&error).0))?;
        match response.status() {
            StatusCode::FORBIDDEN => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(refused(response).await),
        }
    }

    async fn post(&self, token: &SecretString, mime: &str) -> Result<(), MailFault> {
        let patience = PATIENCE.saturating_add(Duration::from_secs(mime.len() as u64 / SLOWEST));
        let request = self.request(Method::POST, "/me/sendMail", token).timeout(patience);
        let sent = request.header("Content-Type", "text/plain").body(mime.to_owned()).send().await;
        let response = sent.map_err(|error| match classify_http(&error) {
            (fault, true) => MailFault::new(MailFaultKind::SendingUnknown, fault.detail),
            (fault, false) => fault.into(),
        })?;
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::INTERNAL_SERVER_ERROR | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
                Err(MailFault { kind: MailFaultKind::SendingUnknown, ..refused(response).await })
            }
            _ => Err(refused(response).await),
        }
    }
}

#[async_trait]
impl MailSender for GraphSender {
    async fn check(&self, from: &Address, observer: &dyn Observer) -> Result<(), MailFault> {
        observer.begins(Step::SendServer);
        observer.passed(Step::SendServer, &self.base);
        observer.begins(Step::SendSignIn);
        let token = self.tokens.token().await?;
        match self.identify(&token).await {
            Err(fault) if fault.kind == sasl::REFUSED => self.identify(&self.tokens.renewed(&token).await?).await?,
            outcome => outcome?,
        }
        observer.passed(Step::SendSignIn, "Bearer");
        // Graph judges the sender when it gets a mail, not before.
        observer.begins(Step::SendAs);
        observer.passed(Step::SendAs, from.as_str());
        Ok(())
    }

    fn sends_by_header(&self) -> bool {
        true
    }

    async fn send(&self, _: &Address, to: &[Address], message: &[u8]) -> Result<(), MailFault> {
        Message::new(message)?;
        if names_somebody_else(to, message) {
            return Err(MailFault::new(MailFaultKind::SendingRefused, "the header names somebody who is no recipient"));
        }
        let mime = STANDARD.encode(with_hidden_recipients(to, message));
        let token = self.tokens.token().await?;
        match self.post(&token, &mime).await {
            Err(fault) if fault.kind == sasl::REFUSED => self.post(&self.tokens.renewed(&token).await?, &mime).await,
            outcome => outcome,
        }
    }
}

/// The message with those recipients in a `Bcc` field whom its header doesn't name. Graph takes the field out.
fn with_hidden_recipients(to: &[Address], message: &[u8]) -> Vec<u8> {
    let named = named(message);
    let hidden: Vec<&str> =
        to.iter().map(Address::as_str).filter(|address| !named.iter().any(|word| word == address)).collect();
    let field = if hidden.is_empty() { String::new() } else { format!("Bcc: {}\r\n", hidden.join(",\r\n ")) };
    [field.as_bytes(), message].concat()
}

/// Whether Graph would send the message to somebody who is no recipient.
fn names_somebody_else(to: &[Address], message: &[u8]) -> bool {
    named(message).iter().any(|word| word.contains('@') && !to.iter().any(|address| address.as_str() == word))
}

/// The words of the fields `To` and `Cc`, the addresses among them.
fn named(message: &[u8]) -> Vec<String> {
    let end = memchr::memmem::find(message, b"\r\n\r\n").or_else(|| memchr::memmem::find(message, b"\n\n"));
    let header =
        String::from_utf8_lossy(message.get(..end.unwrap_or(message.len())).unwrap_or_default()).to_lowercase();
    let unfolded = header.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let fields = unfolded.lines().filter(|line| line.starts_with("to:") || line.starts_with("cc:"));
    let words = fields
        .flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | ':' | '"')));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What Graph's refusal means; its words are a code and a sentence.
async fn refused(mut response: Response) -> MailFault {
    let status = response.status();
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await
        && body.len() < REFUSAL
    {
        body.extend_from_slice(&chunk);
    }
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| said.pointer(name).and_then(Value::as_str).unwrap_or_default();
    let (code, words) = (text("/error/code"), text("/error/message"));
    MailFault::new(meaning(status, code), wording::shown(&format!("{} {code} {words}", status.as_u16())))
}

fn meaning(status: StatusCode, code: &str) -> MailFaultKind {
    match (status, code) {
        (_, "ErrorSendAsDenied") => MailFaultKind::SendAsDenied,
        (_, "MailboxNotEnabledForRESTAPI" | "ErrorNonExistentMailbox") => MailFaultKind::MailboxMissing,
        (_, "ErrorQuotaExceeded") => MailFaultKind::MailboxFull,
        (StatusCode::UNAUTHORIZED, _) => sasl::REFUSED,
        (StatusCode::FORBIDDEN, _) => MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing),
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => MailFaultKind::ServerRefused,
        _ => MailFaultKind::SendingRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, to: &[&str], expected: &str) {
        let to: Vec<Address> = to.iter().map(|text| Address::parse(text).unwrap()).collect();
        let message = format!("{header}\r\n\r\nTo: c@x.jp\r\n");
        let sent = String::from_utf8(with_hidden_recipients(&to, message.as_bytes())).unwrap();
        assert_eq!(sent.strip_suffix(&message), Some(expected), "{header:?}");
    }

    #[test]
    fn only_recipients_whom_the_header_does_not_name_are_hidden_ones() {
        check("To: A <A@x.jp>,\r\n \"b\" <b@x.jp>\r\nCc: d@x.jp", &["a@x.jp", "b@x.jp", "d@x.jp"], "");
        check("To: aa@x.jp\r\nSubject: a@x.jp", &["a@x.jp"], "Bcc: a@x.jp\r\n");
        check("From: c@x.jp", &["a@x.jp", "c@x.jp"], "Bcc: a@x.jp,\r\n c@x.jp\r\n");
    }

    #[test]
    fn a_header_that_names_somebody_else_is_seen() {
        let seen = |header: &str| {
            let to = [Address::parse("a@x.jp").unwrap(), Address::parse("b@x.jp").unwrap()];
            names_somebody_else(&to, format!("{header}\r\n\r\nTo: c@x.jp\r\n").as_bytes())
        };
        assert!(!seen("To: A <A@x.jp>,\r\n \"b\" <b@x.jp>\r\nFrom: c@x.jp\r\nSubject: c@x.jp"));
        assert!(seen("To: a@x.jp\r\nCc: \"C\" <c@x.jp>"));
        assert!(seen("To: a@x.jp,\r\n\tc@x.jp"));
    }

    #[test]
    fn a_refusal_is_known_by_its_code_before_its_status() {
        assert_eq!(meaning(StatusCode::FORBIDDEN, "ErrorSendAsDenied"), MailFaultKind::SendAsDenied);
        let scope = MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing);
        assert_eq!(meaning(StatusCode::FORBIDDEN, "ErrorAccessDenied"), scope);
        assert_eq!(meaning(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken"), sasl::REFUSED);
        assert_eq!(meaning(StatusCode::NOT_FOUND, "MailboxNotEnabledForRESTAPI"), MailFaultKind::MailboxMissing);
        assert_eq!(meaning(StatusCode::BAD_REQUEST, ""), MailFaultKind::SendingRefused);
    }
}
