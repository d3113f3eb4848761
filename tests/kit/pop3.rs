//! A POP3 server that serves a list of messages, and misbehaves on command.
//!
//! It speaks in the clear: TLS is tested elsewhere. It writes down every line it gets, and knows just the commands a
//! reader of mail needs. Without a [`Fault`] it is a good server: a test that passes with one and would pass without it
//! shows nothing.

mod conversation;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use otomo_domain::account::{Endpoint, Security};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use conversation::Conversation;

/// Who may sign in, with this password or this token.
pub const USER: &str = "taro@example.test";
pub const PASSWORD: &str = "taro \"app\" pw\\é";
pub const TOKEN: &str = "good-token";

/// One thing the server does wrong, or just differently. A command is named by how its line begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Greets with this line.
    Greeting(&'static str),
    /// Answers CAPA with these lines; none at all stands for a server that doesn't know it.
    Capabilities(&'static [&'static str]),
    /// Answers this command with this, line ends and all; `{sent}` stands for what the client sent.
    Says(&'static str, &'static str),
    /// Answers this command with this once, and then well.
    SaysOnce(&'static str, &'static str),
    /// Answers this command with this, and goes on saying it.
    Endless(&'static str, &'static str),
    /// Answers this command with this line and one byte every now and then.
    Drips(&'static str, &'static str),
    /// Closes the connection instead of answering this command.
    Closes(&'static str),
    /// Says of a wrong token what this JSON says.
    Challenge(&'static str),
    /// Waits for so many commands before it answers the first RETR.
    WaitsForCommands(usize),
    /// Says that every message has this size.
    Size(&'static str),
}

/// A message and its unique-id.
#[derive(Clone, Debug)]
pub struct Message {
    pub unique_id: String,
    pub raw: Vec<u8>,
}

/// What the server has, how it behaves and what it saw.
#[derive(Debug)]
struct Script {
    messages: Mutex<Vec<Message>>,
    faults: Mutex<Vec<Fault>>,
    got: Mutex<String>,
    sent: AtomicU64,
}

/// A running server; dropping it stops it.
pub struct Pop3Server {
    address: SocketAddr,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

impl Pop3Server {
    /// Serves messages whose unique-ids are `id-1`, `id-2` and so on.
    pub async fn start(messages: Vec<Vec<u8>>, faults: impl IntoIterator<Item = Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let message = |(at, raw): (usize, Vec<u8>)| Message { unique_id: format!("id-{}", at + 1), raw };
        let script = Arc::new(Script {
            messages: Mutex::new(messages.into_iter().enumerate().map(message).collect()),
            faults: Mutex::new(faults.into_iter().collect()),
            got: Mutex::default(),
            sent: AtomicU64::new(0),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&script)));
        Self { address, script, task }
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.address.ip().to_string(), self.address.port(), Security::Clear)
    }

    /// Changes what the next session finds.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Message>)) {
        change(&mut self.script.messages.lock().unwrap());
    }

    /// Behaves well from now on.
    pub fn recover(&self) {
        self.script.faults.lock().unwrap().clear();
    }

    /// Every line the client sent.
    pub fn got(&self) -> String {
        self.script.got.lock().unwrap().clone()
    }

    /// How many bytes the server got rid of.
    pub fn sent(&self) -> u64 {
        self.script.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Pop3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    /// The first thing that a fault says.
    fn find<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.faults.lock().unwrap().iter().find_map(pick)
    }
}

async fn serve(listener: TcpListener, script: Arc<Script>) {
    while let Ok((tcp, _)) = listener.accept().await {
        let script = Arc::clone(&script);
        // The client went, or a fault ended the conversation.
        tokio::spawn(async move { drop(Conversation::new(tcp, script).run().await) });
    }
}
