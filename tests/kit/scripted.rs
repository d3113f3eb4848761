//! A server that follows a script, whatever the protocol, and writes down every byte it gets.

mod hello;
mod openssl;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use hello::{ALERT, Hello};
pub use openssl::OpenSsl;

/// What the server does next.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends this; `{tag}` stands for the first word of the last line it got.
    Say(String),
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Reads a line.
    Hear,
    /// Reads lines and answers each with the first pair whose word is in it, until the last pair was used. A line
    /// without any of the words ends the connection.
    Talk(Vec<(&'static str, String)>),
    /// Reads a TLS record: the client's first words.
    HearRecord,
    /// Shakes hands.
    Protect(Arc<ServerConfig>),
    /// Reads until the client goes.
    Listen,
}

/// What the client sent.
#[derive(Debug, Default)]
struct Record {
    clear: Mutex<Vec<u8>>,
    protected: Mutex<Vec<u8>>,
}

/// A running server; dropping it stops it.
pub struct Scripted {
    address: SocketAddr,
    record: Arc<Record>,
    task: JoinHandle<()>,
}

impl Scripted {
    pub async fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Record::default());
        let kept = Arc::clone(&record);
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (script, record) = (script.clone(), Arc::clone(&kept));
                tokio::spawn(async move { play(tcp, script, &record).await });
            }
        });
        Self { address, record, task }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What the client sent before TLS.
    pub fn got_in_the_clear(&self) -> Vec<u8> {
        self.record.clear.lock().unwrap().clone()
    }

    /// What the client sent through TLS.
    pub fn got(&self) -> Vec<u8> {
        self.record.protected.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Up to the handshake in the clear, and what comes after it through TLS.
async fn play(tcp: TcpStream, script: Vec<Act>, record: &Record) {
    let mut stream = BufReader::new(tcp);
    let mut acts = script.into_iter();
    let mut last = String::new();
    for act in acts.by_ref() {
        match act {
            Act::Protect(config) => {
                let Ok(protected) = TlsAcceptor::from(config).accept(stream.into_inner()).await else { return };
                let mut protected = BufReader::new(protected);
                for act in acts {
                    if act_out(&mut protected, act, &mut last, &record.protected).await.is_err() {
                        return;
                    }
                }
                return;
            }
            act => {
                if act_out(&mut stream, act, &mut last, &record.clear).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn act_out<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    act: Act,
    last: &mut String,
    record: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    match act {
        Act::Say(text) => say(stream, &text, last).await,
        Act::Send(bytes) => send(stream, &bytes).await,
        Act::Hear => hear(stream, last, record).await,
        Act::Talk(answers) => loop {
            hear(stream, last, record).await?;
            let words = last.to_uppercase();
            let found = answers.iter().position(|(word, _)| words.contains(word));
            let Some(found) = found else { return Err(io::ErrorKind::InvalidData.into()) };
            say(stream, &answers[found].1, last).await?;
            if found + 1 == answers.len() {
                return Ok(());
            }
        },
        Act::HearRecord => {
            let mut header = [0; 5];
            stream.read_exact(&mut header).await?;
            let mut record = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
            stream.read_exact(&mut record).await.map(drop)
        }
        Act::Listen => loop {
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes).await? {
                0 => return Ok(()),
                length => record.lock().unwrap().extend_from_slice(&bytes[..length]),
            }
        },
        Act::Protect(_) => Ok(()),
    }
}

async fn hear<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    last: &mut String,
    record: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    record.lock().unwrap().extend_from_slice(&line);
    *last = String::from_utf8_lossy(&line).into_owned();
    Ok(())
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, text: &str, last: &str) -> io::Result<()> {
    let tag = last.split_whitespace().next().unwrap_or_default();
    send(stream, text.replace("{tag}", tag).as_bytes()).await
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, bytes: &[u8]) -> io::Result<()> {
    stream.get_mut().write_all(bytes).await?;
    stream.get_mut().flush().await
}
