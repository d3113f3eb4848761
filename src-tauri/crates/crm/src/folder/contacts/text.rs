//! How lists are written: UTF-8, UTF-16 with a mark, or Shift_JIS, as Excel and mobile phones in Japan save them.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

/// How a list is written, and its bytes without a mark. Without one it is UTF-8 if it can be, else Shift_JIS as Windows
/// has it.
pub fn encoding(bytes: &[u8]) -> (&'static Encoding, &[u8]) {
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, bytes.get(mark..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (SHIFT_JIS, bytes),
    }
}

/// The text of a list; `None` if it is in none of these.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let (encoding, rest) = encoding(bytes);
    encoding.decode_without_bom_handling_and_without_replacement(rest).map(String::from)
}
