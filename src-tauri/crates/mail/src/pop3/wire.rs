//! The conversation: lines out, bytes in, each answer in limited time.

use std::time::Duration;

use otomo_domain::error::MailFault;
use otomo_net::Stream;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout};

use super::fault;
use super::reply::Reply;

/// The longest line of a reply or a listing. RFC 2449 §4 allows 512 bytes.
const LONGEST_LINE: usize = 8 * 1024;

/// The slowest connection that is still waited for, in bytes a second.
const SLOWEST: u64 = 16 * 1024;

/// How long QUIT may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A stream to the server.
pub struct Wire {
    stream: BufReader<Stream>,
    silence: Duration,
    /// How long the server may still take: bytes that come earn it time, so that it can't keep anybody waiting by
    /// sending one byte at a time.
    patience: Duration,
}

impl Wire {
    pub fn new(stream: Stream, silence: Duration) -> Self {
        Self { stream: BufReader::with_capacity(16 * 1024, stream), silence, patience: silence }
    }

    /// The stream, and whether the server had said more than was read.
    pub fn into_stream(self) -> (Stream, bool) {
        let more = !self.stream.buffer().is_empty();
        (self.stream.into_inner(), more)
    }

    /// Sends a command and waits for the reply to it.
    pub async fn ask(&mut self, command: &str) -> Result<Reply, MailFault> {
        self.send(command).await?;
        self.reply().await
    }

    /// Sends a line without waiting for its reply.
    pub async fn send(&mut self, line: &str) -> Result<(), MailFault> {
        if line.contains(['\r', '\n', '\0']) {
            return Err(fault::protocol("a command cannot hold a line break"));
        }
        let line = format!("{line}\r\n");
        let sent = async {
            self.stream.write_all(line.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(self.silence, sent).await.map_err(|_| fault::silent())?.map_err(|error| fault::of_io(&error))
    }

    /// The next reply.
    pub async fn reply(&mut self) -> Result<Reply, MailFault> {
        self.patience = self.silence;
        Reply::parse(&self.line().await?).ok_or_else(|| fault::protocol("the server does not talk like a POP3 server"))
    }

    /// The next line, without its end.
    pub async fn line(&mut self) -> Result<Vec<u8>, MailFault> {
        let mut line = Vec::new();
        loop {
            let chunk = self.fill().await?;
            let end = memchr::memchr(b'\n', chunk);
            line.extend_from_slice(chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default());
            let read = end.map_or(chunk.len(), |at| at + 1);
            self.consume(read);
            if line.len() > LONGEST_LINE {
                return Err(fault::protocol("a line of the server does not end"));
            }
            if end.is_some() {
                line.pop_if(|last| *last == b'\r');
                return Ok(line);
            }
        }
    }

    /// What has come and was not consumed; waits until there is something.
    pub async fn fill(&mut self) -> Result<&[u8], MailFault> {
        let since = Instant::now();
        let filled = timeout(self.patience, self.stream.fill_buf()).await;
        self.patience = self.patience.saturating_sub(since.elapsed());
        match filled {
            Err(_) => Err(fault::silent()),
            Ok(Err(error)) => Err(fault::of_io(&error)),
            Ok(Ok([])) => Err(fault::closed()),
            Ok(Ok(chunk)) => Ok(chunk),
        }
    }

    pub fn consume(&mut self, bytes: usize) {
        self.stream.consume(bytes);
        let earned = Duration::from_micros((bytes as u64).saturating_mul(1_000_000) / SLOWEST);
        self.patience = self.patience.saturating_add(earned).min(self.silence);
    }

    /// Ends the session. Nothing was marked for deletion, so nothing is deleted (RFC 1939 §6).
    pub async fn quit(mut self) {
        // Whether the server says goodbye does not matter any more.
        let _ = timeout(GOODBYE, self.ask("QUIT")).await;
    }
}
