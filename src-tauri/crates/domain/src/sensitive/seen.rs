//! A text as a reader sees it.

use std::ops::Range;

use crate::fold::folded;

/// One visible character, folded, or a blank between two.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// `' '` for any blanks, `'\n'` where a line ends among them.
    pub c: char,
    /// The bytes it came of.
    bytes: Range<usize>,
}

/// The glyphs of a text, and the same as a string to search words in.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    source: &'a str,
    pub glyphs: Vec<Glyph>,
    /// Its glyphs, with a blank for each end of a line: words go on in the next line.
    pub text: String,
    /// Which glyph each byte of `text` is of.
    at: Vec<usize>,
}

impl<'a> Seen<'a> {
    pub fn of(source: &'a str) -> Self {
        let mut seen = Self { source, glyphs: Vec::new(), text: String::new(), at: Vec::new() };
        let mut end = 0;
        for (c, bytes) in folded(source) {
            if let Some(blank) = blank(source.get(end..bytes.start).unwrap_or_default()) {
                seen.push(blank, end..bytes.start);
            }
            end = end.max(bytes.end);
            seen.push(c, bytes);
        }
        seen
    }

    fn push(&mut self, c: char, bytes: Range<usize>) {
        let shown = if c == '\n' { ' ' } else { c };
        self.text.push(shown);
        self.at.extend(std::iter::repeat_n(self.glyphs.len(), shown.len_utf8()));
        self.glyphs.push(Glyph { c, bytes });
    }

    /// The glyph at a byte of `text`, or the end.
    pub fn glyph_at(&self, byte: usize) -> usize {
        self.at.get(byte).copied().unwrap_or(self.glyphs.len())
    }

    /// The character at a place; `'\n'` outside the text.
    pub fn c(&self, at: usize) -> char {
        self.glyphs.get(at).map_or('\n', |glyph| glyph.c)
    }

    /// The character before a place; `'\n'` at the beginning.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |at| self.c(at))
    }

    /// The characters of some glyphs.
    pub fn chars<'s>(&'s self, glyphs: &Range<usize>) -> impl Iterator<Item = char> + use<'s, 'a> {
        self.glyphs.get(glyphs.clone()).unwrap_or_default().iter().map(|glyph| glyph.c)
    }

    /// The bytes of the original text that some glyphs came of.
    pub fn bytes(&self, glyphs: &Range<usize>) -> Range<usize> {
        let glyphs = self.glyphs.get(glyphs.clone()).unwrap_or_default();
        let start = glyphs.first().map_or(0, |glyph| glyph.bytes.start);
        start..glyphs.last().map_or(start, |glyph| glyph.bytes.end)
    }

    /// What the writer wrote there, in its own case and width.
    pub fn written(&self, glyphs: &Range<usize>) -> &'a str {
        self.source.get(self.bytes(glyphs)).unwrap_or_default()
    }

    /// Where the line ends that a place is in, or `within` glyphs after it.
    pub fn line_end(&self, from: usize, within: usize) -> usize {
        (from..from + within).find(|at| self.c(*at) == '\n').unwrap_or(from + within)
    }
}

/// What the reader sees of what lies between two visible characters.
fn blank(between: &str) -> Option<char> {
    if between.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Some('\n');
    }
    between.contains(char::is_whitespace).then_some(' ')
}
