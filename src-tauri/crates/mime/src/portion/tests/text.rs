use super::*;

fn check_with(cut: &Cut, text: &str, expected: &str) {
    let left = portion(&Body { text: text.into(), html: None }, cut);
    assert_eq!(left.body.text, expected, "{text:?}");
}

fn check(text: &str, expected: &str) {
    check_with(&Cut::default(), text, expected);
}

/// The new text stands over `older`, and none of that is left.
fn check_older(older: &str) {
    check(&format!("承知しました。\n\n{older}"), "承知しました。");
}

/// The new text stands over `signature`, and none of that is left.
fn check_signature(signature: &str) {
    check(
        &format!("お世話になっております。\n資料をお送りします。\n\n{signature}"),
        "お世話になっております。\n資料をお送りします。",
    );
}

/// Nothing of it is taken for anything else than new text.
fn check_whole(text: &str) {
    check(text, text);
}

#[test]
fn quoted_lines_go_with_the_line_above_them() {
    check_older("> 見積の件です。\n> よろしく\n");
    check_older("＞見積の件です。\n＞＞よろしく\n");
    check_older("On Fri, Nov 20, 2026 at 10:00 AM Taro Tanaka <tanaka@x.jp> wrote:\n\n> hello\n");
    check_older("On Fri, 20 Nov 2026 10:00:00 +0900\nTaro Tanaka <tanaka@x.jp> wrote:\n\n> hello");
    check_older("On Fri, Nov 20, 2026 at 10:00 AM Taro Tanaka\n<taro.tanaka@very-long.example.jp>\nwrote:\n> hello");
    check_older("2026年11月20日(金) 10:00 田中 太郎 <tanaka@x.jp>:\n\n> 見積の件です。");
    check_older("2026/11/20 10:00、田中 太郎 <tanaka@x.jp>のメール:\n\n> 見積の件です。");
    check_older("2026/11/20 10:00, 田中 太郎 wrote:\n> 見積の件です。");
    check_older("田中さんは書きました：\n> 見積の件です。");
    check_older("Tanaka-san wrote:\n> hello");
    check_older("Am Fr., 20. Nov. 2026 um 10:00 Uhr schrieb Anna <a@x.de>:\n> Hallo");
    check_older("Le ven. 20 nov. 2026 à 10:00, Anne <a@x.fr> a écrit :\n> Bonjour");
}

#[test]
fn answers_between_quoted_lines_stay() {
    check("> いつですか。\n\n金曜日です。\n\n> どこですか。\n\n東京です。", "金曜日です。\n\n東京です。");
    check(
        "A <a@x.jp> wrote on 2026-11-20 10:00:\n> when?\nFriday.\n> where?\nTokyo.",
        "A <a@x.jp> wrote on 2026-11-20 10:00:\nFriday.\nTokyo.",
    );
    check("On 2026-11-20 10:00, A wrote:\n> when?\n> -----Original Message-----\nFriday.", "Friday.");
}

#[test]
fn everything_under_a_heading_of_older_mail_goes() {
    check_older("-----Original Message-----\nFrom: a@x.jp\n\nhello\nmy answer under it");
    check_older("----- 元のメッセージ -----\n差出人：田中\n\n見積の件です。");
    check_older("-----元のメッセージ-----\n見積の件です。");
    check_older("---------- Forwarded message ---------\nFrom: A <a@x.jp>\n\nhello");
    check_older("---------- 転送メッセージ ----------\n差出人: 田中\n\n見積の件です。");
    check_older("-------- 転送されたメッセージ --------\n件名: 見積\n\n見積の件です。");
    check_older("Begin forwarded message:\n\nFrom: A\nSubject: b\n\nhello");
    check_older(
        "________________________________\nFrom: A <a@x.jp>\nSent: Friday, November 20, 2026 10:00 AM\nTo: B\nSubject: c\n\nhello",
    );
    check_older(
        "差出人: 田中 <tanaka@x.jp>\n送信日時: 2026年11月20日 10:00\n宛先: 佐藤\nCC: 鈴木\n件名: 見積\n\n見積の件です。",
    );
    check_older("差出人：田中\n日時：2026年11月20日 10:00\n宛先：佐藤\n件名：見積\n\n見積の件です。");
    check_older("*From:* A <a@x.jp>\n*Sent:* Friday\n*To:* B\n*Subject:* c\n\nhello");
    check_older("Von: A\nGesendet: Freitag\nAn: B\nBetreff: c\n\nHallo");
    check_older("De : A\nEnvoyé : vendredi\nÀ : B\nObjet : c\n\nBonjour");
    check_older("---- On Fri, 20 Nov 2026 10:00:00 +0900 A <a@x.jp> wrote ----\n\nhello");
}

#[test]
fn a_heading_that_tells_enough_needs_no_marks_below() {
    check_older("On Friday, November 20, 2026, 10:00 AM, A <a@x.jp> wrote:\n\nhello\n\nbye");
    check_older("2026年11月20日(金) 10:00 田中 太郎 <tanaka@x.jp>:\n\n見積の件です。");
}

#[test]
fn new_text_that_only_looks_like_a_heading_stays() {
    check_whole("差出人: 田中 の件ですが、明日伺います。\nよろしくお願いします。");
    check_whole("From: Tokyo\nto the world.");
    check_whole("As he wrote:\nlife is short.");
    check_whole("日時: 11月20日 10:00\n宛先: 営業部\nご確認ください。");
    check_whole("連絡先は下記です <tanaka2024@x.jp>:\n宜しくお願いします。");
    check_whole("---\nOriginal message follows the law.\n---\nbye");
    check_whole("下記について回答します:\n1. はい");
    check_whole("a -> b\nc > d");
}

#[test]
fn a_mail_that_only_quotes_is_left_empty() {
    check("> a\n> b", "");
    check("---------- Forwarded message ---------\nFrom: A\n\nhello", "");
}

#[test]
fn a_signature_goes() {
    check_signature("-- \n田中 太郎\n株式会社サンプル");
    check_signature("--\nTaro Tanaka\nExample Inc.");
    check_signature("━━━━━━━━━━━━\n株式会社サンプル 営業部\n田中 太郎\nTEL: 03-1234-5678\n━━━━━━━━━━━━");
    check_signature("***********************\n田中 太郎\ntanaka@x.jp\n***********************");
    check_signature("＿＿＿＿＿＿＿＿＿＿\n田中 太郎\n〒100-0001 東京都千代田区1-1\n＿＿＿＿＿＿＿＿＿＿\n");
    check_signature("-=-=-=-=-=-=-=-\n株式会社サンプル\nhttps://x.jp/\n-=-=-=-=-=-=-=-");
    check_signature(
        "==========\n株式会社サンプル\n田中 太郎\n==========\n電話 ０３－１２３４－５６７８\nMail: tanaka@x.jp\n==========",
    );
    check_signature("------------------------------\n株式会社サンプル\n田中 太郎 (tanaka@x.jp)");
    check_signature("iPhoneから送信");
    check_signature("Sent from my iPhone");
}

#[test]
fn a_signature_over_the_quote_goes_too() {
    let fenced = "了解です。\n━━━━━\n田中\nTEL 03-1234-5678\n━━━━━\n差出人: A\n宛先: B\n件名: c\n\n件";
    check(fenced, "了解です。");
    check("了解です。\n-- \n田中\n\n2026/11/20 10:00、佐藤 <s@x.jp>のメール:\n> 件\n", "了解です。");
}

#[test]
fn what_might_be_no_signature_stays() {
    check_whole("-- \n田中 太郎");
    check_whole("━━━━━━━━\n田中 太郎\nTEL: 03-1234-5678\n━━━━━━━━");
    check_whole("打合せは下記です。\n━━━━━━━━\n日時：11月20日\n会場：本社 TEL 03-1234-5678\n━━━━━━━━");
    check_whole("お申し込みはこちら\n━━━━━━━━\nhttps://x.jp/form\n━━━━━━━━");
    check_whole("合計\n--------\n品名 A 1,000円\n--------\n電話 03-1234-5678 まで");
    check_whole("案内\n========\n03-1234-5678\n========\n以上、よろしくお願いします。\n田中");
    check_whole(&format!("案内\n━━━━━━━━\n{}TEL: 03-1234-5678\n━━━━━━━━", "製品の説明\n".repeat(20)));
    check_whole("a\n--\nb\n".repeat(60).trim_end());
}

#[test]
fn what_the_rep_keeps_stays() {
    let text = "a\n-- \nTaro\n\nOn 2026-11-20 10:00, B wrote:\n> q";
    check_with(&redacting(&[]), text, text);
    check_with(&Cut { signature: true, ..Cut::default() }, text, "a\n-- \nTaro");
    check_with(&Cut { quotes: true, ..Cut::default() }, text, "a\n\nOn 2026-11-20 10:00, B wrote:\n> q");
}
