//! Servers that send what no server may: every session ends soon, with the right word, and without filling the memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit::pop3::{Fault, Pop3Server};
use otomo_domain::error::{MailFaultKind, NetFaultKind};
use otomo_domain::ports::{MailSink, SinkClosed};
use otomo_domain::sync::{Listed, SLICED_ABOVE};
use tokio::time::timeout;

use super::{Book, all, kind, messages, open_with, read, read_with};

const MIB: u64 = 1024 * 1024;

/// Reading ends with `expected`, after the server got rid of at most so many MiB.
async fn check_within(mib: u64, fault: Fault, expected: MailFaultKind) {
    let server = Pop3Server::start(messages(3), [fault.clone()]).await;
    let outcome = timeout(Duration::from_secs(60), read(&server)).await;
    assert_eq!(kind(outcome.expect("an end")), Some(expected), "{fault:?}");
    // Beyond what was read, the sockets' own buffers hold a few MiB.
    assert!(server.sent() < (mib + 12) * MIB, "{fault:?} got rid of {} bytes", server.sent());
}

async fn check(fault: Fault, expected: MailFaultKind) {
    check_within(0, fault, expected).await;
}

#[tokio::test]
async fn a_line_that_does_not_end_ends_the_session() {
    for command in ["CAPA", "STAT", "UIDL", "LIST", "TOP", "RETR", "AUTH"] {
        check(Fault::Endless(command, "+OK "), MailFaultKind::Protocol).await;
    }
    check(Fault::Endless("UIDL", "+OK\r\n|1 a"), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn a_listing_that_does_not_end_ends_the_session() {
    check(Fault::Endless("CAPA", "+OK\r\n|X\r\n"), MailFaultKind::Protocol).await;
    check_within(4, Fault::Endless("TOP", "+OK\r\n|X: y\r\n"), MailFaultKind::Protocol).await;
    check_within(128, Fault::Endless("UIDL", "+OK\r\n|1 a\r\n"), MailFaultKind::Protocol).await;
    check_within(128, Fault::Endless("LIST", "+OK\r\n|1 1\r\n"), MailFaultKind::Protocol).await;
}

#[tokio::test]
async fn a_message_that_does_not_end_ends_the_session() {
    let server = Pop3Server::start(messages(3), [Fault::Endless("RETR", "+OK\r\n|0123456789\r\n")]).await;
    let outcome = read(&server).await;
    assert_eq!(kind(outcome), Some(MailFaultKind::Protocol));
    assert!(server.sent() < (256 + 12) * MIB, "{}", server.sent());
}

#[tokio::test]
async fn a_server_that_keeps_silent_or_drips_is_left() {
    let silent = MailFaultKind::Net(NetFaultKind::TimedOut);
    for command in ["CAPA", "AUTH", "UIDL", "RETR"] {
        check(Fault::Says(command, ""), silent).await;
    }
    check(Fault::Drips("CAPA", ""), silent).await;
    check(Fault::Drips("UIDL", "+OK\r\n"), silent).await;
    check(Fault::Drips("RETR", "+OK\r\n"), silent).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_says_so() {
    for command in ["CAPA", "AUTH", "STAT", "UIDL", "LIST", "TOP", "RETR"] {
        check(Fault::Closes(command), MailFaultKind::Net(NetFaultKind::Closed)).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_none_ends_the_session() {
    for (command, answer) in [
        ("CAPA", "* OK IMAP4\r\n"),
        ("AUTH", "334 \r\n"),
        ("STAT", "+OK\r\n"),
        ("STAT", "+OK many\r\n"),
        ("STAT", "+OK -1 0\r\n"),
        ("UIDL", "+OK\r\n1\r\n.\r\n"),
        ("UIDL", "+OK\r\n99999999999999999999 a\r\n.\r\n"),
        ("UIDL", "+ \r\n"),
    ] {
        check(Fault::Says(command, answer), MailFaultKind::Protocol).await;
    }
}

/// What is read of three messages.
async fn uids(fault: Fault) -> Vec<u32> {
    let server = Pop3Server::start(messages(3), [fault]).await;
    let mailbox = read(&server).await.unwrap();
    assert!(mailbox.messages.iter().all(|(_, raw)| messages(3).contains(raw)));
    mailbox.messages.into_iter().map(|(uid, _)| uid).collect()
}

#[tokio::test]
async fn messages_with_one_unique_id_are_all_read_and_none_twice() {
    assert_eq!(uids(Fault::Says("UIDL", "+OK\r\n1 same\r\n2 same\r\n3 same\r\n.\r\n")).await, [1, 2, 3]);
    assert_eq!(uids(Fault::Says("UIDL", "+OK\r\n1 a\r\n1 a\r\n2 b\r\n2 c\r\n3 d\r\n.\r\n")).await, [1, 2, 3]);
    assert_eq!(uids(Fault::Says("UIDL", "+OK\r\n1 ../../../etc/passwd\r\n2 %00\r\n3 ..\r\n.\r\n")).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_message_that_is_listed_and_not_there_is_left_out() {
    assert_eq!(uids(Fault::Says("UIDL", "+OK\r\n1 a\r\n2 b\r\n3 c\r\n4294967295 d\r\n0 e\r\n.\r\n")).await, [1, 2, 3]);
}

#[tokio::test]
async fn sizes_that_are_wrong_or_missing_lose_nothing() {
    for size in ["0", "1", "9000000", "x", "-5"] {
        assert_eq!(uids(Fault::Size(size)).await, [1, 2, 3], "{size}");
    }
    assert_eq!(uids(Fault::Says("LIST", "+OK\r\n.\r\n")).await, [1, 2, 3]);
    assert_eq!(uids(Fault::Says("LIST", "-ERR never\r\n")).await, [1, 2, 3]);
}

/// How much came, and in what pieces.
#[derive(Default)]
struct Pieces {
    whole: usize,
    total: usize,
    largest: usize,
}

#[async_trait]
impl MailSink for Pieces {
    async fn message(&mut self, _: Listed, raw: Vec<u8>) -> Result<(), SinkClosed> {
        self.whole += 1;
        self.slice_of(raw.len())
    }

    async fn slice(&mut self, _: Listed, piece: Vec<u8>, _: bool) -> Result<(), SinkClosed> {
        self.slice_of(piece.len())
    }

    async fn end_of_batch(&mut self, _: usize) -> Result<(), SinkClosed> {
        Ok(())
    }
}

impl Pieces {
    fn slice_of(&mut self, length: usize) -> Result<(), SinkClosed> {
        self.total += length;
        self.largest = self.largest.max(length);
        Ok(())
    }
}

#[tokio::test]
async fn a_message_never_fills_the_memory_whatever_its_size_was_said_to_be() {
    let large = [b"Subject: x\r\n\r\n".as_slice(), &b"0123456789abcde\r\n".repeat(1_000_000)].concat();
    for size in ["10", "9000000", "17000014"] {
        let server = Pop3Server::start(vec![large.clone()], [Fault::Size(size)]).await;
        let mut session = open_with(&server, &Arc::default()).await.unwrap();
        let listed = all(session.as_mut()).await;
        let mut pieces = Pieces::default();
        session.fetch(&[listed], &mut pieces).await.unwrap();
        assert_eq!((pieces.whole, pieces.total), (0, large.len()), "{size}");
        assert!(pieces.largest < SLICED_ABOVE as usize / 4, "{size}: {}", pieces.largest);
        assert_eq!(read(&server).await.unwrap().messages, [(1, large.clone())], "{size}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_in_a_message_hands_over_no_half() {
    let server = Pop3Server::start(messages(3), [Fault::Closes("RETR 2")]).await;
    let book = Arc::<Book>::default();
    assert_eq!(kind(read_with(&server, &book).await), Some(MailFaultKind::Net(NetFaultKind::Closed)));
    assert!(book.missed.lock().unwrap().is_empty());
    server.recover();
    assert_eq!(read_with(&server, &book).await.unwrap().messages.len(), 3);
}
