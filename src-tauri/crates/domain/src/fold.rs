//! Text as it is compared where a person would call two writings the same.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Folds width, case and compatibility forms (NFKC, then lower case), turns katakana into hiragana, and leaves out
/// everything that can't be seen: blanks, controls, zero-width and bidirectional marks.
///
/// What two texts have in common after folding a reader would find in both.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter_map(folded_alone).filter(|c| is_visible(*c)).collect();
    }
    text.nfkc().flat_map(char::to_lowercase).filter(|c| is_visible(*c)).map(hiragana).collect()
}

/// Each folded character with the range of bytes in `text` that it came of, in order.
pub fn folded(text: &str) -> Vec<(char, std::ops::Range<usize>)> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        // A base character and what follows it may compose together.
        let mut end = start + first.len_utf8();
        while let Some((at, mark)) = rest.peek().copied().filter(|(_, c)| continues(*c)) {
            end = at + mark.len_utf8();
            rest.next();
        }
        if let Some(c) = folded_alone(first).filter(|_| end == start + first.len_utf8()) {
            if is_visible(c) {
                out.push((c, start..end));
            }
            continue;
        }
        let cluster = text.get(start..end).unwrap_or_default();
        let folded = cluster.nfkc().flat_map(char::to_lowercase).filter(|c| is_visible(*c)).map(hiragana);
        out.extend(folded.map(|c| (c, start..end)));
    }
    out
}

/// What most characters of mail fold to, without the tables of Unicode.
fn folded_alone(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' => Some(c.to_ascii_lowercase()),
        '\u{3041}'..='\u{3094}' | '\u{4e00}'..='\u{9fff}' => Some(c),
        '\u{30a1}'..='\u{30f4}' => Some(hiragana(c)),
        _ => None,
    }
}

/// Whether a character may become one with those before it: a mark, or a vowel or final consonant of a Hangul syllable
/// (UAX #15, NFC_Quick_Check=Maybe), in whatever form it is written.
fn continues(c: char) -> bool {
    if folded_alone(c).is_some() {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    first.is_some_and(|part| is_combining_mark(part) || is_nfc_quick([part].into_iter()) == IsNormalized::Maybe)
}

/// Whether a character shows at all (UAX #44 Default_Ignorable_Code_Point, as far as mail has it; White_Space).
pub fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_ignorable(c))
}

/// Characters that take no room, or turn the direction of what follows.
pub fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn hiragana(c: char) -> char {
    match c {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check_same(a: &str, b: &str) {
        assert_eq!(fold(a), fold(b), "{a:?} {b:?}");
        assert_eq!(folded(a).into_iter().map(|(c, _)| c).collect::<String>(), fold(a), "{a:?}");
        assert_eq!(folded(b).into_iter().map(|(c, _)| c).collect::<String>(), fold(b), "{b:?}");
    }

    #[test]
    fn what_a_reader_takes_for_the_same_folds_to_the_same() {
        check_same("ＡＢＣ１２３", "abc123");
        check_same("ﾀﾅｶ ｶﾞｸ", "たなかがく");
        check_same("Pass\u{200b}word", "password");
        check_same("090 1234\u{a0}5678", "09012345678");
        check_same("cafe\u{301}", "Café");
        check_same("㈱田中", "(株)田中");
        check_same("a\u{202e}b", "ab");
        check_same("か\u{3099}", "ガ");
        check_same("A\u{30a}\u{7f}", "å");
        check_same("\u{1112}\u{1161}\u{11ab}국", "한국");
        check_same("ﾡￂ", "가");
    }

    #[test]
    fn the_short_way_to_fold_a_character_leads_to_the_same() {
        for c in (0..=0xffff).filter_map(char::from_u32).filter(|c| is_visible(*c)) {
            let short = folded_alone(c).map(String::from);
            assert_eq!(short.unwrap_or_else(|| fold(&c.to_string())), fold(&c.to_string()), "{c:?}");
        }
    }

    /// Characters as they come, and often those that become one with others.
    fn characters() -> impl Strategy<Value = char> {
        let range = |from: char, to: char| (from as u32..=to as u32).prop_filter_map("a character", char::from_u32);
        prop_oneof![
            any::<char>(),
            range('\u{1100}', '\u{11ff}'),
            range('\u{3040}', '\u{318f}'),
            range('\u{ac00}', '\u{ac40}'),
            range('\u{ff60}', '\u{ffdc}'),
            range('\u{300}', '\u{362}'),
            range('A', 'f'),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_text_folds_to_what_its_pieces_fold_to(text in prop::collection::vec(characters(), 0..12)) {
            let text: String = text.into_iter().collect();
            prop_assert_eq!(folded(&text).into_iter().map(|(c, _)| c).collect::<String>(), fold(&text));
        }
    }

    #[test]
    fn a_folded_character_knows_where_it_came_from() {
        let text = "x ｶﾞ";
        let ranges: Vec<_> = folded(text).into_iter().map(|(_, range)| range).collect();
        assert_eq!(ranges, [0..1, 2..8]);
    }
}
