use encoding_rs::EUC_KR;

use super::*;

fn check(bytes: &[u8], label: Option<&str>, text: &str, defect: Option<Defect>) {
    assert_eq!(decode(bytes, label), Decoded { text: text.into(), defect }, "{label:?} {}", bytes.escape_ascii());
}

fn sjis(text: &str) -> Vec<u8> {
    SHIFT_JIS.encode(text).0.into_owned()
}

fn euc(text: &str) -> Vec<u8> {
    EUC_JP.encode(text).0.into_owned()
}

fn jis(text: &str) -> Vec<u8> {
    ISO_2022_JP.encode(text).0.into_owned()
}

#[test]
fn a_right_label_is_believed() {
    check("日本語".as_bytes(), Some("UTF-8"), "日本語", None);
    check(&jis("見積書"), Some("ISO-2022-JP"), "見積書", None);
    check(&sjis("①㈱髙"), Some("shift_jis"), "①㈱髙", None);
    check(&sjis("①㈱髙"), Some(" CP932 "), "①㈱髙", None);
    check(&euc("見積書"), Some("x-euc-jp"), "見積書", None);
    check(&EUC_KR.encode("한국").0, Some("ks_c_5601-1987"), "한국", None);
    check(b"caf\xe9", Some("iso-8859-1"), "café", None);
    check(b"+ZeVnLIqe-", Some("utf-7"), "日本語", None);
    check(b"\xef\xbb\xbfa", Some("utf-8"), "a", None);
}

#[test]
fn microsofts_iso_2022_jp_is_read() {
    // NEC row 13, the NEC selection of IBM's kanji, and halfwidth katakana (JIS X 0201).
    check(b"\x1b$B-!-j\x1b(B", Some("iso-2022-jp"), "①㈱", None);
    check(b"\x1b$B|b\x1b(B", Some("cp50221"), "髙", None);
    check(b"\x1b(I@E6\x1b(B", Some("iso-2022-jp"), "ﾀﾅｶ", None);
    check(b"\x1b$B8+\x1b(B\x1b$B@Q\x1b(B", Some("iso-2022-jp"), "見積", None);
}

#[test]
fn a_missing_label_is_guessed() {
    let unlabelled = Some(Defect::UnlabelledCharset);
    check(b"plain", None, "plain", None);
    check(b"plain", Some("us-ascii"), "plain", None);
    check("日本語".as_bytes(), Some("us-ascii"), "日本語", unlabelled);
    check(&jis("見積書の件"), None, "見積書の件", unlabelled);
    check(&jis("見積書の件"), Some("utf-8"), "見積書の件", unlabelled);
    for text in ["見積書", "お世話になっております。", "カタログ送付のご案内", "田中 Tanaka 様"]
    {
        check(&sjis(text), None, text, unlabelled);
        check(&euc(text), None, text, unlabelled);
    }
    check(&sjis("ﾀﾅｶ ﾀﾛｳ"), None, "ﾀﾅｶ ﾀﾛｳ", unlabelled);
}

#[test]
fn western_text_is_not_taken_for_japanese() {
    for text in
        ["café", "don’t, I’m", "Müller für Größe", "l’été à la façon", "Übung ÄÖÜ", "señor año", "“Hello” – bye"]
    {
        check(&WINDOWS_1252.encode(text).0, None, text, Some(Defect::UnlabelledCharset));
    }
}

#[test]
fn a_wrong_label_gives_way_to_a_certain_guess() {
    check(&sjis("見積書の件"), Some("utf-8"), "見積書の件", Some(Defect::BadEncoding));
    check(&sjis("見積書の件"), Some("iso-2022-jp"), "見積書の件", Some(Defect::BadEncoding));
    check(b"ok \xff", Some("utf-8"), "ok \u{fffd}", Some(Defect::BadEncoding));
}

#[test]
fn an_unknown_label_is_named_and_the_text_guessed() {
    check("日本語".as_bytes(), Some("x-martian"), "日本語", Some(Defect::UnknownCharset));
    check(b"a", Some("hz-gb-2312"), "a", Some(Defect::UnknownCharset));
}

#[test]
fn a_page_names_its_own_charset() {
    let check = |html: &str, expected: Option<&str>| assert_eq!(meta_charset(html.as_bytes()).as_deref(), expected);
    check("<html><META charset='Shift_JIS'>", Some("shift_jis"));
    check("<meta content=\"text/html; charset=euc-jp\">", Some("euc-jp"));
    check("<meta charset=utf-16>", None);
    check("<p>charset</p>", None);
}
