//! Microsoft Graph, as its documentation has it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::account::{Account, AccountId, AccountSettings, Sending, Source};
use otomo_domain::error::{MailFaultKind, OAuthFaultKind};
use otomo_domain::ports::{Credential, MailSender};
use otomo_domain::time::Timestamp;
use otomo_net::{Net, NetConfig};
use tokio::net::TcpListener;

use super::{Tokens, address, kind};

type Answer = (u16, &'static str);

/// What the server got: method, path, content type, body.
type Got = Vec<(String, String, String, Vec<u8>)>;

#[derive(Clone)]
struct Graph {
    answer: Answer,
    got: Arc<Mutex<Got>>,
}

async fn answer(State(graph): State<Graph>, request: Request) -> (StatusCode, &'static str) {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (known, content_type) = (header("authorization") == "Bearer good", header("content-type"));
    let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    graph.got.lock().unwrap().push((method, path, content_type, body));
    let (status, body) = if known { graph.answer } else { (401, r#"{"error":{"code":"InvalidAuthenticationToken"}}"#) };
    (StatusCode::from_u16(status).unwrap(), body)
}

/// A sender with these tokens to a Graph that answers so, and what that gets.
async fn graph(answer_with: Answer, tokens: Arc<Tokens>) -> (Box<dyn MailSender>, Arc<Mutex<Got>>) {
    let got = Arc::new(Mutex::default());
    let state = Graph { answer: answer_with, got: Arc::clone(&got) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer).with_state(state)).await });
    let account = Account {
        id: AccountId(1),
        address: address("taro@example.test"),
        source: Source::Nothing,
        import_since: None,
        connected_at: Timestamp(0),
        paused: false,
        settings: AccountSettings { sending: Sending::Graph, ..AccountSettings::default() },
    };
    let net = Arc::new(Net::new(&NetConfig::default()).unwrap());
    let sender = otomo_mail::sender(&net, &account, Some(Credential::Token(tokens)), Some(&base)).unwrap();
    (sender, got)
}

const MESSAGE: &[u8] = b"To: a@x.test\r\nSubject: x\r\n\r\ntext\r\n";

#[tokio::test]
async fn a_mail_goes_as_mime_with_its_hidden_recipients() {
    let (sender, got) = graph((202, ""), Tokens::new("good", "")).await;
    let to = [address("a@x.test"), address("hidden@x.test")];
    sender.send(&address("taro@example.test"), &to, MESSAGE).await.unwrap();
    let expected = STANDARD.encode([b"Bcc: hidden@x.test\r\n", MESSAGE].concat()).into_bytes();
    let request = ("POST".to_owned(), "/v1.0/me/sendMail".to_owned(), "text/plain".to_owned(), expected);
    assert_eq!(*got.lock().unwrap(), [request]);
}

#[tokio::test]
async fn a_check_sends_nothing() {
    for status in [200, 403] {
        let (sender, got) = graph((status, "{}"), Tokens::new("good", "")).await;
        sender.check(&address("taro@example.test"), &()).await.unwrap();
        let got = got.lock().unwrap();
        assert!(got.iter().all(|(method, path, ..)| method == "GET" && path == "/v1.0/me"), "{got:?}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let tokens = Tokens::new("old", "good");
    let (sender, _) = graph((202, ""), tokens.clone()).await;
    let outcome = sender.send(&address("taro@example.test"), &[address("a@x.test")], MESSAGE).await;
    assert_eq!((kind(outcome), tokens.renewals()), (None, 1));
    let tokens = Tokens::new("old", "older");
    let (sender, got) = graph((202, ""), tokens.clone()).await;
    let expired = MailFaultKind::OAuth(OAuthFaultKind::Expired);
    assert_eq!(kind(sender.check(&address("taro@example.test"), &()).await), Some(expired));
    assert_eq!((tokens.renewals(), got.lock().unwrap().len()), (1, 2));
}

#[tokio::test]
async fn a_refusal_has_its_name() {
    for (answer, expected) in [
        ((403, r#"{"error":{"code":"ErrorAccessDenied"}}"#), MailFaultKind::OAuth(OAuthFaultKind::ScopeMissing)),
        ((403, r#"{"error":{"code":"ErrorSendAsDenied"}}"#), MailFaultKind::SendAsDenied),
        ((404, r#"{"error":{"code":"MailboxNotEnabledForRESTAPI"}}"#), MailFaultKind::MailboxMissing),
        ((429, ""), MailFaultKind::ServerRefused),
        ((413, "<html>"), MailFaultKind::SendingRefused),
        ((504, ""), MailFaultKind::SendingUnknown),
    ] {
        let (sender, _) = graph(answer, Tokens::new("good", "")).await;
        let outcome = sender.send(&address("taro@example.test"), &[address("a@x.test")], MESSAGE).await;
        assert_eq!(kind(outcome), Some(expected), "{answer:?}");
    }
}
