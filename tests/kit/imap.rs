//! An IMAP server that serves a list of messages, and misbehaves on command.
//!
//! It listens on a loopback port with a certificate of its own, writes down every byte it gets, and knows just the
//! commands a reader of mail needs. Without a [`Fault`] it is a good server: a test that passes with one and would pass
//! without it shows nothing.

mod conversation;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use otomo_domain::account::{Endpoint, Security};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use crate::certificate::Certificate;
use crate::certificate::Identity;
use conversation::{Conversation, Next};

/// Who may sign in.
pub const USER: &str = "taro@example.test";
pub const PASSWORD: &str = "taro \"app\" pw\\é";
pub const TOKEN: &str = "ya29.good-token";

/// One thing the server does wrong, or just differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Greets with this line.
    Greeting(&'static str),
    /// Knows no STARTTLS.
    NoStartTls,
    /// Sends more in the clear, in the segment in which it agrees to TLS.
    InjectsBeforeTls(&'static str),
    /// Answers CAPABILITY with these.
    Capabilities(&'static str),
    /// Refuses PLAIN before the client could send its password.
    RefusesPlain,
    /// Answers a sign-in with this, right or wrong; `{password}` stands for what the client sent.
    SignIn(&'static str),
    /// Refuses a token with this JSON, or with no challenge if it is empty.
    Challenges(&'static str),
    /// Goes away when the client has answered a challenge.
    HangsUpAfterChallenge,
    /// Lists this besides.
    Lists(&'static str),
    /// Answers EXAMINE with this.
    Examines(&'static str),
    /// Says that there are so many messages.
    Exists(u32),
    /// Has another UIDVALIDITY each time.
    NewUidValidity,
    NoUidNext,
    /// Announces sizes a hundred times too small.
    SmallSizes,
    /// Says this before every answer to a FETCH.
    Unsolicited(&'static str),
    /// Answers the first FETCH of messages when it has so many commands.
    WaitsForCommands(usize),
    /// Gives every FETCH answer twice.
    Twice,
    /// Gives the messages of a FETCH from the last to the first.
    Backwards,
    /// Has lost the message with this UID when it is fetched.
    Gone(u32),
    /// Says this instead of the answers to a FETCH of messages, and then goes on saying it.
    Endless(&'static str),
    /// Says this instead of the answers to a FETCH of messages, and then nothing more.
    Says(&'static str),
    /// Closes the connection after so many bytes of answers to a FETCH of messages.
    ClosesAfter(usize),
    /// Ends a FETCH of messages with this; `{tag}` stands for the tag.
    Ends(&'static str),
}

/// What the server saw and did.
#[derive(Debug, Default)]
struct Record {
    clear: Mutex<Vec<u8>>,
    protected: Mutex<Vec<u8>>,
    sent: AtomicU64,
}

/// What the server has and how it behaves.
#[derive(Debug)]
struct Script {
    messages: Vec<Vec<u8>>,
    faults: Vec<Fault>,
    record: Record,
}

/// A running server; dropping it stops it.
pub struct ImapServer {
    address: SocketAddr,
    security: Security,
    script: Arc<Script>,
    identity: Arc<Identity>,
    task: JoinHandle<()>,
}

impl ImapServer {
    /// Serves `messages`, whose UIDs are 10, 20, 30 and so on, over TLS from the first byte.
    pub async fn start(messages: Vec<Vec<u8>>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::launch(messages, faults, Security::Tls, Certificate::Good).await
    }

    /// The same, plain at first.
    pub async fn start_plain(messages: Vec<Vec<u8>>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::launch(messages, faults, Security::StartTls, Certificate::Good).await
    }

    /// An empty mailbox behind this certificate.
    pub async fn with_certificate(certificate: Certificate) -> Self {
        Self::launch(Vec::new(), [], Security::Tls, certificate).await
    }

    async fn launch(
        messages: Vec<Vec<u8>>,
        faults: impl IntoIterator<Item = Fault>,
        security: Security,
        certificate: Certificate,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let faults = faults.into_iter().collect();
        let script = Arc::new(Script { messages, faults, record: Record::default() });
        let identity = Arc::new(Identity::new(certificate));
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

    /// What the client sent before TLS.
    pub fn got_in_the_clear(&self) -> String {
        String::from_utf8_lossy(&self.script.record.clear.lock().unwrap()).into_owned()
    }

    /// What the client sent through TLS.
    pub fn got(&self) -> String {
        String::from_utf8_lossy(&self.script.record.protected.lock().unwrap()).into_owned()
    }

    /// How many bytes the server got rid of.
    pub fn sent(&self) -> u64 {
        self.script.record.sent.load(Ordering::Relaxed)
    }
}

impl Drop for ImapServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }

    /// The first thing a fault says.
    fn find<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.faults.iter().find_map(pick)
    }
}

async fn serve(listener: TcpListener, security: Security, acceptor: TlsAcceptor, script: Arc<Script>) {
    while let Ok((tcp, _)) = listener.accept().await {
        let (acceptor, script) = (acceptor.clone(), Arc::clone(&script));
        tokio::spawn(async move {
            match security {
                Security::Tls => protected(tcp, &acceptor, script, true).await,
                Security::Clear => {
                    run(Conversation::new(tcp, script, true), true).await;
                }
                Security::StartTls => {
                    let plain = Conversation::new(tcp, Arc::clone(&script), false);
                    if let Some(tcp) = run(plain, true).await {
                        protected(tcp, &acceptor, script, false).await;
                    }
                }
            }
        });
    }
}

async fn protected(tcp: TcpStream, acceptor: &TlsAcceptor, script: Arc<Script>, greets: bool) {
    if let Ok(stream) = acceptor.accept(tcp).await {
        run(Conversation::new(stream, script, true), greets).await;
    }
}

/// Talks until the client or a fault ends it; gives the stream back when it is to be protected.
async fn run<S: AsyncRead + AsyncWrite + Unpin>(mut conversation: Conversation<S>, greets: bool) -> Option<S> {
    if greets && conversation.greet().await.is_err() {
        return None;
    }
    loop {
        match conversation.command().await {
            Ok(Next::Command) => {}
            Ok(Next::Tls) => return Some(conversation.into_stream()),
            Ok(Next::End) | Err(_) => return None,
        }
    }
}
