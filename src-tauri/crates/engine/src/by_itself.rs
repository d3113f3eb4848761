//! What is decided without the rep: mail that a rule or a mode lets go, mail that one keeps here, and mail that was put
//! off and comes back.
//!
//! Each is judged anew, by its bytes, and has a decision and an audit row of its own. Only what nobody has touched is
//! decided on; what can't be decided waits for the rep, and is not tried again before its rules change.

mod retract;

use otomo_domain::account::ConnectionId;
use otomo_domain::judge::{Advice, Ask};
use otomo_domain::payload::Level;
use otomo_domain::review::Act;
use otomo_domain::rules::Origin;
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::{desk, review, triage};
use otomo_store::transition::{Context, apply};

use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::preview::{Opened, Wish};
use crate::triage::Known;

/// How many are decided at a connection before others get their turn.
const AT_ONCE: usize = 100;

/// One look at everything that happens by itself.
pub(crate) async fn round(engine: &Engine) -> Result<(), Fault> {
    engine.end_rules().await?;
    wake(engine).await?;
    if !engine.policy.allows_sharing() {
        return Ok(());
    }
    for connection in engine.sharing_connections().await? {
        if let Err(fault) = decide_all(engine, connection).await {
            tracing::warn!(connection = connection.0, %fault, "nothing could be decided by itself at a connection");
        }
    }
    Ok(())
}

/// Decides on what waits at a connection. A mail that can't be read does not keep the others waiting.
async fn decide_all(engine: &Engine, connection: ConnectionId) -> Result<(), Fault> {
    let (mut after, mut moved) = (MailRow(0), 0);
    while moved < AT_ONCE {
        let waiting = engine.by_itself(connection, after).await?;
        let Some(last) = waiting.last() else { break };
        after = *last;
        for row in &waiting {
            match decide(engine, connection, *row).await {
                Ok(did) => moved += usize::from(did),
                Err(fault) => tracing::warn!(%fault, "a mail could not be decided on by itself"),
            }
        }
    }
    if moved > 0 {
        engine.bus.changed(&[Tag::Review, Tag::Queue]);
    }
    if moved >= AT_ONCE {
        engine.outbox.notify_one();
    }
    Ok(())
}

/// Brings back what was put off until now.
async fn wake(engine: &Engine) -> Result<(), Fault> {
    let now = engine.now();
    if engine.store.ledger.read(move |db| Ok(review::woken(db, now)?.is_empty())).await? {
        return Ok(());
    }
    let woken = engine.store.ledger.write(move |db| {
        let wake = |row: review::ReviewRow| apply(db, &row.subject, &Act::Wake, &Context::engine(now)).map(drop);
        review::woken(db, now)?.into_iter().try_for_each(wake)
    });
    woken.await?;
    engine.bus.changed(&[Tag::Review]);
    Ok(())
}

/// Decides on one mail. True if it does not wait here any more: for its grace period, or for the rep.
async fn decide(engine: &Engine, connection: ConnectionId, row: MailRow) -> Result<bool, Fault> {
    let opened = engine.open_mail(connection, row).await?;
    let judgement = engine.judge(row, connection, opened.mail.clone()).await?;
    let done = match judgement.advice {
        Advice::Share { by, level } => share(engine, &opened, by, level).await,
        Advice::Private { by } => write(engine, &opened, "private_by_itself", Act::KeepPrivate, by).await,
        Advice::Ask { .. } => return leave(engine, row, opened, None).await,
    };
    match done {
        Ok(()) => Ok(true),
        // The rep was quicker.
        Err(Fault::Refused(_) | Fault::Conflict { .. }) => Ok(false),
        Err(Fault::KeyTaken) => leave(engine, row, opened, Some(Ask::Twin)).await,
        Err(Fault::Unsharable(_)) => leave(engine, row, opened, Some(Ask::Dubious)).await,
        Err(other) => Err(other),
    }
}

async fn share(engine: &Engine, opened: &Opened, by: Origin, level: Option<Level>) -> Result<(), Fault> {
    let (policy, now) = (engine.policy.policy(), engine.now());
    let level = level.map(|level| policy.max_level.map_or(level, |most| level.min(most)));
    let mut choice = engine.choose(opened, Wish { level, ..Wish::default() })?;
    // What was not shared itself goes along only if the rep says so.
    choice.quotes &= !engine.quotes_undecided(opened, &choice).await?;
    let payload = engine.freeze(opened, &choice)?.sha256;
    let (least, offset) = (policy.least_grace(), engine.clock.offset(now));
    let release_at = engine.snapshot().release_auto(&opened.accounts, now, least, offset);
    write(engine, opened, "share_by_itself", Act::Share { choice, payload, release_at }, by).await
}

async fn write(engine: &Engine, opened: &Opened, verb: &'static str, act: Act, by: Origin) -> Result<(), Fault> {
    let (at, subject, triage) = (engine.now(), opened.subject, opened.finding.triage.clone());
    let written = engine.store.ledger.write(move |db| {
        if matches!(act, Act::Share { .. }) && review::key_is_taken(db, &subject)? {
            return Err(StoreFault::KeyTaken);
        }
        let decision = Some(review::add_decision(db, verb, at)?);
        let context = Context { at, origin: by, expected_rev: Some(0), decision, triage: &triage };
        apply(db, &subject, &act, &context).map(drop)
    });
    Ok(written.await?)
}

/// Leaves a mail to the rep, as the rules of this moment have it; `ask` says why it can't go although they let it.
async fn leave(engine: &Engine, row: MailRow, opened: Opened, ask: Option<Ask>) -> Result<bool, Fault> {
    let (connection, now, keeper) = (opened.subject.connection, engine.now(), engine.clone());
    let left = engine.store.cache.write(move |db| {
        let snapshot = keeper.snapshot();
        let standards = snapshot.connections.get(&connection).ok_or(StoreFault::Missing)?;
        let mut finding = Known::of(db, row, opened.mail)?.finding(db, connection, standards, now)?;
        if let (Some(ask), Advice::Share { .. } | Advice::Private { .. }) = (ask, &finding.advice) {
            finding.advice = Advice::Ask { because: vec![ask] };
        }
        Ok(triage::set(db, row, connection, &finding)?)
    });
    left.await?;
    Ok(true)
}

impl Engine {
    /// Mail at a connection that would go, or stay, by itself, and that nobody has touched; of rows after this one.
    pub(crate) async fn by_itself(&self, connection: ConnectionId, after: MailRow) -> Result<Vec<MailRow>, Fault> {
        let look = self.store.cache.read(move |db| Ok(desk::by_itself(db, connection, after, 1)?));
        if look.await?.is_empty() {
            return Ok(Vec::new());
        }
        let waiting = self.store.cache.write(move |db| {
            desk::catch_up(db)?;
            Ok(desk::by_itself(db, connection, after, AT_ONCE)?)
        });
        Ok(waiting.await?)
    }
}

#[cfg(test)]
mod tests;
