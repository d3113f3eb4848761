//! A reply of the server (RFC 5321 §4.2).

use crate::wording;

/// The code and the text of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// The text of each line, without code and line end.
    pub lines: Vec<String>,
}

/// A line of a reply: its code, whether it is the last one, and its text. `None` if it is none.
pub fn line(bytes: &[u8]) -> Option<(u16, bool, String)> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(['\r', '\n']);
    let (digits, rest) = text.split_at_checked(3)?;
    let code = digits.parse().ok().filter(|code| (200..600).contains(code))?;
    match rest.chars().next() {
        None => Some((code, true, String::new())),
        Some(' ') => Some((code, true, rest.get(1..)?.to_owned())),
        Some('-') => Some((code, false, rest.get(1..)?.to_owned())),
        Some(_) => None,
    }
}

impl Reply {
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether the same may work later (RFC 5321 §4.2.1).
    pub fn is_temporary(&self) -> bool {
        self.code / 100 == 4
    }

    /// The first line's text.
    pub fn text(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// The enhanced status code (RFC 3463), such as `5.7.60`; empty where there is none.
    pub fn enhanced(&self) -> &str {
        let word = self.text().split(' ').next().unwrap_or_default();
        let numbers = || word.split('.').map(|number| number.parse::<u16>().is_ok());
        if numbers().count() == 3 && numbers().all(|sound| sound) { word } else { "" }
    }

    /// Everything said, in one line.
    pub fn said(&self) -> String {
        self.lines.join(" ")
    }

    /// The code and the words, fit to be shown.
    pub fn shown(&self) -> String {
        wording::shown(&format!("{} {}", self.code, self.said()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<(u16, bool, &str)>) {
        let seen = line(bytes);
        assert_eq!(seen.as_ref().map(|(code, last, text)| (*code, *last, text.as_str())), expected);
    }

    #[test]
    fn a_line_is_a_code_and_a_text() {
        check(b"250 2.1.0 OK\r\n", Some((250, true, "2.1.0 OK")));
        check(b"250-SIZE 100\r\n", Some((250, false, "SIZE 100")));
        check(b"354\r\n", Some((354, true, "")));
        check(b"550 \xe9t\xe9\r\n", Some((550, true, "\u{fffd}t\u{fffd}")));
        for rubbish in [&b""[..], b"\r\n", b"25", b"250_x\r\n", b"abc x\r\n", b"999 x\r\n", b"\xe3\x81\x82x\r\n"] {
            check(rubbish, None);
        }
    }

    #[test]
    fn an_enhanced_code_is_three_numbers() {
        let enhanced = |text: &str| Reply { code: 550, lines: vec![text.into()] }.enhanced().to_owned();
        assert_eq!(enhanced("5.7.60 SMTP; Client does not have permissions"), "5.7.60");
        assert_eq!(enhanced("5.7 x"), "");
        assert_eq!(enhanced("192.0.2.1 is blocked"), "");
        assert_eq!(enhanced("no such user"), "");
    }
}
