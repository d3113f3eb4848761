use otomo_domain::error::NetFaultKind;
use otomo_domain::review::State;
use otomo_domain::sync::SLICED_ABOVE;
use otomo_domain::time::Timestamp;
use otomo_store::table::raw;

use super::*;
use crate::fixture::{CLIENT, World, message};

/// A mail that comes in slices.
fn large(name: &str) -> Vec<u8> {
    let mut raw = message(name, CLIENT);
    raw.resize(SLICED_ABOVE as usize + 3_000_000, b'x');
    raw
}

async fn broken_off(world: &World, after: usize) {
    world.mailbox.break_after(Some(after));
    let broken = pass(&world.engine, world.account).await;
    assert!(matches!(&broken, Err(Fault::Mail(f)) if f.kind == MailFaultKind::Net(NetFaultKind::Closed)), "{broken:?}");
    world.mailbox.break_after(None);
}

async fn mail_count(world: &World) -> i64 {
    world.engine.mail_count().await.expect("a count")
}

#[tokio::test]
async fn a_mailbox_is_read_once_and_then_only_what_is_new() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    assert_eq!(mail_count(&world).await, 2);
    world.receives(&["c"]).await;
    assert_eq!(mail_count(&world).await, 3);
    world.mailbox.break_after(Some(0));
    world.receive().await;
    assert_eq!(mail_count(&world).await, 3, "nothing is fetched twice");
}

#[tokio::test]
async fn a_connection_that_breaks_off_goes_on_where_it_was() {
    let world = World::new().await;
    let names: Vec<String> = (0..450).map(|n| format!("m{n}")).collect();
    names.iter().for_each(|name| world.mailbox.deliver(message(name, CLIENT)));
    broken_off(&world, 250).await;
    assert_eq!(mail_count(&world).await, 200, "whole batches are kept");
    world.receive().await;
    assert_eq!(mail_count(&world).await, 450);
}

#[tokio::test]
async fn other_uids_double_nothing_and_forget_no_decision() {
    let world = World::new().await;
    world.receives(&["a", "b", "c"]).await;
    world.share("b").await;
    world.mailbox.renumber();
    world.receives(&["d"]).await;
    assert_eq!(mail_count(&world).await, 4);
    world.check("b", State::Scheduled).await;
}

#[tokio::test]
async fn a_large_mail_comes_in_slices_and_is_whole() {
    let world = World::new().await;
    world.mailbox.deliver(large("big"));
    world.receive().await;
    let row = world.row("big").await.mail;
    let kept = world.store.cache.read(move |db| Ok(raw::read(db, otomo_store::table::mail::raw_of(db, row)?)?));
    assert!(kept.await.expect("bytes") == large("big"));
}

#[tokio::test]
async fn a_large_mail_that_breaks_off_leaves_nothing_behind() {
    let world = World::new().await;
    world.mailbox.deliver(large("big"));
    let next = || world.store.cache.read(|db| Ok(raw::next_id(db)?));
    let before = next().await.expect("a number");
    for _ in 0..3 {
        broken_off(&world, 5).await;
    }
    assert_eq!(next().await.expect("a number"), before);
    world.receive().await;
    assert_eq!(mail_count(&world).await, 1);
}

#[tokio::test]
async fn a_refused_sign_in_waits_for_the_rep_and_is_not_tried_again() {
    let world = World::new().await;
    world.mailbox.refuse(Some(MailFaultKind::SignInRefused));
    let Err(fault) = pass(&world.engine, world.account).await else { panic!("a refusal") };
    assert_eq!(note_failure(&world.engine, world.account, 1, fault).wait, None);
    assert!(matches!(world.engine.board.account(world.account), Doing::NeedsPerson { .. }));
}

#[tokio::test]
async fn a_server_out_of_reach_is_tried_again_later_and_later() {
    let world = World::new().await;
    world.mailbox.refuse(Some(MailFaultKind::Net(NetFaultKind::TimedOut)));
    let mut waits = Vec::new();
    for failures in [1, 5, 30] {
        let Err(fault) = pass(&world.engine, world.account).await else { panic!("a refusal") };
        waits.extend(note_failure(&world.engine, world.account, failures, fault).wait);
    }
    assert!(waits.is_sorted() && waits[2] <= CONNECTING.ceiling, "{waits:?}");
    assert!(matches!(world.engine.board.account(world.account), Doing::Waiting { .. }));
}

#[tokio::test]
async fn a_folder_that_is_listed_and_not_there_keeps_nothing_else_from_being_read() {
    let world = World::new().await;
    world.mailbox.list_besides(FolderRole::Sent);
    world.receives(&["a"]).await;
    assert_eq!(mail_count(&world).await, 1);
    assert!(matches!(world.engine.board.account(world.account), Doing::InStep));
}

#[tokio::test]
async fn a_paused_account_is_not_read() {
    let world = World::new().await;
    world.engine.pause_account(world.account, true).await.expect("a pause");
    world.receives(&["a"]).await;
    assert_eq!(mail_count(&world).await, 0);
    world.engine.pause_account(world.account, false).await.expect("on again");
    world.receive().await;
    assert_eq!(mail_count(&world).await, 1);
}

/// The time at which the mailbox got its message with this number.
fn received(number: i64) -> Option<Timestamp> {
    Some(Timestamp::from_secs(1_795_000_000 + number))
}

async fn import_since(world: &World, since: Option<Timestamp>) {
    world.engine.adjust_account(world.account, |account| account.import_since = since).await.expect("adjusted");
}

#[tokio::test]
async fn an_earlier_start_brings_what_was_left_out_and_nothing_twice() {
    let world = World::new().await;
    import_since(&world, received(2)).await;
    world.receives(&["a", "b", "c", "d"]).await;
    assert_eq!(mail_count(&world).await, 2);
    import_since(&world, received(1)).await;
    world.mailbox.break_after(Some(1));
    world.receive().await;
    assert_eq!(mail_count(&world).await, 3, "one was fetched: those that are here were not");
    world.mailbox.break_after(None);
    import_since(&world, None).await;
    world.receive().await;
    assert_eq!(mail_count(&world).await, 4);
}

#[tokio::test]
async fn a_look_that_the_rep_asked_for_shows_how_it_came_out() {
    let world = World::new().await;
    world.mailbox.refuse(Some(MailFaultKind::SignInRefused));
    assert!(look_now(&world.engine, world.account).await.is_err());
    assert!(matches!(world.engine.board.account(world.account), Doing::NeedsPerson { .. }));
    world.mailbox.refuse(None);
    look_now(&world.engine, world.account).await.expect("mail");
    assert!(matches!(world.engine.board.account(world.account), Doing::InStep));
}
