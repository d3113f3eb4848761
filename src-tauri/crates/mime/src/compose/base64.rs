//! Base64 in lines of 76 (RFC 2045 §6.8), from a reader, a few kilobytes at a time.

use std::io::{self, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What makes a full line.
const LINE: usize = 57;
const LINES: usize = 128;

/// Writes everything `input` has; each line ends in CRLF.
pub(super) fn encode(input: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(LINE * LINES);
    let mut text = String::new();
    loop {
        buffer.clear();
        // A short read must not make a short line.
        (&mut *input).take((LINE * LINES) as u64).read_to_end(&mut buffer)?;
        if buffer.is_empty() {
            return Ok(());
        }
        text.clear();
        for line in buffer.chunks(LINE) {
            STANDARD.encode_string(line, &mut text);
            text.push_str("\r\n");
        }
        out.write_all(text.as_bytes())?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as a slow file would.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn lines_are_full_however_the_input_comes() {
        for len in [0, 1, 56, 57, 58, LINE * LINES, LINE * LINES + 1] {
            let bytes = vec![7; len];
            let mut out = Vec::new();
            encode(&mut Drip(&bytes), &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.lines().rev().skip(1).all(|line| line.len() == 76), "{len}");
            assert_eq!(STANDARD.decode(text.replace("\r\n", "")).unwrap(), bytes, "{len}");
        }
    }
}
