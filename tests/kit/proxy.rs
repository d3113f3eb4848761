//! A company's forward proxy, and a server that can only be reached through it.
//!
//! [`Proxy`] makes tunnels (CONNECT, RFC 9110 §9.3.6) to the one server it stands before, and writes down what it is asked
//! for, a tunnel or not; [`Https`] puts a plain server behind TLS, under a name that only the proxy knows.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::certificate::{Certificate, Identity};

/// The name that the server has inside of the proxy.
pub const HOST: &str = "crm.example.test";

/// What the proxy does with whoever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    HandsOn,
    /// Answers with this status, and with a page for people.
    Refuses(u16),
    /// Answers with this, which is no HTTP.
    Says(&'static str),
    /// Reads the request and goes away.
    Closes,
}

/// A running proxy; dropping it stops it.
pub struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Stands before `server`, whoever is asked for.
    pub async fn before(server: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let all = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, manner, Arc::clone(&all)));
            }
        });
        Self { address, heard, task }
    }

    /// A proxy that is switched off: nobody listens there.
    pub async fn gone() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The head of each request that came in the clear, one for each connection.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|head| String::from_utf8_lossy(head).into_owned()).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut client: TcpStream,
    server: SocketAddr,
    manner: Manner,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
) -> Option<()> {
    let head = head(&mut client).await?;
    heard.lock().unwrap().push(head.clone());
    match manner {
        Manner::Closes => None,
        Manner::Says(words) => client.write_all(words.as_bytes()).await.ok(),
        Manner::Refuses(status) => {
            let page = "<html><body>Access denied by the company</body></html>";
            let length = page.len();
            let head = format!("HTTP/1.1 {status} No\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n");
            client.write_all((head + page).as_bytes()).await.ok()
        }
        Manner::HandsOn => {
            let mut server = TcpStream::connect(server).await.ok()?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
            copy_bidirectional(&mut client, &mut server).await.map(drop).ok()
        }
    }
}

/// All up to the empty line.
async fn head(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    Some(head)
}

/// A plain server behind TLS; dropping it stops it.
pub struct Https {
    address: SocketAddr,
    identity: Identity,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Https {
    pub async fn before(server: SocketAddr) -> Self {
        let identity = Identity::new(Certificate::Names(&[HOST]));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<AtomicUsize>::default();
        let (acceptor, counted) = (identity.acceptor(), Arc::clone(&connections));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await.ok()?;
                    let mut server = TcpStream::connect(server).await.ok()?;
                    copy_bidirectional(&mut client, &mut server).await.ok()
                });
            }
        });
        Self { address, identity, connections, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that a client has to trust.
    pub fn ca(&self) -> &Path {
        self.identity.ca()
    }

    /// How many connections came, by whatever way.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Https {
    fn drop(&mut self) {
        self.task.abort();
    }
}
