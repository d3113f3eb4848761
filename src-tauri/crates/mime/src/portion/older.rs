//! Where older mail stands in a text: quoted lines, the line above them that says whose they are, and the headings after
//! which everything is older.
//!
//! The words are those that mail programs write; the languages are those that Japanese business mail meets.

use super::line::{Fate, Line};
use crate::sanitise::landmark::Landmark;

/// A longer line is no heading.
const MAX_HEADING: usize = 600;

/// A line with something in it.
struct Shown {
    at: usize,
    /// In lower case, with single blanks and half-width colons; empty if it is too long for a heading.
    text: String,
    quoted: bool,
    /// The page says that everything from here on is older.
    begins_rest: bool,
}

/// Marks what is older.
pub(super) fn mark(lines: &[Line<'_>], fates: &mut [Fate]) {
    let shown: Vec<Shown> = lines.iter().enumerate().filter(|(_, line)| line.is_visible()).map(shown).collect();
    for line in shown.iter().filter(|line| line.quoted) {
        set(fates, line.at, line.at);
    }
    for (n, line) in shown.iter().enumerate().filter(|(_, line)| !line.quoted) {
        let from = match heading(&shown, n) {
            Some(Heading::Rest(from)) => from,
            Some(Heading::Above(from)) => {
                set(fates, shown.get(from).map_or(line.at, |first| first.at), line.at);
                continue;
            }
            None => continue,
        };
        // The rule that a program draws above the heading belongs to it.
        let above = from.checked_sub(1).and_then(|n| shown.get(n)).filter(|line| !line.quoted && is_rule(&line.text));
        let first = above.or_else(|| shown.get(from)).map_or(line.at, |first| first.at);
        return set(fates, first, fates.len());
    }
}

fn set(fates: &mut [Fate], first: usize, last: usize) {
    fates.iter_mut().take(last.saturating_add(1)).skip(first).for_each(|fate| *fate = Fate::Quoted);
}

fn shown((at, line): (usize, &Line<'_>)) -> Shown {
    let text = if line.text.len() > MAX_HEADING { String::new() } else { simple(line.text) };
    let begins_rest = line.mark == Some(Landmark::Rest);
    Shown { at, text, quoted: line.quoted || line.mark == Some(Landmark::Quote), begins_rest }
}

/// In lower case, with single blanks and half-width colons.
fn simple(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().replace('：', ":")
}

/// Which lines a heading takes with it; both count from its first line.
enum Heading {
    /// Everything from there on.
    Rest(usize),
    /// The lines down to this one; the quote below is marked line by line.
    Above(usize),
}

/// The heading that ends, or as a block begins, at a line.
fn heading(shown: &[Shown], n: usize) -> Option<Heading> {
    let line = shown.get(n)?;
    if line.begins_rest || is_separator(&line.text) || is_header_block(shown, n) {
        return Some(Heading::Rest(n));
    }
    let (from, is_sure) = attribution(shown, n)?;
    match shown.get(n + 1) {
        Some(next) if next.quoted => Some(Heading::Above(from)),
        Some(_) if is_sure => Some(Heading::Rest(from)),
        _ => None,
    }
}

/// `-----Original Message-----` and its like.
fn is_separator(text: &str) -> bool {
    let is_line = |c: char| matches!(c, '-' | '=' | '_' | '*' | '~' | '─' | '━' | '—' | '–' | '－' | ' ');
    let core = text.trim_matches(is_line);
    if text.starts_with("begin forwarded message") || text == "転送されたメッセージ:" {
        return true;
    }
    let lead = text.chars().take_while(|c| is_line(*c)).count();
    let told = core.starts_with("on ") && core.ends_with("wrote");
    lead >= 2 && (told || core.starts_with("forwarded by ") || SEPARATORS.contains(&core))
}

const SEPARATORS: [&str; 27] = [
    "original message",
    "original mail",
    "original appointment",
    "forwarded message",
    "forwarded mail",
    "reply message",
    "元のメッセージ",
    "元のメール",
    "元の予定",
    "オリジナルメッセージ",
    "オリジナル メッセージ",
    "転送メッセージ",
    "転送されたメッセージ",
    "転送元メッセージ",
    "転送メール",
    "返信元メッセージ",
    "ursprüngliche nachricht",
    "original-nachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message transféré",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "原始邮件",
    "转发的邮件",
    "원본 메시지",
];

/// The line that Outlook draws above what it quotes: 32 underscores in a text, a rule in a page. Any other may be the last
/// of a signature.
fn is_rule(text: &str) -> bool {
    text == "----" || (text.len() == 32 && text.bytes().all(|b| b == b'_'))
}

/// What a line of a quoted header says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Subject,
}

/// In how many lines a quoted header names its fields.
const BLOCK: usize = 8;

/// Whether a quoted header begins here: a line with a field's name, and in the next lines an author and two fields more.
fn is_header_block(shown: &[Shown], n: usize) -> bool {
    let is_field = |line: &Shown| field(&line.text);
    if shown.get(n).and_then(is_field).is_none() {
        return false;
    }
    let block = shown.iter().skip(n).take(BLOCK).take_while(|line| !line.quoted);
    let fields: Vec<Field> = block.filter_map(is_field).collect();
    let has = |field: Field| fields.contains(&field);
    let others = [Field::Date, Field::To, Field::Subject].into_iter().filter(|f| has(*f)).count();
    has(Field::From) && others >= 2
}

fn field(text: &str) -> Option<Field> {
    let (name, _) = text.split_once(':')?;
    let name = name.trim_matches(['*', ' ', '|']);
    let found = FIELDS.iter().find(|(_, names)| names.contains(&name));
    found.map(|(field, _)| *field)
}

const FIELDS: [(Field, &[&str]); 4] = [
    (
        Field::From,
        &[
            "from",
            "差出人",
            "送信者",
            "送信元",
            "von",
            "de",
            "da",
            "van",
            "från",
            "fra",
            "发件人",
            "寄件者",
            "보낸 사람",
        ],
    ),
    (
        Field::Date,
        &[
            "sent",
            "date",
            "送信日時",
            "日時",
            "日付",
            "送信日",
            "受信日時",
            "gesendet",
            "datum",
            "envoyé",
            "fecha",
            "enviado",
            "enviado el",
            "inviato",
            "data",
            "verzonden",
            "skickat",
            "发送时间",
            "日期",
            "보낸 날짜",
        ],
    ),
    (Field::To, &["to", "宛先", "宛て先", "送信先", "an", "à", "para", "a", "aan", "till", "收件人", "받는 사람"]),
    (
        Field::Subject,
        &[
            "subject",
            "件名",
            "題名",
            "betreff",
            "objet",
            "asunto",
            "oggetto",
            "assunto",
            "onderwerp",
            "ämne",
            "主题",
            "제목",
        ],
    ),
];

/// How a line ends that says whose the words below are.
const WROTE: [&str; 16] = [
    "wrote:",
    "wrote :",
    "writes:",
    "のメール:",
    "さんは書きました:",
    "は書きました:",
    "さんが書きました:",
    "さんからのメッセージ:",
    "schrieb:",
    "a écrit :",
    "a écrit:",
    "escribió:",
    "ha scritto:",
    "escreveu:",
    "写道:",
    "님이 작성:",
];

/// The line that says whose words follow, and where it begins: programs break it over up to three lines. The second is
/// whether it tells so much that even words without any mark must be quoted.
fn attribution(shown: &[Shown], n: usize) -> Option<(usize, bool)> {
    let last = shown.get(n)?;
    let ends = |text: &str| WROTE.iter().any(|end| text.ends_with(end));
    if !ends(&last.text) && !names_author(&last.text) {
        return None;
    }
    let mut text = String::new();
    let mut next = last.at + 1;
    for from in (n.saturating_sub(2)..=n).rev() {
        let Some(line) = shown.get(from).filter(|line| !line.quoted && line.at + 1 == next) else { break };
        (next, text) = (line.at, format!("{} {text}", line.text));
        let whole = text.trim_end();
        let is_sure = is_dated(whole) && (ends(whole) || names_author(whole));
        if is_sure && begins(whole) {
            return Some((from, true));
        }
    }
    let alone = last.text.as_str();
    let is_sure = is_dated(alone) && (ends(alone) || names_author(alone));
    (is_sure || ends(alone)).then_some((n, is_sure))
}

/// How such a line begins.
fn begins(text: &str) -> bool {
    let words = ["on ", "am ", "at ", "le ", "el ", "il ", "em ", "op ", "den ", "dne ", "vào "];
    words.iter().any(|word| text.starts_with(word)) || text.starts_with(|c: char| c.is_numeric())
}

/// A mail address in angle brackets before the colon.
fn names_author(text: &str) -> bool {
    let inner = text.strip_suffix(':').and_then(|text| text.trim_end().strip_suffix('>'));
    inner.and_then(|text| text.rsplit_once('<')).is_some_and(|(_, address)| address.contains('@'))
}

/// A time of day, or a year and another number, outside of any mail address.
fn is_dated(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.contains('@')).collect();
    let is_time = |word: &&str| {
        let (hour, minute) = word.split_once(':').unwrap_or_default();
        hour.ends_with(|c: char| c.is_ascii_digit()) && minute.starts_with(|c: char| c.is_ascii_digit())
    };
    let numbers = words.iter().flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
    let numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
    let is_year = |number: &&str| number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    words.iter().any(is_time) || (numbers.iter().any(is_year) && numbers.len() >= 2)
}
