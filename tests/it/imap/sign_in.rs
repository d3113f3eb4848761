//! From the first byte to a session: certificates, STARTTLS, passwords.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::imap::{Certificate, Fault, ImapServer, PASSWORD, USER};
use otomo_domain::error::{CertificateFault, MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::MailSource;

use super::{kind, messages, open, read, source};

async fn check(fault: Fault, expected: Option<MailFaultKind>) -> ImapServer {
    let server = ImapServer::start(vec![], [fault.clone()]).await;
    assert_eq!(kind(open(&server).await), expected, "{fault:?}");
    server
}

/// The same before STARTTLS; the password is never among what was sent in the clear.
async fn check_plain(fault: Fault, expected: MailFaultKind) {
    let server = ImapServer::start_plain(vec![], [fault.clone()]).await;
    assert_eq!(kind(open(&server).await), Some(expected), "{fault:?}");
    assert!(["", "t STARTTLS\r\n"].contains(&server.got_in_the_clear().as_str()), "{:?}", server.got_in_the_clear());
    assert_eq!(server.got(), "", "{fault:?}");
}

fn message(password: &str) -> String {
    STANDARD.encode(format!("\0{USER}\0{password}"))
}

#[tokio::test]
async fn each_fault_of_a_certificate_has_its_name_and_no_password_is_sent() {
    use Certificate::*;
    for (certificate, expected) in [
        (Good, None),
        (Expired, Some(CertificateFault::Expired)),
        (NotYetValid, Some(CertificateFault::NotYetValid)),
        (WrongName, Some(CertificateFault::WrongName)),
        (SelfSigned, Some(CertificateFault::UnknownIssuer)),
        (UnknownIssuer, Some(CertificateFault::UnknownIssuer)),
    ] {
        let server = ImapServer::with_certificate(certificate).await;
        let expected = expected.map(|fault| MailFaultKind::Net(NetFaultKind::Certificate(fault)));
        assert_eq!(kind(open(&server).await), expected, "{certificate:?}");
        assert_eq!(server.got().is_empty(), expected.is_some(), "{certificate:?}");
    }
}

#[tokio::test]
async fn only_starttls_is_said_in_the_clear() {
    let server = ImapServer::start_plain(messages(3), []).await;
    assert_eq!(read(&server).await.unwrap().messages.len(), 3);
    assert_eq!(server.got_in_the_clear(), "t STARTTLS\r\n");
    assert!(server.got().contains(&message(PASSWORD)));
}

#[tokio::test]
async fn a_server_that_keeps_the_client_from_tls_gets_nothing() {
    check_plain(Fault::NoStartTls, MailFaultKind::StartTlsMissing).await;
    check_plain(Fault::Greeting("* PREAUTH welcome back"), MailFaultKind::Protocol).await;
    check_plain(Fault::Greeting("* BYE blocked"), MailFaultKind::GreetingRefused).await;
    check_plain(Fault::Greeting("220 smtp.example.test ESMTP"), MailFaultKind::Protocol).await;
    check_plain(Fault::InjectsBeforeTls("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n"), MailFaultKind::Protocol).await;
    check_plain(Fault::InjectsBeforeTls("x"), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn the_greeting_decides_whether_to_go_on() {
    check(Fault::Greeting("* OK [CAPABILITY IMAP4rev1] hi"), None).await;
    check(Fault::Greeting("* BYE your address is blocked"), Some(MailFaultKind::GreetingRefused)).await;
    check(Fault::Greeting("* BYE too many connections from your address"), Some(MailFaultKind::TooManyConnections))
        .await;
    let server = check(Fault::Greeting("* PREAUTH welcome back"), Some(MailFaultKind::Protocol)).await;
    assert_eq!(server.got(), "");
    check(Fault::Greeting("+OK POP3 ready"), Some(MailFaultKind::Protocol)).await;
    check(Fault::Greeting(""), Some(MailFaultKind::Protocol)).await;
}

#[tokio::test]
async fn the_way_of_signing_in_is_the_servers_choice() {
    let plain = check(Fault::Capabilities("IMAP4rev1 LOGINDISABLED AUTH=PLAIN"), None).await;
    assert!(plain.got().contains(&message(PASSWORD)));
    let login = check(Fault::Capabilities("IMAP4rev1"), None).await;
    assert!(login.got().contains(r#" LOGIN "taro@example.test" "taro \"app\" pw\\é""#), "{}", login.got());
    let neither = check(Fault::Capabilities("IMAP4rev1 LOGINDISABLED"), Some(MailFaultKind::NoSignInMethod)).await;
    assert_eq!(neither.got(), "c CAPABILITY\r\n");
    let refused = check(Fault::RefusesPlain, None).await;
    assert!(refused.got().contains("AUTHENTICATE PLAIN") && refused.got().contains(" LOGIN "));
}

#[tokio::test]
async fn a_password_is_sent_once_however_the_server_refuses_it() {
    for (words, expected) in [
        ("NO [AUTHENTICATIONFAILED] wrong", MailFaultKind::SignInRefused),
        ("BAD wrong", MailFaultKind::SignInRefused),
        ("NO [ALERT] Application-specific password required", MailFaultKind::AppPasswordNeeded),
        ("NO [UNAVAILABLE] directory down", MailFaultKind::ServerRefused),
        ("NO [PRIVACYREQUIRED] not like this", MailFaultKind::NoSignInMethod),
        ("NO [WEBALERT https://example.test/] Web login required.", MailFaultKind::OAuthNeeded),
        ("NO [ALERT] Please log in via your web browser: https://example.test/", MailFaultKind::OAuthNeeded),
        ("NO LOGIN failed. BasicAuthBlocked", MailFaultKind::OAuthNeeded),
        ("NO [ALERT] Your account is not enabled for IMAP use.", MailFaultKind::ProtocolDisabled),
        ("NO [LIMIT] Too many simultaneous connections", MailFaultKind::TooManyConnections),
        ("NO [OVERQUOTA] no room to sign in", MailFaultKind::MailboxFull),
    ] {
        let server = check(Fault::SignIn(words), Some(expected)).await;
        assert_eq!(server.got().matches(&message(PASSWORD)).count(), 1, "{words}");
        assert!(!server.got().contains("LOGIN"), "{words}");
    }
}

async fn refusal(server: &ImapServer, password: &str) -> MailFault {
    source(server, password).open(&()).await.err().expect("a refusal")
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_the_servers_words() {
    let server = ImapServer::start(vec![], []).await;
    let fault = refusal(&server, "wrong one").await;
    assert_eq!((fault.kind, fault.detail.as_str()), (MailFaultKind::SignInRefused, "[AUTHENTICATIONFAILED] wrong"));
}

#[tokio::test]
async fn a_password_that_the_server_repeats_is_not_repeated_here() {
    let server = ImapServer::start(vec![], [Fault::SignIn("NO {password} is wrong")]).await;
    let fault = refusal(&server, "geheim-123").await;
    assert!(fault.detail.contains("is wrong") && !fault.detail.contains("geheim"), "{}", fault.detail);
}

#[tokio::test]
async fn a_password_that_no_command_can_carry_is_never_sent() {
    let server = ImapServer::start(vec![], [Fault::Capabilities("IMAP4rev1")]).await;
    for password in ["nul\0byte", "line\r\nA1 DELETE INBOX"] {
        assert_eq!(refusal(&server, password).await.kind, MailFaultKind::SignInRefused);
    }
    assert!(!server.got().contains("LOGIN") && !server.got().contains("DELETE"), "{}", server.got());
}

#[tokio::test]
async fn a_server_that_is_not_there_says_so() {
    let server = ImapServer::start(vec![], []).await;
    let source = source(&server, PASSWORD);
    drop(server);
    // The listener is closed by the runtime a moment after its task ended.
    tokio::task::yield_now().await;
    assert_eq!(kind(source.open(&()).await), Some(MailFaultKind::Net(NetFaultKind::Refused)));
}
