//! What a fake CRM does with every request before its own rules: it writes it down, and misbehaves as planned.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use super::misbehaviour::{Breaker, Manners, Misbehaviour};

/// The largest request that is read, in bytes.
pub const LARGEST: usize = 64 << 20;

/// What came in, and what is going to go wrong.
pub struct Traffic {
    /// Where the paths begin; left out of the lines that misbehaviour is planned for.
    base: &'static str,
    /// The header that carries the caller's secret.
    secret: &'static str,
    pub manners: Manners,
    pub requests: Vec<super::Request>,
    /// Lines of requests that were carried out and whose answer was lost on purpose.
    pub unanswered: Vec<String>,
}

impl Traffic {
    pub fn new(base: &'static str, secret: &'static str) -> Self {
        Self { base, secret, manners: Manners::default(), requests: Vec::new(), unanswered: Vec::new() }
    }
}

/// Puts the front before a server's paths.
pub fn before(paths: Router, traffic: Arc<Mutex<Traffic>>) -> Router {
    paths.layer(middleware::from_fn_with_state(traffic, front))
}

async fn front(
    State(traffic): State<Arc<Mutex<Traffic>>>,
    ConnectInfo(connection): ConnectInfo<Breaker>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return (StatusCode::BAD_REQUEST, "the request is cut off, or too large").into_response();
    };
    let (line, misbehaviour, secret) = {
        let mut traffic = traffic.lock().expect("no handler panicked");
        let request = recorded(&parts, &body);
        let line = request.line().replacen(traffic.base, "", 1);
        let misbehaviour = traffic.manners.about(&line);
        let secret = request.header(traffic.secret).unwrap_or_default().to_owned();
        traffic.requests.push(request);
        (line, misbehaviour, secret)
    };
    let go_on = next.run(Request::from_parts(parts, Body::from(body)));
    match misbehaviour {
        None => go_on.await,
        Some(Misbehaviour::Delay(span)) => {
            tokio::time::sleep(span).await;
            go_on.await
        }
        Some(Misbehaviour::Answer { status, headers, body }) => {
            // What a careless server does: it repeats the secret to whoever asks.
            answer(status, &headers, body.replace("{authorization}", &secret))
        }
        Some(Misbehaviour::AnswerAfter { status, body }) => {
            go_on.await;
            answer(status, &[], body)
        }
        Some(Misbehaviour::LoseRequest) => connection.break_off(),
        Some(Misbehaviour::LoseReply) => {
            if go_on.await.status().is_success() {
                traffic.lock().expect("no handler panicked").unanswered.push(line);
            }
            connection.break_off()
        }
    }
}

fn recorded(parts: &Parts, body: &Bytes) -> super::Request {
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    let headers = parts.headers.iter().map(header).collect();
    super::Request { method: parts.method.to_string(), path, headers, body: body.clone() }
}

/// An answer of a server that speaks problem details (RFC 9457).
pub fn answer(status: u16, headers: &[(String, String)], body: String) -> Response {
    let mut response = Response::builder().status(status).header(CONTENT_TYPE, "application/problem+json");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("a status and headers as HTTP knows them")
}
