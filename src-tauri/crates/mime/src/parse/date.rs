//! The Date field (RFC 5322 §3.3), read tolerantly and believed within reason.

use chrono::{FixedOffset, NaiveDate, TimeZone};
use mail_parser::DateTime;
use otomo_domain::time::Timestamp;

/// The first moment of the year 2100: no mail was written after it, nor before 1970.
const END: Timestamp = Timestamp::from_secs(4_102_444_800);

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `None` if the value is not a date that a calendar has, or lies outside 1970–2100. A missing zone is UTC.
pub(crate) fn parse(value: &str) -> Option<Timestamp> {
    // mail-parser takes some other words for months.
    let words = value.to_ascii_lowercase();
    MONTHS.iter().find(|month| words.contains(**month))?;
    let read = |value: String| DateTime::parse_rfc822(&value);
    let parsed = read(format!("{value}\n")).or_else(|| read(format!("{value} +0000\n")))?;
    let date = NaiveDate::from_ymd_opt(parsed.year.into(), parsed.month.into(), parsed.day.into())?;
    // A leap second is the last second of its minute here.
    let time = date.and_hms_opt(parsed.hour.into(), parsed.minute.into(), u32::from(parsed.second).min(59))?;
    let ahead = i32::from(parsed.tz_hour) * 3600 + i32::from(parsed.tz_minute) * 60;
    let zone = FixedOffset::east_opt(if parsed.tz_before_gmt { -ahead } else { ahead })?;
    let moment = Timestamp(zone.from_local_datetime(&time).single()?.timestamp_millis());
    (Timestamp(0)..END).contains(&moment).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<&str>) {
        assert_eq!(parse(value).map(Timestamp::to_rfc3339).as_deref(), expected, "{value:?}");
    }

    #[test]
    fn dates_are_read_in_every_form_mail_has() {
        let expected = Some("2025-07-01T01:30:00Z");
        check("Tue, 1 Jul 2025 10:30:00 +0900", expected);
        check("01 jul 2025 10:30 +0900 (JST)", expected);
        check("Tue, 01 Jul 25 01:30:00 GMT", expected);
        check("Mon, 30 Jun 2025 21:30:00 EDT", expected);
        check("Tue, 1 Jul 2025 01:30:00", expected);
        check("Tue, 1 Jul 2025 01:30:00 -0000", expected);
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for value in [
            "",
            "yesterday",
            "Tue, 31 Feb 2025 10:00:00 +0000",
            "1 Foo 2025 10:00:00 +0000",
            "1 Jul 2025 25:00:00 +0000",
        ] {
            check(value, None);
        }
    }

    #[test]
    fn years_no_mail_was_written_in_are_refused() {
        check("Wed, 31 Dec 1969 10:00:00 +0000", None);
        check("Fri, 1 Jan 2100 00:00:00 +0000", None);
        check("Thu, 31 Dec 2099 23:59:59 +0000", Some("2099-12-31T23:59:59Z"));
    }
}
