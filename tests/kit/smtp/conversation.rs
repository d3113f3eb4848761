//! One connection to the server: a line at a time, answered well or as a quirk has it.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::{PASSWORD, Quirk, Script, TOKEN, Taken, USER};

/// What a good server offers.
const OFFERS: &[&str] = &["SIZE 1000000", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"];

/// Until when a test has surely ended.
const FOREVER: usize = 1_000_000;

pub struct Conversation<S> {
    stream: BufReader<S>,
    script: Arc<Script>,
    protected: bool,
    mail: Taken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub fn new(stream: S, script: Arc<Script>, protected: bool) -> Self {
        Self { stream: BufReader::new(stream), script, protected, mail: Taken::default() }
    }

    /// Talks to the end; gives the stream back if it is to be protected.
    pub async fn run(mut self, greets: bool) -> Option<S> {
        if greets {
            let greeting = self.script.find(|quirk| if let Quirk::Greets(line) = quirk { Some(*line) } else { None });
            self.say(greeting.unwrap_or("220 mail.example.test ESMTP")).await.ok()?;
        }
        loop {
            let line = self.line().await.ok()?;
            let words = line.to_uppercase();
            if words == "STARTTLS" && !self.protected {
                let more = self.script.find(|quirk| match quirk {
                    Quirk::InjectsBeforeTls(more) => Some(*more),
                    _ => None,
                });
                self.send(format!("220 go\r\n{}", more.unwrap_or_default()).as_bytes()).await.ok()?;
                return Some(self.stream.into_inner());
            }
            self.answer(&line, &words).await.ok()?;
            if words == "QUIT" {
                return None;
            }
        }
    }

    async fn answer(&mut self, line: &str, words: &str) -> io::Result<()> {
        let own = self.script.find(|quirk| match quirk {
            Quirk::Answers(beginning, said) if words.starts_with(beginning) => Some(*said),
            _ => None,
        });
        if let Some(said) = own {
            return self.say(said).await;
        }
        if let Some(said) = self.script.find(|quirk| if let Quirk::Endless(line) = quirk { Some(*line) } else { None })
        {
            for _ in 0..FOREVER {
                self.send(said.as_bytes()).await?;
            }
        }
        match words.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => self.hello().await,
            "AUTH" => self.auth(line).await,
            "MAIL" => {
                self.mail = Taken { from: path(line), ..Taken::default() };
                self.say("250 2.1.0 OK").await
            }
            "RCPT" => {
                self.mail.to.push(path(line));
                self.say("250 2.1.5 OK").await
            }
            "DATA" => self.data().await,
            "RSET" => self.say("250 2.0.0 OK").await,
            "QUIT" => self.say("221 2.0.0 bye").await,
            _ => self.say("500 5.5.1 unknown command").await,
        }
    }

    async fn hello(&mut self) -> io::Result<()> {
        let own = self.script.find(|quirk| if let Quirk::Offers(list) = quirk { Some(*list) } else { None });
        let starts = if self.protected { "" } else { "\nSTARTTLS" };
        let offers = own.map_or_else(|| format!("{}{starts}", OFFERS.join("\n")), |list| list.join("\n"));
        let lines: Vec<&str> = ["mail.example.test"].into_iter().chain(offers.lines()).collect();
        let (last, others) = lines.split_last().unwrap();
        let others: String = others.iter().map(|line| format!("250-{line}\r\n")).collect();
        self.send(format!("{others}250 {last}\r\n").as_bytes()).await
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let (mechanism, sent) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_owned());
        let decoded = String::from_utf8(STANDARD.decode(&sent).unwrap_or_default()).unwrap_or_default();
        let right = match mechanism {
            "PLAIN" => decoded == format!("\0{USER}\0{PASSWORD}"),
            "LOGIN" => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = self.line().await?;
                self.say("334 UGFzc3dvcmQ6").await?;
                let password = self.line().await?;
                (user, password) == (STANDARD.encode(USER), STANDARD.encode(PASSWORD))
            }
            _ => decoded.contains(&format!("\x01auth=Bearer {TOKEN}\x01\x01")) && decoded.contains(USER),
        };
        let own = self.script.find(|quirk| if let Quirk::SignIn(said) = quirk { Some(*said) } else { None });
        if let Some(said) = own {
            return self.say(&said.replace("{sent}", &sent)).await;
        }
        if right {
            return self.say("235 2.7.0 in").await;
        }
        if !matches!(mechanism, "PLAIN" | "LOGIN") {
            let usual = r#"{"status":"401","schemes":"bearer","scope":"mail"}"#;
            let own = self.script.find(|quirk| if let Quirk::Challenges(json) = quirk { Some(*json) } else { None });
            let json = own.unwrap_or(usual);
            if !json.is_empty() {
                self.say(&format!("334 {}", STANDARD.encode(json))).await?;
                self.line().await?;
            }
        }
        self.say("535 5.7.8 Authentication failed").await
    }

    async fn data(&mut self) -> io::Result<()> {
        self.say("354 go on").await?;
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                break;
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        self.mail.message = message;
        self.script.taken.lock().unwrap().push(std::mem::take(&mut self.mail));
        if self.script.has(&Quirk::ClosesAfterMessage) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if self.script.has(&Quirk::SilentAfterMessage) {
            return std::future::pending().await;
        }
        let own = self.script.find(|quirk| match quirk {
            Quirk::Answers(".", said) => Some(*said),
            _ => None,
        });
        self.say(own.unwrap_or("250 2.0.0 queued")).await
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(format!("{}\r\n", text.replace('\n', "\r\n")).as_bytes()).await
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await?;
        self.stream.get_mut().flush().await
    }

    /// The client's next line, without its end.
    async fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        let text = line.strip_suffix(b"\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let text = String::from_utf8_lossy(text).into_owned();
        let kept = if self.protected { &self.script.protected } else { &self.script.clear };
        kept.lock().unwrap().push(text.clone());
        Ok(text)
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap_or_default();
    rest.split_once('>').unwrap_or_default().0.to_owned()
}
