//! A submission server that takes mail, and misbehaves on command.
//!
//! It listens on a loopback port with a certificate of its own and writes down every line it gets. Without a [`Quirk`] it
//! is a good server: a test that passes with one and would pass without it shows nothing.

mod conversation;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use otomo_domain::account::{Endpoint, Security};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::certificate::{Certificate, Identity};
use conversation::Conversation;

/// Who may sign in.
pub const USER: &str = "taro@example.test";
pub const PASSWORD: &str = "taro pw é";
pub const TOKEN: &str = "ya29.good-token";

/// One thing the server does wrong, or just differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// Greets with this line.
    Greets(&'static str),
    /// Offers these after EHLO, and nothing else.
    Offers(&'static [&'static str]),
    /// Answers a line that begins with the first with the second, line by line.
    Answers(&'static str, &'static str),
    /// Sends more in the clear, in the segment in which it agrees to TLS.
    InjectsBeforeTls(&'static str),
    /// Refuses a token with this JSON, or with no challenge if it is empty.
    Challenges(&'static str),
    /// Says this about every sign-in, right or wrong; `{sent}` stands for what the client sent.
    SignIn(&'static str),
    /// Has the whole message and goes away.
    ClosesAfterMessage,
    /// Has the whole message and says nothing.
    SilentAfterMessage,
    /// Says the line again and again, whatever it is asked.
    Endless(&'static str),
}

/// A mail that the server took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    /// As it came over the wire, without the dots that were added.
    pub message: Vec<u8>,
}

/// What the server saw and how it behaves.
#[derive(Debug, Default)]
struct Script {
    quirks: Vec<Quirk>,
    clear: Mutex<Vec<String>>,
    protected: Mutex<Vec<String>>,
    taken: Mutex<Vec<Taken>>,
}

/// A running server; dropping it stops it.
pub struct SmtpServer {
    address: SocketAddr,
    security: Security,
    script: Arc<Script>,
    identity: Arc<Identity>,
    task: JoinHandle<()>,
}

impl SmtpServer {
    /// TLS from the first byte.
    pub async fn start(quirks: impl IntoIterator<Item = Quirk>) -> Self {
        Self::launch(quirks, Security::Tls).await
    }

    /// Plain at first.
    pub async fn start_plain(quirks: impl IntoIterator<Item = Quirk>) -> Self {
        Self::launch(quirks, Security::StartTls).await
    }

    async fn launch(quirks: impl IntoIterator<Item = Quirk>, security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script { quirks: quirks.into_iter().collect(), ..Script::default() });
        let identity = Arc::new(Identity::new(Certificate::Good));
        let task = tokio::spawn(serve(listener, security, identity.acceptor(), Arc::clone(&script)));
        Self { address, security, script, identity, task }
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.address.ip().to_string(), self.address.port(), self.security)
    }

    /// The certificate that a client has to trust.
    pub fn ca(&self) -> &Path {
        self.identity.ca()
    }

    /// The lines that the client sent before TLS.
    pub fn got_in_the_clear(&self) -> Vec<String> {
        self.script.clear.lock().unwrap().clone()
    }

    /// The lines that the client sent through TLS, messages left out.
    pub fn got(&self) -> Vec<String> {
        self.script.protected.lock().unwrap().clone()
    }

    /// The lines among them that begin with this.
    pub fn got_of(&self, beginning: &str) -> Vec<String> {
        self.got().into_iter().filter(|line| line.starts_with(beginning)).collect()
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.script.taken.lock().unwrap().clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    fn has(&self, quirk: &Quirk) -> bool {
        self.quirks.contains(quirk)
    }

    /// The first thing a quirk says.
    fn find<T>(&self, pick: impl Fn(&Quirk) -> Option<T>) -> Option<T> {
        self.quirks.iter().find_map(pick)
    }
}

async fn serve(listener: TcpListener, security: Security, acceptor: TlsAcceptor, script: Arc<Script>) {
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(converse(tcp, security, acceptor.clone(), Arc::clone(&script)));
    }
}

/// Talks until one side ends it.
async fn converse(tcp: TcpStream, security: Security, acceptor: TlsAcceptor, script: Arc<Script>) -> Option<()> {
    if security == Security::Tls {
        let stream = acceptor.accept(tcp).await.ok()?;
        return Conversation::new(stream, script, true).run(true).await.map(drop);
    }
    let tcp = Conversation::new(tcp, Arc::clone(&script), false).run(true).await?;
    let stream = acceptor.accept(tcp).await.ok()?;
    Conversation::new(stream, script, true).run(false).await.map(drop)
}
