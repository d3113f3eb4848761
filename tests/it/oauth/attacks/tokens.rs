//! Token endpoints that lie, at the first exchange and at renewals.

use kit::provider::{Lie, ProviderServer};
use otomo_domain::error::OAuthFault;
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{OAuth, SignedIn};
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::super::{Desk, asked, come_back, honest};
use super::Row;

const JSON: &str = "application/json";

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, lie, expected) in lies() {
        rows.push(Row::fault(name, sign_in(lie).await.0, expected));
    }
    for (name, lie, expected) in renewal_lies() {
        let desk = Desk::new().await;
        desk.server.lies(lie);
        let outcome = desk.oauth.refresh(&desk.provider, &SecretString::from("r3fresh"), None).await;
        let hidden = outcome.as_ref().err().is_none_or(|fault| !fault.detail.contains("r3fresh"));
        rows.push(Row::fault(name, outcome, expected).and(hidden));
    }
    rows.extend([told_no_refresh_token().await, told_reduced_scope().await, told_other_address().await]);
    rows.extend([told_absurd_time().await, repeated_code().await]);
    rows.extend(elsewhere().await);
    rows.extend(in_the_clear().await);
    rows
}

fn lies() -> Vec<(&'static str, Lie, &'static str)> {
    let says = |body: &str| Lie::Answers(200, JSON, body.to_owned());
    let large = format!(r#"{{"access_token":"a","token_type":"Bearer","more":"{}"}}"#, "A".repeat(5 << 20));
    let failing = |status, body: &str| Lie::Answers(status, JSON, body.to_owned());
    vec![
        ("5 MB of tokens", says(&large), "Protocol"),
        ("HTML instead of tokens", Lie::Answers(200, "text/html", "<html>sign in".into()), "Protocol"),
        ("HTML that calls itself JSON", says("<html>sign in"), "Protocol"),
        ("an empty answer", says(""), "Protocol"),
        ("an error of HTML", Lie::Answers(400, "text/html", "<html>no".into()), "Protocol"),
        ("an error in an answer of success", says(r#"{"error":"invalid_grant"}"#), "Protocol"),
        ("JSON nested 100,000 deep", says(&"[".repeat(100_000)), "Protocol"),
        ("no access token", Lie::Says("access_token", Value::Null), "Protocol"),
        ("an access token with a line break", Lie::Says("access_token", json!("a\r\nX: y")), "Protocol"),
        (
            "an access token with a control character of SASL",
            Lie::Says("access_token", json!("a\u{1}auth=x")),
            "Protocol",
        ),
        ("no token type", Lie::Says("token_type", Value::Null), "Protocol"),
        ("a token type that is not Bearer", Lie::Says("token_type", json!("mac")), "Protocol"),
        ("a token that lasts less than nothing", Lie::Says("expires_in", json!(-3600)), "Protocol"),
        ("a token that lasts a text", Lie::Says("expires_in", json!("soon")), "Protocol"),
        ("an id_token that is none", Lie::IdToken("abc"), "Protocol"),
        ("an id_token without signature (alg none)", Lie::Algorithm("none"), "Protocol"),
        ("an id_token for another program", Lie::Claims("aud", json!("other")), "Mismatch"),
        ("an id_token for this program and another", Lie::Claims("aud", json!(["otomo-test", "other"])), "Mismatch"),
        ("an id_token of another provider", Lie::Claims("iss", json!("https://evil.test")), "Mismatch"),
        ("an id_token that has run out", Lie::Claims("exp", json!(1_700_000_000)), "Mismatch"),
        ("an id_token of another sign-in (nonce)", Lie::Claims("nonce", json!("other")), "Mismatch"),
        ("an id_token of no sign-in (no nonce)", Lie::Claims("nonce", Value::Null), "Mismatch"),
        ("a server error", failing(503, "{}"), "Temporary"),
        ("too many requests", failing(429, r#"{"error":"invalid_grant"}"#), "Temporary"),
        ("a wrong client", failing(401, r#"{"error":"invalid_client"}"#), "SetupWrong"),
    ]
}

fn renewal_lies() -> Vec<(&'static str, Lie, &'static str)> {
    let refusing = |body: &str| Lie::Answers(400, JSON, body.to_owned());
    let described = |text: &str| refusing(&json!({"error": "invalid_grant", "error_description": text}).to_string());
    vec![
        ("renewal: run out or taken back", refusing(r#"{"error":"invalid_grant"}"#), "Expired"),
        ("renewal: the second step again", described("AADSTS50076: multi-factor"), "SecondStep"),
        ("renewal: a locked account", described("AADSTS50053: locked"), "AccountLocked"),
        ("renewal: refusal that repeats the token", described("{refresh} is bad"), "Expired"),
        (
            "renewal: a server error that says invalid_grant",
            Lie::Answers(500, JSON, r#"{"error":"invalid_grant"}"#.into()),
            "Temporary",
        ),
        ("renewal: not now", refusing(r#"{"error":"temporarily_unavailable"}"#), "Temporary"),
        ("renewal: a captive portal's page", Lie::Answers(200, "text/html", "<html>Wi-Fi".into()), "Protocol"),
        (
            "renewal: a token that is not Bearer",
            Lie::Answers(200, JSON, r#"{"access_token":"a","token_type":"pop"}"#.into()),
            "Protocol",
        ),
    ]
}

/// A sign-in at a provider that tells this lie.
async fn sign_in(lie: Lie) -> (Result<SignedIn, OAuthFault>, String) {
    let desk = Desk::new().await;
    desk.server.lies(lie);
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &honest(&back)).await.unwrap();
    let outcome = waiting.await.unwrap();
    assert_eq!(desk.server.token_requests().len(), 1, "a code is shown once, whatever comes of it");
    (outcome, back.code)
}

async fn told_no_refresh_token() -> Row {
    let signed_in = sign_in(Lie::Says("refresh_token", Value::Null)).await.0.unwrap();
    Row::holds("no refresh token", signed_in.tokens.refresh.is_none(), "told: nothing to go on with")
}

async fn told_reduced_scope() -> Row {
    let signed_in = sign_in(Lie::Says("scope", json!("openid email"))).await.0.unwrap();
    let told = signed_in.tokens.scopes == Some(vec!["openid".into(), "email".into()]);
    Row::holds("fewer scopes than asked for", told, "told: which were given")
}

async fn told_other_address() -> Row {
    let signed_in = sign_in(Lie::Claims("email", json!("boss@example.test"))).await.0.unwrap();
    let told = signed_in.address.is_some_and(|address| address.as_str() == "boss@example.test");
    Row::holds("somebody else signs in", told, "told: who it was")
}

async fn told_absurd_time() -> Row {
    let signed_in = sign_in(Lie::Says("expires_in", json!(u64::MAX))).await.0.unwrap();
    Row::holds("a token that lasts for ever", signed_in.tokens.lasts.as_secs() == 86_400, "believed for a day")
}

async fn repeated_code() -> Row {
    let body = r#"{"error":"invalid_grant","error_description":"the code {code} is bad"}"#;
    let (outcome, code) = sign_in(Lie::Answers(400, JSON, body.into())).await;
    let fault = outcome.err().unwrap();
    Row::holds("a refusal that repeats the code", !fault.detail.contains(&code), "refused as Expired, without the code")
}

/// Redirects are not followed: neither code nor refresh token goes where nobody chose.
async fn elsewhere() -> Vec<Row> {
    let mut rows = Vec::new();
    for status in [302, 307, 308] {
        let evil = ProviderServer::start().await;
        let (outcome, _) = sign_in(Lie::SendsTo(status, format!("{}/token", evil.base()))).await;
        let name = format!("a token endpoint that sends elsewhere ({status})");
        rows.push(Row::fault(name, outcome, "Protocol").and(evil.token_requests().is_empty()));
    }
    rows
}

/// Addresses of a provider that are not https, and a certificate that nobody vouches for.
async fn in_the_clear() -> Vec<Row> {
    let desk = Desk::new().await;
    let clear = |adjust: fn(&mut Provider, String)| {
        let mut provider = desk.provider.clone();
        adjust(&mut provider, desk.server.base().replace("https:", "http:"));
        provider
    };
    let token = SecretString::from("t");
    let wrong = "SetupWrong";
    let authorize = clear(|provider, http| provider.authorize = format!("{http}/authorize"));
    let exchange = clear(|provider, http| provider.token = format!("{http}/token"));
    let revoke = clear(|provider, http| provider.revoke = Some(format!("{http}/revoke")));
    let gmail = clear(|provider, http| provider.gmail = Some(http));
    let stranger = super::super::oauth(&[]);
    let untrusted = stranger.refresh(&desk.provider, &token, None).await;
    vec![
        Row::fault(
            "a page to sign in at over http",
            desk.oauth.begin(&authorize, asked("a@b.test")).await.map(drop),
            wrong,
        ),
        Row::fault("a token endpoint over http", desk.oauth.begin(&exchange, asked("a@b.test")).await.map(drop), wrong),
        Row::fault("a renewal over http", desk.oauth.refresh(&exchange, &token, None).await, wrong),
        Row::fault("a revocation over http", desk.oauth.revoke(&revoke, &token).await, wrong),
        Row::fault("Gmail's API over http", desk.oauth.senders(&gmail, &token).await, wrong),
        Row::fault("a certificate that nobody vouches for", untrusted, "Net(Certificate(UnknownIssuer))"),
    ]
}
