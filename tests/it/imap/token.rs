//! Signing in with an access token.

use kit::imap::{Fault, ImapServer, TOKEN};
use otomo_domain::error::{MailFaultKind, OAuthFaultKind};
use otomo_domain::ports::{Credential, MailSource};

use super::{kind, open, source_with};
use crate::send::Tokens;

const OFFERS: Fault = Fault::Capabilities("IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER");
const EXPIRED: MailFaultKind = MailFaultKind::OAuth(OAuthFaultKind::Expired);

/// What opening with these tokens ends with, and how many renewals it takes.
async fn check(faults: &[Fault], tokens: (&str, &str), expected: (Option<MailFaultKind>, usize)) -> ImapServer {
    let server = ImapServer::start(vec![], faults.to_vec()).await;
    let tokens = Tokens::new(tokens.0, tokens.1);
    let outcome = source_with(&server, Credential::Token(tokens.clone())).open(&()).await;
    assert_eq!((kind(outcome), tokens.renewals()), expected, "{faults:?}");
    server
}

#[tokio::test]
async fn a_good_token_is_sent_once_by_the_way_that_the_server_offers() {
    let server = check(&[OFFERS], (TOKEN, ""), (None, 0)).await;
    assert!(server.got().contains("AUTHENTICATE XOAUTH2\r\n"), "{}", server.got());
    let server = check(&[Fault::Capabilities("IMAP4rev1 AUTH=OAUTHBEARER")], (TOKEN, ""), (None, 0)).await;
    assert!(server.got().contains("AUTHENTICATE OAUTHBEARER\r\n"), "{}", server.got());
    let passwords_only = Fault::Capabilities("IMAP4rev1 AUTH=PLAIN");
    let server = check(&[passwords_only], (TOKEN, ""), (Some(MailFaultKind::NoSignInMethod), 0)).await;
    assert!(!server.got().contains("AUTHENTICATE"));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_however_it_is_refused() {
    for json in [r#"{"status":"401"}"#, r#"{"status":"400"}"#, r#"{"status":"invalid_token"}"#, "rubbish", ""] {
        check(&[OFFERS, Fault::Challenges(json)], ("old", TOKEN), (None, 1)).await;
        let server = check(&[OFFERS, Fault::Challenges(json)], ("old", "older"), (Some(EXPIRED), 1)).await;
        assert_eq!(server.got().matches("AUTHENTICATE").count(), 2, "{json}");
    }
    check(&[OFFERS, Fault::HangsUpAfterChallenge], ("old", TOKEN), (None, 1)).await;
}

#[tokio::test]
async fn a_challenge_is_answered_as_each_document_has_it() {
    let server = check(&[OFFERS], ("old", TOKEN), (None, 1)).await;
    assert!(server.got().contains("\r\n\r\n"), "an empty line: {:?}", server.got());
    let server = check(&[Fault::Capabilities("IMAP4rev1 AUTH=OAUTHBEARER")], ("old", TOKEN), (None, 1)).await;
    assert!(server.got().contains("\r\nAQ==\r\n"), "{:?}", server.got());
}

#[tokio::test]
async fn a_token_that_is_not_the_trouble_is_not_renewed() {
    let scope = MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing);
    for (fault, expected) in [
        (Fault::Challenges(r#"{"status":"403"}"#), scope),
        (Fault::Challenges(r#"{"status":"insufficient_scope"}"#), scope),
        (Fault::SignIn("NO [LIMIT] Too many simultaneous connections"), MailFaultKind::TooManyConnections),
        (Fault::SignIn("NO [UNAVAILABLE] later"), MailFaultKind::ServerRefused),
        (Fault::SignIn("NO IMAP access is disabled for this mailbox"), MailFaultKind::ProtocolDisabled),
    ] {
        check(&[OFFERS, fault], ("old", TOKEN), (Some(expected), 0)).await;
    }
}

#[tokio::test]
async fn a_server_that_takes_only_tokens_gets_no_password() {
    for (offers, expected) in [
        ("IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", MailFaultKind::OAuthNeeded),
        ("IMAP4rev1 LOGINDISABLED AUTH=OAUTHBEARER", MailFaultKind::OAuthNeeded),
        ("IMAP4rev1 LOGINDISABLED AUTH=NTLM", MailFaultKind::NoSignInMethod),
    ] {
        let server = ImapServer::start(vec![], [Fault::Capabilities(offers)]).await;
        assert_eq!(kind(open(&server).await), Some(expected), "{offers}");
        assert_eq!(server.got(), "c CAPABILITY\r\n");
    }
}

#[tokio::test]
async fn exchange_online_sends_the_rep_to_the_provider() {
    for (offers, expected) in [
        ("IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR", MailFaultKind::OAuthNeeded),
        ("IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=NTLM", MailFaultKind::SignInRefused),
    ] {
        let said = Fault::SignIn("NO AUTHENTICATE failed.");
        let server = ImapServer::start(vec![], [Fault::Capabilities(offers), said]).await;
        assert_eq!(kind(open(&server).await), Some(expected), "{offers}");
    }
}

#[tokio::test]
async fn a_sign_in_without_a_mailbox_behind_it_is_told_apart() {
    let faults = [OFFERS, Fault::Examines("BAD User is authenticated but not connected.")];
    let server = ImapServer::start(vec![], faults).await;
    let source = source_with(&server, Credential::Token(Tokens::new(TOKEN, "")));
    let mut session = source.open(&()).await.unwrap();
    let inbox = session.folders().await.unwrap().remove(0);
    assert_eq!(kind(session.examine(&inbox).await), Some(MailFaultKind::MailboxMissing));
}
