//! One connection to the server: a command at a time, answered well or as a fault has it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::{Fault, PASSWORD, Script, TOKEN, USER};

/// Until when a test has surely ended. What is endless ends here.
const FOREVER: usize = 64 * 1024 * 1024;

/// What a fault of this kind says, if the script has one.
macro_rules! said {
    ($script:expr, $fault:ident) => {
        $script.find(|fault| if let Fault::$fault(said) = fault { Some(*said) } else { None })
    };
}

/// What comes after a command.
pub enum Next {
    Command,
    /// The handshake.
    Tls,
    End,
}

pub struct Conversation<S> {
    stream: BufReader<S>,
    script: Arc<Script>,
    protected: bool,
    examined: u32,
    /// Commands that were read before their turn.
    waiting: VecDeque<String>,
    /// How many commands are to be read before the next FETCH of messages is answered.
    ahead: usize,
    /// How many bytes of answers to a FETCH of messages may still go out.
    left: usize,
}

/// `<origin.length>` of a FETCH.
type Partial = Option<(usize, usize)>;

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub fn new(stream: S, script: Arc<Script>, protected: bool) -> Self {
        let left = said!(script, ClosesAfter).unwrap_or(usize::MAX);
        let ahead = said!(script, WaitsForCommands).unwrap_or(1);
        let waiting = VecDeque::new();
        Self { stream: BufReader::new(stream), script, protected, examined: 0, waiting, ahead, left }
    }

    pub fn into_stream(self) -> S {
        self.stream.into_inner()
    }

    pub async fn greet(&mut self) -> io::Result<()> {
        let said = said!(self.script, Greeting);
        self.say(&format!("{}\r\n", said.unwrap_or("* OK ready"))).await
    }

    /// Reads a command and answers it.
    pub async fn command(&mut self) -> io::Result<Next> {
        let line = match self.waiting.pop_front() {
            Some(line) => line,
            None => self.line().await?,
        };
        let mut words = line.splitn(3, ' ');
        let (tag, name, rest) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match name.to_uppercase().as_str() {
            "CAPABILITY" => self.capability(tag).await?,
            "STARTTLS" => return self.start_tls(tag).await,
            "AUTHENTICATE" if rest == "PLAIN" => self.authenticate(tag).await?,
            "AUTHENTICATE" => self.authenticate_by_token(tag).await?,
            "LOGIN" => self.login(tag, rest).await?,
            "LIST" => self.list(tag).await?,
            "EXAMINE" => self.examine(tag, rest).await?,
            "STATUS" => {
                let (name, count) = (rest.split(" (").next().unwrap_or_default(), self.script.messages.len());
                self.say(&format!("* STATUS {name} (MESSAGES {count})\r\n{tag} OK done\r\n")).await?;
            }
            "SEARCH" => self.search(tag, rest).await?,
            "FETCH" => {
                let dated = self.listed(0, "RFC822.SIZE");
                self.say(&format!("{dated}{tag} OK done\r\n")).await?;
            }
            "UID" => self.uid_fetch(tag, rest).await?,
            "LOGOUT" => {
                self.say(&format!("* BYE see you\r\n{tag} OK gone\r\n")).await?;
                return Ok(Next::End);
            }
            _ => self.say(&format!("{tag} BAD unknown command\r\n")).await?,
        }
        Ok(Next::Command)
    }

    async fn capability(&mut self, tag: &str) -> io::Result<()> {
        let own = said!(self.script, Capabilities);
        let list = own.unwrap_or("IMAP4rev1 AUTH=PLAIN SPECIAL-USE");
        self.say(&format!("* CAPABILITY {list}\r\n{tag} OK done\r\n")).await
    }

    async fn start_tls(&mut self, tag: &str) -> io::Result<Next> {
        if self.protected || self.script.has(&Fault::NoStartTls) {
            self.say(&format!("{tag} BAD unknown command\r\n")).await?;
            return Ok(Next::Command);
        }
        let more = said!(self.script, InjectsBeforeTls);
        self.say(&format!("{tag} OK begin\r\n{}", more.unwrap_or_default())).await?;
        Ok(Next::Tls)
    }

    async fn authenticate(&mut self, tag: &str) -> io::Result<()> {
        if self.script.has(&Fault::RefusesPlain) {
            return self.say(&format!("{tag} NO unsupported mechanism\r\n")).await;
        }
        self.say("+ \r\n").await?;
        let message = self.line().await?;
        let message = String::from_utf8(STANDARD.decode(message).unwrap_or_default()).unwrap_or_default();
        let right = message == format!("\0{USER}\0{PASSWORD}");
        self.signed_in(tag, right, message.rsplit('\0').next().unwrap_or_default()).await
    }

    async fn authenticate_by_token(&mut self, tag: &str) -> io::Result<()> {
        self.say("+ \r\n").await?;
        let message = STANDARD.decode(self.line().await?).unwrap_or_default();
        let message = String::from_utf8(message).unwrap_or_default();
        let right = message.contains(USER) && message.ends_with(&format!("\x01auth=Bearer {TOKEN}\x01\x01"));
        let json = said!(self.script, Challenges).unwrap_or(r#"{"status":"401","schemes":"bearer"}"#);
        if !right && !json.is_empty() {
            self.say(&format!("+ {}\r\n", STANDARD.encode(json))).await?;
            self.line().await?;
            if self.script.has(&Fault::HangsUpAfterChallenge) {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
        self.signed_in(tag, right, "").await
    }

    /// `SEARCH from:to SINCE day-Nov-2026`; the messages are as old as [`Self::listed`] has them.
    async fn search(&mut self, tag: &str, rest: &str) -> io::Result<()> {
        let (set, since) = rest.split_once(" SINCE ").unwrap();
        let (from, to) = set.split_once(':').unwrap();
        let day: usize = since.split('-').next().unwrap().parse().unwrap();
        let wanted = from.parse::<usize>().unwrap()..=to.parse::<usize>().unwrap();
        let found = (0..self.script.messages.len()).filter(|at| wanted.contains(&(at + 1)) && at % 28 + 1 >= day);
        let found: String = found.map(|at| format!(" {}", at + 1)).collect();
        self.say(&format!("* SEARCH{found}\r\n{tag} OK done\r\n")).await
    }

    async fn login(&mut self, tag: &str, rest: &str) -> io::Result<()> {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let right = rest == format!("{} {}", quoted(USER), quoted(PASSWORD));
        self.signed_in(tag, right, rest).await
    }

    async fn signed_in(&mut self, tag: &str, right: bool, sent: &str) -> io::Result<()> {
        let own = said!(self.script, SignIn);
        let usual = if right { "OK in" } else { "NO [AUTHENTICATIONFAILED] wrong" };
        let words = own.unwrap_or(usual).replace("{password}", sent);
        self.say(&format!("{tag} {words}\r\n")).await
    }

    async fn list(&mut self, tag: &str) -> io::Result<()> {
        let more = said!(self.script, Lists);
        let folders = "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\Sent) \"/\" \"Sent\"\r\n";
        self.say(&format!("{folders}{}{tag} OK done\r\n", more.unwrap_or_default())).await
    }

    async fn examine(&mut self, tag: &str, name: &str) -> io::Result<()> {
        if let Some(own) = said!(self.script, Examines) {
            return self.say(&format!("{tag} {own}\r\n")).await;
        }
        if name != "\"INBOX\"" {
            return self.say(&format!("{tag} NO [NONEXISTENT] no such folder\r\n")).await;
        }
        self.examined += 1;
        let validity = if self.script.has(&Fault::NewUidValidity) { 7 + self.examined } else { 7 };
        let count = self.script.messages.len() as u32;
        let exists = said!(self.script, Exists);
        let mut answer = format!("* {} EXISTS\r\n* OK [UIDVALIDITY {validity}] ok\r\n", exists.unwrap_or(count));
        if !self.script.has(&Fault::NoUidNext) {
            answer += &format!("* OK [UIDNEXT {}] ok\r\n", count * 10 + 1);
        }
        self.say(&format!("{answer}{tag} OK [READ-ONLY] done\r\n")).await
    }

    /// `UID FETCH set (items)`.
    async fn uid_fetch(&mut self, tag: &str, rest: &str) -> io::Result<()> {
        let mut words = rest.splitn(3, ' ');
        let (_, set, items) = (words.next(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut chosen: Vec<usize> = (0..self.script.messages.len()).filter(|at| self.is_in(set, *at)).collect();
        if self.script.has(&Fault::Backwards) {
            chosen.reverse();
        }
        if !items.contains("BODY.PEEK[]") {
            for at in chosen {
                let answer = self.listed(at, items);
                self.answer(answer.as_bytes()).await?;
            }
            return self.say(&format!("{tag} OK done\r\n")).await;
        }
        while self.waiting.len() + 1 < self.ahead {
            let line = self.line().await?;
            self.waiting.push_back(line);
        }
        self.ahead = 1;
        self.misbehave().await?;
        for at in chosen {
            if !self.script.has(&Fault::Gone(uid(at))) {
                let answer = self.body(at, partial(items));
                self.answer(&answer).await?;
            }
        }
        let own = said!(self.script, Ends);
        self.say(&own.map_or(format!("{tag} OK done\r\n"), |words| words.replace("{tag}", tag) + "\r\n")).await
    }

    fn is_in(&self, set: &str, at: usize) -> bool {
        set.split(',').any(|range| {
            let (from, to) = range.split_once(':').unwrap_or((range, range));
            let last = uid(self.script.messages.len() - 1);
            let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
            (number(from)..=number(to)).contains(&uid(at))
        })
    }

    fn listed(&self, at: usize, items: &str) -> String {
        if !items.contains("RFC822.SIZE") {
            return format!("* {} FETCH (UID {})\r\n", at + 1, uid(at));
        }
        let real = self.script.messages[at].len();
        let size = if self.script.has(&Fault::SmallSizes) { real / 100 } else { real };
        let date = format!("{:>2}-Nov-2026 09:00:00 +0900", at % 28 + 1);
        format!("* {} FETCH (UID {} RFC822.SIZE {size} INTERNALDATE \"{date}\")\r\n", at + 1, uid(at))
    }

    fn body(&self, at: usize, partial: Partial) -> Vec<u8> {
        let message = &self.script.messages[at];
        let (origin, piece) = match partial {
            None => (String::new(), message.as_slice()),
            Some((origin, length)) => {
                let from = origin.min(message.len());
                (format!("<{origin}>"), &message[from..(from + length).min(message.len())])
            }
        };
        let head = format!("* {} FETCH (UID {} BODY[]{origin} {{{}}}\r\n", at + 1, uid(at), piece.len());
        [head.as_bytes(), piece, b")\r\n"].concat()
    }

    /// What a fault has the server say instead of messages; whoever says it says nothing else.
    async fn misbehave(&mut self) -> io::Result<()> {
        let script = Arc::clone(&self.script);
        for fault in &script.faults {
            match fault {
                Fault::Says(text) => {
                    self.say(text).await?;
                    return std::future::pending().await;
                }
                Fault::Endless(text) => {
                    let many = text.repeat((64 * 1024 / text.len()).max(1));
                    for _ in 0..FOREVER / many.len() {
                        self.say(&many).await?;
                    }
                    return std::future::pending().await;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Sends an answer to a FETCH.
    async fn answer(&mut self, answer: &[u8]) -> io::Result<()> {
        let more = said!(self.script, Unsolicited);
        self.say(more.unwrap_or_default()).await?;
        let times = if self.script.has(&Fault::Twice) { 2 } else { 1 };
        for _ in 0..times {
            let part = &answer[..answer.len().min(self.left)];
            self.left -= part.len();
            self.send(part).await?;
            if part.len() < answer.len() {
                self.stream.get_mut().flush().await?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
        Ok(())
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(text.as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await?;
        self.script.record.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// The client's next line, without its end.
    async fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        let record = &self.script.record;
        let kept = if self.protected { &record.protected } else { &record.clear };
        kept.lock().unwrap().extend_from_slice(&line);
        match line.strip_suffix(b"\r\n") {
            Some(text) => Ok(String::from_utf8_lossy(text).into_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// UIDs with gaps, as deleted messages leave them.
fn uid(at: usize) -> u32 {
    (at as u32 + 1) * 10
}

fn partial(items: &str) -> Partial {
    let (_, bounds) = items.split_once('<')?;
    let (origin, length) = bounds.split_once('>')?.0.split_once('.')?;
    Some((origin.parse().ok()?, length.parse().ok()?))
}
