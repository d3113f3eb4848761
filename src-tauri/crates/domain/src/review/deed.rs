//! What the rep can do with a mail that has been decided on.

use serde::{Deserialize, Serialize};

use super::{Act, Review, State, Triage};
use crate::rules::Origin;
use crate::time::Timestamp;

/// Something that the rep can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Deed {
    /// Not to wait any longer.
    SendNow,
    /// To try again what was refused; of what may be there: it is not there.
    Retry,
    /// To keep it from leaving, or to have it taken back as soon as it has arrived.
    Cancel,
    /// To say of what may be there that it is.
    SayLogged,
    Retract,
    /// To exchange its records.
    Relink,
}

/// What a CRM can do with a mail that it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    pub unlogs: bool,
    pub relinks: bool,
}

impl Review {
    /// What the rep can do with it at a CRM with these abilities; without any where the CRM is not connected any more.
    pub fn deeds(&self, at: Option<Abilities>) -> Vec<Deed> {
        let (Some(at), Some(state)) = (at, self.state.filter(|state| *state != State::Pending)) else {
            return Vec::new();
        };
        let is_possible = |act: Act| {
            let revocable = !self.is_taken_back_by(&act) || self.is_revocable(at.unlogs);
            revocable && self.apply(&act, &Origin::User, &Triage::Matched).is_ok()
        };
        let each = [
            (Deed::SendNow, is_possible(Act::SendNow { now: Timestamp(0) })),
            (Deed::Retry, is_possible(Act::Retry)),
            (Deed::Cancel, is_possible(Act::KeepPrivate)),
            (Deed::SayLogged, is_possible(Act::SayLogged)),
            (Deed::Retract, is_possible(Act::Retract)),
            (Deed::Relink, at.relinks && state == State::Logged && self.remote.is_some()),
        ];
        each.into_iter().filter_map(|(deed, possible)| possible.then_some(deed)).collect()
    }

    /// Whether what has left can be taken back, at a CRM that takes mail back or not: what is there without that its
    /// number is known can't.
    pub fn is_revocable(&self, unlogs: bool) -> bool {
        unlogs && (self.remote.is_some() || self.state.is_some_and(Self::is_on_the_wire))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, delivered, maybe_logged, release, share};
    use super::*;

    const ABLE: Option<Abilities> = Some(Abilities { unlogs: true, relinks: true });

    fn deeds(acts: &[Act], expected: State, at: Option<Abilities>) -> Vec<Deed> {
        check(acts, expected).deeds(at)
    }

    #[test]
    fn what_can_be_done_is_told_where_it_can_be_done() {
        use Deed::*;
        let sent = [share(), release(), Act::Lease];
        let logged = [sent.as_slice(), &[delivered()]].concat();
        assert_eq!(deeds(&[share()], State::Scheduled, ABLE), [SendNow, Cancel]);
        assert_eq!(deeds(&[share(), release()], State::Queued, Some(Abilities::default())), [Cancel]);
        assert_eq!(deeds(&sent, State::Uploading, ABLE), [Cancel]);
        assert_eq!(deeds(&logged, State::Logged, ABLE), [Retract, Relink]);
        assert_eq!(deeds(&[Act::KeepPrivate], State::Private, ABLE), []);
    }

    #[test]
    fn nothing_is_taken_back_from_a_crm_that_keeps_what_it_has_and_nothing_is_done_at_one_that_is_gone() {
        let sent = [share(), release(), Act::Lease];
        let logged = [sent.as_slice(), &[delivered()]].concat();
        assert_eq!(deeds(&sent, State::Uploading, Some(Abilities::default())), []);
        assert_eq!(deeds(&logged, State::Logged, Some(Abilities { unlogs: false, relinks: true })), [Deed::Relink]);
        assert_eq!(deeds(&logged, State::Logged, None), []);
    }

    #[test]
    fn what_may_be_there_is_there_or_sent_again_and_once_it_is_there_stays_as_it_is() {
        let maybe = maybe_logged();
        assert_eq!(deeds(&maybe, State::FailedPerm, ABLE), [Deed::Retry, Deed::Cancel, Deed::SayLogged]);
        assert_eq!(deeds(&[maybe.as_slice(), &[Act::SayLogged]].concat(), State::Logged, ABLE), []);
    }
}
