//! What is compressed. A beginning is searched for anywhere; what then does not inflate was none.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use memchr::memmem;

/// No more than this is taken out of one compressed piece.
const MOST: u64 = 64 << 20;

/// A ZIP's local file header: signature, then the lengths of name and extra field at these offsets.
const LOCAL_FILE: &[u8] = b"PK\x03\x04";
const METHOD: usize = 8;
const NAME_LENGTH: usize = 26;
const HEADER: usize = 30;

pub fn undo(bytes: &[u8]) -> Vec<Vec<u8>> {
    let gzip = memmem::find_iter(bytes, b"\x1f\x8b\x08").map(|at| inflate(MultiGzDecoder::new(&bytes[at..])));
    let zlib = zlib_starts(bytes).map(|at| inflate(ZlibDecoder::new(&bytes[at..])));
    let zip = memmem::find_iter(bytes, LOCAL_FILE).filter_map(|at| zipped(&bytes[at..]));
    let bodies = memmem::find_iter(bytes, b"\r\n\r\n").map(|at| at + 4);
    let raw = std::iter::once(0).chain(bodies).map(|at| inflate(DeflateDecoder::new(&bytes[at..])));
    gzip.chain(zlib).chain(zip).chain(raw).collect()
}

/// What comes out before the end or the first fault.
fn inflate(reader: impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    let mut reader = reader.take(MOST);
    let mut piece = [0; 8192];
    while let Ok(n @ 1..) = reader.read(&mut piece) {
        out.extend_from_slice(&piece[..n]);
    }
    out
}

/// Where the two bytes of a zlib header stand (RFC 1950): method 8, window 7, and a multiple of 31.
fn zlib_starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let is_header = |at: &usize| bytes.get(at + 1).is_some_and(|flags| (0x7800 + u16::from(*flags)) % 31 == 0);
    memchr::memchr_iter(0x78, bytes).filter(is_header)
}

fn zipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let start = HEADER + number(NAME_LENGTH)? + number(NAME_LENGTH + 2)?;
    (number(METHOD)? == 8).then(|| bytes.get(start..).map(|data| inflate(DeflateDecoder::new(data))))?
}
