//! Servers that send what no server may: every session ends soon, with the right word, and without filling the memory.

use std::fs;
use std::time::{Duration, Instant};

use kit::imap::{Fault, ImapServer};
use otomo_domain::error::{MailFaultKind, NetFaultKind};

use super::{Mailbox, kind, large, messages, open, read, read_into};

const MIB: u64 = 1024 * 1024;

/// How much memory this process ever had, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Reading ends with `expected` within five seconds, after the server got rid of at most a few MiB.
async fn check(fault: Fault, expected: MailFaultKind) {
    let server = ImapServer::start(messages(3), [fault.clone()]).await;
    let started = Instant::now();
    assert_eq!(kind(read(&server).await), Some(expected), "{:.200}", format!("{fault:?}"));
    assert!(started.elapsed() < Duration::from_secs(5), "{fault:?} took {:?}", started.elapsed());
    // Beyond what was read, the sockets' own buffers hold a few MiB.
    assert!(server.sent() < 12 * MIB, "{fault:?} got rid of {} bytes", server.sent());
}

#[tokio::test]
async fn a_huge_literal_is_refused_before_memory_is_reserved_for_it() {
    let before = peak_memory();
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {500000000}\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {4294967295}\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {70000000}\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Says("* OK [BADCHARSET ({500000000}\r\n"), MailFaultKind::Protocol).await;
    let hidden = "* 1 FETCH (XYZ ({1000}\r\n) UID 1)\r\n* 1 FETCH (UID 10 BODY[] {500000000}\r\n";
    check(Fault::Says(hidden), MailFaultKind::Protocol).await;
    // Other tests of this process run beside this one.
    let grown = peak_memory() - before;
    assert!(grown < 200 * MIB, "{} MiB", grown / MIB);
}

#[tokio::test]
async fn an_impossible_literal_ends_the_session() {
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {-1}\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {4294967296}\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {9}\r\n12345678)\r\nA1 OK\r\n"), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn what_does_not_end_ends_the_session() {
    check(Fault::Endless("a"), MailFaultKind::Protocol).await;
    check(Fault::Endless("* 1 FETCH (FLAGS (\\Seen))\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Endless("* 1 FETCH (UID 10 BODY[] {3}\r\nabc)\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Endless("* 3 EXISTS\r\n"), MailFaultKind::Protocol).await;
    check(Fault::Endless("("), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn what_cannot_be_read_ends_the_session() {
    for line in [
        "* 1 FETCH (UID 10 INTERNALDATE NIL)\r\n",
        "* OK [ALERT]メンテナンス\r\n",
        "\0\0\0\r\n",
        "* 1 FETCH (UID 10 BODY[] \"unfinished)\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
    ] {
        check(Fault::Says(line), MailFaultKind::Protocol).await;
    }
}

#[tokio::test]
async fn deep_nesting_does_not_exhaust_the_stack() {
    let nested = format!("* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(60_000)).leak();
    check(Fault::Says(nested), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn an_answer_to_another_command_ends_the_session() {
    check(Fault::Ends("A9999 OK done"), MailFaultKind::Protocol).await;
    check(Fault::Ends("{tag} BAD what?"), MailFaultKind::Protocol).await;
    check(Fault::Ends("{tag} NO [LIMIT] later"), MailFaultKind::ServerRefused).await;
}

#[tokio::test]
async fn silence_ends_the_session() {
    let timed_out = MailFaultKind::Net(NetFaultKind::TimedOut);
    check(Fault::Says(""), timed_out).await;
    check(Fault::Says("* 1 FETCH (UID 10 BODY[] {9}\r\n1234"), timed_out).await;
    check(Fault::Ends("* 3 EXISTS"), timed_out).await;
}

#[tokio::test]
async fn a_farewell_ends_the_session_with_the_servers_words() {
    let server = ImapServer::start(messages(3), [Fault::Ends("* BYE maintenance")]).await;
    let fault = read(&server).await.unwrap_err();
    assert_eq!((fault.kind, fault.detail.as_str()), (MailFaultKind::Net(NetFaultKind::Closed), "maintenance"));
}

#[tokio::test]
async fn a_connection_that_breaks_off_keeps_what_came_before() {
    for after in [1, 30, 200, 5000] {
        let sent = messages(500);
        let server = ImapServer::start(sent.clone(), [Fault::ClosesAfter(40_000 + after)]).await;
        let mut session = open(&server).await.unwrap();
        let mut mailbox = Mailbox::default();
        let outcome = read_into(session.as_mut(), &mut mailbox).await;
        assert_eq!(kind(outcome), Some(MailFaultKind::Net(NetFaultKind::Closed)));
        assert!(mailbox.messages.iter().map(|(_, bytes)| bytes).eq(sent.iter().take(mailbox.messages.len())));
        assert!(mailbox.ended.len() <= 2, "{:?}", mailbox.ended);
    }
}

#[tokio::test]
async fn a_large_message_that_breaks_off_is_never_called_complete() {
    let server = ImapServer::start(vec![large(12_000_000)], [Fault::ClosesAfter(5_000_000)]).await;
    let mut session = open(&server).await.unwrap();
    let mut mailbox = Mailbox::default();
    assert!(read_into(session.as_mut(), &mut mailbox).await.is_err());
    assert!(mailbox.messages.is_empty() && mailbox.ended.is_empty());
}

#[tokio::test]
async fn words_of_the_server_are_one_short_line() {
    let words = format!("{{tag}} NO a\tb\u{1b}[31m{}", "x".repeat(5000)).leak();
    let server = ImapServer::start(messages(1), [Fault::Ends(words)]).await;
    let detail = read(&server).await.unwrap_err().detail;
    assert!(detail.len() <= 300 && !detail.contains(char::is_control), "{detail:?}");
}
