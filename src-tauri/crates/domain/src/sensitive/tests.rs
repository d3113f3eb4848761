use super::*;
use SensitiveKind::{BankAccount, Card, Code, Health, MyNumber, Password};

/// Finds these, each a kind and what it is in the writer's own letters.
fn check(text: &str, expected: &[(SensitiveKind, &str)]) {
    let found = find(text);
    let seen: Vec<_> = found.iter().map(|one| (one.kind, text.get(one.range.clone()).unwrap_or("?"))).collect();
    assert_eq!(seen, expected, "{text}");
}

fn check_none(text: &str) {
    check(text, &[]);
}

#[test]
fn a_card_is_found_however_it_is_written() {
    check("4111111111111111", &[(Card, "4111111111111111")]);
    check("カード番号：4111-1111-1111-1111（VISA）", &[(Card, "4111-1111-1111-1111")]);
    check("４１１１　１１１１　１１１１　１１１１です", &[(Card, "４１１１　１１１１　１１１１　１１１１")]);
    check("41111\u{200b}11111\u{2060}111111", &[(Card, "41111\u{200b}11111\u{2060}111111")]);
    check("4111 1111\n1111 1111", &[(Card, "4111 1111\n1111 1111")]);
    check("4111ー1111ー1111ー1111", &[(Card, "4111ー1111ー1111ー1111")]);
    check("my card 3782 822463 10005 12/27 1234", &[(Card, "3782 822463 10005")]);
    check("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", &[(Card, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]);
    check("5555555555554444, 4111111111111111", &[(Card, "5555555555554444"), (Card, "4111111111111111")]);
    check("期限 12 27 4111 1111 1111 1111", &[(Card, "4111 1111 1111 1111")]);
}

#[test]
fn a_number_that_is_no_cards_is_left_alone() {
    check_none("注文番号 4111111111111112");
    check_none("ID 94111111111111111122223333");
    check_none("1234-4111-1111-1111-1111");
    check_none("4111-1111-1111-1111-22");
    check_none("JAN 4901234567894");
    check_none("トラッキング https://track.example/4111111111111111a");
    check_none("100,000円\n200,000円\n5,555,555円");
    check_none("TEL 03-1234-5678 FAX 03-1234-5679");
    check_none("2026-11-23 10:00:00 から 2026-11-24 18:00:00");
}

#[test]
fn a_my_number_is_found_by_its_check_digit() {
    check("マイナンバー 1234 5678 9018", &[(MyNumber, "1234 5678 9018")]);
    check("個人番号:１２３４５６７８９０１８", &[(MyNumber, "１２３４５６７８９０１８")]);
    check("1234-5678-9018", &[(MyNumber, "1234-5678-9018")]);
    check_none("1234 5678 9017");
    check_none("12 3456 789018");
    check_none("1234-5678-9018-1234");
}

#[test]
fn the_number_of_an_account_is_found_beside_its_word() {
    check("みずほ銀行 渋谷支店 普通 1234567 カ）タナカ", &[(BankAccount, "1234567")]);
    check("（普）１２３４５６７", &[(BankAccount, "１２３４５６７")]);
    check("当座預金口座 7654321", &[(BankAccount, "7654321")]);
    check("口座番号\n0012345", &[(BankAccount, "0012345")]);
    check("ゆうちょ銀行 記号 10170 番号 12345671", &[(BankAccount, "10170 番号 12345671")]);
    check("Account number: 12345678", &[(BankAccount, "12345678")]);
    check("Routing number 021000021", &[(BankAccount, "021000021")]);
    check("sort code 12-34-56", &[(BankAccount, "12-34-56")]);
    check("IBAN GB29 NWBK 6016 1331 9268 19", &[(BankAccount, "GB29 NWBK 6016 1331 9268 19")]);
    // The middle of it would be a My Number.
    check("DE89 3704 0044 0532 0130 00", &[(BankAccount, "DE89 3704 0044 0532 0130 00")]);
    check_none("口座番号をお知らせください。");
    check_none("普通は2026年に");
    check_none("普通に考えて100件");
    check_none("渋谷支店の田中です。電話は03-1234-5678です。");
    check_none("記号を入れてください。番号は3です。");
    check_none("Please tell us your account number.");
}

#[test]
fn a_password_is_found_with_its_value_and_not_without() {
    check("パスワード：abc123", &[(Password, "abc123")]);
    check("解凍パスワードは「Zip-2026!」です。", &[(Password, "Zip-2026!")]);
    check("ﾊﾟｽﾜｰﾄﾞ: otomo", &[(Password, "otomo")]);
    check("Pass\u{200b}word: hunter2", &[(Password, "hunter2")]);
    check("PW:ｓｅｃｒｅｔ１", &[(Password, "ｓｅｃｒｅｔ１")]);
    check("添付ファイルのパスワードです。\n\nK3y#2026", &[(Password, "K3y#2026")]);
    check("Password = correcthorse", &[(Password, "correcthorse")]);
    check("the password for the archive is h2so4x", &[(Password, "h2so4x")]);
    check("PINコード 1234", &[]);
    check("PIN: 1234", &[(Password, "1234")]);
    check("暗証番号は1234です", &[(Password, "1234")]);
    check_none("パスワードを忘れた場合は、管理者にご連絡ください。");
    check_none("パスワードを忘れた場合: https://example.jp/reset");
    check_none("パスワードは8文字以上で、2026年までに変更してください。");
    check_none("パスワードは別メールでお送りします。");
    check_none("Your password is required.");
    check_none("Forgot your password? Write to help@example.com.");
    check_none("Password: ********");
    check_none("I passed the pin on the map.");
    check("パスワードを忘れた場合はabc123と入力", &[(Password, "abc123")]);
}

#[test]
fn a_code_is_found_on_either_side_of_its_word() {
    check("認証コード：482913", &[(Code, "482913")]);
    check("482913 があなたの認証コードです。", &[(Code, "482913")]);
    check("ワンタイムパスワード\n\n4829", &[(Code, "4829")]);
    check("Your verification code is 482 913.", &[(Code, "482 913")]);
    check("G-482913 is your Google verification code.", &[(Code, "G-482913")]);
    check("OTP: A1B2C3", &[(Code, "A1B2C3")]);
    check("確認コードは４８２９１３です（10分間有効）", &[(Code, "４８２９１３")]);
    check_none("認証コードの入力が必要です。2026年11月23日");
    check_none("The verification code expires in 10 minutes.");
    check_none("laptops and adoption");
}

#[test]
fn words_of_health_are_found_as_words() {
    check("診断書を添付します", &[(Health, "診断書")]);
    check("来月から休職いたします", &[(Health, "休職")]);
    check("うつ病と診断", &[(Health, "うつ病")]);
    check("She is pregnant and on Sick Leave.", &[(Health, "pregnant"), (Health, "Sick Leave")]);
    check("medical\r\ncertificate", &[(Health, "medical\r\ncertificate")]);
    check_none("そういうつもりです。気持ちが移ろう。");
    check_none("がんばります。障害が復旧しました。求職者のご紹介");
    check_none("undiagnosedx, archive, hive, surgeryroom");
    check_none("Example Medical Systems Inc.");
}

#[test]
fn a_long_text_is_looked_at_from_both_ends() {
    let filler = "あ".repeat(LOOKED_AT);
    check(&format!("4111111111111111 {filler} PW: abc123"), &[(Card, "4111111111111111"), (Password, "abc123")]);
    check_none(&format!("{filler} 4111111111111111 {filler}"));
}

#[test]
fn no_text_is_a_trap() {
    let traps =
        ["4", "4 ", "4111 ", "パスワード", "PW:", "口座番号", "認証コード ", "GB29", "\u{200b}", "a@", "\n", "記号1"];
    for trap in traps {
        find(&trap.repeat(LOOKED_AT / 4 / trap.len()));
    }
}

#[test]
fn each_kind_is_named_once() {
    assert_eq!(kinds(["病気 PW: abc123", "入院 4111111111111111"]), [Card, Password, Health]);
}
