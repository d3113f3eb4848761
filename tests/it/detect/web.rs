//! A web server at the standard port of a lab's address, for every name a certificate was made for.

use std::sync::Arc;
use std::time::Duration;

use kit::certificate::Identity;
use kit::lab::Lab;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it answers.
#[derive(Clone)]
pub enum Answer {
    /// A status and a page.
    Page(u16, Vec<u8>),
    /// Another place.
    Redirect(String),
    /// A page that comes byte by byte, and never ends.
    Trickle,
}

impl Answer {
    pub fn page(text: impl Into<Vec<u8>>) -> Self {
        Self::Page(200, text.into())
    }

    pub fn missing() -> Self {
        Self::Page(404, Vec::new())
    }
}

/// Ends with whoever holds it.
pub struct Web(JoinHandle<()>);

impl Drop for Web {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Serves `answer(host, path)` over TLS.
pub async fn serve(
    lab: &Lab,
    identity: &Identity,
    answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static,
) -> Web {
    let listener = listen(lab).await;
    let (acceptor, answer) = (identity.acceptor(), Arc::new(answer));
    Web(tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(tcp).await else { return };
                let mut lines = BufReader::new(&mut stream).take(16 * 1024).lines();
                let (mut path, mut host) = (String::new(), String::new());
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(rest) = line.strip_prefix("GET ") {
                        path = rest.split(' ').next().unwrap_or_default().to_owned();
                    } else if let Some((_, name)) =
                        line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case("host"))
                    {
                        host = name.to_owned();
                    } else if line.is_empty() {
                        break;
                    }
                }
                write(&mut stream, answer(&host, &path)).await;
            });
        }
    }))
}

/// The server of the lab that had this address before may just be ending.
async fn listen(lab: &Lab) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind((lab.address(), 443)).await {
            return listener;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody can listen on {}:443; tests run as root", lab.address());
}

async fn write(stream: &mut (impl AsyncWriteExt + Unpin), answer: Answer) {
    let head = |status: u16, more: String| format!("HTTP/1.1 {status} X\r\n{more}Connection: close\r\n\r\n");
    let _ = match answer {
        Answer::Page(status, body) => {
            let head = head(status, format!("Content-Length: {}\r\n", body.len()));
            let _ = stream.write_all(head.as_bytes()).await;
            stream.write_all(&body).await
        }
        Answer::Redirect(place) => {
            stream.write_all(head(302, format!("Location: {place}\r\nContent-Length: 0\r\n")).as_bytes()).await
        }
        Answer::Trickle => {
            let _ = stream.write_all(head(200, String::new()).as_bytes()).await;
            while stream.write_all(b"<").await.is_ok() && stream.flush().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        }
    };
    let _ = stream.shutdown().await;
}
