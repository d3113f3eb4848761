//! Times as the API writes them: `yyyy/mm/dd HH:MM:SS`, UTC.

use otomo_domain::payload::Payload;
use otomo_domain::time::Timestamp;

/// A time from its text.
pub fn read(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once(' ')?;
    let sound = day.len() == "yyyy/mm/dd".len() && time.len() == "HH:MM:SS".len();
    sound.then(|| Timestamp::from_rfc3339(&format!("{}T{time}Z", day.replace('/', "-")))).flatten()
}

/// The text of a time.
pub fn write(at: Timestamp) -> String {
    at.to_rfc3339().replace('-', "/").replace('T', " ").replace('Z', "")
}

/// When a mail was sent.
pub fn of(payload: &Payload) -> String {
    write(Timestamp::from_rfc3339(&payload.date).unwrap_or(Timestamp(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_what_it_writes() {
        let at = Timestamp::from_rfc3339("2026-11-20T03:30:17Z").unwrap();
        assert_eq!(write(at), "2026/11/20 03:30:17");
        assert_eq!(read("2026/11/20 03:30:17"), Some(at));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "2026/11/20", "2026/13/01 00:00:00", "2026-11-20T03:30:17Z", "2026/11/20 03:30:17+09:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
