//! What is a signature: what stands under the line that RFC 3676 names, what Japanese mail fences off at its end, and the
//! one line of a telephone. What might as well be a table or a list stays.

use otomo_domain::fold::{fold, is_visible};

use super::line::{Fate, Line};
use crate::sanitise::landmark::Landmark;

/// How many lines a signature has at most under a line that says so, in a fence, and over the last fence of several.
const MAX_NAMED: usize = 40;
const MAX_FENCED: usize = 15;
const MAX_OPENING: usize = 5;

/// Marks the signature among the lines that are kept. Something always stays.
pub(super) fn mark(lines: &[Line<'_>], fates: &mut [Fate]) {
    let marked = |line: &Line<'_>| line.mark == Some(Landmark::Signature);
    let own = |fates: &[Fate]| -> Vec<usize> {
        let kept = lines.iter().zip(fates).enumerate().filter(|(_, (line, f))| **f == Fate::Kept && line.is_visible());
        kept.map(|(at, _)| at).collect()
    };
    let text = |at: &usize| lines.get(*at).map_or("", |line| line.text.trim());
    let all = own(fates);
    if all.iter().any(|at| lines.get(*at).is_some_and(|line| !marked(line))) {
        set(fates, all.iter().filter(|at| lines.get(**at).is_some_and(marked)));
    }
    let rest = own(fates);
    if let [_, .., last] = rest.as_slice()
        && is_device(text(last))
    {
        set(fates, [last]);
    }
    let rest = own(fates);
    let texts: Vec<&str> = rest.iter().map(text).collect();
    if let Some(from) = named(&texts).or_else(|| fenced(&texts)).filter(|from| *from > 0) {
        set(fates, rest.iter().skip(from));
    }
}

fn set<'n>(fates: &mut [Fate], lines: impl IntoIterator<Item = &'n usize>) {
    for at in lines {
        if let Some(fate) = fates.get_mut(*at) {
            *fate = Fate::Signature;
        }
    }
}

/// Where the signature begins under its separator (RFC 3676 §4.3). Many programs drop the blank that belongs to it. A list
/// may add another; more of them separate something else.
fn named(texts: &[&str]) -> Option<usize> {
    let mut found = texts.iter().enumerate().filter(|(_, text)| **text == "--").map(|(at, _)| at);
    let first = found.next().filter(|at| texts.len() - at <= MAX_NAMED)?;
    (found.count() < 2).then_some(first)
}

/// Where the fenced signature at the end begins.
fn fenced(texts: &[&str]) -> Option<usize> {
    let end = texts.iter().rposition(|text| !is_fence(text))? + 1;
    let is_closed = end < texts.len();
    let from = end.saturating_sub(MAX_FENCED + 1);
    let above = |end: usize| texts.iter().take(end).skip(from).rposition(|text| is_fence(text)).map(|at| at + from);
    let mut start = above(end)?;
    let inside = |start: usize, end: usize| texts.get(start + 1..end).unwrap_or_default();
    if !is_signature(inside(start, end), is_closed) {
        return None;
    }
    // Many put a fence under the name as well, or one of two lines.
    while let Some(next) = above(start) {
        let between = inside(next, start);
        if between.len() > MAX_OPENING || !between.iter().all(|text| is_short(text)) {
            break;
        }
        start = next;
    }
    Some(start)
}

/// A line of one to four kinds of ornament.
fn is_fence(text: &str) -> bool {
    let mut kinds: Vec<char> = Vec::new();
    let mut count = 0;
    for c in text.chars().filter(|c| is_visible(*c)) {
        if !is_ornament(c) {
            return false;
        }
        if !kinds.contains(&c) {
            kinds.push(c);
        }
        count += 1;
    }
    count >= 5 && kinds.len() <= 4
}

fn is_ornament(c: char) -> bool {
    matches!(
        c,
        '\u{2500}'
            ..='\u{25ff}' | '★' | '☆' | '♪' | '―' | '—' | '–' | '…' | '‥' | '•' | '∞' | '※' | '゜' | '。'
    ) || "-_=*~#+/.:･・＝＊＿－～〜＋＃ー".contains(c)
}

/// A name, a firm, a department: no sentence.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 40 && !text.ends_with(['。', '.', '？', '?', '！', '!', '、']) && !is_content(text)
}

/// Whether lines in a fence say how somebody is reached. Without a closing fence they have to say more.
fn is_signature(texts: &[&str], is_closed: bool) -> bool {
    let (mut strong, mut weak) = (0, 0);
    for text in texts {
        if is_content(text) {
            return false;
        }
        strong += usize::from(has_address(text) || has_telephone(text) || text.contains('〒'));
        weak += usize::from(has_link(text) || names_firm(text));
    }
    if is_closed { strong >= 1 || weak >= 2 } else { strong >= 2 || (strong >= 1 && weak >= 1) }
}

/// Words of an appointment, an order, a form: what may stand in a fence and is meant to be read.
fn is_content(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "日時",
        "日程",
        "会場",
        "集合",
        "議題",
        "金額",
        "合計",
        "単価",
        "納期",
        "数量",
        "品名",
        "期限",
        "締切",
        "申込",
        "申し込み",
        "ぱすわーど",
        "みーてぃんぐ",
        "meetingid",
        "passcode",
        "password",
        "agenda",
        "total",
        "amount",
        "deadline",
    ];
    let folded = fold(&text.chars().take(200).collect::<String>());
    WORDS.iter().any(|word| folded.contains(word))
}

fn has_address(text: &str) -> bool {
    let is_host = |host: &str| host.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
    text.split(['@', '＠']).skip(1).any(|host| is_host(host.split_whitespace().next().unwrap_or_default()))
}

/// A number with its name, or one written as a Japanese telephone number.
fn has_telephone(text: &str) -> bool {
    const NAMES: [&str; 8] = ["tel", "fax", "phone", "mobile", "cell", "電話", "携帯", "直通"];
    let folded = fold(&text.chars().take(200).collect::<String>());
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    let groups =
        |word: &str| word.split('-').filter(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit())).count();
    let written = folded.split(|c: char| !(c.is_ascii_digit() || c == '-' || c == '+'));
    let is_number = |word: &str| groups(word) == 3 && word.starts_with(['0', '+']) && word.len() >= 12;
    digits >= 9 && NAMES.iter().any(|name| folded.contains(name)) || written.into_iter().any(is_number)
}

fn has_link(text: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|start| text.contains(start))
}

fn names_firm(text: &str) -> bool {
    const FIRMS: [&str; 12] = [
        "株式会社",
        "有限会社",
        "合同会社",
        "（株）",
        "(株)",
        "㈱",
        "一般社団法人",
        "Inc",
        "Ltd",
        "LLC",
        "GmbH",
        "Co.,",
    ];
    FIRMS.iter().any(|firm| text.contains(firm))
}

/// The line that telephones add.
fn is_device(text: &str) -> bool {
    const LINES: [&str; 9] = [
        "iPhoneから送信",
        "iPadから送信",
        "Androidから送信",
        "スマートフォンから送信",
        "Sent from my ",
        "Get Outlook for ",
        "Outlook for iOS",
        "Outlook for Android",
        "Von meinem iPhone gesendet",
    ];
    text.chars().count() <= 120 && LINES.iter().any(|line| text.starts_with(line))
}
