//! Markup into pieces, and pieces into lines.

use html5ever::tokenizer::{Tag, TagKind, Token, TokenSinkResult};
use otomo_domain::fold::is_visible;

use super::{Attribute, PageLine, Piece, Run, Text, VOID};
use crate::html::{self, TooComplex};
use crate::sanitise::landmark::Landmark;

/// The page's tags and texts, every element closed.
pub(super) fn pieces(html: &str) -> Result<Vec<Piece>, TooComplex> {
    let Pieces { mut pieces, open } = html::read(html, Pieces::default())?;
    pieces.extend(open.into_iter().rev().map(|name| Piece::End { name }));
    Ok(pieces)
}

#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    /// The names of the open elements.
    open: Vec<String>,
}

impl html::Reader for Pieces {
    fn take(&mut self, token: Token) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(tag),
            Token::TagToken(tag) => self.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Pieces {
    fn text(&mut self, text: &str) {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.text.push_str(text);
        } else {
            self.pieces.push(Piece::Text(Text { text: text.to_owned(), hidden: Vec::new() }));
        }
    }

    fn start(&mut self, tag: Tag) {
        let name = tag.name.to_string();
        let attribute = |a: html5ever::Attribute| Attribute {
            name: a.name.local.to_string(),
            value: a.value.to_string(),
            dropped: false,
        };
        if !VOID.contains(&name.as_str()) {
            self.open.push(name.clone());
        }
        let attributes = tag.attrs.into_iter().map(attribute).collect();
        self.pieces.push(Piece::Start { name, attributes });
    }

    /// Closes the innermost element if it has this name. In cleaned markup it has.
    fn end(&mut self, name: &str) {
        if self.open.last().is_some_and(|last| last == name) {
            self.open.pop();
            self.pieces.push(Piece::End { name: name.to_owned() });
        }
    }
}

/// The lines of a page, as [`crate::html::text`] would lay them out.
pub(super) fn lines(pieces: &[Piece]) -> Vec<PageLine> {
    let mut reader = Reader::default();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Start { name, attributes } => reader.start(at, name, attributes),
            Piece::End { name } => reader.end(name),
            Piece::Text(text) => reader.text(at, &text.text),
        }
    }
    reader.break_line();
    reader.lines
}

#[derive(Default)]
struct Reader {
    lines: Vec<PageLine>,
    line: PageLine,
    open: Vec<Open>,
    /// How many of the open elements are quotes, signatures, preformatted.
    quotes: usize,
    quote_marks: usize,
    signatures: usize,
    preformatted: usize,
    /// Everything from here on is older mail, and no line tells it yet.
    rest: bool,
}

/// What an open element means for the text in it.
#[derive(Default)]
struct Open {
    mark: Option<Landmark>,
    preformatted: bool,
}

impl Reader {
    fn start(&mut self, at: usize, name: &str, attributes: &[Attribute]) {
        let mark = attributes.iter().find_map(|a| Landmark::of(&a.name, &a.value));
        self.edge(name);
        if mark.is_some() {
            self.break_line();
        }
        match name {
            "br" => self.item(at, true),
            "hr" => {
                self.line.text.push_str("----");
                self.item(at, true);
            }
            "img" => {
                self.line.picture = true;
                self.item(at, false);
            }
            "wbr" => self.item(at, false),
            "li" => self.line.text = "- ".into(),
            "td" | "th" if !self.line.text.is_empty() => self.line.text.push('\t'),
            "blockquote" => self.quotes += 1,
            _ => {}
        }
        self.rest |= mark == Some(Landmark::Rest) && self.quotes == 0;
        if VOID.contains(&name) {
            return;
        }
        let style = attributes.iter().find(|a| a.name == "style").map_or("", |a| a.value.as_str());
        let preformatted = name == "pre" || style.contains("white-space:pre");
        self.count(&Open { mark, preformatted }, 1);
        self.open.push(Open { mark, preformatted });
    }

    fn end(&mut self, name: &str) {
        let open = self.open.pop().unwrap_or_default();
        self.edge(name);
        if open.mark.is_some() {
            self.break_line();
        }
        if name == "blockquote" {
            self.quotes = self.quotes.saturating_sub(1);
        }
        self.count(&open, -1);
    }

    fn count(&mut self, open: &Open, by: isize) {
        let add = |count: &mut usize, holds: bool| *count = count.saturating_add_signed(if holds { by } else { 0 });
        add(&mut self.quote_marks, open.mark == Some(Landmark::Quote));
        add(&mut self.signatures, open.mark == Some(Landmark::Signature));
        add(&mut self.preformatted, open.preformatted);
    }

    fn text(&mut self, piece: usize, text: &str) {
        let mut from = 0;
        for part in text.split_inclusive('\n') {
            let to = from + part.len();
            self.line.runs.push(Run { piece, range: from..to, at: self.line.text.len() });
            self.line.text.push_str(&part.replace('\n', " "));
            if self.preformatted > 0 && part.ends_with('\n') {
                self.break_line();
            }
            from = to;
        }
    }

    /// A break, a rule or a picture.
    fn item(&mut self, at: usize, ends_line: bool) {
        self.line.items.push(at);
        if ends_line {
            self.break_line();
        }
    }

    /// The edge of an element that stands on lines of its own.
    fn edge(&mut self, name: &str) {
        const BLOCKS: [&str; 25] = [
            "p",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
            "ul",
            "ol",
            "dl",
            "table",
            "div",
            "li",
            "dt",
            "dd",
            "tr",
            "caption",
            "center",
            "address",
            "hr",
            "tbody",
            "thead",
            "tfoot",
        ];
        if BLOCKS.contains(&name) {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        // The dash of an item waits for its first word.
        if self.line.runs.is_empty() && self.line.items.is_empty() {
            return;
        }
        let mut line = std::mem::take(&mut self.line);
        let has_text = line.picture || line.text.chars().any(is_visible);
        line.depth = self.quotes;
        line.mark = match () {
            () if self.rest && has_text => Some(Landmark::Rest),
            () if self.quote_marks > 0 => Some(Landmark::Quote),
            () if self.signatures > 0 => Some(Landmark::Signature),
            () => None,
        };
        self.rest &= !has_text;
        self.lines.push(line);
    }
}
