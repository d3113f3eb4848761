//! How much a listing is.

use otomo_domain::sync::{Listed, Survey};
use otomo_domain::time::Timestamp;

/// The survey of a folder whose messages are all listed.
pub fn survey(listed: &[Listed], since: &[Timestamp]) -> Survey {
    let came_since = |time: &Timestamp| number(listed.iter().filter(|message| message.received_at >= *time).count());
    Survey {
        messages: number(listed.len()),
        bytes: Some(listed.iter().fold(0, |sum, message| sum.saturating_add(message.size))),
        since: since.iter().map(came_since).collect(),
        oldest: listed.iter().map(|message| message.received_at).min(),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_by_each_of_the_times() {
        let listed = [10, 20, 30].map(|time| Listed { uid: 1, size: 5, received_at: Timestamp(time) });
        let counted = survey(&listed, &[Timestamp(0), Timestamp(20), Timestamp(31)]);
        let expected = Survey { messages: 3, bytes: Some(15), since: vec![3, 2, 0], oldest: Some(Timestamp(10)) };
        assert_eq!(counted, expected);
        assert_eq!(survey(&[], &[Timestamp(0)]).since, [0]);
    }
}
