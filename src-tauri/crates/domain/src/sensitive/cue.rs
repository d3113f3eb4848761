//! The words beside which something sensitive stands, in Japanese and English.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::seen::Seen;
use super::value;
use crate::fold::fold;
use crate::mail::SensitiveKind;

/// What a word leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cue {
    /// The word says it all.
    Health,
    /// A password, somewhere after it.
    Password,
    /// A password, if it is said to be one: the word is short and means other things.
    PasswordIfAssigned,
    /// A one-time code, before or after it.
    Code,
    /// The number of an account, of so many digits, within so many characters.
    Account { digits: (usize, usize), within: usize },
    /// The sign of an account at ゆうちょ銀行; its number follows.
    Postal,
}

const ACCOUNT: Cue = Cue::Account { digits: (4, 17), within: 24 };

/// A Japanese account has seven digits; the word before it is an everyday one, so it has to stand close.
const SEVEN: Cue = Cue::Account { digits: (7, 7), within: 10 };

#[rustfmt::skip]
const WORDS: &[(Cue, &[&str])] = &[
    (Cue::Health, &[
        "診断書", "診断結果", "健康診断", "検査結果", "休職", "産休", "妊娠", "流産", "不妊", "出産予定", "病気", "持病", "病名",
        "病歴", "既往歴", "病状", "入院", "退院", "通院", "手術", "治療", "処方箋", "服薬", "投薬", "余命", "癌", "がん検診", "がん治療",
        "がんと診断", "乳がん", "胃がん", "肺がん", "大腸がん", "うつ病", "うつ状態", "うつと診断", "抑うつ", "鬱", "適応障害",
        "双極性障害", "発達障害", "統合失調症", "精神科", "心療内科", "メンタル不調", "障害者手帳", "障害年金", "要介護", "人工透析",
        "陽性反応", "コロナ陽性",
        "diagnosis", "diagnosed", "pregnant", "pregnancy", "miscarriage", "maternity leave", "surgery", "sick leave", "illness",
        "medical leave", "medical certificate", "medical record", "medical records", "medical history", "medical condition",
        "medical report", "medical results", "medical treatment", "medical examination", "medical reasons", "medical checkup",
        "hospitalized", "hospitalised", "hospitalization", "chemotherapy", "cancer", "biopsy", "hiv", "mental health",
        "disability benefits", "disability certificate",
    ]),
    (Cue::Password, &[
        "パスワード", "パスフレーズ", "パスコード", "暗証番号", "合言葉", "秘密鍵", "アクセスキー", "APIキー",
        "password", "passwords", "passwort", "passwd", "passphrase", "passcode", "api key", "secret key", "access key",
    ]),
    (Cue::PasswordIfAssigned, &["PW", "PWD", "PASS", "PIN", "PINコード", "PIN code", "暗証"]),
    (Cue::Code, &[
        "認証コード", "認証番号", "確認コード", "ワンタイムパスワード", "ワンタイムコード", "セキュリティコード", "セキュリティーコード",
        "ログインコード", "以下のコード", "下記のコード", "次のコード",
        "OTP", "one-time password", "one time password", "one-time passcode", "one-time code", "verification code",
        "security code", "authentication code", "confirmation code", "login code", "sign-in code", "access code",
        "your code", "this code", "following code", "code below", "2fa code",
    ]),
    (ACCOUNT, &[
        "口座番号", "account number", "account no", "account #", "acct no", "acct number", "acct #", "a/c no", "bank account",
    ]),
    (Cue::Account { digits: (9, 9), within: 24 }, &["routing number", "routing no", "routing #", "aba number"]),
    (Cue::Account { digits: (6, 6), within: 16 }, &["sort code"]),
    (SEVEN, &[
        "普通", "普通預金", "普通口座", "(普)", "当座", "当座預金", "(当)", "貯蓄預金", "支店", "本店", "営業部", "出張所",
    ]),
    (Cue::Postal, &["記号", "記号番号"]),
];

struct Words {
    search: AhoCorasick,
    /// What each pattern leads to.
    cues: Vec<Cue>,
}

static SEARCH: LazyLock<Option<Words>> = LazyLock::new(|| {
    let all = || WORDS.iter().flat_map(|(cue, words)| words.iter().map(move |word| (*cue, *word)));
    // The blanks between English words stay.
    let patterns = all().map(|(_, word)| word.split(' ').map(fold).collect::<Vec<_>>().join(" "));
    let search = AhoCorasick::new(patterns).ok()?;
    Some(Words { search, cues: all().map(|(cue, _)| cue).collect() })
});

/// Everything that stands beside such a word, as glyphs.
pub(super) fn find(seen: &Seen<'_>) -> Vec<(SensitiveKind, Range<usize>)> {
    hits(seen).into_iter().filter_map(|(cue, word)| meant(seen, cue, word)).collect()
}

fn meant(seen: &Seen<'_>, cue: Cue, word: Range<usize>) -> Option<(SensitiveKind, Range<usize>)> {
    use SensitiveKind::{BankAccount, Code, Health, Password};
    match cue {
        Cue::Health => Some((Health, word)),
        Cue::Password => value::password(seen, word.end).map(|range| (Password, range)),
        Cue::PasswordIfAssigned => value::assigned(seen, word.end).map(|range| (Password, range)),
        Cue::Code => value::code(seen, &word).map(|range| (Code, range)),
        Cue::Account { digits: (least, most), within } => {
            value::account(seen, word.end, least..=most, within).map(|range| (BankAccount, range))
        }
        Cue::Postal => value::postal(seen, word.end).map(|range| (BankAccount, range)),
    }
}

/// The words in a text, in order, none inside another.
fn hits(seen: &Seen<'_>) -> Vec<(Cue, Range<usize>)> {
    let Some(Words { search, cues }) = SEARCH.as_ref() else { return Vec::new() };
    let mut hits: Vec<(Cue, Range<usize>)> = search
        .find_overlapping_iter(&seen.text)
        .filter_map(|hit| {
            let word = seen.glyph_at(hit.start())..seen.glyph_at(hit.end());
            let cue = cues.get(hit.pattern().as_usize())?;
            stands_alone(seen, &word).then_some((*cue, word))
        })
        .collect();
    hits.sort_by_key(|(_, word)| (word.start, std::cmp::Reverse(word.end)));
    let mut end = 0;
    hits.retain(|(_, word)| {
        let outside = word.end > end;
        end = end.max(word.end);
        outside
    });
    hits
}

/// A word in Latin letters is not a part of a longer one.
fn stands_alone(seen: &Seen<'_>, word: &Range<usize>) -> bool {
    let joined = |a: char, b: char| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    !joined(seen.before(word.start), seen.c(word.start)) && !joined(seen.before(word.end), seen.c(word.end))
}
