//! Who a mail belongs to in the CRM: by address, over everybody in it, against the index on this computer.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::contact::RecordRef;
use crate::mail::{Participant, Role};

/// A record of the local contact index that has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub record: RecordRef,
    pub name: String,
    /// The record's main address, or one of its others.
    pub primary: bool,
    /// The company it belongs to.
    pub company: Option<RecordRef>,
}

/// Why a record was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Reason {
    pub role: Role,
    pub address: Address,
    pub primary: bool,
}

/// A record a mail may be logged to, with every reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Candidate {
    pub record: RecordRef,
    pub name: String,
    /// The company it belongs to.
    #[serde(default)]
    pub company: Option<RecordRef>,
    pub reasons: Vec<Reason>,
}

/// Proposes records for a mail, best first: the author's, then the receivers', in header order.
///
/// `own` are the rep's addresses, which match nobody. Bcc counts: the rep knows whom it went to, and the CRM is not told.
pub fn candidates(
    participants: &[Participant],
    own: &[Address],
    index: impl Fn(&Address) -> Vec<Hit>,
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut ordered: Vec<&Participant> = participants.iter().filter(|p| !own.contains(&p.person.address)).collect();
    ordered.sort_by_key(|p| p.role);
    for participant in ordered {
        for hit in index(&participant.person.address) {
            let reason =
                Reason { role: participant.role, address: participant.person.address.clone(), primary: hit.primary };
            match found.iter_mut().find(|c| c.record == hit.record) {
                Some(candidate) if candidate.reasons.contains(&reason) => {}
                Some(candidate) => candidate.reasons.push(reason),
                None => found.push(Candidate {
                    record: hit.record,
                    name: hit.name,
                    company: hit.company,
                    reasons: vec![reason],
                }),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Person;
    use crate::contact::RecordType;

    fn participant(role: Role, address: &str) -> Participant {
        let address = Address::parse(address).unwrap_or_else(|| panic!("{address}"));
        Participant { role, person: Person { address, name: String::new() } }
    }

    /// Matches against an index of `(address, record id)`.
    fn check(participants: &[(Role, &str)], index: &[(&str, &str)], expected: &[(&str, usize)]) {
        let participants: Vec<_> = participants.iter().map(|(role, a)| participant(*role, a)).collect();
        let own = [participant(Role::From, "rep@own.example").person.address];
        let found = candidates(&participants, &own, |address| {
            let of = |id: &str| RecordRef { kind: RecordType::Contact, id: id.into() };
            let hits = index.iter().filter(|(a, _)| *a == address.as_str());
            hits.map(|(_, id)| Hit { record: of(id), name: id.to_string(), primary: true, company: None }).collect()
        });
        let seen: Vec<_> = found.iter().map(|c| (c.record.id.as_str(), c.reasons.len())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_author_comes_before_the_receivers() {
        let mail = [(Role::Cc, "b@x.jp"), (Role::To, "rep@own.example"), (Role::From, "a@x.jp")];
        check(&mail, &[("a@x.jp", "A"), ("b@x.jp", "B")], &[("A", 1), ("B", 1)]);
    }

    #[test]
    fn one_record_met_twice_is_one_candidate_with_two_reasons() {
        check(&[(Role::From, "a@x.jp"), (Role::To, "a2@x.jp")], &[("a@x.jp", "A"), ("a2@x.jp", "A")], &[("A", 2)]);
    }

    #[test]
    fn an_address_of_two_records_proposes_both() {
        check(&[(Role::From, "info@x.jp")], &[("info@x.jp", "A"), ("info@x.jp", "B")], &[("A", 1), ("B", 1)]);
    }

    #[test]
    fn the_reps_own_address_matches_nobody() {
        check(&[(Role::From, "rep@own.example")], &[("rep@own.example", "Rep")], &[]);
    }
}
