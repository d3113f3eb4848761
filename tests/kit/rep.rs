//! A rep at work: a connected mailbox and CRM, and decisions made from what is on the screen.

use std::path::Path;

use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use serde_json::{Value, json};

use crate::crm::{CrmServer, TOKEN};
use crate::lab::{ALICE, Lab};
use crate::mailbox::Truth;
use crate::otomoctl::{Failed, Otomoctl};

/// How much faster than real time the workers run for a rep.
pub const RATE: u32 = 200;

/// Somebody with a mailbox of the lab ([`ALICE`]'s) and an account at the contract server.
#[derive(Clone, Debug)]
pub struct Rep {
    pub otomo: Otomoctl,
    pub connection: i64,
}

/// What the rep saw of a mail before deciding on it.
#[derive(Clone, Debug)]
pub struct Previewed {
    /// The mail's number on the desk.
    pub mail: i64,
    pub rev: i64,
    pub key: MailKey,
    /// Exactly what would be sent, besides the files.
    pub payload: String,
    /// Digests of the files that go along.
    pub files: Vec<Digest>,
    sha256: String,
}

impl Rep {
    /// Connects both, in a fresh data folder below `folder`. Nothing has been received yet.
    pub fn connected(folder: &Path, lab: &Lab, url: &str) -> Self {
        let otomo = Otomoctl::test_home(folder, &lab.policy_json());
        let crm = otomo.ask("crm.connect", json!({ "kind": "rest", "settings": { "url": url }, "token": TOKEN }));
        otomo.ask("accounts.add", json!({ "address": ALICE.address, "password": ALICE.password }));
        Self { otomo, connection: crm["id"].as_i64().expect("a number") }
    }

    /// Everything that waits for a decision.
    pub fn pending(&self) -> Vec<Value> {
        self.otomo.rows(self.connection, &["pending"])
    }

    /// Previews the mail of a row of the desk with all its files.
    pub fn preview(&self, row: &Value) -> Result<Previewed, Failed> {
        let mail = row["mail"].as_i64().expect("a number");
        let of = json!({ "connection": self.connection, "mail": mail });
        let read = self.otomo.call("mail.get", of.clone())?;
        let files = read["attachments"].as_array().expect("files").iter().map(|a| a["sha256"].clone());
        let files: Vec<Digest> = files.map(|sha256| serde_json::from_value(sha256).expect("a digest")).collect();
        let wish = json!({ "attachments": files });
        let args = json!({ "connection": self.connection, "mail": mail, "wish": wish });
        let preview = self.otomo.call("review.preview", args)?;
        let text = |field: &str| preview[field].as_str().expect("text").to_owned();
        let payload: Value = serde_json::from_str(&text("payload")).expect("a payload in JSON");
        let key = MailKey::of_message_id(payload["message_id"].as_str().expect("a Message-ID"));
        let rev = preview["rev"].as_i64().expect("a revision");
        Ok(Previewed { mail, rev, key, payload: text("payload"), files, sha256: text("sha256") })
    }

    /// Shares exactly what was previewed; gives the decision.
    pub fn share(&self, seen: &Previewed) -> Result<Value, Failed> {
        let item = json!({ "mail": seen.mail, "expected_rev": seen.rev });
        let wish = json!({ "attachments": seen.files });
        let share = json!({
            "connection": self.connection, "items": [item], "wish": wish, "payload_sha256": seen.sha256,
        });
        self.otomo.call("review.share", share)
    }

    /// Previews and shares each of these mails, which are found on the desk by the token in their subject.
    pub fn share_all(&self, mails: &[&Truth]) -> Vec<Previewed> {
        let rows = self.pending();
        let share = |mail: &&Truth| {
            let token = mail.canaries["subject"].as_str();
            let row = rows.iter().find(|row| row["subject"].as_str().is_some_and(|s| s.contains(token)));
            let row = row.unwrap_or_else(|| panic!("{token} waits for the rep"));
            let seen = self.preview(row).expect("a preview");
            self.share(&seen).expect("a decision");
            seen
        };
        mails.iter().map(share).collect()
    }

    /// Takes the newest mail of the history back.
    pub fn retract_one(&self) {
        let history = self.otomo.ask("history.list", Value::Null);
        self.otomo.ask("history.retract", json!({ "id": history["rows"][0]["id"] }));
    }
}

/// Gives the CRM a contact for each of these senders.
pub fn know<'a>(server: &CrmServer, mails: impl IntoIterator<Item = &'a Truth>) {
    let senders: std::collections::BTreeSet<&str> = mails.into_iter().map(|mail| mail.from.as_str()).collect();
    for (number, sender) in senders.into_iter().enumerate() {
        let id = format!("C-{number}");
        server.put_record(json!({ "type": "contact", "id": id, "name": sender, "emails": [sender] }));
    }
}
