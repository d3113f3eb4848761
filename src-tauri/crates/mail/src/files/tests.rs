//! Files as a mailbox.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use otomo_domain::sync::FolderRole;
use tempfile::TempDir;

use super::*;

/// What came out of a fetch: bodies by name of their call.
#[derive(Default)]
struct Seen {
    whole: Vec<(u32, Vec<u8>)>,
    slices: Vec<(usize, bool)>,
    ended: Vec<usize>,
}

#[async_trait]
impl MailSink for Seen {
    async fn message(&mut self, listed: Listed, raw: Vec<u8>) -> Result<(), SinkClosed> {
        self.whole.push((listed.uid, raw));
        Ok(())
    }

    async fn slice(&mut self, _: Listed, piece: Vec<u8>, last: bool) -> Result<(), SinkClosed> {
        self.slices.push((piece.len(), last));
        Ok(())
    }

    async fn end_of_batch(&mut self, batch: usize) -> Result<(), SinkClosed> {
        self.ended.push(batch);
        Ok(())
    }
}

/// Writes a file that was last changed `age` seconds after the epoch.
fn write(folder: &TempDir, name: &str, age: u64, content: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(age);
    File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
}

async fn open(source: &FilesSource) -> (Box<dyn MailSession>, MailboxStatus) {
    let mut session = source.open(&()).await.unwrap();
    let folder = session.folders().await.unwrap().remove(0);
    assert_eq!(folder.role, FolderRole::Inbox);
    let status = session.examine(&folder).await.unwrap();
    (session, status)
}

fn all(status: MailboxStatus) -> Window {
    Window { from: 1, to: status.uid_next, side: Side::New }
}

async fn contents(source: &FilesSource) -> Vec<(u32, String)> {
    let (mut session, status) = open(source).await;
    let listed = session.list(all(status)).await.unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    assert_eq!(seen.ended, [0]);
    seen.whole.into_iter().map(|(uid, raw)| (uid, String::from_utf8(raw).unwrap())).collect()
}

fn source(folder: &TempDir) -> FilesSource {
    FilesSource::new(folder.path().to_owned())
}

#[tokio::test]
async fn mail_files_are_read_from_the_oldest_to_the_newest_subfolders_included() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "b.eml", 20, b"second");
    write(&folder, "deep/er/a.EML", 30, b"third");
    write(&folder, "z.eml", 10, b"first");
    write(&folder, "notes.txt", 5, b"no mail");
    let expected = [(1, "first"), (2, "second"), (3, "third")].map(|(uid, text)| (uid, text.to_owned()));
    assert_eq!(contents(&source(&folder)).await, expected);
}

#[tokio::test]
async fn an_added_file_gets_the_highest_number_and_the_rest_keep_theirs() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.eml", 10, b"a");
    let source = source(&folder);
    let (_, before) = open(&source).await;
    write(&folder, "b.eml", 20, b"b");
    let (_, after) = open(&source).await;
    assert_eq!((after.uid_validity, after.uid_next), (before.uid_validity, before.uid_next + 1));
}

#[tokio::test]
async fn whatever_shifts_the_numbers_changes_uidvalidity() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&folder);
    let mut seen = Vec::new();
    for change in ["start", "an older file", "a changed file", "a file less"] {
        match change {
            "start" => write(&folder, "b.eml", 20, b"b"),
            "an older file" => write(&folder, "a.eml", 10, b"a"),
            "a changed file" => write(&folder, "a.eml", 11, b"A"),
            _ => fs::remove_file(folder.path().join("a.eml")).unwrap(),
        }
        let (_, status) = open(&source).await;
        assert_ne!(seen.last(), Some(&status.uid_validity), "{change}");
        seen.push(status.uid_validity);
    }
}

#[tokio::test]
async fn the_same_files_have_the_same_uidvalidity_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.eml", 10, b"a");
    assert_eq!(open(&source(&folder)).await.1, open(&source(&folder)).await.1);
}

#[tokio::test]
async fn a_large_file_comes_in_slices() {
    let folder = tempfile::tempdir().unwrap();
    let size = 9 * 1024 * 1024;
    write(&folder, "large.eml", 10, &vec![b'x'; size]);
    let (mut session, status) = open(&source(&folder)).await;
    let listed = session.list(all(status)).await.unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    assert_eq!(seen.slices.iter().map(|(length, _)| length).sum::<usize>(), size);
    assert_eq!(seen.slices.iter().filter(|(_, last)| *last).count(), 1);
    assert!(seen.slices.iter().all(|(length, _)| *length <= 1024 * 1024));
}

#[tokio::test]
async fn a_file_that_went_away_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "a.eml", 10, b"a");
    write(&folder, "b.eml", 20, b"b");
    let (mut session, status) = open(&source(&folder)).await;
    let listed = session.list(all(status)).await.unwrap();
    fs::remove_file(folder.path().join("a.eml")).unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    assert_eq!(seen.whole, [(2, b"b".to_vec())]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_says_so() {
    let fault = FilesSource::new("/nowhere/at/all".into()).open(&()).await.err().unwrap();
    assert_eq!(fault.kind, MailFaultKind::FilesUnreadable);
    assert!(fault.detail.contains("/nowhere/at/all"));
}

/// What a folder of these files holds, by number.
async fn texts(source: &FilesSource, name: &str) -> Vec<(u32, String)> {
    let mut session = source.open(&()).await.unwrap();
    let folder = session.folders().await.unwrap().into_iter().find(|folder| folder.name == name).unwrap();
    let status = session.examine(&folder).await.unwrap();
    let listed = session.list(all(status)).await.unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    seen.whole.into_iter().map(|(uid, raw)| (uid, String::from_utf8(raw).unwrap())).collect()
}

fn numbered(texts: &[&str]) -> Vec<(u32, String)> {
    (1..).zip(texts.iter().map(|text| (*text).to_owned())).collect()
}

fn maildir(folder: &TempDir) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.path().join(part)).unwrap();
    }
}

#[tokio::test]
async fn a_maildir_is_read_with_its_folders_and_what_they_are_for() {
    let folder = tempfile::tempdir().unwrap();
    maildir(&folder);
    write(&folder, "new/20.b.host", 20, b"second");
    write(&folder, "cur/10.a.host:2,S", 10, b"first");
    write(&folder, "tmp/30.c.host", 30, b"arriving");
    write(&folder, ".Sent/cur/40.d.host:2,S", 40, b"sent");
    fs::create_dir_all(folder.path().join(".Sent/new")).unwrap();
    fs::create_dir_all(folder.path().join(".notes")).unwrap();
    let source = source(&folder);
    let folders = source.open(&()).await.unwrap().folders().await.unwrap();
    let seen: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role)).collect();
    assert_eq!(seen, [("INBOX", FolderRole::Inbox), ("Sent", FolderRole::Sent)]);
    assert_eq!(texts(&source, "INBOX").await, numbered(&["first", "second"]));
    assert_eq!(texts(&source, "Sent").await, numbered(&["sent"]));
}

#[tokio::test]
async fn a_message_of_a_maildir_keeps_its_number_when_its_flags_change() {
    let folder = tempfile::tempdir().unwrap();
    maildir(&folder);
    write(&folder, "new/10.a.host", 10, b"a");
    let source = source(&folder);
    let (mut session, before) = open(&source).await;
    let listed = session.list(all(before)).await.unwrap();
    fs::rename(folder.path().join("new/10.a.host"), folder.path().join("cur/10.a.host:2,RS")).unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    assert_eq!(seen.whole, [(1, b"a".to_vec())], "it is found where it is now");
    assert_eq!(open(&source).await.1, before);
    assert_eq!(open(&self::source(&folder)).await.1, before, "also after a restart");
}

#[tokio::test]
async fn a_folder_cannot_lead_out_of_a_maildir() {
    let folder = tempfile::tempdir().unwrap();
    maildir(&folder);
    let mut session = source(&folder).open(&()).await.unwrap();
    for name in ["./../x", "/etc", "..", ""] {
        let fault = session.examine(&Folder { name: name.into(), role: FolderRole::Other }).await.unwrap_err();
        assert_eq!(fault.kind, MailFaultKind::FolderGone, "{name}");
    }
}

const FIRST: &str = "From a@x.jp Thu Nov 19 09:00:00 2026\nSubject: 1\n\n>From here\n>>From there\n\n";
const SECOND: &str = "From - Fri Nov 20 09:00:00 2026\nSubject: 2\n\ntext\n\n";

#[tokio::test]
async fn an_mbox_file_is_read_without_its_quoting() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "archive", 10, format!("{FIRST}{SECOND}").as_bytes());
    let source = FilesSource::new(folder.path().join("archive"));
    let expected = numbered(&["Subject: 1\n\nFrom here\n>From there\n", "Subject: 2\n\ntext\n"]);
    assert_eq!(texts(&source, "INBOX").await, expected);
    let (mut session, status) = open(&source).await;
    let times: Vec<_> = session.list(all(status)).await.unwrap().iter().map(|m| m.received_at.to_rfc3339()).collect();
    assert_eq!(times, ["2026-11-19T09:00:00Z", "2026-11-20T09:00:00Z"]);
}

#[tokio::test]
async fn what_is_added_to_an_mbox_file_gets_the_next_number_and_anything_else_changes_uidvalidity() {
    let folder = tempfile::tempdir().unwrap();
    let source = FilesSource::new(folder.path().join("archive"));
    write(&folder, "archive", 10, FIRST.as_bytes());
    let (_, before) = open(&source).await;
    write(&folder, "archive", 20, format!("{FIRST}{SECOND}").as_bytes());
    let (_, added) = open(&source).await;
    assert_eq!((added.uid_validity, added.uid_next), (before.uid_validity, 3));
    write(&folder, "archive", 30, SECOND.as_bytes());
    assert_ne!(open(&source).await.1.uid_validity, added.uid_validity);
    let again = FilesSource::new(folder.path().join("archive"));
    assert_eq!(open(&again).await.1, open(&source).await.1, "also after a restart");
}

#[tokio::test]
async fn a_large_mail_of_an_mbox_file_comes_in_slices_and_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = ">From x\n".repeat(2 * 1024 * 1024);
    write(&folder, "archive", 10, format!("{FIRST}From - Fri Nov 20 09:00:00 2026\n{text}").as_bytes());
    let (mut session, status) = open(&FilesSource::new(folder.path().join("archive"))).await;
    let listed = session.list(all(status)).await.unwrap();
    let mut seen = Seen::default();
    session.fetch(&[listed], &mut seen).await.unwrap();
    assert_eq!(seen.slices.iter().map(|(length, _)| length).sum::<usize>(), text.len() / 8 * 7);
    assert_eq!(seen.slices.iter().filter(|(_, last)| *last).count(), 1);
    assert!(seen.slices.iter().all(|(length, _)| *length <= 1024 * 1024));
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_links_are_not_followed() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(&outside, "secret.eml", 10, b"secret");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.eml"), folder.path().join("link.eml")).unwrap();
    assert_eq!(contents(&source(&folder)).await, []);
}
