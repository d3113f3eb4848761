//! The mails of an mbox file (RFC 4155), which may have many gigabytes: it is read through once, and only where each mail
//! begins and ends is kept.
//!
//! A mail begins after a line `From`, a sender and a date, which Thunderbird spells `From - date`, and lately without
//! either. One with a date separates wherever it stands; one without only at the beginning of the file or after an empty line,
//! as a text may well have a line with this word.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::NaiveDateTime;
use otomo_domain::error::MailFault;
use otomo_domain::time::Timestamp;

use super::entry::{Entry, Form};
use super::unreadable;

/// How much of a line is looked at: a separator is shorter.
const LOOK: usize = 512;

/// What changes when the file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

pub fn stamp(file: &Path) -> Result<Stamp, MailFault> {
    let metadata = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    Ok(Stamp { length: metadata.len(), modified: metadata.modified().ok() })
}

/// The mails in the order of the file.
pub fn index(file: &Path) -> Result<Vec<Entry>, MailFault> {
    let failed = |error: io::Error| unreadable(file, &error);
    let reader = BufReader::with_capacity(1024 * 1024, File::open(file).map_err(failed)?);
    let mut index = Index { path: file.into(), entries: Vec::new(), open: None };
    read(reader, &mut index).map_err(failed)?;
    Ok(index.entries)
}

/// The mails found so far.
struct Index {
    path: Arc<Path>,
    entries: Vec<Entry>,
    /// The one whose end is not known: when it came and where it begins.
    open: Option<(Timestamp, u64)>,
}

impl Index {
    /// A line that begins at `at`, ends at `end` and follows an empty one that takes `blank` bytes.
    fn line(&mut self, line: &[u8], at: u64, end: u64, blank: u64) {
        let free = at == 0 || blank > 0;
        if let Some(received_at) = separator(line, free) {
            self.close(at, blank);
            self.open = Some((received_at, end));
        }
    }

    /// The open mail ends at `end`; the empty line before the next separator isn't its own.
    fn close(&mut self, end: u64, blank: u64) {
        if let Some((received_at, start)) = self.open.take() {
            let size = end.saturating_sub(blank).saturating_sub(start);
            let (path, name) = (Arc::clone(&self.path), "".into());
            self.entries.push(Entry { received_at, path, name, form: Form::Quoted, start, size });
        }
    }
}

fn read(mut reader: impl BufRead, index: &mut Index) -> io::Result<()> {
    let (mut at, mut blank, mut line) = (0, 0, Vec::with_capacity(LOOK));
    loop {
        let length = head(&mut reader, &mut line)?;
        if length == 0 {
            index.close(at, blank);
            return Ok(());
        }
        let end = at + length;
        index.line(&line, at, end, blank);
        blank = if matches!(line.as_slice(), b"\n" | b"\r\n") { length } else { 0 };
        at = end;
    }
}

/// Reads a line and keeps its beginning; how long it is with its end.
fn head(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let mut length = 0;
    loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let end = memchr::memchr(b'\n', chunk).map(|at| at + 1);
        let read = end.unwrap_or(chunk.len());
        let wanted = read.min(LOOK.saturating_sub(line.len()));
        line.extend_from_slice(chunk.get(..wanted).unwrap_or_default());
        reader.consume(read);
        length += read as u64;
        if end.is_some() || read == 0 {
            return Ok(length);
        }
    }
}

/// When the mail after this line came, if it separates mails. `free`: nothing stands before it.
fn separator(line: &[u8], free: bool) -> Option<Timestamp> {
    let rest = String::from_utf8_lossy(line.strip_prefix(b"From ")?);
    let rest = rest.trim();
    match date(rest) {
        Some(date) => Some(date),
        // Thunderbird's "From " and "From - "; a mail without a time counts as old.
        None => (free && matches!(rest, "" | "-")).then_some(Timestamp(0)),
    }
}

/// The date at the end of a separator, as of C's `asctime`, in UTC; some write a zone before or after the year.
fn date(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let clock = words.iter().rposition(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()))?;
    let (month, day) = (words.get(clock.checked_sub(2)?)?, words.get(clock.checked_sub(1)?)?);
    let is_year = |word: &&&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let year = words.iter().skip(clock + 1).take(2).find(is_year)?;
    let time = words.get(clock)?;
    let seconds = if time.matches(':').count() == 1 { ":00" } else { "" };
    let spelled = format!("{month} {day} {time}{seconds} {year}");
    let moment = NaiveDateTime::parse_from_str(&spelled, "%b %d %H:%M:%S %Y").ok()?.and_utc();
    Some(Timestamp(moment.timestamp_millis().max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mails of a file with this text.
    fn check(text: &str, expected: &[&str]) {
        let mut index = Index { path: Path::new("x").into(), entries: Vec::new(), open: None };
        // A small buffer, so that lines lie across its ends.
        read(BufReader::with_capacity(7, text.as_bytes()), &mut index).unwrap();
        let place = |entry: &Entry| text.get(entry.start as usize..(entry.start + entry.size) as usize).unwrap();
        assert_eq!(index.entries.iter().map(place).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn mails_lie_between_separators_and_without_the_empty_line_before_the_next() {
        let line = "From a@x.jp Thu Nov 19 09:00:00 2026\n";
        check(&format!("{line}A: 1\n\nx\n\n{line}B: 2\n\n\n\n{line}"), &["A: 1\n\nx\n", "B: 2\n\n\n", ""]);
        check(&format!("{line}A: 1\n\nno empty line\n{line}B: 2\n\nx"), &["A: 1\n\nno empty line\n", "B: 2\n\nx"]);
    }

    #[test]
    fn thunderbirds_files_are_read() {
        check(
            "From - Thu Nov 19 09:00:00 2026\r\nA: 1\r\n\r\nx\r\n\r\nFrom - Thu Nov 19 09:00:01 2026\r\nB: 2\r\n\r\n",
            &["A: 1\r\n\r\nx\r\n", "B: 2\r\n"],
        );
        check(
            "From \r\nA: 1\r\n\r\nx\r\n\r\nFrom \r\nB: 2\r\n\r\ny\r\n\r\n",
            &["A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\ny\r\n"],
        );
    }

    #[test]
    fn a_line_of_text_is_no_separator() {
        let line = "From a@x.jp Thu Nov 19 09:00:00 2026\n";
        for text in [
            "From now on\n",
            "From \n",
            ">From a@x.jp Thu Nov 19 09:00:00 2026\n",
            "From: x\n",
            "\nFrom 9:00 to 2026\n",
        ] {
            let mail = format!("A: 1\n\nx\n{text}y\n");
            check(&format!("{line}{mail}"), &[&mail]);
        }
        check("no mbox at all\n\nbut text\n", &[]);
        check("", &[]);
    }

    #[test]
    fn the_date_of_a_separator_is_read_in_the_ways_it_is_written() {
        let expected = Timestamp::from_rfc3339("2026-11-09T09:00:00Z");
        for text in [
            "a Mon Nov  9 09:00:00 2026",
            "- Mon Nov 09 09:00:00 2026",
            "a Mon Nov 9 09:00 2026",
            "a Mon Nov  9 09:00:00 JST 2026",
            "a Mon Nov 9 09:00:00 2026 +0900",
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
        for text in ["", "9:00", "a Mon Foo 9 09:00:00 2026", "Feb 31 09:00:00 2026", ":", "é: é é"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
