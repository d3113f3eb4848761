//! The first sync of a mailbox — fetched, parsed, stored encrypted, matched, on the review desk — next to `mbsync`, which
//! fetches and stores. Both over TLS, both from a server that has just served the same mail to the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use kit::lab::{ALICE, BOB, Lab, Service, User};
use kit::mailbox::generate;
use kit::otomoctl::Otomoctl;
use serde_json::json;

use crate::measure::{Cost, median, run, watch};

const ROUNDS: usize = 5;

pub fn sync(count: usize) {
    let folder = tempfile::tempdir().expect("folder");
    let mailbox = folder.path().join("box");
    let truth = generate(&mailbox, &["--count", &count.to_string()]);
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    lab.deliver_maildir(ALICE.address, &mailbox);
    fs::remove_dir_all(&mailbox).expect("room again");
    let senders: BTreeSet<&str> = truth.iter().map(|t| t.from.as_str()).collect();

    mbsync(&lab, &folder.path().join("warm-up"));
    let mut ours = Vec::new();
    let mut peers = Vec::new();
    for round in 0..ROUNDS {
        peers.push(mbsync(&lab, &folder.path().join(format!("peer-{round}"))));
        ours.push(otomo(&lab, ALICE, &folder.path().join(format!("otomo-{round}")), &senders, truth.len()));
        println!("round {}: mbsync {:.2} s, otomo {:.2} s", round + 1, peers[round].seconds, ours[round].seconds);
    }
    report(count, &ours, &peers);
    large_mail(&folder.path().join("large"), &lab, &senders);
}

fn report(count: usize, ours: &[Cost], peers: &[Cost]) {
    let (own, peer) = (median(ours.iter().map(|c| c.seconds)), median(peers.iter().map(|c| c.seconds)));
    let rss = median(ours.iter().map(|c| c.rss));
    let peer_rss = median(peers.iter().map(|c| c.rss));
    let verdict = |met: bool| if met { "met" } else { "MISSED" };
    println!(
        "line 1  initial sync of {count} over TLS: otomo {own:.2} s, mbsync {peer:.2} s, ratio {:.2}, limit 1.00: {}",
        own / peer,
        verdict(own <= peer)
    );
    println!("line 7  peak RSS: otomo {rss:.0} MB, mbsync {peer_rss:.0} MB, limit 150 MB: {}", verdict(rss <= 150.0));
}

/// The memory that a mail of 60 MB takes.
fn large_mail(folder: &Path, lab: &Lab, senders: &BTreeSet<&str>) {
    let truth = generate(&folder.join("box"), &["--count", "1", "--big", "60"]);
    lab.deliver_maildir(BOB.address, &folder.join("box"));
    let known = senders.iter().copied().chain(truth.iter().map(|t| t.from.as_str())).collect();
    let rss = otomo(lab, BOB, &folder.join("otomo"), &known, truth.len()).rss;
    let verdict = if rss <= 220.0 { "met" } else { "MISSED" };
    println!("line 7  peak RSS with a mail of 60 MB: {rss:.0} MB, limit 100 MB + 2 x 60 MB: {verdict}");
}

/// One first sync by mbsync, with its usual fsyncs.
fn mbsync(lab: &Lab, folder: &Path) -> Cost {
    fs::create_dir_all(folder.join("mail")).expect("folder");
    let endpoint = lab.imaps();
    let config = format!(
        "IMAPAccount lab\nHost {host}\nPort {port}\nUser {user}\nPass {password}\nSSLType IMAPS\nSystemCertificates no\n\
         CertificateFile {ca}\n\nIMAPStore far\nAccount lab\n\nMaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\n\n\
         Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState *\n",
        host = lab.address(),
        port = endpoint.port,
        user = ALICE.address,
        password = ALICE.password,
        // It compares names only, and the lab has an address: the server's own certificate is trusted as it is.
        ca = lab.ca().with_file_name("server.pem").display(),
        folder = folder.display(),
    );
    fs::write(folder.join("mbsyncrc"), config).expect("a configuration");
    let cost = run(Command::new("mbsync").arg("-q").arg("-c").arg(folder.join("mbsyncrc")).arg("all"));
    fs::remove_dir_all(folder).expect("room again");
    cost
}

/// One first sync by Otomo: a fresh data folder, its contacts in the index, then everything until nothing is left to do.
fn otomo(lab: &Lab, rep: User, folder: &Path, senders: &BTreeSet<&str>, expected: usize) -> Cost {
    let crm = folder.join("crm");
    fs::create_dir_all(&crm).expect("folder");
    let contacts = senders.iter().enumerate().map(|(n, sender)| format!("C-{n},{sender},{sender}\n"));
    fs::write(crm.join("contacts.csv"), format!("id,name,email\n{}", contacts.collect::<String>())).expect("contacts");
    let otomo = Otomoctl::test_home(folder, &lab.policy_json());
    otomo.ask("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } }));
    otomo.ask("accounts.add", json!({ "address": rep.address, "password": rep.password }));
    let start = Instant::now();
    let cost = watch(otomo.spawn(&["run", "--until-idle"]), start);
    let status = otomo.ask("app.status", json!(null));
    let kept = status["mails"].as_u64().unwrap_or(0) as usize;
    assert!(kept * 100 >= expected * 99, "{kept} of {expected} are here");
    assert!(status["waiting"].as_u64().unwrap_or(0) > 0, "matched mail waits: {status}");
    fs::remove_dir_all(folder).expect("room again");
    cost
}
