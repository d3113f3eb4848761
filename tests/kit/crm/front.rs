//! What a fake CRM does with every request before its own rules: it writes it down, and misbehaves as planned.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use otomo_domain::time::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::misbehaviour::{Breakable, Breaker, Manners, Misbehaviour};
use super::waits::Waits;

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
    came: usize,
    waits: Waits,
    /// Lines of requests that were carried out and whose answer was lost on purpose.
    pub unanswered: Vec<String>,
}

impl Traffic {
    fn new(base: &'static str, secret: &'static str) -> Self {
        let (manners, waits) = (Manners::default(), Waits::default());
        Self { base, secret, manners, requests: Vec::new(), came: 0, waits, unanswered: Vec::new() }
    }
}

/// A fake CRM on a loopback port, with the front before its paths. It stops when dropped.
pub struct Front {
    address: SocketAddr,
    traffic: Arc<Mutex<Traffic>>,
    serving: JoinHandle<()>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Front {
    /// Serves these paths, which begin at `base`, to whoever names their secret in the header `secret`.
    pub async fn start(paths: Router, base: &'static str, secret: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let traffic = Arc::new(Mutex::new(Traffic::new(base, secret)));
        let router = paths.layer(middleware::from_fn_with_state(traffic.clone(), front));
        let router = router.into_make_service_with_connect_info::<Breaker>();
        let serving = tokio::spawn(async move {
            axum::serve(Breakable(listener), router).await.expect("serving does not end");
        });
        Self { address, traffic, serving }
    }

    /// Stops; from then on connections are refused.
    pub async fn stop(&self) {
        self.serving.abort();
        while !self.serving.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().expect("no handler panicked")
    }

    /// The next `n` requests whose line begins with `which` (as `PUT /emails`; the base path is left out) go wrong.
    pub fn next(&self, n: usize, which: &str, misbehaviour: Misbehaviour) {
        self.traffic().manners.plan(n, which, misbehaviour);
    }

    /// Whether something that was planned has not happened yet.
    pub fn plans_something(&self) -> bool {
        self.traffic().manners.plans_something()
    }

    /// From now on every request or reply gets lost with this probability, as the seed has it.
    pub fn lose(&self, probability: f64, seed: u64) {
        self.traffic().manners.lose(probability, seed);
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.traffic().manners = Manners::default();
    }

    /// Every request so far, answered or not.
    pub fn requests(&self) -> Vec<super::Request> {
        self.traffic().requests.clone()
    }

    /// How many requests have come in.
    pub fn came(&self) -> usize {
        self.traffic().came
    }

    /// Keeps nothing any more of the requests so far but their number.
    pub fn forget_requests(&self) {
        self.traffic().requests.clear();
    }

    /// From now on counts who comes before the time is over that an answer asked for, by this clock.
    pub fn keep_waits(&self, now: impl Fn() -> Timestamp + Send + 'static) {
        self.traffic().waits.keep(now);
    }

    /// How many requests came before that.
    pub fn came_early(&self) -> usize {
        self.traffic().waits.broken
    }

    /// Holds nobody any more to what answers have asked for so far.
    pub fn forgive_waits(&self) {
        self.traffic().waits.forgive();
    }

    /// How many requests whose line begins with `which` were carried out without the other side ever hearing of it:
    /// each one a double, if it were sent again blindly and the CRM kept both.
    pub fn unanswered(&self, which: &str) -> usize {
        self.traffic().unanswered.iter().filter(|line| line.starts_with(which)).count()
    }
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
        traffic.came += 1;
        traffic.waits.came();
        (line, misbehaviour, secret)
    };
    let go_on = next.run(Request::from_parts(parts, Body::from(body)));
    let response = match misbehaviour {
        None => go_on.await,
        Some(Misbehaviour::Delay(span)) => {
            tokio::time::sleep(span).await;
            go_on.await
        }
        Some(Misbehaviour::DelayReply(span)) => {
            let done = go_on.await;
            tokio::time::sleep(span).await;
            done
        }
        Some(Misbehaviour::Answer { status, headers, body }) => {
            // What a careless server does: it repeats the secret to whoever asks.
            answer(status, &headers, body.replace("{authorization}", &secret))
        }
        Some(Misbehaviour::AnswerAfter { status, body }) => {
            go_on.await;
            answer(status, &[], body)
        }
        Some(Misbehaviour::LoseRequest) => return connection.break_off(),
        Some(Misbehaviour::LoseReply) => {
            if go_on.await.status().is_success() {
                traffic.lock().expect("no handler panicked").unanswered.push(line);
            }
            return connection.break_off();
        }
    };
    traffic.lock().expect("no handler panicked").waits.answered(&response);
    response
}

/// A request as it is written down.
pub fn recorded(parts: &Parts, body: &Bytes) -> super::Request {
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
