//! Answers that imap-proto can't read, in words that it knows and that no command here asks for otherwise.
//!
//! | the server says | what comes through |
//! |---|---|
//! | `* ESEARCH (TAG "a") UID COUNT 7` (RFC 9051 §7.3.4) | `* SORT 7` |
//! | `* STATUS x (MESSAGES 7 SIZE 900)` (RFC 8438) | `* STATUS x (MESSAGES 7 HIGHESTMODSEQ 900)` |

use bytes::BytesMut;

const SIZE: &[u8] = b"SIZE ";

/// Translates a line with its end. `heard` is what came of the same answer before it.
pub fn translate(line: &mut BytesMut, heard: &[u8]) {
    let beginning = if heard.is_empty() { line.as_ref() } else { heard };
    let translated = if begins(beginning, b"* STATUS ") {
        status(line)
    } else if heard.is_empty() && begins(line, b"* ESEARCH ") {
        count(line)
    } else {
        None
    };
    if let Some(translated) = translated {
        line.clear();
        line.extend_from_slice(&translated);
    }
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// The attributes come last, so that whatever stands in a name is left alone.
fn status(line: &[u8]) -> Option<Vec<u8>> {
    let open = memchr::memrchr(b'(', line)?;
    let (name, attributes) = line.split_at_checked(open + 1)?;
    let at = (0..attributes.len()).find(|at| {
        let word_begins = at.checked_sub(1).is_none_or(|before| attributes.get(before) == Some(&b' '));
        word_begins && begins(attributes.get(*at..).unwrap_or_default(), SIZE)
    })?;
    let (before, size) = attributes.split_at_checked(at)?;
    Some([name, before, b"HIGHESTMODSEQ ", size.get(SIZE.len()..)?].concat())
}

fn count(line: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(line).ok()?.to_uppercase();
    let mut words = text.split_ascii_whitespace().skip_while(|word| *word != "COUNT").skip(1);
    let count: u32 = words.next()?.parse().ok()?;
    Some(format!("* SORT {count}\r\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use async_imap::imap_proto::Response;

    use super::*;

    fn check(heard: &str, line: &str, expected: &str) {
        let mut seen = BytesMut::from(line);
        translate(&mut seen, heard.as_bytes());
        assert_eq!(String::from_utf8_lossy(&seen), expected, "{line:?}");
    }

    #[test]
    fn a_count_and_a_size_come_through() {
        check("", "* ESEARCH (TAG \"A1\") UID COUNT 17\r\n", "* SORT 17\r\n");
        check("", "* esearch (TAG \"A1\") count 0\r\n", "* SORT 0\r\n");
        check(
            "",
            "* STATUS \"a (SIZE 1\" (SIZE 99 MESSAGES 2)\r\n",
            "* STATUS \"a (SIZE 1\" (HIGHESTMODSEQ 99 MESSAGES 2)\r\n",
        );
        check("", "* STATUS a (MESSAGES 2 SIZE 99)\r\n", "* STATUS a (MESSAGES 2 HIGHESTMODSEQ 99)\r\n");
        check("* STATUS {0}\r\n", " (messages 2 size 9)\r\n", " (messages 2 HIGHESTMODSEQ 9)\r\n");
    }

    #[test]
    fn the_parser_reads_the_translation() {
        let read = |line: &str| {
            let mut line = BytesMut::from(line);
            translate(&mut line, b"");
            format!("{:?}", Response::parse(&line).unwrap().1)
        };
        assert!(read("* ESEARCH (TAG \"A1\") UID COUNT 17\r\n").contains("Sort([17])"));
        assert!(read("* STATUS a (MESSAGES 2 SIZE 5000000000)\r\n").contains("HighestModSeq(5000000000)"));
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for line in [
            "* STATUS a (MESSAGES 2)\r\n",
            "* STATUS (SIZE \r\n",
            "* ESEARCH (TAG \"A1\")\r\n",
            "A1 OK SIZE 1\r\n",
            "\r\n",
        ] {
            let expected = if line.contains("(SIZE ") { "* STATUS (HIGHESTMODSEQ \r\n" } else { line };
            check("", line, expected);
        }
        check("* 1 FETCH (BODY[] {0}\r\n", "* ESEARCH COUNT 1\r\n", "* ESEARCH COUNT 1\r\n");
    }
}
