//! A real server, with the whole program behind it.

use std::path::Path;

use std::sync::Arc;

use kit::lab::{ALICE, Lab, Service, WEB_ONLY};
use kit::otomoctl::Otomoctl;
use otomo_domain::account::Endpoint;
use otomo_domain::ports::{Credential, MailSource, UidBook};
use otomo_domain::sync::{Side, batches};
use otomo_mail::pop3::Pop3Source;
use otomo_net::{Net, NetConfig};
use serde_json::{Value, json};

use super::{Book, Mailbox, all};

fn mail(number: u32) -> String {
    let head = format!("From: client@customer.example\r\nTo: {}\r\nSubject: mail {number}\r\n", ALICE.address);
    let date = "Date: Thu, 19 Nov 2026 09:00:00 +0900";
    format!("{head}{date}\r\nMessage-ID: <{number}@pop3.example>\r\n\r\n.Text.\r\n..\r\n")
}

fn lab_with_mail(numbers: std::ops::Range<u32>) -> Lab {
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    deliver(&lab, numbers);
    lab
}

fn deliver(lab: &Lab, numbers: std::ops::Range<u32>) {
    for number in numbers {
        lab.deliver(ALICE.address, "INBOX", mail(number).as_bytes());
    }
}

fn account(endpoint: &Endpoint) -> Value {
    json!({ "address": ALICE.address, "protocol": "pop3", "endpoint": endpoint, "password": ALICE.password })
}

/// A rep who reads this mailbox over POP3.
fn rep(folder: &Path, lab: &Lab, endpoint: &Endpoint) -> Otomoctl {
    let otomo = Otomoctl::test_home(folder, &lab.policy_json());
    otomo.ask("accounts.add", account(endpoint));
    otomo.run_until_idle(1);
    otomo
}

fn mails(otomo: &Otomoctl) -> i64 {
    otomo.ask("app.status", Value::Null)["mails"].as_i64().expect("a number")
}

/// How many messages lie in the mailbox.
fn left(lab: &Lab) -> usize {
    let inbox = lab.maildir(ALICE.address, "INBOX");
    ["cur", "new"].iter().map(|part| std::fs::read_dir(inbox.join(part)).expect("a Maildir").count()).sum()
}

/// Another program takes the oldest message out of the mailbox.
fn remove_one(lab: &Lab) {
    let inbox = lab.maildir(ALICE.address, "INBOX");
    let parts = ["cur", "new"].iter().flat_map(|part| std::fs::read_dir(inbox.join(part)).expect("a Maildir"));
    let first =
        parts.map(|entry| entry.expect("a mail").path()).min_by_key(|path| path.file_name().map(ToOwned::to_owned));
    std::fs::remove_file(first.expect("a mail")).expect("a mail less");
}

#[test]
fn a_mailbox_is_captured_over_both_kinds_of_tls_and_everything_stays_there() {
    let lab = lab_with_mail(1..51);
    for endpoint in [lab.pop3s(), lab.pop3_stls()] {
        let folder = tempfile::tempdir().expect("folder");
        let otomo = rep(folder.path(), &lab, &endpoint);
        assert_eq!((mails(&otomo), left(&lab)), (50, 50), "{:?}", endpoint.security);
    }
}

#[test]
fn a_second_run_fetches_what_is_new_and_nothing_twice() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail(1..4));
    let otomo = rep(folder.path(), &lab, &lab.pop3s());
    otomo.run_until_idle(1);
    assert_eq!(mails(&otomo), 3);
    deliver(&lab, 4..6);
    otomo.run_until_idle(1);
    assert_eq!((mails(&otomo), left(&lab)), (5, 5));
}

#[test]
fn a_message_that_another_program_removed_stays_captured() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail(1..4));
    let otomo = rep(folder.path(), &lab, &lab.pop3s());
    remove_one(&lab);
    otomo.run_until_idle(1);
    assert_eq!((mails(&otomo), left(&lab)), (3, 2));
}

#[test]
fn a_refused_sign_in_says_why() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail(1..1));
    let otomo = Otomoctl::test_home(folder.path(), &lab.policy_json());
    let code = |address: &str, password: &str| {
        let mut args = account(&lab.pop3_stls());
        args["address"] = json!(address);
        args["password"] = json!(password);
        otomo.call("accounts.add", args).expect_err("no sign-in").code().to_owned()
    };
    assert_eq!(code(ALICE.address, "wrong"), "sign_in_refused");
    assert_eq!(code(WEB_ONLY.address, WEB_ONLY.password), "app_password_needed");
}

#[tokio::test]
async fn a_message_that_goes_between_listing_and_fetching_is_noted() {
    let lab = lab_with_mail(1..4);
    let net =
        Net::new(&NetConfig { extra_ca: vec![lab.ca()], resolver: Some(lab.dns()), ..NetConfig::default() }).unwrap();
    let book = Arc::<Book>::default();
    let (kept, password) = (Arc::<Book>::clone(&book), Credential::Password(ALICE.password.into()));
    let kept: Arc<dyn UidBook> = kept;
    let source = Pop3Source::new(Arc::new(net), lab.pop3s(), ALICE.address.into(), password, kept);
    let mut session = source.open(&()).await.unwrap();
    let listed = all(session.as_mut()).await;
    assert_eq!(listed.len(), 3);
    remove_one(&lab);
    let mut mailbox = Mailbox::default();
    let fetched = session.fetch(&batches(listed, Side::New), &mut mailbox).await;
    assert!(fetched.is_ok(), "{fetched:?}");
    assert_eq!(mailbox.messages.iter().map(|(uid, _)| *uid).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(*book.missed.lock().unwrap(), [1]);
}
