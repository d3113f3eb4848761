use super::*;
use crate::Store;
use crate::fixture::{self, NOW, add_connection, add_mail, cache, ledger, share, store};
use crate::table::triage::{self, Finding};
use crate::table::{audit, mail, mail_account, review};
use crate::transition::{Context, apply};
use otomo_domain::judge::Advice;
use otomo_domain::review::{Review, Triage};
use otomo_domain::rules::Exclusion;
use otomo_domain::time::Timestamp;

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
        triage::set(db, row, CRM, &Finding { triage, candidates: vec![], advice: Advice::default() })?;
        Ok(row)
    })
    .await
}

/// The list of the rep, once the desk has caught up.
async fn all(store: &Store, states: &'static [State]) -> Vec<DeskRow> {
    cache(store, |db| Ok(catch_up(db)?)).await;
    let own = [fixture::address("rep@own.example")];
    let read = store.cache.read(move |db| {
        let page = page(db, CRM, states, Pile::All, None, 1000)?;
        Ok(page.iter().map(|at| row(db, at.mail, Some(CRM), &own)).collect::<Result<Vec<_>, _>>()?)
    });
    read.await.expect("a list")
}

async fn is_behind(store: &Store) -> bool {
    store.cache.read(|db| Ok(super::is_behind(db)?)).await.expect("a look")
}

fn standing(row: &DeskRow) -> &Standing {
    row.standing.as_ref().expect("it has been examined")
}

fn titles(rows: &[DeskRow]) -> Vec<&str> {
    rows.iter().map(|row| row.title.as_str()).collect()
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
            ledger(&store, move |db| Ok(review::put(db, &subject, &review, review::Word::default(), NOW)?)).await;
        }
        let undecided = format!("{t}-undecided");
        add(&store, undecided.clone(), NOW, triage.clone()).await;
        expected.insert(undecided, Review::default().state(&triage));
    }
    let shown = all(&store, &EVERY_STATE).await;
    let told = shown.iter().map(|row| (row.title.clone(), standing(row).state));
    assert_eq!(told.collect::<std::collections::BTreeMap<_, _>>(), expected);
    for state in EVERY_STATE {
        let page =
            store.cache.read(move |db| Ok(page(db, CRM, &[state], Pile::All, None, 1000)?)).await.expect("a page");
        assert_eq!(page.len(), expected.values().filter(|s| **s == state).count(), "{state:?}");
    }

    let mut counted = std::collections::BTreeMap::new();
    expected.values().for_each(|state| *counted.entry(*state).or_insert(0) += 1);
    let counts = store.cache.read(|db| Ok(crate::table::tally::counts(db, CRM)?)).await.expect("counts");
    assert_eq!(counts.into_iter().collect::<std::collections::BTreeMap<_, _>>(), counted);
}

#[tokio::test]
async fn only_the_states_asked_for_are_listed() {
    let (_home, store) = store();
    add(&store, "a".into(), NOW, Triage::Matched).await;
    add(&store, "b".into(), NOW, Triage::Unmatched).await;
    assert_eq!(titles(&all(&store, &[State::Pending]).await), ["a"]);
    assert_eq!(titles(&all(&store, &[State::Unmatched, State::Logged]).await), ["b"]);
    assert_eq!(titles(&all(&store, &[]).await), Vec::<&str>::new());
}

#[tokio::test]
async fn pages_show_each_mail_once_newest_first_also_where_dates_are_the_same() {
    let (_home, store) = store();
    for number in 0..25i64 {
        let triage = if number % 3 == 0 { Triage::Unmatched } else { Triage::Matched };
        add(&store, format!("{number}"), Timestamp(NOW.0 + number / 4), triage).await;
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let states = [State::Pending, State::Unmatched];
        let page = store.cache.read(move |db| Ok(page(db, CRM, &states, Pile::All, after, 4)?)).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(*last);
        seen.extend(page);
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
    ledger(&store, move |db| apply(db, &subject, &share("p"), &Context::rep(NOW)).map(drop)).await;
    let rows = all(&store, &[State::Scheduled]).await;
    let shown = rows.first().expect("one row");
    assert_eq!((shown.mail, shown.id), (row, subject.mail));
    assert_eq!((standing(shown).rev, standing(shown).release_at), (1, Some(fixture::LATER)));
}

#[tokio::test]
async fn a_new_finding_replaces_the_old_one() {
    let (_home, store) = store();
    let row = add(&store, "a".into(), NOW, Triage::Unmatched).await;
    let found = cache(&store, move |db| {
        triage::set(db, row, CRM, &Finding { triage: Triage::Matched, candidates: vec![], advice: Advice::default() })?;
        let found = triage::get(db, row, CRM)?;
        assert!(triage::forget(db, CRM, 500)?);
        Ok((found.map(|f| f.triage), triage::get(db, row, CRM)?))
    });
    assert_eq!(found.await, (Some(Triage::Matched), None));
    assert_eq!(ledger(&store, |db| Ok(audit::verify(db)?)).await.rows, 0);
}

#[tokio::test]
async fn the_other_side_is_the_author_or_the_first_receiver_of_what_the_rep_wrote() {
    use otomo_domain::mail::Role;
    let (_home, store) = store();
    let check = async |name: &str, people: &[(Role, &str)], who: Option<&str>, outgoing: bool| {
        let person = |(role, text): &(Role, &str)| otomo_domain::mail::Participant {
            role: *role,
            person: otomo_domain::address::Person { address: fixture::address(text), name: String::new() },
        };
        let mail =
            otomo_domain::mail::Mail { participants: people.iter().map(person).collect(), ..fixture::mail(name) };
        let shown = cache(&store, move |db| {
            let mail = add_mail(db, &mail)?;
            Ok(row(db, mail, None, &[fixture::address("rep@own.example")])?)
        });
        let shown = shown.await;
        let told = shown.who.as_ref().map(|person| person.address.as_str());
        assert_eq!((told, shown.outgoing), (who, outgoing), "{name}");
        assert!(shown.standing.is_none(), "nobody asked about a CRM");
    };
    let (rep, client, other) = ("rep@own.example", "client@x.jp", "other@x.jp");
    check("received", &[(Role::From, client), (Role::To, rep)], Some(client), false).await;
    check("sent", &[(Role::From, rep), (Role::ReplyTo, other), (Role::To, client)], Some(client), true).await;
    check("sent by cc", &[(Role::From, rep), (Role::Cc, client)], Some(client), true).await;
    check("sent to nobody", &[(Role::From, rep)], None, true).await;
    check("without a from", &[(Role::To, client)], None, false).await;
}

#[tokio::test]
async fn a_decision_is_shown_once_the_desk_has_caught_up_and_so_is_its_undoing() {
    let (_home, store) = store();
    ledger(&store, |db| add_connection(db).map(drop)).await;
    let mail = add(&store, "a".into(), NOW, Triage::Matched).await;
    let act = async |act: otomo_domain::review::Act| {
        let subject = fixture::subject(CRM, &fixture::mail("a"));
        ledger(&store, move |db| apply(db, &subject, &act, &Context::rep(NOW)).map(drop)).await;
        assert!(is_behind(&store).await);
    };
    act(share("p")).await;
    assert_eq!(titles(&all(&store, &[State::Scheduled]).await), ["a"]);
    assert_eq!((all(&store, &[State::Pending]).await.len(), is_behind(&store).await), (0, false));
    act(otomo_domain::review::Act::Undo).await;
    assert_eq!(titles(&all(&store, &[State::Pending]).await), ["a"]);

    act(otomo_domain::review::Act::KeepPrivate).await;
    cache(&store, move |db| {
        Ok(triage::set(
            db,
            mail,
            CRM,
            &Finding { triage: Triage::Unmatched, candidates: vec![], advice: Advice::default() },
        )?)
    })
    .await;
    assert!(all(&store, &[State::Unmatched]).await.is_empty(), "a new finding does not undo a decision");
    assert_eq!(titles(&all(&store, &[State::Private]).await), ["a"]);
}

#[tokio::test]
async fn a_row_tells_the_first_contact_with_its_company_and_how_many_more_there_are() {
    use otomo_domain::connector::ContactPage;
    use otomo_domain::contact::{Contact, RecordRef, RecordType};
    let (_home, store) = store();
    let contact = |kind, id: &str, parent| Contact {
        record: RecordRef { kind, id: id.into() },
        name: format!("name of {id}"),
        emails: vec![],
        url: None,
        parent,
    };
    let company = RecordRef { kind: RecordType::Company, id: "C".into() };
    let contacts = vec![
        contact(RecordType::Contact, "A", Some(company)),
        contact(RecordType::Contact, "B", None),
        contact(RecordType::Company, "C", None),
    ];
    let page = ContactPage { contacts, gone: vec![], cursor: String::new(), has_more: false, starts_over: true };
    cache(&store, move |db| Ok(crate::table::contact::take_page(db, CRM, &page, NOW).map(drop)?)).await;
    let brief = async |name: &'static str, records: &'static [&'static str]| {
        let candidate = |id: &&str| otomo_domain::matching::Candidate {
            record: fixture::record(id),
            name: format!("name of {id}"),
            company: None,
            reasons: vec![],
        };
        let shown = cache(&store, move |db| {
            let mail = add_mail(db, &fixture::mail(name))?;
            let candidates = records.iter().map(candidate).collect();
            triage::set(db, mail, CRM, &Finding { triage: Triage::Matched, candidates, advice: Advice::default() })?;
            Ok(row(db, mail, Some(CRM), &[])?)
        });
        let contact = shown.await.standing.expect("a standing").contact;
        contact.map(|brief| (brief.name, brief.company, brief.more))
    };
    assert_eq!(brief("nobody", &[]).await, None);
    assert_eq!(brief("two", &["A", "B"]).await, Some(("name of A".into(), Some("name of C".into()), 1)));
    assert_eq!(brief("alone", &["B"]).await, Some(("name of B".into(), None, 0)));
    assert_eq!(brief("gone", &["Z"]).await, Some(("name of Z".into(), None, 0)));
}

#[tokio::test]
async fn a_list_shows_five_hundred_characters_of_a_subject() {
    let (_home, store) = store();
    let mail = otomo_domain::mail::Mail { subject: "件".repeat(5000), ..fixture::mail("long") };
    let shown = cache(&store, move |db| {
        let mail = add_mail(db, &mail)?;
        Ok(row(db, mail, None, &[])?)
    });
    assert_eq!(shown.await.title, "件".repeat(500));
}

/// A page must cost the same however much mail there is and however far one scrolls.
#[tokio::test]
async fn every_page_comes_straight_out_of_an_index() {
    let (_home, store) = store();
    for (sql, index) in [
        (&*Pile::All.page(), "desk_page"),
        (&Pile::Later.page(), "desk_page"),
        (&Pile::First.page(), "desk_first"),
        (&Pile::Alert.page(), "desk_alert"),
        (AUTO, "desk_auto"),
        (mail_account::PAGE, "mail_account_page"),
        (mail::PAGE, "mail_date"),
        (&review::latest_sql(), "review_changed_at"),
    ] {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let plan = store.cache.read(move |db| {
            let mut explain = db.prepare(&sql)?;
            let values = vec![5; explain.parameter_count()];
            let steps = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3))?;
            Ok(steps.collect::<Result<Vec<_>, _>>()?)
        });
        let plan = plan.await.expect("a plan");
        let [step] = plan.as_slice() else { panic!("{plan:?}") };
        assert!(step.starts_with("SEARCH") && step.contains(index), "{step}");
    }
}

#[tokio::test]
async fn what_cannot_be_decided_on_keeps_nothing_from_its_turn() {
    use otomo_domain::rules::Origin;
    let (_home, store) = store();
    let turns = cache(&store, |db| {
        let advice = Advice::Private { by: Origin::Mode(1) };
        let finding = Finding { triage: Triage::Matched, candidates: vec![], advice };
        for name in ["a", "b"] {
            triage::set(db, add_mail(db, &fixture::mail(name))?, ConnectionId(1), &finding)?;
        }
        let turn = |after| by_itself(db, ConnectionId(1), MailRow(after), 1);
        Ok([turn(0)?, turn(1)?, turn(2)?])
    });
    assert_eq!(turns.await, [vec![MailRow(1)], vec![MailRow(2)], vec![]]);
}
