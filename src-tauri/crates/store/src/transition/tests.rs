use super::*;
use crate::Store;
use crate::fixture::{self, NOW, add_connection, delivered, ledger, release, share, store, subject};
use otomo_domain::account::ConnectionId;
use otomo_domain::digest::Digest;

/// A connection to the mail `a`, and acts that have happened to it.
async fn after(store: &Store, acts: Vec<Act>) -> Subject {
    ledger(store, move |db| {
        let subject = subject(add_connection(db)?, &fixture::mail("a"));
        for act in &acts {
            apply(db, &subject, act, &Context::rep(NOW))?;
        }
        Ok(subject)
    })
    .await
}

/// What stands in the three tables: state and revision, frozen bytes, number of audit rows.
async fn tables(store: &Store, subject: Subject) -> (Option<(Option<State>, u64)>, Option<Vec<u8>>, usize) {
    let read = store.ledger.read(move |db| {
        let row = review::find(db, &subject)?;
        let frozen = row.as_ref().map(|row| outbox::frozen_if_any(db, row.id)).transpose()?.flatten();
        Ok((row.map(|row| (row.review.state, row.review.rev)), frozen, audit::verify(db)?.rows))
    });
    read.await.expect("three tables")
}

#[tokio::test]
async fn each_transition_has_its_audit_row_and_its_outbox_row() {
    let (_home, store) = store();
    let subject = after(&store, vec![share("p"), release("p")]).await;
    assert_eq!(tables(&store, subject).await, (Some((Some(State::Queued), 2)), Some(b"p".to_vec()), 2));
    let names = store.ledger.read(|db| Ok(audit::latest(db, 10)?)).await.expect("entries");
    let acts: Vec<Entry> = names.iter().map(|text| serde_json::from_str(text).expect("an entry")).collect();
    let seen: Vec<_> = acts.iter().map(|entry| (entry.act.as_str(), entry.from, entry.to)).collect();
    assert_eq!(seen, [("release", State::Scheduled, State::Queued), ("share", State::Pending, State::Scheduled)]);
}

#[tokio::test]
async fn a_mail_that_will_not_be_sent_loses_its_frozen_bytes() {
    let (_home, store) = store();
    let subject = after(&store, vec![share("p"), release("p"), Act::Undo]).await;
    assert_eq!(tables(&store, subject).await, (Some((Some(State::Private), 3)), None, 3));
}

#[tokio::test]
async fn a_logged_mail_keeps_what_was_sent_until_it_is_taken_back() {
    let (_home, store) = store();
    let sent = vec![share("p"), release("p"), Act::Lease, delivered()];
    let taken_back = [sent.clone(), vec![Act::Retract, Act::Lease, Act::Unlogged]].concat();
    let kept = after(&store, sent).await;
    assert_eq!(tables(&store, kept).await.1, Some(b"p".to_vec()));
    let gone = after(&store, taken_back).await;
    assert_eq!(tables(&store, gone).await.1, None);
}

#[tokio::test]
async fn a_stale_revision_is_refused_and_tells_the_current_one() {
    let (_home, store) = store();
    let subject = after(&store, vec![share("p")]).await;
    let stale = store.ledger.write(move |db| {
        let context = Context { expected_rev: Some(0), ..Context::rep(NOW) };
        apply(db, &subject, &Act::Undo, &context).map(drop)
    });
    let stale = stale.await;
    assert!(matches!(stale, Err(StoreFault::Stale { current: 1 })), "{stale:?}");
    assert_eq!(tables(&store, subject).await, (Some((Some(State::Scheduled), 1)), None, 1));
}

#[tokio::test]
async fn a_refused_act_leaves_no_trace() {
    let (_home, store) = store();
    let subject = after(&store, vec![share("p")]).await;
    let refused = store.ledger.write(move |db| apply(db, &subject, &Act::Retract, &Context::rep(NOW)).map(drop)).await;
    assert!(matches!(refused, Err(StoreFault::Refused(_))), "{refused:?}");
    assert_eq!(tables(&store, subject).await, (Some((Some(State::Scheduled), 1)), None, 1));
}

#[tokio::test]
async fn when_the_outbox_cannot_take_it_neither_state_nor_audit_change() {
    let (_home, store) = store();
    let first = after(&store, vec![share("p"), release("p")]).await;
    let mut twin = first;
    twin.mail.content = Digest::of(b"another mail with the same Message-ID");
    ledger(&store, move |db| apply(db, &twin, &share("q"), &Context::rep(NOW)).map(drop)).await;
    let taken = store.ledger.write(move |db| apply(db, &twin, &release("q"), &Context::rep(NOW)).map(drop)).await;
    assert!(matches!(taken, Err(StoreFault::KeyTaken)), "{taken:?}");
    assert_eq!(tables(&store, twin).await, (Some((Some(State::Scheduled), 1)), None, 3));
}

#[tokio::test]
async fn when_the_audit_cannot_take_it_neither_state_nor_outbox_change() {
    let (_home, store) = store();
    let subject = after(&store, vec![share("p")]).await;
    ledger(&store, |db| Ok(audit::tests::refuse_new_rows(db)?)).await;
    let failed = store.ledger.write(move |db| apply(db, &subject, &release("p"), &Context::rep(NOW)).map(drop)).await;
    assert!(failed.is_err());
    assert_eq!(tables(&store, subject).await, (Some((Some(State::Scheduled), 1)), None, 1));
}

#[tokio::test]
async fn two_connections_decide_on_one_mail_apart_from_each_other() {
    let (_home, store) = store();
    let here = after(&store, vec![share("p"), release("p")]).await;
    let there = after(&store, vec![share("p"), release("p")]).await;
    assert_eq!((here.connection, there.connection), (ConnectionId(1), ConnectionId(2)));
    assert_eq!(tables(&store, there).await.1, Some(b"p".to_vec()));
}
