//! What stands beside a word: a password, a code, the number of an account.

use std::ops::{Range, RangeInclusive};

use super::seen::Seen;

/// How far from a word a value still belongs to it, in characters.
const REACH: usize = 80;

/// A value in a line: characters without a blank, as glyphs.
type Token = Range<usize>;

/// The password that follows a word which ends at `from`: in the same line, or alone in the next one.
pub(super) fn password(seen: &Seen<'_>, from: usize) -> Option<Token> {
    let end = seen.line_end(from, REACH);
    assigned(seen, from)
        .or_else(|| tokens(seen, from..end).find(|token| is_value(seen, token)))
        .or_else(|| alone_in_next_line(seen, from).filter(|token| is_value(seen, token)))
}

/// The password that is said to be it: `PW: x`, `PW=x`, `PWは「x」`.
pub(super) fn assigned(seen: &Seen<'_>, from: usize) -> Option<Token> {
    let end = seen.line_end(from, REACH);
    let token = tokens(seen, from..end).next()?;
    let between: String = seen.chars(&(from..token.start)).filter(|c| *c != ' ').collect();
    let is_said = between.len() <= 12 && between.contains([':', '=', '「', '『', '→']);
    let is_sentence = between == "は" && is_end_of_sentence(seen, token.end);
    let fits =
        (is_said && is_word_or_value(seen, &token)) || ((is_sentence || between == "は") && is_value(seen, &token));
    (fits || (is_sentence && is_word_or_value(seen, &token))).then_some(token)
}

/// The code beside a word: after it, before it, or alone in the next line.
pub(super) fn code(seen: &Seen<'_>, word: &Range<usize>) -> Option<Token> {
    let end = seen.line_end(word.end, REACH);
    let start = (word.start.saturating_sub(REACH)..word.start).rev().take_while(|at| seen.c(*at) != '\n').last();
    let is = |token: &Token| is_code(seen, token);
    tokens(seen, word.end..end)
        .find(is)
        .or_else(|| halves(seen, word.end..end))
        .or_else(|| tokens(seen, start.unwrap_or(word.start)..word.start).filter(is).last())
        .or_else(|| alone_in_next_line(seen, word.end).filter(is))
}

/// A number of so many digits that begins within some characters of a word.
pub(super) fn account(
    seen: &Seen<'_>,
    from: usize,
    digits: RangeInclusive<usize>,
    within: usize,
) -> Option<Range<usize>> {
    let number = number(seen, from, within)?;
    let count = seen.chars(&number).filter(char::is_ascii_digit).count();
    (digits.contains(&count) && !is_counted(seen, number.end)).then_some(number)
}

/// The account at ゆうちょ銀行 whose sign follows: five digits, and a number of up to eight.
pub(super) fn postal(seen: &Seen<'_>, from: usize) -> Option<Range<usize>> {
    let sign_start = (from..from + 8).find(|at| seen.c(*at).is_ascii_digit())?;
    let sign_end = digits_end(seen, sign_start);
    let start = (sign_end..sign_end + 10).find(|at| seen.c(*at).is_ascii_digit())?;
    let end = digits_end(seen, start);
    let is_sound = sign_end - sign_start == 5 && matches!(seen.c(sign_start), '0' | '1') && end - start <= 8;
    is_sound.then_some(sign_start..end)
}

fn digits_end(seen: &Seen<'_>, from: usize) -> usize {
    (from..from + REACH).find(|at| !seen.c(*at).is_ascii_digit()).unwrap_or(from + REACH)
}

/// The first number within some characters, with the hyphens and single blanks in it.
fn number(seen: &Seen<'_>, from: usize, within: usize) -> Option<Range<usize>> {
    let start = (from..from + within).find(|at| seen.c(*at).is_ascii_digit())?;
    let mut end = start;
    for at in start..start + 2 * within {
        match seen.c(at) {
            c if c.is_ascii_digit() => end = at + 1,
            ' ' | '-' if seen.before(at).is_ascii_digit() => {}
            _ => break,
        }
    }
    Some(start..end)
}

/// Runs of visible ASCII, without the brackets and marks around them.
fn tokens(seen: &Seen<'_>, range: Range<usize>) -> impl Iterator<Item = Token> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let start = (at..range.end).find(|at| seen.c(*at).is_ascii_graphic())?;
        // One that is longer than this is no value, so its end need not be known.
        let end = (start..start + REACH).find(|at| !seen.c(*at).is_ascii_graphic()).unwrap_or(start + REACH);
        at = end;
        Some(trimmed(seen, start..end))
    })
    .filter(|token| !token.is_empty())
}

fn trimmed(seen: &Seen<'_>, token: Token) -> Token {
    let is_lead = |c: char| matches!(c, ':' | '=' | '"' | '\'' | '(' | '[' | '<' | '{' | '-' | '>' | ',' | '.');
    let is_trail = |c: char| matches!(c, '"' | '\'' | ')' | ']' | '>' | '}' | ',' | '.' | ';' | ':');
    let start = token.clone().find(|at| !is_lead(seen.c(*at))).unwrap_or(token.end);
    let end = (start..token.end).rev().find(|at| !is_trail(seen.c(*at))).map_or(start, |at| at + 1);
    start..end
}

/// What the next line that isn't empty consists of, if it is one value.
fn alone_in_next_line(seen: &Seen<'_>, from: usize) -> Option<Token> {
    let start = seen.line_end(from, REACH) + 1;
    let end = seen.line_end(start, REACH);
    let token = tokens(seen, start..end).next()?;
    let mut rest = seen.chars(&(start..token.start)).chain(seen.chars(&(token.end..end)));
    let is_alone = seen.before(start) == '\n' && rest.all(|c| !c.is_alphanumeric());
    is_alone.then_some(token)
}

/// Whether something can be a password in a sentence: it has a digit or a sign that words don't have.
fn is_value(seen: &Seen<'_>, token: &Token) -> bool {
    let unlike_words = |c: char| c.is_ascii_digit() || "!#$%^*_~?+@&=|\\".contains(c);
    is_word_or_value(seen, token) && (seen.chars(token).any(unlike_words) || has_inner_capital(seen.written(token)))
}

/// Whether something can be a password where one is said to follow.
fn is_word_or_value(seen: &Seen<'_>, token: &Token) -> bool {
    let text: String = seen.chars(token).collect();
    let is_masked = text.chars().all(|c| matches!(c, '*' | '_' | '.' | 'x' | '-' | '#'));
    let is_place = text.contains("://") || text.starts_with("www.") || is_address(&text);
    (4..=64).contains(&text.len()) && !is_masked && !is_place && !is_date(&text) && !is_counted(seen, token.end)
}

fn has_inner_capital(word: &str) -> bool {
    let has_small = word.chars().any(char::is_lowercase);
    has_small && word.chars().skip(1).any(char::is_uppercase)
}

fn is_address(text: &str) -> bool {
    let host = |host: &str| host.split('.').count() > 1 && host.split('.').all(|label| label.len() > 1);
    text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && host(domain))
}

/// A date, a time, or a telephone number: digits with signs that a password hardly has alone.
fn is_date(text: &str) -> bool {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | ':' | '-' | '.' | '+' | '(' | ')'));
    let begins_like_one = text.starts_with(['0', '+']) || text.starts_with("20") || text.starts_with("19");
    is_number && (text.contains(['/', ':']) || (text.matches('-').count() > 1 && begins_like_one))
}

/// Whether something is counted: `8文字`, `2026年`.
fn is_counted(seen: &Seen<'_>, end: usize) -> bool {
    let counter = "年月日時分秒円件名人回桁文字個本台%万億";
    seen.before(end).is_ascii_digit() && counter.contains(seen.c(end))
}

fn is_end_of_sentence(seen: &Seen<'_>, at: usize) -> bool {
    matches!(seen.c(at), '\n' | '。') || (seen.c(at) == 'で' && seen.c(at + 1) == 'す')
}

/// Four to eight digits, or digits and letters; `123-456` and `G-123456` as well.
fn is_code(seen: &Seen<'_>, token: &Token) -> bool {
    let text: String = seen.chars(token).collect();
    let bare = text.strip_prefix("g-").unwrap_or(&text).replace('-', "");
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    let is_plain = bare.chars().all(|c| c.is_ascii_alphanumeric()) && (4..=8).contains(&bare.len());
    let is_year = text.len() == 4 && text.starts_with("20") && matches!(seen.c(token.end), '/' | '-');
    is_plain
        && digits > 0
        && (digits > 1 || bare.len() > 4)
        && !is_year
        && !is_counted(seen, token.end)
        && !is_date(&text)
}

/// A code of two groups of three digits: `123 456`.
fn halves(seen: &Seen<'_>, range: Range<usize>) -> Option<Range<usize>> {
    let mut last: Option<Token> = None;
    for token in tokens(seen, range) {
        let is_half = token.len() == 3 && seen.chars(&token).all(|c| c.is_ascii_digit());
        match last.take() {
            Some(first) if is_half && token.start == first.end + 1 => return Some(first.start..token.end),
            _ => last = is_half.then_some(token),
        }
    }
    None
}
