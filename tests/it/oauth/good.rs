//! A sign-in that nobody disturbs, and what it leaves behind.

use kit::provider::{CLIENT, Lie, REP};
use otomo_domain::error::OAuthFaultKind;
use otomo_domain::oauth::Redirect;
use otomo_domain::ports::{Authorisation, OAuth};
use otomo_domain::secret::ExposeSecret;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::{Desk, asked, come_back, honest};

#[tokio::test]
async fn the_rep_signs_in_and_comes_back_with_tokens_and_an_address() {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let page = come_back(&back, &honest(&back)).await.unwrap();
    let signed_in = waiting.await.unwrap().unwrap();
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert_eq!(signed_in.address.map(|a| a.to_string()).as_deref(), Some(REP));
    assert_eq!(signed_in.tokens.access.expose_secret(), "access-1");
    assert_eq!(signed_in.tokens.refresh.as_ref().map(|t| t.expose_secret()), Some("refresh-1"));
    assert_eq!(signed_in.tokens.lasts.as_secs(), 3600);
    let shown = &desk.server.token_requests()[0];
    assert_eq!((shown["code"].as_str(), shown["client_id"].as_str()), (back.code.as_str(), CLIENT), "a + stays a +");
    assert!(!shown.contains_key("client_secret"));
}

#[tokio::test]
async fn the_browser_finds_the_door_in_either_family() {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let port = back.redirect_uri.port().unwrap();
    let Ok(mut stream) = TcpStream::connect(("::1", port)).await else {
        assert!(std::net::TcpListener::bind(("::1", 0)).is_err(), "this computer has IPv6");
        return;
    };
    let request =
        format!("GET {}?{} HTTP/1.1\r\nHost: {}\r\n\r\n", back.redirect_uri.path(), honest(&back), back.host());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(waiting.await.unwrap().is_ok(), "{page}");
}

#[tokio::test]
async fn a_literal_loopback_address_works_as_well() {
    let mut desk = Desk::new().await;
    desk.provider.redirect = Redirect::Loopback;
    let (waiting, back) = desk.waiting().await;
    assert!(back.redirect_uri.as_str().starts_with("http://127.0.0.1:"), "{}", back.redirect_uri);
    come_back(&back, &honest(&back)).await.unwrap();
    assert!(waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn what_the_provider_is_asked_for_stands_in_the_address() {
    let mut desk = Desk::new().await;
    desk.provider.parameters.insert("prompt".into(), "select_account".into());
    let (attempt, _back) = desk.begin().await;
    for part in ["login_hint=rep%40example.test", "prompt=select_account", "scope=openid+email+mail", "nonce="] {
        assert!(attempt.url().contains(part), "{part} in {}", attempt.url());
    }
}

#[tokio::test]
async fn a_renewal_rotates_and_the_old_token_holds_no_more() {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &honest(&back)).await.unwrap();
    let first = waiting.await.unwrap().unwrap().tokens.refresh.unwrap();
    let renewed = desk.oauth.refresh(&desk.provider, &first, Some(&["mail".into()])).await.unwrap();
    assert_eq!(desk.server.token_requests()[1]["scope"], "mail");
    assert_ne!(renewed.refresh.unwrap().expose_secret(), first.expose_secret());
    let fault = desk.oauth.refresh(&desk.provider, &first, None).await.err().unwrap();
    assert_eq!(fault.kind, OAuthFaultKind::Expired);
}

#[tokio::test]
async fn a_revoked_sign_in_is_over_and_revoking_it_again_is_fine() {
    let mut desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &honest(&back)).await.unwrap();
    let refresh = waiting.await.unwrap().unwrap().tokens.refresh.unwrap();
    for _ in 0..2 {
        desk.oauth.revoke(&desk.provider, &refresh).await.unwrap();
    }
    assert_eq!(desk.server.revoked(), [refresh.expose_secret(), refresh.expose_secret()]);
    assert!(desk.oauth.refresh(&desk.provider, &refresh, None).await.is_err());
    desk.provider.revoke = None;
    desk.oauth.revoke(&desk.provider, &refresh).await.unwrap();
}

#[tokio::test]
async fn gmail_tells_the_addresses_it_sends_from() {
    let mut desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &honest(&back)).await.unwrap();
    let access = waiting.await.unwrap().unwrap().tokens.access;
    let told = desk.oauth.senders(&desk.provider, &access).await.unwrap();
    assert_eq!(told.iter().map(|s| s.address.as_str()).collect::<Vec<_>>(), [REP]);
    desk.server.lies(Lie::Senders(403, json!({"error": {"status": "PERMISSION_DENIED"}})));
    let fault = desk.oauth.senders(&desk.provider, &access).await.unwrap_err();
    assert_eq!(fault.kind, OAuthFaultKind::ScopeMissing);
    desk.provider.gmail = None;
    assert_eq!(desk.oauth.senders(&desk.provider, &access).await.unwrap(), []);
}

#[tokio::test]
async fn a_second_resource_is_agreed_to_with_the_first_and_not_in_its_token() {
    const GRAPH: &str = "https://graph.example/Mail.Send";
    let desk = Desk::new().await;
    let both = Authorisation { further: vec![GRAPH.into()], ..asked(REP) };
    let attempt = desk.oauth.begin(&desk.provider, both).await.unwrap();
    let url = Url::parse(attempt.url()).unwrap();
    let scope = url.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
    assert_eq!(scope, format!("openid email mail {GRAPH}"));
    let back = desk.server.allow(attempt.url());
    let waiting = tokio::spawn(attempt.finish());
    come_back(&back, &honest(&back)).await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.server.token_requests()[0]["scope"], "openid email mail");
}
