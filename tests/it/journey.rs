//! The main job from a real mailbox to a CRM: connect, receive, match, decide, share, log, take back.

use std::collections::BTreeSet;

use kit::crm::CrmServer;
use kit::lab::{ALICE, Lab, Service};
use kit::mailbox::{generate, three};
use kit::rep::{RATE, Rep, know};
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use serde_json::Value;

/// The flags and names of every message of a mailbox, as the server keeps them.
fn flags(lab: &Lab) -> BTreeSet<String> {
    let inbox = lab.maildir(ALICE.address, "INBOX");
    let listing = ["cur", "new"].map(|part| std::fs::read_dir(inbox.join(part)).expect("a Maildir"));
    let names = listing.into_iter().flatten().map(|entry| entry.expect("a message").path());
    names.map(|path| path.display().to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_shared_mails_of_two_thousand_arrive_exactly_as_previewed() {
    let folder = tempfile::tempdir().expect("folder");
    let truth = generate(&folder.path().join("box"), &["--count", "2000", "--canary", "cnry", "--big", "12,25,60"]);
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    assert_eq!(lab.deliver_maildir(ALICE.address, &folder.path().join("box")), 2003);
    let before = flags(&lab);
    let server = CrmServer::start().await;
    let chosen = three(&truth);
    know(&server, chosen.iter().copied());

    let rep = Rep::connected(folder.path(), &lab, &server.url());
    rep.otomo.run_until_idle(RATE);
    let status = rep.otomo.ask("app.status", Value::Null);
    let distinct: BTreeSet<_> = truth.iter().map(|t| t.file.clone()).collect();
    assert_eq!(status["mails"], distinct.len(), "{status}");

    let shared = rep.share_all(&chosen);
    assert_eq!(server.keys().len(), 0, "nothing arrives before the grace period is over");
    rep.otomo.run_until_idle(RATE);

    let arrived: BTreeSet<String> = server.keys().into_iter().collect();
    let ids = chosen.iter().map(|mail| mail.message_id.as_deref().expect("a Message-ID"));
    assert_eq!(arrived, ids.map(|id| MailKey::of_message_id(id).to_string()).collect());
    assert!(shared.iter().any(|mail| !mail.files.is_empty()), "files went along");
    for mail in &shared {
        let stored = server.stored(kit::crm::REP, mail.key).expect("stored");
        assert_eq!(String::from_utf8_lossy(&stored), mail.payload);
    }
    assert_eq!(flags(&lab), before, "the mailbox is as it was");

    rep.retract_one();
    rep.otomo.run_until_idle(RATE);
    assert_eq!(server.keys().len(), 2);
    let audit = rep.otomo.ask("audit.verify", Value::Null);
    assert_eq!(audit["intact"], true, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_of_twelve_twenty_five_and_sixty_megabytes_are_shared_with_every_file() {
    let folder = tempfile::tempdir().expect("folder");
    let truth = generate(&folder.path().join("box"), &["--count", "5", "--canary", "cnry", "--big", "12,25,60"]);
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    lab.deliver_maildir(ALICE.address, &folder.path().join("box"));
    let server = CrmServer::start().await;
    let large: Vec<_> = truth.iter().filter(|mail| mail.size > 10_000_000).collect();
    assert_eq!(large.len(), 3);
    know(&server, large.iter().copied());

    let rep = Rep::connected(folder.path(), &lab, &server.url());
    rep.otomo.run_until_idle(RATE);
    let shared = rep.share_all(&large);
    rep.otomo.run_until_idle(RATE);

    assert_eq!(server.keys().len(), 3);
    for mail in &shared {
        let stored = server.stored(kit::crm::REP, mail.key).expect("stored");
        assert_eq!(String::from_utf8_lossy(&stored), mail.payload);
        assert!(!mail.files.is_empty(), "a large mail has a file");
        for file in &mail.files {
            let bytes = server.attachment(*file).expect("the file is there");
            assert_eq!(Digest::of(&bytes), *file);
        }
    }
}
