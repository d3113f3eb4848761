//! How much bytes look like Japanese text in one of the two charsets that can only be told apart by their looks.
//!
//! Both scores count what a Japanese mail is made of: kana and the everyday kanji of JIS level 1 speak for the charset;
//! rare kanji, vendor characters and lone halfwidth kana speak against it. Western text is the trap: in windows-1252 an
//! accented letter and the one after it are often a valid Shift_JIS pair. Such pairs stand alone, Japanese ones don't.

/// `None` if a byte cannot be Shift_JIS (with Microsoft's extensions).
pub(super) fn shift_jis_score(bytes: &[u8]) -> Option<i64> {
    let mut tally = Tally::default();
    let mut rest = bytes;
    while let Some((&lead, tail)) = rest.split_first() {
        rest = tail;
        match lead {
            0..=0x7f => tally.ascii(),
            0xa1..=0xdf => tally.halfwidth(),
            0x81..=0x9f | 0xe0..=0xfc => {
                let (&trail, tail) = tail.split_first()?;
                if !matches!(trail, 0x40..=0x7e | 0x80..=0xfc) {
                    return None;
                }
                rest = tail;
                tally.pair(match lead {
                    0x82 | 0x83 | 0x88..=0x97 => 2,
                    0x81 | 0x87 | 0x98 => 1,
                    0xf0..=0xf9 => -5,
                    0x84 | 0xed | 0xee | 0xfa..=0xfc => 0,
                    _ => -1,
                });
            }
            _ => return None,
        }
    }
    Some(tally.finish())
}

/// `None` if a byte cannot be EUC-JP.
pub(super) fn euc_jp_score(bytes: &[u8]) -> Option<i64> {
    let mut tally = Tally::default();
    let mut rest = bytes;
    while let Some((&lead, tail)) = rest.split_first() {
        rest = match (lead, tail) {
            (0..=0x7f, tail) => {
                tally.ascii();
                tail
            }
            (0x8e, [0xa1..=0xdf, tail @ ..]) => {
                tally.pair(0);
                tail
            }
            (0x8f, [0xa1..=0xfe, 0xa1..=0xfe, tail @ ..]) => {
                tally.pair(-1);
                tail
            }
            (0xa1..=0xfe, [0xa1..=0xfe, tail @ ..]) => {
                tally.pair(match lead {
                    0xa4 | 0xa5 | 0xb0..=0xcf => 2,
                    0xa1..=0xa3 => 1,
                    _ => -1,
                });
                tail
            }
            _ => return None,
        };
    }
    Some(tally.finish())
}

/// Adds up runs: a pair that stands alone counts against, and halfwidth kana count in runs of three and more.
#[derive(Default)]
struct Tally {
    score: i64,
    pairs: i64,
    run: i64,
    halfwidth: i64,
}

impl Tally {
    fn ascii(&mut self) {
        self.end_pairs();
        self.end_halfwidth();
    }

    fn halfwidth(&mut self) {
        self.end_pairs();
        self.halfwidth += 1;
    }

    fn pair(&mut self, score: i64) {
        self.end_halfwidth();
        self.pairs += 1;
        self.run += score;
    }

    fn end_pairs(&mut self) {
        self.score += if self.pairs == 1 { -1 } else { self.run };
        (self.pairs, self.run) = (0, 0);
    }

    fn end_halfwidth(&mut self) {
        self.score += if self.halfwidth >= 3 { self.halfwidth / 2 } else { -self.halfwidth };
        self.halfwidth = 0;
    }

    fn finish(mut self) -> i64 {
        self.ascii();
        self.score
    }
}
