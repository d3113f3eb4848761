//! The rep's commands about mail. Each is one transaction in the ledger: the decision, the new states and the audit rows.

use std::collections::BTreeSet;
use std::time::Duration;

use otomo_domain::account::{AccountId, Connection, ConnectionId};
use otomo_domain::address::Address;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Mail, MailId};
use otomo_domain::payload::{Choice, Level};
use otomo_domain::review::{Act, Refusal, State, Triage};
use otomo_domain::rules::{About, AboutRecord, Origin, Rule, Then};
use otomo_domain::time::Timestamp;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{self, ReviewId, ReviewRow, Subject};
use otomo_store::table::triage::Finding;
use otomo_store::table::{account, acquaintance, connection, mail, mail_account, participant, rule, triage};
use otomo_store::transition::{Context, apply};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::preview::{Opened, Wish, no_such_mail};

/// A mail at a connection as the rep saw it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub connection: ConnectionId,
    pub mail: MailRow,
    /// The revision on the screen; `None` decides whatever it is now.
    pub rev: Option<u64>,
}

/// What a decision did.
#[derive(Clone, Debug)]
pub struct Decided {
    pub decision: i64,
    pub reviews: Vec<ReviewRow>,
    /// End of the grace period, for a share.
    pub release_at: Option<Timestamp>,
}

/// What the rep wants from now on, said with a decision about one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Always {
    /// The other side's address.
    Address,
    /// The record that matched first.
    Contact,
    /// Its company, as the CRM has it.
    Company,
    /// The other side's domain.
    Domain,
    Thread,
}

/// A mail as far as a decision needs it that sends nothing: without its text.
struct Glance {
    subject: Subject,
    mail: Mail,
    finding: Finding,
    accounts: Vec<AccountId>,
}

/// A mail that is to be shared, as it will be when the decision is written.
struct Ready {
    glance: Glance,
    rev: Option<u64>,
    choice: Choice,
    payload: Digest,
    grace: Duration,
    rule: Option<Rule>,
}

impl Ready {
    fn at(self, now: Timestamp) -> Planned {
        let Self { glance, rev, choice, payload, grace, rule } = self;
        Planned { glance, rev, act: Act::Share { choice, payload, release_at: now + grace }, rule }
    }
}

struct Planned {
    glance: Glance,
    rev: Option<u64>,
    act: Act,
    /// The rule that the rep makes with it.
    rule: Option<Rule>,
}

impl Engine {
    /// Decides to share. Nothing leaves before the grace period is over.
    ///
    /// `previewed` is the digest of what the rep looked at: if that is not what would be sent now, nothing is decided.
    /// With `always` the rep says the same of what comes later; undoing the decision takes that back, too.
    pub async fn share(
        &self,
        seen: &[Seen],
        wish: Wish,
        previewed: Option<Digest>,
        always: Option<Always>,
    ) -> Result<Decided, Fault> {
        let mut ready = Vec::with_capacity(seen.len());
        for one in seen {
            ready.push(self.prepare(one, wish.clone(), previewed, always).await?);
        }
        // Reading many mails takes its time, and none of it is the rep's to undo in.
        let at = self.now();
        let last = ready.iter().map(|one| at + one.grace).max();
        let planned = ready.into_iter().map(|one| one.at(at)).collect();
        let decided = self.decide("share", planned, at).await?;
        self.outbox.notify_one();
        Ok(Decided { release_at: last, ..decided })
    }

    async fn prepare(
        &self,
        seen: &Seen,
        wish: Wish,
        previewed: Option<Digest>,
        always: Option<Always>,
    ) -> Result<Ready, Fault> {
        let opened = self.open_mail(seen.connection, seen.mail).await?;
        let mut choice = self.choose(&opened, wish)?;
        // Quotes of mail that is private or undecided go along only where the rep has seen them go.
        if choice.quotes && previewed.is_none() {
            choice.quotes = !self.quotes_undecided(&opened, &choice).await?;
        }
        let payload = self.freeze(&opened, &choice)?.sha256;
        if previewed.is_some_and(|digest| digest != payload) {
            return Err(Fault::PreviewStale);
        }
        let rule = always.map(|always| self.share_rule(&opened, always, choice.level)).transpose()?;
        Ok(Ready { grace: self.grace_of(&opened), rev: seen.rev, glance: opened.into(), choice, payload, rule })
    }

    /// The rule that the rep makes who says of a mail that is shared at this level: always so.
    fn share_rule(&self, opened: &Opened, always: Always, level: Level) -> Result<Rule, Fault> {
        let rule = self.rule_for(&opened.mail, &opened.subject, &opened.finding, always, Then::Share)?;
        // What the account would share anyway goes on following the account.
        let usual = self.choose(opened, Wish::default())?.level;
        Ok(Rule { level: (level != usual).then_some(level), ..rule })
    }

    /// Decides to keep private. What is on the wire already is taken back once it has arrived.
    pub async fn keep_private(&self, seen: &[Seen], always: Option<Always>) -> Result<Decided, Fault> {
        self.decide_each("keep_private", seen, always, &Act::KeepPrivate).await
    }

    /// Puts mail off: it comes back by itself.
    pub async fn snooze(&self, seen: &[Seen], until: Timestamp) -> Result<Decided, Fault> {
        if until <= self.now() {
            return Err(Fault::Invalid { field: "until".into(), why: "this time is over".into() });
        }
        self.decide_each("snooze", seen, None, &Act::Snooze { until }).await
    }

    /// Lets the rep decide on mail that a rule keeps out, where that rule is the rep's own or the policy allows it.
    pub async fn include(&self, seen: &[Seen]) -> Result<Decided, Fault> {
        for one in seen {
            let (_, finding) = self.find_mail(one.connection, one.mail).await?;
            if let Triage::Excluded { why } = &finding.triage
                && !why.may_be_overruled(self.policy.policy().never_log.user_override)
            {
                return Err(Fault::Policy("never_log"));
            }
        }
        self.decide_each("include", seen, None, &Act::Include).await
    }

    async fn decide_each(
        &self,
        verb: &'static str,
        seen: &[Seen],
        always: Option<Always>,
        act: &Act,
    ) -> Result<Decided, Fault> {
        let asked = seen.to_vec();
        let glances =
            self.store.cache.read(move |db| asked.iter().map(|one| glance(db, one)).collect::<Result<Vec<_>, _>>());
        let mut planned = Vec::with_capacity(seen.len());
        for (glance, one) in glances.await.map_err(no_such_mail)?.into_iter().zip(seen) {
            let Glance { mail, subject, finding, .. } = &glance;
            let rule = always.map(|always| self.rule_for(mail, subject, finding, always, Then::Private)).transpose()?;
            planned.push(Planned { glance, rev: one.rev, act: act.clone(), rule });
        }
        self.decide(verb, planned, self.now()).await
    }

    /// The rule that a rep makes who says of this mail's other side, or its conversation: always so.
    pub(crate) fn rule_for(
        &self,
        mail: &Mail,
        subject: &Subject,
        finding: &Finding,
        always: Always,
        then: Then,
    ) -> Result<Rule, Fault> {
        let connection = subject.connection;
        let none = || Fault::Invalid { field: "always".into(), why: "the mail has no such thing".into() };
        let own = &self.snapshot().own;
        let candidate = finding.candidates.first();
        let other = || {
            let matched = candidate.and_then(|c| c.reasons.first()).map(|reason| reason.address.clone());
            let people = || mail.participants.iter().map(|p| &p.person.address);
            matched.or_else(|| people().find(|address| !own.contains(address)).cloned()).ok_or_else(none)
        };
        let at = |record: &RecordRef| AboutRecord { connection, record: record.clone() };
        let about = match always {
            Always::Address => About::Address(other()?),
            Always::Domain => About::Domain(other()?.domain().to_owned()),
            Always::Thread => About::Thread(mail.root()),
            Always::Contact => About::Contact(at(&candidate.ok_or_else(none)?.record)),
            Always::Company => About::Company(at(candidate.and_then(|c| c.company.as_ref()).ok_or_else(none)?)),
        };
        if !about.allows(then) {
            return Err(Fault::Invalid { field: "always".into(), why: "anybody may have an address there".into() });
        }
        Ok(Rule { id: Some(0), created_at: self.now(), ..Rule::of_policy(about, then) })
    }

    async fn decide(&self, verb: &'static str, planned: Vec<Planned>, at: Timestamp) -> Result<Decided, Fault> {
        let (own, set) = (self.snapshot().own.clone(), self.policy.policy().share_mode);
        let makes_rules = planned.iter().any(|plan| plan.rule.is_some());
        let mails: Vec<MailId> = planned.iter().map(|plan| plan.glance.mail.id).collect();
        let decided = self.store.ledger.write(move |db| {
            let decision = review::add_decision(db, verb, at)?;
            let (mut reviews, mut met, mut practised) = (Vec::with_capacity(planned.len()), BTreeSet::new(), false);
            for plan in &planned {
                let Glance { subject, mail, finding, accounts } = &plan.glance;
                if matches!(plan.act, Act::Share { .. }) && review::key_is_taken(db, subject)? {
                    return Err(StoreFault::KeyTaken);
                }
                let context = Context {
                    at,
                    origin: Origin::User,
                    expected_rev: plan.rev,
                    decision: Some(decision),
                    triage: &finding.triage,
                };
                if let Some(row) = review::find(db, subject)? {
                    refuse_irrevocable(db, &row, &plan.act)?;
                }
                reviews.push(apply(db, subject, &plan.act, &context)?);
                if let Some(rule) = &plan.rule {
                    rule::put(db, rule, Some(decision))?;
                }
                if matches!(plan.act, Act::Share { .. } | Act::KeepPrivate) {
                    let people = mail.participants.iter().map(|p| p.person.address.clone());
                    let others: Vec<_> = people.filter(|address| !own.contains(address)).collect();
                    met.extend(acquaintance::meet(db, subject.connection, &others)?);
                    for account in accounts {
                        practised |= account::count_decided(db, *account, set, at)?;
                    }
                }
            }
            Ok((Decided { decision, reviews, release_at: None }, met, practised))
        });
        let (decided, met, practised) = decided.await?;
        self.bus.changed(&[Tag::Review, Tag::Queue]);
        if makes_rules {
            self.bus.changed(&[Tag::Rules]);
        }
        self.follow(mails, met, makes_rules || practised);
        Ok(decided)
    }

    /// Holds what a decision bears on against the rules again, behind the decision's back: the same conversations, mail
    /// with the people who are known now, and what the rules are about that came or went with it.
    fn follow(&self, mails: Vec<MailId>, met: BTreeSet<Address>, rules: bool) {
        let engine = self.clone();
        self.track(async move {
            // The rules first, and by themselves: what the rep has just forbidden must hold whatever else goes wrong.
            let ruled = if rules { engine.rules_changed().await } else { Ok(()) };
            for fault in [ruled, engine.retriage_related(mails, met).await].into_iter().filter_map(Result::err) {
                tracing::warn!(%fault, "mail could not be held against the rules again");
            }
        });
    }

    async fn retriage_related(&self, mails: Vec<MailId>, met: BTreeSet<Address>) -> Result<(), Fault> {
        let related = self.store.cache.read(move |db| {
            let mut related = participant::mails_with(db, &met)?;
            for id in mails {
                let row = mail::find(db, &id)?;
                related.extend(row.map(|row| mail::of_thread(db, row)).transpose()?.into_iter().flatten());
            }
            Ok(related)
        });
        self.retriage_all(related.await?.into_iter().collect()).await
    }

    /// Takes back what a decision did to each mail it still stands for, and the rule it made: what that replaced is back.
    /// Mail that is in the CRM already is left alone; the answer tells its state.
    pub async fn undo(&self, decision: i64) -> Result<Vec<ReviewRow>, Fault> {
        let at = self.now();
        let undone = self.store.ledger.write(move |db| {
            let rows = review::of_decision(db, decision)?;
            let undo = |row: ReviewRow| match command(db, &row, &Act::Undo, at) {
                Err(StoreFault::Refused(_)) => Ok(row),
                other => other,
            };
            let undone = rows.into_iter().map(undo).collect::<Result<Vec<_>, _>>()?;
            Ok((undone, rule::remove_of(db, decision)?))
        });
        let (undone, rules) = undone.await?;
        self.bus.changed(&[Tag::Review, Tag::Queue]);
        if rules {
            self.bus.changed(&[Tag::Rules]);
        }
        match (undone.is_empty(), rules) {
            (true, false) => return Err(Fault::NoSuch("decision")),
            // Where a rule was all that was said, its mail is what the rep looks for.
            (true, true) => self.rules_changed().await?,
            _ => self.follow(undone.iter().map(|row| row.subject.mail).collect(), BTreeSet::new(), rules),
        }
        Ok(undone)
    }

    /// Ends a grace period or a wait now. A CRM that asked for a wait gets it all the same.
    pub async fn send_now(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        let now = self.now();
        let row = self.act_on(id, Act::SendNow { now }).await?;
        if row.review.fault.as_ref().is_none_or(|fault| fault.retry_after.is_none()) {
            self.holds.end(row.subject.connection);
            self.outbox.notify_one();
        }
        Ok(row)
    }

    /// Tries again, unchanged, what a CRM refused.
    pub async fn retry(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.connection_of(id).await?;
        self.act_on(id, Act::Retry).await
    }

    /// Keeps a queued mail from leaving.
    pub async fn cancel(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.carry_out(id, move |db, row, at| command(db, row, &Act::KeepPrivate, at)).await
    }

    /// Takes the rep's word for it that a mail that may be in the CRM is there.
    pub async fn say_logged(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.connection_of(id).await?;
        self.act_on(id, Act::SayLogged).await
    }

    /// Takes a logged mail back from the CRM.
    pub async fn retract(&self, id: ReviewId) -> Result<ReviewRow, Fault> {
        self.connection_of(id).await?;
        self.carry_out(id, move |db, row, at| command(db, row, &Act::Retract, at)).await
    }

    /// Where it was shared to, as long as that is there.
    async fn connection_of(&self, id: ReviewId) -> Result<Connection, Fault> {
        let read = self.store.ledger.read(move |db| {
            let row = review::get(db, id)?;
            Ok(connection::get(db, row.subject.connection)?)
        });
        read.await.map_err(no_such_review)?.ok_or(Fault::NoSuch("connection"))
    }

    pub(crate) async fn act_on(&self, id: ReviewId, what: Act) -> Result<ReviewRow, Fault> {
        self.carry_out(id, move |db, row, at| act(db, row, &what, at)).await
    }

    async fn carry_out(
        &self,
        id: ReviewId,
        work: impl FnOnce(&Db, &ReviewRow, Timestamp) -> Result<ReviewRow, StoreFault> + Send + 'static,
    ) -> Result<ReviewRow, Fault> {
        let at = self.now();
        let done = self.store.ledger.write(move |db| {
            let row = review::get(db, id)?;
            work(db, &row, at)
        });
        let row = done.await.map_err(no_such_review)?;
        self.bus.changed(&[Tag::Queue, Tag::History, Tag::Review]);
        self.outbox.notify_one();
        Ok(row)
    }
}

pub(crate) fn no_such_review(fault: StoreFault) -> Fault {
    match fault {
        StoreFault::Missing => Fault::NoSuch("review"),
        other => other.into(),
    }
}

/// An act of the rep's on a mail that has been decided on: the triage plays no part in it any more.
fn act(db: &Db, row: &ReviewRow, act: &Act, at: Timestamp) -> Result<ReviewRow, StoreFault> {
    let put_off = row.review.snoozed_until.is_some() || row.review.included;
    if row.review.state.is_none_or(|state| state == State::Pending) && !put_off {
        return Err(Refusal::NotFrom { act: act.name(), state: State::Pending }.into());
    }
    let context = Context::rep(at);
    apply(db, &row.subject, act, &context)
}

/// The same, where the rep is told at once what can't be had.
fn command(db: &Db, row: &ReviewRow, what: &Act, at: Timestamp) -> Result<ReviewRow, StoreFault> {
    refuse_irrevocable(db, row, what)?;
    act(db, row, what, at)
}

/// Nothing is promised to be taken back that the CRM keeps, or whose number there is not known.
fn refuse_irrevocable(db: &Db, row: &ReviewRow, what: &Act) -> Result<(), StoreFault> {
    if !row.review.is_taken_back_by(what) {
        return Ok(());
    }
    let unlogs = connection::identity(db, row.subject.connection)?.is_some_and(|identity| identity.can_unlog);
    let is_there = matches!(row.review.state, Some(State::Logged | State::RetractFailed));
    let hopeless = (is_there || *what != Act::Retract) && !row.review.is_revocable(unlogs);
    if hopeless { Err(Refusal::Irrevocable.into()) } else { Ok(()) }
}

fn glance(db: &Db, seen: &Seen) -> Result<Glance, StoreFault> {
    let mail = mail::get(db, seen.mail)?;
    let subject = Subject { connection: seen.connection, mail: mail.id };
    let finding = triage::get(db, seen.mail, seen.connection)?.ok_or(StoreFault::Missing)?;
    let accounts = mail_account::of_mail(db, seen.mail)?;
    Ok(Glance { subject, mail, finding, accounts })
}

impl From<Opened> for Glance {
    fn from(Opened { subject, mail, finding, accounts, .. }: Opened) -> Self {
        Self { subject, mail, finding, accounts }
    }
}

#[cfg(test)]
mod tests;
