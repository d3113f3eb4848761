//! Mailbox → batches → parsed → kept. Three stages beside each other: the network fetches, a thread parses, a thread
//! writes; what lies between them is bounded, so that a slow disk slows the network down and not the memory up.

mod keeper;
mod sink;

use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::{Account, AccountId};
use otomo_domain::error::MailFaultKind;
use otomo_domain::ports::MailSession;
use otomo_domain::retry::CONNECTING;
use otomo_domain::sync::{Cursor, FIRST_SPAN, Folder, FolderRole, MailboxStatus, Window, batches, next_span};
use otomo_store::table::copy;
use otomo_store::table::folder::{self, FolderId};
use otomo_store::table::health::{self, Condition};

use crate::credential::Proof;
use crate::engine::{Engine, Task};
use crate::event::Tag;
use crate::fault::Fault;
use crate::status::Doing;
use keeper::Keeper;
use sink::Sink;

/// How often a mailbox is looked at where the server doesn't tell.
const INTERVAL: Duration = Duration::from_secs(60);

/// Captures an account for ever; a wake makes the next pass begin now.
pub(crate) async fn run(engine: Engine, id: AccountId) {
    let lane = engine.lane(Task::Account(id));
    let mut failures = 0;
    loop {
        let wait = match attempt(&engine, id, failures + 1).await {
            Ok(()) => {
                failures = 0;
                Some(INTERVAL)
            }
            // Removed: whoever comes after it has another number.
            Err(missed) if matches!(*missed.fault, Fault::NoSuch("account")) => return std::future::pending().await,
            Err(missed) => {
                failures += 1;
                missed.wait
            }
        };
        tokio::select! {
            () = lane.wake.notified() => failures = 0,
            () = engine.clock.sleep(wait.unwrap_or(Duration::MAX)) => {}
        }
    }
}

/// A pass because the rep asked for one. How it came out is shown and noted like any other; one that succeeds where only
/// the rep could help lets the account go on.
pub async fn look_now(engine: &Engine, id: AccountId) -> Result<(), Arc<Fault>> {
    let waited = matches!(engine.board.account(id), Doing::NeedsPerson { .. });
    attempt(engine, id, 1).await.map_err(|missed| missed.fault)?;
    if waited {
        engine.wake_account(id);
    }
    Ok(())
}

/// A pass that did not come to its end.
struct Missed {
    fault: Arc<Fault>,
    /// Until the next one; `None` waits for the rep.
    wait: Option<Duration>,
}

/// One pass, and what is shown and noted of it.
async fn attempt(engine: &Engine, id: AccountId, failures: u32) -> Result<(), Missed> {
    let outcome = match pass(engine, id).await {
        Ok(()) => {
            note_health(engine, id, None).await;
            Ok(())
        }
        Err(fault) => {
            note_health(engine, id, Some(&fault)).await;
            Err(note_failure(engine, id, failures, fault))
        }
    };
    engine.bus.changed(&[Tag::Accounts]);
    outcome
}

/// Writes down how the account is doing. That nobody could write it down is no reason to stop.
async fn note_health(engine: &Engine, id: AccountId, fault: Option<&Fault>) {
    let condition = match (fault, engine.board.account(id)) {
        (None, Doing::Paused) => Condition::Paused,
        (None, _) => Condition::InStep,
        (Some(Fault::Mail(fault)), _) if fault.needs_person() => Condition::NeedsPerson,
        (Some(_), _) => Condition::Waiting,
    };
    let kind = match fault {
        Some(Fault::Mail(fault)) => serde_json::to_string(&fault.kind).unwrap_or_default(),
        _ => String::new(),
    };
    let (now, gap) = (engine.now(), INTERVAL * 3);
    let noted = engine.store.cache.write(move |db| Ok(health::note(db, id, condition, &kind, now, gap)?));
    if let Err(fault) = noted.await {
        tracing::info!(account = id.0, %fault, "how an account is doing could not be noted");
    }
}

fn note_failure(engine: &Engine, id: AccountId, failures: u32, fault: Fault) -> Missed {
    tracing::info!(account = id.0, %fault, "an account could not be captured");
    let needs_person = matches!(&fault, Fault::Mail(fault) if fault.needs_person());
    let wait = CONNECTING.wait(failures, rand::random(), None);
    let fault = Arc::new(fault);
    let shown = Arc::clone(&fault);
    let doing = match needs_person {
        true => Doing::NeedsPerson { fault: shown },
        false => Doing::Waiting { fault: shown, until: engine.now() + wait },
    };
    engine.board.set_account(id, doing);
    Missed { fault, wait: (!needs_person).then_some(wait) }
}

/// Brings every captured folder of an account in step, once.
pub async fn pass(engine: &Engine, id: AccountId) -> Result<(), Fault> {
    let lane = engine.lane(Task::Account(id));
    let _turn = lane.turn.lock().await;
    let account = engine.account(id).await?;
    if account.paused {
        engine.board.set_account(id, Doing::Paused);
        return Ok(());
    }
    engine.board.set_account(id, Doing::Working);
    engine.bus.changed(&[Tag::Accounts]);
    let mut session = engine.source(&account, &Proof::default()).await?.open(&()).await?;
    let folders = session.folders().await?;
    for folder in folders.iter().filter(|f| account.settings.captures(f)) {
        match capture(engine, &account, &mut *session, folder).await {
            // Listed, and not there: a server's slip, or deleted since. The others are read all the same.
            Err(Fault::Mail(fault)) if fault.kind == MailFaultKind::FolderGone && folder.role != FolderRole::Inbox => {
                tracing::info!(account = id.0, "a folder that was listed is not there");
            }
            captured => captured?,
        }
    }
    session.close().await;
    engine.board.set_account(id, Doing::InStep);
    // What waited for its mail to be fetched again can go on.
    engine.outbox.notify_one();
    Ok(())
}

/// Brings one folder in step.
async fn capture(
    engine: &Engine,
    account: &Account,
    session: &mut dyn MailSession,
    folder: &Folder,
) -> Result<(), Fault> {
    let status = session.examine(folder).await?;
    let (id, mut cursor) = begin(engine, account, folder, status).await?;
    let mut span = FIRST_SPAN;
    while let Some(window) = cursor.next_window(status, span) {
        let found = fetch_window(engine, account, session, id, cursor, window).await?;
        cursor = cursor.finished(window);
        span = next_span(span, found);
    }
    let now = engine.now();
    engine.store.cache.write(move |db| Ok(folder::set_cursor(db, id, cursor, now)?)).await?;
    Ok(())
}

/// The folder's row and the cursor to go on with; forgets old UIDs when they mean nothing any more.
async fn begin(
    engine: &Engine,
    account: &Account,
    folder: &Folder,
    status: MailboxStatus,
) -> Result<(FolderId, Cursor), Fault> {
    let (account, folder, now) = (account.id, folder.clone(), engine.now());
    let begun = engine.store.cache.write(move |db| {
        let id = folder::ensure(db, account, &folder)?;
        let kept = folder::cursor(db, id)?;
        let cursor = Cursor::resume(kept, status);
        if kept.is_some_and(|kept| kept.uid_validity != status.uid_validity) {
            copy::forget_folder(db, id)?;
            folder::set_cursor(db, id, cursor, now)?;
        }
        Ok((id, cursor))
    });
    Ok(begun.await?)
}

/// Fetches and keeps the messages of one window; how many there were.
async fn fetch_window(
    engine: &Engine,
    account: &Account,
    session: &mut dyn MailSession,
    folder: FolderId,
    cursor: Cursor,
    window: Window,
) -> Result<usize, Fault> {
    let listed = session.list(window).await?;
    let found = listed.len();
    let here = engine.store.cache.read(move |db| Ok(copy::known(db, folder, window)?)).await?;
    let in_time = |received_at| account.import_since.is_none_or(|since| received_at >= since);
    let wanted = listed.into_iter().filter(|m| in_time(m.received_at) && !here.contains(&m.uid)).collect();
    let plan = batches(wanted, window.side);
    let keeper = Keeper::start(engine.clone(), folder, cursor, window);
    let mut sink = Sink::new(engine.store.clone(), &plan, &keeper);
    let fetched = session.fetch(&plan, &mut sink).await;
    sink.abandon().await?;
    // What the keeper could not keep says more than "nobody listens any more".
    keeper.finish(fetched.is_ok()).await?;
    fetched?;
    Ok(found)
}

#[cfg(test)]
mod tests;
