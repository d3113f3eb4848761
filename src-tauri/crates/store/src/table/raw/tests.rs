use super::*;
use crate::fixture::{cache, store};

/// Bytes that differ from piece to piece.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 251 % 256) as u8).collect()
}

async fn check(length: usize) {
    let (_home, store) = store();
    let (mail, other) = cache(&store, move |db| {
        let (first, second) = (RawId(1), RawId(2));
        append(db, second, 0, b"another mail")?;
        append(db, first, 0, &bytes(length))?;
        Ok((read(db, first)?, read(db, second)?))
    })
    .await;
    assert!(mail == bytes(length), "{length}");
    assert_eq!(other, b"another mail");
}

#[tokio::test]
async fn a_mail_of_any_size_reads_back_byte_for_byte() {
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7] {
        check(length).await;
    }
}

#[tokio::test]
async fn slices_that_come_one_by_one_are_one_mail() {
    let (_home, store) = store();
    let read = cache(&store, |db| {
        let raw = begin(db)?;
        let mut sequence = 0;
        for slice in bytes(3 * PIECE).chunks(100_000) {
            sequence = append(db, raw, sequence, slice)?;
        }
        arrived(db, raw)?;
        Ok(read(db, raw)?)
    });
    assert!(read.await == bytes(3 * PIECE));
}

#[tokio::test]
async fn what_a_crash_left_half_arrived_is_removed_and_nothing_else() {
    let (_home, store) = store();
    let left = cache(&store, |db| {
        let whole = next_id(db)?;
        append(db, whole, 0, b"whole")?;
        let half = begin(db)?;
        append(db, half, 0, b"half of it")?;
        let empty = begin(db)?;
        remove_unfinished(db)?;
        remove_unfinished(db)?;
        Ok((read(db, whole)?, read(db, half)?, read(db, empty)?))
    });
    assert_eq!(left.await, (b"whole".to_vec(), vec![], vec![]));
}

#[tokio::test]
async fn a_number_is_given_to_one_mail_only() {
    let (_home, store) = store();
    let (arriving, next, empty, last) = cache(&store, |db| {
        let arriving = begin(db)?;
        let next = next_id(db)?;
        append(db, next, 0, b"")?;
        let last = next_id(db)?;
        Ok((arriving, next, read(db, next)?, last))
    })
    .await;
    assert_eq!((arriving, next, empty, last), (RawId(1), RawId(2), vec![], RawId(3)));
}
