//! The International Bank Account Number (ISO 13616).

use std::ops::Range;

use crate::sensitive::seen::Seen;

/// The countries that have one, and how long it is there (the SWIFT registry of ISO 13616).
#[rustfmt::skip]
const LENGTHS: &[(&str, usize)] = &[
    ("ad", 24), ("ae", 23), ("al", 28), ("at", 20), ("az", 28), ("ba", 20), ("be", 16), ("bg", 22), ("bh", 22),
    ("bi", 27), ("br", 29), ("by", 28), ("ch", 21), ("cr", 22), ("cy", 28), ("cz", 24), ("de", 22), ("dj", 27),
    ("dk", 18), ("do", 28), ("ee", 20), ("eg", 29), ("es", 24), ("fi", 18), ("fk", 18), ("fo", 18), ("fr", 27),
    ("gb", 22), ("ge", 22), ("gi", 23), ("gl", 18), ("gr", 27), ("gt", 28), ("hr", 21), ("hu", 28), ("ie", 22),
    ("il", 23), ("iq", 23), ("is", 26), ("it", 27), ("jo", 30), ("kw", 30), ("kz", 20), ("lb", 28), ("lc", 32),
    ("li", 21), ("lt", 20), ("lu", 20), ("lv", 21), ("ly", 25), ("mc", 27), ("md", 24), ("me", 22), ("mk", 19),
    ("mn", 20), ("mr", 27), ("mt", 31), ("mu", 30), ("ni", 28), ("nl", 18), ("no", 15), ("om", 23), ("pk", 24),
    ("pl", 28), ("ps", 29), ("pt", 25), ("qa", 29), ("ro", 24), ("rs", 22), ("ru", 33), ("sa", 24), ("sc", 31),
    ("sd", 18), ("se", 24), ("si", 19), ("sk", 24), ("sm", 27), ("so", 23), ("st", 25), ("sv", 28), ("tl", 23),
    ("tn", 24), ("tr", 26), ("ua", 29), ("va", 22), ("vg", 24), ("xk", 20), ("ye", 30),
];

/// Every IBAN, as glyphs.
pub(super) fn find(seen: &Seen<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < seen.glyphs.len() {
        let end = if seen.before(at).is_ascii_alphanumeric() { None } else { end_of(seen, at) };
        found.extend(end.map(|end| at..end));
        at = end.unwrap_or(at + 1);
    }
    found
}

/// Where the IBAN ends that begins at a glyph.
fn end_of(seen: &Seen<'_>, start: usize) -> Option<usize> {
    let country: String = [seen.c(start), seen.c(start + 1)].iter().collect();
    let at = LENGTHS.binary_search_by_key(&country.as_str(), |(name, _)| name).ok()?;
    let (_, length) = LENGTHS.get(at)?;
    let mut signs = Vec::with_capacity(*length);
    let mut end = start;
    while signs.len() < *length {
        match seen.c(end) {
            c if c.is_ascii_alphanumeric() => signs.push(c),
            // Blanks and hyphens stand between groups, one at a time.
            ' ' | '-' if seen.before(end).is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end += 1;
    }
    let ends = !seen.c(end).is_ascii_alphanumeric();
    (ends && remainder(&signs) == Some(1)).then_some(end)
}

/// The remainder of ISO 7064 MOD 97-10, the first four signs moved to the end. Letters count from 10 for a.
fn remainder(signs: &[char]) -> Option<u32> {
    let (head, tail) = signs.split_at_checked(4)?;
    tail.iter().chain(head).try_fold(0, |rest, sign| {
        let value = sign.to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let seen = Seen::of(text);
        let found: Vec<&str> = find(&seen).iter().map(|range| seen.written(range)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{text}");
    }

    /// Examples of the registry.
    #[test]
    fn an_iban_is_told_by_its_country_its_length_and_its_remainder() {
        check("IBAN: GB29 NWBK 6016 1331 9268 19.", Some("GB29 NWBK 6016 1331 9268 19"));
        check("de89370400440532013000", Some("de89370400440532013000"));
        check("ＤＥ８９ 3704 0044 0532 0130 00 まで", Some("ＤＥ８９ 3704 0044 0532 0130 00"));
        check("NO93 8601 1117 947", Some("NO93 8601 1117 947"));
        check("DE89 3704 0044 0532 0130 01", None);
        check("DE89 3704 0044 0532 0130 000", None);
        check("JP89 3704 0044 0532 0130 00", None);
        check("xDE89370400440532013000", None);
    }

    #[test]
    fn the_countries_are_sorted_so_that_each_is_found() {
        assert!(LENGTHS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
