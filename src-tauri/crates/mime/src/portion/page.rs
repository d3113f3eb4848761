//! A cleaned page as lines that know where in its markup they stand, so that lines and words can be taken out of it.
//!
//! Cleaned markup closes every element, so a flat list of its pieces is enough; nothing is recursive. What is taken out
//! leaves no empty element behind. The result goes through the sanitiser again: it is not this that makes a page safe.

use std::ops::Range;

use otomo_domain::redaction::{MASK, Redactions};

use super::line::{Fate, Line};
use super::trace::Trace;
use crate::html::{MAX_QUOTE, TooComplex};
use crate::sanitise::landmark::Landmark;
use attributes::Values;

mod attributes;
mod read;
mod render;

/// A piece of markup.
enum Piece {
    Start { name: String, attributes: Vec<Attribute> },
    End { name: String },
    Text(Text),
}

struct Attribute {
    name: String,
    value: String,
    dropped: bool,
}

/// A text between two tags, and what of it is not shown.
#[derive(Default)]
struct Text {
    text: String,
    /// In order, none touching another.
    hidden: Vec<Hidden>,
}

/// Bytes of a text that are taken out.
#[derive(Clone)]
struct Hidden {
    range: Range<usize>,
    /// The mask stands here. A redaction that reaches over several pieces has it in the first.
    masked: bool,
}

/// Elements that have no content (HTML §13.1.2), as far as a cleaned page has them.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];

/// Where a piece of a line's text comes from.
#[derive(Clone)]
struct Run {
    piece: usize,
    /// Bytes of the piece's text; as many in the line's.
    range: Range<usize>,
    /// Where it begins in the line's text.
    at: usize,
}

/// A line as the page shows it.
#[derive(Default)]
struct PageLine {
    /// With the dash of a list's item; line ends are blanks, byte for byte.
    text: String,
    runs: Vec<Run>,
    /// Pictures, rules and line breaks.
    items: Vec<usize>,
    /// How deeply it is quoted.
    depth: usize,
    mark: Option<Landmark>,
    picture: bool,
    cut: bool,
}

impl PageLine {
    fn as_line(&self) -> Line<'_> {
        let line = Line::of(&self.text);
        Line { quoted: line.quoted || self.depth > 0, mark: self.mark, picture: self.picture, ..line }
    }
}

/// How often each redaction was found.
#[derive(Default)]
pub(super) struct Found {
    /// Where a reader sees it.
    pub(super) shown: Vec<usize>,
    /// There, or in an attribute.
    pub(super) anywhere: Vec<usize>,
}

pub(super) struct Page {
    pieces: Vec<Piece>,
    lines: Vec<PageLine>,
    /// Pieces without text that were cut.
    gone: Vec<bool>,
}

impl Page {
    /// Reads a cleaned page. `None` if its markup was made to exhaust its readers, which a cleaned one's isn't.
    pub(super) fn read(html: &str) -> Option<Self> {
        let pieces = read::pieces(html).map_err(|TooComplex| ()).ok()?;
        let lines = read::lines(&pieces);
        Some(Self { gone: vec![false; pieces.len()], pieces, lines })
    }

    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        self.lines.iter().map(PageLine::as_line).collect()
    }

    /// Takes out the lines that don't stay.
    pub(super) fn cut(&mut self, fates: &[Fate]) {
        let cut = self.lines.iter_mut().zip(fates).filter(|(_, fate)| **fate != Fate::Kept).map(|(line, _)| line);
        let mut hidden = Vec::new();
        for line in cut {
            line.cut = true;
            hidden.extend(line.runs.iter().map(|run| (run.piece, Hidden { range: run.range.clone(), masked: false })));
            for item in &line.items {
                if let Some(gone) = self.gone.get_mut(*item) {
                    *gone = true;
                }
            }
        }
        self.hide(hidden);
    }

    /// Blacks out, and tells how often each redaction was there.
    pub(super) fn redact(&mut self, redactions: &Redactions) -> Found {
        if redactions.is_empty() {
            return Found::default();
        }
        let (bare, marked) = (self.shown(false), self.shown(true));
        let in_attributes = redactions.counts(&Values::of(&self.pieces).joined());
        let counts = redactions.counts(&bare.text).into_iter().zip(redactions.counts(&marked.text));
        let shown: Vec<usize> = counts.map(|(bare, marked)| bare.max(marked)).collect();
        let anywhere = shown.iter().zip(in_attributes).map(|(shown, attributes)| shown + attributes).collect();
        let mut hidden = Vec::new();
        for shown in [bare, marked] {
            for range in redactions.ranges(&shown.text) {
                hidden.extend(shown.pieces(&range));
            }
        }
        self.hide(hidden);
        Found { shown, anywhere }
    }

    /// Takes out the attributes that tell a redaction, or a line that was cut.
    pub(super) fn drop_attributes(&mut self, redactions: &Redactions, gone: &Trace) {
        let telling = Values::of(&self.pieces).telling(redactions, gone);
        for (piece, attribute) in telling {
            if let Some(Piece::Start { attributes, .. }) = self.pieces.get_mut(piece)
                && let Some(attribute) = attributes.get_mut(attribute)
            {
                attribute.dropped = true;
            }
        }
    }

    /// Whether a redaction or a line that was cut can be read in what is left.
    pub(super) fn tells(&self, redactions: &Redactions, gone: &Trace) -> bool {
        let shown = [self.shown(false).text, self.shown(true).text];
        shown.iter().any(|text| redactions.occur_in(text) || gone.stands_in(text))
            || !Values::of(&self.pieces).telling(redactions, gone).is_empty()
    }

    pub(super) fn render(&self) -> String {
        render::html(&self.pieces, &self.gone)
    }

    fn hide(&mut self, mut hidden: Vec<(usize, Hidden)>) {
        hidden.sort_by_key(|(piece, hidden)| (*piece, hidden.range.start, hidden.range.end));
        for (piece, new) in hidden {
            let Some(Piece::Text(text)) = self.pieces.get_mut(piece) else { continue };
            text.hidden.push(new);
        }
        for piece in &mut self.pieces {
            if let Piece::Text(text) = piece {
                text.merge();
            }
        }
    }

    /// The text of the lines that stay, without or with the marks that a plain text shows for quotes and lists: a
    /// redaction is found in either.
    fn shown(&self, marks: bool) -> Shown {
        let mut shown = Shown::default();
        for line in self.lines.iter().filter(|line| !line.cut) {
            if marks {
                (0..line.depth.min(MAX_QUOTE)).for_each(|_| shown.text.push_str("> "));
                let at = shown.text.len();
                shown.text.push_str(&line.text);
                shown.runs.extend(line.runs.iter().cloned().map(|run| Run { at: at + run.at, ..run }));
            } else {
                for run in &line.runs {
                    let part = line.text.get(run.at..run.at + run.range.len()).unwrap_or_default();
                    shown.runs.push(Run { at: shown.text.len(), ..run.clone() });
                    shown.text.push_str(part);
                }
            }
            shown.text.push('\n');
        }
        shown
    }
}

/// A text made of runs.
#[derive(Default)]
struct Shown {
    text: String,
    /// In order.
    runs: Vec<Run>,
}

impl Shown {
    /// Where a range of the text stands in the pieces.
    fn pieces(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, Hidden)> {
        let first = self.runs.partition_point(|run| run.at + run.range.len() <= range.start);
        let reached = self.runs.iter().skip(first).take_while(|run| run.at < range.end);
        reached.enumerate().map(|(index, run)| {
            let from = range.start.max(run.at) - run.at + run.range.start;
            let to = range.end.min(run.at + run.range.len()) - run.at + run.range.start;
            (run.piece, Hidden { range: from..to, masked: index == 0 })
        })
    }
}

impl Text {
    /// Ranges in order, none touching another; masked if any of them was.
    fn merge(&mut self) {
        self.hidden.sort_by_key(|hidden| hidden.range.start);
        let mut merged: Vec<Hidden> = Vec::with_capacity(self.hidden.len());
        for hidden in self.hidden.drain(..).filter(|hidden| !hidden.range.is_empty()) {
            match merged.last_mut() {
                Some(last) if hidden.range.start <= last.range.end => {
                    last.range.end = last.range.end.max(hidden.range.end);
                    last.masked |= hidden.masked;
                }
                _ => merged.push(hidden),
            }
        }
        self.hidden = merged;
    }

    /// What is left of it, masks included.
    fn left(&self) -> String {
        let mut left = String::with_capacity(self.text.len());
        let mut at = 0;
        for hidden in &self.hidden {
            left.push_str(self.text.get(at..hidden.range.start).unwrap_or_default());
            left.push_str(if hidden.masked { MASK } else { "" });
            at = hidden.range.end;
        }
        left.push_str(self.text.get(at..).unwrap_or_default());
        left
    }
}
