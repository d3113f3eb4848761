//! Pages of mail, newest first, and how much of it there is.

use std::collections::BTreeMap;

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::address::Address;
use otomo_domain::review::State;
use otomo_store::table::desk::{self, DeskRow, Pile};
use otomo_store::table::mail::{self, After};
use otomo_store::table::{mail_account, tally};
use otomo_store::{Connection as Db, StoreFault};

use crate::engine::Engine;
use crate::fault::Fault;

/// A piece of a list.
pub struct Page {
    pub rows: Vec<DeskRow>,
    /// Where the next one begins; `None` at the end.
    pub next: Option<After>,
    /// How many rows there are on all pages.
    pub total: i64,
}

impl Page {
    /// The rows at these places, which are as many as were asked for unless the list ends with them.
    fn of(
        db: &Db,
        places: &[After],
        limit: usize,
        total: i64,
        connection: Option<ConnectionId>,
        own: &[Address],
    ) -> Result<Self, StoreFault> {
        let rows = places.iter().map(|at| desk::row(db, at.mail, connection, own)).collect::<Result<_, _>>()?;
        Ok(Self { rows, next: places.last().filter(|_| places.len() == limit).copied(), total })
    }
}

impl Engine {
    /// Mail at a connection in one of these states.
    pub async fn desk(
        &self,
        connection: ConnectionId,
        states: Vec<State>,
        pile: Pile,
        after: Option<After>,
        limit: usize,
    ) -> Result<Page, Fault> {
        self.catch_up_desk().await?;
        let snapshot = self.snapshot();
        let read = self.store.cache.read(move |db| {
            let places = desk::page(db, connection, &states, pile, after, limit)?;
            let total = tally::count(db, connection, &states, pile)?;
            let mut page = Page::of(db, &places, limit, total, Some(connection), &snapshot.own)?;
            // Somebody may have decided since the desk caught up.
            page.rows.retain(|row| row.standing.as_ref().is_some_and(|standing| states.contains(&standing.state)));
            Ok(page)
        });
        Ok(read.await?)
    }

    /// All mail, or that of an account. With a connection the rows tell where they stand there.
    pub async fn mails(
        &self,
        connection: Option<ConnectionId>,
        account: Option<AccountId>,
        after: Option<After>,
        limit: usize,
    ) -> Result<Page, Fault> {
        let snapshot = self.snapshot();
        let read = self.store.cache.read(move |db| {
            let (places, total) = match account {
                Some(account) => (mail_account::page(db, account, after, limit)?, mail_account::count(db, account)?),
                None => (mail::page(db, after, limit)?, mail::count(db)?),
            };
            Page::of(db, &places, limit, total, connection, &snapshot.own)
        });
        Ok(read.await?)
    }

    /// How much mail there is at a connection in each state.
    pub async fn counts(&self, connection: ConnectionId) -> Result<BTreeMap<State, i64>, Fault> {
        self.catch_up_desk().await?;
        let counts = self.store.cache.read(move |db| Ok(tally::counts(db, connection)?)).await?;
        Ok(counts.into_iter().collect())
    }

    /// How much mail there is in a state at a connection.
    pub async fn desk_count(&self, connection: ConnectionId, state: State, pile: Pile) -> Result<i64, Fault> {
        self.catch_up_desk().await?;
        Ok(self.store.cache.read(move |db| Ok(tally::count(db, connection, &[state], pile)?)).await?)
    }

    /// How much mail is cached.
    pub async fn mail_count(&self) -> Result<i64, Fault> {
        Ok(self.store.cache.read(|db| Ok(mail::count(db)?)).await?)
    }

    /// Lets the desk show what has been decided since it was last asked.
    pub(crate) async fn catch_up_desk(&self) -> Result<(), Fault> {
        if self.store.cache.read(|db| Ok(desk::is_behind(db)?)).await? {
            self.store.cache.write(|db| Ok(desk::catch_up(db)?)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
