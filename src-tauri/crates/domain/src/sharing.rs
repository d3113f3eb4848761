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

    /// What both rules let go along.
    fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Ask, _) | (_, Self::Ask) => Self::Ask,
            (Self::UpTo { size: a, types: ours }, Self::UpTo { size: b, types: theirs }) => {
                // An empty list is every kind: two that have none in common must not become one.
                common(ours, theirs).map_or(Self::Never, |types| Self::UpTo { size: a.min(b), types })
            }
        }
    }

    /// Whether a file goes along by itself. What is shown inside the text doesn't.
    pub fn takes(&self, file: &Attachment) -> bool {
        match self {
            Self::Ask | Self::Never => false,
            Self::UpTo { size, types } => {
                let of_kind = |kind: &String| is_of_kind(&file.content_type, kind);
                !file.inline && file.size <= *size && (types.is_empty() || types.iter().any(of_kind))
            }
        }
    }
}

/// Whether a type of content, or a kind of them, is of this kind: `type/subtype` or `type/*`.
fn is_of_kind(content_type: &str, kind: &str) -> bool {
    match kind.strip_suffix("/*") {
        Some(main) => content_type.split('/').next() == Some(main),
        None => kind == content_type,
    }
}

/// The kinds that are in both lists, of which an empty one has every kind. `None` if there is none.
fn common(ours: Vec<String>, theirs: Vec<String>) -> Option<Vec<String>> {
    if ours.is_empty() || theirs.is_empty() {
        return Some(if ours.is_empty() { theirs } else { ours });
    }
    let within = |some: &[String], all: &[String]| -> Vec<String> {
        some.iter().filter(|kind| all.iter().any(|other| is_of_kind(kind, other))).cloned().collect()
    };
    let mut both = within(&ours, &theirs);
    both.extend(within(&theirs, &ours));
    both.sort();
    both.dedup();
    (!both.is_empty()).then_some(both)
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
    /// What holds for mail of several accounts: the strictest of each. When it may go by itself no one set of quiet hours
    /// can say: see [`Self::release_auto`].
    pub fn strictest<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let stricter = |a: Self, b: &Self| Self {
            grace: a.grace.max(b.grace),
            grace_auto: a.grace_auto.max(b.grace_auto),
            quiet: a.quiet.or(b.quiet),
            level: a.level.min(b.level),
            attachments: a.attachments.stricter(b.attachments.clone()),
            quotes: a.quotes && b.quotes,
            signature: a.signature && b.signature,
            sent_too: a.sent_too && b.sent_too,
            practised: a.practised && b.practised,
            targets: both(a.targets, b.targets.as_ref()),
        };
        let mut all = all.into_iter();
        let first = all.next().cloned().unwrap_or_default();
        all.fold(first, stricter)
    }

    /// Whether mail may go by itself that `before` left out, whatever the mode.
    pub fn reaches_further_than(&self, before: &Self) -> bool {
        let further = match (&self.targets, &before.targets) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(now), Some(before)) => now.iter().any(|id| !before.contains(id)),
        };
        further || (self.sent_too && !before.sent_too)
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

    /// When mail of these accounts that goes by itself is released, decided on at `now`: after the longest grace, when it
    /// is quiet for none of them.
    pub fn release_auto(all: &[&Self], now: Timestamp, least: Duration, offset: i32) -> Timestamp {
        let longest = Self::strictest(all.iter().copied()).grace_auto;
        let mut due = now + Duration::from_secs(longest.into()).max(least);
        // One's hours may begin before the other's have ended; where that never stops, it goes on for a week or so.
        for _ in 0..(8 * 2) {
            let ends = all.iter().filter_map(|sharing| sharing.quiet).map(|quiet| quiet.ends(due, offset)).max();
            match ends.filter(|end| *end > due) {
                Some(end) => due = end,
                None => break,
            }
        }
        due
    }
}

/// The connections that are in both lists; one that is left out has every connection.
fn both(ours: Option<Vec<ConnectionId>>, theirs: Option<&Vec<ConnectionId>>) -> Option<Vec<ConnectionId>> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(ours.into_iter().filter(|id| theirs.contains(id)).collect()),
        (ours, theirs) => ours.or_else(|| theirs.cloned()),
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

    fn up_to(size: u64, types: &[&str]) -> AttachmentRule {
        AttachmentRule::UpTo { size, types: types.iter().map(ToString::to_string).collect() }
    }

    fn check_files(a: &AttachmentRule, b: &AttachmentRule, expected: &AttachmentRule) {
        for (a, b) in [(a, b), (b, a)] {
            let sharing = |rule: &AttachmentRule| Sharing { attachments: rule.clone(), ..Sharing::default() };
            assert_eq!(Sharing::strictest([&sharing(a), &sharing(b)]).attachments, *expected, "{a:?} {b:?}");
        }
    }

    #[test]
    fn of_files_of_two_accounts_goes_what_both_let_go() {
        use AttachmentRule::{Ask, Never};
        check_files(&Never, &Ask, &Never);
        check_files(&Never, &up_to(9, &[]), &Never);
        check_files(&Ask, &up_to(9, &[]), &Ask);
        check_files(&up_to(5, &[]), &up_to(9, &["image/png"]), &up_to(5, &["image/png"]));
        check_files(
            &up_to(5, &["image/*", "text/plain"]),
            &up_to(9, &["image/png", "text/plain"]),
            &up_to(5, &["image/png", "text/plain"]),
        );
        check_files(&up_to(5, &["image/*"]), &up_to(5, &["image/*"]), &up_to(5, &["image/*"]));
        check_files(&up_to(5, &["image/png"]), &up_to(9, &["text/*"]), &Never);
    }

    #[test]
    fn mail_of_two_accounts_goes_when_it_is_quiet_for_neither() {
        let quiet = |from: u16, to: u16| Sharing {
            quiet: Some(Quiet { from: from * 60, to: to % 24 * 60, weekends: false }),
            ..Sharing::default()
        };
        let released = |all: [&Sharing; 2], now| Sharing::release_auto(&all, now, Duration::ZERO, TOKYO);
        let (night, morning, none) = (quiet(20, 8), quiet(7, 10), Sharing::default());
        for all in [[&night, &morning], [&morning, &night]] {
            assert_eq!(released(all, at(20, 21, 0)), at(21, 10, 0));
        }
        assert_eq!(released([&none, &night], at(20, 21, 0)), at(21, 8, 0));
        assert_eq!(released([&night, &none], at(20, 12, 0)), at(20, 12, 15));
        let long = Sharing { grace_auto: 3600, ..Sharing::default() };
        assert_eq!(released([&long, &none], at(20, 12, 0)), at(20, 13, 0));
        let never = [&quiet(0, 12), &quiet(12, 24)];
        assert!(released(never, at(20, 12, 0)) > at(21, 12, 0), "it ends, and far away");
    }

    #[test]
    fn a_grace_period_stays_within_its_bounds_and_sharing_by_itself_never_waits_less() {
        let typed = Sharing { grace: 1, grace_auto: 0, ..Sharing::default() };
        assert_eq!(typed.sound().map(|s| (s.grace, s.grace_auto)), Some((10, 10)));
    }
}
