//! From the first byte to a session: passwords and tokens, refused and not.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::pop3::{Fault, PASSWORD, Pop3Server, TOKEN, USER};
use otomo_domain::error::{MailFaultKind, OAuthFault, OAuthFaultKind};
use otomo_domain::ports::{AccessTokens, Credential, MailSource};
use otomo_domain::secret::{ExposeSecret, SecretString};

use super::{kind, source};

const EXPIRED: MailFaultKind = MailFaultKind::OAuth(OAuthFaultKind::Expired);

async fn open(server: &Pop3Server, password: &str) -> Option<MailFaultKind> {
    kind(source(server, Credential::Password(password.into()), &Arc::default()).open(&()).await)
}

async fn check(fault: Fault, expected: Option<MailFaultKind>) -> Pop3Server {
    let server = Pop3Server::start(vec![], [fault.clone()]).await;
    assert_eq!(open(&server, PASSWORD).await, expected, "{fault:?}");
    server
}

#[tokio::test]
async fn a_greeting_that_is_none_gets_nothing() {
    for (greeting, expected) in [
        ("-ERR your address is blocked", MailFaultKind::GreetingRefused),
        ("-ERR [SYS/TEMP] restarting", MailFaultKind::ServerRefused),
        ("-ERR Too many connections", MailFaultKind::TooManyConnections),
        ("* OK IMAP4rev1 ready", MailFaultKind::Protocol),
        ("220 smtp.example.test ESMTP", MailFaultKind::Protocol),
    ] {
        assert_eq!(check(Fault::Greeting(greeting), Some(expected)).await.got(), "", "{greeting}");
    }
}

#[tokio::test]
async fn a_password_goes_the_way_that_the_server_offers_and_once() {
    let plain = STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
    let server = check(Fault::Capabilities(&["UIDL", "SASL PLAIN", "USER"]), None).await;
    assert!(server.got().contains(&plain) && !server.got().contains("PASS"));
    for user_and_pass in [
        Fault::Capabilities(&["UIDL", "USER"]),
        Fault::Capabilities(&[]),
        Fault::Says("AUTH PLAIN", "-ERR unsupported\r\n"),
    ] {
        let server = check(user_and_pass, None).await;
        assert!(server.got().contains(&format!("PASS {PASSWORD}\r\n")) && !server.got().contains(&plain));
    }
    let server = Pop3Server::start(vec![], []).await;
    assert_eq!(open(&server, "wrong").await, Some(MailFaultKind::SignInRefused));
    assert!(!server.got().contains("PASS"), "a refused password is not sent again");
}

#[tokio::test]
async fn a_server_that_takes_no_password_gets_none() {
    let tokens = Fault::Capabilities(&["UIDL", "SASL XOAUTH2"]);
    assert_eq!(check(tokens, Some(MailFaultKind::OAuthNeeded)).await.got(), "CAPA\r\n");
    let other = Fault::Capabilities(&["UIDL", "SASL GSSAPI"]);
    assert_eq!(check(other, Some(MailFaultKind::NoSignInMethod)).await.got(), "CAPA\r\n");
}

#[tokio::test]
async fn a_refusal_is_told_by_its_reason_and_quotes_no_password() {
    for (words, expected) in [
        ("-ERR [AUTH] bad\r\n", MailFaultKind::SignInRefused),
        ("-ERR [IN-USE] locked\r\n", MailFaultKind::TooManyConnections),
        ("-ERR [LOGIN-DELAY] too soon\r\n", MailFaultKind::TooManyConnections),
        ("-ERR [SYS/TEMP] later\r\n", MailFaultKind::ServerRefused),
        ("-ERR [SYS/PERM] no mailbox\r\n", MailFaultKind::MailboxMissing),
        ("-ERR [SYS/PERM] Your account is not enabled for POP access.\r\n", MailFaultKind::ProtocolDisabled),
        ("-ERR [AUTH] Application-specific password required\r\n", MailFaultKind::AppPasswordNeeded),
    ] {
        let faults = [Fault::Capabilities(&["USER"]), Fault::Says("PASS", words)];
        let server = Pop3Server::start(vec![], faults).await;
        assert_eq!(open(&server, PASSWORD).await, Some(expected), "{words}");
    }
    let quotes = [Fault::Capabilities(&["USER"]), Fault::Says("PASS", "-ERR I don't know {sent}\r\n")];
    let server = Pop3Server::start(vec![], quotes).await;
    let outcome = source(&server, Credential::Password(PASSWORD.into()), &Arc::default()).open(&()).await;
    assert_eq!(outcome.err().unwrap().detail, "I don't know PASS …");
}

#[tokio::test]
async fn a_name_or_password_cannot_become_a_command() {
    for password in ["x\r\nDELE 1", "x\nQUIT", "x\0y"] {
        let server = Pop3Server::start(vec![], [Fault::Capabilities(&["USER"])]).await;
        assert_eq!(open(&server, password).await, Some(MailFaultKind::SignInRefused));
        assert_eq!(server.got(), "CAPA\r\n");
    }
}

/// Tokens that are given one after another; the last one for ever.
struct Tokens(Mutex<Vec<&'static str>>);

#[async_trait]
impl AccessTokens for Tokens {
    async fn token(&self) -> Result<SecretString, OAuthFault> {
        Ok(self.0.lock().unwrap()[0].into())
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, OAuthFault> {
        let mut tokens = self.0.lock().unwrap();
        assert_eq!(refused.expose_secret(), tokens[0]);
        if tokens.len() > 1 {
            tokens.remove(0);
        }
        Ok(tokens[0].into())
    }
}

/// Signs in with these tokens; how it ends, and how many were sent.
async fn check_tokens(
    tokens: &[&'static str],
    faults: Vec<Fault>,
    expected: Option<MailFaultKind>,
    sent: usize,
) -> String {
    let server = Pop3Server::start(vec![], faults.clone()).await;
    let credential = Credential::Token(Arc::new(Tokens(Mutex::new(tokens.to_vec()))));
    let outcome = source(&server, credential, &Arc::default()).open(&()).await;
    assert_eq!(kind(outcome), expected, "{tokens:?} {faults:?}");
    assert_eq!(server.got().matches("AUTH ").count(), sent, "{tokens:?} {faults:?}");
    server.got()
}

#[tokio::test]
async fn a_token_goes_on_a_line_of_its_own() {
    let got = check_tokens(&[TOKEN], vec![], None, 1).await;
    let message = STANDARD.encode(format!("user={USER}\x01auth=Bearer {TOKEN}\x01\x01"));
    assert!(got.contains(&format!("AUTH XOAUTH2\r\n{message}\r\n")), "{got}");
    let only = vec![Fault::Capabilities(&["SASL OAUTHBEARER"])];
    assert!(check_tokens(&[TOKEN], only, None, 1).await.contains("AUTH OAUTHBEARER\r\n"));
    check_tokens(&[TOKEN], vec![Fault::Capabilities(&["SASL PLAIN"])], Some(MailFaultKind::NoSignInMethod), 0).await;
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let got = check_tokens(&["old", TOKEN], vec![], None, 2).await;
    assert!(got.contains("\r\n\r\n"), "the challenge is answered with an empty line");
    check_tokens(&["old", "older"], vec![], Some(EXPIRED), 2).await;
    let bearer = vec![Fault::Capabilities(&["SASL OAUTHBEARER"]), Fault::Challenge(r#"{"status":"invalid_token"}"#)];
    assert!(check_tokens(&["old", TOKEN], bearer, None, 2).await.contains("\r\nAQ==\r\n"));
}

#[tokio::test]
async fn a_token_that_another_one_would_not_help_is_not_renewed() {
    let scope = MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing);
    check_tokens(&["old", TOKEN], vec![Fault::Challenge(r#"{"status":"403"}"#)], Some(scope), 1).await;
}
