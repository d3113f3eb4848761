//! What a rule would change, tried on the mail of the last days before it is saved. Nothing is written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::judge::{Advice, Facts, Judgement, Standards, judge};
use otomo_domain::review::Triage;
use otomo_domain::rules::{Rule, RuleBook};
use otomo_domain::time::Timestamp;
use otomo_store::table::desk::{self, DeskRow};
use otomo_store::table::mail::{self, After};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::triage::Known;

/// How many mails are looked at before others get their turn at the database.
const AT_ONCE: usize = 500;

/// How many of the mails that would change are shown.
const EXAMPLES: usize = 20;

/// Fewer mails than this don't tell that a rule is about nearly everything.
const TELLING: usize = 20;

/// What is to be tried.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another rule; it takes the place of the rep's rule about the same thing.
    With(Rule),
    /// The rep's rule of this number is not there.
    Without(i64),
}

/// What becomes of a mail that nobody decides on, if it arrives now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Excluded,
    Unmatched,
    Asked,
    Shared,
    KeptPrivate,
}

impl From<&Judgement> for Fate {
    fn from(judgement: &Judgement) -> Self {
        match (&judgement.triage, &judgement.advice) {
            (Triage::Excluded { .. }, _) => Self::Excluded,
            (Triage::Unmatched, _) => Self::Unmatched,
            (Triage::Matched, Advice::Ask { .. }) => Self::Asked,
            (Triage::Matched, Advice::Share { .. }) => Self::Shared,
            (Triage::Matched, Advice::Private { .. }) => Self::KeptPrivate,
        }
    }
}

/// The outcome.
#[derive(Default)]
pub struct Simulated {
    pub looked_at: usize,
    /// How much of it the rule is about.
    pub matched: usize,
    /// How much goes from one fate to another; only real changes.
    pub changes: BTreeMap<(Fate, Fate), usize>,
    /// Some of it, newest first.
    pub examples: Vec<DeskRow>,
}

impl Simulated {
    pub fn is_nearly_everything(&self) -> bool {
        self.looked_at >= TELLING && self.matched * 10 >= self.looked_at * 9
    }
}

/// What mail is held against: as it is, as it would be, and the rule alone.
struct Trial {
    connection: ConnectionId,
    now: Timestamp,
    before: Standards,
    after: Standards,
    rule: RuleBook,
}

impl Engine {
    /// Tries a change on the mail that was written since then, as if each arrived now: a rule that shares holds only for
    /// what comes after it. Dropping the answer ends the work.
    pub async fn simulate(&self, connection: ConnectionId, change: Change, span: Duration) -> Result<Simulated, Fault> {
        let trial = Arc::new(self.trial(connection, change)?);
        let since = trial.now - span;
        let (mut all, mut after) = (Simulated::default(), None);
        loop {
            let (engine, trial) = (self.clone(), Arc::clone(&trial));
            let read = self.store.cache.read(move |db| {
                let places = mail::page(db, after, AT_ONCE)?;
                let within: Vec<After> = places.iter().copied().take_while(|place| place.date >= since).collect();
                let ends = within.len() < AT_ONCE;
                let piece = trial.on(db, &within, &engine.snapshot().own)?;
                Ok((piece, within.last().copied().filter(|_| !ends)))
            });
            let (piece, next) = read.await?;
            all.take(piece);
            after = next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    fn trial(&self, connection: ConnectionId, change: Change) -> Result<Trial, Fault> {
        let (snapshot, now) = (self.snapshot(), self.now());
        let current = snapshot.connections.get(&connection).ok_or(Fault::NoSuch("connection"))?;
        let rules = current.book.rules();
        let (rule, others): (Rule, Vec<Rule>) = match change {
            Change::With(rule) => {
                let rule = Rule { created_at: now, ..rule };
                let others = rules.iter().filter(|other| other.is_policy() || other.about != rule.about).cloned();
                (rule.clone(), others.chain([rule.clone()]).collect())
            }
            Change::Without(id) => {
                let rule = rules.iter().find(|rule| rule.id == Some(id)).ok_or(Fault::NoSuch("rule"))?;
                (rule.clone(), rules.iter().filter(|other| other.id != Some(id)).cloned().collect())
            }
        };
        let standards = |rules| Standards {
            own: current.own.clone(),
            book: RuleBook::new(rules),
            accounts: current.accounts.clone(),
        };
        let (before, after) = (standards(rules.to_vec()), standards(others));
        Ok(Trial { connection, now, before, after, rule: RuleBook::new(vec![rule]) })
    }
}

impl Trial {
    fn on(&self, db: &Db, places: &[After], own: &[Address]) -> Result<Simulated, StoreFault> {
        let mut piece = Simulated { looked_at: places.len(), ..Simulated::default() };
        let threads = [&self.before.book, &self.after.book].into_iter().any(RuleBook::is_about_threads);
        for place in places {
            let known = Known::of(db, place.mail, mail::get(db, place.mail)?)?;
            let weigh = |facts: &Facts<'_>| {
                let facts = Facts { arrived: self.now, ..facts.clone() };
                let fate = |standards| Fate::from(&judge(&facts, standards, self.now));
                (!self.rule.about(&facts, self.now).is_empty(), fate(&self.before), fate(&self.after))
            };
            let ((meant, from, to), _) = known.weighed(db, self.connection, own, threads, weigh)?;
            piece.matched += usize::from(meant);
            if from != to {
                *piece.changes.entry((from, to)).or_default() += 1;
                if piece.examples.len() < EXAMPLES {
                    piece.examples.push(desk::row(db, place.mail, Some(self.connection), own)?);
                }
            }
        }
        Ok(piece)
    }
}

impl Simulated {
    fn take(&mut self, piece: Self) {
        self.looked_at += piece.looked_at;
        self.matched += piece.matched;
        for (change, count) in piece.changes {
            *self.changes.entry(change).or_default() += count;
        }
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(piece.examples.into_iter().take(room));
    }
}

#[cfg(test)]
mod tests;
