//! Many rules, sorted by what they look at, so that a mail meets only those that could be about it.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::{About, AboutRecord, Evidence, Field, Rule};
use crate::account::AccountId;
use crate::address::Address;
use crate::fold::fold;
use crate::judge::Facts;
use crate::mail::MailKey;
use crate::time::Timestamp;

/// How much of a value is kept as evidence, in characters.
const SHOWN: usize = 120;

/// Rules, ready to be asked. Asking costs as much as the mail is long, not as there are rules.
#[derive(Debug, Default)]
pub struct RuleBook {
    rules: Vec<Rule>,
    addresses: HashMap<Address, Vec<usize>>,
    domains: HashMap<String, Vec<usize>>,
    records: HashMap<AboutRecord, Vec<usize>>,
    companies: HashMap<AboutRecord, Vec<usize>>,
    threads: HashMap<MailKey, Vec<usize>>,
    accounts: HashMap<AccountId, Vec<usize>>,
    lists: HashMap<String, Vec<usize>>,
    folders: HashMap<String, Vec<usize>>,
    /// All subject words at once, folded, and which rule each is of.
    words: Option<(AhoCorasick, Vec<usize>)>,
}

/// A rule that is about a mail.
#[derive(Clone, Debug)]
pub struct Matched<'a> {
    pub rule: &'a Rule,
    /// Whom in the mail it is about, where it is about a person.
    pub whose: Option<Address>,
    pub evidence: Evidence,
}

impl PartialEq for RuleBook {
    /// The same rules in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl RuleBook {
    /// Sorts rules. Rules that say what can't be said about such a thing are left out.
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut book = Self::default();
        let mut words = Vec::new();
        for rule in rules.into_iter().filter(|rule| rule.about.allows(rule.then)) {
            let at = book.rules.len();
            match &rule.about {
                About::Address(address) => book.addresses.entry(address.clone()).or_default().push(at),
                About::Domain(domain) => book.domains.entry(domain.clone()).or_default().push(at),
                About::Contact(record) => book.records.entry(record.clone()).or_default().push(at),
                About::Company(record) => book.companies.entry(record.clone()).or_default().push(at),
                About::Thread(root) => book.threads.entry(*root).or_default().push(at),
                About::Account(account) => book.accounts.entry(*account).or_default().push(at),
                About::List(list) => book.lists.entry(list.clone()).or_default().push(at),
                About::Folder(folder) => book.folders.entry(fold(folder)).or_default().push(at),
                About::Subject(word) => words.push((fold(word), at)),
            }
            book.rules.push(rule);
        }
        words.retain(|(word, _)| !word.is_empty());
        let search =
            AhoCorasickBuilder::new().match_kind(MatchKind::Standard).build(words.iter().map(|(word, _)| word));
        book.words = search.ok().filter(|_| !words.is_empty()).map(|s| (s, words.iter().map(|(_, at)| *at).collect()));
        book
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The earliest moment after `now` at which a rule ends.
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.rules.iter().filter_map(|rule| rule.expires_at).filter(|end| *end > now).min()
    }

    /// The domains that rules call the company's own.
    pub fn internal_domains(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(|rule| rule.then == super::Then::Internal).filter_map(|rule| match &rule.about {
            About::Domain(domain) => Some(domain.as_str()),
            _ => None,
        })
    }

    /// Every rule that is about this mail and holds now, each with where it met the mail first.
    pub fn about<'a>(&'a self, facts: &Facts<'_>, now: Timestamp) -> Vec<Matched<'a>> {
        let mut found = Found { book: self, now, matched: Vec::new() };
        for participant in &facts.mail.participants {
            let address = &participant.person.address;
            let field = Field::from(participant.role);
            found.add(self.addresses.get(address), Some(address), field, address.as_str());
            for domain in parents(address.domain()) {
                found.add(self.domains.get(domain), Some(address), field, address.as_str());
            }
        }
        for candidate in facts.candidates {
            let whose = candidate.reasons.first().map(|reason| &reason.address);
            let at = |record: &crate::contact::RecordRef| AboutRecord {
                connection: facts.connection,
                record: record.clone(),
            };
            found.add(self.records.get(&at(&candidate.record)), whose, Field::Record, &candidate.name);
            if let Some(company) = &candidate.company {
                found.add(self.companies.get(&at(company)), whose, Field::Company, &candidate.name);
            }
        }
        let references = facts.mail.references.iter().chain(&facts.mail.in_reply_to);
        for key in references.map(|id| MailKey::of_message_id(id)).chain([facts.mail.id.key]) {
            found.add(self.threads.get(&key), None, Field::Thread, "");
        }
        for account in facts.accounts {
            found.add(self.accounts.get(account), None, Field::Account, "");
        }
        if let Some(list) = &facts.mail.marks.list {
            found.add(self.lists.get(list), None, Field::List, list);
        }
        for folder in facts.folders {
            found.add(self.folders.get(&fold(folder)), None, Field::Folder, folder);
        }
        if let Some((search, rules)) = &self.words {
            let subject = fold(&facts.mail.subject);
            for hit in search.find_overlapping_iter(&subject) {
                let rule = rules.get(hit.pattern().as_usize()).map(std::slice::from_ref);
                found.add_all(rule.unwrap_or_default(), None, Field::Subject, &facts.mail.subject);
            }
        }
        found.matched
    }
}

struct Found<'a> {
    book: &'a RuleBook,
    now: Timestamp,
    matched: Vec<Matched<'a>>,
}

impl Found<'_> {
    fn add(&mut self, rules: Option<&Vec<usize>>, whose: Option<&Address>, field: Field, value: &str) {
        self.add_all(rules.map(Vec::as_slice).unwrap_or_default(), whose, field, value);
    }

    fn add_all(&mut self, rules: &[usize], whose: Option<&Address>, field: Field, value: &str) {
        for rule in rules.iter().filter_map(|at| self.book.rules.get(*at)) {
            let known = |m: &Matched<'_>| std::ptr::eq(m.rule, rule) && m.whose.as_ref() == whose;
            if rule.holds_at(self.now) && !self.matched.iter().any(known) {
                let evidence = Evidence { field, value: value.chars().take(SHOWN).collect() };
                self.matched.push(Matched { rule, whose: whose.cloned(), evidence });
            }
        }
    }
}

/// A domain and those above it, as long as they have a dot.
fn parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, rest)| rest))
        .filter(|domain| domain.contains('.'))
}
