//! When a message came, which POP3 itself doesn't tell: by the trace that the last server left in its header.

use chrono::DateTime;
use otomo_domain::time::Timestamp;

/// Stands for the time of a message until its header is known. Later than any: it must not be taken for old and be left out.
pub const UNKNOWN: Timestamp = Timestamp(i64::MAX);

/// How much of a header is looked at.
pub const HEADER: usize = 64 * 1024;

/// The time in the newest `Received` field that has one (RFC 5321 §4.4: the topmost, after the last semicolon), else in
/// `Date`. A message without any counts as old, and old mail never shares itself.
pub fn time(message: &[u8]) -> Timestamp {
    let fields = fields(message);
    let received =
        fields.iter().filter_map(|field| named(field, "received")).find_map(|text| date(text.rsplit_once(';')?.1));
    let sent = || fields.iter().find_map(|field| named(field, "date")).and_then(date);
    received.or_else(sent).unwrap_or(Timestamp(0))
}

/// The fields of the header, unfolded.
fn fields(message: &[u8]) -> Vec<String> {
    let header = message.get(..HEADER.min(message.len())).unwrap_or_default();
    let mut fields: Vec<String> = Vec::new();
    for line in header.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        match fields.last_mut() {
            _ if line.is_empty() => break,
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(&line),
            _ => fields.push(line.into_owned()),
        }
    }
    fields
}

fn named<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = field.split_once(':')?;
    found.trim().eq_ignore_ascii_case(name).then_some(value)
}

fn date(text: &str) -> Option<Timestamp> {
    let time = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some(Timestamp(time.timestamp_millis())).filter(|time| *time > Timestamp(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &str) {
        assert_eq!(time(message.as_bytes()).to_rfc3339(), expected, "{message:?}");
    }

    #[test]
    fn the_last_server_is_believed_before_the_sender() {
        let trace = "Received: from a by b;\r\n\tThu, 19 Nov 2026 09:00:00 +0900 (JST)\r\n";
        let older = "Received: from x by a; Wed, 18 Nov 2026 09:00:00 +0900\r\n";
        let sent = "DATE: Tue, 17 Nov 2026 09:00:00 +0900\r\n";
        check(&format!("{trace}{older}{sent}\r\nbody"), "2026-11-19T00:00:00Z");
        check(&format!("Received: by another way\r\n{older}{sent}\r\n"), "2026-11-18T00:00:00Z");
        check(&format!("Subject: x\r\n{sent}\r\n"), "2026-11-17T00:00:00Z");
    }

    #[test]
    fn a_message_without_a_time_is_old() {
        for message in
            ["", "\r\nDate: Tue, 17 Nov 2026 09:00:00 +0900\r\n", "Date: yesterday\r\n\r\n", " ;\r\n\0\r\n\r\n"]
        {
            check(message, "1970-01-01T00:00:00Z");
        }
    }
}
