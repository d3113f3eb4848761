//! Made-up mail: a word of its own in each place, written and encoded in one of the ways in which mail is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::digest::Digest;
use otomo_domain::payload::Level;
use proptest::prelude::*;
use proptest::sample::select;

use crate::writing::{Coding, Writing, encoded_words, transfer, written};

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Subject,
    From,
    To,
    ToAddress,
    Cc,
    Bcc,
    BccAddress,
    ReplyTo,
    Header,
    Preamble,
    /// In the text and in its page.
    Text,
    /// In the page alone.
    Page,
    Link,
    Title,
    Comment,
    Quote,
    Signature,
    FileName(usize),
    FileBytes(usize),
    ContentId(usize),
}

impl Place {
    const ALONE: [Self; 17] = [
        Self::Subject,
        Self::From,
        Self::To,
        Self::ToAddress,
        Self::Cc,
        Self::Bcc,
        Self::BccAddress,
        Self::ReplyTo,
        Self::Header,
        Self::Preamble,
        Self::Text,
        Self::Page,
        Self::Link,
        Self::Title,
        Self::Comment,
        Self::Quote,
        Self::Signature,
    ];

    /// Its name without a number.
    pub fn kind(self) -> String {
        format!("{self:?}").split('(').next().unwrap_or_default().to_owned()
    }

    /// Addresses, links and ids are written in ASCII.
    fn is_ascii(self) -> bool {
        use Place::{BccAddress, ContentId, FileBytes, Link, ReplyTo, ToAddress};
        matches!(self, ToAddress | BccAddress | ReplyTo | Link | ContentId(_) | FileBytes(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Html,
    Both,
}

/// How a part of a text is marked as older, or as the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// In the text and in the page.
    Both,
    Text,
    Page,
}

#[derive(Clone, Debug)]
pub struct File {
    pub name: Coding,
    /// The page shows it.
    pub shown: bool,
    pub shared: bool,
}

#[derive(Clone, Debug)]
pub struct Recipe {
    pub number: u32,
    pub form: Form,
    pub subject: Coding,
    pub codings: [Coding; 2],
    pub text: Writing,
    pub page: Writing,
    pub quote: (Marked, usize),
    pub sign: (Marked, usize),
    pub files: Vec<File>,
    pub level: Level,
    pub quotes: bool,
    pub signature: bool,
    /// By the order of the places.
    pub redacted: Vec<bool>,
}

pub fn recipes() -> impl Strategy<Value = Recipe> {
    let coding = || select(vec![Coding::EightBit, Coding::QuotedPrintable, Coding::Base64]);
    let form = select(vec![Form::Text, Form::Html, Form::Both, Form::Both]);
    let text = select(vec![Writing::Plain, Writing::Plain, Writing::Wide, Writing::Upper, Writing::Hidden]);
    let page = {
        use Writing::{Hidden, Plain, Referenced, Tagged, Upper, Wide};
        select(vec![Plain, Wide, Upper, Hidden, Tagged, Referenced])
    };
    let marked = || select(vec![Marked::Both, Marked::Both, Marked::Text, Marked::Page]);
    let file = (coding(), any::<bool>(), any::<bool>()).prop_map(|(name, shown, shared)| File { name, shown, shared });
    let level = select(vec![Level::Metadata, Level::Subject, Level::Full, Level::Full, Level::Full]);
    let written = (any::<u32>(), form, coding(), [coding(), coding()], text, page);
    let parts = ((marked(), 0..4_usize), (marked(), 0..3_usize), prop::collection::vec(file, 0..3));
    let choice = (level, any::<bool>(), any::<bool>(), prop::collection::vec(prop::bool::weighted(0.2), 26));
    (written, parts, choice).prop_map(|(written, parts, choice)| {
        let (number, form, subject, codings, text, page) = written;
        let (quote, sign, files) = parts;
        let (level, quotes, signature, redacted) = choice;
        Recipe { number, form, subject, codings, text, page, quote, sign, files, level, quotes, signature, redacted }
    })
}

impl Recipe {
    pub fn places(&self) -> Vec<Place> {
        let of_file = |n| [Place::FileName(n), Place::FileBytes(n), Place::ContentId(n)];
        Place::ALONE.into_iter().chain((0..self.files.len()).flat_map(of_file)).collect()
    }

    fn index(&self, place: Place) -> usize {
        self.places().iter().position(|p| *p == place).unwrap()
    }

    /// The word of a place: no other place has it, and no other mail.
    pub fn word(&self, place: Place) -> String {
        let letter = char::from(b'a' + u8::try_from(self.index(place)).unwrap());
        let plain = format!("mk{letter}{:08x}{letter}q", self.number);
        if place.is_ascii() { plain } else { format!("極{plain}ガ") }
    }

    pub fn is_redacted(&self, place: Place) -> bool {
        // The bytes of a file cannot be blacked out: it goes along whole, or not.
        !matches!(place, Place::FileBytes(_)) && self.redacted[self.index(place)]
    }

    pub fn redacted(&self) -> impl Iterator<Item = Place> {
        self.places().into_iter().filter(|place| self.is_redacted(*place))
    }

    pub fn has_html(&self) -> bool {
        self.form != Form::Text
    }

    pub fn shares(&self, n: usize) -> bool {
        self.files[n].shared
    }

    /// Whether the page shows a file.
    pub fn shows(&self, n: usize) -> bool {
        self.has_html() && self.files[n].shown
    }

    /// Whether the choice keeps the quote or the signature.
    pub fn keeps(&self, place: Place) -> bool {
        if place == Place::Quote { self.quotes } else { self.signature }
    }

    /// Whether the text and the page mark the same as older and as signature.
    pub fn agrees(&self) -> bool {
        self.form != Form::Both || (self.quote.0, self.sign.0) == (Marked::Both, Marked::Both)
    }

    pub fn shares_file(&self, sha256: &Digest) -> bool {
        (0..self.files.len())
            .any(|n| self.shares(n) && Digest::of(self.word(Place::FileBytes(n)).as_bytes()) == *sha256)
    }

    /// The mail as bytes.
    pub fn raw(&self) -> Vec<u8> {
        let word = |place| self.word(place);
        let name = |place| encoded_words(&word(place), self.subject);
        let mut mail = format!(
            "Message-ID: <1@x.jp>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0900\r\nX-Note: {}\r\nReply-To: {}@x.jp\r\n\
             From: {} <a@x.jp>\r\nTo: {} <{}@y.jp>\r\nCc: {} <c@y.jp>\r\nBcc: {} <{}@y.jp>\r\nSubject: {}\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n{}\r\n",
            name(Place::Header),
            word(Place::ReplyTo),
            name(Place::From),
            name(Place::To),
            word(Place::ToAddress),
            name(Place::Cc),
            name(Place::Bcc),
            word(Place::BccAddress),
            name(Place::Subject),
            word(Place::Preamble),
        );
        mail.push_str(&self.content());
        for (n, file) in self.files.iter().enumerate() {
            mail.push_str(&format!(
                "\r\n--outer\r\nContent-Type: image/png; name=\"{0}\"\r\nContent-Disposition: attachment; filename=\"{0}\"\r\n\
                 Content-ID: <{1}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{2}",
                encoded_words(&format!("{}.png", word(Place::FileName(n))), file.name),
                word(Place::ContentId(n)),
                STANDARD.encode(word(Place::FileBytes(n))),
            ));
        }
        mail.push_str("\r\n--outer--\r\n");
        mail.into_bytes()
    }

    /// The text in its forms.
    fn content(&self) -> String {
        let part = |kind: &str, text: &str, coding: Coding| {
            let (name, text) = transfer(text, coding);
            format!("Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n{text}")
        };
        let (text, page) = (part("plain", &self.text(), self.codings[0]), part("html", &self.page(), self.codings[1]));
        match self.form {
            Form::Text => format!("--outer\r\n{text}"),
            Form::Html => format!("--outer\r\n{page}"),
            Form::Both => format!(
                "--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n{text}\r\n--inner\r\n{page}\r\n--inner--"
            ),
        }
    }

    /// How a part is marked; where there is only one form, it is marked in that.
    fn marked(&self, marked: Marked) -> (bool, bool) {
        let alone = self.form != Form::Both;
        (alone || marked != Marked::Page, alone || marked != Marked::Text)
    }

    fn text(&self) -> String {
        let word = |place| written(&self.word(place), self.text);
        let quote = format!("前回の {} の件です。", word(Place::Quote));
        let quote = match (self.marked(self.quote.0).0, self.quote.1) {
            (false, _) => quote,
            (true, 0) => format!("2026年11月20日(金) 10:00 田中 <tanaka@x.jp>:\r\n\r\n> {quote}\r\n> 以上"),
            (true, 1) => format!("On Fri, 20 Nov 2026 10:00:00 +0900\r\nTanaka <tanaka@x.jp> wrote:\r\n\r\n> {quote}"),
            (true, 2) => format!("-----Original Message-----\r\nFrom: A\r\nTo: B\r\nSubject: c\r\n\r\n{quote}"),
            (true, _) => {
                format!("差出人: 田中\r\n送信日時: 2026年11月20日 10:00\r\n宛先: 佐藤\r\n件名: c\r\n\r\n{quote}")
            }
        };
        let sign = format!("{} 営業部", word(Place::Signature));
        let sign = match (self.marked(self.sign.0).0, self.sign.1) {
            (false, _) => sign,
            (true, 0) => format!("-- \r\n{sign}"),
            (true, 1) => format!("━━━━━━━━━━\r\n{sign}\r\nTEL: 03-1234-5678\r\n━━━━━━━━━━"),
            (true, _) => format!("**********\r\n{sign}\r\nMail: tanaka@x.jp"),
        };
        let sign = sign.replace("Mail: tanaka@x.jp", "株式会社サンプル\r\nMail: tanaka@x.jp\r\n**********");
        format!("お世話になっております。\r\n本日の {} です。\r\n\r\n{sign}\r\n\r\n{quote}\r\n", word(Place::Text))
    }

    fn page(&self) -> String {
        let word = |place| written(&self.word(place), self.page);
        let quote = format!("<p>前回の {} の件です。</p>", word(Place::Quote));
        let quote = match (self.marked(self.quote.0).1, self.quote.1) {
            // Within a line of its own words, so that no line can be cut.
            (false, 3) => format!("<div>なお、{quote}</div>").replace("<p>", "").replace("</p>", "よろしく"),
            (false, _) => quote,
            (true, 0) => format!(
                "<div class=\"gmail_quote\"><div class=\"gmail_attr\">田中:</div><blockquote>{quote}</blockquote></div>"
            ),
            (true, 1) => {
                format!("<div class=\"moz-cite-prefix\">田中:</div><blockquote type=\"cite\">{quote}</blockquote>")
            }
            (true, 2) => format!("<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">x</div>{quote}"),
            (true, _) => format!(
                "<div><p><b>From:</b> A<br><b>Sent:</b> x<br><b>To:</b> B<br><b>Subject:</b> c</p></div>{quote}"
            ),
        };
        let sign = format!("{} 営業部", word(Place::Signature));
        let sign = match (self.marked(self.sign.0).1, self.sign.1) {
            (false, _) => format!("<p>{sign}</p>"),
            (true, 0) => format!("<div class=\"gmail_signature\">{sign}</div>"),
            (true, 1) => format!("<div>-- <br>{sign}</div>"),
            (true, _) => format!("<p>━━━━━━━━━━<br>{sign}<br>TEL: 03-1234-5678<br>━━━━━━━━━━</p>"),
        };
        let images: String = (0..self.files.len())
            .filter(|n| self.shows(*n))
            .map(|n| format!("<img src=\"cid:{}\">", self.word(Place::ContentId(n))))
            .collect();
        let link: String = self.word(Place::Link).bytes().map(|b| format!("%{b:02x}")).collect();
        format!(
            "<html><body><!-- {} --><p>お世話になっております。<br>本日の {} です。</p><p>{} <a href=\"https://x.jp/?q={link}\" title=\"{}\">x</a>{images}</p>\
             {sign}{quote}</body></html>",
            self.word(Place::Comment),
            word(Place::Text),
            word(Place::Page),
            self.word(Place::Title),
        )
    }
}
