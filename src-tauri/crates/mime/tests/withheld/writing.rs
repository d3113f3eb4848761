//! The ways in which mail writes and encodes a word.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a word is written in a text.
#[derive(Clone, Copy, Debug)]
pub enum Writing {
    Plain,
    Wide,
    Upper,
    Hidden,
    /// In a page: with tags between its characters.
    Tagged,
    /// In a page: as character references.
    Referenced,
}

#[derive(Clone, Copy, Debug)]
pub enum Coding {
    EightBit,
    QuotedPrintable,
    Base64,
}

/// Which characters a reader would take for the same word.
pub fn written(word: &str, writing: Writing) -> String {
    let each = |write: &dyn Fn(char) -> String| word.chars().map(write).collect::<String>();
    let wide =
        |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c).to_string();
    match writing {
        Writing::Plain => word.to_owned(),
        Writing::Wide => each(&wide).replace('ガ', "ｶﾞ"),
        Writing::Upper => word.to_uppercase(),
        Writing::Hidden => each(&|c| format!("{c}\u{200b}")),
        Writing::Tagged => each(&|c| if c.is_ascii_digit() { format!("<b>{c}</b>") } else { c.to_string() }),
        Writing::Referenced => each(&|c| format!("&#x{:x};", u32::from(c))),
    }
}

/// A text of a header field (RFC 2047), or raw.
pub fn encoded_words(text: &str, coding: Coding) -> String {
    match coding {
        Coding::EightBit => text.to_owned(),
        Coding::Base64 => format!("=?UTF-8?B?{}?=", STANDARD.encode(text)),
        Coding::QuotedPrintable => {
            format!("=?utf-8?Q?{}?=", text.bytes().map(|b| format!("={b:02X}")).collect::<String>())
        }
    }
}

pub fn transfer(text: &str, coding: Coding) -> (&'static str, String) {
    let lines = |text: &str, len: usize, end: &str| {
        text.as_bytes().chunks(len).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join(end)
    };
    match coding {
        Coding::EightBit => ("8bit", text.to_owned()),
        Coding::Base64 => ("base64", lines(&STANDARD.encode(text), 76, "\r\n")),
        Coding::QuotedPrintable => {
            let escaped: String = text.bytes().map(|b| format!("={b:02X}")).collect();
            ("quoted-printable", lines(&escaped, 75, "=\r\n"))
        }
    }
}
