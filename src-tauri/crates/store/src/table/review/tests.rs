use super::*;
use crate::Store;
use crate::fixture::{self, LATER, NOW, add_connection, ledger, store, subject};

/// A review in this state that waits until then.
fn waiting(state: State, until: Option<Timestamp>) -> Review {
    Review { state: Some(state), release_at: until, next_attempt_at: until, ..Review::default() }
}

/// What is due in a state, one at a time.
async fn check_due(store: &Store, connection: ConnectionId, state: State, expected: &[&str]) {
    let read = store.ledger.read(move |db| {
        let (mut found, mut after) = (Vec::new(), None);
        while let Some(row) = due(db, connection, state, NOW, after, 1)?.pop() {
            after = Some(row.place());
            found.push(row.subject.mail);
        }
        Ok(found)
    });
    let expected: Vec<MailId> = expected.iter().map(|name| fixture::mail(name).id).collect();
    assert_eq!(read.await.expect("rows"), expected, "{state:?}");
}

#[tokio::test]
async fn what_is_not_due_and_what_is_due_elsewhere_keeps_nothing_from_its_turn() {
    let (_home, store) = store();
    let (here, elsewhere) = ledger(&store, |db| {
        let (here, elsewhere) = (add_connection(db)?, add_connection(db)?);
        for (connection, name, state, until) in [
            (here, "later", State::Scheduled, Some(LATER)),
            (elsewhere, "elsewhere", State::Scheduled, Some(NOW)),
            (here, "now", State::Scheduled, Some(NOW)),
            (here, "and now", State::Scheduled, Some(NOW)),
            (here, "queued", State::Queued, None),
            (here, "tried again later", State::FailedRetry, Some(LATER)),
        ] {
            put(db, &subject(connection, &fixture::mail(name)), &waiting(state, until), Word::default(), NOW)?;
        }
        Ok((here, elsewhere))
    })
    .await;
    check_due(&store, here, State::Scheduled, &["now", "and now"]).await;
    check_due(&store, elsewhere, State::Scheduled, &["elsewhere"]).await;
    check_due(&store, here, State::Queued, &["queued"]).await;
    check_due(&store, here, State::FailedRetry, &[]).await;
}
