//! XML as it comes from outside and as it is sent.
//!
//! Answers are read without a document type and with no entity but the five of XML itself (XML 1.0 §4.6), to a bounded
//! depth and number of elements: nothing in an answer can make it grow.

use quick_xml::Reader;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How deep elements may stand in each other; a user within an item needs five.
const DEPTH: usize = 12;

/// How many elements an answer may have; a page of 200 people has about 3,000.
const ELEMENTS: usize = 50_000;

/// An element with what stands in it. Attributes are not kept: a page's counts are counted here.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Reads an answer. The reason it cannot be read never quotes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "the answer is not UTF-8")?;
        let mut reader = Reader::from_str(text);
        let (mut open, mut read) = (Vec::<Self>::new(), 0);
        loop {
            match reader.read_event().map_err(|_| "the answer is not XML")? {
                Event::DocType(_) => return Err("the answer has a document type, as no such answer has"),
                Event::Start(element) => {
                    open.push(Self::named(&element, &mut read)?);
                    if open.len() > DEPTH {
                        return Err("the answer is nested too deeply");
                    }
                }
                Event::Empty(element) => {
                    let empty = Self::named(&element, &mut read)?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(empty),
                        None => return Ok(empty),
                    }
                }
                Event::End(_) => {
                    let closed = open.pop().ok_or("the answer is not XML")?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Event::Text(piece) => write(&mut open, &piece),
                Event::CData(piece) => write(&mut open, &piece),
                Event::GeneralRef(name) => write(&mut open, character(&name)?.encode_utf8(&mut [0; 4])),
                Event::Eof => return Err("the answer is cut off, or empty"),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn named(element: &BytesStart<'_>, read: &mut usize) -> Result<Self, &'static str> {
        *read += 1;
        if *read > ELEMENTS {
            return Err("the answer has too many elements");
        }
        Ok(Self { name: element.name().as_ref().to_owned(), ..Self::default() })
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    pub fn items(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(|child| child.name == "Item")
    }

    /// The number of the record that a child refers to: `<X.P_Client><Client><Client.P_Id>12</…>`. How deep it stands
    /// is not certain, so the first `P_Id` in it counts, or its text.
    pub fn reference(&self, name: &str) -> Option<&str> {
        let child = self.child(name)?;
        let id = child.first_id().unwrap_or(child).text.trim();
        (!id.is_empty()).then_some(id)
    }

    fn first_id(&self) -> Option<&Self> {
        let of = |child: &'_ Self| child.name == "P_Id" || child.name.ends_with(".P_Id");
        self.children.iter().find_map(|child| if of(child) { Some(child) } else { child.first_id() })
    }
}

/// Adds to the text of the innermost element; what stands outside of all is nothing.
fn write(open: &mut [Element], piece: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(piece);
    }
}

/// The character that a reference stands for.
fn character(reference: &BytesRef<'_>) -> Result<char, &'static str> {
    let by_name = |name: &str| match name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    };
    let found = reference.resolve_char_ref().ok().flatten().or_else(|| by_name(reference));
    found.ok_or("the answer refers to an entity, as no such answer does")
}

/// An element to send, with text in it.
pub fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", partial_escape(text))
}

/// How many characters a character takes when it is sent.
pub fn cost(character: char) -> usize {
    match character {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        _ => 1,
    }
}

/// A text that XML can hold and the API takes (code 8: 制御コード混入), with `\n` between its lines.
pub fn sendable(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let holds = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    unix.chars().filter(holds).collect()
}

/// The same on one line, with single blanks.
pub fn one_line(text: &str) -> String {
    sendable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_references_resolved() {
        let xml = r#"<?xml version="1.0"?><Activity Total="1"><Code>0</Code><Item><Activity.P_Memo>a &lt;b&gt; &amp;&#10;c</Activity.P_Memo><Activity.P_Title/></Item></Activity>"#;
        let read = Element::parse(xml.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.text_of("Code")), ("Activity", "0"));
        let item = read.items().next().unwrap();
        assert_eq!((item.text_of("Activity.P_Memo"), item.text_of("Activity.P_Title")), ("a <b> &\nc", ""));
    }

    #[test]
    fn a_reference_is_found_however_it_is_nested() {
        let reference = |inner: &str| {
            let read = Element::parse(format!("<Item><R.P_Client>{inner}</R.P_Client></Item>").as_bytes()).unwrap();
            read.reference("R.P_Client").map(str::to_owned)
        };
        assert_eq!(reference("<Client><Client.P_Id>12</Client.P_Id></Client>").as_deref(), Some("12"));
        assert_eq!(reference("<Reference><P_Id>12</P_Id></Reference>").as_deref(), Some("12"));
        assert_eq!(reference("12").as_deref(), Some("12"));
        assert_eq!(reference(""), None);
    }

    fn check_refused(xml: &str) {
        let reason = Element::parse(xml.as_bytes()).unwrap_err();
        assert!(!reason.contains("secret"), "{reason}");
    }

    #[test]
    fn nothing_in_an_answer_makes_it_grow() {
        check_refused(r#"<!DOCTYPE a [<!ENTITY b "secretsecret"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"#);
        check_refused("<a>&secret;</a>");
        check_refused(&format!("{}{}", "<a>".repeat(DEPTH + 1), "</a>".repeat(DEPTH + 1)));
        check_refused(&format!("<a>{}</a>", "<b/>".repeat(ELEMENTS)));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for xml in ["", "<html><body>secret", "<a></b>", "secret", "<Activity><Code>0</Code><Item><Activity.P_Id>1"] {
            check_refused(xml);
        }
        assert!(Element::parse(b"<a>\xff</a>").is_err());
    }

    #[test]
    fn an_answer_that_breaks_off_anywhere_is_none() {
        let whole = "<Activity Total=\"1\"><Code>0</Code><Item><Activity.P_Title>件名 &amp;</Activity.P_Title></Item></Activity>";
        assert!(Element::parse(whole.as_bytes()).is_ok());
        for end in 0..whole.len() {
            assert!(Element::parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn what_is_sent_is_escaped_and_has_no_control_characters() {
        assert_eq!(element("M", "a<b>&\"c'"), "<M>a&lt;b&gt;&amp;\"c'</M>");
        assert_eq!(sendable("a\r\nb\rc\u{0}\u{b}\u{7f}\u{85}\td\u{ffff}🍙"), "a\nb\nc\td🍙");
        let text = "a<b>&c田";
        assert_eq!(element("", text).chars().count(), "<></>".len() + text.chars().map(cost).sum::<usize>());
    }
}
