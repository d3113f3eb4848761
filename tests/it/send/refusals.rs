//! From the first byte to a sender that is not the rep's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::smtp::{PASSWORD, Quirk, SmtpServer, TOKEN, USER};
use otomo_domain::error::{MailFaultKind, NetFaultKind, OAuthFaultKind};
use otomo_domain::ports::{Credential, MailSender};
use otomo_domain::step::Step;

use super::{Passed, Tokens, address, kind, password, sender};

const EXPIRED: MailFaultKind = MailFaultKind::OAuth(OAuthFaultKind::Expired);

async fn check(quirk: Quirk, expected: Option<MailFaultKind>) -> SmtpServer {
    let server = SmtpServer::start([quirk.clone()]).await;
    let outcome = sender(&server, password()).check(&address(USER), &()).await;
    assert_eq!(kind(outcome), expected, "{quirk:?}");
    server
}

#[tokio::test]
async fn a_check_goes_through_every_step_and_sends_nothing() {
    let (server, passed) = (SmtpServer::start([]).await, Passed::default());
    sender(&server, password()).check(&address(USER), &passed).await.unwrap();
    assert_eq!(*passed.0.lock().unwrap(), [Step::SendServer, Step::SendSignIn, Step::SendAs]);
    let said = [
        "EHLO [127.0.0.1]".to_owned(),
        format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{USER}\0{PASSWORD}"))),
        format!("MAIL FROM:<{USER}>"),
        format!("RCPT TO:<{USER}>"),
        "RSET".to_owned(),
        "QUIT".to_owned(),
    ];
    assert_eq!(server.got(), said);
}

#[tokio::test]
async fn only_starttls_is_said_in_the_clear() {
    let server = SmtpServer::start_plain([]).await;
    sender(&server, password()).check(&address(USER), &()).await.unwrap();
    assert_eq!(server.got_in_the_clear(), ["EHLO [127.0.0.1]", "STARTTLS"]);
    assert_eq!(server.got_of("EHLO").len(), 1, "what was said in the clear is asked for again");
}

#[tokio::test]
async fn a_server_that_keeps_the_client_from_tls_gets_nothing() {
    for (quirk, expected) in [
        (Quirk::Offers(&["AUTH PLAIN"]), MailFaultKind::StartTlsMissing),
        (Quirk::InjectsBeforeTls("250-AUTH PLAIN\r\n"), MailFaultKind::Protocol),
        (Quirk::InjectsBeforeTls("x"), MailFaultKind::Protocol),
        (Quirk::Greets("554 5.7.1 blocked"), MailFaultKind::GreetingRefused),
        (Quirk::Greets("* OK IMAP4rev1 ready"), MailFaultKind::Protocol),
    ] {
        let server = SmtpServer::start_plain([quirk.clone()]).await;
        let outcome = sender(&server, password()).check(&address(USER), &()).await;
        assert_eq!(kind(outcome), Some(expected), "{quirk:?}");
        assert!(server.got().is_empty() && !server.got_in_the_clear().iter().any(|line| line.starts_with("AUTH")));
    }
}

#[tokio::test]
async fn the_words_of_the_big_providers_are_understood_and_a_password_is_sent_once() {
    for (said, expected) in [
        ("535 5.7.8 Authentication failed", MailFaultKind::SignInRefused),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            MailFaultKind::SmtpAuthDisabled,
        ),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [X.prod.outlook.com]",
            MailFaultKind::OAuthNeeded,
        ),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", MailFaultKind::OAuthNeeded),
        ("534-5.7.9 Application-specific password required.\n534 5.7.9 more", MailFaultKind::AppPasswordNeeded),
        ("454 4.7.0 Temporary authentication failure", MailFaultKind::ServerRefused),
        ("421 4.7.0 Too many concurrent connections", MailFaultKind::TooManyConnections),
        ("421 4.7.0 closing", MailFaultKind::Net(NetFaultKind::Closed)),
    ] {
        let server = check(Quirk::SignIn(said), Some(expected)).await;
        assert_eq!(server.got_of("AUTH").len(), 1, "{said}");
    }
}

#[tokio::test]
async fn the_way_of_signing_in_is_the_servers_choice() {
    let login = check(Quirk::Offers(&["AUTH=LOGIN"]), None).await;
    assert!(login.got().contains(&STANDARD.encode(PASSWORD)) && login.got_of("AUTH LOGIN").len() == 1);
    let tokens_only = check(Quirk::Offers(&["AUTH XOAUTH2"]), Some(MailFaultKind::OAuthNeeded)).await;
    let nothing = check(Quirk::Offers(&[]), Some(MailFaultKind::NoSignInMethod)).await;
    assert!(tokens_only.got_of("AUTH").is_empty() && nothing.got_of("AUTH").is_empty());
}

#[tokio::test]
async fn a_sender_that_is_not_the_reps_is_found_without_sending() {
    for (beginning, said, expected) in [
        ("MAIL", "550 5.7.60 Client does not have permissions to send as this sender", MailFaultKind::SendAsDenied),
        ("RCPT", "553 5.7.1 <x>: Sender address rejected: not owned by user y", MailFaultKind::SendAsDenied),
        ("MAIL", "530 5.7.57 Client was not authenticated to send anonymous mail", MailFaultKind::RelayDenied),
    ] {
        let server = check(Quirk::Answers(beginning, said), Some(expected)).await;
        assert!(server.got_of("DATA").is_empty());
    }
    check(Quirk::Answers("RCPT", "451 4.7.1 Greylisted"), None).await;
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    for challenge in [r#"{"status":"401"}"#, r#"{"status":"400"}"#, r#"{"status":"invalid_token"}"#, ""] {
        let server = SmtpServer::start([Quirk::Challenges(challenge)]).await;
        let tokens = Tokens::new("old", TOKEN);
        let (credential, passed) = (Credential::Token(tokens.clone()), Passed::default());
        sender(&server, credential).check(&address(USER), &passed).await.unwrap();
        assert_eq!(tokens.renewals(), 1, "{challenge}");
        assert_eq!(*passed.0.lock().unwrap(), [Step::SendServer, Step::SendSignIn, Step::SendAs]);
        assert_eq!(server.got_of("AUTH XOAUTH2").len(), 2);
    }
}

#[tokio::test]
async fn a_sign_in_that_ran_out_is_not_tried_for_ever() {
    let server = SmtpServer::start([]).await;
    let tokens = Tokens::new("old", "older");
    let fault = sender(&server, Credential::Token(tokens.clone())).check(&address(USER), &()).await.unwrap_err();
    assert_eq!((fault.kind, tokens.renewals(), server.got_of("AUTH").len()), (EXPIRED, 1, 2));
}

#[tokio::test]
async fn a_token_that_is_not_the_trouble_is_not_renewed() {
    let scope = MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing);
    let disabled = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    for (quirk, expected) in [
        (Quirk::Challenges(r#"{"status":"insufficient_scope"}"#), scope),
        (Quirk::Challenges(r#"{"status":"403"}"#), scope),
        (Quirk::SignIn(disabled), MailFaultKind::SmtpAuthDisabled),
        (Quirk::Offers(&["AUTH PLAIN LOGIN"]), MailFaultKind::NoSignInMethod),
    ] {
        let server = SmtpServer::start([quirk.clone()]).await;
        let tokens = Tokens::new("old", TOKEN);
        let outcome = sender(&server, Credential::Token(tokens.clone())).check(&address(USER), &()).await;
        assert_eq!((kind(outcome), tokens.renewals()), (Some(expected), 0), "{quirk:?}");
    }
}

#[tokio::test]
async fn oauthbearer_is_spoken_where_only_it_is_offered() {
    let server = SmtpServer::start([Quirk::Offers(&["AUTH OAUTHBEARER"])]).await;
    let tokens = Tokens::new("old", TOKEN);
    sender(&server, Credential::Token(tokens.clone())).check(&address(USER), &()).await.unwrap();
    assert!(server.got().contains(&"AQ==".to_owned()), "the challenge is answered as RFC 7628 has it");
    assert_eq!((server.got_of("AUTH OAUTHBEARER").len(), tokens.renewals()), (2, 1));
}

#[tokio::test]
async fn a_secret_that_the_server_repeats_is_not_repeated_here() {
    let server = SmtpServer::start([Quirk::SignIn("535 5.7.8 {sent} is wrong")]).await;
    for credential in [password(), Credential::Token(Tokens::new("geheim-token", "geheim-token"))] {
        let fault = sender(&server, credential).check(&address(USER), &()).await.unwrap_err();
        let sent = server.got_of("AUTH").pop().unwrap();
        let sent = sent.rsplit(' ').next().unwrap().to_owned();
        assert!(fault.detail.contains("is wrong") && !fault.detail.contains(&sent), "{}", fault.detail);
    }
}

#[tokio::test]
async fn a_server_that_talks_without_end_is_left() {
    for line in ["250-and more\r\n", "250 no line end", "250-x\r\n251 y\r\n"] {
        check(Quirk::Endless(line), Some(MailFaultKind::Protocol)).await;
    }
}
