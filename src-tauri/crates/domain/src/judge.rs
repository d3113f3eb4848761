//! A mail, the rules and the contact index → where it belongs, and whether it may go by itself.
//!
//! The order is PRODUCT's G4: a policy's denial, the never-log list, what a person made private, what has to be looked at,
//! rules that share, the account's mode, and else the rep is asked. [`judge`] tells every check it made, for the rep who
//! wants to know why.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, ConnectionId, ShareMode};
use crate::address::{Address, is_freemail};
use crate::mail::{Automated, Defect, Mail, SensitiveKind};
use crate::matching::Candidate;
use crate::payload::Level;
use crate::review::Triage;
use crate::rules::{About, Evidence, Exclusion, Field, Matched, Origin, Rule, RuleBook, Then};
use crate::time::Timestamp;

/// What is known of a mail at a connection.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub connection: ConnectionId,
    pub mail: &'a Mail,
    /// The rep wrote it.
    pub outgoing: bool,
    /// When it came to the server, and no later than it says it was written.
    pub arrived: Timestamp,
    /// The accounts it came to.
    pub accounts: &'a [AccountId],
    /// The folders it lies in, by the server's names.
    pub folders: &'a [String],
    pub candidates: &'a [Candidate],
    /// Nobody who matched has been in a mail that the rep decided on at this connection.
    pub first_contact: bool,
    pub thread: &'a ThreadFacts,
    /// There is another mail with its Message-ID and other content.
    pub twin: bool,
}

/// What was decided about other mail of the same conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadFacts {
    /// When the rep last made one private; what arrives later inherits it.
    pub private_since: Option<Timestamp>,
    /// Everybody in those that were shared; empty if none was.
    pub shared_with: BTreeSet<Address>,
}

/// How an account shares, as the policy and the rep have it together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stance {
    /// The mode; `None` until the rep has answered, which asks.
    pub mode: Option<ShareMode>,
    /// The policy has set the mode.
    pub fixed: bool,
    /// What arrived before is past mail, which never goes by itself: the account, or this store of its mail, is newer.
    pub past_before: Timestamp,
    /// When the mode was chosen; it holds for what arrives later.
    pub mode_since: Timestamp,
    /// Mail that the rep sent goes by itself, too.
    pub sent_too: bool,
    /// The rep is still asked about every mail, to get used to it.
    pub practising: bool,
    /// The connections it shares to; `None` is every one.
    pub targets: Option<Vec<ConnectionId>>,
}

/// Everything that mail is held against.
#[derive(Debug, Default, PartialEq)]
pub struct Standards {
    /// The rep's addresses.
    pub own: Vec<Address>,
    pub book: RuleBook,
    pub accounts: BTreeMap<AccountId, Stance>,
}

/// Why a mail waits for the rep. Those that ask in order to look closely come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Ask {
    /// Something in it is sensitive.
    Sensitive { kinds: Vec<SensitiveKind> },
    /// Somebody is in it who was not in what was shared of this conversation.
    NewParticipant { address: Address },
    /// More than one record matched.
    ManyRecords { count: usize },
    /// There is another mail with the same Message-ID.
    Twin,
    /// Its header is not what an honest mail has: more than one author, or none.
    Dubious,
    /// A rule wants the rep to look.
    Rule { id: Option<i64> },
    /// A machine wrote it.
    Automated { sign: Automated },
    /// It was here, or at the server, before sharing by itself was switched on.
    Past,
    /// It was kept before it could be examined.
    Unexamined,
    /// The first mail with this contact that has to be decided on.
    FirstContact,
    /// The rep is still getting used to it.
    Practising,
    /// The rep wrote it.
    Sent,
    /// The account's mode asks.
    Mode { mode: Option<ShareMode> },
}

impl Ask {
    /// Whether it is a reason to look closely (要注意).
    pub fn is_alert(&self) -> bool {
        use Ask::*;
        matches!(self, Sensitive { .. } | NewParticipant { .. } | ManyRecords { .. } | Twin | Dubious | Rule { .. })
    }
}

/// What is to become of a matched mail that nobody has decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "advice", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Advice {
    /// The rep decides.
    Ask { because: Vec<Ask> },
    /// It is shared by itself, on this word.
    Share { by: Origin, level: Option<Level> },
    /// It is kept private by itself, on this word.
    Private { by: Origin },
}

impl Default for Advice {
    fn default() -> Self {
        Self::Ask { because: Vec::new() }
    }
}

impl Advice {
    pub fn asks(&self) -> &[Ask] {
        match self {
            Self::Ask { because } => because,
            _ => &[],
        }
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "CheckName"))]
pub enum Check {
    PolicyNeverLog,
    NeverLog,
    Target,
    Internal,
    Automated,
    Match,
    PrivateRule,
    PrivateThread,
    Look,
    AskRule,
    ShareRule,
    Mode,
}

/// One check, in the order in which they are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "WhyStep"))]
pub struct Step {
    pub check: Check,
    /// Whether it has something to say of this mail.
    pub applies: bool,
    /// Whether its word was the one that counted.
    pub wins: bool,
    pub rule: Option<Rule>,
    pub evidence: Option<Evidence>,
}

/// The answer, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub triage: Triage,
    pub advice: Advice,
    pub steps: Vec<Step>,
}

/// Judges a mail at a connection.
pub fn judge(facts: &Facts<'_>, standards: &Standards, now: Timestamp) -> Judgement {
    let mut case = Case { facts, standards, matched: standards.book.about(facts, now), steps: Vec::new() };
    let (triage, advice) = case.decide();
    if let Some(step) = case.steps.iter_mut().rev().find(|step| step.applies) {
        step.wins = true;
    }
    Judgement { triage, advice, steps: case.steps }
}

struct Case<'a> {
    facts: &'a Facts<'a>,
    standards: &'a Standards,
    matched: Vec<Matched<'a>>,
    steps: Vec<Step>,
}

impl<'a> Case<'a> {
    fn decide(&mut self) -> (Triage, Advice) {
        if let Some(why) = self.exclusion() {
            return (Triage::Excluded { why }, Advice::default());
        }
        self.note(Check::Match, !self.facts.candidates.is_empty(), None, self.match_evidence());
        if self.facts.candidates.is_empty() {
            return (Triage::Unmatched, Advice::default());
        }
        (Triage::Matched, self.advice())
    }

    fn exclusion(&mut self) -> Option<Exclusion> {
        for (check, of_policy) in [(Check::PolicyNeverLog, true), (Check::NeverLog, false)] {
            let never = |m: &&Matched<'a>| m.rule.then == Then::NeverLog && m.rule.is_policy() == of_policy;
            let found = self.matched.iter().find(never).cloned();
            self.note_rule(check, found.as_ref());
            if let Some(Matched { rule, evidence, .. }) = found {
                return Some(Exclusion::NeverLog { rule: rule.clone(), evidence });
            }
        }
        let exclusions = [
            (Check::Target, self.goes_elsewhere().then_some(Exclusion::NotATarget)),
            (Check::Internal, self.is_internal().then_some(Exclusion::Internal)),
            (Check::Automated, self.automated().map(|sign| Exclusion::Automated { sign })),
        ];
        for (check, found) in exclusions {
            self.note(check, found.is_some(), None, None);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// A machine's mail is out of the way unless it is about somebody in the CRM; then it waits like any other.
    fn automated(&self) -> Option<Automated> {
        self.facts.mail.marks.automated.filter(|_| self.facts.candidates.is_empty())
    }

    fn goes_elsewhere(&self) -> bool {
        let mut stances = self.stances().peekable();
        let excludes = |stance: &Stance| stance.targets.as_ref().is_some_and(|t| !t.contains(&self.facts.connection));
        stances.peek().is_some() && stances.all(excludes)
    }

    fn stances(&self) -> impl Iterator<Item = &Stance> {
        self.facts.accounts.iter().filter_map(|id| self.standards.accounts.get(id))
    }

    fn is_internal(&self) -> bool {
        let own = &self.standards.own;
        let domains: Vec<&str> = own
            .iter()
            .map(Address::domain)
            .filter(|domain| !is_freemail(domain))
            .chain(self.standards.book.internal_domains())
            .collect();
        let inside = |address: &Address| own.contains(address) || domains.iter().any(|domain| address.is_at(domain));
        let people = &self.facts.mail.participants;
        !people.is_empty() && people.iter().all(|p| inside(&p.person.address))
    }

    fn advice(&mut self) -> Advice {
        let ruling = self.ruling();
        let private = ruling.as_ref().filter(|m| m.rule.then == Then::Private).cloned();
        self.note_rule(Check::PrivateRule, private.as_ref());
        if let Some(m) = private {
            return Advice::Private { by: m.rule.origin() };
        }
        let inherits = ruling.as_ref().is_none_or(|m| m.rule.is_policy())
            && self.facts.thread.private_since.is_some_and(|since| self.facts.arrived > since);
        self.note(Check::PrivateThread, inherits, None, None);
        if inherits {
            return Advice::Private { by: Origin::Thread };
        }
        let mut asks = self.looks();
        self.note(Check::Look, !asks.is_empty(), None, None);
        let asking = ruling.as_ref().filter(|m| m.rule.then == Then::Ask).cloned();
        self.note_rule(Check::AskRule, asking.as_ref());
        asks.extend(asking.map(|m| Ask::Rule { id: m.rule.id }));
        let sharing = ruling.filter(|m| m.rule.then == Then::Share);
        self.note_rule(Check::ShareRule, sharing.as_ref());
        let share = match &sharing {
            Some(m) => self.share_by_rule(m.rule),
            None => {
                self.note(Check::Mode, true, None, None);
                self.share_by_mode()
            }
        };
        match share {
            Ok(share) if asks.is_empty() => share,
            Ok(_) => ask(asks),
            Err(more) => ask(asks.into_iter().chain(more).collect()),
        }
    }

    /// The rule whose word counts: the strictest among those of the policy and those of the rep that no nearer one
    /// about the same person replaces.
    fn ruling(&self) -> Option<Matched<'a>> {
        let about_sharing = |m: &&Matched<'a>| matches!(m.rule.then, Then::Private | Then::Ask | Then::Share);
        let replaced = |m: &Matched<'a>| {
            let nearer = |other: &Matched<'a>| other.rule.about.nearness() > m.rule.about.nearness();
            let same = |other: &Matched<'a>| match other.rule.about {
                About::Thread(_) => true,
                _ => other.whose == m.whose || matches!(m.rule.about, About::Account(_)),
            };
            let of_rep = |other: &&Matched<'a>| !other.rule.is_policy();
            self.matched.iter().filter(about_sharing).filter(of_rep).any(|other| nearer(other) && same(other))
        };
        let counts = |m: &&Matched<'a>| m.rule.is_policy() || !replaced(m);
        self.matched.iter().filter(about_sharing).filter(counts).min_by_key(|m| m.rule.then).cloned()
    }

    /// What has to be looked at, whatever a rule or a mode says.
    fn looks(&self) -> Vec<Ask> {
        let (facts, marks) = (self.facts, &self.facts.mail.marks);
        let dubious = [Defect::RepeatedFrom, Defect::MissingFrom, Defect::RepeatedMessageId, Defect::Unparsable];
        let mut asks = Vec::new();
        if !marks.sensitive.is_empty() {
            asks.push(Ask::Sensitive { kinds: marks.sensitive.clone() });
        }
        asks.extend(self.new_participant().map(|address| Ask::NewParticipant { address }));
        if facts.candidates.len() > 1 {
            asks.push(Ask::ManyRecords { count: facts.candidates.len() });
        }
        let rest = [
            (facts.twin, Ask::Twin),
            (facts.mail.defects.iter().any(|defect| dubious.contains(defect)), Ask::Dubious),
            (!marks.examined, Ask::Unexamined),
        ];
        asks.extend(rest.into_iter().filter_map(|(is_so, ask)| is_so.then_some(ask)));
        asks.extend(marks.automated.map(|sign| Ask::Automated { sign }));
        asks
    }

    fn new_participant(&self) -> Option<Address> {
        let known = &self.facts.thread.shared_with;
        let new = |address: &&Address| !known.contains(*address) && !self.standards.own.contains(address);
        let mut people = self.facts.mail.participants.iter().map(|p| &p.person.address);
        if known.is_empty() { None } else { people.find(new).cloned() }
    }

    fn share_by_rule(&self, rule: &Rule) -> Result<Advice, Vec<Ask>> {
        let fixed = self.stances().find(|s| s.fixed && s.mode == Some(ShareMode::Manual));
        let mut asks = Vec::new();
        if let Some(stance) = fixed {
            asks.push(Ask::Mode { mode: stance.mode });
        }
        let past = self.stances().map(|s| s.past_before).max().unwrap_or(Timestamp(i64::MAX));
        asks.extend(self.too_early(past.max(rule.created_at)));
        asks.extend(self.sent());
        let share = Advice::Share { by: rule.origin(), level: rule.level };
        if asks.is_empty() { Ok(share) } else { Err(asks) }
    }

    /// The strictest of the accounts it came to counts.
    fn share_by_mode(&self) -> Result<Advice, Vec<Ask>> {
        let mut asks = Vec::new();
        let mut by = None;
        for id in self.facts.accounts {
            let Some(stance) = self.standards.accounts.get(id) else { continue };
            by = Some(Origin::Mode(id.0));
            if stance.mode != Some(ShareMode::Share) {
                asks.push(Ask::Mode { mode: stance.mode });
            } else if stance.practising {
                asks.push(Ask::Practising);
            }
            asks.extend(self.too_early(stance.past_before.max(stance.mode_since)));
        }
        asks.extend(self.sent());
        if self.facts.first_contact && !asks.is_empty() {
            asks.push(Ask::FirstContact);
        }
        asks.sort();
        asks.dedup();
        match by {
            Some(by) if asks.is_empty() => Ok(Advice::Share { by, level: None }),
            _ => Err(asks),
        }
    }

    fn too_early(&self, since: Timestamp) -> Option<Ask> {
        (self.facts.arrived < since).then_some(Ask::Past)
    }

    fn sent(&self) -> Option<Ask> {
        (self.facts.outgoing && !self.stances().all(|stance| stance.sent_too)).then_some(Ask::Sent)
    }

    fn match_evidence(&self) -> Option<Evidence> {
        let reason = self.facts.candidates.first()?.reasons.first()?;
        Some(Evidence { field: Field::from(reason.role), value: reason.address.to_string() })
    }

    fn note(&mut self, check: Check, applies: bool, rule: Option<Rule>, evidence: Option<Evidence>) {
        self.steps.push(Step { check, applies, wins: false, rule, evidence });
    }

    fn note_rule(&mut self, check: Check, found: Option<&Matched<'a>>) {
        let (rule, evidence) = found.map(|m| (m.rule.clone(), m.evidence.clone())).unzip();
        self.note(check, rule.is_some(), rule, evidence);
    }
}

fn ask(mut because: Vec<Ask>) -> Advice {
    because.sort();
    because.dedup();
    Advice::Ask { because }
}

#[cfg(test)]
mod tests;
