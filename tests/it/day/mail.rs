//! The mails of the day. Every place in which a mail tells something has a token of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::lab::{ALICE, BOB, User};
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;

use super::plan::Plan;

/// The token of a place of a mail or a person: the same in every run.
pub fn token(owner: &str, place: &str) -> String {
    let digest = Digest::of(format!("{owner}/{place}").as_bytes()).to_string();
    format!("{}{}-{place}", kit::decode::PREFIX, &digest[..12])
}

/// Somebody, with tokens in the name and in both halves of the address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    pub owner: String,
    pub address: String,
}

/// Places of a person in which something is told.
const OF_PERSON: [&str; 3] = ["name", "local", "dom"];

impl Person {
    pub fn new(owner: impl Into<String>) -> Self {
        let owner = owner.into();
        let address = format!("{}@{}.example", token(&owner, "local"), token(&owner, "dom"));
        Self { owner, address }
    }

    /// The same at a domain that is not the person's own.
    pub fn at(self, domain: &str) -> Self {
        Self { address: format!("{}@{domain}", token(&self.owner, "local")), ..self }
    }

    pub fn domain(&self) -> &str {
        self.address.split_once('@').expect("an address").1
    }

    /// Everything that a mail tells of this person.
    pub fn tokens(&self) -> Vec<String> {
        let told = |place: &str| place == "name" || self.address.contains(&token(&self.owner, place));
        OF_PERSON.into_iter().filter(|place| told(place)).map(|place| token(&self.owner, place)).collect()
    }

    fn header(&self) -> String {
        format!("{} <{}>", word(&format!("田中 {}", token(&self.owner, "name"))), self.address)
    }
}

/// An encoded word (RFC 2047).
fn word(text: &str) -> String {
    format!("=?utf-8?B?{}?=", STANDARD.encode(text))
}

/// Whose mailbox a mail comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    /// The rep decides on each mail.
    Alice,
    /// Mail goes by itself.
    Bob,
    Both,
    /// Alice wrote it.
    SentByAlice,
}

/// A mail of the day.
#[derive(Clone, Debug)]
pub struct Mail {
    pub hour: usize,
    pub plan: Plan,
    pub inbox: Inbox,
    /// What its tokens are made of.
    pub owner: String,
    /// The other side.
    pub client: Person,
    pub cc: Option<Person>,
    /// The mail that it answers and quotes.
    pub answers: Option<Box<Mail>>,
}

/// What a mail is allowed to tell once it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// `metadata`, `subject` or `full`.
    pub level: &'static str,
    pub file: bool,
    pub quotes: bool,
    /// The secret words are blacked out.
    pub redacted: bool,
}

impl Mail {
    pub fn token(&self, place: &str) -> String {
        token(&self.owner, place)
    }

    pub fn message_id(&self) -> String {
        format!("<{}@day.example>", self.token("id"))
    }

    pub fn key(&self) -> MailKey {
        MailKey::of_message_id(&self.message_id())
    }

    fn file(&self) -> String {
        format!("数量表 {}\r\n", self.token("data"))
    }

    pub fn file_digest(&self) -> Digest {
        Digest::of(self.file().as_bytes())
    }

    /// What nobody is ever told: it stands in the header, or is only for those who are named there.
    fn hidden(&self) -> Vec<String> {
        let bcc = Person::new(format!("{} bcc", self.owner));
        [vec![self.token("header")], bcc.tokens()].concat()
    }

    /// Every token of it, people included.
    pub fn tokens(&self) -> Vec<String> {
        let places = ["id", "subject", "secret", "text", "html", "quote", "sig", "filename", "data", "toname"];
        let own = places.iter().map(|place| self.token(place)).collect();
        [own, self.people().flat_map(Person::tokens).collect(), self.hidden()].concat()
    }

    /// Everybody whom the CRM may be told of with it.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.client).chain(&self.cc)
    }

    /// What it tells if this much of it is shared.
    pub fn told(&self, portion: &Portion) -> Vec<String> {
        let mut told = vec![self.token("id"), self.token("toname")];
        told.extend(self.people().flat_map(Person::tokens));
        let mut tell = |is_told: bool, places: &[&str]| {
            told.extend(places.iter().filter(|_| is_told).map(|place| self.token(place)));
        };
        let full = portion.level == "full";
        tell(portion.level != "metadata", &["subject"]);
        tell(portion.level != "metadata" && !portion.redacted, &["secret"]);
        tell(full, &["text", "html"]);
        tell(full && portion.quotes, &["quote"]);
        tell(portion.file, &["filename", "data"]);
        // What it refers to stands in its own header.
        told.extend(self.answers.iter().map(|answered| answered.token("id")));
        told
    }

    pub fn subject(&self) -> String {
        let more = if self.plan == Plan::NeverWord { "【社外秘】" } else { "お見積り" };
        format!("{more} {} {}", self.token("subject"), self.token("secret"))
    }

    /// The bytes of the mail, written at this time (RFC 9110 §5.6.7, which is one of RFC 5322's forms, too).
    pub fn raw(&self, date: &str) -> Vec<u8> {
        let (head, [text, html]) = (self.head(date), self.bodies());
        let name = match self.plan.portion() {
            Some(Portion { redacted: true, .. }) => format!("{} {}", self.token("filename"), self.token("secret")),
            _ => self.token("filename"),
        };
        let file = STANDARD.encode(self.file());
        let raw = format!(
            "{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
             --m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
             --a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\
             --a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--a--\r\n\
             --m\r\nContent-Type: text/plain; name=\"{name}.txt\"\r\n\
             Content-Disposition: attachment; filename=\"{name}.txt\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--m--\r\n"
        );
        raw.into_bytes()
    }

    fn head(&self, date: &str) -> String {
        let rep = |user: User| format!("{} <{}>", word(&self.token("toname")), user.address);
        let sent = self.inbox == Inbox::SentByAlice;
        let (from, to) = match self.inbox {
            Inbox::Alice => (self.client.header(), rep(ALICE)),
            Inbox::Bob => (self.client.header(), rep(BOB)),
            Inbox::Both => (self.client.header(), format!("{}, {}", rep(ALICE), rep(BOB))),
            Inbox::SentByAlice => (rep(ALICE), self.client.header()),
        };
        let mut lines = vec![
            format!("From: {from}"),
            format!("To: {to}"),
            format!("Subject: {}", word(&self.subject())),
            format!("Message-ID: {}", self.message_id()),
            format!("Date: {date}"),
            format!("X-Note: {}", self.token("header")),
        ];
        lines.extend(self.cc.as_ref().map(|cc| format!("Cc: {}", cc.header())));
        if sent {
            lines.push(format!("Bcc: {}", Person::new(format!("{} bcc", self.owner)).header()));
        }
        if let Some(answered) = &self.answers {
            lines.push(format!("In-Reply-To: {0}\r\nReferences: {0}", answered.message_id()));
        }
        if self.plan == Plan::Automated {
            lines.push("Auto-Submitted: auto-generated".into());
        }
        lines.join("\r\n") + "\r\n"
    }

    /// Text and HTML: what is new, a quote, a signature.
    fn bodies(&self) -> [String; 2] {
        let [text, html, secret, quote, signature] =
            ["text", "html", "secret", "quote", "sig"].map(|place| self.token(place));
        let older = self.answers.as_ref().map(|answered| answered.token("text")).unwrap_or_default();
        let card = if self.plan == Plan::Sensitive {
            "カード番号: 4111 1111 1111 1111"
        } else {
            "よろしくお願いします。"
        };
        let attribution = "2026年11月20日(金) 10:00 田中 <old@customer.example>:";
        let plain = format!(
            "お世話になっております。 {text}\r\n案件の名前は {secret} です。\r\n{card}\r\n\r\n\
             {attribution}\r\n> 前のメール {quote}\r\n> {older}\r\n\r\n-- \r\n担当 {signature}\r\n"
        );
        let rich = format!(
            "<p>お世話になっております。 {html}</p><p>案件の名前は {secret} です。</p><p>{card}</p>\
             <div class=\"gmail_quote\"><div class=\"gmail_attr\">{attribution}</div>\
             <blockquote type=\"cite\"><p>前のメール {quote}</p><p>{older}</p></blockquote></div>\
             <div class=\"gmail_signature\">担当 {signature}</div>"
        );
        [plain, rich]
    }
}
