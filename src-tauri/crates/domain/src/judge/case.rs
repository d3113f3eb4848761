//! One mail, held against everything in the order in which words count.

use std::collections::{HashMap, HashSet};

use super::{Advice, Ask, Check, Facts, Stance, Standards, Step};
use crate::account::ShareMode;
use crate::address::{Address, is_freemail, with_parents};
use crate::mail::{Automated, Defect};
use crate::review::Triage;
use crate::rules::{About, Evidence, Exclusion, Field, Matched, Origin, Rule, Then};
use crate::time::Timestamp;

pub(super) struct Case<'a> {
    facts: &'a Facts<'a>,
    standards: &'a Standards,
    matched: Vec<Matched<'a>>,
    steps: Vec<Step>,
}

impl<'a> Case<'a> {
    pub(super) fn new(facts: &'a Facts<'a>, standards: &'a Standards, now: Timestamp) -> Self {
        Self { facts, standards, matched: standards.book.about(facts, now), steps: Vec::new() }
    }

    /// The answer, the check whose word it is, and every check that was made.
    pub(super) fn decided(mut self) -> (Triage, Advice, Check, Vec<Step>) {
        let (triage, advice, check) = self.decide();
        (triage, advice, check, self.steps)
    }

    fn decide(&mut self) -> (Triage, Advice, Check) {
        if let Some((why, check)) = self.exclusion() {
            return (Triage::Excluded { why }, Advice::default(), check);
        }
        self.note(Check::Match, !self.facts.candidates.is_empty(), None, self.match_evidence());
        if self.facts.candidates.is_empty() {
            return (Triage::Unmatched, Advice::default(), Check::Match);
        }
        let (advice, check) = self.advice();
        (Triage::Matched, advice, check)
    }

    fn exclusion(&mut self) -> Option<(Exclusion, Check)> {
        for (check, of_policy) in [(Check::PolicyNeverLog, true), (Check::NeverLog, false)] {
            let never = |m: &&Matched<'a>| m.rule.then == Then::NeverLog && m.rule.is_policy() == of_policy;
            let found = self.matched.iter().find(never).cloned();
            self.note_rule(check, found.as_ref());
            if let Some(Matched { rule, evidence, .. }) = found {
                return Some((Exclusion::NeverLog { rule: rule.clone(), evidence }, check));
            }
        }
        let exclusions = [
            (Check::Target, self.goes_elsewhere().then_some(Exclusion::NotATarget)),
            (Check::Internal, self.is_internal().then_some(Exclusion::Internal)),
            (Check::Automated, self.automated().map(|sign| Exclusion::Automated { sign })),
        ];
        for (check, found) in exclusions {
            self.note(check, found.is_some(), None, None);
            if let Some(why) = found {
                return Some((why, check));
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
        let domains: HashSet<&str> = own.iter().map(Address::domain).filter(|domain| !is_freemail(domain)).collect();
        let said: HashSet<&Address> =
            self.matched.iter().filter(|m| m.rule.then == Then::Internal).filter_map(|m| m.whose.as_ref()).collect();
        let at_own = |address: &Address| with_parents(address.domain()).any(|domain| domains.contains(domain));
        let inside = |address: &Address| own.contains(address) || said.contains(address) || at_own(address);
        let people = &self.facts.mail.participants;
        !people.is_empty() && people.iter().all(|p| inside(&p.person.address))
    }

    fn advice(&mut self) -> (Advice, Check) {
        let counting = self.counting();
        let ruling = counting.iter().min_by_key(|m| (m.rule.then, !m.rule.is_policy())).cloned();
        let says = |then| ruling.clone().filter(|m| m.rule.then == then);
        let (private, asking, sharing) = (says(Then::Private), says(Then::Ask), says(Then::Share));
        self.note_rule(Check::PrivateRule, private.as_ref());
        if let Some(m) = private {
            return (Advice::Private { by: m.rule.origin() }, Check::PrivateRule);
        }
        let private_since = self.private_since(&counting);
        self.note(Check::PrivateThread, private_since.is_some(), None, None);
        if private_since.is_some_and(|since| self.facts.arrived > since) {
            return (Advice::Private { by: Origin::Thread }, Check::PrivateThread);
        }
        let looks = self.looks();
        self.note(Check::Look, !looks.is_empty(), None, None);
        self.note_rule(Check::AskRule, asking.as_ref());
        self.note_rule(Check::ShareRule, sharing.as_ref());
        let (share, last) = match &sharing {
            Some(m) => (self.share_by_rule(m.rule, &counting), Check::ShareRule),
            None => {
                self.note(Check::Mode, true, None, None);
                (self.share_by_mode(), Check::Mode)
            }
        };
        let asks: [(Check, Vec<Ask>); 3] = [
            // It came before the rep made the conversation private, or its clock says so.
            (Check::PrivateThread, private_since.map(|_| Ask::Past).into_iter().collect()),
            (Check::Look, looks),
            (Check::AskRule, asking.map(|m| Ask::Rule { id: m.rule.id }).into_iter().collect()),
        ];
        let check = asks.iter().find(|(_, asks)| !asks.is_empty()).map_or(last, |(check, _)| *check);
        let because: Vec<Ask> = asks.into_iter().flat_map(|(_, asks)| asks).collect();
        match share {
            Ok(share) if because.is_empty() => (share, check),
            Ok(_) => (ask(because), check),
            Err(more) => (ask(because.into_iter().chain(more).collect()), check),
        }
    }

    /// The rules about sharing that count: those of the policy, and those of the rep that no nearer one about the same
    /// person replaces.
    fn counting(&self) -> Vec<Matched<'a>> {
        let about_sharing = |m: &&Matched<'a>| matches!(m.rule.then, Then::Private | Then::Ask | Then::Share);
        let all = || self.matched.iter().filter(about_sharing);
        let of_rep = || all().filter(|m| !m.rule.is_policy());
        let mut nearest: HashMap<&Address, u8> = HashMap::new();
        for m in of_rep() {
            if let Some(whose) = &m.whose {
                let near = nearest.entry(whose).or_default();
                *near = m.rule.about.nearness().max(*near);
            }
        }
        let threads: Vec<Then> =
            of_rep().filter(|m| matches!(m.rule.about, About::Thread(_))).map(|m| m.rule.then).collect();
        let shared_with = &self.facts.thread.shared_with;
        // That a conversation is shared was said of the people who were in it.
        let by_thread =
            |whose: &Address| threads.iter().any(|then| *then != Then::Share || shared_with.contains(whose));
        let mut others = self.facts.mail.participants.iter().map(|p| &p.person.address);
        let others_are_ruled =
            others.all(|address| nearest.contains_key(address) || self.standards.own.contains(address));
        let replaced = |m: &Matched<'a>| match (&m.rule.about, &m.whose) {
            (About::Account(_), _) => !threads.is_empty() || (!nearest.is_empty() && others_are_ruled),
            (about, Some(whose)) => {
                by_thread(whose) || nearest.get(whose).is_some_and(|nearest| *nearest > about.nearness())
            }
            _ => false,
        };
        all().filter(|m| m.rule.is_policy() || !replaced(m)).cloned().collect()
    }

    /// Since when the conversation is private, unless the rep has said otherwise: about this conversation, or later.
    fn private_since(&self, counting: &[Matched<'a>]) -> Option<Timestamp> {
        let since = self.facts.thread.private_since?;
        let said_otherwise = |m: &Matched<'a>| {
            let later = matches!(m.rule.about, About::Thread(_)) || m.rule.created_at > since;
            later && !m.rule.is_policy()
        };
        (!counting.iter().any(said_otherwise)).then_some(since)
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

    /// `all` are the rules that share; the mail has to be younger than each of them, and the least level counts.
    fn share_by_rule(&self, rule: &Rule, all: &[Matched<'a>]) -> Result<Advice, Vec<Ask>> {
        let fixed = self.stances().find(|s| s.fixed && s.mode == Some(ShareMode::Manual));
        let mut asks = Vec::new();
        if let Some(stance) = fixed {
            asks.push(Ask::Mode { mode: stance.mode });
        }
        // The first mails are asked about whatever a company has set; what the rep said of somebody is the rep's answer.
        if rule.is_policy() && self.stances().any(|stance| stance.practising) {
            asks.push(Ask::Practising);
        }
        // A policy's rule has always been there; what was asked about while the rep got used to it still waits.
        let since = |s: &Stance| if rule.is_policy() { s.past_before.max(s.mode_since) } else { s.past_before };
        let past = self.stances().map(since).max().unwrap_or(Timestamp(i64::MAX));
        let made = all.iter().map(|m| m.rule.created_at).fold(past, Timestamp::max);
        asks.extend(self.too_early(made));
        asks.extend(self.sent());
        let level = all.iter().filter_map(|m| m.rule.level).min();
        let share = Advice::Share { by: rule.origin(), level };
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
