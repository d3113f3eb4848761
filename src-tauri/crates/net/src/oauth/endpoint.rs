//! Requests to a provider's endpoints, whole answers back.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

use futures::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse, RequestTokenError, http};
use otomo_domain::error::{NetFaultKind, OAuthFault, OAuthFaultKind};
use otomo_domain::secret::SecretString;
use reqwest::{Request, StatusCode};
use tokio::time::timeout;

use super::answer::Refusal;
use crate::{Net, classify_http};

/// How long a request may take with its answer.
const WHOLE: Duration = Duration::from_secs(30);

/// What no answer of a token endpoint comes near.
const LARGEST: usize = 1 << 20;

/// A provider's endpoints, for `oauth2` to ask.
pub struct Endpoints {
    net: Arc<Net>,
    date: OnceLock<i64>,
}

impl Endpoints {
    pub fn new(net: &Arc<Net>) -> Self {
        Self { net: Arc::clone(net), date: OnceLock::new() }
    }

    /// When the provider answered, in seconds since 1970 by its own clock.
    pub fn date(&self) -> Option<i64> {
        self.date.get().copied()
    }
}

impl<'c> AsyncHttpClient<'c> for Endpoints {
    type Error = OAuthFault;
    type Future = BoxFuture<'c, Result<HttpResponse, OAuthFault>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async {
            let response = send(&self.net, request).await?;
            if let Some(date) = date(&response) {
                let _earlier = self.date.set(date);
            }
            Ok(response)
        })
    }
}

/// RFC 9110 §6.6.1.
fn date(response: &HttpResponse) -> Option<i64> {
    let date = httpdate::parse_http_date(response.headers().get(http::header::DATE)?.to_str().ok()?).ok()?;
    i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// Sends a request that `oauth2` made. Whatever is no answer of an endpoint that works is a fault already: redirects,
/// which are never followed, and what RFC 6749 doesn't know (429, 5xx).
pub async fn send(net: &Net, request: HttpRequest) -> Result<HttpResponse, OAuthFault> {
    let request = Request::try_from(request).map_err(|_| protocol("the request cannot be made"))?;
    match timeout(WHOLE, exchange(net, request)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(OAuthFault::new(OAuthFaultKind::Net(NetFaultKind::TimedOut), "the provider takes too long")),
    }
}

async fn exchange(net: &Net, request: Request) -> Result<HttpResponse, OAuthFault> {
    if request.url().scheme() != "https" {
        return Err(OAuthFault::new(OAuthFaultKind::SetupWrong, "the provider's address is not https"));
    }
    let lost = |error: reqwest::Error| OAuthFault::from(classify_http(&error).0);
    let mut response = net.http().execute(request).await.map_err(lost)?;
    let status = response.status();
    if status.is_redirection() {
        return Err(protocol(&format!("the provider sends elsewhere ({status})")));
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(OAuthFault::new(OAuthFaultKind::Temporary, status.to_string()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(protocol("the provider's answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = response.headers().clone();
    Ok(answer)
}

pub fn protocol(detail: &str) -> OAuthFault {
    OAuthFault::new(OAuthFaultKind::Protocol, detail)
}

/// What a failed request means. An answer that can't be read is never quoted: it may hold tokens.
pub fn fault(error: RequestTokenError<OAuthFault, Refusal>, secrets: &[&SecretString]) -> OAuthFault {
    match error {
        RequestTokenError::ServerResponse(refusal) => refusal.fault(secrets),
        RequestTokenError::Request(fault) => fault,
        RequestTokenError::Parse(error, _) => {
            let place = error.inner();
            protocol(&format!(
                "the provider's answer cannot be read (line {}, column {})",
                place.line(),
                place.column()
            ))
        }
        RequestTokenError::Other(_) => protocol("the provider's answer is not what RFC 6749 promises"),
    }
}
