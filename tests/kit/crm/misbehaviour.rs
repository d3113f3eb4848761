//! Refusals, delays and lost replies.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Does nothing and answers. `{authorization}` in the body becomes the header of that name.
    Answer { status: u16, headers: Vec<(String, String)>, body: String },
    /// Does what was asked, and answers something else.
    AnswerAfter { status: u16, body: String },
    /// Does nothing and closes the connection.
    LoseRequest,
    /// Does what was asked and closes the connection without a word.
    LoseReply,
    /// Lets the other side wait, then does what was asked.
    Delay(Duration),
    /// Does what was asked, and lets the other side wait for its answer.
    DelayReply(Duration),
}

impl Misbehaviour {
    /// Refuses with problem details that repeat the caller's token.
    pub fn refuse(status: u16) -> Self {
        let body = r#"{"type":"about:blank","title":"No","status":0,"detail":"refused: {authorization}"}"#;
        Self::Answer { status, headers: Vec::new(), body: body.into() }
    }

    /// Refuses and names a time to wait.
    pub fn busy(status: u16, retry_after: &str) -> Self {
        Self::Answer { status, headers: vec![("retry-after".into(), retry_after.into())], body: String::new() }
    }

    /// Sends the caller elsewhere.
    pub fn redirect(to: &str) -> Self {
        Self::Answer { status: 307, headers: vec![("location".into(), to.into())], body: String::new() }
    }
}

/// What is going to go wrong.
#[derive(Default)]
pub struct Manners {
    planned: VecDeque<(String, Misbehaviour)>,
    losing: Option<(f64, StdRng)>,
}

impl Manners {
    /// `which` is how lines begin; with a `$` at its end, all of a line but its query.
    pub fn plan(&mut self, n: usize, which: &str, misbehaviour: Misbehaviour) {
        self.planned.extend(std::iter::repeat_n((which.to_owned(), misbehaviour), n));
    }

    pub fn plans_something(&self) -> bool {
        !self.planned.is_empty()
    }

    pub fn lose(&mut self, probability: f64, seed: u64) {
        self.losing = Some((probability, StdRng::seed_from_u64(seed)));
    }

    /// What goes wrong with the request of this line.
    pub fn about(&mut self, line: &str) -> Option<Misbehaviour> {
        if let Some(at) = self.planned.iter().position(|(which, _)| is_meant(which, line)) {
            return self.planned.remove(at).map(|(_, misbehaviour)| misbehaviour);
        }
        let (probability, chance) = self.losing.as_mut()?;
        if !chance.random_bool(*probability) {
            return None;
        }
        Some(if chance.random_bool(0.5) { Misbehaviour::LoseRequest } else { Misbehaviour::LoseReply })
    }
}

fn is_meant(which: &str, line: &str) -> bool {
    match which.strip_suffix('$') {
        Some(whole) => line.split('?').next() == Some(whole),
        None => line.starts_with(which),
    }
}

/// Breaks a connection off.
#[derive(Clone, Default)]
pub struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// From now on nothing is written to the connection; the answer is never seen.
    pub fn break_off(&self) -> Response {
        self.0.store(true, Ordering::SeqCst);
        StatusCode::NO_CONTENT.into_response()
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Connected<IncomingStream<'_, Breakable>> for Breaker {
    fn connect_info(stream: IncomingStream<'_, Breakable>) -> Self {
        stream.io().breaker.clone()
    }
}

/// Accepts connections that can be broken off.
pub struct Breakable(pub TcpListener);

impl Listener for Breakable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        (Connection { stream, breaker: Breaker::default() }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

pub struct Connection {
    stream: TcpStream,
    breaker: Breaker,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.breaker.check()?;
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planned_happens_once_and_only_to_what_it_was_planned_for() {
        let mut manners = Manners::default();
        manners.plan(1, "PUT /emails", Misbehaviour::LoseReply);
        assert_eq!(manners.about("GET /emails/1"), None);
        assert_eq!(manners.about("PUT /emails/1"), Some(Misbehaviour::LoseReply));
        assert_eq!(manners.about("PUT /emails/1"), None);
        manners.plan(1, "PUT /emails$", Misbehaviour::LoseReply);
        assert_eq!(manners.about("PUT /emails/1"), None);
        assert_eq!(manners.about("PUT /emails?x=1"), Some(Misbehaviour::LoseReply));
    }

    #[test]
    fn the_same_seed_loses_the_same_requests() {
        let losses = || {
            let mut manners = Manners::default();
            manners.lose(0.5, 7);
            (0..64).map(|_| manners.about("GET /me").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(losses(), losses());
        assert!(losses().contains(&true) && losses().contains(&false));
    }
}
