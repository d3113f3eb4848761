//! CRMs that refuse, are down, or lose what they say.

use std::path::PathBuf;

use kit::crm::misbehaviour::Misbehaviour;
use kit::crm::{CrmServer, TOKEN};
use kit::otomoctl::Otomoctl;
use otomo_domain::mail::MailKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{CLIENT, RATE, mail_count, put_mails, refused, said, share_all};

/// A rep whose mail lies in files and whose CRM misbehaves.
struct Rep {
    folder: TempDir,
    server: CrmServer,
    otomo: Otomoctl,
    connection: i64,
}

impl Rep {
    /// Two mails from a client whom the CRM knows have come in, and both are shared.
    async fn with_two_shared() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = CrmServer::start().await;
        server.put_record(json!({ "type": "contact", "id": "C-1", "name": "Client", "emails": [CLIENT] }));
        let otomo = Otomoctl::test_home(folder.path(), "{}");
        put_mails(&folder.path().join("mails"), &["one", "two"]);
        let settings = json!({ "url": server.url() });
        let crm = otomo.ask("crm.connect", json!({ "kind": "rest", "settings": settings, "token": TOKEN }));
        otomo.ask("accounts.add", json!({ "address": "taro@example.test", "path": folder.path().join("mails") }));
        otomo.run_until_idle(RATE);
        let connection = crm["id"].as_i64().expect("a number");
        let rep = Self { folder, server, otomo, connection };
        share_all(&rep.otomo, connection);
        rep
    }

    /// The error of the one mail in the queue that has one.
    fn queue_says(&self, state: &str, code: &str) -> Value {
        let queue = self.otomo.ask("queue.list", Value::Null);
        let rows = queue.as_array().expect("rows");
        let failed: Vec<_> = rows.iter().filter(|row| !row["error"].is_null()).collect();
        assert_eq!(failed.len(), 1, "{queue}");
        assert_eq!(failed[0]["state"], state, "{queue}");
        said(&failed[0]["error"], code);
        assert!(!failed[0].to_string().contains(TOKEN), "{queue}");
        failed[0].clone()
    }

    /// Everything is in the CRM, once, and nothing waits.
    fn both_are_logged(&self) {
        let mut expected = ["one", "two"].map(|name| key(name).to_string());
        expected.sort();
        assert_eq!(self.server.keys(), expected);
        let history = self.otomo.ask("history.list", Value::Null);
        let logged = history["rows"].as_array().expect("rows").iter().filter(|row| row["state"] == "logged");
        assert_eq!(logged.count(), 2, "{history}");
        assert_eq!(self.otomo.ask("queue.list", Value::Null), json!([]));
        assert_eq!(self.otomo.ask("audit.verify", Value::Null)["intact"], true);
    }

    /// How often mail was sent, whatever became of it.
    fn puts(&self) -> usize {
        self.server.puts(key("one")) + self.server.puts(key("two"))
    }
}

fn key(name: &str) -> MailKey {
    MailKey::of_message_id(&format!("<{name}@bad.example>"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_or_permission_keeps_the_queue_until_somebody_signs_in() {
    for (status, code) in [(401, "crm_sign_in_needed"), (403, "crm_forbidden")] {
        let rep = Rep::with_two_shared().await;
        rep.server.next(1, "PUT /emails", Misbehaviour::refuse(status));
        rep.otomo.run_until_idle(RATE);
        rep.queue_says("queued", code);
        assert_eq!(rep.otomo.ask("crm.list", Value::Null)[0]["status"], "sign_in_needed");
        assert_eq!((rep.server.keys().len(), rep.puts()), (0, 1));
        rep.otomo.ask("crm.sign_in", json!({ "id": rep.connection, "token": TOKEN }));
        rep.otomo.run_until_idle(RATE);
        rep.both_are_logged();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_not_taken_is_the_reps_and_the_other_goes_on() {
    let refusals = [
        (409, "crm_conflict", 1),
        (413, "crm_too_large", 1),
        (422, "crm_rejected", 1),
        (424, "crm_attachment_missing", 3),
    ];
    for (status, code, times) in refusals {
        let rep = Rep::with_two_shared().await;
        let line = format!("PUT /emails/{}", key("one"));
        rep.server.next(times, &line, Misbehaviour::refuse(status));
        rep.otomo.run_until_idle(RATE);
        let row = rep.queue_says("failed_perm", code);
        assert_eq!(rep.server.keys(), [key("two").to_string()], "{status}");
        assert_eq!(rep.server.puts(key("one")), times, "{status}");
        rep.otomo.ask("queue.retry", json!({ "id": row["id"] }));
        rep.otomo.run_until_idle(RATE);
        rep.both_are_logged();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_is_busy_or_down_gets_the_mail_later_and_once() {
    let down = [
        Misbehaviour::busy(429, "60"),
        Misbehaviour::busy(503, "60"),
        Misbehaviour::refuse(503),
        Misbehaviour::refuse(500),
        Misbehaviour::LoseRequest,
    ];
    for misbehaviour in down {
        let rep = Rep::with_two_shared().await;
        rep.server.next(1, "PUT /emails", misbehaviour);
        rep.otomo.run_until_idle(RATE);
        rep.both_are_logged();
        assert_eq!(rep.puts(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_takes_the_mail_and_loses_the_reply_gets_it_once() {
    let lost = [Misbehaviour::LoseReply, Misbehaviour::AnswerAfter { status: 500, body: "oops".into() }];
    for misbehaviour in lost {
        let rep = Rep::with_two_shared().await;
        rep.server.next(1, "PUT /emails", misbehaviour);
        rep.otomo.run_until_idle(RATE);
        rep.both_are_logged();
        assert_eq!(rep.puts(), 2, "nothing is sent twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_cannot_be_connected_says_why_and_never_repeats_the_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = Otomoctl::test_home(folder.path(), "{}");
    let server = CrmServer::start().await;
    let args = |url: &str| json!({ "kind": "rest", "settings": { "url": url }, "token": TOKEN });
    for (status, code) in
        [(401, "crm_sign_in_needed"), (403, "crm_forbidden"), (429, "crm_rate_limited"), (503, "crm_unavailable")]
    {
        server.next(1, "GET /me", Misbehaviour::refuse(status));
        let error = refused(otomo.call("crm.connect", args(&server.url())), code);
        assert!(!error.to_string().contains(TOKEN), "{error}");
    }
    let url = server.url();
    server.stop().await;
    refused(otomo.call("crm.connect", args(&url)), "connection_refused");
    assert_eq!(otomo.ask("crm.list", Value::Null), json!([]));
}

/// The same home under another policy.
fn under(rep: &Rep, name: &str, policy: &str) -> Otomoctl {
    let path: PathBuf = rep.folder.path().join(name);
    std::fs::write(&path, policy).expect("room for a policy");
    Otomoctl { policy: Some(path), ..rep.otomo.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_cannot_be_read_stops_sharing_and_nothing_else() {
    let rep = Rep::with_two_shared().await;
    let broken = under(&rep, "broken.json", r#"{ "never_logs": {} }"#);
    said(&broken.ask("policy.get", Value::Null)["error"], "policy_invalid");
    put_mails(&rep.folder.path().join("mails"), &["three"]);
    broken.run_until_idle(RATE);
    assert_eq!(broken.ask("app.status", Value::Null)["sharing_allowed"], false);
    assert_eq!((mail_count(&broken), rep.puts()), (3, 0), "captured, not shared");
    rep.otomo.run_until_idle(RATE);
    rep.both_are_logged();
}
