//! A good server, and the ways in which good servers differ.

use std::sync::Arc;

use async_trait::async_trait;
use kit::pop3::{Fault, Pop3Server};
use otomo_domain::error::MailFaultKind;
use otomo_domain::ports::{MailSink, SinkClosed};
use otomo_domain::sync::{Listed, Survey};
use otomo_domain::time::Timestamp;

use super::{Book, Mailbox, all, inbox, kind, messages, open_with, read, read_with};

fn bodies(mailbox: &Mailbox) -> Vec<&[u8]> {
    mailbox.messages.iter().map(|(_, raw)| raw.as_slice()).collect()
}

/// All of these messages are read, in order, each once.
async fn check(count: usize, faults: impl IntoIterator<Item = Fault>) -> Pop3Server {
    let server = Pop3Server::start(messages(count), faults).await;
    let mailbox = read(&server).await.unwrap();
    assert!(bodies(&mailbox) == messages(count), "{} of {count}", mailbox.messages.len());
    assert!(!server.got().contains("DELE") && server.got().ends_with("QUIT\r\n"), "{}", server.got());
    server
}

#[tokio::test]
async fn every_message_comes_through_byte_by_byte_and_stays() {
    let server = check(300, []).await;
    assert_eq!(server.got().matches("RETR").count(), 300);
    check(0, []).await;
}

#[tokio::test]
async fn commands_are_sent_ahead_where_the_server_can_have_several() {
    check(20, [Fault::WaitsForCommands(16)]).await;
    let one_by_one = Fault::Capabilities(&["TOP", "UIDL", "USER"]);
    let server = Pop3Server::start(messages(3), [one_by_one, Fault::WaitsForCommands(2)]).await;
    assert!(read(&server).await.is_err(), "the server waits for what is not sent");
}

#[tokio::test]
async fn a_server_that_tells_nothing_of_itself_is_read_all_the_same() {
    check(5, [Fault::Capabilities(&[])]).await;
    let old = [Fault::Capabilities(&[]), Fault::Says("TOP", "-ERR unknown command\r\n")];
    let server = check(5, old).await;
    assert_eq!(server.got().matches("TOP").count(), 1, "it isn't asked again");
}

#[tokio::test]
async fn the_time_of_a_message_is_known_with_and_without_top() {
    for faults in [vec![], vec![Fault::Capabilities(&["UIDL", "USER"])]] {
        let server = Pop3Server::start(messages(2), faults.clone()).await;
        let mut session = open_with(&server, &Arc::default()).await.unwrap();
        let listed = all(session.as_mut()).await;
        let mut times = Times::default();
        session.fetch(&[listed], &mut times).await.unwrap();
        assert_eq!(times.0, ["2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z"], "{faults:?}");
    }
}

/// When the messages came, as the sink is told.
#[derive(Default)]
struct Times(Vec<String>);

#[async_trait]
impl MailSink for Times {
    async fn message(&mut self, listed: Listed, _: Vec<u8>) -> Result<(), SinkClosed> {
        self.0.push(listed.received_at.to_rfc3339());
        Ok(())
    }

    async fn slice(&mut self, _: Listed, _: Vec<u8>, _: bool) -> Result<(), SinkClosed> {
        Ok(())
    }

    async fn end_of_batch(&mut self, _: usize) -> Result<(), SinkClosed> {
        Ok(())
    }
}

#[tokio::test]
async fn a_large_message_comes_in_slices_and_is_whole() {
    let line = "0123456789abcdef".repeat(4) + "\r\n";
    let large = format!("Subject: large\r\n\r\n.{}", line.repeat(12 * 1024 * 1024 / line.len())).into_bytes();
    let server = Pop3Server::start(vec![large.clone(), messages(1).remove(0)], []).await;
    let mailbox = read(&server).await.unwrap();
    assert!(bodies(&mailbox) == [large, messages(1).remove(0)]);
}

#[tokio::test]
async fn a_server_without_unique_ids_cannot_be_read() {
    for words in ["-ERR unknown command\r\n", "-ERR [SYS/PERM] never\r\n"] {
        let server = Pop3Server::start(messages(1), [Fault::Says("UIDL", words)]).await;
        assert_eq!(kind(read(&server).await), Some(MailFaultKind::UidlMissing), "{words}");
    }
    let later = Pop3Server::start(messages(1), [Fault::Says("UIDL", "-ERR [SYS/TEMP] later\r\n")]).await;
    assert_eq!(kind(read(&later).await), Some(MailFaultKind::ServerRefused));
    check(0, [Fault::Says("UIDL", "-ERR no messages\r\n")]).await;
}

#[tokio::test]
async fn a_message_that_went_away_is_left_out_and_noted() {
    let server = Pop3Server::start(messages(3), [Fault::Says("RETR 2", "-ERR expunged\r\n")]).await;
    let book = Arc::<Book>::default();
    let mailbox = read_with(&server, &book).await.unwrap();
    assert_eq!(mailbox.messages.iter().map(|(uid, _)| *uid).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(*book.missed.lock().unwrap(), [2]);
}

#[tokio::test]
async fn a_server_that_cannot_just_now_loses_no_message() {
    let server = Pop3Server::start(messages(3), [Fault::SaysOnce("RETR 2", "-ERR [SYS/TEMP] busy\r\n")]).await;
    let book = Arc::<Book>::default();
    assert_eq!(kind(read_with(&server, &book).await), Some(MailFaultKind::ServerRefused));
    assert!(book.missed.lock().unwrap().is_empty());
    assert_eq!(read_with(&server, &book).await.unwrap().messages.len(), 3);
}

#[tokio::test]
async fn a_message_has_the_same_number_in_every_session() {
    let server = Pop3Server::start(messages(3), []).await;
    let book = Arc::<Book>::default();
    let first = read_with(&server, &book).await.unwrap();
    server.change(|messages| {
        messages.remove(0);
    });
    let second = read_with(&server, &book).await.unwrap();
    assert_eq!(second.messages, first.messages[1..]);
}

#[tokio::test]
async fn a_mailbox_is_counted_by_time_where_the_server_tells_times() {
    let bytes = Some(messages(3).iter().map(Vec::len).sum::<usize>() as u64);
    let came = Timestamp::from_rfc3339("2026-11-19T00:00:00Z").unwrap();
    let later = Timestamp(came.0 + 1);
    let counted = Survey { messages: 3, bytes, since: vec![3, 0], oldest: Some(came) };
    let uncounted = Survey { messages: 3, bytes, ..Survey::default() };
    for (faults, expected) in [(vec![], counted), (vec![Fault::Says("TOP", "-ERR never\r\n")], uncounted)] {
        let server = Pop3Server::start(messages(3), faults).await;
        let mut session = open_with(&server, &Arc::default()).await.unwrap();
        assert_eq!(session.survey(&inbox(), &[came, later]).await.unwrap(), Some(expected));
    }
}
