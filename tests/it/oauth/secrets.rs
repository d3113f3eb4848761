//! Nothing of a sign-in is told or written down: no code, no verifier, no token.

use std::io::Write;
use std::sync::{Arc, Mutex};

use kit::imap::{Fault, ImapServer};
use kit::provider::{Back, CLIENT, Lie, ProviderServer, REP};
use kit::seek::Secrets;
use otomo_api::Event;
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, start};
use serde_json::{Value, json};

use super::{come_back, honest};

const ACCESS: &str = "canary-access-6f1d2c";
const REFRESH: &str = "canary-refresh-90ab7e";

/// The mailbox takes tokens, only not this one.
const OFFERS: Fault = Fault::Capabilities("IMAP4rev1 AUTH=XOAUTH2");

/// The caller's number for the sign-in.
const OP: u64 = 5;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn policy(server: &ProviderServer, mailbox: &ImapServer) -> Value {
    let base = server.base();
    json!({
        "extra_ca": [server.ca(), mailbox.ca()],
        "oauth": { "fake": {
            "client": { "id": CLIENT }, "authorize": format!("{base}/authorize"), "token": format!("{base}/token"),
            "revoke": format!("{base}/revoke"), "issuer": base, "redirect": "localhost",
            "scopes": { "identity": ["openid", "email"], "imap": ["mail"] },
        } },
    })
}

/// The verifiers that were sent (RFC 7636 §4.5).
fn verifiers(server: &ProviderServer) -> Vec<String> {
    server.token_requests().iter().filter_map(|form| form.get("code_verifier").cloned()).collect()
}

#[tokio::test]
async fn no_code_verifier_or_token_is_in_a_log_an_event_an_answer_or_a_file() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let (server, mailbox) = (ProviderServer::start().await, ImapServer::start(Vec::new(), [OFFERS]).await);
    server.lies(Lie::Says("access_token", json!(ACCESS)));
    server.lies(Lie::Says("refresh_token", json!(REFRESH)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    std::fs::write(&path, policy(&server, &mailbox).to_string()).unwrap();
    let home = folder.path().join("home");
    let options = Options { home: Some(home.clone()), policy: Some(path), key: KeyPlace::Memory, ..Options::default() };
    let running = start(options).await.unwrap();
    let (api, mut events) = (Arc::clone(running.api()), running.api().events());

    let asking = json!({ "provider": "fake", "purpose": "imap", "address": REP, "op": OP });
    let asked = {
        let api = Arc::clone(&api);
        tokio::spawn(async move { api.dispatch("accounts.authorise", asking).await })
    };
    let url = loop {
        if let Event::Browse { op: OP, url } = events.next().await.unwrap() {
            break url;
        }
    };
    let back: Back = server.allow(&url);
    let page = come_back(&back, &honest(&back)).await.unwrap();
    let authorised = asked.await.unwrap().unwrap();
    let ticket = authorised["ticket"].clone();
    let refused = api
        .dispatch("accounts.test", json!({ "address": REP, "endpoint": mailbox.endpoint(), "ticket": ticket, "op": 6 }))
        .await
        .unwrap_err();
    let letters = folder.path().join("letters");
    std::fs::create_dir(&letters).unwrap();
    let account =
        api.dispatch("accounts.add", json!({ "address": REP, "path": letters, "ticket": ticket })).await.unwrap();
    let kept = home.clone();
    let mut told = format!("{page}\n{authorised}\n{refused:?}\n{}\n{account}", json!(refused));
    api.dispatch("accounts.remove", json!({ "id": account["id"], "wipe": true })).await.unwrap();
    while let Ok(Some(event)) = tokio::time::timeout(std::time::Duration::from_millis(300), events.next()).await {
        told.push_str(&json!(event).to_string());
    }

    let mut secrets = Secrets::default();
    for (name, secret) in [("code", back.code.as_str()), ("access token", ACCESS), ("refresh token", REFRESH)] {
        secrets.add(name, secret.as_bytes());
    }
    verifiers(&server).iter().for_each(|verifier| secrets.add("verifier", verifier.as_bytes()));
    assert!(!verifiers(&server).is_empty() && mailbox.got().contains("AUTHENTICATE"), "all of them were in use");
    assert_eq!(secrets.find(told.as_bytes()), [""; 0], "{told}");
    let logged = log.0.lock().unwrap().clone();
    assert!(!logged.is_empty(), "something is logged");
    assert_eq!(secrets.find(&logged), [""; 0], "{}", String::from_utf8_lossy(&logged));
    assert_eq!(secrets.find_below(&kept), Default::default());
    running.stop().await;
    assert_eq!(secrets.find_below(&kept), Default::default());
    std::fs::write(kept.join("planted"), format!("Bearer {ACCESS}")).unwrap();
    assert_eq!(secrets.find_below(&kept).len(), 1, "what is planted is found");
}
