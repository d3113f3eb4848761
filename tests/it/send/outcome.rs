//! What becomes of a mail.

use kit::smtp::{Quirk, SmtpServer, Taken, USER};
use otomo_domain::error::MailFaultKind;
use otomo_domain::ports::MailSender;

use super::{address, kind, password, sender};

const MESSAGE: &[u8] = b"From: taro@example.test\r\nSubject: x\r\n\r\ntext\r\n";

/// Sends a message to these; gives the server and what the sender said.
async fn send(
    quirks: impl IntoIterator<Item = Quirk>,
    to: &[&str],
    message: &[u8],
) -> (SmtpServer, Option<MailFaultKind>) {
    let server = SmtpServer::start(quirks).await;
    let to: Vec<_> = to.iter().map(|text| address(text)).collect();
    let outcome = sender(&server, password()).send(&address(USER), &to, message).await;
    (server, kind(outcome))
}

#[tokio::test]
async fn a_mail_arrives_byte_by_byte_at_everybody_of_its_envelope() {
    let message = b"Subject: x\r\n\r\n.\r\n..two\r\n.x\r\n\r\n.".as_slice();
    let (server, outcome) = send([], &["a@x.test", "hidden@x.test"], message).await;
    let to = vec!["a@x.test".to_owned(), "hidden@x.test".to_owned()];
    assert_eq!(outcome, None);
    assert_eq!(server.taken(), [Taken { from: USER.into(), to, message: [message, b"\r\n"].concat() }]);
}

#[tokio::test]
async fn line_ends_that_another_server_might_read_never_go_out() {
    for smuggled in ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\n.\n"] {
        let message = format!("Subject: x\r\n\r\nx{smuggled}MAIL FROM:<boss@x.test>\r\nDATA\r\n");
        let (server, outcome) = send([], &["a@x.test"], message.as_bytes()).await;
        let taken = server.taken();
        assert_eq!((outcome, taken.len()), (None, 1), "{smuggled:?}");
        let text = String::from_utf8(taken[0].message.clone()).unwrap();
        assert!(text.ends_with("x\r\n.\r\nMAIL FROM:<boss@x.test>\r\nDATA\r\n"), "{text:?}");
        assert_eq!(server.got_of("MAIL").len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_sent_to_anybody_when_one_recipient_is_refused() {
    for (said, expected) in [
        ("550 5.1.1 User unknown", MailFaultKind::SendingRefused),
        ("451 4.7.1 Greylisted, try again", MailFaultKind::ServerRefused),
        ("552 5.2.2 Mailbox full", MailFaultKind::MailboxFull),
        ("554 5.7.1 Relay access denied", MailFaultKind::RelayDenied),
        ("421 4.3.2 Too many connections", MailFaultKind::TooManyConnections),
    ] {
        let refused = Quirk::Answers("RCPT TO:<B@", said);
        let (server, outcome) = send([refused], &["a@x.test", "b@x.test"], MESSAGE).await;
        assert_eq!(outcome, Some(expected), "{said}");
        assert!(server.taken().is_empty() && server.got_of("DATA").is_empty(), "{said}");
    }
}

#[tokio::test]
async fn a_mail_that_may_have_been_sent_is_told_from_one_that_was_refused() {
    for (quirk, expected) in [
        (Quirk::ClosesAfterMessage, MailFaultKind::SendingUnknown),
        (Quirk::Answers(".", "what?"), MailFaultKind::SendingUnknown),
        (Quirk::Answers(".", "554 5.6.0 no"), MailFaultKind::SendingRefused),
        (Quirk::Answers(".", "451 4.3.0 later"), MailFaultKind::ServerRefused),
        (Quirk::Answers("DATA", "451 4.3.0 later"), MailFaultKind::ServerRefused),
    ] {
        let (_, outcome) = send([quirk.clone()], &["a@x.test"], MESSAGE).await;
        assert_eq!(outcome, Some(expected), "{quirk:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_a_mail_is_given_up() {
    let server = SmtpServer::start([Quirk::SilentAfterMessage]).await;
    let sender = sender(&server, password()).with_silence(std::time::Duration::from_millis(200));
    let outcome = sender.send(&address(USER), &[address("a@x.test")], MESSAGE).await;
    assert_eq!(kind(outcome), Some(MailFaultKind::SendingUnknown));
}

#[tokio::test]
async fn a_mail_that_the_server_cannot_take_is_refused_before_it_is_announced() {
    let ascii: &[&str] = &["AUTH PLAIN", "8BITMIME"];
    let seven: &[&str] = &["AUTH PLAIN"];
    let small: &[&str] = &["AUTH PLAIN", "SIZE 10"];
    let eight_bit = "Subject: x\r\n\r\n日本".as_bytes();
    let utf8 = "Subject: 日本\r\n\r\nx".as_bytes();
    for (offers, to, message, expected) in [
        (seven, "a@x.test", eight_bit, Some(MailFaultKind::SendingRefused)),
        (ascii, "a@x.test", eight_bit, None),
        (ascii, "a@x.test", utf8, Some(MailFaultKind::SendingRefused)),
        (ascii, "田中@x.test", MESSAGE, Some(MailFaultKind::SendingRefused)),
        (small, "a@x.test", MESSAGE, Some(MailFaultKind::SendingRefused)),
    ] {
        let (server, outcome) = send([Quirk::Offers(offers)], &[to], message).await;
        assert_eq!(outcome, expected, "{offers:?} {to}");
        assert_eq!(server.got_of("MAIL").is_empty(), expected.is_some());
    }
    let (server, outcome) = send([], &["田中@x.test"], utf8).await;
    assert_eq!(outcome, None);
    assert_eq!(server.got_of("MAIL"), [format!("MAIL FROM:<{USER}> SMTPUTF8 BODY=8BITMIME SIZE={}", utf8.len() + 2)]);
}

#[tokio::test]
async fn what_could_inject_a_command_or_name_hidden_recipients_never_reaches_the_wire() {
    let long = format!("Subject: x\r\n\r\n{}\r\n", "x".repeat(999));
    for (to, message) in [
        ("a>,<b@x.test", MESSAGE),
        ("a@x.test>\u{a0}SIZE=1", MESSAGE),
        ("a@x.test", b"Bcc: hidden@x.test\r\n\r\n"),
        ("a@x.test", b"Subject: x\r\n\r\n\0"),
        ("a@x.test", long.as_bytes()),
    ] {
        let Some(to) = otomo_domain::address::Address::parse(to) else { continue };
        let server = SmtpServer::start([]).await;
        let outcome = sender(&server, password()).send(&address(USER), std::slice::from_ref(&to), message).await;
        assert_eq!(kind(outcome), Some(MailFaultKind::SendingRefused), "{to}");
        assert!(server.got().is_empty(), "{to}: {:?}", server.got());
    }
    for text in ["a@x.test\r\nDATA", "a@x.test\nRSET", "a b@x.test", "a@x.test\0"] {
        assert_eq!(otomo_domain::address::Address::parse(text), None, "{text:?}");
    }
}
