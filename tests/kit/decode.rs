//! Finds the canaries in bytes, however they are wrapped.
//!
//! Whoever lets a part of a mail out does not send it as it stands in the mailbox: it is compressed, escaped, encoded
//! for a header, a URL or JSON, often one within the other. So everything that looks like an encoding is undone and
//! looked through again, [`DEEPEST`] times over.
//!
//! | module | undoes |
//! |---|---|
//! | [`packed`] | gzip, zlib, raw deflate and the files of a ZIP |
//! | [`text`] | JSON escapes, percent signs, quoted-printable, encoded words, UTF-16, HTML references |
//! | [`run`] | base64 with either alphabet, wrapped or not, at every alignment; hexadecimal |
//!
//! It does not undo encryption, nor a canary that is cut into pieces on purpose.

mod packed;
mod run;
mod text;

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use memchr::memmem;

/// How many encodings may lie around a canary.
pub const DEEPEST: usize = 4;

/// What every canary begins with (`--canary cnry` of the generator).
pub const PREFIX: &str = "cnry-";

/// No canary is shorter, so nothing shorter is worth undoing.
const SHORTEST: usize = PREFIX.len() + HEX;

/// The digits between the prefix and the place.
const HEX: usize = 12;

/// Every canary in the bytes, as `cnry-0123456789ab-place`; without the place where no more stands anywhere.
pub fn canaries(bytes: &[u8]) -> BTreeSet<String> {
    canaries_of([bytes])
}

/// The same of several pieces together.
pub fn canaries_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> BTreeSet<String> {
    let found: BTreeSet<String> = pieces.into_iter().flat_map(everything).collect();
    // A half-decoded view may break off before the place that another one shows.
    let more =
        |token: &String| found.iter().any(|other| other.len() > token.len() && other.starts_with(token.as_str()));
    let bare = |token: &String| token.len() == SHORTEST;
    found.iter().filter(|token| !(bare(token) && more(token))).cloned().collect()
}

/// What stands in any view of the bytes.
fn everything(bytes: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut layer = vec![bytes.to_vec()];
    for _ in 0..=DEEPEST {
        for piece in &layer {
            plain(piece, &mut found);
        }
        layer = layer.iter().flat_map(|piece| undone(piece)).filter(|piece| seen.insert(hash(piece))).collect();
    }
    found
}

/// Everything that one encoding less gives.
fn undone(bytes: &[u8]) -> Vec<Vec<u8>> {
    let all = [packed::undo(bytes), text::undo(bytes), run::undo(bytes)];
    all.into_iter().flatten().filter(|piece| piece.len() >= SHORTEST && piece != bytes).collect()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Collects the canaries that stand there as they are, in either case: names in DNS have none.
fn plain(bytes: &[u8], found: &mut BTreeSet<String>) {
    let lower = bytes.to_ascii_lowercase();
    for at in memmem::find_iter(&lower, PREFIX) {
        let rest = &lower[at + PREFIX.len()..];
        let digits = rest.iter().take(HEX).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits < HEX {
            continue;
        }
        let place = rest[HEX..].strip_prefix(b"-").unwrap_or_default();
        let place = &place[..place.iter().take_while(|b| b.is_ascii_alphanumeric()).count()];
        let word = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let separator = if place.is_empty() { "" } else { "-" };
        found.insert(format!("{PREFIX}{}{separator}{}", word(&rest[..HEX]), word(place)));
    }
}

/// The maximal runs of bytes that belong, as far as they are long enough to hold a canary.
fn runs(bytes: &[u8], belongs: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = &[u8]> {
    bytes.split(move |b| !belongs(*b)).filter(|run| run.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TOKEN: &str = "cnry-0123456789ab-att1";

    fn check(bytes: impl AsRef<[u8]>) {
        let text = String::from_utf8_lossy(bytes.as_ref()).into_owned();
        assert_eq!(canaries(bytes.as_ref()), BTreeSet::from([TOKEN.to_owned()]), "{text:?}");
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_canary_is_found_as_it_is_and_without_its_case() {
        check(TOKEN);
        check(TOKEN.to_uppercase());
        check(format!("<p>{TOKEN}@canary.example</p>"));
        assert_eq!(canaries(b"cnry-0123456789ab"), BTreeSet::from(["cnry-0123456789ab".to_owned()]));
        assert!(canaries(b"cnry-012345678 cnry-att1 cnry").is_empty());
    }

    #[test]
    fn a_canary_is_found_in_base64_at_every_alignment_and_with_either_alphabet() {
        for before in ["", "x", "xy", "xyz"] {
            check(STANDARD.encode(format!("{before}{TOKEN}??>>")));
            check(URL_SAFE_NO_PAD.encode(format!("{before}{TOKEN}??>>")));
            check(format!("a{}", STANDARD.encode(format!("{before}{TOKEN}"))));
        }
    }

    #[test]
    fn a_canary_is_found_in_wrapped_base64() {
        let long = STANDARD.encode(format!("{} {TOKEN} {}", "text ".repeat(13), "text ".repeat(30)));
        for (width, end) in [(76, "\r\n"), (64, "\n"), (11, "\r\n "), (76, "\\r\\n")] {
            let lines: Vec<_> = long.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
            check(lines.join(end));
        }
    }

    #[test]
    fn a_canary_is_found_in_compressed_bytes() {
        check(gzip(TOKEN.as_bytes()));
        check([b"before ", gzip(TOKEN.as_bytes()).as_slice(), b" after"].concat());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(format!("{TOKEN} {TOKEN} {TOKEN}").as_bytes()).unwrap();
        check(zlib.finish().unwrap());
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(format!("{TOKEN} {TOKEN} {TOKEN}").as_bytes()).unwrap();
        let deflated = deflate.finish().unwrap();
        check(&deflated);
        check([b"content-encoding: deflate\r\n\r\n", deflated.as_slice()].concat());
        check([b"PK\x03\x04\x14\0\0\0\x08\0", &[0; 16][..], b"\x01\0\0\0x", &deflated].concat());
    }

    #[test]
    fn a_canary_is_found_in_escaped_text() {
        let each = |form: fn(u8) -> String| TOKEN.bytes().map(form).collect::<String>();
        check(each(|b| format!("\\u{b:04x}")));
        check(each(|b| format!("%{b:02X}")));
        check(each(|b| format!("={b:02X}")));
        check(each(|b| format!("&#{b};")));
        check(each(|b| format!("&#x{b:x};")));
        check(each(|b| format!("{b:02x}")));
        check(each(|b| format!("{b:02X}")));
        check("cnry-01234567=\r\n89ab-att1");
        check("cnry-0123456789ab=2Datt1");
        check("cnry%2d0123456789ab%2Datt1");
    }

    #[test]
    fn a_canary_is_found_in_encoded_words() {
        check(format!("=?utf-8?B?{}?=", STANDARD.encode(TOKEN)));
        check("=?utf-8?Q?cnry=2D0123456789ab=2Datt1?=");
        check("=?utf-8?q?cnry-012345?=\r\n =?utf-8?q?6789ab-att1?=");
        let (one, other) = TOKEN.split_at(9);
        check(format!("=?utf-8?b?{}?= =?utf-8?b?{}?=", STANDARD.encode(one), STANDARD.encode(other)));
    }

    #[test]
    fn a_canary_is_found_in_utf_16() {
        check(TOKEN.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        check(TOKEN.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    }

    #[test]
    fn a_canary_is_found_three_encodings_deep() {
        let json = serde_json::json!({ "a": STANDARD.encode(gzip(TOKEN.as_bytes())) }).to_string();
        check(&json);
        check(STANDARD.encode(gzip(json.as_bytes())));
        let percent: String = STANDARD.encode(TOKEN).bytes().map(|b| format!("%{b:02x}")).collect();
        check(serde_json::json!({ "url": percent }).to_string().replace('%', "\\u0025"));
    }
}
