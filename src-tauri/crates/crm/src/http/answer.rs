//! What an answer of the CRM means, and what it means that none came.
//!
//! Errors are problem details (RFC 9457) of which every field may be missing. The only thing that counts is the status;
//! the text is the CRM's own words for whoever has to mend it.

use std::time::{Duration, SystemTime};

use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::chosen::Unsendable;

/// The longest text of the CRM that is kept, in characters.
const LONGEST_DETAIL: usize = 300;

/// The longest wait that is granted.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// What it means when a request has left and no clear answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing: the request can be repeated.
    Harmless,
    /// The mail may be logged; only looking it up tells.
    LeavesOpen,
}

impl Silence {
    fn kind(self) -> CrmFaultKind {
        match self {
            Self::Harmless => CrmFaultKind::Transient,
            Self::LeavesOpen => CrmFaultKind::OutcomeUnknown,
        }
    }
}

/// The fault of a request that got no answer.
pub fn unanswered(error: &reqwest::Error, silence: Silence) -> CrmFault {
    if let Some(unsendable) = Unsendable::among_causes(error) {
        return unsendable.into();
    }
    match otomo_net::classify_http(error) {
        (fault, false) => fault.into(),
        (fault, true) => CrmFault::new(silence.kind(), fault.to_string()),
    }
}

/// An answer, with its body as far as it came.
pub struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    body: Result<Vec<u8>, CrmFault>,
    silence: Silence,
}

impl Answer {
    /// Reads the body, up to a limit in bytes.
    pub async fn read(response: Response, limit: usize, silence: Silence) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: body(response, limit, silence).await, silence }
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it came.
    pub fn body(&self) -> Result<&[u8], CrmFault> {
        self.body.as_deref().map_err(Clone::clone)
    }

    /// The body as what the contract promises. A parser's message may quote what it read, so only the place is told.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CrmFault> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        serde_json::from_slice(body).map_err(|e| {
            let place = format!("line {} column {}", e.line(), e.column());
            CrmFault::new(CrmFaultKind::Protocol, format!("the answer is not what the contract promises ({place})"))
        })
    }

    /// The fault an answer stands for that is not the hoped-for one. `token` is kept out of its text, wherever the CRM
    /// may have put it.
    pub fn fault(&self, token: &str) -> CrmFault {
        self.fault_saying(&self.error::<Problem>().words(), token)
    }

    /// The same for an API that has other words in other places.
    pub fn fault_saying(&self, said: &str, token: &str) -> CrmFault {
        let said = said.replace(token, "…");
        let said: String = said.chars().filter(|c| !c.is_control()).take(LONGEST_DETAIL).collect();
        let detail = match (said.is_empty(), self.status.is_redirection()) {
            (false, _) => said,
            (true, false) => self.status.to_string(),
            (true, true) => format!("{}: the address leads elsewhere, and redirects are not followed", self.status),
        };
        CrmFault { kind: kind(self.status, self.silence), detail, retry_after: retry_after(&self.headers) }
    }

    /// What the body says of an error; nothing, if it can't be read.
    pub fn error<T: DeserializeOwned + Default>(&self) -> T {
        self.body.as_ref().ok().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default()
    }

    /// The time on the CRM's clock.
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.headers.get(DATE)?.to_str().ok()?).ok()
    }
}

async fn body(mut response: Response, limit: usize, silence: Silence) -> Result<Vec<u8>, CrmFault> {
    let announced = response.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let too_long = || CrmFault::new(CrmFaultKind::Protocol, format!("the answer is longer than {limit} bytes"));
    // The answer to HEAD announces a body that does not come.
    let mut body = Vec::with_capacity(announced.unwrap_or_default().min(64 << 10));
    let broken = |e| CrmFault::new(silence.kind(), otomo_net::classify_http(&e).0.to_string());
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        if body.len() + piece.len() > limit {
            return Err(too_long());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What a status that was not hoped for means, as far as HTTP itself says. Whoever knows more of an API, as that a 503 of
/// it means that nothing was done, says so about its own answers.
fn kind(status: StatusCode, silence: Silence) -> CrmFaultKind {
    match status.as_u16() {
        401 => CrmFaultKind::SignInNeeded,
        // What has to be paid for is not granted either.
        402 | 403 => CrmFaultKind::Forbidden,
        404 => CrmFaultKind::NotFound,
        409 => CrmFaultKind::Conflict,
        413 => CrmFaultKind::TooLarge,
        400 | 415 | 422 => CrmFaultKind::Rejected,
        424 => CrmFaultKind::AttachmentMissing,
        429 => CrmFaultKind::RateLimited,
        // Refused before it was worked on (RFC 8470 §5.2), or by the network before it got there (RFC 6585 §6).
        425 | 511 => CrmFaultKind::Transient,
        // The server is not made for this: asking again changes nothing (RFC 9110 §15.6.2, §15.6.6).
        501 | 505 => CrmFaultKind::Protocol,
        // It, or whatever stands before it, may have done what it was asked to and then failed, or have put it off.
        408 | 500..=599 => silence.kind(),
        200..=299 if silence == Silence::LeavesOpen => CrmFaultKind::OutcomeUnknown,
        _ => CrmFaultKind::Protocol,
    }
}

/// RFC 9457, and what the contract adds to it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    missing_scopes: Vec<String>,
}

impl Problem {
    fn words(self) -> String {
        if self.missing_scopes.is_empty() {
            return self.detail.or(self.title).unwrap_or_default();
        }
        self.missing_scopes.join(", ")
    }
}

/// How long to wait (RFC 9110 §10.2.3). A date is taken by the CRM's own clock: the difference from its `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(RETRY_AFTER)?;
    let asked = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let now = httpdate::parse_http_date(text(DATE)?).ok()?;
            httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()
        }
    };
    Some(asked.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(HeaderName, &str)], body: &str, silence: Silence) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers, body: Ok(body.as_bytes().to_vec()), silence }
    }

    /// A status while logging a mail, and while doing anything else.
    fn check(status: u16, logging: CrmFaultKind, otherwise: CrmFaultKind) {
        let kind = |silence| answer(status, &[], "", silence).fault("token").kind;
        assert_eq!((kind(Silence::LeavesOpen), kind(Silence::Harmless)), (logging, otherwise), "{status}");
    }

    fn always(status: u16, kind: CrmFaultKind) {
        check(status, kind, kind);
    }

    #[test]
    fn a_lapsed_sign_in_and_a_missing_permission_are_told_apart() {
        always(401, CrmFaultKind::SignInNeeded);
        always(403, CrmFaultKind::Forbidden);
        always(402, CrmFaultKind::Forbidden);
    }

    #[test]
    fn a_refusal_says_what_is_wrong_with_the_mail() {
        always(404, CrmFaultKind::NotFound);
        always(409, CrmFaultKind::Conflict);
        always(413, CrmFaultKind::TooLarge);
        always(400, CrmFaultKind::Rejected);
        always(415, CrmFaultKind::Rejected);
        always(422, CrmFaultKind::Rejected);
        always(424, CrmFaultKind::AttachmentMissing);
    }

    #[test]
    fn a_status_that_says_nothing_was_done_allows_another_try() {
        always(425, CrmFaultKind::Transient);
        always(429, CrmFaultKind::RateLimited);
        always(511, CrmFaultKind::Transient);
    }

    #[test]
    fn a_server_that_failed_leaves_open_whether_the_mail_was_logged() {
        for status in [408, 500, 502, 503, 504, 507, 599] {
            check(status, CrmFaultKind::OutcomeUnknown, CrmFaultKind::Transient);
        }
    }

    #[test]
    fn a_success_of_another_kind_leaves_open_whether_the_mail_was_logged() {
        for status in [202, 204] {
            check(status, CrmFaultKind::OutcomeUnknown, CrmFaultKind::Protocol);
        }
    }

    #[test]
    fn what_the_contract_does_not_know_is_no_answer() {
        for status in [301, 302, 307, 308, 304, 405, 410, 418, 451, 501, 505] {
            always(status, CrmFaultKind::Protocol);
        }
    }

    #[test]
    fn an_address_that_leads_elsewhere_is_said_to() {
        let detail = answer(302, &[], "<html>", Silence::LeavesOpen).fault("token").detail;
        assert_eq!(detail, "302 Found: the address leads elsewhere, and redirects are not followed");
    }

    /// A server that takes a request and never answers.
    async fn check_unanswered(silence: Silence, expected: CrmFaultKind) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let net = otomo_net::Net::new(&otomo_net::NetConfig::default()).unwrap();
        let request = net.http().put(url).body("mail").timeout(Duration::from_millis(100));
        let error = request.send().await.unwrap_err();
        assert_eq!(unanswered(&error, silence).kind, expected, "{error:?}");
    }

    #[tokio::test]
    async fn a_server_that_never_answers_leaves_open_whether_the_mail_was_logged() {
        check_unanswered(Silence::LeavesOpen, CrmFaultKind::OutcomeUnknown).await;
        check_unanswered(Silence::Harmless, CrmFaultKind::Transient).await;
    }

    fn said(body: &str) -> String {
        answer(403, &[], body, Silence::Harmless).fault("s3cret").detail
    }

    #[test]
    fn a_problem_may_lack_any_of_its_fields() {
        assert_eq!(said(r#"{"title":"T","detail":"D"}"#), "D");
        assert_eq!(said(r#"{"title":"T"}"#), "T");
        assert_eq!(said(r#"{"detail":"D","missing_scopes":["mail:write","files"]}"#), "mail:write, files");
        for body in ["{}", "", "<html>", "[]", r#"{"detail":5}"#] {
            assert_eq!(said(body), "403 Forbidden", "{body:?}");
        }
    }

    #[test]
    fn what_the_crm_says_is_cut_and_put_on_one_line() {
        assert_eq!(said(&format!(r#"{{"detail":"{}"}}"#, "あ".repeat(1000))).chars().count(), LONGEST_DETAIL);
        assert_eq!(said(r#"{"detail":"a\r\nb\u001b[31m"}"#), "ab[31m");
    }

    #[test]
    fn a_token_that_the_crm_echoes_is_taken_out() {
        assert_eq!(said(r#"{"detail":"Bearer s3cret is not known"}"#), "Bearer … is not known");
        assert_eq!(said(r#"{"missing_scopes":["s3cret"]}"#), "…");
    }

    fn wait(headers: &[(HeaderName, &str)]) -> Option<u64> {
        answer(429, headers, "", Silence::Harmless).fault("t").retry_after.map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_in_seconds_or_as_a_date_by_the_crms_own_clock() {
        assert_eq!(wait(&[(RETRY_AFTER, "120")]), Some(120));
        let (now, then) = ((DATE, "Sun, 22 Nov 2026 05:00:00 GMT"), (RETRY_AFTER, "Sun, 22 Nov 2026 05:02:00 GMT"));
        assert_eq!(wait(&[now.clone(), then.clone()]), Some(120));
        assert_eq!(wait(&[then]), None);
        assert_eq!(wait(&[now, (RETRY_AFTER, "Sat, 21 Nov 2026 05:00:00 GMT")]), Some(0));
        assert_eq!(wait(&[(RETRY_AFTER, "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn no_crm_can_ask_for_more_than_a_day() {
        assert_eq!(wait(&[(RETRY_AFTER, "999999999999")]), Some(24 * 3600));
    }

    #[test]
    fn a_parsers_message_never_quotes_the_answer() {
        let fault = answer(200, &[], r#"{"a": "secret mail"}"#, Silence::Harmless).json::<Vec<u8>>().unwrap_err();
        assert!(!fault.detail.contains("secret"), "{fault}");
    }
}
