use super::*;
use crate::Store;
use crate::fixture::{self, NOW, add_folder, cache, received, store};
use otomo_domain::digest::Digest;
use otomo_domain::review::Triage;

const CURSOR: Cursor = Cursor { uid_validity: 7, low: 1, high: 100 };

/// Keeps mails of these names under the UIDs 1, 2, 3… of a folder.
async fn take(store: &Store, folder: &'static str, names: &'static [&'static str]) -> Kept {
    cache(store, move |db| {
        let folder = add_folder(db, folder)?;
        let received = (1..).zip(names).map(|(uid, name)| received(uid, fixture::mail(name))).collect();
        batch(db, folder, CURSOR, received, NOW, |_, _, _| Ok(vec![]))
    })
    .await
}

async fn mail_count(store: &Store) -> i64 {
    store.cache.read(|db| Ok(mail::count(db)?)).await.expect("a count")
}

async fn mail_count_and_cursor(store: &Store) -> (i64, Option<Cursor>) {
    let read = store.cache.read(|db| Ok((mail::count(db)?, folder::cursor(db, FolderId(1))?)));
    read.await.expect("counts")
}

#[tokio::test]
async fn new_mail_is_added_and_known_mail_is_not_doubled() {
    let (_home, store) = store();
    assert_eq!(take(&store, "INBOX", &["a", "b"]).await, Kept { new: 2, known: 0 });
    assert_eq!(take(&store, "INBOX", &["a", "b", "c"]).await, Kept { new: 1, known: 2 });
    assert_eq!(take(&store, "Sent", &["c", "b"]).await, Kept { new: 0, known: 2 }, "another folder");
    assert_eq!(mail_count(&store).await, 3);
}

#[tokio::test]
async fn another_uidvalidity_doubles_nothing() {
    let (_home, store) = store();
    take(&store, "INBOX", &["a", "b"]).await;
    cache(&store, |db| {
        let folder = add_folder(db, "INBOX")?;
        copy::forget_folder(db, folder)?;
        let renumbered = vec![received(900, fixture::mail("b")), received(901, fixture::mail("a"))];
        batch(db, folder, Cursor { uid_validity: 8, low: 900, high: 902 }, renumbered, NOW, |_, _, _| Ok(vec![]))
    })
    .await;
    assert_eq!(mail_count(&store).await, 2);
}

#[tokio::test]
async fn one_message_id_with_two_contents_is_two_mails() {
    let (_home, store) = store();
    let mut other = fixture::mail("a");
    other.id.content = Digest::of(b"other");
    let kept = cache(&store, |db| {
        let folder = add_folder(db, "INBOX")?;
        batch(db, folder, CURSOR, vec![received(1, fixture::mail("a")), received(2, other)], NOW, |_, _, _| Ok(vec![]))
    });
    assert_eq!(kept.await, Kept { new: 2, known: 0 });
}

#[tokio::test]
async fn the_cursor_moves_with_the_batch_and_stays_with_a_failed_one() {
    let (_home, store) = store();
    let failed = store.cache.write(|db| {
        let folder = add_folder(db, "INBOX")?;
        batch(
            db,
            folder,
            CURSOR,
            vec![received(1, fixture::mail("a")), received(2, fixture::mail("b"))],
            NOW,
            |db, row, _| match &*mail::title(db, row)? {
                "b" => Err(StoreFault::Missing),
                _ => Ok(vec![]),
            },
        )
    });
    assert!(failed.await.is_err());
    assert_eq!(mail_count_and_cursor(&store).await, (0, None));
    take(&store, "INBOX", &["a", "b"]).await;
    assert_eq!(mail_count_and_cursor(&store).await, (2, Some(CURSOR)));
}

#[tokio::test]
async fn what_was_found_out_is_kept_with_each_new_mail() {
    let (_home, store) = store();
    let found = cache(&store, |db| {
        let folder = add_folder(db, "INBOX")?;
        batch(db, folder, CURSOR, vec![received(1, fixture::mail("a"))], NOW, |_, _, _| {
            Ok(vec![(
                ConnectionId(4),
                Finding { triage: Triage::Unmatched, candidates: vec![], advice: Default::default() },
            )])
        })?;
        let row = mail::find(db, &fixture::mail("a").id)?.ok_or(StoreFault::Missing)?;
        Ok(triage::get(db, row, ConnectionId(4))?)
    });
    assert_eq!(found.await.map(|f| f.triage), Some(Triage::Unmatched));
}

#[tokio::test]
async fn a_large_mail_that_is_known_leaves_no_bytes_behind() {
    let (_home, store) = store();
    take(&store, "INBOX", &["a"]).await;
    let left = cache(&store, |db| {
        let folder = add_folder(db, "INBOX")?;
        let arriving = raw::begin(db)?;
        raw::append(db, arriving, 0, b"the same again")?;
        let again = Received { bytes: Bytes::Stored(arriving), ..received(2, fixture::mail("a")) };
        batch(db, folder, CURSOR, vec![again], NOW, |_, _, _| Ok(vec![]))?;
        Ok((raw::read(db, arriving)?, raw::next_id(db)? == arriving))
    });
    assert_eq!(left.await, (vec![], true));
}

#[tokio::test]
async fn each_mail_reads_back_its_own_bytes_even_if_it_has_none() {
    let (_home, store) = store();
    let read = cache(&store, |db| {
        let folder = add_folder(db, "INBOX")?;
        let empty = Received { bytes: Bytes::Here(vec![]), ..received(1, fixture::mail("empty")) };
        batch(db, folder, CURSOR, vec![empty, received(2, fixture::mail("full"))], NOW, |_, _, _| Ok(vec![]))?;
        let bytes = |name: &str| {
            let row = mail::find(db, &fixture::mail(name).id)?.ok_or(StoreFault::Missing)?;
            Ok::<_, StoreFault>(raw::read(db, mail::raw_of(db, row)?)?)
        };
        Ok((bytes("empty")?, bytes("full")?))
    });
    assert_eq!(read.await, (vec![], b"full".to_vec()));
}
