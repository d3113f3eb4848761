//! Bytes into text, by the charset they are labelled with, or by a guess where the label is missing or wrong.
//!
//! Guessing has a strict order, so that the same bytes give the same text everywhere: UTF-8 if every byte is valid;
//! ISO-2022-JP if its escapes are there; Shift_JIS or EUC-JP if the bytes are valid and look like Japanese; else
//! windows-1252, which takes anything.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;
use memchr::{memchr, memmem};
use otomo_domain::mail::Defect;

mod japanese;

/// Text, and what was wrong with the bytes it came from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) defect: Option<Defect>,
}

impl Decoded {
    fn sound(text: impl Into<String>) -> Self {
        Self { text: text.into(), defect: None }
    }

    fn with(text: String, defect: Defect) -> Self {
        Self { text, defect: Some(defect) }
    }
}

/// Decodes bytes labelled `label`, or not labelled at all.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(str::trim).filter(|label| !label.is_empty()).map(str::to_ascii_lowercase);
    let label = label.as_deref().filter(|label| !is_ascii_label(label));
    let charset = label.map(Charset::of);
    if has_jis_escapes(bytes) && !matches!(charset, Some(Some(Charset::Known(known))) if known == ISO_2022_JP) {
        return Decoded::with(iso_2022_jp(bytes).0, Defect::UnlabelledCharset);
    }
    match charset {
        None if bytes.is_ascii() => Decoded::sound(String::from_utf8_lossy(bytes)),
        None => Decoded::with(guess(bytes), Defect::UnlabelledCharset),
        Some(None) => Decoded::with(guess(bytes), Defect::UnknownCharset),
        Some(Some(charset)) => match charset.decode(bytes) {
            (text, false) => Decoded::sound(text),
            (text, true) => Decoded::with(certain_guess(bytes).unwrap_or(text), Defect::BadEncoding),
        },
    }
}

/// Decodes the raw value of a header field. UTF-8 is allowed there (RFC 6532), so it is no defect.
pub(crate) fn decode_field(bytes: &[u8]) -> Decoded {
    match std::str::from_utf8(bytes) {
        Ok(text) if memchr(ESC, bytes).is_none() => Decoded::sound(text),
        _ => decode(bytes, None),
    }
}

/// Text of bytes that carry no label.
fn guess(bytes: &[u8]) -> String {
    certain_guess(bytes).unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
}

/// As [`guess`], if a better reason speaks for a charset than that it takes anything.
fn certain_guess(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(if has_jis_escapes(bytes) { iso_2022_jp(bytes).0 } else { text.to_owned() });
    }
    let decoded = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some(text.into_owned())
    };
    let (sjis, euc) = (japanese::shift_jis_score(bytes), japanese::euc_jp_score(bytes));
    let euc_first = euc >= sjis;
    let order = if euc_first { [(euc, EUC_JP), (sjis, SHIFT_JIS)] } else { [(sjis, SHIFT_JIS), (euc, EUC_JP)] };
    order.into_iter().filter(|(score, _)| score.is_some_and(|score| score > 0)).find_map(|(_, e)| decoded(e))
}

enum Charset {
    Known(&'static Encoding),
    /// UTF-7, which no web page may use and some old mail does.
    Utf7,
}

impl Charset {
    fn of(label: &str) -> Option<Self> {
        if matches!(label, "utf-7" | "unicode-1-1-utf-7" | "x-unicode-1-1-utf-7") {
            return Some(Self::Utf7);
        }
        let alias = match label {
            "cp932" | "ms932c" | "windows-932" | "ibm-943" | "cp943" | "shift-jisx0213" | "shift_jis-2004" => {
                "shift_jis"
            }
            "iso-2022-jp-ms" | "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-1" | "iso-2022-jp-2"
            | "iso-2022-jp-3" | "iso-2022-jp-2004" | "x-iso-2022-jp" => "iso-2022-jp",
            "eucjp" | "eucjp-ms" | "cp51932" | "euc_jp" | "ujis" => "euc-jp",
            "cp936" | "ms936" => "gbk",
            "cp949" | "ms949" => "euc-kr",
            "cp950" => "big5",
            "utf8mb4" | "utf-8n" | "utf_8" => "utf-8",
            other => other,
        };
        // WHATWG maps charsets that are dangerous on the web to a "replacement" that says nothing.
        let encoding = Encoding::for_label_no_replacement(alias.as_bytes())?;
        Some(Self::Known(encoding))
    }

    /// The text, and whether some bytes mean nothing in this charset.
    fn decode(&self, bytes: &[u8]) -> (String, bool) {
        match self {
            Self::Utf7 => match charset_decoder(b"utf-7") {
                Some(decode) => (decode(bytes), false),
                None => (String::from_utf8_lossy(bytes).into_owned(), true),
            },
            Self::Known(encoding) if *encoding == ISO_2022_JP => iso_2022_jp(bytes),
            Self::Known(encoding) => {
                let (text, bad) = encoding.decode_with_bom_removal(bytes);
                (text.into_owned(), bad)
            }
        }
    }
}

fn is_ascii_label(label: &str) -> bool {
    matches!(label, "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "7bit" | "default")
}

const ESC: u8 = 0x1b;

/// Seven-bit bytes with an escape to a Japanese set: Outlook and old gateways send such text without any label.
fn has_jis_escapes(bytes: &[u8]) -> bool {
    let escapes: [&[u8]; 4] = [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I"];
    memchr(ESC, bytes).is_some() && bytes.is_ascii() && escapes.iter().any(|e| memmem::find(bytes, e).is_some())
}

/// ISO-2022-JP with what Microsoft adds. The web's decoder calls two escapes in a row an error, which is what encoded
/// words joined together have: only the last one of a row is kept.
fn iso_2022_jp(bytes: &[u8]) -> (String, bool) {
    let mut clean = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr(ESC, rest) {
        let (text, escape) = rest.split_at(at);
        clean.extend_from_slice(text);
        let len = escape_len(escape);
        let (escape, tail) = escape.split_at(len);
        if tail.first() != Some(&ESC) {
            clean.extend_from_slice(escape);
        }
        rest = tail;
    }
    clean.extend_from_slice(rest);
    let (text, bad) = ISO_2022_JP.decode_without_bom_handling(&clean);
    (text.into_owned(), bad)
}

/// The length of the escape sequence that `bytes` begin with; at least 1.
fn escape_len(bytes: &[u8]) -> usize {
    match bytes {
        [ESC, b'$', b'(', _, ..] => 4,
        [ESC, b'$' | b'(', _, ..] => 3,
        _ => bytes.len().min(1),
    }
}

/// The charset an HTML page names in its own `<meta>`, for pages that come without a label.
pub(crate) fn meta_charset(html: &[u8]) -> Option<String> {
    let head = html.get(..1024).unwrap_or(html).to_ascii_lowercase();
    let after = head.get(memmem::find(&head, b"charset")? + "charset".len()..)?.trim_ascii_start();
    let value = after.strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let name: Vec<u8> =
        value.iter().copied().take_while(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(b)).collect();
    // A page that could be searched for its <meta> byte by byte is not UTF-16.
    String::from_utf8(name).ok().filter(|name| !name.is_empty() && !name.starts_with("utf-16"))
}

/// Text of bytes of which nothing is known, for showing them when nothing else can be done.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    certain_guess(bytes).unwrap_or_else(|| UTF_8.decode_without_bom_handling(bytes).0.into_owned())
}

#[cfg(test)]
mod tests;
