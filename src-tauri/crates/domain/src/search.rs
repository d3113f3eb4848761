//! How a contact is found by what a person types: kanji, kana or Latin letters, wide or narrow, a part of a name, of a
//! company or of an address.
//!
//! Two writings are compared: the folded one ([`crate::fold`]), and how it sounds in Latin letters. There the ways to
//! write one sound are one: Hepburn and Kunrei (`shi`, `si`), long vowels (さとう, サトー, Satō, Satoh), `m` and `n`
//! before a lip (`shimbun`). What kanji sound like nobody can tell without a reading; those are found as they are written.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use wana_kana::ConvertJapanese;

use crate::address::Address;
use crate::fold::fold;

/// How much of a name is looked at, in characters, and how many addresses of a record.
const LONGEST: usize = 200;
const MOST: usize = 20;

/// What a record is found by, made once and kept: a line for each thing it could begin with, each between line ends.
pub fn index(name: &str, emails: &[Address]) -> String {
    let name: String = name.chars().take(LONGEST).collect();
    let words: Vec<&str> = words(&name).collect();
    let parts = if words.len() > 1 { words.as_slice() } else { &[] };
    let mut lines: Vec<String> = Vec::new();
    for part in std::iter::once(name.as_str()).chain(parts.iter().copied()) {
        lines.extend([fold(part), sound(part)]);
    }
    for email in emails.iter().take(MOST) {
        lines.extend([email.as_str().to_owned(), email.domain().to_owned()]);
    }
    let mut text = String::from("\n");
    for (at, line) in lines.iter().enumerate() {
        if !line.is_empty() && lines.iter().position(|same| same == line) == Some(at) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The words of a name; Japanese names are also parted by a middle dot.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || matches!(c, '・' | '･' | ',' | '、')).filter(|word| !word.is_empty())
}

/// How well a record fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A name or an address is exactly this.
    Exact,
    /// A name, a word of it, an address or its domain begins so.
    Begins,
    /// It stands somewhere in them.
    Within,
    /// It is only found by its company.
    Company,
}

/// What a person typed.
#[derive(Clone, Debug)]
pub struct Query {
    whole: Needle,
    /// Its words, where there are several.
    words: Vec<Needle>,
}

#[derive(Clone, Debug)]
struct Needle {
    folded: String,
    sound: String,
}

impl Query {
    /// `None` if nothing visible was typed.
    pub fn new(text: &str) -> Option<Self> {
        let text: String = text.chars().take(LONGEST).collect();
        let whole = Needle::new(&text)?;
        let words: Vec<Needle> = text.split_whitespace().filter_map(Needle::new).collect();
        Some(Self { whole, words: if words.len() > 1 { words } else { Vec::new() } })
    }

    /// How a record fits, by its [`index`] and that of its company (empty where it has none). All words have to fit.
    pub fn fit(&self, own: &str, company: &str) -> Option<Fit> {
        let each = || self.words.iter().map(|word| word.fit(own, company)).collect::<Option<Vec<Fit>>>();
        self.whole.fit(own, company).or_else(|| each()?.into_iter().max())
    }
}

impl Needle {
    fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let mut sound = sound(text);
        // Whoever types "sh" has begun with a sound that is written "s" here.
        for begun in ["sy", "ty", "zy", "ts"] {
            if sound.ends_with(begun) {
                sound.pop();
            }
        }
        (!folded.is_empty()).then_some(Self { folded, sound })
    }

    fn fit(&self, own: &str, company: &str) -> Option<Fit> {
        let Self { folded, sound } = self;
        let within = |text: &str| text.contains(folded) || (!sound.is_empty() && text.contains(sound));
        let begins = |needle: &String| !needle.is_empty() && own.contains(&format!("\n{needle}"));
        if !within(own) {
            return within(company).then_some(Fit::Company);
        }
        Some(match () {
            () if own.contains(&format!("\n{folded}\n")) => Fit::Exact,
            () if begins(folded) || begins(sound) => Fit::Begins,
            () => Fit::Within,
        })
    }
}

/// Hepburn as Kunrei, in the order in which they are replaced.
const SPELLINGS: [(&str, &str); 14] = [
    ("tch", "cch"),
    ("cchi", "tti"),
    ("cch", "tty"),
    ("chi", "ti"),
    ("ch", "ty"),
    ("shi", "si"),
    ("sh", "sy"),
    ("tsu", "tu"),
    ("fu", "hu"),
    ("ji", "zi"),
    ("jy", "zy"),
    ("j", "zy"),
    ("mb", "nb"),
    ("mp", "np"),
];

/// How a text sounds, in Latin letters; what has no kana and no letters in it stays as it is.
fn sound(text: &str) -> String {
    let latin = fold(text).to_romaji();
    let mut plain: String = latin.nfd().filter(|c| !is_combining_mark(*c)).collect();
    plain.retain(|c| !matches!(c, '\'' | '’' | '-' | '‐' | 'ー'));
    let plain = SPELLINGS.iter().fold(plain, |text, (from, to)| text.replace(from, to));
    shorten(&plain)
}

/// Long vowels as short ones: `ou`, `oo`, `uu`, and the `oh` of Satoh and Ohno.
fn shorten(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let last = out.chars().last();
        let vowel = |c: char| matches!(c, 'a' | 'i' | 'u' | 'e' | 'o');
        let lengthens = last == Some(c) && vowel(c) || (last, c) == (Some('o'), 'u');
        let silent = (last, c) == (Some('o'), 'h') && rest.peek().is_none_or(|next| !vowel(*next) && *next != 'y');
        if !(lengthens || silent) {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, name: &str, expected: Option<Fit>) {
        let query = Query::new(typed).unwrap_or_else(|| panic!("{typed:?}"));
        assert_eq!(query.fit(&index(name, &[]), ""), expected, "{typed:?} {name:?}");
    }

    /// Both find each other, from their first letter on.
    fn check_same(a: &str, b: &str) {
        for (typed, name) in [(a, b), (b, a)] {
            let query = Query::new(typed).unwrap_or_else(|| panic!("{typed:?}"));
            assert!(query.fit(&index(name, &[]), "").is_some_and(|fit| fit <= Fit::Begins), "{typed:?} {name:?}");
        }
    }

    #[test]
    fn kana_are_found_by_latin_letters_in_either_spelling() {
        for typed in ["shimizu", "simizu", "SHIMIZU", "しみず", "ｼﾐｽﾞ"] {
            check_same(typed, "シミズ");
        }
        check_same("tsuchiya", "つちや");
        check_same("tutiya", "つちや");
        check_same("fujita", "フジタ");
        check_same("huzita", "フジタ");
        check_same("chousha", "ちょうしゃ");
        check_same("tyosya", "ちょうしゃ");
        check_same("jun", "ジュン");
        check_same("zyun", "ジュン");
    }

    #[test]
    fn long_vowels_are_one_however_they_are_written() {
        for typed in ["sato", "satou", "satō", "satô", "satoh", "さとう", "サトー"] {
            check_same(typed, "さとう");
        }
        check_same("ohno", "おおの");
        check_same("ono", "おおの");
        check_same("yuki", "ゆうき");
        check_same("niigata", "にいがた");
        check_same("kohaku", "こはく");
        check_same("inoue", "いのうえ");
    }

    #[test]
    fn doubled_consonants_and_n_are_found() {
        check_same("hattori", "はっとり");
        check_same("hotchi", "ホッチ");
        check_same("hocchi", "ホッチ");
        check_same("hotti", "ホッチ");
        check_same("shimbun", "しんぶん");
        check_same("shinbun", "しんぶん");
        check_same("shin'ichi", "しんいち");
        check_same("shinichi", "シンイチ");
        check_same("honda", "ホンダ");
    }

    #[test]
    fn a_name_is_found_while_it_is_being_typed() {
        for typed in ["s", "sh", "shi", "shim", "し", "シミ"] {
            check(typed, "シミズ ハナコ", Some(Fit::Begins));
        }
        check("ts", "つちや", Some(Fit::Begins));
        check("hana", "シミズ ハナコ", Some(Fit::Begins));
        check("mizu", "シミズ", Some(Fit::Within));
    }

    #[test]
    fn width_case_and_blanks_make_no_difference() {
        check("田中花子", "田中　花子", Some(Fit::Exact));
        check("花子 田中", "田中　花子", Some(Fit::Exact));
        check("ABC", "ａｂｃ商事", Some(Fit::Begins));
        check("(株)", "㈱サンプル", Some(Fit::Begins));
        check("田中", "中田", None);
        check("x", "シミズ", None);
    }

    #[test]
    fn an_address_and_its_domain_are_found() {
        let emails: Vec<Address> = ["taro@mail.example.jp"].into_iter().filter_map(Address::parse).collect();
        let found = |typed: &str| Query::new(typed).and_then(|query| query.fit(&index("太郎", &emails), ""));
        assert_eq!(found("Taro@Mail.Example.JP"), Some(Fit::Exact));
        assert_eq!(found("mail.exa"), Some(Fit::Begins));
        assert_eq!(found("example.jp"), Some(Fit::Within));
        assert_eq!(found("other.jp"), None);
    }

    #[test]
    fn a_company_finds_its_people_and_words_may_be_about_both() {
        let (person, company) = (index("田中 花子", &[]), index("サンプル商事", &[]));
        let found = |typed: &str| Query::new(typed).and_then(|query| query.fit(&person, &company));
        assert_eq!(found("sanpuru"), Some(Fit::Company));
        assert_eq!(found("sampuru 田中"), Some(Fit::Company));
        assert_eq!(found("sampuru 佐藤"), None);
    }

    #[test]
    fn nothing_visible_is_no_query() {
        assert!(Query::new(" \u{200b}").is_none());
    }
}
