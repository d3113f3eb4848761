//! Numbers that their own check digits tell.

use std::ops::Range;

use super::seen::Seen;
use crate::mail::SensitiveKind::{self, BankAccount, Card, MyNumber};

mod iban;

/// Digits that stand together, as glyphs.
type Group = Range<usize>;

/// Cards, My Numbers and IBANs, as glyphs.
pub(super) fn find(seen: &Seen<'_>) -> Vec<(SensitiveKind, Range<usize>)> {
    let ibans = iban::find(seen);
    let groups = groups(seen, &ibans);
    let mut found: Vec<_> = ibans.into_iter().map(|range| (BankAccount, range)).collect();
    let mut at = 0;
    while at < groups.len() {
        match longest_number(seen, groups.get(at..).unwrap_or_default()) {
            Some((kind, count, range)) if !is_in_longer_number(seen, &range) => {
                found.push((kind, range));
                at += count;
            }
            _ => at += 1,
        }
    }
    found
}

/// The digits that stand together, in order, without those of `known` numbers.
fn groups(seen: &Seen<'_>, known: &[Range<usize>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known = known.iter().peekable();
    for (at, _) in seen.glyphs.iter().enumerate().filter(|(_, glyph)| glyph.c.is_ascii_digit()) {
        while known.next_if(|range| range.end <= at).is_some() {}
        match groups.last_mut() {
            _ if known.peek().is_some_and(|range| range.contains(&at)) => {}
            Some(last) if last.end == at => last.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// The longest number that begins with the first of these groups: its kind, how many groups it takes, and its glyphs.
fn longest_number(seen: &Seen<'_>, groups: &[Group]) -> Option<(SensitiveKind, usize, Range<usize>)> {
    let first = groups.first()?;
    let (mut digits, mut sizes, mut joint, mut breaks) = (Vec::new(), Vec::new(), None, 0);
    let (mut end, mut best) = (first.start, None);
    for group in groups {
        if !sizes.is_empty() {
            match joint_between(seen, end, group.start) {
                // A line may break a number once.
                Some('\n') if breaks == 0 => breaks = 1,
                Some(c) if *joint.get_or_insert(c) == c && c != '\n' => {}
                _ => break,
            }
        }
        if digits.len() + group.len() > 19 {
            break;
        }
        digits.extend(seen.chars(group).filter_map(|c| c.to_digit(10)));
        sizes.push(group.len());
        end = group.end;
        if let Some(kind) = kind_of(&digits, &sizes) {
            best = Some((kind, sizes.len(), first.start..end));
        }
    }
    best
}

fn kind_of(digits: &[u32], sizes: &[usize]) -> Option<SensitiveKind> {
    if digits.len() == 12 && matches!(sizes, [12] | [4, 4, 4]) && is_my_number(digits) {
        return Some(MyNumber);
    }
    (is_card(digits) && is_grouped_as_a_card(sizes)).then_some(Card)
}

/// What stands between two groups of one number: a blank, the end of a line, or a sign that joins. `None` where they are
/// two numbers.
fn joint_between(seen: &Seen<'_>, from: usize, to: usize) -> Option<char> {
    if to - from > 3 {
        return None;
    }
    let mut signs = seen.chars(&(from..to)).filter(|c| *c != ' ');
    match (signs.next(), signs.next()) {
        (None, _) => Some(' '),
        (Some('\n'), None) => Some('\n'),
        (Some(sign), None) if is_joining(sign) => Some('-'),
        _ => None,
    }
}

/// Hyphens, dashes and what is typed for them.
fn is_joining(c: char) -> bool {
    matches!(
        c,
        '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{30fb}' | '\u{30fc}' | '\u{b7}'
    )
}

/// Whether what is next to it makes it a part of another number or name.
fn is_in_longer_number(seen: &Seen<'_>, range: &Range<usize>) -> bool {
    let joined = |sign: char, further: char| is_joining(sign) && further.is_ascii_alphanumeric();
    let before = range.start.checked_sub(1).is_some_and(|at| joined(seen.c(at), seen.before(at)));
    before || joined(seen.c(range.end), seen.c(range.end + 1)) || seen.c(range.end).is_ascii_alphabetic()
}

/// Groups as people write a card's number: all of one size with a shorter rest, or as the cards of 14 and 15 digits have them.
fn is_grouped_as_a_card(sizes: &[usize]) -> bool {
    if matches!(sizes, [4, 6, 5] | [4, 6, 4]) {
        return true;
    }
    let (Some(first), Some((last, others))) = (sizes.first(), sizes.split_last()) else { return false };
    others.iter().all(|size| size == first) && last <= first
}

/// Whether length, issuer and check digit are a card's (ISO/IEC 7812-1).
fn is_card(digits: &[u32]) -> bool {
    let prefix = |count: usize| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    let length = digits.len();
    let issued = match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        // Visa.
        (4, ..) => matches!(length, 13 | 16 | 19),
        // Mastercard.
        (_, 51..=55, ..) | (.., 2221..=2720) => length == 16,
        // American Express.
        (_, 34 | 37, ..) => length == 15,
        // Diners Club.
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) | (.., 3095) => (14..=19).contains(&length),
        // JCB.
        (.., 3528..=3589) => (16..=19).contains(&length),
        // Discover and UnionPay.
        (.., 6011) | (_, _, 644..=649, _) | (_, 62 | 65, ..) => (16..=19).contains(&length),
        // Maestro.
        (.., 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => (13..=19).contains(&length),
        _ => false,
    };
    issued && has_luhn_digit(digits) && !is_japanese_article(digits)
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn has_luhn_digit(digits: &[u32]) -> bool {
    let weighed = digits.iter().rev().enumerate().map(|(at, digit)| match at % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    weighed.sum::<u32>().is_multiple_of(10)
}

/// A JAN code of an article (GS1 prefixes 45 and 49) is as long as the shortest cards, and begins like them.
fn is_japanese_article(digits: &[u32]) -> bool {
    let weighed = digits.iter().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 3 });
    digits.len() == 13 && matches!(digits, [4, 5 | 9, ..]) && weighed.sum::<u32>().is_multiple_of(10)
}

/// The check digit of a 個人番号 (平成26年総務省令第85号 第5条).
fn is_my_number(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let Some((check, others)) = digits.split_last() else { return false };
    let rest = others.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    let all_the_same = others.iter().all(|digit| digit == check);
    *check == if rest <= 1 { 0 } else { 11 - rest } && !all_the_same
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u32> {
        text.chars().filter_map(|c| c.to_digit(10)).collect()
    }

    fn check_card(text: &str, expected: bool) {
        assert_eq!(is_card(&digits(text)), expected, "{text}");
    }

    /// Test numbers of the card companies.
    #[test]
    fn a_card_has_its_issuers_prefix_and_length_and_the_check_digit() {
        check_card("4111111111111111", true);
        check_card("4222222222222", true);
        check_card("5555555555554444", true);
        check_card("2223003122003222", true);
        check_card("378282246310005", true);
        check_card("30569309025904", true);
        check_card("3530111333300000", true);
        check_card("6011111111111117", true);
        check_card("6200000000000005", true);
        check_card("4111111111111112", false);
        check_card("1234567812345670", false);
        check_card("411111111111111", false);
        check_card("0000000000000000", false);
    }

    #[test]
    fn the_number_of_an_article_is_no_card() {
        check_card("4901234567894", false);
        check_card("4512345000023", false);
    }

    fn check_my_number(text: &str, expected: bool) {
        assert_eq!(is_my_number(&digits(text)), expected, "{text}");
    }

    #[test]
    fn a_my_number_has_the_check_digit_of_the_ordinance() {
        check_my_number("123456789018", true);
        check_my_number("123456789017", false);
        // The sum leaves 1, which is written 0; and one that is nothing but noughts is none.
        check_my_number("000000000060", true);
        check_my_number("000000000000", false);
        check_my_number("111111111118", true);
    }
}
