//! 黒塗り: words that the rep takes out of what is shared, wherever they stand and however they are written.
//!
//! A redaction is a piece of text, not a place: it holds in the subject, the text, its HTML, names and file names alike,
//! and the rebuilt payload of a later moment finds it again. What can't be taken out without breaking what a CRM needs
//! (the author's address, the Message-ID) makes the mail unsharable; nothing slips through.

use crate::fold::{fold, folded};

/// What stands where something was taken out: always as long, so that the length isn't told.
pub const MASK: &str = "■■■";

/// The most redactions of one mail, and the longest one in characters.
pub const MOST: usize = 200;
pub const LONGEST: usize = 20_000;

/// The redactions of a mail, ready to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redactions {
    /// Folded, none empty, the longest first.
    needles: Vec<Vec<char>>,
}

impl Redactions {
    /// Redactions with nothing visible in them are left out.
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut needles: Vec<Vec<char>> = texts.iter().map(|text| fold(text.as_ref()).chars().collect()).collect();
        needles.retain(|needle| !needle.is_empty());
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self { needles }
    }

    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Whether anything of it stands in a text.
    pub fn occur_in(&self, text: &str) -> bool {
        !self.is_empty() && !self.ranges(text).is_empty()
    }

    /// The text without it.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for range in self.ranges(text) {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(MASK);
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// How often each of them stands in a text, always in the same order.
    pub fn counts(&self, text: &str) -> Vec<usize> {
        let folded: Vec<char> = if self.is_empty() { Vec::new() } else { fold(text).chars().collect() };
        self.needles.iter().map(|needle| occurrences(&folded, needle).len()).collect()
    }

    /// Where it stands in a text: ranges of bytes, in order, none touching another.
    pub fn ranges(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let folded = folded(text);
        let chars: Vec<char> = folded.iter().map(|(c, _)| *c).collect();
        let mut hidden = vec![false; chars.len()];
        for needle in &self.needles {
            for start in occurrences(&chars, needle) {
                hidden.iter_mut().skip(start).take(needle.len()).for_each(|hide| *hide = true);
            }
        }
        let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
        for ((_, range), _) in folded.iter().zip(&hidden).filter(|(_, hide)| **hide) {
            match ranges.last_mut() {
                // What lies between two hidden characters can't be seen anyway.
                Some(last) if all_hidden_between(text, last.end, range.start) => last.end = last.end.max(range.end),
                _ => ranges.push(range.clone()),
            }
        }
        ranges
    }
}

fn all_hidden_between(text: &str, from: usize, to: usize) -> bool {
    from >= to || text.get(from..to).is_some_and(|between| fold(between).is_empty())
}

/// Where `needle` begins in `text`: one pass (Knuth, Morris, Pratt), so that no text is a trap.
fn occurrences(text: &[char], needle: &[char]) -> Vec<usize> {
    if needle.len() > text.len() {
        return Vec::new();
    }
    let mut borders = vec![0usize; needle.len()];
    let mut matched = 0;
    let same = |at: usize, c: char| needle.get(at) == Some(&c);
    for (at, c) in needle.iter().copied().enumerate().skip(1) {
        matched = longest(&borders, matched, |at| same(at, c));
        if let Some(border) = borders.get_mut(at) {
            *border = matched;
        }
    }
    let (mut found, mut matched) = (Vec::new(), 0);
    for (at, c) in text.iter().copied().enumerate() {
        matched = longest(&borders, matched, |at| same(at, c));
        if matched == needle.len() {
            found.push(at + 1 - matched);
            matched = borders.last().copied().unwrap_or(0);
        }
    }
    found
}

/// How much of the needle is matched after one more character.
fn longest(borders: &[usize], mut matched: usize, fits: impl Fn(usize) -> bool) -> usize {
    while matched > 0 && !fits(matched) {
        matched = borders.get(matched - 1).copied().unwrap_or(0);
    }
    if fits(matched) { matched + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(redactions: &[&str], text: &str, expected: &str) {
        let redactions = Redactions::new(redactions);
        assert_eq!(redactions.apply(text), expected, "{redactions:?}");
        assert!(!redactions.occur_in(&redactions.apply(text)), "{text:?}");
    }

    #[test]
    fn a_redaction_is_taken_out_wherever_it_stands_and_however_it_is_written() {
        check(&["暗証番号"], "暗証番号は1234。暗証 番号", "■■■は1234。■■■");
        check(&["090-1234-5678"], "電話０９０－１２３４－５６７８まで", "電話■■■まで");
        check(&["secret"], "Sec\u{200b}RET and secretary", "■■■ and ■■■ary");
        check(&["タナカ"], "たなか ﾀﾅｶ タナカ", "■■■");
    }

    #[test]
    fn redactions_that_overlap_leave_nothing_between_them() {
        check(&["abc", "cde"], "xabcdey", "x■■■y");
        check(&["aa"], "aaaa b", "■■■ b");
    }

    #[test]
    fn each_redaction_is_counted_by_itself() {
        let redactions = Redactions::new(&["b", "aa", "longer than the text"]);
        assert_eq!(redactions.counts("ａAa b"), [0, 2, 1]);
        assert!(Redactions::default().counts("a").is_empty());
    }

    #[test]
    fn a_redaction_without_anything_visible_takes_nothing_out() {
        check(&["", " \u{200b}"], "a b", "a b");
    }
}
