//! Others at the door while the program waits. After each of them the browser comes, and the sign-in succeeds.

use kit::provider::Back;

use super::super::{Desk, come_back, honest, visit};
use super::Row;

/// `{path}`, `{host}`, `{port}`, `{code}` and `{state}` stand for what is right; lines end with `\n` here.
const VISITORS: &[(&str, &str, u16)] = &[
    ("no state", "GET {path}?code={code} HTTP/1.1\nHost: {host}\n\n", 400),
    ("an empty state", "GET {path}?code={code}&state= HTTP/1.1\nHost: {host}\n\n", 400),
    ("a guessed state", "GET {path}?code={code}&state=AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\nHost: {host}\n\n", 400),
    ("the state with something after it", "GET {path}?code={code}&state={state}A HTTP/1.1\nHost: {host}\n\n", 400),
    ("the state and another", "GET {path}?code={code}&state=x&state={state} HTTP/1.1\nHost: {host}\n\n", 400),
    ("two codes", "GET {path}?code=evil&code={code}&state={state} HTTP/1.1\nHost: {host}\n\n", 400),
    ("a refusal without state", "GET {path}?error=access_denied HTTP/1.1\nHost: {host}\n\n", 400),
    ("a state in the fragment", "GET {path}?code={code}#state={state} HTTP/1.1\nHost: {host}\n\n", 400),
    ("broken percent-encoding", "GET {path}?code=%ff%fe&state={state} HTTP/1.1\nHost: {host}\n\n", 400),
    ("another path", "GET /other?code={code}&state={state} HTTP/1.1\nHost: {host}\n\n", 404),
    ("a path below", "GET {path}/../callback?code={code}&state={state} HTTP/1.1\nHost: {host}\n\n", 404),
    ("a whole address as target", "GET http://{host}{path}?code={code}&state={state} HTTP/1.1\nHost: {host}\n\n", 404),
    ("the browser's wish for an icon", "GET /favicon.ico HTTP/1.1\nHost: {host}\n\n", 404),
    ("POST", "POST {path}?code={code}&state={state} HTTP/1.1\nHost: {host}\nContent-Length: 0\n\n", 405),
    ("POST of a form", "POST {path} HTTP/1.1\nHost: {host}\nContent-Length: 9\n\nstate=abc", 405),
    ("HEAD", "HEAD {path}?code={code}&state={state} HTTP/1.1\nHost: {host}\n\n", 405),
    ("OPTIONS of a page of the web", "OPTIONS {path} HTTP/1.1\nHost: {host}\nOrigin: https://evil.test\n\n", 405),
    ("another host (DNS rebinding)", "GET {path}?code={code}&state={state} HTTP/1.1\nHost: evil.test:{port}\n\n", 421),
    (
        "the other spelling of this computer",
        "GET {path}?code={code}&state={state} HTTP/1.1\nHost: 127.0.0.1:{port}\n\n",
        421,
    ),
    ("another port as host", "GET {path}?code={code}&state={state} HTTP/1.1\nHost: localhost:1\n\n", 421),
    ("no host", "GET {path}?code={code}&state={state} HTTP/1.1\n\n", 400),
    ("two hosts", "GET {path}?code={code}&state={state} HTTP/1.1\nHost: {host}\nHost: evil.test\n\n", 400),
    ("HTTP/0.9", "GET {path}?code={code}&state={state}\n\n", 400),
    ("TLS", "\u{16}\u{3}\u{1}\u{2}\n\n", 400),
    ("SSH", "SSH-2.0-scanner\n\n", 400),
    (
        "a request inside a request",
        "GET / HTTP/1.1\nHost: {host}\n\nGET {path}?code=evil HTTP/1.1\nHost: {host}\n\n",
        404,
    ),
];

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, request, status) in VISITORS {
        rows.push(attack(name, *status, |back| fill(request, back)).await);
    }
    rows.push(attack("a state cut short", 400, |back| fill(&cut(back), back)).await);
    let long =
        |back: &Back| fill(&format!("GET {{path}}?code={} HTTP/1.1\nHost: {{host}}\n\n", "A".repeat(9000)), back);
    rows.push(attack("a request line of 9 kB", 431, long).await);
    let fields =
        |back: &Back| fill(&format!("GET {{path}} HTTP/1.1\n{}Host: {{host}}\n\n", "X: 1\n".repeat(200)), back);
    rows.push(attack("200 header fields", 431, fields).await);
    let endless =
        |back: &Back| fill(&format!("GET {{path}} HTTP/1.1\nHost: {{host}}\nX: {}", "A".repeat(1 << 20)), back);
    rows.push(attack("a header of 1 MB", 431, endless).await);
    rows
}

/// A row is refused if the visitor got `status` (or was cut off while still talking), no code was shown to the provider
/// for it, its answer repeats nothing, and the browser is still served.
async fn attack(name: &str, status: u16, request: impl Fn(&Back) -> String) -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let answer = visit(&back, request(&back).as_bytes()).await.unwrap_or_default();
    let sent_away = answer.starts_with(&format!("HTTP/1.1 {status} ")) || (answer.is_empty() && status == 431);
    let repeats = answer.contains(&back.state) || answer.contains(&back.code) || answer.contains("evil");
    let undisturbed = desk.server.token_requests().is_empty() && !waiting.is_finished();
    let page = come_back(&back, &honest(&back)).await;
    let still_served = page.is_some() && waiting.await.unwrap().is_ok();
    Row::holds(
        name,
        sent_away && !repeats && undisturbed && still_served,
        &format!("refused with {status}, and the browser is served"),
    )
}

fn cut(back: &Back) -> String {
    format!("GET {{path}}?code={{code}}&state={} HTTP/1.1\nHost: {{host}}\n\n", &back.state[..back.state.len() - 1])
}

fn fill(request: &str, back: &Back) -> String {
    let port = back.redirect_uri.port().unwrap().to_string();
    let filled = request.replace('\n', "\r\n").replace("{path}", back.redirect_uri.path());
    let filled = filled.replace("{host}", &back.host()).replace("{port}", &port);
    filled.replace("{code}", &back.code).replace("{state}", &back.state)
}
