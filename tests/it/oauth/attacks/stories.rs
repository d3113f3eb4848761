//! Attacks that take more than one step.

use std::collections::HashSet;

use kit::provider::Back;
use otomo_domain::ports::OAuth;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use url::Url;

use super::super::{Desk, asked, come_back, honest};
use super::Row;

pub async fn rows() -> Vec<Row> {
    vec![
        second_callback().await,
        state_of_another_attempt().await,
        mix_up().await,
        code_of_another_sign_in().await,
        code_used_up().await,
        slow_visitors().await,
        silent_visitors().await,
        half_way_and_a_second_tab().await,
        dropped_before_it_waits().await,
        cancelled_while_it_waits().await,
        secrets_are_new_each_time().await,
        downgrade_by_policy().await,
        page_with_an_echo().await,
        taken_port().await,
    ]
}

async fn nobody_listens(back: &Back) -> bool {
    TcpStream::connect(back.door()).await.is_err()
}

/// The port is closed before the browser has its page: whoever comes second meets nobody.
async fn second_callback() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &honest(&back)).await.unwrap();
    let closed = nobody_listens(&back).await;
    let once = waiting.await.unwrap().is_ok() && desk.server.token_requests().len() == 1;
    Row::holds("a second callback", closed && once, "a closed port")
}

async fn state_of_another_attempt() -> Row {
    let desk = Desk::new().await;
    let ((one, here), (other, there)) = (desk.waiting().await, desk.waiting().await);
    let answer = come_back(&here, &honest(&there)).await.unwrap();
    let refused = answer.starts_with("HTTP/1.1 400 ") && desk.server.token_requests().is_empty();
    come_back(&here, &honest(&here)).await.unwrap();
    come_back(&there, &honest(&there)).await.unwrap();
    let both = one.await.unwrap().is_ok() && other.await.unwrap().is_ok();
    Row::holds("the state of another attempt", refused && both, "refused with 400, and both go on")
}

/// Two sign-ins at two providers; one provider answers at the other's door (RFC 9207 §1).
async fn mix_up() -> Row {
    let (desk, evil) = (Desk::new().await, Desk::new().await);
    let ((waiting, here), (_evil_waits, there)) = (desk.waiting().await, evil.waiting().await);
    let query = format!("code={}&state={}&iss={}", there.code, here.state, evil.server.base());
    come_back(&here, &query).await.unwrap();
    let outcome = waiting.await.unwrap();
    let sent = desk.server.token_requests().len() + evil.server.token_requests().len();
    Row::fault("two providers mixed up", outcome, "Mismatch").and(sent == 0)
}

/// A code that somebody else got at the same provider, in the rep's own answer: PKCE binds it to the other's attempt.
async fn code_of_another_sign_in() -> Row {
    let desk = Desk::new().await;
    let ((waiting, back), (_attempt, stolen)) = (desk.waiting().await, desk.begin().await);
    come_back(&back, &format!("code={}&state={}", stolen.code, back.state)).await.unwrap();
    Row::fault("a code of another sign-in", waiting.await.unwrap(), "Expired")
}

async fn code_used_up() -> Row {
    let desk = Desk::new().await;
    let (first, used) = desk.waiting().await;
    come_back(&used, &honest(&used)).await.unwrap();
    assert!(first.await.unwrap().is_ok());
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &format!("code={}&state={}", used.code, back.state)).await.unwrap();
    Row::fault("a code that was used before", waiting.await.unwrap(), "Expired")
}

async fn visitors(back: &Back, count: usize, word: &str) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(back.door()).await.unwrap();
        stream.write_all(word.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    streams
}

async fn slow_visitors() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let _slow = visitors(&back, 10, "GET / HTTP/1.1\r\nHost: loc").await;
    come_back(&back, &honest(&back)).await.unwrap();
    Row::holds("ten visitors who never end their request", waiting.await.unwrap().is_ok(), "the browser is served")
}

async fn silent_visitors() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let _silent = visitors(&back, 100, "").await;
    come_back(&back, &honest(&back)).await.unwrap();
    Row::holds("a hundred silent connections", waiting.await.unwrap().is_ok(), "the browser is served")
}

/// The first tab is closed in the middle of its request; the second one finishes.
async fn half_way_and_a_second_tab() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    drop(visitors(&back, 1, &format!("GET {}?{} HT", back.redirect_uri.path(), honest(&back))).await);
    come_back(&back, &honest(&back)).await.unwrap();
    Row::holds("a browser closed half-way", waiting.await.unwrap().is_ok(), "nothing; the second tab finishes")
}

async fn dropped_before_it_waits() -> Row {
    let desk = Desk::new().await;
    let (attempt, back) = desk.begin().await;
    assert!(TcpStream::connect(back.door()).await.is_ok(), "the port is open before");
    drop(attempt);
    Row::holds("an answer after the rep gave up", nobody_listens(&back).await, "a closed port")
}

async fn cancelled_while_it_waits() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let _guest = visitors(&back, 1, "GET / HT").await;
    waiting.abort();
    assert!(waiting.await.is_err(), "it was cancelled");
    Row::holds("an answer after the rep cancelled", nobody_listens(&back).await, "a closed port")
}

/// State, nonce, challenge and verifier: long, and never twice (RFC 7636 §4.1, RFC 6749 §10.10).
async fn secrets_are_new_each_time() -> Row {
    let desk = Desk::new().await;
    let mut seen = HashSet::new();
    for _ in 0..20 {
        let (waiting, back) = desk.waiting().await;
        assert!(back.state.len() >= 43, "256 bits in base64");
        come_back(&back, &honest(&back)).await.unwrap();
        waiting.await.unwrap().unwrap();
        seen.insert(back.state);
    }
    let verifiers: HashSet<_> = desk.server.token_requests().iter().map(|form| form["code_verifier"].clone()).collect();
    let long = verifiers.iter().all(|verifier| (43..=128).contains(&verifier.len()));
    Row::holds(
        "a state or a verifier guessed from the last",
        seen.len() == 20 && verifiers.len() == 20 && long,
        "20 of 20 differ",
    )
}

/// A provider's further parameters can't replace what the flow sets.
async fn downgrade_by_policy() -> Row {
    let mut desk = Desk::new().await;
    for (name, value) in
        [("code_challenge_method", "plain"), ("state", "known"), ("redirect_uri", "https://evil.test/")]
    {
        desk.provider.parameters.insert(name.into(), value.into());
    }
    let attempt = desk.oauth.begin(&desk.provider, asked("rep@example.test")).await.unwrap();
    let url = Url::parse(attempt.url()).unwrap();
    let all =
        |name: &str| url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect::<Vec<_>>();
    let kept = all("code_challenge_method") == ["S256"] && all("state").len() == 1 && all("redirect_uri").len() == 1;
    Row::holds("a downgrade to plain by further parameters", kept && !url.as_str().contains("evil"), "S256 stays")
}

async fn page_with_an_echo() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let page = come_back(&back, &format!("{}&x=%3Cscript%3Eevil%3C/script%3E", honest(&back))).await.unwrap();
    let outcome = waiting.await.unwrap();
    let (head, body) = page.split_once("\r\n\r\n").unwrap();
    let guarded = ["default-src 'none'; style-src 'sha256-", "no-store", "Referrer-Policy: no-referrer"];
    let silent = !body.contains("evil") && !body.contains(&back.state) && !body.contains(&back.code);
    let both = body.contains("Otomo に戻ってください") && body.contains("go back to Otomo");
    let good = outcome.is_ok() && silent && both && guarded.iter().all(|part| head.contains(part));
    Row::holds("a script in the query, for the page", good, "a static page")
}

/// Whoever has a port already keeps it; the door takes another.
async fn taken_port() -> Row {
    let desk = Desk::new().await;
    let (_one, here) = desk.begin().await;
    let taken = std::net::TcpListener::bind(here.door()).is_err();
    let (_other, there) = desk.begin().await;
    Row::holds("another program on the same port", taken && here.door() != there.door(), "a port of its own")
}
