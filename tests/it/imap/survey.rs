//! How much is in a folder: by the counts of a server that counts, and by what others list.

use std::sync::Arc;

use kit::imap::ImapServer;
use kit::lab::{BOB, Lab, Service};
use otomo_domain::ports::{Credential, MailSession, MailSource};
use otomo_domain::sync::{Folder, FolderRole, Survey};
use otomo_domain::time::Timestamp;
use otomo_mail::imap::ImapSource;
use otomo_net::{Net, NetConfig};

use super::{messages, open};

/// 日本語 below 台北, as the server spells it.
const NAME: &str = "&U,BTFw-/&ZeVnLIqe-";

fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

fn inbox() -> Folder {
    Folder { name: "INBOX".into(), role: FolderRole::Inbox }
}

#[tokio::test]
async fn a_server_that_only_lists_is_asked_in_windows() {
    let server = ImapServer::start(messages(11_000), []).await;
    let mut session = open(&server).await.unwrap();
    let since = [time("2026-11-01T00:00:00Z"), time("2026-11-28T00:00:00Z")];
    let survey = session.survey(&inbox(), &since).await.unwrap().unwrap();
    let last_day = (0..11_000).filter(|at| at % 28 + 1 >= 28).count() as u32;
    let oldest = Some(time("2026-11-01T09:00:00+09:00"));
    assert_eq!(survey, Survey { messages: 11_000, bytes: None, since: vec![11_000, last_day], oldest });
    assert_eq!(server.got().matches("SEARCH").count(), 2 * 3);
    assert!(!server.got().contains("SELECT") && server.got().contains("EXAMINE"));
}

#[tokio::test]
async fn an_empty_folder_is_not_even_opened() {
    let server = ImapServer::start(vec![], []).await;
    let survey = open(&server).await.unwrap().survey(&inbox(), &[Timestamp(0)]).await.unwrap();
    assert_eq!(survey, Some(Survey { since: vec![0], ..Survey::default() }));
    assert!(!server.got().contains("EXAMINE"));
}

async fn dovecot(lab: &Lab) -> Box<dyn MailSession> {
    let net =
        Net::new(&NetConfig { extra_ca: vec![lab.ca()], resolver: Some(lab.dns()), ..NetConfig::default() }).unwrap();
    let credential = Credential::Password(BOB.password.into());
    ImapSource::new(Arc::new(net), lab.imaps(), BOB.address.into(), credential).open(&()).await.unwrap()
}

#[tokio::test]
async fn five_hundred_folders_with_japanese_names_are_surveyed_and_left_alone() {
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    for number in 0..500 {
        lab.maildir(BOB.address, &format!("&ZeVnLIqe-/{number:03}"));
    }
    let raw = b"Subject: x\r\n\r\ntext\r\n";
    for _ in 0..3 {
        lab.deliver(BOB.address, NAME, raw);
    }
    let mut session = dovecot(&lab).await;
    let folders = session.folders().await.unwrap();
    assert!(folders.len() > 500, "{}", folders.len());
    let since = [time("2001-02-03T00:00:00Z"), time("2200-01-01T00:00:00Z")];
    for folder in &folders {
        let survey = session.survey(folder, &since).await.unwrap().unwrap();
        if folder.name == NAME {
            assert_eq!((survey.messages, survey.bytes), (3, Some(3 * raw.len() as u64)));
            assert!(survey.since == [3, 0] && survey.oldest > Some(time("2020-01-01T00:00:00Z")), "{survey:?}");
        } else {
            assert_eq!(survey, Survey { bytes: Some(0), since: vec![0, 0], ..Survey::default() }, "{}", folder.name);
        }
    }
    let named = folders.iter().find(|folder| folder.name == NAME).unwrap();
    assert_eq!(otomo_domain::utf7::decode(&named.name), "台北/日本語");
    session.close().await;
    let unseen = std::fs::read_dir(lab.maildir(BOB.address, NAME).join("cur")).unwrap();
    assert!(unseen.map(|entry| entry.unwrap().file_name()).all(|name| name.to_string_lossy().ends_with(":2,")));
}
