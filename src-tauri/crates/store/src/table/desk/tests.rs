use super::*;
use crate::Store;
use crate::fixture::{self, NOW, add_connection, add_mail, cache, ledger, share, store};
use crate::table::triage::{self, Finding};
use crate::table::{audit, review};
use crate::transition::{Context, apply};
use otomo_domain::review::{Review, Triage};
use otomo_domain::rules::Exclusion;

const CRM: ConnectionId = ConnectionId(1);

const EVERY_STATE: [State; 17] = [
    State::Excluded,
    State::Unmatched,
    State::Pending,
    State::Private,
    State::Scheduled,
    State::Queued,
    State::Uploading,
    State::Verifying,
    State::Logged,
    State::FailedRetry,
    State::FailedPerm,
    State::RetractQueued,
    State::Retracting,
    State::Retracted,
    State::RetractFailed,
    State::AlreadyInCrm,
    State::RemoteMissing,
];

fn every_triage() -> [Triage; 3] {
    [Triage::Matched, Triage::Unmatched, Triage::Excluded { why: Exclusion::Internal }]
}

/// Adds a mail with what was found out about it.
async fn add(store: &Store, name: String, date: Timestamp, triage: Triage) -> MailRow {
    cache(store, move |db| {
        let row = add_mail(db, &otomo_domain::mail::Mail { date, ..fixture::mail(&name) })?;
        triage::set(db, row, CRM, &Finding { triage, candidates: vec![] })?;
        Ok(row)
    })
    .await
}

async fn all(store: &Store, states: &'static [State]) -> Vec<DeskRow> {
    store.cache.read(move |db| Ok(list(db, CRM, states, None, 1000)?)).await.expect("a list")
}

#[tokio::test]
async fn the_state_shown_is_the_one_the_domain_says_for_every_state() {
    let (_home, store) = store();
    ledger(&store, |db| add_connection(db).map(drop)).await;
    let mut expected = std::collections::BTreeMap::new();
    for (t, triage) in every_triage().into_iter().enumerate() {
        for (s, state) in [None].into_iter().chain(EVERY_STATE.map(Some)).enumerate() {
            let name = format!("{t}-{s}");
            add(&store, name.clone(), NOW, triage.clone()).await;
            let review = Review { state, rev: 3, ..Review::default() };
            expected.insert(name.clone(), review.state(&triage));
            let subject = fixture::subject(CRM, &fixture::mail(&name));
            ledger(&store, move |db| Ok(review::put(db, &subject, &review, None, NOW)?)).await;
        }
        let undecided = format!("{t}-undecided");
        add(&store, undecided.clone(), NOW, triage.clone()).await;
        expected.insert(undecided, Review::default().state(&triage));
    }
    let shown = all(&store, &EVERY_STATE).await;
    assert_eq!(
        shown.into_iter().map(|row| (row.title, row.state)).collect::<std::collections::BTreeMap<_, _>>(),
        expected
    );

    let mut counted = std::collections::BTreeMap::new();
    expected.values().for_each(|state| *counted.entry(*state).or_insert(0) += 1);
    let counts = store.cache.read(|db| Ok(counts(db, CRM)?)).await.expect("counts");
    assert_eq!(counts.into_iter().collect::<std::collections::BTreeMap<_, _>>(), counted);
}

#[tokio::test]
async fn only_the_states_asked_for_are_listed() {
    let (_home, store) = store();
    add(&store, "a".into(), NOW, Triage::Matched).await;
    add(&store, "b".into(), NOW, Triage::Unmatched).await;
    let titles = |rows: Vec<DeskRow>| rows.into_iter().map(|row| row.title).collect::<Vec<_>>();
    assert_eq!(titles(all(&store, &[State::Pending]).await), ["a"]);
    assert_eq!(titles(all(&store, &[State::Unmatched, State::Logged]).await), ["b"]);
    assert_eq!(titles(all(&store, &[]).await), Vec::<String>::new());
}

#[tokio::test]
async fn pages_show_each_mail_once_newest_first_also_where_dates_are_the_same() {
    let (_home, store) = store();
    for number in 0..25i64 {
        add(&store, format!("{number}"), Timestamp(NOW.0 + number / 4), Triage::Matched).await;
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.cache.read(move |db| Ok(list(db, CRM, &[State::Pending], after, 4)?)).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(After { date: last.date, mail: last.mail });
        seen.extend(page.iter().map(|row| (row.date, row.mail)));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}

#[tokio::test]
async fn a_row_tells_what_a_decision_needs() {
    let (_home, store) = store();
    ledger(&store, |db| add_connection(db).map(drop)).await;
    let row = add(&store, "a".into(), NOW, Triage::Matched).await;
    let subject = fixture::subject(CRM, &fixture::mail("a"));
    ledger(&store, move |db| apply(db, &subject, &share("p"), &Context::engine(NOW)).map(drop)).await;
    let rows = all(&store, &[State::Scheduled]).await;
    let shown = rows.first().expect("one row");
    assert_eq!((shown.mail, shown.subject, shown.rev, shown.release_at), (row, subject, 1, Some(fixture::LATER)));
    assert_eq!(shown.from.as_ref().map(|p| p.address.as_str()), Some("client@x.jp"));
}

#[tokio::test]
async fn a_new_finding_replaces_the_old_one() {
    let (_home, store) = store();
    let row = add(&store, "a".into(), NOW, Triage::Unmatched).await;
    let found = cache(&store, move |db| {
        triage::set(db, row, CRM, &Finding { triage: Triage::Matched, candidates: vec![] })?;
        let found = triage::get(db, row, CRM)?;
        triage::forget(db, CRM)?;
        Ok((found.map(|f| f.triage), triage::get(db, row, CRM)?))
    });
    assert_eq!(found.await, (Some(Triage::Matched), None));
    assert_eq!(ledger(&store, |db| Ok(audit::verify(db)?)).await.rows, 0);
}

#[tokio::test]
async fn a_mail_without_a_from_shows_nobody_as_its_author() {
    let (_home, store) = store();
    let mut mail = fixture::mail("anonymous");
    mail.participants.retain(|p| p.role != otomo_domain::mail::Role::From);
    assert!(!mail.participants.is_empty(), "somebody else is in it");
    cache(&store, move |db| {
        let row = add_mail(db, &mail)?;
        Ok(triage::set(db, row, CRM, &Finding { triage: Triage::Matched, candidates: vec![] })?)
    })
    .await;
    let shown = all(&store, &[State::Pending]).await;
    assert_eq!(shown.iter().map(|row| row.from.clone()).collect::<Vec<_>>(), [None]);
}
