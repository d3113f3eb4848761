//! What is captured of a real mailbox, and what is not.

use kit::lab::{ALICE, Lab, Service};
use kit::otomoctl::Otomoctl;
use otomo_domain::time::Timestamp;
use serde_json::{Value, json};

const CLIENT: &str = "client@customer.example";

fn mail(number: u32, from: &str, to: &str, date: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: mail {number}\r\nDate: {date}\r\nMessage-ID: <{number}@capture.example>\r\n\r\nText.\r\n"
    )
}

/// Three mails from a client, all received now.
fn lab_with_mail() -> Lab {
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    for number in 1..=3 {
        let raw = mail(number, CLIENT, ALICE.address, "Thu, 19 Nov 2026 09:00:00 +0900");
        lab.deliver(ALICE.address, "INBOX", raw.as_bytes());
    }
    lab
}

/// A rep with a folder CRM that knows the client, and this mailbox.
fn rep(folder: &std::path::Path, lab: &Lab, account: Value) -> Otomoctl {
    let crm = folder.join("crm");
    std::fs::create_dir_all(&crm).expect("folder");
    std::fs::write(crm.join("contacts.csv"), format!("id,name,email\nC-1,Client,{CLIENT}\n")).expect("contacts");
    let otomo = Otomoctl::test_home(folder, &lab.policy_json());
    otomo.ask("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } }));
    let mut args = json!({ "address": ALICE.address, "password": ALICE.password });
    args.as_object_mut().expect("arguments").extend(account.as_object().cloned().unwrap_or_default());
    otomo.ask("accounts.add", args);
    otomo.run_until_idle(1);
    otomo
}

fn mails(otomo: &Otomoctl) -> i64 {
    otomo.ask("app.status", Value::Null)["mails"].as_i64().expect("a number")
}

#[test]
fn starttls_leads_to_the_same_mailbox() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let otomo = rep(folder.path(), &lab, json!({ "endpoint": lab.imap_starttls() }));
    assert_eq!(mails(&otomo), 3);
}

#[test]
fn mail_from_before_the_chosen_date_stays_where_it_is() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let inbox = lab.maildir(ALICE.address, "INBOX").join("new");
    let old = std::fs::read_dir(inbox).expect("a Maildir").next().expect("a mail").expect("a mail").path();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    std::fs::File::options().write(true).open(&old).and_then(|f| f.set_modified(long_ago)).expect("an old mail");
    let otomo = rep(folder.path(), &lab, json!({ "import_since": Timestamp::from_secs(1_700_000_000) }));
    assert_eq!(mails(&otomo), 2);
}

#[test]
fn a_second_run_fetches_what_is_new_and_nothing_twice() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let otomo = rep(folder.path(), &lab, json!({}));
    let raw = mail(4, CLIENT, ALICE.address, "Fri, 20 Nov 2026 09:00:00 +0900");
    lab.deliver(ALICE.address, "INBOX", raw.as_bytes());
    otomo.run_until_idle(1);
    let subjects: Vec<String> = otomo.rows(1, &["pending"]).iter().map(|row| row["subject"].to_string()).collect();
    assert_eq!(subjects.len(), 4, "{subjects:?}");
    assert_eq!(mails(&otomo), 4);
}

#[test]
fn sent_mail_is_captured_as_outgoing_and_drafts_are_not_captured() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let raw = mail(5, ALICE.address, CLIENT, "Fri, 20 Nov 2026 10:00:00 +0900");
    lab.deliver(ALICE.address, "Sent", raw.as_bytes());
    let draft = mail(6, ALICE.address, CLIENT, "Fri, 20 Nov 2026 11:00:00 +0900");
    lab.deliver(ALICE.address, "Drafts", draft.as_bytes());
    let otomo = rep(folder.path(), &lab, json!({}));
    let rows = otomo.rows(1, &["pending"]);
    let subjects: Vec<&str> = rows.iter().filter_map(|row| row["subject"].as_str()).collect();
    assert_eq!(subjects, ["mail 5", "mail 3", "mail 2", "mail 1"]);
    let preview = otomo.ask("review.preview", json!({ "connection": 1, "mail": rows[0]["mail"] }));
    assert!(preview["payload"].as_str().expect("a payload").contains("\"direction\":\"outgoing\""));
}

#[test]
fn the_same_mail_in_two_folders_is_one_mail() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let raw = mail(1, CLIENT, ALICE.address, "Thu, 19 Nov 2026 09:00:00 +0900");
    lab.deliver(ALICE.address, "Sent", format!("Received: by another way\r\n{raw}").as_bytes());
    let otomo = rep(folder.path(), &lab, json!({}));
    assert_eq!(mails(&otomo), 3);
}

#[test]
fn a_mail_with_a_message_id_that_is_taken_is_kept_apart_and_only_one_of_them_is_shared() {
    let (folder, lab) = (tempfile::tempdir().expect("folder"), lab_with_mail());
    let forged =
        mail(1, CLIENT, ALICE.address, "Thu, 19 Nov 2026 09:00:00 +0900").replace("Text.", "Pay here instead.");
    lab.deliver(ALICE.address, "INBOX", forged.as_bytes());
    let otomo = rep(folder.path(), &lab, json!({}));
    assert_eq!(mails(&otomo), 4);
    let rows = otomo.rows(1, &["pending"]);
    let same: Vec<&Value> = rows.iter().filter(|row| row["subject"] == "mail 1").collect();
    let share =
        |row: &Value| otomo.call("review.share", json!({ "connection": 1, "items": [{ "mail": row["mail"] }] }));
    assert!(share(same[0]).is_ok());
    assert_eq!(share(same[1]).expect_err("the second").code(), "key_taken");
}
