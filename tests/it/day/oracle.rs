//! What may be seen of the day's mail on the way to the CRM, and from when on. It knows the mails and what was decided,
//! and nothing of the program that is judged.

use std::collections::{BTreeMap, BTreeSet};

use kit::decode::canaries;
use kit::tap::Request;

use super::mail::{Mail, Portion};

/// A moment of the day, in milliseconds by its own, faster clock.
pub type Moment = i64;

/// A request, and what of the mailbox can be found in it in any encoding.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Moment,
    pub line: String,
    /// Tokens, and digests of mails and files.
    marks: BTreeSet<String>,
}

impl Seen {
    pub fn of(request: &Request, at: Moment) -> Self {
        let mut marks = canaries(&request.bytes);
        marks.extend(digests(&request.bytes));
        Self { at, line: request.line(), marks }
    }

    pub fn shows(&self, mark: &str) -> bool {
        self.marks.contains(mark)
    }

    fn logs(&self) -> bool {
        self.line.starts_with("PUT ") && self.line.contains("/emails/")
    }
}

/// Everything in the bytes that could be a SHA-256 digest in hexadecimal, in lower case.
fn digests(bytes: &[u8]) -> impl Iterator<Item = String> {
    let runs = bytes.split(|b| !b.is_ascii_hexdigit()).filter(|run| run.len() == 64);
    runs.map(|run| String::from_utf8_lossy(run).to_ascii_lowercase())
}

/// What was decided, mail by mail.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Whose each mark is, for telling.
    owners: BTreeMap<String, String>,
    /// From when on a mark may be seen; one that is not here never.
    permits: BTreeMap<String, Moment>,
    /// Marks that must be seen: what is shared arrives.
    owed: BTreeSet<String>,
    /// Keys of the mails that must be logged, each once.
    shared: BTreeSet<String>,
    /// While these lasted nothing was to be sent. One mail may have been on the wire when they began.
    pub silences: Vec<(Moment, Moment)>,
}

impl Book {
    pub fn of(mails: &[Mail]) -> Self {
        let mut book = Self::default();
        for mail in mails {
            let marks = [mail.tokens(), vec![mail.key().to_string(), mail.file_digest().to_string()]].concat();
            book.owners.extend(marks.into_iter().map(|mark| (mark, mail.owner.clone())));
        }
        for person in mails.iter().flat_map(Mail::people) {
            book.owners.extend(person.tokens().into_iter().map(|mark| (mark, person.owner.clone())));
        }
        book
    }

    /// From then on this much of a mail may be seen, and it has to arrive.
    pub fn permit(&mut self, mail: &Mail, portion: &Portion, from: Moment) {
        let mut told = mail.told(portion);
        told.push(mail.key().to_string());
        if portion.file {
            told.push(mail.file_digest().to_string());
        }
        self.shared.insert(mail.key().to_string());
        for mark in told {
            // HTML that can't be cut safely stays here.
            if mark != mail.token("html") {
                self.owed.insert(mark.clone());
            }
            let earliest = self.permits.entry(mark).or_insert(from);
            *earliest = from.min(*earliest);
        }
    }

    /// The keys of the mails that must be logged.
    pub fn shared(&self) -> &BTreeSet<String> {
        &self.shared
    }

    /// From when on a mark may be seen.
    pub fn permitted_from(&self, mark: &str) -> Option<Moment> {
        self.permits.get(mark).copied()
    }

    /// Everything that is not as it must be. `taken` tells how often the CRM took each mail.
    pub fn faults(&self, seen: &[Seen], taken: &BTreeMap<String, usize>) -> Vec<String> {
        let early = seen.iter().flat_map(|request| self.leaks(request));
        let loud = self.silences.iter().filter_map(|silence| broken(silence, seen));
        early.chain(loud).chain(self.not_once(taken)).chain(self.missing(seen)).collect()
    }

    fn leaks(&self, request: &Seen) -> Vec<String> {
        let mut faults = Vec::new();
        for mark in request.marks.iter().filter(|mark| self.is_known(mark)) {
            let owner = self.owners.get(mark).map_or("nobody", String::as_str);
            match self.permits.get(mark) {
                None => faults.push(format!("{mark} of {owner} was never to be seen: {}", request.line)),
                Some(from) if request.at < *from => {
                    faults.push(format!("{mark} of {owner} is {} ms early: {}", from - request.at, request.line));
                }
                Some(_) => {}
            }
        }
        faults
    }

    /// Any token is a mail's, even half of one; most digests are not.
    fn is_known(&self, mark: &str) -> bool {
        mark.starts_with(kit::decode::PREFIX) || self.owners.contains_key(mark)
    }

    fn not_once(&self, taken: &BTreeMap<String, usize>) -> Vec<String> {
        let count = |key: &String| taken.get(key).copied().unwrap_or_default();
        let wrong = self.shared.iter().filter(|key| count(key) != 1);
        let strange = taken.keys().filter(|key| !self.shared.contains(*key));
        let who = |key: &String| self.owners.get(key).cloned().unwrap_or_default();
        let told = wrong.map(|key| format!("{} was taken {} times", who(key), count(key)));
        told.chain(strange.map(|key| format!("{} was taken, and nobody shared it", who(key)))).collect()
    }

    fn missing(&self, seen: &[Seen]) -> Vec<String> {
        let unseen = self.owed.iter().filter(|mark| !seen.iter().any(|request| request.shows(mark)));
        let who = |mark: &String| self.owners.get(mark).map_or("somebody", String::as_str);
        unseen.map(|mark| format!("{mark} of {} was shared and did not arrive", who(mark))).collect()
    }
}

fn broken((from, to): &(Moment, Moment), seen: &[Seen]) -> Option<String> {
    let within = |request: &&Seen| (*from..*to).contains(&request.at) && request.logs();
    let lines: BTreeSet<&str> = seen.iter().filter(within).map(|request| request.line.as_str()).collect();
    (lines.len() > 1).then(|| format!("{} mails were sent in a pause: {lines:?}", lines.len()))
}
