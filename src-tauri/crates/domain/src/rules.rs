//! What must never leave, whoever asks for it.
//!
//! Deny beats allow, always, and it is asked twice: when a mail comes in, and again when it is about to be released.

use serde::{Deserialize, Serialize};

use crate::address::{Address, is_freemail};
use crate::mail::Participant;

/// Whose word something is; stored with every transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Origin {
    /// The rep, by hand.
    User,
    /// A rule of the rep's.
    Rule(i64),
    /// The administrator's policy file, or the company's policy as the CRM states it.
    Policy,
    /// The program itself, carrying out what was decided.
    Engine,
}

/// What a deny rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Deny {
    /// Never log mail with this address in it.
    NeverLogAddress(Address),
    /// Never log mail with an address at this domain, or below it.
    NeverLogDomain(String),
    /// A domain of the company itself: mail that stays inside is not for a CRM.
    InternalDomain(String),
}

/// A deny rule and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DenyRule {
    #[serde(flatten)]
    pub deny: Deny,
    pub origin: Origin,
}

impl Deny {
    /// Reads a rule as a person types it: lower-cases, drops a leading `@`. `None` if the value cannot be one.
    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        let domain = || {
            let domain = value.trim().trim_start_matches('@').to_lowercase();
            let sound = domain.contains('.') && !domain.contains(['@', ' ', '/', '*']) && !domain.starts_with('.');
            sound.then_some(domain)
        };
        match kind {
            "never_log_address" => Address::parse(value).map(Self::NeverLogAddress),
            "never_log_domain" => domain().map(Self::NeverLogDomain),
            "internal_domain" => domain().map(Self::InternalDomain),
            _ => None,
        }
    }
}

/// Why a mail is not for the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Exclusion {
    /// This participant is on the list of what is never logged.
    NeverLog { address: Address, rule: DenyRule },
    /// Everybody in the mail belongs to the company.
    Internal,
}

/// The first rule that forbids logging a mail among these people, or `None`.
///
/// Any participant on the never-log list blocks the whole mail: with "only if it is the sole receiver" the others'
/// copies would tell everything. `own` are the rep's addresses; their domains are internal unless anybody can have an
/// address there.
pub fn exclusion(participants: &[Participant], own: &[Address], rules: &[DenyRule]) -> Option<Exclusion> {
    never_log(participants, rules).or_else(|| is_internal(participants, own, rules).then_some(Exclusion::Internal))
}

fn never_log(participants: &[Participant], rules: &[DenyRule]) -> Option<Exclusion> {
    let blocks = |rule: &&DenyRule, address: &Address| match &rule.deny {
        Deny::NeverLogAddress(never) => never == address,
        Deny::NeverLogDomain(domain) => address.is_at(domain),
        Deny::InternalDomain(_) => false,
    };
    participants.iter().map(|p| &p.person.address).find_map(|address| {
        let rule = rules.iter().find(|rule| blocks(rule, address))?;
        Some(Exclusion::NeverLog { address: address.clone(), rule: rule.clone() })
    })
}

fn is_internal(participants: &[Participant], own: &[Address], rules: &[DenyRule]) -> bool {
    let own_domains = own.iter().map(Address::domain).filter(|domain| !is_freemail(domain));
    let ruled = rules.iter().filter_map(|rule| match &rule.deny {
        Deny::InternalDomain(domain) => Some(domain.as_str()),
        _ => None,
    });
    let domains: Vec<&str> = own_domains.chain(ruled).collect();
    let inside = |address: &Address| own.contains(address) || domains.iter().any(|domain| address.is_at(domain));
    !participants.is_empty() && participants.iter().all(|p| inside(&p.person.address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Person;
    use crate::mail::Role;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn rule(kind: &str, value: &str) -> DenyRule {
        let deny = Deny::parse(kind, value).unwrap_or_else(|| panic!("{kind} {value}"));
        DenyRule { deny, origin: Origin::User }
    }

    /// What forbids a mail among `people` for the rep `rep@own.example` (or the first of `people`).
    fn check(people: &[&str], rules: &[DenyRule], expected: Option<&str>) {
        let participant =
            |a: &&str| Participant { role: Role::Cc, person: Person { address: address(a), name: String::new() } };
        let participants: Vec<_> = people.iter().map(participant).collect();
        let found = exclusion(&participants, &[address("rep@own.example"), address("rep@gmail.com")], rules);
        let seen = found.map(|exclusion| match exclusion {
            Exclusion::NeverLog { address, .. } => address.to_string(),
            Exclusion::Internal => "internal".into(),
        });
        assert_eq!(seen.as_deref(), expected, "{people:?}");
    }

    #[test]
    fn any_participant_on_the_never_log_list_blocks_the_mail() {
        let people = ["client@x.jp", "rep@own.example", "doctor@clinic.jp"];
        check(&people, &[rule("never_log_address", "Doctor@Clinic.jp")], Some("doctor@clinic.jp"));
        check(&people, &[rule("never_log_domain", "@clinic.jp")], Some("doctor@clinic.jp"));
        check(&people, &[], None);
    }

    #[test]
    fn a_never_log_domain_covers_its_subdomains_and_no_lookalike() {
        check(&["a@ward.clinic.jp", "b@x.jp"], &[rule("never_log_domain", "clinic.jp")], Some("a@ward.clinic.jp"));
        check(&["a@myclinic.jp", "b@x.jp"], &[rule("never_log_domain", "clinic.jp")], None);
    }

    #[test]
    fn mail_that_stays_in_the_company_is_internal() {
        check(&["rep@own.example", "boss@own.example"], &[], Some("internal"));
        check(&["rep@own.example", "boss@group.example"], &[], None);
        check(
            &["rep@own.example", "boss@group.example"],
            &[rule("internal_domain", "group.example")],
            Some("internal"),
        );
        check(&["rep@own.example", "boss@own.example", "client@x.jp"], &[], None);
    }

    #[test]
    fn a_freemail_domain_is_nobodys_company() {
        check(&["rep@gmail.com", "somebody@gmail.com"], &[], None);
    }

    #[test]
    fn a_rule_that_cannot_match_anything_is_refused() {
        for (kind, value) in [
            ("never_log_address", "nobody"),
            ("never_log_domain", "*.jp"),
            ("never_log_domain", "jp"),
            ("other", "x.jp"),
        ] {
            assert_eq!(Deny::parse(kind, value), None, "{kind} {value}");
        }
    }
}
