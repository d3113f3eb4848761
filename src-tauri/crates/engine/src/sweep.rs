//! A change of what mail is held against → the mail that it can make a difference to, held against it again.
//!
//! What all mail has been held against is noted at the end, so that a start finishes a sweep that a crash broke off. The
//! note goes before the rules change: it stands only while no mail is left that other rules were asked about.

use std::collections::{BTreeMap, BTreeSet};

use otomo_domain::account::AccountId;
use otomo_domain::fold::fold;
use otomo_domain::judge::Stance;
use otomo_domain::policy::Policy;
use otomo_domain::rules::{About, Rule};
use otomo_domain::time::Timestamp;
use otomo_store::table::mail::MailRow;
use otomo_store::table::{mail, mail_account, participant, place, setting, thread, triage};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::triage::{POLICY_MODE, Snapshot, policy_mode, retriage};

/// The setting that names the snapshot which all mail has been held against.
const SWEPT: &str = "swept";

/// How much is held against the rules in one transaction.
const STEP: usize = 500;

/// With more parts than this it costs less to go through everything.
const MANY: usize = 100;

/// What of the mail a change can make a difference to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reach {
    Everything,
    Parts(BTreeSet<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    About(About),
    /// What matched: of the rest an account's mode says nothing.
    MatchedOf(AccountId),
}

impl Engine {
    /// Takes a change of rules, accounts or connections in: the mail it is about is held against it again.
    pub async fn rules_changed(&self) -> Result<(), Fault> {
        // Before its turn comes: whatever is about to leave is held against them at once, however long a sweep takes.
        self.read_rules().await?;
        let mut under_way = self.sweeping.lock().await;
        let further = self.unswept.lock().await.take();
        *under_way = Reach::and(under_way.take(), further);
        let Some(reach) = under_way.clone() else { return Ok(()) };
        self.sweep(reach).await?;
        *under_way = None;
        Ok(())
    }

    /// Reads the rules anew, and notes what of the mail their change can make a difference to.
    async fn read_rules(&self) -> Result<(), Fault> {
        // One after the other: rules that were read earlier never take the place of later ones.
        let mut unswept = self.unswept.lock().await;
        let (before, fresh) = (self.snapshot(), self.fresh_snapshot().await?);
        if *before == fresh {
            return Ok(());
        }
        self.store.ledger.write(|db| Ok(setting::remove(db, SWEPT)?)).await?;
        *unswept = Reach::and(unswept.take(), Some(Reach::between(&before, &fresh)));
        self.replace_snapshot(fresh);
        Ok(())
    }

    /// Reads the rules at the start, and finishes a sweep that a crash broke off.
    pub(crate) async fn catch_up(&self) -> Result<(), Fault> {
        let mut under_way = self.sweeping.lock().await;
        let (policy, now) = (self.policy.policy(), self.now());
        self.store.ledger.write(move |db| note_mode(db, &policy, now)).await?;
        let fresh = self.fresh_snapshot().await?;
        self.replace_snapshot(fresh);
        let finished = self.store.ledger.read(|db| Ok(setting::get(db, SWEPT)?)).await?;
        if finished == Some(self.snapshot().digest().to_string()) {
            // What was swept is not yet what was taken back.
            return self.retract_forbidden().await;
        }
        // Broken off now, it must not look finished to a start with the rules before these.
        self.store.ledger.write(|db| Ok(setting::remove(db, SWEPT)?)).await?;
        *under_way = Some(Reach::Everything);
        self.sweep(Reach::Everything).await?;
        *under_way = None;
        Ok(())
    }

    /// Lets go of the rules that have ended meanwhile.
    pub(crate) async fn end_rules(&self) -> Result<(), Fault> {
        let ended = self.snapshot().until.is_some_and(|end| end <= self.now());
        if ended { self.rules_changed().await } else { Ok(()) }
    }

    /// Holds mail against the rules again, and notes which rules these were.
    async fn sweep(&self, reach: Reach) -> Result<(), Fault> {
        let against = self.snapshot().digest().to_string();
        match reach {
            Reach::Everything => self.sweep_everything().await?,
            Reach::Parts(parts) => {
                // Where mail is written: what was kept against the old rules meanwhile is there before it is looked for.
                let rows = self.store.cache.write(move |db| rows(db, &parts)).await?;
                self.retriage_all(rows.into_iter().collect()).await?;
            }
        }
        self.note_swept(against).await?;
        self.retract_forbidden().await?;
        self.bus.changed(&[Tag::Review, Tag::Mail]);
        self.outbox.notify_one();
        Ok(())
    }

    /// Notes what all mail has been held against, unless the rules have changed again meanwhile.
    async fn note_swept(&self, against: String) -> Result<(), Fault> {
        let unswept = self.unswept.lock().await;
        if unswept.is_none() {
            self.store.ledger.write(move |db| Ok(setting::set(db, SWEPT, &against)?)).await?;
        }
        Ok(())
    }

    async fn sweep_everything(&self) -> Result<(), Fault> {
        let mut after = MailRow(0);
        loop {
            let (engine, now) = (self.clone(), self.now());
            let next = self.store.cache.write(move |db| {
                let rows = mail::rows_after(db, after, STEP)?;
                let snapshot = engine.snapshot();
                rows.iter().try_for_each(|row| retriage(db, *row, &snapshot, now))?;
                Ok(rows.last().copied())
            });
            match next.await? {
                Some(row) => after = row,
                None => return Ok(()),
            }
        }
    }

    /// Holds these mails against the rules again.
    pub(crate) async fn retriage_all(&self, rows: Vec<MailRow>) -> Result<(), Fault> {
        if rows.is_empty() {
            return Ok(());
        }
        for step in rows.chunks(STEP) {
            let (engine, now, step) = (self.clone(), self.now(), step.to_vec());
            let done = self.store.cache.write(move |db| {
                let snapshot = engine.snapshot();
                step.into_iter().try_for_each(|row| retriage(db, row, &snapshot, now))
            });
            done.await?;
        }
        self.bus.changed(&[Tag::Review, Tag::Mail]);
        self.outbox.notify_one();
        Ok(())
    }
}

/// Notes since when the policy has set the mode, or left it to the rep again: like the rep's own choice neither reaches
/// back.
fn note_mode(db: &Db, policy: &Policy, now: Timestamp) -> Result<(), StoreFault> {
    let known = policy_mode(db)?.and_then(|(mode, _)| mode);
    if known != policy.share_mode {
        setting::set(db, POLICY_MODE, &serde_json::json!([policy.share_mode, now]).to_string())?;
    }
    Ok(())
}

impl Reach {
    /// What one or the other reaches.
    fn and(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(Self::Parts(mut parts)), Some(Self::Parts(further))) => {
                parts.extend(further);
                Some(Self::Parts(parts))
            }
            (Some(_), Some(_)) => Some(Self::Everything),
            (one, other) => one.or(other),
        }
    }

    fn between(before: &Snapshot, after: &Snapshot) -> Self {
        if before.own != after.own || !before.connections.keys().eq(after.connections.keys()) {
            return Self::Everything;
        }
        let mut parts = BTreeSet::new();
        for (was, is) in before.connections.values().zip(after.connections.values()) {
            parts.extend(changed(was.book.rules(), is.book.rules()).map(Part::About));
            parts.extend(reconsidered(&was.accounts, &is.accounts));
        }
        if parts.len() > MANY { Self::Everything } else { Self::Parts(parts) }
    }
}

/// What one of the two says something else about than the other.
fn changed<'a>(was: &'a [Rule], is: &'a [Rule]) -> impl Iterator<Item = About> + use<'a> {
    let mut said: BTreeMap<&About, (Vec<&Rule>, Vec<&Rule>)> = BTreeMap::new();
    was.iter().for_each(|rule| said.entry(&rule.about).or_default().0.push(rule));
    is.iter().for_each(|rule| said.entry(&rule.about).or_default().1.push(rule));
    said.into_iter().filter(|(_, (was, is))| was != is).map(|(about, _)| about.clone())
}

/// Whose mail is to be looked at again because the account stands to sharing in another way.
fn reconsidered(was: &BTreeMap<AccountId, Stance>, is: &BTreeMap<AccountId, Stance>) -> Vec<Part> {
    let ids: BTreeSet<AccountId> = was.keys().chain(is.keys()).copied().collect();
    let part = |id: AccountId| {
        let (was, is) = (was.get(&id), is.get(&id));
        let targets = |stance: Option<&Stance>| stance.map(|stance| stance.targets.clone());
        // Where it may go decides what is out; the rest only what becomes of what matched.
        let all = targets(was) != targets(is);
        (was != is).then_some(if all { Part::About(About::Account(id)) } else { Part::MatchedOf(id) })
    };
    ids.into_iter().filter_map(part).collect()
}

/// The mail of these parts.
fn rows(db: &Db, parts: &BTreeSet<Part>) -> Result<BTreeSet<MailRow>, StoreFault> {
    let mut found = BTreeSet::new();
    for part in parts {
        match part {
            Part::MatchedOf(account) => found.extend(triage::matched_of(db, *account)?),
            Part::About(about) => found.extend(rows_about(db, about)?),
        }
    }
    Ok(found)
}

/// The mail that a rule about this can be about; some more does no harm.
fn rows_about(db: &Db, about: &About) -> Result<Vec<MailRow>, StoreFault> {
    Ok(match about {
        About::Address(address) => {
            let named = participant::mails_with(db, &BTreeSet::from([address.clone()]))?;
            named.into_iter().chain(participant::mails_unusual(db)?).collect()
        }
        About::Domain(domain) => {
            participant::mails_at(db, domain)?.into_iter().chain(participant::mails_unusual(db)?).collect()
        }
        About::Contact(record) | About::Company(record) => triage::mails_about(db, record)?,
        About::Thread(root) => thread::mails_of(db, *root)?,
        About::Account(account) => mail_account::mails_of(db, *account)?,
        About::List(list) => mail::of_list(db, list)?,
        About::Subject(word) => {
            let word = fold(word);
            mail::with_subject(db, |subject| fold(subject).contains(&word))?
        }
        About::Folder(folder) => {
            let folder = fold(folder);
            place::mails_in(db, |name| fold(name) == folder)?
        }
    })
}

#[cfg(test)]
mod tests;
