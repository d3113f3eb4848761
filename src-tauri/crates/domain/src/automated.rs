//! Signs that a machine wrote a mail, as far as addresses and words tell. What a header tells is read in `otomo-mime`.

use unicode_normalization::UnicodeNormalization;

use crate::address::Address;
use crate::fold::fold;

/// Local parts, and beginnings or ends of local parts, at which nobody reads.
const NOBODY: [&str; 19] = [
    "noreply",
    "no-reply",
    "no_reply",
    "no.reply",
    "donotreply",
    "do-not-reply",
    "do_not_reply",
    "do.not.reply",
    "dontreply",
    "dont-reply",
    "nicht-antworten",
    "nepasrepondre",
    "ne-pas-repondre",
    "mailer-daemon",
    "mailerdaemon",
    "postmaster",
    "bounce",
    "bounces",
    "henshin-fuka",
];

/// Local parts of programs that tell something. People with such a word in their address are more likely, so only the
/// whole local part counts.
const TELLER: [&str; 10] = [
    "notification",
    "notifications",
    "notify",
    "alert",
    "alerts",
    "auto-confirm",
    "auto-reply",
    "autoreply",
    "automailer",
    "system-notice",
];

/// Whether the address says that nobody reads what is sent to it: a word of [`NOBODY`] alone or next to a separator
/// (`noreply`, `noreply-orders`, `news+no-reply`), or one of [`TELLER`] alone.
pub fn is_no_reply(address: &Address) -> bool {
    let local = address.local_part().to_lowercase();
    let is_edge = |rest: Option<char>| rest.is_none_or(|c| matches!(c, '-' | '_' | '.' | '+' | '='));
    let begins = |word: &str| local.strip_prefix(word).is_some_and(|rest| is_edge(rest.chars().next()));
    let ends = |word: &str| local.strip_suffix(word).is_some_and(|rest| is_edge(rest.chars().next_back()));
    NOBODY.iter().any(|word| begins(word) || ends(word)) || TELLER.contains(&local.as_str())
}

/// Words of a subject that name the notice itself. Width, case and blanks don't count.
const NOTICES: [&str; 33] = [
    "passwordreset",
    "resetyourpassword",
    "resetpassword",
    "forgotyourpassword",
    "passwordrecovery",
    "verificationcode",
    "securitycode",
    "authenticationcode",
    "sign-incode",
    "signincode",
    "logincode",
    "loginlink",
    "sign-inlink",
    "magiclink",
    "one-timepassword",
    "one-timecode",
    "onetimepassword",
    "one-timepasscode",
    "onetimepasscode",
    "2-stepverification",
    "two-factorauthentication",
    "verifyyouremail",
    "confirmyouremailaddress",
    "newsign-in",
    "わんたいむぱすわーど",
    "ぱすわーど再設定",
    "ぱすわーどの再設定",
    "ぱすわーどりせっと",
    "ぱすわーどのりせっと",
    "認証こーど",
    "確認こーどのお知らせ",
    "せきゅりてぃこーど",
    "ろぐいん通知",
];

/// What the text of such a notice says to whoever didn't ask for it, or about the code. A person writes of a password;
/// only a machine says what to do with a mail nobody asked for.
const SAYINGS: [&str; 17] = [
    "ifyoudidn'trequest",
    "ifyoudidnotrequest",
    "ifyoudidntrequest",
    "ifyoudidn'tmakethisrequest",
    "ifthiswasn'tyou",
    "youdidn'taskfor",
    "codeexpiresin",
    "codewillexpire",
    "linkwillexpire",
    "linkexpiresin",
    "donotsharethiscode",
    "お心当たりのない",
    "心当たりがない",
    "心当たりのない",
    "有効期限は",
    "分間有効",
    "他人に教えないで",
];

/// How much of a text is looked at, in characters: a notice is short.
const LOOKED_AT: usize = 4000;

/// Whether the words are those of a password reset, a sign-in or its code: a subject that says so, in a text that only a
/// machine would write.
pub fn is_sign_in_notice(subject: &str, text: &str) -> bool {
    let text: String = text.replace('’', "'").chars().take(LOOKED_AT).collect();
    let (subject, folded) = (fold(&subject.chars().take(LOOKED_AT).collect::<String>()), fold(&text));
    let is_reply = ["re:", "fw:", "fwd:"].iter().any(|mark| subject.starts_with(mark));
    let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    !is_reply && says(&subject, &NOTICES) && (says(&folded, &SAYINGS) || has_code(&text))
}

/// Whether a number of four to eight digits stands alone that is no year.
fn has_code(text: &str) -> bool {
    let narrow: String = text.nfkc().collect();
    let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    narrow
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| (4..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit()) && !is_year(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(local: &str, expected: bool) {
        let address = Address::parse(&format!("{local}@x.jp")).unwrap_or_else(|| panic!("{local}"));
        assert_eq!(is_no_reply(&address), expected, "{local}");
    }

    #[test]
    fn an_address_that_nobody_reads_says_so() {
        for local in [
            "noreply",
            "No-Reply",
            "donotreply",
            "do-not-reply",
            "noreply-orders",
            "news.noreply",
            "info+no-reply",
            "bounces+123-abc=x.jp",
            "mailer-daemon",
            "MAILER-DAEMON",
            "postmaster",
            "notifications",
            "alert",
        ] {
            check(local, true);
        }
    }

    #[test]
    fn an_address_of_people_is_not_taken_for_one_of_a_machine() {
        for local in [
            "tanaka",
            "noreplyman",
            "info",
            "sales",
            "notification-team",
            "alerta.garcia",
            "support",
            "reply",
            "postmasters",
            "nobounce",
        ] {
            check(local, false);
        }
    }

    fn check_notice(subject: &str, text: &str, expected: bool) {
        assert_eq!(is_sign_in_notice(subject, text), expected, "{subject} / {text}");
    }

    #[test]
    fn a_notice_about_signing_in_is_known_by_its_subject_and_its_text() {
        check_notice("Your verification code", "123456 is your code.", true);
        check_notice("Reset your password", "If you didn’t request this, ignore it.", true);
        check_notice("【重要】パスワード再設定のご案内", "お心当たりのない場合は破棄してください。", true);
        check_notice("ワンタイムパスワードのお知らせ", "ワンタイムパスワード：８２４１９３", true);
        check_notice("認証コード", "有効期限は10分です。", true);
        check_notice("ﾊﾟｽﾜｰﾄﾞのﾘｾｯﾄ", "リンクは30分間有効です。", true);
    }

    #[test]
    fn a_person_who_writes_about_passwords_is_no_notice() {
        check_notice("パスワード再設定の手順について", "田中様\n手順書をお送りします。", false);
        check_notice("Re: Your verification code", "it was 123456", false);
        check_notice("お見積り", "有効期限は11月30日です。コード 1234", false);
        check_notice("Password reset feature: offer", "Dear Mr Sato, please find our offer of 2026.", false);
    }
}
