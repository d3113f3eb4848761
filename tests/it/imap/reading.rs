//! A good server, and the ways in which good servers differ.

use kit::imap::{Fault, ImapServer};
use otomo_domain::error::MailFaultKind;
use otomo_domain::sync::{Folder, FolderRole};

use super::{kind, large, messages, open, read};

/// Everything comes through as it is on the server, in UIDs 10, 20, 30 and so on.
async fn check(sent: Vec<Vec<u8>>, faults: Vec<Fault>, left_out: &[u32]) {
    let server = ImapServer::start(sent.clone(), faults).await;
    let mut mailbox = read(&server).await.unwrap();
    mailbox.messages.sort();
    let numbered = (1_u32..).map(|number| number * 10).zip(sent);
    let expected: Vec<_> = numbered.filter(|(uid, _)| !left_out.contains(uid)).collect();
    assert!(mailbox.messages == expected, "{:?}", mailbox.messages.iter().map(|(uid, _)| uid).collect::<Vec<_>>());
    assert!(mailbox.ended.iter().copied().eq(0..mailbox.ended.len()), "{:?}", mailbox.ended);
}

#[tokio::test]
async fn every_message_comes_through_byte_by_byte() {
    check(messages(1), vec![], &[]).await;
    check(messages(1000), vec![], &[]).await;
    check(vec![b"* 1 FETCH (BODY[] {500000000}\r\n".to_vec(), b"\0\r\n\xff)\r\n".to_vec(), vec![]], vec![], &[]).await;
}

#[tokio::test]
async fn an_empty_folder_is_empty() {
    check(vec![], vec![], &[]).await;
    check(vec![], vec![Fault::NoUidNext], &[]).await;
}

#[tokio::test]
async fn a_large_message_comes_through_in_slices() {
    const MIB: usize = 1024 * 1024;
    let between = |size: usize| [messages(3), vec![large(size)], messages(3)].concat();
    check(between(9 * MIB), vec![], &[]).await;
    check(between(9 * MIB + 1), vec![], &[]).await;
    check(between(12_345_678), vec![Fault::Twice], &[]).await;
}

#[tokio::test]
async fn a_message_may_be_larger_than_announced() {
    check(vec![large(500_000)], vec![Fault::SmallSizes], &[]).await;
}

#[tokio::test]
async fn the_order_and_number_of_answers_does_not_matter() {
    check(messages(300), vec![Fault::Backwards], &[]).await;
    check(messages(300), vec![Fault::Twice], &[]).await;
    let others = "* 5 EXPUNGE\r\n* 4000 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* OK [ALERT] hi\r\n";
    check(messages(300), vec![Fault::Unsolicited(others)], &[]).await;
    check(messages(3), vec![Fault::Unsolicited("* 9 FETCH (UID 5 BODY[] {3}\r\nbad)\r\n")], &[]).await;
}

#[tokio::test]
async fn a_message_that_is_gone_is_left_out() {
    check(messages(5), vec![Fault::Gone(30)], &[30]).await;
    check(vec![messages(1).remove(0), large(9_000_000)], vec![Fault::Gone(20)], &[20]).await;
}

#[tokio::test]
async fn a_server_may_miscount_or_leave_the_next_uid_out() {
    check(messages(30), vec![Fault::Exists(1)], &[]).await;
    check(messages(30), vec![Fault::Exists(4_000_000_000)], &[]).await;
    check(messages(30), vec![Fault::NoUidNext], &[]).await;
}

#[tokio::test]
async fn a_new_uidvalidity_is_reported() {
    let server = ImapServer::start(messages(1), [Fault::NewUidValidity]).await;
    let mut session = open(&server).await.unwrap();
    let inbox = session.folders().await.unwrap().remove(0);
    let (first, second) = (session.examine(&inbox).await.unwrap(), session.examine(&inbox).await.unwrap());
    assert_ne!(first.uid_validity, second.uid_validity);
}

#[tokio::test]
async fn nothing_that_changes_a_mailbox_is_ever_sent() {
    let server = ImapServer::start([messages(20), vec![large(9_000_000)]].concat(), []).await;
    read(&server).await.unwrap();
    let sent = server.got();
    let commands: Vec<&str> = sent.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert!(commands.contains(&"EXAMINE") && commands.contains(&"UID") && commands.contains(&"LOGOUT"));
    for forbidden in ["SELECT", "STORE", "MOVE", "COPY", "EXPUNGE", "CLOSE", "APPEND", "DELETE", "RENAME", "BODY["] {
        assert!(!sent.contains(forbidden), "{forbidden} in {sent}");
    }
}

#[tokio::test]
async fn several_commands_are_under_way_before_the_first_is_answered() {
    check(messages(1000), vec![Fault::WaitsForCommands(4)], &[]).await;
    check(vec![large(12_000_000)], vec![Fault::WaitsForCommands(4)], &[]).await;
}

async fn examine(server: &ImapServer, name: &str) -> Option<MailFaultKind> {
    let mut session = open(server).await.unwrap();
    kind(session.examine(&Folder { name: name.into(), role: FolderRole::Other }).await)
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told_from_one_that_is_busy() {
    let server = ImapServer::start(vec![], []).await;
    assert_eq!(examine(&server, "No \"such\" folder").await, Some(MailFaultKind::FolderGone));
    assert_eq!(examine(&server, "INBOX\"\r\nA9 DELETE \"INBOX").await, Some(MailFaultKind::FolderGone));
    assert!(!server.got().contains("DELETE"));
    let busy = ImapServer::start(vec![], [Fault::Examines("NO [INUSE] later")]).await;
    assert_eq!(examine(&busy, "INBOX").await, Some(MailFaultKind::ServerRefused));
    let words = "BAD User is authenticated but not connected.";
    let exchange = ImapServer::start(vec![], [Fault::Examines(words)]).await;
    assert_eq!(examine(&exchange, "INBOX").await, Some(MailFaultKind::MailboxMissing));
}

#[tokio::test]
async fn folders_come_with_their_roles() {
    let lists = "* LIST (\\Noselect) \"/\" Group\r\n* LIST () \"/\" \"&Tgtm+DBN-\"\r\n* LIST () NIL {3}\r\na\r\n\r\n";
    let server = ImapServer::start(vec![], [Fault::Lists(lists)]).await;
    let folders = open(&server).await.unwrap().folders().await.unwrap();
    let seen: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role)).collect();
    assert_eq!(seen, [("INBOX", FolderRole::Inbox), ("Sent", FolderRole::Sent), ("&Tgtm+DBN-", FolderRole::Drafts)]);
}
