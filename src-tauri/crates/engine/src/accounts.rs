//! The rep's commands about mailboxes: find out, sign in, test, connect, change, pause, remove.

mod remove;
pub(crate) mod revoke;
mod sending;

use std::sync::Arc;

use otomo_domain::account::{Account, AccountId, AccountSettings, Source};
use otomo_domain::address::Address;
use otomo_domain::detect::{Detected, Offer, Watcher, looks_shared};
use otomo_domain::error::OAuthFault;
use otomo_domain::oauth::Purpose;
use otomo_domain::ports::{Attempt, Authorisation};
use otomo_domain::secret::SecretString;
use otomo_domain::sync::{Folder, Survey};
use otomo_domain::time::Timestamp;
use otomo_store::table::{account, folder, secret};

use crate::credential::{PASSWORD, Proof, SMTP_PASSWORD, owner};
use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::sign_in::{Chain, REFRESH_TOKEN};
use crate::steps::{self, Found, Steps};

/// A mailbox to test or to connect.
pub struct NewAccount {
    pub address: Address,
    pub source: Source,
    pub import_since: Option<Timestamp>,
    pub settings: AccountSettings,
    pub proof: Proof,
}

impl NewAccount {
    /// The account as it would be, before it has a number.
    fn unsaved(&self, now: Timestamp) -> Account {
        Account {
            id: AccountId(0),
            address: self.address.clone(),
            source: self.source.clone(),
            import_since: self.import_since,
            connected_at: now,
            paused: false,
            settings: self.settings.clone(),
        }
    }
}

/// What to ask a provider for.
pub struct SignInWish {
    pub provider: String,
    pub purpose: Purpose,
    pub sends: bool,
    /// Whom the page should offer first.
    pub address: Option<Address>,
}

/// A sign-in that has come to its end.
pub struct Authorised {
    /// By which it is named when the account is tested and saved.
    pub ticket: u64,
    pub address: Option<Address>,
    /// What was asked for and not given.
    pub missing: Vec<String>,
}

impl Engine {
    /// Finds out how an address can be connected. `None` if the text is no address.
    pub async fn detect(&self, typed: &str, watcher: &dyn Watcher) -> Option<Detected> {
        let (address, normalised) = Detected::address(typed)?;
        let verdict = self.detector.detect(&address, &self.policy.policy(), watcher).await;
        Some(Detected { looks_shared: looks_shared(&address), address, normalised, verdict })
    }

    /// The mailboxes that another mail program of this computer is set up for, without those that are connected here.
    pub async fn found_here(&self) -> Result<Vec<(Address, Offer)>, Fault> {
        let (detector, policy) = (Arc::clone(&self.detector), self.policy.policy());
        let found = tokio::task::spawn_blocking(move || detector.found_here(&policy)).await.unwrap_or_default();
        let connected = self.accounts().await?;
        Ok(found.into_iter().filter(|(address, _)| !connected.iter().any(|a| a.address == *address)).collect())
    }

    /// Begins a sign-in in the browser.
    pub async fn begin_sign_in(&self, wish: &SignInWish) -> Result<Box<dyn Attempt>, Fault> {
        let provider = self.provider(&wish.provider)?;
        let scopes = provider.scopes.asked(wish.purpose, wish.sends);
        let further = provider.scopes.further(wish.purpose, wish.sends);
        let asked = Authorisation { scopes, further, login_hint: wish.address.clone() };
        Ok(self.oauth.begin(&provider, asked).await?)
    }

    /// Waits until the rep has signed in, and keeps the sign-in for the account it is meant for.
    pub async fn finish_sign_in(&self, wish: &SignInWish, attempt: Box<dyn Attempt>) -> Result<Authorised, Fault> {
        let provider = self.provider(&wish.provider)?;
        let signed_in = attempt.finish().await?;
        let asked = provider.scopes.asked(wish.purpose, wish.sends);
        let missing = missing(&asked, signed_in.tokens.scopes.as_deref());
        let address = signed_in.address.clone();
        let chain = Chain::fresh(Arc::clone(&self.oauth), Arc::clone(&self.clock), provider, signed_in);
        Ok(Authorised { ticket: self.sign_ins.wait(chain), address, missing })
    }

    /// Tests a mailbox and saves nothing; how far it has come is told to `steps`.
    pub async fn test_account(&self, new: &NewAccount, steps: Option<&Steps>) -> Result<Found, Fault> {
        let unsaved = new.unsaved(self.now());
        self.allowed(&unsaved)?;
        self.test(&unsaved, &new.proof, steps).await
    }

    /// The same for an account that is there already, as it would be after a change.
    pub(crate) async fn test(&self, account: &Account, proof: &Proof, steps: Option<&Steps>) -> Result<Found, Fault> {
        let source = self.source(account, proof).await?;
        let sender = self.sender(account, proof).await?;
        Ok(steps::test(&*source, sender.as_deref(), &account.address, steps).await?)
    }

    /// How much is in each folder of a mailbox, and how much of it came since each of these times.
    pub async fn survey(&self, new: &NewAccount, since: &[Timestamp]) -> Result<Vec<(Folder, Option<Survey>)>, Fault> {
        let source = self.source(&new.unsaved(self.now()), &new.proof).await?;
        let mut session = source.open(&()).await?;
        let mut surveys = Vec::new();
        for folder in session.folders().await? {
            let survey = session.survey(&folder, since).await?;
            surveys.push((folder, survey));
        }
        session.close().await;
        Ok(surveys)
    }

    /// Tests and saves a mailbox, and starts capturing it. Sending that doesn't work is no obstacle: it is saved, and can
    /// be tried again alone.
    pub async fn add_account(&self, new: NewAccount) -> Result<AccountId, Fault> {
        self.test_account(&new, None).await?;
        let refresh = self.brought_refresh_token(&new.proof).await?;
        let unsaved = new.unsaved(self.now());
        let proof = new.proof.clone();
        let saved = self.store.ledger.write(move |db| {
            if account::with_address(db, &unsaved.address)?.is_some() {
                return Ok(None);
            }
            let id = account::add(db, &unsaved)?;
            keep_secrets(db, id, &proof, refresh.as_ref())?;
            Ok(Some(id))
        });
        let id = saved.await?.ok_or(Fault::AlreadyConnected)?;
        self.took(&new.proof);
        self.rules_changed().await?;
        self.start_account(id);
        self.bus.changed(&[Tag::Accounts]);
        Ok(id)
    }

    /// Changes an account after the server has accepted it as it will be, and lets it go on. What was captured and
    /// decided stays.
    pub async fn change_account(
        &self,
        id: AccountId,
        proof: Proof,
        change: impl FnOnce(&mut Account),
    ) -> Result<Found, Fault> {
        let mut account = self.account(id).await?;
        change(&mut account);
        self.allowed(&account)?;
        let found = self.test(&account, &proof, None).await?;
        let refresh = self.brought_refresh_token(&proof).await?;
        let kept = proof.clone();
        let now = self.now();
        let saved = self.store.ledger.write(move |db| {
            let known = save(db, account, now)?;
            if known {
                keep_secrets(db, id, &kept, refresh.as_ref())?;
            }
            Ok(known)
        });
        if !saved.await? {
            return Err(Fault::NoSuch("account"));
        }
        self.took(&proof);
        if proof.password.is_some() || proof.ticket.is_some() {
            // Only then: two chains of one sign-in would show the provider one refresh token twice.
            self.sign_ins.forget(&owner(id));
        }
        self.wake_account(id);
        self.bus.changed(&[Tag::Accounts]);
        Ok(found)
    }

    /// Changes what the server needn't be asked about: role, share mode, folders, since when, sender addresses.
    pub async fn adjust_account(&self, id: AccountId, adjust: impl FnOnce(&mut Account)) -> Result<(), Fault> {
        let mut account = self.account(id).await?;
        let before = account.import_since;
        adjust(&mut account);
        self.allowed(&account)?;
        if reaches_further(account.import_since, before) {
            // Before the change itself: going through the past once too often costs nothing.
            self.store.cache.write(move |db| Ok(folder::rewind(db, id)?)).await?;
        }
        let now = self.now();
        let known = self.store.ledger.write(move |db| save(db, account, now)).await?;
        self.rules_changed().await?;
        self.wake_account(id);
        self.bus.changed(&[Tag::Accounts]);
        if known { Ok(()) } else { Err(Fault::NoSuch("account")) }
    }

    pub async fn pause_account(&self, id: AccountId, paused: bool) -> Result<(), Fault> {
        let known = self.store.ledger.write(move |db| Ok(account::set_paused(db, id, paused)?)).await?;
        self.wake_account(id);
        self.bus.changed(&[Tag::Accounts]);
        if known { Ok(()) } else { Err(Fault::NoSuch("account")) }
    }

    /// What the company's policy has against an account.
    fn allowed(&self, account: &Account) -> Result<(), Fault> {
        match self.policy.policy().objects(account) {
            Some(rule) => Err(Fault::Policy(rule)),
            None => Ok(()),
        }
    }

    /// The provider at which a waiting sign-in was made.
    pub fn provider_of_ticket(&self, ticket: u64) -> Result<String, Fault> {
        let chain = self.sign_ins.waiting(ticket).ok_or(Fault::NoSuch("sign-in"))?;
        Ok(chain.provider.name.clone())
    }

    async fn brought_refresh_token(&self, proof: &Proof) -> Result<Option<SecretString>, Fault> {
        let Some(ticket) = proof.ticket else { return Ok(None) };
        let chain = self.sign_ins.waiting(ticket).ok_or(Fault::NoSuch("sign-in"))?;
        Ok(chain.refresh_token().await?)
    }

    fn took(&self, proof: &Proof) {
        self.took_ticket(proof.ticket);
    }
}

/// Writes a changed account. False if it is gone.
fn save(db: &otomo_store::Connection, mut account: Account, now: Timestamp) -> Result<bool, otomo_store::StoreFault> {
    let Some(before) = account::get(db, account.id)? else { return Ok(false) };
    account.settings.take_over_from(&before.settings, now);
    Ok(account::change(db, &account)?)
}

/// Keeps what the rep brought along. A sign-in takes the place of a password, and the other way round.
fn keep_secrets(
    db: &otomo_store::Connection,
    id: AccountId,
    proof: &Proof,
    refresh: Option<&SecretString>,
) -> Result<(), otomo_store::StoreFault> {
    let owner = owner(id);
    if let Some(password) = &proof.password {
        secret::set(db, &owner, PASSWORD, password)?;
        secret::remove(db, &owner, REFRESH_TOKEN)?;
    }
    if let Some(refresh) = refresh {
        secret::set(db, &owner, REFRESH_TOKEN, refresh)?;
        secret::remove(db, &owner, PASSWORD)?;
    }
    if let Some(password) = &proof.smtp_password {
        secret::set(db, &owner, SMTP_PASSWORD, password)?;
    }
    Ok(())
}

/// Whether mail is wanted that was not wanted before.
fn reaches_further(since: Option<Timestamp>, before: Option<Timestamp>) -> bool {
    before.is_some_and(|before| since.is_none_or(|since| since < before))
}

/// Scopes that were asked for and not given. A provider that doesn't list what it gave has given everything
/// (RFC 6749 §5.1).
fn missing(asked: &[String], given: Option<&[String]>) -> Vec<String> {
    // Providers leave these out of the list, or write them in another way.
    const UNLISTED: &[&str] = &["openid", "email", "profile", "offline_access"];
    let Some(given) = given else { return Vec::new() };
    let has = |scope: &String| given.iter().any(|g| g == scope) || UNLISTED.contains(&scope.as_str());
    asked.iter().filter(|scope| !has(scope)).cloned().collect()
}

impl From<OAuthFault> for Fault {
    fn from(fault: OAuthFault) -> Self {
        Self::Mail(fault.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_that_was_unticked_is_found_missing() {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let asked = texts(&["openid", "email", "https://mail.google.com/"]);
        assert_eq!(missing(&asked, None), [""; 0]);
        assert_eq!(missing(&asked, Some(&texts(&["openid", "https://mail.google.com/"]))), [""; 0]);
        assert_eq!(missing(&asked, Some(&texts(&["openid", "email"]))), ["https://mail.google.com/"]);
    }
}
