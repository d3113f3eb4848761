//! Content-Transfer-Encodings (RFC 2045 §6), read tolerantly: junk costs a defect, never the part.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use memchr::memchr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7bit, 8bit, binary, and whatever is not known: the bytes as they are.
    Identity,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    /// From the value of a Content-Transfer-Encoding field.
    pub(crate) fn of(value: &str) -> Self {
        let token = value.split([';', ' ', '(']).next().unwrap_or_default();
        match token.to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::Identity,
        }
    }
}

/// The decoded bytes, and whether every encoded byte had a meaning.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> (Cow<'_, [u8]>, bool) {
    match encoding {
        Encoding::Identity => (bytes.into(), true),
        Encoding::Base64 => base64(bytes),
        Encoding::QuotedPrintable => quoted_printable(bytes),
    }
}

/// Base64 (RFC 2045 §6.8), also in several padded pieces. Characters outside its alphabet are passed over.
pub(crate) fn base64(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if let Some(decoded) = base64_decode(bytes) {
        return (decoded.into(), true);
    }
    let in_alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let filtered: Vec<u8> = bytes.iter().copied().filter(in_alphabet).collect();
    (base64_decode(&filtered).unwrap_or_default().into(), false)
}

/// Quoted-printable (RFC 2045 §6.7). An `=` that begins no escape stays as it is.
fn quoted_printable(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let mut out = Vec::with_capacity(bytes.len());
    let mut sound = true;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let end: &[u8] = match (text.len() == line.len(), text.ends_with(b"\r")) {
            (true, _) => b"",
            (false, true) => b"\r\n",
            (false, false) => b"\n",
        };
        // Blanks at the end of a line were added on the way (rule 3).
        let text = text.trim_ascii_end();
        let (text, end) = text.strip_suffix(b"=").map_or((text, end), |text| (text, b"".as_slice()));
        sound &= push_escaped(&mut out, text);
        out.extend_from_slice(end);
    }
    (out.into(), sound)
}

/// Appends `text` with its `=XX` escapes decoded; `false` if an `=` stands for itself.
pub(crate) fn push_escaped(out: &mut Vec<u8>, text: &[u8]) -> bool {
    let mut sound = true;
    let mut rest = text;
    while let Some(at) = memchr(b'=', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = match escape {
            [_, high, low, tail @ ..] if let Some(byte) = hex_pair(*high, *low) => {
                out.push(byte);
                tail
            }
            _ => {
                sound = false;
                out.push(b'=');
                escape.get(1..).unwrap_or_default()
            }
        };
    }
    out.extend_from_slice(rest);
    sound
}

/// The byte that two hexadecimal digits, of either case, name.
pub(crate) fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: Encoding, encoded: &str, expected: &str, sound: bool) {
        let (bytes, was_sound) = decode(encoded.as_bytes(), encoding);
        assert_eq!((String::from_utf8_lossy(&bytes).as_ref(), was_sound), (expected, sound), "{encoded:?}");
    }

    #[test]
    fn base64_is_read_across_lines_junk_and_padding() {
        check(Encoding::Base64, "SGVs\r\nbG8=\r\n", "Hello", true);
        check(Encoding::Base64, "SGVsbG8=IQ==", "Hello!", true);
        check(Encoding::Base64, "SGVsbG8", "Hello", true);
        check(Encoding::Base64, "SGV*sbG8=", "Hello", false);
    }

    #[test]
    fn quoted_printable_keeps_lines_and_drops_soft_breaks() {
        check(Encoding::QuotedPrintable, "a=E3=81=\r\n=82b  \r\nc\n", "aあb\r\nc\n", true);
        check(Encoding::QuotedPrintable, "=e3=81=82 = \nb", "あ b", true);
        check(Encoding::QuotedPrintable, "1=2 =ZZ =", "1=2 =ZZ ", false);
    }

    #[test]
    fn an_encoding_is_known_by_its_first_word() {
        assert_eq!(Encoding::of("BASE64 (really)"), Encoding::Base64);
        assert_eq!(Encoding::of("x-uuencode"), Encoding::Identity);
    }
}
