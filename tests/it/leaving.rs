//! A CRM that is removed, with the workers of the real program: each command and each run is a process of its own.

use std::fs;
use std::path::{Path, PathBuf};

use kit::otomoctl::Otomoctl;
use kit::rep::RATE;
use serde_json::{Value, json};

const CLIENT: &str = "client@customer.example";

/// Mails, a CRM they were shared to, and its number.
struct Home {
    otomo: Otomoctl,
    crm: PathBuf,
    connection: i64,
}

impl Home {
    /// Two of three mails are shared.
    fn shared(folder: &Path) -> Self {
        let (crm, box_) = (folder.join("crm"), folder.join("mails"));
        for place in [&crm, &box_] {
            fs::create_dir_all(place).expect("a folder");
        }
        fs::write(crm.join("contacts.csv"), format!("id,name,email\nC-1,Client,{CLIENT}\n")).expect("contacts");
        for number in 0..3 {
            let head = format!("From: {CLIENT}\r\nTo: taro@example.test\r\nMessage-ID: <{number}@leaving.example>\r\n");
            let mail = format!("{head}Subject: {number}\r\nDate: Thu, 19 Nov 2026 09:00:00 +0900\r\n\r\nText.\r\n");
            fs::write(box_.join(format!("{number}.eml")), mail).expect("room for a mail");
        }
        let otomo = Otomoctl::test_home(folder, "{}");
        let made = otomo.ask("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } }));
        otomo.ask("accounts.add", json!({ "address": "taro@example.test", "path": box_ }));
        otomo.run_until_idle(RATE);
        let connection = made["id"].as_i64().expect("a number");
        let home = Self { otomo, crm, connection };
        home.share(2);
        home.otomo.run_until_idle(RATE);
        assert_eq!(home.mails(), 2);
        home
    }

    fn share(&self, count: usize) {
        let rows = self.otomo.rows(self.connection, &["pending"]);
        let items: Vec<Value> = rows.iter().take(count).map(|row| json!({ "mail": row["mail"] })).collect();
        self.otomo.ask("review.share", json!({ "connection": self.connection, "items": items }));
    }

    /// How many mails the CRM has.
    fn mails(&self) -> usize {
        count_mails(&self.crm)
    }

    fn remove(&self, retract: bool) {
        self.otomo.ask("crm.remove", json!({ "id": self.connection, "retract": retract }));
    }

    /// How the CRM goes, and what its mail has come to, by state.
    fn check_gone(&self, states: &[&str]) {
        self.otomo.run_until_idle(RATE);
        let former = self.otomo.ask("crm.former", Value::Null);
        assert_eq!((&former[0]["stay"], &former[0]["unsettled"]), (&json!("gone"), &json!(0)), "{former}");
        assert_eq!(self.otomo.ask("crm.list", Value::Null), json!([]));
        let history = self.otomo.ask("history.list", Value::Null);
        let mut found: Vec<_> =
            history["rows"].as_array().expect("rows").iter().map(|row| row["state"].as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, states.iter().map(|state| Some(*state)).collect::<Vec<_>>());
        assert_eq!(self.otomo.ask("audit.verify", Value::Null)["intact"], json!(true));
        let refused = self.otomo.call("history.retract", json!({ "id": history["rows"][0]["id"] }));
        assert_eq!(refused.expect_err("there is nothing to ask any more").code(), "no_such");
    }
}

fn count_mails(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let count = |path: PathBuf| match path.is_dir() {
        true => count_mails(&path),
        false => usize::from(path.extension().is_some_and(|ending| ending == "eml")),
    };
    entries.map(count).sum()
}

#[test]
fn everything_that_was_shared_is_taken_back_before_a_crm_is_forgotten() {
    let folder = tempfile::tempdir().expect("folder");
    let home = Home::shared(folder.path());
    home.remove(true);
    assert_eq!(home.mails(), 2, "nobody works yet");
    home.check_gone(&["retracted", "retracted"]);
    assert_eq!(home.mails(), 0);
}

#[test]
fn what_was_shared_stays_where_the_rep_wants_that_and_what_waited_is_not_sent() {
    let folder = tempfile::tempdir().expect("folder");
    let home = Home::shared(folder.path());
    home.share(1);
    home.remove(false);
    home.check_gone(&["logged", "logged", "private"]);
    assert_eq!(home.mails(), 2);
}
