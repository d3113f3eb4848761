//! Requests that are signed: the key stays here, and the clocks must agree.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit::crm::{CrmServer, KEY, KEY_ID, REP, TOKEN};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use serde_json::json;

use super::super::sample::Sample;
use super::super::world::{clock, net};
use super::check_settings;

/// A clock that is so many seconds ahead.
struct Ahead(i64);

#[async_trait]
impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp(clock().now().0 + self.0 * 1000)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {}
}

/// A connector that signs with a key.
fn signing(server: &CrmServer, key_id: &str, key: &str, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
    let settings = json!({"url": server.url(), "key_id": key_id});
    otomo_crm::connector("rest", &settings, Some(SecretString::from(key)), net(), clock).unwrap()
}

#[tokio::test]
async fn a_key_is_told_from_a_token_by_its_name() {
    let url = "https://crm.example.com";
    check_settings(json!({"url": url, "key_id": "k-1"}), Some("s"), None);
    check_settings(json!({"url": url, "key_id": " "}), Some("s"), None);
    for name in ["k,1", "k 1", "キー"] {
        check_settings(json!({"url": url, "key_id": name}), Some("secret"), Some("key_id"));
    }
    check_settings(json!({"url": url, "key_id": "k-1"}), Some("se cret"), Some("token"));
}

#[tokio::test]
async fn every_call_is_signed_and_the_key_never_leaves() {
    let server = CrmServer::start().await;
    let crm = signing(&server, KEY_ID, KEY, clock());
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    assert_eq!(crm.check().await.unwrap().user_id, REP);
    let cursor = crm.contacts(None).await.unwrap().cursor;
    crm.contacts(Some(&cursor)).await.unwrap();
    crm.search("髙橋 花子+&").await.unwrap();
    let remote = sample.deliver(crm.as_ref()).await.unwrap();
    assert!(crm.find_logged(sample.sought()).await.unwrap().is_some());
    crm.relink(sample.sought(), &remote, &sample.payload.links).await.unwrap();
    crm.unlog(sample.sought(), &remote).await.unwrap();
    for request in server.requests() {
        assert!(request.header("x-otomo-signature").is_some() && request.header("authorization").is_none());
        assert!(!request.contains(KEY.as_bytes()), "{}", request.line());
    }
}

async fn refusal(server: &CrmServer, key_id: &str, key: &str, ahead: i64) -> Option<CrmFault> {
    signing(server, key_id, key, Arc::new(Ahead(ahead))).check().await.err()
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_from_a_key_that_is() {
    let server = CrmServer::start().await;
    for ahead in [0, 280, -280] {
        assert_eq!(refusal(&server, KEY_ID, KEY, ahead).await, None, "{ahead}");
    }
    for (ahead, words) in [(7200, "s ahead of the CRM's"), (-7200, "s behind the CRM's")] {
        let fault = refusal(&server, KEY_ID, KEY, ahead).await.unwrap();
        assert_eq!(fault.kind, CrmFaultKind::ClockWrong, "{fault}");
        assert!(fault.is_about_connection() && fault.detail.ends_with(words), "{fault}");
    }
    for (key_id, key) in [(KEY_ID, "another-key"), ("another-name", KEY)] {
        assert_eq!(refusal(&server, key_id, key, 0).await.map(|fault| fault.kind), Some(CrmFaultKind::SignInNeeded));
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_put_down_to_the_clock() {
    let server = CrmServer::start().await;
    server.revoke(TOKEN);
    let (settings, late) = (json!({"url": server.url()}), Arc::new(Ahead(7200)));
    let crm = otomo_crm::connector("rest", &settings, Some(TOKEN.into()), net(), late).unwrap();
    assert_eq!(crm.check().await.unwrap_err().kind, CrmFaultKind::SignInNeeded);
}
