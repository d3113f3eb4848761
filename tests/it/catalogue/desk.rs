//! Decisions that cannot be made like this.

use std::fs;
use std::time::Duration;

use otomo_domain::digest::Digest;
use serde_json::{Value, json};

use super::Row;
use super::program::Program;

const CLIENT: &str = "client@customer.example";

pub async fn rows() -> Vec<Row> {
    let desk = Desk::open().await;
    let (good, nameless) = (desk.mail("good").await, desk.mail("nameless").await);
    let digest = json!(Digest::of(b"something else"));
    vec![
        Row::new("no_sender", "a mail without a sender", desk.shares(&nameless, json!({})).await),
        Row::new("no_link", "no record to log it to", desk.shares(&good, json!({ "wish": { "links": [] } })).await),
        Row::new(
            "unknown_attachment",
            "an attachment that the mail does not have",
            desk.shares(&good, json!({ "wish": { "attachments": [digest] } })).await,
        ),
        Row::new(
            "cannot_redact",
            "a redaction of the sender's address",
            desk.shares(&good, json!({ "wish": { "redactions": [CLIENT] } })).await,
        ),
        Row::new(
            "preview_stale",
            "another preview than what would be sent",
            desk.shares(&good, json!({ "payload_sha256": digest })).await,
        ),
        Row::new("conflict", "a mail that changed meanwhile", desk.shares_what_changed(&good).await),
    ]
}

/// A rep with a folder of mail and a folder for a CRM, which knows the client.
struct Desk {
    program: Program,
    connection: Value,
}

impl Desk {
    async fn open() -> Self {
        let program = Program::at_work(json!({})).await;
        let (mails, crm) = (program.folder().join("mails"), program.folder().join("crm"));
        fs::create_dir_all(&mails).unwrap();
        fs::create_dir_all(&crm).unwrap();
        fs::write(crm.join("contacts.csv"), format!("email,name\n{CLIENT},Client\n")).unwrap();
        let head = |name: &str| format!("To: {CLIENT}\r\nSubject: {name}\r\nMessage-ID: <{name}@x.example>\r\n");
        fs::write(mails.join("good.eml"), format!("From: taro@example.test\r\n{}\r\nText", head("good"))).unwrap();
        fs::write(mails.join("nameless.eml"), format!("{}\r\nText", head("nameless"))).unwrap();
        let settings = json!({ "path": crm });
        let connected = program.ask("crm.connect", json!({ "kind": "folder", "settings": settings })).await;
        program.ask("accounts.add", json!({ "address": "taro@example.test", "path": mails })).await;
        Self { program, connection: connected["id"].clone() }
    }

    /// A mail that waits for a decision, once it does.
    async fn mail(&self, subject: &str) -> Value {
        for _ in 0..3000 {
            let page = self.program.ask("review.list", json!({ "connection": self.connection })).await;
            if let Some(row) = page["rows"].as_array().unwrap().iter().find(|row| row["subject"] == subject) {
                return row.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{subject} does not wait for a decision");
    }

    async fn shares(&self, row: &Value, mut how: Value) -> Value {
        how["connection"] = self.connection.clone();
        how["items"] = json!([{ "mail": row["mail"] }]);
        self.program.fails("review.share", how).await
    }

    async fn shares_what_changed(&self, row: &Value) -> Value {
        let item = json!({ "mail": row["mail"], "expected_rev": 99 });
        let args = json!({ "connection": self.connection, "items": [item] });
        self.program.fails("review.share", args).await
    }
}
