//! Many rules, sorted by what they look at, so that a mail meets only those that could be about it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::AhoCorasick;

use super::{About, AboutRecord, Evidence, Field, Rule};
use crate::account::{AccountId, ConnectionId};
use crate::address::{Address, with_parents};
use crate::contact::RecordRef;
use crate::fold::{fold, is_visible};
use crate::judge::Facts;
use crate::mail::MailKey;
use crate::matching::Candidate;
use crate::time::Timestamp;

/// How much of a value is kept as evidence, in characters.
const SHOWN: usize = 120;

/// Rules, ready to be asked. Asking costs as much as the mail is long, not as there are rules.
#[derive(Debug, Default)]
pub struct RuleBook {
    rules: Vec<Rule>,
    addresses: HashMap<String, Vec<usize>>,
    domains: HashMap<String, Vec<usize>>,
    records: HashMap<AboutRecord, Vec<usize>>,
    companies: HashMap<AboutRecord, Vec<usize>>,
    threads: HashMap<MailKey, Vec<usize>>,
    accounts: HashMap<AccountId, Vec<usize>>,
    lists: HashMap<String, Vec<usize>>,
    folders: HashMap<String, Vec<usize>>,
    words: Words,
}

/// All subject words at once, folded.
#[derive(Debug, Default)]
struct Words {
    search: Option<AhoCorasick>,
    /// Which rules each word is of.
    rules: Vec<Vec<usize>>,
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
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for rule in rules.into_iter().filter(|rule| rule.about.allows(rule.then)) {
            let at = book.rules.len();
            match &rule.about {
                About::Address(address) => book.addresses.entry(plain_address(address)).or_default().push(at),
                About::Domain(domain) => book.domains.entry(plain_domain(domain).into_owned()).or_default().push(at),
                About::Contact(record) => book.records.entry(record.clone()).or_default().push(at),
                About::Company(record) => book.companies.entry(record.clone()).or_default().push(at),
                About::Thread(root) => book.threads.entry(*root).or_default().push(at),
                About::Account(account) => book.accounts.entry(*account).or_default().push(at),
                About::List(list) => book.lists.entry(list.clone()).or_default().push(at),
                About::Folder(folder) => book.folders.entry(fold(folder)).or_default().push(at),
                About::Subject(word) => words.entry(fold(word)).or_default().push(at),
            }
            book.rules.push(rule);
        }
        words.remove("");
        book.words = Words::new(words);
        book
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The earliest moment after `now` at which a rule ends.
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.rules.iter().filter_map(|rule| rule.expires_at).filter(|end| *end > now).min()
    }

    /// Whether any rule is about a conversation.
    pub fn is_about_threads(&self) -> bool {
        !self.threads.is_empty()
    }

    /// Every rule that is about this mail and holds now, each with where it met the mail first.
    pub fn about<'a>(&'a self, facts: &Facts<'_>, now: Timestamp) -> Vec<Matched<'a>> {
        let mut found = Found { book: self, now, seen: HashSet::new(), matched: Vec::new() };
        for participant in &facts.mail.participants {
            let address = &participant.person.address;
            let field = Field::from(participant.role);
            for rules in self.naming(address) {
                found.add(Some(rules), Some(address), field, address.as_str());
            }
        }
        for candidate in facts.candidates {
            self.about_candidate(facts.connection, candidate, &mut found);
        }
        let references = facts.mail.references.iter().chain(&facts.mail.in_reply_to);
        let keys = references.map(|id| MailKey::of_message_id(id)).chain([facts.mail.id.key]);
        for key in keys.chain(facts.thread.mails.iter().copied()) {
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
        for rules in self.words.within(&facts.mail.subject) {
            found.add(Some(rules), None, Field::Subject, &facts.mail.subject);
        }
        found.matched
    }

    /// The rules that name this address, or a domain that it is at.
    pub fn about_address(&self, address: &Address) -> impl Iterator<Item = &Rule> {
        self.naming(address).into_iter().flatten().filter_map(|at| self.rules.get(*at))
    }

    fn naming(&self, address: &Address) -> Vec<&Vec<usize>> {
        let domain = plain_domain(address.domain());
        let domains = with_parents(&domain).filter_map(|domain| self.domains.get(domain));
        self.addresses.get(&plain_address(address)).into_iter().chain(domains).collect()
    }

    fn about_candidate<'a, 'f>(
        &'a self,
        connection: ConnectionId,
        candidate: &'f Candidate,
        found: &mut Found<'a, 'f>,
    ) {
        let at = |record: &RecordRef| AboutRecord { connection, record: record.clone() };
        let company = candidate.company.as_ref().and_then(|company| self.companies.get(&at(company)));
        let record = self.records.get(&at(&candidate.record));
        let people = candidate.reasons.iter().map(|reason| Some(&reason.address));
        for whose in people.chain(candidate.reasons.is_empty().then_some(None)) {
            found.add(record, whose, Field::Record, &candidate.name);
            found.add(company, whose, Field::Company, &candidate.name);
        }
    }
}

impl Words {
    fn new(words: BTreeMap<String, Vec<usize>>) -> Self {
        if words.is_empty() {
            return Self::default();
        }
        let search = AhoCorasick::new(words.keys()).ok();
        Self { search, rules: words.into_values().collect() }
    }

    /// The rules of each word that stands in a text.
    fn within(&self, text: &str) -> Vec<&Vec<usize>> {
        let Some(search) = &self.search else { return Vec::new() };
        let text = fold(text);
        let mut stands = vec![false; self.rules.len()];
        let mut missing = stands.len();
        for hit in search.find_overlapping_iter(&text) {
            if let Some(stands) = stands.get_mut(hit.pattern().as_usize()).filter(|stands| !**stands) {
                *stands = true;
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        self.rules.iter().zip(stands).filter_map(|(rules, stands)| stands.then_some(rules)).collect()
    }
}

struct Found<'a, 'f> {
    book: &'a RuleBook,
    now: Timestamp,
    /// What has been met already: the rule and whose it is.
    seen: HashSet<(usize, Option<&'f Address>)>,
    matched: Vec<Matched<'a>>,
}

impl<'f> Found<'_, 'f> {
    fn add(&mut self, rules: Option<&Vec<usize>>, whose: Option<&'f Address>, field: Field, value: &str) {
        for at in rules.into_iter().flatten() {
            let Some(rule) = self.book.rules.get(*at).filter(|rule| rule.holds_at(self.now)) else { continue };
            if self.seen.insert((*at, whose)) {
                let evidence = Evidence { field, value: value.chars().take(SHOWN).collect() };
                self.matched.push(Matched { rule, whose: whose.cloned(), evidence });
            }
        }
    }
}

/// An address as it is compared with those of rules, whichever width its letters have.
fn plain_address(address: &Address) -> String {
    format!("{}@{}", fold(address.local_part()), plain_domain(address.domain()))
}

/// A domain in the one form that servers know (UTS #46), without a dot at its end.
fn plain_domain(domain: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii() && !c.is_ascii_uppercase();
    if domain.chars().all(is_plain) && !domain.ends_with('.') {
        return domain.into();
    }
    let visible: String = domain.chars().filter(|c| is_visible(*c)).collect();
    let bare = visible.trim_end_matches('.');
    url::Host::parse(bare).map_or_else(|_| bare.to_lowercase(), |host| host.to_string()).into()
}
