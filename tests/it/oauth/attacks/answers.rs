//! Answers with the right state that are wrong otherwise: they end the attempt, and no code goes anywhere.

use otomo_domain::oauth::Provider;

use super::super::{Desk, come_back, honest};
use super::Row;

/// `{code}`, `{state}` and `{issuer}` stand for what is right.
const ANSWERS: &[(&str, &str, &str)] = &[
    ("iss of another provider", "code={code}&state={state}&iss=https%3A%2F%2Fevil.test", "Mismatch"),
    ("iss that only begins like the right one", "code={code}&state={state}&iss={issuer}.evil.test", "Mismatch"),
    ("iss that is empty", "code={code}&state={state}&iss=", "Mismatch"),
    ("a refusal with another's iss", "error=access_denied&state={state}&iss=https%3A%2F%2Fevil.test", "Mismatch"),
    ("no code", "state={state}", "Protocol"),
    ("an empty code", "code=&state={state}", "Protocol"),
    ("CRLF in the code", "code={code}%0d%0aX-Evil:%201&state={state}", "Protocol"),
    ("NUL in the code", "code={code}%00&state={state}", "Protocol"),
    ("tokens instead of a code", "access_token=evil&token_type=Bearer&state={state}", "Protocol"),
    ("the rep says no", "error=access_denied&state={state}", "Denied"),
    ("a refusal and a code at once", "error=access_denied&code={code}&state={state}", "Denied"),
    ("a refusal that nobody knows", "error=%3Cscript%3E&state={state}", "Protocol"),
    (
        "the administrator's approval is missing",
        "error=consent_required&error_description=AADSTS90094%3A+no&state={state}",
        "ApprovalNeeded",
    ),
    ("a rule of the organisation", "error=access_denied&error_description=AADSTS53003%3A+no&state={state}", "Blocked"),
    ("Advanced Protection", "error=access_denied&error_description=policy_enforced&state={state}", "ProtectedAccount"),
];

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, query, expected) in ANSWERS {
        rows.push(attack(name, query, expected, |_| {}).await);
    }
    let names_issuer = |provider: &mut Provider| provider.names_issuer = true;
    rows.push(
        attack("no iss where the provider names it always", "code={code}&state={state}", "Mismatch", names_issuer)
            .await,
    );
    rows.push(html_in_the_description().await);
    rows
}

async fn attack(name: &str, query: &str, expected: &str, adjust: impl Fn(&mut Provider)) -> Row {
    let mut desk = Desk::new().await;
    adjust(&mut desk.provider);
    let (waiting, back) = desk.waiting().await;
    let query = query.replace("{code}", &back.code).replace("{state}", &back.state);
    let page = come_back(&back, &query.replace("{issuer}", &desk.server.base())).await.unwrap();
    let outcome = waiting.await.unwrap();
    let silent = !page.contains(&back.state) && !page.contains("evil") && !page.contains("script");
    Row::fault(name, outcome, expected).and(silent && desk.server.token_requests().is_empty())
}

/// It reaches the program as text of one line, and the page not at all.
async fn html_in_the_description() -> Row {
    let desk = Desk::new().await;
    let (waiting, back) = desk.waiting().await;
    let html = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%0d%0a%E2%80%AEtxt";
    let query = format!("error=access_denied&error_description={html}{}&state={}", "A".repeat(2000), back.state);
    let page = come_back(&back, &query).await.unwrap();
    let fault = waiting.await.unwrap().err().unwrap();
    let one_line = !fault.detail.contains(['\r', '\n', '\u{202e}']) && fault.detail.chars().count() <= 300;
    Row::holds("HTML in the description", one_line && !page.contains("img"), "refused as Denied, in one line of text")
}

#[tokio::test]
async fn an_answer_with_the_right_iss_is_taken() {
    let mut desk = Desk::new().await;
    desk.provider.names_issuer = true;
    let (waiting, back) = desk.waiting().await;
    come_back(&back, &format!("{}&iss={}", honest(&back), desk.server.base())).await.unwrap();
    assert!(waiting.await.unwrap().is_ok());
}
