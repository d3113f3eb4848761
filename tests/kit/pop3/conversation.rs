//! One connection to the server: a command at a time, answered well or as a fault has it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Fault, Message, PASSWORD, Script, TOKEN, USER};

/// Until when a test has surely ended. What is endless ends here.
const FOREVER: usize = 512 * 1024 * 1024;

const CAPABILITIES: &[&str] = &["TOP", "UIDL", "USER", "PIPELINING", "SASL PLAIN XOAUTH2 OAUTHBEARER"];

pub struct Conversation {
    stream: BufReader<TcpStream>,
    script: Arc<Script>,
    /// What was there when the session began (RFC 1939 §5: the maildrop is locked).
    messages: Vec<Message>,
    user: String,
    /// Commands that were read before their turn.
    waiting: VecDeque<String>,
    ahead: usize,
}

impl Conversation {
    pub fn new(stream: TcpStream, script: Arc<Script>) -> Self {
        let messages = script.messages.lock().unwrap().clone();
        let ahead = script.find(|fault| if let Fault::WaitsForCommands(count) = fault { Some(*count) } else { None });
        let stream = BufReader::new(stream);
        Self { stream, script, messages, user: String::new(), waiting: VecDeque::new(), ahead: ahead.unwrap_or(1) }
    }

    pub async fn run(mut self) -> io::Result<()> {
        let own = self.script.find(|fault| if let Fault::Greeting(line) = fault { Some(*line) } else { None });
        self.say(&format!("{}\r\n", own.unwrap_or("+OK ready"))).await?;
        loop {
            let line = match self.waiting.pop_front() {
                Some(line) => line,
                None => self.line().await?,
            };
            if !self.misbehave(&line).await? {
                self.answer(&line).await?;
            }
        }
    }

    /// Answers a command as a fault has it, if one does.
    async fn misbehave(&mut self, line: &str) -> io::Result<bool> {
        let fault = self.script.find(|fault| match fault {
            Fault::Says(command, _)
            | Fault::SaysOnce(command, _)
            | Fault::Endless(command, _)
            | Fault::Drips(command, _)
            | Fault::Closes(command)
                if line.starts_with(command) =>
            {
                Some(fault.clone())
            }
            _ => None,
        });
        match fault {
            Some(Fault::Says(_, text)) => self.say(&text.replace("{sent}", line)).await?,
            Some(Fault::SaysOnce(_, text)) => {
                self.script.faults.lock().unwrap().retain(|one| Some(one) != fault.as_ref());
                self.say(text).await?;
            }
            Some(Fault::Endless(_, text)) => {
                let (first, rest) = text.split_once('|').unwrap_or(("", text));
                self.say(first).await?;
                let many = rest.repeat((64 * 1024 / rest.len()).max(1));
                for _ in 0..FOREVER / many.len() {
                    self.say(&many).await?;
                }
            }
            Some(Fault::Drips(_, line)) => {
                self.say(line).await?;
                loop {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    self.say("x").await?;
                }
            }
            Some(Fault::Closes(_)) => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    async fn answer(&mut self, line: &str) -> io::Result<()> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "CAPA" => self.capabilities().await,
            "AUTH" => self.authenticate(rest).await,
            "USER" => {
                self.user = rest.to_owned();
                self.say("+OK\r\n").await
            }
            "PASS" => self.signed_in(self.user == USER && rest == PASSWORD).await,
            "STAT" => {
                let bytes: usize = self.messages.iter().map(|message| message.raw.len()).sum();
                self.say(&format!("+OK {} {bytes}\r\n", self.messages.len())).await
            }
            "UIDL" => self.listing(|message| message.unique_id.clone()).await,
            "LIST" => {
                let size = self.script.find(|fault| if let Fault::Size(size) = fault { Some(*size) } else { None });
                self.listing(|message| size.map_or_else(|| message.raw.len().to_string(), str::to_owned)).await
            }
            "TOP" | "RETR" => self.message(command, rest).await,
            "QUIT" => {
                self.say("+OK bye\r\n").await?;
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            _ => self.say("-ERR unknown command\r\n").await,
        }
    }

    async fn capabilities(&mut self) -> io::Result<()> {
        let own = self.script.find(|fault| if let Fault::Capabilities(lines) = fault { Some(*lines) } else { None });
        match own.unwrap_or(CAPABILITIES) {
            [] => self.say("-ERR unknown command\r\n").await,
            lines => self.say(&format!("+OK\r\n{}\r\n.\r\n", lines.join("\r\n"))).await,
        }
    }

    async fn authenticate(&mut self, mechanism: &str) -> io::Result<()> {
        self.say("+ \r\n").await?;
        let message = self.line().await?;
        let message = String::from_utf8(STANDARD.decode(message).unwrap_or_default()).unwrap_or_default();
        if mechanism == "PLAIN" {
            return self.signed_in(message == format!("\0{USER}\0{PASSWORD}")).await;
        }
        let right = message.contains(USER) && message.ends_with(&format!("\x01auth=Bearer {TOKEN}\x01\x01"));
        if !right {
            let json = self.script.find(|fault| if let Fault::Challenge(json) = fault { Some(*json) } else { None });
            let json = STANDARD.encode(json.unwrap_or(r#"{"status":"401","schemes":"bearer"}"#));
            self.say(&format!("+ {json}\r\n")).await?;
            let _farewell = self.line().await?;
        }
        self.signed_in(right).await
    }

    async fn signed_in(&mut self, right: bool) -> io::Result<()> {
        self.say(if right { "+OK in\r\n" } else { "-ERR [AUTH] wrong\r\n" }).await
    }

    async fn listing(&mut self, word: impl Fn(&Message) -> String) -> io::Result<()> {
        let lines = self.messages.iter().enumerate().map(|(at, message)| format!("{} {}\r\n", at + 1, word(message)));
        let lines: String = lines.collect();
        self.say(&format!("+OK\r\n{lines}.\r\n")).await
    }

    async fn message(&mut self, command: &str, rest: &str) -> io::Result<()> {
        if command == "RETR" {
            while self.waiting.len() + 1 < self.ahead {
                let line = self.line().await?;
                self.waiting.push_back(line);
            }
            self.ahead = 1;
        }
        let number: usize = rest.split(' ').next().unwrap_or_default().parse().unwrap_or_default();
        let Some(message) = number.checked_sub(1).and_then(|at| self.messages.get(at)) else {
            return self.say("-ERR no such message\r\n").await;
        };
        let text = if command == "TOP" { header(&message.raw) } else { &message.raw };
        let stuffed = stuffed(text);
        self.send(&[b"+OK\r\n", stuffed.as_slice(), b".\r\n"].concat()).await
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(text.as_bytes()).await
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await?;
        self.script.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// The client's next line, without its end.
    async fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        let line = String::from_utf8_lossy(&line).into_owned();
        self.script.got.lock().unwrap().push_str(&line);
        line.strip_suffix("\r\n").map(str::to_owned).ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Up to and with the empty line.
fn header(raw: &[u8]) -> &[u8] {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n");
    end.map_or(raw, |at| &raw[..at + 4])
}

/// With a dot more at the start of every line that begins with one, and a line end at the end.
fn stuffed(text: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(text.len() + 2);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !text.ends_with(b"\r\n") && !text.is_empty() {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}
