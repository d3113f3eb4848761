//! What rules, modes and the contact index say of a mail, now and when they change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use otomo_domain::account::{Account, AccountId, ConnectionId, ShareMode};
use otomo_domain::address::Address;
use otomo_domain::connector::Identity;
use otomo_domain::digest::Digest;
use otomo_domain::judge::{Facts, Judgement, Stance, Standards, ThreadFacts, judge};
use otomo_domain::mail::{Direction, Mail, Participant};
use otomo_domain::matching::{Candidate, Hit, candidates};
use otomo_domain::payload::Payload;
use otomo_domain::policy::Policy;
use otomo_domain::review::Review;
use otomo_domain::rules::{Exclusion, Rule, RuleBook};
use otomo_domain::sharing::Sharing;
use otomo_domain::time::Timestamp;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::Subject;
use otomo_store::table::triage::Finding;
use otomo_store::table::{
    account, acquaintance, alias, born, connection, contact, mail, mail_account, place, rule, setting, thread, triage,
};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::fault::Fault;

/// Everything a mail is held against besides the contact index. Replaced as a whole when a part of it changes.
#[derive(Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The rep's addresses.
    pub own: Vec<Address>,
    /// What holds at each connection.
    pub connections: BTreeMap<ConnectionId, Standards>,
    /// How each account shares.
    pub sharing: BTreeMap<AccountId, Sharing>,
    /// When the first of the rules ends.
    pub until: Option<Timestamp>,
}

/// The setting that has the mode which the policy sets, `null` where it sets none any more, and since when.
pub(crate) const POLICY_MODE: &str = "policy_mode";

impl Snapshot {
    pub(crate) fn digest(&self) -> Digest {
        let standards = |(id, s): (&ConnectionId, &Standards)| {
            let stances: Vec<_> = s.accounts.iter().collect();
            serde_json::json!([id, s.book.rules(), stances])
        };
        let connections: Vec<_> = self.connections.iter().map(standards).collect();
        Digest::of(serde_json::json!([self.own, connections]).to_string().as_bytes())
    }

    /// How mail of these accounts is shared: the strictest of each.
    pub fn sharing_of(&self, accounts: &[AccountId]) -> Sharing {
        Sharing::strictest(accounts.iter().filter_map(|id| self.sharing.get(id)))
    }

    /// When mail of these accounts that goes by itself is released, decided on at `now`.
    pub fn release_auto(&self, accounts: &[AccountId], now: Timestamp, least: Duration, offset: i32) -> Timestamp {
        let all: Vec<&Sharing> = accounts.iter().filter_map(|id| self.sharing.get(id)).collect();
        Sharing::release_auto(&all, now, least, offset)
    }
}

/// How an account shares, as the policy and the rep have it together. `set` is when the policy last set the mode or left
/// it to the rep; what arrived before `begun` is past mail whatever the account.
fn stance(account: &Account, policy: &Policy, set: Option<Timestamp>, begun: Timestamp) -> Stance {
    let settings = &account.settings;
    let mode = policy.share_mode.or(settings.share_mode);
    let past_before = account.connected_at.max(begun);
    Stance {
        mode,
        fixed: policy.share_mode.is_some(),
        past_before: settings.widened_at.map_or(past_before, |widened| past_before.max(widened)),
        mode_since: settings.mode_since.unwrap_or(account.connected_at).max(set.unwrap_or(Timestamp(0))),
        sent_too: settings.sharing.sent_too,
        practising: mode == Some(ShareMode::Share) && settings.practice_left() > 0,
        targets: settings.sharing.targets.clone(),
    }
}

impl Engine {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace_snapshot(&self, fresh: Snapshot) {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
    }

    /// Accounts, rules and connections as they are now.
    pub(crate) async fn fresh_snapshot(&self) -> Result<Snapshot, Fault> {
        let (policy, now) = (self.policy.policy(), self.now());
        let born = self.store.cache.write(move |db| Ok(born::since(db, now)?)).await?;
        let fresh = self.store.ledger.read(move |db| {
            let accounts = account::list(db)?;
            let identities: Vec<_> = connection::list(db)?
                .into_iter()
                .map(|c| Ok((c.id, c.created_at, connection::identity(db, c.id)?.unwrap_or_default())))
                .collect::<Result<_, StoreFault>>()?;
            let mut own: Vec<Address> = accounts
                .iter()
                .flat_map(|a| std::iter::once(&a.address).chain(a.settings.senders.iter().map(|s| &s.address)))
                .cloned()
                .chain(identities.iter().filter_map(|(_, _, identity)| identity.email.clone()))
                .collect();
            own.sort();
            own.dedup();
            let set = policy_mode(db)?.map(|(_, since)| since);
            let stances = |begun| accounts.iter().map(|a| (a.id, stance(a, &policy, set, begun))).collect();
            // A rule that has ended is not there any more: its end changes the snapshot as its removal would.
            let own_rules = rule::list(db)?.into_iter().filter(|rule| rule.holds_at(now));
            let general: Vec<Rule> = policy.rules().into_iter().chain(own_rules).collect();
            let until = general.iter().filter_map(|rule| rule.expires_at).min();
            let standards = |(id, created_at, identity): (ConnectionId, Timestamp, Identity)| {
                let stated = identity.deny.iter().filter_map(|(kind, value)| Rule::denying(kind, value));
                let book = RuleBook::new(stated.chain(general.iter().cloned()).collect());
                (id, Standards { own: own.clone(), book, accounts: stances(born.max(created_at)) })
            };
            let connections = identities.into_iter().map(standards).collect();
            let sharing = accounts.into_iter().map(|a| (a.id, a.settings.sharing)).collect();
            Ok(Snapshot { own, connections, sharing, until })
        });
        Ok(fresh.await?)
    }
}

/// The mode that the policy last set, or that it sets none any more, and since when; `None` if it never set one.
pub(crate) fn policy_mode(db: &Db) -> Result<Option<(Option<ShareMode>, Timestamp)>, StoreFault> {
    let said = setting::get(db, POLICY_MODE)?;
    Ok(said.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Engine {
    /// Judges a kept mail now. `mail` is as the caller read it, from the cache's columns or from its bytes.
    pub(crate) async fn judge(&self, row: MailRow, connection: ConnectionId, mail: Mail) -> Result<Judgement, Fault> {
        self.judged(connection, move |db| Known::of(db, row, mail)).await
    }

    /// Judges a mail of which a payload was frozen. If it is not here any more, that tells most of what rules look at.
    pub(crate) async fn judge_kept_or_gone(&self, subject: &Subject, payload: &Payload) -> Result<Judgement, Fault> {
        let id = subject.mail;
        let kept = self.store.cache.read(move |db| {
            let row = mail::find(db, &id)?;
            row.map(|row| Ok::<_, StoreFault>((row, mail::get(db, row)?))).transpose()
        });
        match kept.await? {
            Some((row, mail)) => self.judge(row, subject.connection, mail).await,
            None => {
                let mail = payload.mail(id);
                self.judged(subject.connection, move |db| Known::gone(db, mail)).await
            }
        }
    }

    async fn judged(
        &self,
        connection: ConnectionId,
        known: impl FnOnce(&Db) -> Result<Known, StoreFault> + Send + 'static,
    ) -> Result<Judgement, Fault> {
        let (snapshot, now) = (self.snapshot(), self.now());
        let judged = self.store.cache.read(move |db| {
            let standards = snapshot.connections.get(&connection).ok_or(StoreFault::Missing)?;
            Ok(known(db)?.judged(db, connection, standards, now)?.0)
        });
        judged.await.map_err(crate::preview::no_such_mail)
    }

    /// Whether the rep has overruled this exclusion for the mail, and may.
    pub(crate) fn is_overruled(&self, review: &Review, why: &Exclusion) -> bool {
        review.included && why.may_be_overruled(self.policy.policy().never_log.user_override)
    }
}

/// What a mail is at each connection. Call it inside the transaction that writes the answer: a snapshot that is replaced
/// meanwhile is taken in by the sweep that follows its replacement.
fn examine(
    db: &Db,
    row: MailRow,
    mail: Mail,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Result<Vec<(ConnectionId, Finding)>, StoreFault> {
    let known = Known::of(db, row, mail)?;
    let find = |(connection, standards): (&ConnectionId, &Standards)| {
        Ok((*connection, known.finding(db, *connection, standards, now)?))
    };
    snapshot.connections.iter().map(find).collect()
}

/// Examines a mail that has just been kept. Another one with its Message-ID is not alone any more.
pub(crate) fn examine_new(
    db: &Db,
    row: MailRow,
    mail: Mail,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Result<Vec<(ConnectionId, Finding)>, StoreFault> {
    for twin in mail::twins(db, &mail.id)? {
        retriage(db, twin, snapshot, now)?;
    }
    examine(db, row, mail, snapshot, now)
}

/// Examines a kept mail again.
pub(crate) fn retriage(db: &Db, row: MailRow, snapshot: &Snapshot, now: Timestamp) -> Result<(), StoreFault> {
    for (connection, fresh) in examine(db, row, mail::get(db, row)?, snapshot, now)? {
        if triage::get(db, row, connection)?.as_ref() != Some(&fresh) {
            triage::set(db, row, connection, &fresh)?;
        }
    }
    Ok(())
}

/// A mail with where it lies.
pub(crate) struct Known {
    /// `None` for one that is not here any more.
    row: Option<MailRow>,
    pub mail: Mail,
    pub accounts: Vec<AccountId>,
    folders: Vec<String>,
    arrived: Timestamp,
    twin: bool,
}

impl Known {
    pub(crate) fn of(db: &Db, row: MailRow, mail: Mail) -> Result<Self, StoreFault> {
        let (received, folders) = place::of_mail(db, row)?;
        let arrived = received.map_or(mail.date, |received| received.min(mail.date));
        let (accounts, twin) = (mail_account::of_mail(db, row)?, mail::has_twin(db, &mail.id)?);
        Ok(Self { row: Some(row), mail, accounts, folders, arrived, twin })
    }

    fn gone(db: &Db, mail: Mail) -> Result<Self, StoreFault> {
        let (arrived, twin) = (mail.date, mail::has_twin(db, &mail.id)?);
        Ok(Self { row: None, mail, accounts: Vec::new(), folders: Vec::new(), arrived, twin })
    }

    /// What is kept of the answer.
    pub(crate) fn finding(
        &self,
        db: &Db,
        connection: ConnectionId,
        standards: &Standards,
        now: Timestamp,
    ) -> Result<Finding, StoreFault> {
        let (Judgement { triage, advice, .. }, candidates) = self.judged(db, connection, standards, now)?;
        Ok(Finding { triage, candidates, advice })
    }

    /// What it is at a connection, how that came about, and the records it may be logged to.
    pub(crate) fn judged(
        &self,
        db: &Db,
        connection: ConnectionId,
        standards: &Standards,
        now: Timestamp,
    ) -> Result<(Judgement, Vec<Candidate>), StoreFault> {
        let threads = standards.book.is_about_threads();
        self.weighed(db, connection, &standards.own, threads, |facts| judge(facts, standards, now))
    }

    /// What `weigh` says of all that is known of it at a connection, and the records it may be logged to. `threads`: rules
    /// about conversations are asked.
    pub(crate) fn weighed<T>(
        &self,
        db: &Db,
        connection: ConnectionId,
        own: &[Address],
        threads: bool,
        weigh: impl FnOnce(&Facts<'_>) -> T,
    ) -> Result<(T, Vec<Candidate>), StoreFault> {
        let candidates = matches(db, connection, &self.mail.participants, own)?;
        let thread = self.thread(db, connection, threads, !candidates.is_empty())?;
        let facts = Facts {
            connection,
            mail: &self.mail,
            outgoing: self.mail.direction(own) == Direction::Outgoing,
            arrived: self.arrived,
            accounts: &self.accounts,
            folders: &self.folders,
            candidates: &candidates,
            first_contact: is_first_contact(db, connection, &candidates)?,
            thread: &thread,
            twin: self.twin,
        };
        Ok((weigh(&facts), candidates))
    }

    /// What is known of its conversation, as far as anything asks for it: a conversation may be thousands of mails long.
    /// What was decided about the others counts only for a mail that matched.
    fn thread(
        &self,
        db: &Db,
        connection: ConnectionId,
        threads: bool,
        matched: bool,
    ) -> Result<ThreadFacts, StoreFault> {
        let Some(row) = self.row else { return Ok(ThreadFacts::default()) };
        let decided = if matched { thread::facts(db, connection, row)? } else { ThreadFacts::default() };
        let mails = if threads { thread::others(db, row)? } else { BTreeSet::new() };
        Ok(ThreadFacts { mails, ..decided })
    }
}

/// The records that the people of a mail are, by the index and by what the rep said.
pub(crate) fn matches(
    db: &Db,
    connection: ConnectionId,
    people: &[Participant],
    own: &[Address],
) -> Result<Vec<Candidate>, StoreFault> {
    let failed: RefCell<Option<StoreFault>> = RefCell::new(None);
    let index = |address: &Address| -> Vec<Hit> {
        let hits = contact::hits(db, connection, address);
        let both = hits.and_then(|hits| Ok(hits.into_iter().chain(alias::hits(db, connection, address)?).collect()));
        both.unwrap_or_else(|error| {
            failed.replace(Some(error.into()));
            Vec::new()
        })
    };
    let candidates = candidates(people, own, index);
    failed.into_inner().map_or(Ok(candidates), Err)
}

/// Whether nobody who matched has been in a mail that was decided on.
fn is_first_contact(db: &Db, connection: ConnectionId, candidates: &[Candidate]) -> Result<bool, StoreFault> {
    for reason in candidates.iter().flat_map(|candidate| &candidate.reasons) {
        if acquaintance::is_known(db, connection, &reason.address)? {
            return Ok(false);
        }
    }
    Ok(!candidates.is_empty())
}

#[cfg(test)]
mod tests;
