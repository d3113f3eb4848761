//! The header block of a mail or of a part: which fields it has, byte for byte, and where it ends (RFC 5322 §2.2).
//!
//! Nothing is decoded here. A block with a broken line in it is read as the sender meant it: the line is passed over if a
//! field every mail has comes after it, else it is where the body begins without a blank line before it.

use std::borrow::Cow;

use memchr::memchr;

/// A header block and the body behind it.
pub(crate) struct Header<'a> {
    fields: Vec<Field<'a>>,
    body: &'a [u8],
}

struct Field<'a> {
    name: &'a [u8],
    /// With its folds, without its last line end.
    value: &'a [u8],
}

/// A longer value is cut: no address list or reference chain of a real mail gets near.
const MAX_VALUE: usize = 256 * 1024;
const MAX_FIELDS: usize = 10_000;

/// Fields that only a header block has.
const TELLING: [&str; 11] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "received",
];

impl<'a> Header<'a> {
    /// Splits a mail or a part into its fields and its body.
    pub(crate) fn split(block: &'a [u8]) -> Self {
        let mut fields = Vec::new();
        // The field being read: where its name ends and its value begins, and where it started.
        let mut open: Option<(usize, usize)> = None;
        let mut telling_until = 0;
        let mut at = 0;
        let mut body = block.len();
        for line in block.split_inclusive(|b| *b == b'\n') {
            let next = at + line.len();
            let text = line.trim_ascii_end();
            let folded = open.is_some() && matches!(line.first(), Some(b' ' | b'\t'));
            if text.is_empty() && !folded {
                body = next;
                break;
            }
            if let Some(name) = name_len(line) {
                push(&mut fields, block, open.replace((at, name)), at);
            } else if !folded && !is_mbox_from(line) {
                if at >= telling_until {
                    match next_telling_field(block.get(next..).unwrap_or_default()) {
                        Some(found) => telling_until = next + found,
                        None => {
                            body = at;
                            break;
                        }
                    }
                }
                push(&mut fields, block, open.take(), at);
            }
            at = next;
        }
        push(&mut fields, block, open, at);
        Self { fields, body: block.get(body..).unwrap_or_default() }
    }

    /// No field at all: everything is body.
    pub(crate) fn headless(body: &'a [u8]) -> Self {
        Self { fields: Vec::new(), body }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The raw values of all fields of this name, from the top.
    pub(crate) fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'_, 'a, 'n> {
        self.fields.iter().filter(|f| f.name.eq_ignore_ascii_case(name.as_bytes())).map(|f| f.value)
    }

    /// The raw value of the first field of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }
}

fn push<'a>(fields: &mut Vec<Field<'a>>, block: &'a [u8], open: Option<(usize, usize)>, end: usize) {
    let Some((start, name)) = open.filter(|_| fields.len() < MAX_FIELDS) else { return };
    let field = block.get(start..end).unwrap_or_default();
    let (name, value) = field.split_at_checked(name).unwrap_or_default();
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    fields.push(Field { name: name.trim_ascii_end(), value: value.get(..MAX_VALUE).unwrap_or(value) });
}

/// How many bytes come before the colon if the line begins a field. Blanks before the colon are obsolete, not wrong
/// (RFC 5322 §4.5).
fn name_len(line: &[u8]) -> Option<usize> {
    let colon = memchr(b':', line)?;
    let name = line.get(..colon)?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(colon)
}

/// The separator line of an mbox file, which some programs leave at the top of a mail.
fn is_mbox_from(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// Where the next line that begins one of the fields [`TELLING`] starts, if it comes before a blank line.
fn next_telling_field(block: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in block.split_inclusive(|b| *b == b'\n') {
        if line.trim_ascii_end().is_empty() {
            return None;
        }
        let name = name_len(line).and_then(|colon| line.get(..colon)).map(<[u8]>::trim_ascii_end);
        if name.is_some_and(|name| TELLING.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// The value on one line (RFC 5322 §2.2.3): the line ends are gone, the blanks behind them stay.
pub(crate) fn unfolded(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return value.into();
    }
    value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields as `name=value` lines, then the body.
    fn check(block: &str, fields: &[&str], body: &str) {
        let header = Header::split(block.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let line = |f: &Field<'_>| format!("{}={}", text(f.name), text(&unfolded(f.value)));
        assert_eq!(header.fields.iter().map(line).collect::<Vec<_>>(), fields, "{block:?}");
        assert_eq!(text(header.body), body, "{block:?}");
    }

    #[test]
    fn a_blank_line_ends_the_header() {
        check("A: 1\r\nB: 2\r\n\r\nC: 3\r\n", &["A=1", "B=2"], "C: 3\r\n");
        check("A: 1\n\nC: 3", &["A=1"], "C: 3");
        check("A: 1", &["A=1"], "");
        check("\r\nC: 3", &[], "C: 3");
    }

    #[test]
    fn folded_lines_belong_to_their_field() {
        check("A: 1\r\n 2\r\n\t3\r\nB:\r\n 4\r\n\r\n", &["A=1 2\t3", "B=4"], "");
        check("A: 1\r\n \r\n 2\r\n\r\nx", &["A=1  2"], "x");
    }

    #[test]
    fn a_missing_blank_line_costs_no_text() {
        check("Subject: 1\nHello all\n\nbye: now", &["Subject=1"], "Hello all\n\nbye: now");
        check("Hello all\nand: you", &[], "Hello all\nand: you");
    }

    #[test]
    fn a_broken_line_among_fields_is_passed_over() {
        check("Subject: 1\nbroken fold\nFrom: a@b\n\nx", &["Subject=1", "From=a@b"], "x");
        check("From a@b Mon Jan 1\nSubject: 1\n\nx", &["Subject=1"], "x");
    }

    #[test]
    fn a_blank_before_the_colon_is_forgiven() {
        check("Subject : 1\n\n", &["Subject=1"], "");
    }
}
