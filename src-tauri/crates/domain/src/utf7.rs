//! Folder names as people read them: modified UTF-7 (RFC 3501 §5.1.3).
//!
//! Only to show or recognise a name. What is sent to the server is always its own spelling.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::RequireNone)
    .with_decode_allow_trailing_bits(true);
const MODIFIED_BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, CONFIG);

/// The name in Unicode. What is not well-formed stays as it is.
pub fn decode(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, shifted)) = rest.split_once('&') {
        decoded.push_str(plain);
        let Some((encoded, after)) = shifted.split_once('-') else {
            decoded.push('&');
            rest = shifted;
            continue;
        };
        match shifted_text(encoded) {
            Some(text) => decoded.push_str(&text),
            None => decoded.extend(["&", encoded, "-"]),
        }
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

/// The text between `&` and `-`: UTF-16 in base64; nothing stands for the `&` itself.
fn shifted_text(encoded: &str) -> Option<String> {
    if encoded.is_empty() {
        return Some("&".into());
    }
    let bytes = MODIFIED_BASE64.decode(encoded).ok()?;
    let (pairs, []) = bytes.as_chunks() else { return None };
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(decode(name), expected, "{name:?}");
    }

    #[test]
    fn shifted_text_is_decoded() {
        check("INBOX", "INBOX");
        check("&kAFP4W4IMH8-", "送信済み");
        check("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語");
        check("Q&-A", "Q&A");
        check("&2D3cqQ-", "💩");
    }

    #[test]
    fn rubbish_stays_as_it_is() {
        for name in ["&", "a&b", "&***-", "&AA-", "&2D0-", "&-&", ""] {
            let decoded = decode(name);
            assert!(!decoded.contains('\u{fffd}'), "{name:?} became {decoded:?}");
        }
        check("a&b", "a&b");
        check("&***-", "&***-");
    }
}
