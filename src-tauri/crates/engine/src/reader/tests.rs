use std::fs;

use super::*;
use crate::fixture::{CLIENT, World, message, with_file};

/// A mail with one file called `name`.
fn named(subject: &str, name: &str) -> Vec<u8> {
    let raw = String::from_utf8(with_file(subject, CLIENT, "1,2,3")).expect("text");
    raw.replace("filename=f.csv", &format!("filename=\"{name}\"")).into_bytes()
}

impl World {
    async fn save(&self, subject: &str, part: u32) -> Result<PathBuf, Fault> {
        self.engine.save_attachment(self.row(subject).await.mail, part).await
    }
}

#[tokio::test]
async fn a_mail_can_be_read_without_a_crm() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.mailbox.deliver(message("b", "rep@own.example"));
    world.receive().await;
    let read = world.engine.read_mail(world.row("a").await.mail).await.expect("a mail");
    assert_eq!((read.mail.subject.as_str(), read.body.text.as_str(), read.outgoing), ("a", "Text of a", false));
    assert!(world.engine.read_mail(world.row("b").await.mail).await.expect("a mail").outgoing);
    let nothing = world.engine.read_mail(MailRow(99)).await;
    assert!(matches!(nothing, Err(Fault::NoSuch("mail"))));
}

#[tokio::test]
async fn the_rep_sees_the_images_of_a_mail_and_the_crm_gets_their_names() {
    let world = World::new().await;
    let head =
        "From: client@x.jp\r\nTo: rep@own.example\r\nMessage-ID: <i@x.jp>\r\nSubject: i\r\nMIME-Version: 1.0\r\n";
    let parts = "--b\r\nContent-Type: text/html\r\n\r\n<p>x<img src=\"cid:a@x\"></p>\r\n\
                 --b\r\nContent-Type: image/png\r\nContent-ID: <a@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    let raw = format!("{head}Content-Type: multipart/related; boundary=b\r\n\r\n{parts}");
    world.mailbox.deliver(raw.into_bytes());
    world.receive().await;
    let row = world.row("i").await.mail;
    let read = world.engine.read_mail(row).await.expect("a mail");
    assert_eq!(read.body.html.as_deref(), Some("<p>x<img src=\"data:image/png;base64,iVBORw0KGgo=\"></p>"));
    let opened = world.engine.open_mail(world.connection, row).await.expect("a mail");
    assert_eq!(opened.body.html.as_deref(), Some("<p>x<img src=\"cid:a@x\"></p>"));
}

#[tokio::test]
async fn a_text_too_long_for_a_window_is_cut_between_characters() {
    let world = World::new().await;
    let long = String::from_utf8(message("long", CLIENT)).expect("text").replace("Text of long", &"x".repeat(998));
    let long = long.clone() + &format!("{}\r\n", "x".repeat(998)).repeat(2000);
    world.mailbox.deliver(long.into_bytes());
    world.receive().await;
    let text = world.engine.read_mail(world.row("long").await.mail).await.expect("a mail").body.text;
    assert!(text.ends_with("x…") && text.len() <= MAX_TEXT + '…'.len_utf8(), "{}", text.len());
}

#[tokio::test]
async fn a_mail_made_to_be_too_much_is_read_whole_and_listed_short() {
    let world = World::new().await;
    let people = (0..300).map(|n| format!("r{n}@y.jp")).collect::<Vec<_>>().join(",\r\n ");
    let subject = "件".repeat(5000);
    let part = "--b\r\nContent-Disposition: attachment; filename=f\r\n\r\nx\r\n";
    let deep: String =
        (0..100).map(|n| format!("--b\r\nContent-Type: multipart/mixed; boundary=b{n}\r\n\r\n")).collect();
    let raw = format!(
        "From: {CLIENT}\r\nTo: {people}\r\nMessage-ID: <m@x.jp>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n{}{deep}--b--\r\n",
        part.repeat(2500)
    );
    world.mailbox.deliver(raw.into_bytes());
    world.receive().await;
    let page = world.engine.mails(Some(world.connection), None, None, 10).await.expect("a page");
    let row = page.rows.first().expect("a row");
    assert_eq!((row.title.as_str(), row.attachments), ("件".repeat(500).as_str(), 2000));
    let read = world.engine.read_mail(row.mail).await.expect("a mail").mail;
    assert_eq!((read.subject, read.participants.len(), read.attachments.len()), (subject, 301, 2000));
}

#[tokio::test]
async fn an_attachment_is_saved_under_a_safe_name_that_no_file_has() {
    let world = World::new().await;
    let downloads = world.home.path().join("downloads");
    world.mailbox.deliver(named("a", "f.csv"));
    world.receive().await;
    for expected in ["f.csv", "f (2).csv", "f (3).csv"] {
        let saved = world.save("a", 1).await.expect("a file");
        assert_eq!(saved, downloads.join(expected));
        assert_eq!(fs::read(&saved).expect("its bytes"), b"1,2,3");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&saved).expect("a file").permissions().mode() & 0o777, 0o600);
        }
    }
    assert!(matches!(world.save("a", 7).await, Err(Fault::NoSuch("attachment"))));
}

#[tokio::test]
async fn no_attachment_leaves_the_downloads_whatever_it_is_called() {
    let world = World::new().await;
    let home = world.home.path();
    let outside = || {
        let entries = fs::read_dir(home).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        entries.collect::<std::collections::BTreeSet<_>>()
    };
    let names = ["../f.csv", "/tmp/f.csv", "..\\\\..\\\\f.csv", "..", "C:\\\\f.csv", "CON", ".hidden", "a/../../../b"];
    for (number, name) in names.iter().enumerate() {
        world.mailbox.deliver(named(&number.to_string(), name));
    }
    world.receive().await;
    fs::create_dir(home.join("downloads")).expect("a folder");
    let before = outside();
    for (number, name) in names.iter().enumerate() {
        let saved = world.save(&number.to_string(), 1).await.expect("a file");
        assert_eq!(saved.parent(), Some(home.join("downloads").as_path()), "{name}");
        assert!(saved.canonicalize().expect("a file").starts_with(home.canonicalize().expect("a home")));
    }
    assert_eq!(outside(), before);
    assert_eq!(fs::read_dir(home.join("downloads")).expect("a folder").count(), names.len());
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_lies_in_wait_is_not_followed() {
    let world = World::new().await;
    let (downloads, target) = (world.home.path().join("downloads"), world.home.path().join("target"));
    fs::create_dir(&downloads).expect("a folder");
    std::os::unix::fs::symlink(&target, downloads.join("f.csv")).expect("a link");
    world.mailbox.deliver(named("a", "f.csv"));
    world.receive().await;
    assert_eq!(world.save("a", 1).await.expect("a file"), downloads.join("f (2).csv"));
    assert!(!target.exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_to_be_one_without_a_name() {
    let world = World::new().await;
    fs::write(world.home.path().join("downloads"), "").expect("a file in its place");
    world.mailbox.deliver(named("a", "secret.csv"));
    world.receive().await;
    let Err(fault @ Fault::NotSaved(_)) = world.save("a", 1).await else { panic!("it cannot be saved") };
    assert!(!fault.to_string().contains("secret"), "{fault}");
}
