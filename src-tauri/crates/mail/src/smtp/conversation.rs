//! A command and its reply, in limited time and size.

use std::time::Duration;

use otomo_domain::error::{MailFault, MailFaultKind, NetFaultKind};
use otomo_net::Stream;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::hello::Offer;
use super::reply::{self, Reply};

/// The longest line; RFC 5321 §4.5.3.1.5 has 512 bytes, and servers that quote have more.
const LINE: u64 = 8 * 1024;

/// How many lines a reply has at most.
const LINES: usize = 200;

/// How many bytes go out before the time that they may take begins anew.
const PIECE: usize = 64 * 1024;

/// How long QUIT may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection to the server.
pub struct Conversation {
    stream: BufReader<Stream>,
    silence: Duration,
    /// What the server can do, since it said so.
    pub offer: Offer,
}

impl Conversation {
    pub fn new(stream: Stream, silence: Duration) -> Self {
        Self { stream: BufReader::new(stream), silence, offer: Offer::default() }
    }

    /// The stream again, to be protected. Nothing may have come in the clear besides (CVE-2011-0411 and its many kin).
    pub fn into_stream(self) -> Result<Stream, MailFault> {
        if self.stream.buffer().is_empty() {
            return Ok(self.stream.into_inner());
        }
        Err(protocol("the server sent more in the clear after it agreed to TLS"))
    }

    /// Sends a command, which holds no line break, and waits for its reply.
    pub async fn command(&mut self, command: &str) -> Result<Reply, MailFault> {
        if command.contains(['\r', '\n', '\0']) {
            return Err(MailFault::new(MailFaultKind::SendingRefused, "a command cannot hold a line break"));
        }
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// Sends bytes as they are.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), MailFault> {
        for piece in bytes.chunks(PIECE) {
            let sent = async {
                self.stream.write_all(piece).await?;
                self.stream.flush().await
            };
            let sent = timeout(self.silence, sent).await.map_err(|_| silent())?;
            sent.map_err(|error| MailFault::from(otomo_net::classify_io(&error)))?;
        }
        Ok(())
    }

    /// Waits for a reply.
    pub async fn reply(&mut self) -> Result<Reply, MailFault> {
        self.reply_within(self.silence).await
    }

    /// Waits for the reply to a whole message, which takes the server longer.
    pub async fn last_reply(&mut self) -> Result<Reply, MailFault> {
        self.reply_within(self.silence.saturating_mul(10)).await
    }

    async fn reply_within(&mut self, patience: Duration) -> Result<Reply, MailFault> {
        timeout(patience, self.read()).await.map_err(|_| silent())?
    }

    async fn read(&mut self) -> Result<Reply, MailFault> {
        let mut reply = Reply::default();
        for _ in 0..LINES {
            let bytes = self.line().await?;
            let (code, last, text) =
                reply::line(&bytes).ok_or_else(|| protocol("the server does not talk like an SMTP server"))?;
            if reply.code != 0 && reply.code != code {
                return Err(protocol("the server says two things at once"));
            }
            reply.code = code;
            reply.lines.push(text);
            if last {
                return Ok(reply);
            }
        }
        Err(protocol("a reply of the server does not end"))
    }

    async fn line(&mut self) -> Result<Vec<u8>, MailFault> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(LINE).read_until(b'\n', &mut line).await;
        read.map_err(|error| MailFault::from(otomo_net::classify_io(&error)))?;
        match line.last() {
            Some(b'\n') => Ok(line),
            Some(_) if line.len() as u64 == LINE => Err(protocol("a line of the server does not end")),
            _ => Err(closed("the server closed the connection")),
        }
    }

    /// Says goodbye; whether the server does doesn't matter any more.
    pub async fn quit(mut self) {
        let _ = timeout(GOODBYE, self.command("QUIT")).await;
    }
}

pub fn protocol(detail: &str) -> MailFault {
    MailFault::new(MailFaultKind::Protocol, detail)
}

pub fn closed(words: impl Into<String>) -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), words)
}

fn silent() -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::TimedOut), "the server takes too long")
}
