//! Whether lines that were cut can still be read in a text, whatever stands between and around their characters.
//!
//! Lines are compared folded, by their first and last characters: at most [`LENGTHS`]' first of each end. They are looked
//! for by rolling hashes (Karp and Rabin, 1987), so that a thousand lines cost no more than one. Two texts of these lengths
//! that hash alike would be taken for one; then a page is left out that could have been shared.

use std::collections::{HashMap, HashSet};

use otomo_domain::fold::fold;

use super::line::{Fate, Line};

/// How many characters are compared: as many as the line has. A shorter line tells nothing by itself.
const LENGTHS: [usize; 4] = [64, 32, 16, 8];

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes by the length of what was hashed.
#[derive(Default)]
struct Hashes(HashMap<usize, HashSet<u64>>);

impl Hashes {
    fn of<'e>(ends: impl IntoIterator<Item = &'e Ends>) -> Self {
        let mut hashes = Self::default();
        for ends in ends {
            hashes.0.entry(ends.len).or_default().extend(ends.hashes);
        }
        hashes
    }

    fn has(&self, ends: &Ends) -> bool {
        self.0.get(&ends.len).is_some_and(|known| ends.hashes.iter().all(|hash| known.contains(hash)))
    }

    /// Those of them that stand in a folded text.
    fn found_in(&self, text: &[char]) -> Self {
        let found =
            self.0.iter().map(|(len, known)| (*len, rolling(text, *len).filter(|h| known.contains(h)).collect()));
        Self(found.collect())
    }

    fn any_in(&self, text: &[char]) -> bool {
        self.0.iter().any(|(len, known)| !known.is_empty() && rolling(text, *len).any(|hash| known.contains(&hash)))
    }

    fn remove(&mut self, others: &Self) {
        for (len, known) in &mut self.0 {
            known.retain(|hash| !others.0.get(len).is_some_and(|others| others.contains(hash)));
        }
    }
}

/// The two ends of a line, hashed.
struct Ends {
    len: usize,
    hashes: [u64; 2],
}

impl Ends {
    fn of(line: &str) -> Option<Self> {
        let folded = folded(line);
        let len = LENGTHS.into_iter().find(|len| *len <= folded.len())?;
        let hash = |part: Option<&[char]>| part.unwrap_or_default().iter().fold(0, |hash, c| push(hash, *c));
        Some(Self { len, hashes: [hash(folded.get(..len)), hash(folded.get(folded.len() - len..))] })
    }
}

fn folded(text: &str) -> Vec<char> {
    fold(text).chars().collect()
}

fn push(hash: u64, c: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(c) + 1)
}

/// The hash of each window of this length.
fn rolling(text: &[char], len: usize) -> impl Iterator<Item = u64> {
    let highest = (1..len).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let leaving = std::iter::repeat_n(None, len).chain(text.iter().map(Some));
    let rolled = text.iter().zip(leaving).scan(0u64, move |hash, (c, gone)| {
        let without = gone.map_or(*hash, |gone: &char| hash.wrapping_sub((u64::from(*gone) + 1).wrapping_mul(highest)));
        *hash = push(without, *c);
        Some(*hash)
    });
    rolled.skip(len - 1)
}

/// Lines that were cut, and that nothing that is kept says as well.
pub(super) struct Trace(Hashes);

impl Trace {
    pub(super) fn of<'l>(cut: impl Iterator<Item = &'l str>, kept: impl Iterator<Item = &'l str>) -> Self {
        let ends: Vec<Ends> = cut.filter_map(Ends::of).collect();
        let mut hashes = Hashes::of(&ends);
        if !ends.is_empty() {
            hashes.remove(&hashes.found_in(&folded(&kept.collect::<Vec<_>>().join("\n"))));
        }
        Self(hashes)
    }

    /// Whether one of them can be read in a text.
    pub(super) fn stands_in(&self, text: &str) -> bool {
        self.0.0.values().any(|known| !known.is_empty()) && self.0.any_in(&folded(text))
    }
}

/// Marks the lines that stand among the `cut` ones of another form of the same text, and not among the `kept` ones.
pub(super) fn follow(lines: &[Line<'_>], fates: &mut [Fate], fate: Fate, cut: &[&str], kept: &[&str]) {
    let ends: Vec<Option<Ends>> = lines.iter().map(|line| Ends::of(line.text)).collect();
    let hashes = Hashes::of(ends.iter().flatten());
    let in_cut = hashes.found_in(&folded(&cut.join("\n")));
    let in_kept = hashes.found_in(&folded(&kept.join("\n")));
    // A short line may stand in any other, so it has to be one of the other form's.
    let whole = |lines: &[&str]| lines.iter().map(|line| fold(line)).collect::<HashSet<String>>();
    let (whole_cut, whole_kept) = (whole(cut), whole(kept));
    for ((line, ends), of) in lines.iter().zip(&ends).zip(fates.iter_mut()) {
        let folded = fold(line.text);
        let goes = match ends {
            Some(ends) => in_cut.has(ends) && !in_kept.has(ends),
            None => !folded.is_empty() && whole_cut.contains(&folded) && !whole_kept.contains(&folded),
        };
        if goes && *of == Fate::Kept {
            *of = fate;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cut: &[&str], kept: &[&str], text: &str, expected: bool) {
        let trace = Trace::of(cut.iter().copied(), kept.iter().copied());
        assert_eq!(trace.stands_in(text), expected, "{cut:?} {kept:?} {text:?}");
    }

    #[test]
    fn a_line_is_found_whatever_stands_between_its_characters() {
        check(&["the secret plan"], &[], "and THE  se\u{200b}cret\nplan was", true);
        check(&["カタカナで書いた文"], &[], "ｶﾀｶﾅ で書いた 文", true);
        check(&["the secret plan"], &[], "another secret", false);
    }

    #[test]
    fn a_line_is_found_by_either_end() {
        let line = "0123456789 abcdefghijklmnopqrstuvwxyz";
        check(&[line], &[], "56789abcdefghijklmnopqrstuvwxyz and more of it", false);
        check(&[line], &[], "x456789abcdefghijklmnopqrstuvwxyz", true);
        check(&[line], &[], "0123456789abcdefghijklmnopqrstuv", true);
    }

    #[test]
    fn what_is_kept_as_well_and_what_is_short_tells_nothing() {
        check(
            &["よろしくお願いいたします。"],
            &["では、よろしくお願いいたします。"],
            "よろしくお願いいたします。",
            false,
        );
        check(&["short"], &[], "short", false);
    }

    #[test]
    fn many_lines_alike_cost_no_more_than_one() {
        let lines: Vec<String> = (0..20_000).map(|n| format!("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{n}")).collect();
        let cut: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(&cut, &[], &"a".repeat(1024 * 1024), true);
        check(&cut, &["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], &"b".repeat(1024 * 1024), false);
    }
}
