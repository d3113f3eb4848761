use otomo_domain::sync::Cursor;

use super::*;
use crate::fixture::{LATER, NOW, add_folder, add_mail, cache, mail, store};
use crate::table::copy;
use crate::{Store, StoreFault};

const ACCOUNT: AccountId = AccountId(1);

async fn numbers(store: &Store, ids: &[&str], now: Timestamp) -> Numbered {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    cache(store, move |db| Ok(number(db, ACCOUNT, &ids, now)?)).await
}

async fn uids(store: &Store, ids: &[&str]) -> Vec<u32> {
    numbers(store, ids, NOW).await.uids
}

/// The messages with these UIDs are fetched, and the cursor has passed everything below `high`.
async fn fetched(store: &Store, uids: &'static [u32], high: u32) {
    cache(store, move |db| {
        let folder = add_folder(db, "INBOX")?;
        for uid in uids {
            let row = add_mail(db, &mail(&uid.to_string()))?;
            copy::add(db, folder, *uid, row)?;
        }
        let uid_validity = open(db, ACCOUNT, NOW)?.validity;
        Ok::<_, StoreFault>(folder::set_cursor(db, folder, Cursor { uid_validity, low: 1, high }, NOW)?)
    })
    .await;
}

async fn check_lost(store: &Store, count: u32) {
    let lost = cache(store, |db| Ok(lost(db, ACCOUNT)?)).await;
    assert_eq!(lost.count, count);
    assert_eq!(lost.last_at.is_some(), count > 0);
}

#[tokio::test]
async fn a_message_keeps_its_number_and_a_new_one_gets_the_next() {
    let (_home, store) = store();
    let first = numbers(&store, &["c", "a"], NOW).await;
    assert_eq!((first.uids, first.next), (vec![1, 2], 3));
    let second = numbers(&store, &["b", "c", "a"], LATER).await;
    assert_eq!((second.uids, second.next, second.validity), (vec![3, 1, 2], 4, first.validity));
}

#[tokio::test]
async fn a_number_is_never_given_twice() {
    let (_home, store) = store();
    assert_eq!(uids(&store, &["a", "b"]).await, [1, 2]);
    assert!(uids(&store, &[]).await.is_empty());
    assert_eq!(uids(&store, &["b", "d"]).await, [3, 4], "what comes back may be another message");
}

#[tokio::test]
async fn a_unique_id_that_is_given_twice_has_one_number() {
    let (_home, store) = store();
    assert_eq!(uids(&store, &["a", "a", "b"]).await, [1, 1, 2]);
    assert_eq!(uids(&store, &["a", "b", "a"]).await, [1, 2, 1]);
}

#[tokio::test]
async fn when_numbers_are_used_up_the_book_is_begun_anew() {
    let (_home, store) = store();
    let before = numbers(&store, &["a"], NOW).await;
    cache(&store, |db| Ok(db.execute("UPDATE uidl_book SET next = 4294967294", [])?)).await;
    assert_eq!(uids(&store, &["a", "b"]).await, [1, 4_294_967_294]);
    let after = numbers(&store, &["a", "b", "c"], NOW).await;
    assert_eq!((after.uids, after.next), (vec![1, 2, 3], 4));
    assert_ne!(after.validity, before.validity);
}

#[tokio::test]
async fn what_goes_away_before_it_was_fetched_is_lost_and_what_was_fetched_is_not() {
    let (_home, store) = store();
    uids(&store, &["a", "b", "c", "unwanted"]).await;
    fetched(&store, &[1, 2], 5).await;
    uids(&store, &["b", "c", "new", "newer"]).await;
    check_lost(&store, 0).await;
    uids(&store, &["newer"]).await;
    check_lost(&store, 1).await;
}

#[tokio::test]
async fn what_is_missed_and_gone_is_lost_and_what_is_missed_and_there_gets_another_number() {
    let (_home, store) = store();
    uids(&store, &["a", "b"]).await;
    fetched(&store, &[], 3).await;
    cache(&store, |db| Ok((missed(db, ACCOUNT, 1)?, missed(db, ACCOUNT, 2)?))).await;
    assert_eq!(uids(&store, &["b"]).await, [3]);
    check_lost(&store, 1).await;
    assert_eq!(uids(&store, &["b"]).await, [3]);
}

#[tokio::test]
async fn after_another_server_was_read_nothing_is_called_lost() {
    let (_home, store) = store();
    uids(&store, &["a"]).await;
    fetched(&store, &[], 1).await;
    cache(&store, |db| Ok(db.execute("UPDATE folder SET uid_validity = 7", [])?)).await;
    uids(&store, &[]).await;
    check_lost(&store, 0).await;
}

#[tokio::test]
async fn a_book_goes_with_its_account() {
    let (_home, store) = store();
    uids(&store, &["a"]).await;
    cache(&store, |db| Ok(folder::forget_account(db, ACCOUNT)?)).await;
    let left = "SELECT (SELECT count(*) FROM uidl) + (SELECT count(*) FROM uidl_book)";
    let left: i64 = cache(&store, move |db| Ok(db.query_row(left, [], |row| row.get(0))?)).await;
    assert_eq!(left, 0);
}
