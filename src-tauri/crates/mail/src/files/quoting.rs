//! Lines of an mbox file that begin with `From ` after any number of `>` got one `>` more when the file was written
//! ("mboxrd"). It is taken away again.

const FROM: &[u8] = b"From ";

/// How many `>` are looked at; nobody quotes that deeply.
const DEEPEST: usize = 1000;

/// Takes the quoting out of a text that comes in pieces.
#[derive(Debug)]
pub struct Unquoting {
    /// The beginning of a line that may turn out to be quoted; `None` within a line.
    held: Option<Vec<u8>>,
}

impl Default for Unquoting {
    fn default() -> Self {
        Self { held: Some(Vec::new()) }
    }
}

impl Unquoting {
    /// The next piece without the quoting; the beginning of a line may be held back.
    pub fn take(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(piece.len());
        let mut rest = piece;
        while let Some((first, others)) = rest.split_first() {
            let Some(held) = &mut self.held else {
                let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
                let (line, others) = rest.split_at(end.unwrap_or(rest.len()));
                plain.extend_from_slice(line);
                self.held = end.map(|_| Vec::new());
                rest = others;
                continue;
            };
            if !may_go_on(held, *first) {
                plain.append(held);
                self.held = None;
                continue;
            }
            held.push(*first);
            rest = others;
            if held.ends_with(FROM) {
                plain.extend_from_slice(held.get(1..).unwrap_or_default());
                self.held = None;
            }
        }
        plain
    }

    /// What was held back to the end.
    pub fn finish(&mut self) -> Vec<u8> {
        self.held.take().unwrap_or_default()
    }
}

/// Whether a line that begins with `held` and then this byte may begin with `>`s and [`FROM`].
fn may_go_on(held: &[u8], byte: u8) -> bool {
    let depth = held.iter().take_while(|held| **held == b'>').count();
    match held.get(depth..) {
        Some([]) if byte == b'>' => depth < DEEPEST,
        Some(word) => depth > 0 && FROM.get(word.len()) == Some(&byte),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quoted: &str, expected: &str) {
        for size in 1..=quoted.len().min(40) {
            let mut unquoting = Unquoting::default();
            let mut plain: Vec<u8> = quoted.as_bytes().chunks(size).flat_map(|piece| unquoting.take(piece)).collect();
            plain.extend(unquoting.finish());
            assert_eq!(String::from_utf8(plain).unwrap(), expected, "{quoted:?} by {size}");
        }
    }

    #[test]
    fn one_sign_is_taken_away_from_a_quoted_line() {
        check(">From here\nx\n>>From there\n", "From here\nx\n>From there\n");
        check("a >From b\n\n>From \r\n", "a >From b\n\nFrom \r\n");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for text in ["> From x\n", ">Fro", ">From", ">From:\n>Frodo\n", "From x\n", ">>> quoted\n>\n>>\n", "\n\n", ">"]
        {
            check(text, text);
        }
        check(&format!("{}From x", ">".repeat(2000)), &format!("{}From x", ">".repeat(2000)));
    }
}
