//! The end of an account.
//!
//! It is forgotten in the ledger first, together with its secrets; what it leaves in the cache is removed after that. The
//! ledger notes that mail is to go, so that a start after a crash finishes it. A sign-in at a provider is taken back
//! there too, as soon as the provider can be reached (`revoke`).

use otomo_domain::account::{Account, AccountId, ConnectionId, SignIn};
use otomo_domain::review::{Act, Review, State};
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::{self, ReviewRow, Subject};
use otomo_store::table::{account, folder, health, mail, mail_account, place, secret, setting};

use crate::credential::owner;
use crate::engine::{Engine, Task};
use crate::event::Tag;
use crate::fault::Fault;
use crate::sign_in::REFRESH_TOKEN;
use crate::status::Doing;

/// Before the account's number, in the name of the setting that its mail is to go.
const WIPE: &str = "wipe:";

/// How much is removed in one transaction.
const STEP: usize = 500;

impl Engine {
    /// Forgets an account and its secrets. What only this account has, and is still on its way, is kept private. `wipe`
    /// removes the mail that no other account has; `retract` takes back what was shared of it.
    pub async fn remove_account(&self, id: AccountId, wipe: bool, retract: bool) -> Result<(), Fault> {
        let account = self.account(id).await?;
        if retract {
            self.for_its_mail(id, false, |review| match review.state? {
                // What may have arrived is taken back as soon as that is known.
                State::Scheduled | State::Queued | State::FailedRetry | State::Uploading | State::Verifying => {
                    Some(Act::KeepPrivate)
                }
                State::Logged | State::RetractFailed => Some(Act::Retract),
                _ => None,
            })
            .await?;
        } else {
            let on_its_way = |state| matches!(state, State::Scheduled | State::Queued | State::FailedRetry);
            self.for_its_mail(id, true, |review| on_its_way(review.state?).then_some(Act::KeepPrivate)).await?;
        }
        self.forget_account(&account, wipe).await?;
        // A pass under way ends with what it has; the next one finds no account.
        let lane = self.lane(Task::Account(id));
        let _turn = lane.turn.lock().await;
        if wipe {
            self.wipe(id).await?;
        }
        self.store
            .cache
            .write(move |db| {
                folder::forget_account(db, id)?;
                Ok(health::forget_account(db, id)?)
            })
            .await?;
        self.rules_changed().await?;
        self.bus.changed(&[Tag::Accounts, Tag::Mail, Tag::Review, Tag::Queue]);
        Ok(())
    }

    async fn forget_account(&self, account: &Account, wipe: bool) -> Result<(), Fault> {
        let (id, provider) = (account.id, provider_of(account));
        self.store
            .ledger
            .write(move |db| {
                let owner = owner(id);
                if let (Some(provider), Some(token)) = (provider, secret::get(db, &owner, REFRESH_TOKEN)?) {
                    secret::set(db, &super::revoke::owner(&provider), &owner, &token)?;
                }
                secret::remove_all(db, &owner)?;
                if wipe {
                    setting::set(db, &to_wipe(id), "")?;
                }
                account::remove(db, id)?;
                Ok(())
            })
            .await?;
        self.sign_ins.forget(&owner(id));
        self.board.set_account(id, Doing::Starting);
        self.revocations.notify_one();
        Ok(())
    }

    /// Acts on what was decided about the account's mail; `only_its_own` leaves out mail that another account has as well.
    async fn for_its_mail(
        &self,
        id: AccountId,
        only_its_own: bool,
        act: impl Fn(&Review) -> Option<Act>,
    ) -> Result<(), Fault> {
        let connections: Vec<ConnectionId> = self.connections().await?.into_iter().map(|c| c.id).collect();
        let mut after = None;
        loop {
            let page = self.store.cache.read(move |db| {
                let page = mail_account::page(db, id, after, STEP)?;
                let mut ids = Vec::with_capacity(page.len());
                for at in &page {
                    if !only_its_own || !mail_account::has_other(db, at.mail, id)? {
                        ids.push(mail::id_of(db, at.mail)?);
                    }
                }
                Ok((page.last().copied(), ids))
            });
            let (last, ids) = page.await?;
            let known = connections.clone();
            let rows = self.store.ledger.read(move |db| {
                let mut rows = Vec::new();
                for mail in &ids {
                    for &connection in &known {
                        rows.extend(review::find(db, &Subject { connection, mail: *mail })?);
                    }
                }
                Ok(rows)
            });
            for row in rows.await? {
                self.act_as_it_stands(row, &act).await?;
            }
            match last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Acts on a mail as it stands, also if it moves meanwhile: what is being sent may arrive.
    pub(crate) async fn act_as_it_stands(
        &self,
        mut row: ReviewRow,
        act: impl Fn(&Review) -> Option<Act>,
    ) -> Result<(), Fault> {
        while let Some(due) = act(&row.review) {
            let (id, seen) = (row.id, row.review.rev);
            let refused = match self.act_on(id, due).await {
                Err(Fault::Refused(refusal)) => refusal,
                other => return other.map(drop),
            };
            row = self.store.ledger.read(move |db| Ok(review::get(db, id)?)).await?;
            if row.review.rev == seen {
                return Err(refused.into());
            }
        }
        Ok(())
    }

    /// Removes what the end of the process kept a removal from removing.
    pub(crate) async fn finish_wipes(&self) -> Result<(), Fault> {
        let names = self.store.ledger.read(|db| Ok(setting::names(db, WIPE)?)).await?;
        for id in names.iter().filter_map(|name| name.strip_prefix(WIPE)?.parse().ok()) {
            self.wipe(AccountId(id)).await?;
        }
        Ok(())
    }

    /// Removes the mail that only this account has, and the note that it is to go.
    async fn wipe(&self, id: AccountId) -> Result<(), Fault> {
        loop {
            let removed = self.store.cache.write(move |db| {
                let page = mail_account::page(db, id, None, STEP)?;
                for at in &page {
                    forget(db, at.mail, id)?;
                }
                Ok(page.len())
            });
            if removed.await? == 0 {
                return Ok(self.store.ledger.write(move |db| Ok(setting::remove(db, &to_wipe(id))?)).await?);
            }
        }
    }
}

fn to_wipe(id: AccountId) -> String {
    format!("{WIPE}{}", id.0)
}

fn forget(db: &otomo_store::Connection, mail: MailRow, id: AccountId) -> Result<(), otomo_store::StoreFault> {
    if mail_account::has_other(db, mail, id)? {
        mail_account::remove(db, mail, id)?;
        place::remove(db, mail, id)?;
    } else {
        mail::remove(db, mail)?;
    }
    Ok(())
}

/// The provider whose sign-in has to be taken back.
fn provider_of(account: &Account) -> Option<String> {
    match &account.settings.sign_in {
        SignIn::OAuth { provider } => Some(provider.clone()),
        SignIn::Password => None,
    }
}

#[cfg(test)]
mod tests;
