//! Base64 and hexadecimal: runs of the alphabet, decoded at every alignment.

use super::runs;

pub fn undo(bytes: &[u8]) -> Vec<Vec<u8>> {
    let base64 = runs(bytes, |b| sextet(b).is_some() || b.is_ascii_whitespace()).flat_map(|run| {
        let sextets = sextets(run);
        (0..4).map(move |skip| from_sextets(sextets.get(skip..).unwrap_or_default())).collect::<Vec<_>>()
    });
    let hex = runs(bytes, |b| b.is_ascii_hexdigit()).flat_map(|run| [from_hex(run), from_hex(&run[1..])]);
    base64.chain(hex).collect()
}

/// What a run of base64 that begins at its beginning stands for.
pub fn base64(run: &[u8]) -> Vec<u8> {
    from_sextets(&sextets(run))
}

fn sextets(run: &[u8]) -> Vec<u8> {
    run.iter().filter_map(|b| sextet(*b)).collect()
}

/// The value of a character in the alphabet of RFC 4648 §4 or §5.
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn from_sextets(sextets: &[u8]) -> Vec<u8> {
    let bits = |group: &[u8]| group.iter().fold(0_u32, |bits, sextet| bits << 6 | u32::from(*sextet));
    let bytes = |group: &[u8]| {
        let whole = (bits(group) << (6 * (4 - group.len()))).to_be_bytes();
        whole[1..group.len().max(1)].to_vec()
    };
    sextets.chunks(4).flat_map(bytes).collect()
}

fn from_hex(digits: &[u8]) -> Vec<u8> {
    hex::decode(&digits[..digits.len() / 2 * 2]).unwrap_or_default()
}
