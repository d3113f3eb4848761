//! Dovecot's submission server and the relay behind it.

mod provider;

use std::fs;
use std::sync::{Arc, OnceLock};

use kit::lab::{ALICE, BOB, Lab, Service, User};
use otomo_domain::account::Endpoint;
use otomo_domain::error::{MailFault, MailFaultKind, OAuthFaultKind};
use otomo_domain::ports::{Credential, MailSender, MailSource};
use otomo_mail::imap::ImapSource;
use otomo_mail::smtp::SmtpSender;
use otomo_net::{Net, NetConfig};

use super::{Tokens, address, kind};

/// Delivery by LMTP adds its own header fields and leaves the rest alone.
const SUBJECT: &str = "Subject: byte by byte";

fn lab() -> &'static Lab {
    static LAB: OnceLock<Lab> = OnceLock::new();
    LAB.get_or_init(|| Lab::start(&Service::ALL))
}

fn net() -> Arc<Net> {
    Arc::new(
        Net::new(&NetConfig { extra_ca: vec![lab().ca()], resolver: Some(lab().dns()), ..NetConfig::default() })
            .unwrap(),
    )
}

fn sender(endpoint: Endpoint, user: User, credential: Credential) -> SmtpSender {
    SmtpSender::new(net(), endpoint, user.address.into(), Some(credential))
}

fn password(user: User) -> Credential {
    Credential::Password(user.password.into())
}

/// What a check as alice comes to, over both kinds of TLS.
async fn check(credential: Credential, from: &str, expected: Option<MailFaultKind>) {
    for endpoint in [lab().submission(), lab().smtps()] {
        let security = endpoint.security;
        let outcome = sender(endpoint, ALICE, credential.clone()).check(&address(from), &()).await;
        assert_eq!(kind(outcome), expected, "{from} {security:?}");
    }
}

#[tokio::test]
async fn a_password_a_token_and_a_renewed_token_let_the_rep_send() {
    let token = provider::token(lab(), ALICE.address).await;
    let expired = Some(MailFaultKind::OAuth(OAuthFaultKind::Expired));
    check(password(ALICE), ALICE.address, None).await;
    check(Credential::Password("wrong".into()), ALICE.address, Some(MailFaultKind::SignInRefused)).await;
    check(Credential::Token(Tokens::new(&token, "")), ALICE.address, None).await;
    check(Credential::Token(Tokens::new("not-a-token", &token)), ALICE.address, None).await;
    check(Credential::Token(Tokens::new("not-a-token", "neither")), ALICE.address, expired).await;
    let others = provider::token(lab(), BOB.address).await;
    check(Credential::Token(Tokens::new(&others, &others)), ALICE.address, expired).await;
}

#[tokio::test]
async fn an_alias_may_send_and_the_boss_may_not() {
    check(password(ALICE), "sales@example.test", None).await;
    check(password(ALICE), "boss@example.test", Some(MailFaultKind::SendAsDenied)).await;
}

async fn send(to: &[&str], message: &str) -> Result<(), MailFault> {
    let to: Vec<_> = to.iter().map(|text| address(text)).collect();
    let sender = sender(lab().submission(), ALICE, password(ALICE));
    sender.send(&address(ALICE.address), &to, message.as_bytes()).await
}

#[tokio::test]
async fn a_sent_mail_arrives_byte_by_byte() {
    let message =
        format!("From: {}\r\nTo: {}\r\n{SUBJECT}\r\n\r\n.\r\n..x\r\nこんにちは\r\n.", ALICE.address, BOB.address);
    send(&[BOB.address], &message).await.unwrap();
    let inbox = lab().maildir(BOB.address, "INBOX");
    let arrived = ["new", "cur"].iter().flat_map(|part| fs::read_dir(inbox.join(part)).unwrap()).find_map(|entry| {
        let raw = fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8(raw).unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
        text.contains(SUBJECT).then_some(text)
    });
    let arrived = arrived.expect("the relay delivers before it answers");
    assert!(arrived.ends_with(&format!("{message}\r\n")), "{arrived}");
}

#[tokio::test]
async fn a_recipient_that_is_not_taken_is_told_from_one_that_is_not_taken_yet() {
    let message = "Subject: x\r\n\r\nx\r\n";
    assert_eq!(kind(send(&["nosuchuser@example.test"], message).await), Some(MailFaultKind::SendingRefused));
    assert_eq!(kind(send(&["greylist@example.test"], message).await), Some(MailFaultKind::ServerRefused));
}

#[tokio::test]
async fn tokens_open_the_mailbox_as_well() {
    let token = provider::token(lab(), ALICE.address).await;
    for endpoint in [lab().imaps(), lab().imap_starttls()] {
        let open = async |first: &str, second: &str| {
            let tokens = Tokens::new(first, second);
            let credential = Credential::Token(tokens.clone());
            let source = ImapSource::new(net(), endpoint.clone(), ALICE.address.into(), credential);
            (kind(source.open(&()).await), tokens.renewals())
        };
        assert_eq!(open(&token, "").await, (None, 0));
        assert_eq!(open("not-a-token", &token).await, (None, 1));
        let expired = MailFaultKind::OAuth(OAuthFaultKind::Expired);
        assert_eq!(open("not-a-token", "neither").await, (Some(expired), 1));
    }
}
