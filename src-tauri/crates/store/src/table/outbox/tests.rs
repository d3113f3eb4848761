use super::*;
use crate::Store;
use crate::fixture::{self, NOW, add_connection, delivered, ledger, release, share, store};
use crate::table::review;
use crate::transition::{Context, apply};
use otomo_domain::review::Act;

/// A mail that has been released with the text `p`.
async fn released(store: &Store) -> (Subject, ReviewId) {
    ledger(store, |db| {
        let subject = fixture::subject(add_connection(db)?, &fixture::mail("a"));
        apply(db, &subject, &share("p"), &Context::rep(NOW))?;
        Ok((subject, apply(db, &subject, &release("p"), &Context::rep(NOW))?.id))
    })
    .await
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 7 % 256) as u8).collect()
}

/// Freezes a file in writes of `step` bytes and reads it back in the way a delivery does.
async fn check(length: usize, step: usize) {
    let (_home, store) = store();
    let (_, id) = released(&store).await;
    let read = ledger(&store, move |db| {
        let whole = bytes(length);
        let sha256 = Digest::of(&whole);
        let mut writer = FileWriter::new(db, id, &sha256)?;
        for part in whole.chunks(step) {
            writer.write_all(part).expect("room");
        }
        writer.flush().expect("room");
        let file = file_id(db, id, &sha256)?.expect("the file");
        let next_piece = |sequence| piece(db, file, sequence).map_err(std::io::Error::other);
        let mut reader = FileReader { next_piece, current: std::io::Cursor::new(vec![]), sequence: 0 };
        let mut read = Vec::new();
        reader.read_to_end(&mut read).expect("its pieces");
        Ok(read)
    });
    assert!(read.await == bytes(length), "{length} in steps of {step}");
}

#[tokio::test]
async fn a_frozen_file_reads_back_byte_for_byte() {
    check(0, 1).await;
    check(10, 3).await;
    check(PIECE, PIECE).await;
    check(PIECE + 1, 4096).await;
    check(3 * PIECE, 2 * PIECE).await;
}

#[tokio::test]
async fn a_row_takes_its_files_with_it() {
    let (_home, store) = store();
    let (subject, id) = released(&store).await;
    let left = ledger(&store, move |db| {
        let sha256 = Digest::of(b"file");
        FileWriter::new(db, id, &sha256)?.write_all(b"file").expect("room");
        apply(db, &subject, &Act::Undo, &Context::rep(NOW))?;
        Ok((frozen_if_any(db, id)?, file_id(db, id, &sha256)?))
    });
    assert_eq!(left.await, (None, None));
}

#[tokio::test]
async fn a_logged_mail_keeps_its_text_and_drops_its_files() {
    let (_home, store) = store();
    let (subject, id) = released(&store).await;
    let left = ledger(&store, move |db| {
        let sha256 = Digest::of(b"file");
        FileWriter::new(db, id, &sha256)?;
        for act in [Act::Lease, delivered()] {
            apply(db, &subject, &act, &Context::rep(NOW))?;
        }
        Ok((frozen(db, id)?, file_id(db, id, &sha256)?))
    });
    assert_eq!(left.await, (b"p".to_vec(), None));
}

#[tokio::test]
async fn a_key_is_taken_until_its_mail_is_taken_back() {
    let (_home, store) = store();
    let (subject, _) = released(&store).await;
    let mut twin = subject;
    twin.mail.content = Digest::of(b"other");
    let taken = ledger(&store, move |db| {
        let mut taken = vec![review::key_is_taken(db, &subject)?, review::key_is_taken(db, &twin)?];
        for act in [Act::Lease, delivered(), Act::Retract, Act::Lease, Act::Unlogged] {
            apply(db, &subject, &act, &Context::rep(NOW))?;
            taken.push(review::key_is_taken(db, &twin)?);
        }
        Ok(taken)
    });
    assert_eq!(taken.await, [false, true, true, true, true, true, false]);
}

#[tokio::test]
async fn the_next_moment_is_the_earliest_that_something_waits_for() {
    let (_home, store) = store();
    let due = ledger(&store, |db| {
        let connection = add_connection(db)?;
        let none = review::next_due(db, NOW)?;
        let subject = fixture::subject(connection, &fixture::mail("a"));
        apply(db, &subject, &share("p"), &Context::rep(NOW))?;
        Ok((none, review::next_due(db, NOW)?, review::next_due(db, fixture::LATER)?))
    });
    assert_eq!(due.await, (None, Some(fixture::LATER), None));
}
