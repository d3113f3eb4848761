//! How an account shares: how long a decision can be taken back, when mail may go by itself, and how much of it goes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::ConnectionId;
use crate::mail::Attachment;
use crate::payload::Level;
use crate::time::Timestamp;

/// The bounds of the rep's own grace period.
pub const GRACE_BOUNDS: (u32, u32) = (10, 60 * 60);

/// How many mails of an account the rep is asked about before a mode shares any by itself.
pub const PRACTICE: u32 = 20;

/// What the rep chose for sharing an account's mail, besides its mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sharing {
    /// How long a decision of the rep can be taken back, in seconds; see [`GRACE_BOUNDS`].
    pub grace: u32,
    /// How long mail that goes by itself waits, in seconds.
    pub grace_auto: u32,
    /// When nothing goes by itself.
    pub quiet: Option<Quiet>,
    pub level: Level,
    pub attachments: AttachmentRule,
    /// Older mail that is quoted goes along.
    pub quotes: bool,
    /// The signature goes along.
    pub signature: bool,
    /// Mail that the rep sent goes by itself, too.
    pub sent_too: bool,
    /// The rep ended the time in which every mail is asked about.
    pub practised: bool,
    /// The connections it is shared to; every one where it is left out.
    pub targets: Option<Vec<ConnectionId>>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            grace: 30,
            grace_auto: 15 * 60,
            quiet: None,
            level: Level::Full,
            attachments: AttachmentRule::default(),
            quotes: false,
            signature: false,
            sent_too: false,
            practised: false,
            targets: None,
        }
    }
}

/// Which attachments go along where the rep doesn't choose them one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AttachmentRule {
    /// None, unless the rep chooses them.
    #[default]
    Ask,
    /// None, and none can be chosen.
    Never,
    /// Those that are small enough and of these kinds.
    UpTo {
        /// Bytes.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        size: u64,
        /// `type/subtype` or `type/*`; every kind where it is empty.
        types: Vec<String>,
    },
}

impl AttachmentRule {
    /// Whether the rep may choose a file.
    pub fn permits(&self, file: &Attachment) -> bool {
        match self {
            Self::Ask => true,
            Self::Never => false,
            Self::UpTo { .. } => self.takes(file),
        }
    }

    /// Whether a file goes along by itself. What is shown inside the text doesn't.
    pub fn takes(&self, file: &Attachment) -> bool {
        match self {
            Self::Ask | Self::Never => false,
            Self::UpTo { size, types } => {
                let of_kind = |kind: &String| match kind.strip_suffix("/*") {
                    Some(main) => file.content_type.split('/').next() == Some(main),
                    None => *kind == file.content_type,
                };
                !file.inline && file.size <= *size && (types.is_empty() || types.iter().any(of_kind))
            }
        }
    }
}

/// Hours in which nothing goes by itself, by the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Quiet {
    /// Minutes after midnight at which it begins.
    pub from: u16,
    /// Minutes after midnight at which it ends; before `from` it lies in the next day.
    pub to: u16,
    /// Saturday and Sunday are quiet all day.
    pub weekends: bool,
}

const DAY: i64 = 24 * 60;

impl Quiet {
    /// Whether these are minutes of a day.
    pub fn is_sound(&self) -> bool {
        i64::from(self.from) < DAY && i64::from(self.to) < DAY
    }

    /// Whether it is quiet at `at`, where the wall clock is `offset` seconds ahead of UTC.
    pub fn holds(&self, at: Timestamp, offset: i32) -> bool {
        let (day, minute) = wall(at, offset);
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        let hours = if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to };
        hours || (self.weekends && is_weekend(day))
    }

    /// The first moment from `at` on that is not quiet; a week later where every moment is.
    pub fn ends(&self, at: Timestamp, offset: i32) -> Timestamp {
        let mut then = at;
        for _ in 0..=(8 * 2) {
            if !self.holds(then, offset) {
                break;
            }
            let (day, minute) = wall(then, offset);
            let to = i64::from(self.to);
            let next = if is_weekend(day) && self.weekends || minute >= to { DAY } else { to };
            // The next border at which anything can change: this day's end of the quiet hours, or midnight.
            then = at_wall(day, next, offset);
        }
        then
    }
}

/// Days since 1970-01-01 and minutes after midnight on the wall.
fn wall(at: Timestamp, offset: i32) -> (i64, i64) {
    let minutes = at.0.div_euclid(60_000) + i64::from(offset / 60);
    (minutes.div_euclid(DAY), minutes.rem_euclid(DAY))
}

fn at_wall(day: i64, minute: i64, offset: i32) -> Timestamp {
    Timestamp(((day * DAY + minute) - i64::from(offset / 60)) * 60_000)
}

/// 1970-01-01 was a Thursday.
fn is_weekend(day: i64) -> bool {
    matches!(day.rem_euclid(7), 2 | 3)
}

impl Sharing {
    /// What holds for mail of several accounts: the strictest of each.
    pub fn strictest<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let stricter = |a: Self, b: &Self| Self {
            grace: a.grace.max(b.grace),
            grace_auto: a.grace_auto.max(b.grace_auto),
            quiet: a.quiet.or(b.quiet),
            level: a.level.min(b.level),
            attachments: if matches!(a.attachments, AttachmentRule::UpTo { .. }) {
                b.attachments.clone()
            } else {
                a.attachments
            },
            quotes: a.quotes && b.quotes,
            signature: a.signature && b.signature,
            sent_too: a.sent_too && b.sent_too,
            practised: a.practised && b.practised,
            targets: a.targets.or_else(|| b.targets.clone()),
        };
        let mut all = all.into_iter();
        let first = all.next().cloned().unwrap_or_default();
        all.fold(first, stricter)
    }

    /// What the rep typed, within its bounds. `None` where something can't be meant.
    pub fn sound(self) -> Option<Self> {
        let (least, most) = GRACE_BOUNDS;
        let fits = self.quiet.is_none_or(|quiet| quiet.is_sound()) && self.grace_auto <= 7 * 24 * 3600;
        let clamped = Self {
            grace: self.grace.clamp(least, most),
            grace_auto: self.grace_auto.max(self.grace.clamp(least, most)),
            ..self
        };
        fits.then_some(clamped)
    }

    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace.into())
    }

    /// When mail that goes by itself is released, decided on at `now`.
    pub fn release_auto(&self, now: Timestamp, least: Duration, offset: i32) -> Timestamp {
        let due = now + Duration::from_secs(self.grace_auto.into()).max(least);
        self.quiet.map_or(due, |quiet| quiet.ends(due, offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20 was a Friday.
    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::from_rfc3339(&format!("2026-11-{day:02}T{hour:02}:{minute:02}:00+09:00")).unwrap_or(Timestamp(0))
    }

    const TOKYO: i32 = 9 * 3600;

    fn check(quiet: Quiet, now: Timestamp, ends: Timestamp) {
        assert_eq!(quiet.ends(now, TOKYO).to_rfc3339(), ends.to_rfc3339(), "{quiet:?} {now}");
        assert_eq!(quiet.holds(now, TOKYO), now != ends, "{quiet:?} {now}");
    }

    #[test]
    fn quiet_hours_end_in_the_morning_on_the_wall() {
        let night = Quiet { from: 20 * 60, to: 8 * 60, weekends: false };
        check(night, at(20, 12, 0), at(20, 12, 0));
        check(night, at(20, 20, 0), at(21, 8, 0));
        check(night, at(20, 7, 59), at(20, 8, 0));
        check(Quiet { from: 720, to: 780, weekends: false }, at(20, 12, 30), at(20, 13, 0));
    }

    #[test]
    fn a_quiet_weekend_ends_on_monday_after_the_quiet_hours() {
        let night = Quiet { from: 20 * 60, to: 8 * 60, weekends: true };
        check(night, at(20, 21, 0), at(23, 8, 0));
        check(night, at(22, 12, 0), at(23, 8, 0));
        check(Quiet { from: 0, to: 0, weekends: true }, at(21, 12, 0), at(23, 0, 0));
    }

    #[test]
    fn mail_of_two_accounts_goes_by_the_stricter_of_each_word() {
        let (a, b) =
            (Sharing { grace: 60, ..Sharing::default() }, Sharing { level: Level::Subject, ..Sharing::default() });
        let both = Sharing::strictest([&a, &b]);
        assert_eq!((both.grace, both.level), (60, Level::Subject));
    }

    #[test]
    fn a_grace_period_stays_within_its_bounds_and_sharing_by_itself_never_waits_less() {
        let typed = Sharing { grace: 1, grace_auto: 0, ..Sharing::default() };
        assert_eq!(typed.sound().map(|s| (s.grace, s.grace_auto)), Some((10, 10)));
    }
}
