//! The audit trace of a real home, tampered with by somebody who has the key: the check names the first row that is not
//! as it was, and the seal that was written down before tells what the rows alone can't.

use std::fs;
use std::path::Path;

use kit::otomoctl::Otomoctl;
use kit::rep::RATE;
use otomo_domain::audit::{GENESIS, seal};
use otomo_domain::digest::Digest;
use otomo_domain::secret::ExposeSecret;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

const CLIENT: &str = "client@customer.example";

/// A home in which mail was shared, kept private, undone and taken back, with its ledger at rest.
struct Home {
    otomo: Otomoctl,
    key: String,
}

impl Home {
    async fn with_history(folder: &Path) -> Self {
        let (crm, box_) = (folder.join("crm"), folder.join("mails"));
        for place in [&crm, &box_] {
            fs::create_dir_all(place).expect("a folder");
        }
        fs::write(crm.join("contacts.csv"), format!("id,name,email\nC-1,Client,{CLIENT}\n")).expect("contacts");
        for number in 0..6 {
            let head = format!("From: {CLIENT}\r\nTo: taro@example.test\r\nMessage-ID: <{number}@audit.example>\r\n");
            let mail = format!("{head}Subject: {number}\r\nDate: Thu, 19 Nov 2026 09:00:00 +0900\r\n\r\nText.\r\n");
            fs::write(box_.join(format!("{number}.eml")), mail).expect("room for a mail");
        }
        let otomo = Otomoctl::test_home(folder, "{}");
        let crm = otomo.ask("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } }));
        otomo.ask("accounts.add", json!({ "address": "taro@example.test", "path": box_ }));
        otomo.run_until_idle(RATE);
        decide(&otomo, crm["id"].as_i64().expect("a number"));
        let key = format!("x'{}'", otomo.key().await.expose_secret());
        Self { otomo, key }
    }

    fn verified(&self) -> Value {
        self.otomo.ask("audit.verify", Value::Null)
    }

    /// The ledger, as whoever has its key can open it, without what keeps rows from being changed.
    fn ledger(&self) -> Connection {
        let ledger = Connection::open(self.otomo.home.join("ledger.db")).expect("a database");
        ledger.pragma_update(None, "key", &self.key).expect("a key set");
        run(&ledger, "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;");
        ledger
    }

    /// What the check says after a change, which is taken back.
    fn after(&self, change: impl FnOnce(&Connection)) -> Value {
        let file = self.otomo.home.join("ledger.db");
        let before = fs::read(&file).expect("a ledger");
        let ledger = self.ledger();
        change(&ledger);
        ledger.close().expect("everything is written");
        let verdict = self.verified();
        fs::write(&file, before).expect("the ledger as it was");
        for rest in ["ledger.db-wal", "ledger.db-shm"] {
            drop(fs::remove_file(self.otomo.home.join(rest)));
        }
        verdict
    }

    fn check(&self, change: impl FnOnce(&Connection), broken_at: usize) {
        let verdict = self.after(change);
        assert_eq!((&verdict["intact"], &verdict["broken_at"]), (&json!(false), &json!(broken_at)), "{verdict}");
    }
}

/// Four mails shared, of which one is undone and one taken back; one kept private.
fn decide(otomo: &Otomoctl, connection: i64) {
    let rows = otomo.rows(connection, &["pending"]);
    let items = |rows: &[Value]| -> Vec<Value> { rows.iter().map(|row| json!({ "mail": row["mail"] })).collect() };
    let decide =
        |verb: &str, rows: &[Value]| otomo.ask(verb, json!({ "connection": connection, "items": items(rows) }));
    decide("review.share", &rows[..3]);
    let undone = decide("review.share", &rows[3..4]);
    otomo.ask("review.undo", json!({ "decision_id": undone["decision_id"] }));
    decide("review.keep_private", &rows[4..5]);
    otomo.run_until_idle(RATE);
    let history = otomo.ask("history.list", json!({ "filter": { "states": ["logged"] } }));
    otomo.ask("history.retract", json!({ "id": history["rows"][0]["id"] }));
    otomo.run_until_idle(RATE);
}

fn run(ledger: &Connection, sql: &str) {
    ledger.execute_batch(sql).expect("it is done");
}

/// The row's text and its seal.
fn row(ledger: &Connection, seq: usize) -> (String, Digest) {
    let sql = "SELECT entry, seal FROM audit WHERE seq = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
    let (text, sealed) = ledger.query_row(sql, [seq], read).expect("a row");
    (text, Digest::from_slice(&sealed).expect("a digest"))
}

fn write(ledger: &Connection, seq: usize, text: &str, sealed: &Digest) {
    let sql = "UPDATE audit SET entry = ?2, seal = ?3 WHERE seq = ?1";
    assert_eq!(ledger.execute(sql, params![seq, text, sealed.as_bytes()]).expect("written"), 1);
}

/// The text as if somebody else had decided.
fn by_another(text: &str) -> String {
    let changed = text.replacen(r#""by":"user""#, r#""by":"policy""#, 1);
    assert_ne!(changed, text, "a row by the rep");
    changed
}

/// The first row after this one that the rep made.
fn of_rep(ledger: &Connection, after: usize) -> usize {
    (after + 1..).find(|seq| row(ledger, *seq).0.contains(r#""by":"user""#)).expect("a row by the rep")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_trace_is_intact_and_the_first_row_that_was_tampered_with_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let home = Home::with_history(folder.path()).await;
    let untouched = home.verified();
    assert_eq!((&untouched["intact"], &untouched["broken_at"]), (&json!(true), &Value::Null), "{untouched}");
    let rows = usize::try_from(untouched["rows"].as_u64().expect("a number")).expect("not many");
    assert!(rows >= 15, "{rows} rows");
    assert_eq!(home.after(|_| {}), untouched, "opening it changes nothing");

    for seq in [1, rows / 2, rows] {
        let blank =
            |ledger: &Connection| write(ledger, seq, &row(ledger, seq).0.replace(':', ": "), &row(ledger, seq).1);
        home.check(blank, seq);
        home.check(|ledger| write(ledger, seq, &row(ledger, seq).0, &GENESIS), seq);
    }
    home.check(|ledger| write(ledger, 3, &by_another(&row(ledger, of_rep(ledger, 0)).0), &row(ledger, 3).1), 3);
    home.check(|ledger| run(ledger, "DELETE FROM audit WHERE seq = 5"), 5);
    home.check(|ledger| run(ledger, "DELETE FROM audit WHERE seq = 1"), 1);
    let swap = |ledger: &Connection| {
        let ((first, its), (second, others)) = (row(ledger, 4), row(ledger, 9));
        write(ledger, 4, &second, &its);
        write(ledger, 9, &first, &others);
    };
    home.check(swap, 4);
    let add = |ledger: &Connection| {
        let (text, sealed) = row(ledger, rows);
        let sql = "INSERT INTO audit (seq, entry, seal) VALUES (?1, ?2, ?3)";
        ledger.execute(sql, params![rows + 1, text, sealed.as_bytes()]).expect("added");
    };
    home.check(add, rows + 1);
    assert_eq!(home.verified(), untouched, "everything was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_was_cut_or_written_anew_has_another_seal_than_the_one_written_down() {
    let folder = tempfile::tempdir().expect("folder");
    let home = Home::with_history(folder.path()).await;
    let written_down = home.verified();
    let rows = usize::try_from(written_down["rows"].as_u64().expect("a number")).expect("not many");

    let cut = home.after(|ledger| run(ledger, &format!("DELETE FROM audit WHERE seq > {}", rows - 2)));
    assert_eq!((&cut["intact"], &cut["rows"]), (&json!(true), &json!(rows - 2)), "what is left fits");
    assert_ne!(cut["head"], written_down["head"]);

    let changed_and_sealed = |ledger: &Connection, last: usize| {
        let first = of_rep(ledger, 3);
        let mut before = row(ledger, first - 1).1;
        for seq in first..=last.max(first) {
            let (text, _) = row(ledger, seq);
            let text = if seq == first { by_another(&text) } else { text };
            before = seal(&before, &text);
            write(ledger, seq, &text, &before);
        }
        first
    };
    let mut first = 0;
    let half = home.after(|ledger| first = changed_and_sealed(ledger, 0));
    assert_eq!(half["broken_at"], first + 1, "one row sealed anew breaks the next: {half}");
    let anew = home.after(|ledger| first = changed_and_sealed(ledger, rows));
    assert_eq!((&anew["intact"], &anew["rows"]), (&json!(true), &json!(rows)), "a chain written anew fits");
    assert_ne!(anew["head"], written_down["head"]);
    assert_eq!(home.verified(), written_down);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_at_all_is_named_and_not_passed_over() {
    let folder = tempfile::tempdir().expect("folder");
    let home = Home::with_history(folder.path()).await;
    home.check(|ledger| run(ledger, "UPDATE audit SET seal = x'00' WHERE seq = 6"), 6);
    home.check(|ledger| run(ledger, "UPDATE audit SET entry = 'nothing' WHERE seq = 6"), 6);
    home.check(|ledger| run(ledger, "UPDATE audit SET entry = CAST(x'ff' AS TEXT) WHERE seq = 6"), 6);
}
