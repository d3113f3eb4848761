use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::fixture;
use crate::migrate;

/// A mailbox with nothing in it.
fn empty() -> Connection {
    let mut db = Connection::open_in_memory().expect("memory");
    migrate::cache().to_latest(&mut db).expect("tables");
    db
}

/// A mail and the earlier ones it names.
fn reply(number: usize, references: &[usize]) -> Mail {
    let id = |n: &usize| format!("<m{n}@x.jp>");
    let (last, rest) = references.split_last().map_or((None, references), |(last, rest)| (Some(id(last)), rest));
    Mail { references: rest.iter().map(id).collect(), in_reply_to: last, ..fixture::mail(&format!("m{number}")) }
}

/// The conversations of these mails when they arrive in this order: sets of mail numbers.
fn conversations(mails: &[(usize, Vec<usize>)]) -> BTreeSet<BTreeSet<usize>> {
    let db = empty();
    let rows: Vec<_> = mails
        .iter()
        .map(|(number, references)| (*number, fixture::add_mail(&db, &reply(*number, references)).expect("room")))
        .collect();
    let mut by_thread: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
    for (number, row) in rows {
        let sql = "SELECT thread FROM mail WHERE id = ?1";
        let thread = db.query_row(sql, [row.0], |row| row.get(0)).expect("a thread");
        by_thread.entry(thread).or_default().insert(number);
    }
    by_thread.into_values().collect()
}

/// What a conversation is, said in another way: whoever names the same mail, over any number of steps.
fn connected(mails: &[(usize, Vec<usize>)]) -> BTreeSet<BTreeSet<usize>> {
    let mut groups: Vec<BTreeSet<usize>> =
        mails.iter().map(|(number, references)| references.iter().copied().chain([*number]).collect()).collect();
    while let Some((a, b)) = first_overlap(&groups) {
        let other = groups.remove(b);
        groups[a].extend(other);
    }
    let present: BTreeSet<usize> = mails.iter().map(|(number, _)| *number).collect();
    groups.into_iter().map(|group| &group & &present).collect()
}

fn first_overlap(groups: &[BTreeSet<usize>]) -> Option<(usize, usize)> {
    let pairs = (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)));
    pairs.into_iter().find(|(a, b)| !groups[*a].is_disjoint(&groups[*b]))
}

fn check(mails: &[(usize, &[usize])], expected: &[&[usize]]) {
    let mails: Vec<_> = mails.iter().map(|(number, references)| (*number, references.to_vec())).collect();
    let expected: BTreeSet<BTreeSet<usize>> = expected.iter().map(|set| set.iter().copied().collect()).collect();
    assert_eq!(conversations(&mails), expected);
}

#[test]
fn a_reply_belongs_to_what_it_answers() {
    check(&[(1, &[]), (2, &[1]), (3, &[])], &[&[1, 2], &[3]]);
    check(&[(2, &[1]), (1, &[])], &[&[1, 2]]);
}

#[test]
fn two_answers_to_a_mail_that_never_came_are_one_conversation() {
    check(&[(2, &[1]), (3, &[1])], &[&[2, 3]]);
}

#[test]
fn a_mail_that_connects_two_conversations_makes_them_one() {
    check(&[(1, &[]), (2, &[1]), (3, &[]), (4, &[3]), (5, &[2, 4])], &[&[1, 2, 3, 4, 5]]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_makes_no_difference(
        mails in prop::collection::vec(prop::collection::vec(0usize..12, 0..3), 1..12)
            .prop_map(|all| all.into_iter().enumerate().collect::<Vec<(usize, Vec<usize>)>>()),
        seed in any::<u64>(),
    ) {
        let mut shuffled = mails.clone();
        shuffled.sort_by_key(|(number, _)| (*number as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let expected = connected(&mails);
        prop_assert_eq!(conversations(&mails), expected.clone());
        prop_assert_eq!(conversations(&shuffled), expected);
    }
}

/// A mail of the conversation and who decided what about it, one after the other.
type Decided = (usize, otomo_domain::review::Act, Origin);

/// What a mail that answers all of them is told of its conversation.
async fn facts_after(decided: Vec<Decided>) -> ThreadFacts {
    let (_home, store) = fixture::store();
    let connection = fixture::ledger(&store, |db| fixture::add_connection(db)).await;
    let answer = fixture::cache(&store, |db| {
        fixture::add_mail(db, &reply(0, &[]))?;
        fixture::add_mail(db, &reply(1, &[0]))?;
        fixture::add_mail(db, &reply(9, &[8]))?;
        fixture::add_mail(db, &reply(2, &[0, 1]))
    });
    let answer = answer.await;
    for (second, (number, act, origin)) in decided.into_iter().enumerate() {
        let subject = fixture::subject(connection, &reply(number, &[]));
        let at = Timestamp(fixture::NOW.0 + i64::try_from(second).expect("a second") * 1000);
        let write = move |db: &rusqlite::Transaction<'_>| {
            let context = crate::transition::Context { origin, ..crate::transition::Context::engine(at) };
            crate::transition::apply(db, &subject, &act, &context).map(drop)
        };
        fixture::ledger(&store, write).await;
    }
    store.cache.read(move |db| Ok(facts(db, connection, answer)?)).await.expect("facts")
}

#[tokio::test]
async fn an_answer_is_told_what_the_rep_said_last_about_its_conversation() {
    use otomo_domain::review::Act::{KeepPrivate, Lease, SendNow, Undo};
    let share = || fixture::share("p");
    let engine = Origin::Engine;
    let check = async |decided: Vec<Decided>, private_since: Option<i64>, people: usize| {
        let facts = facts_after(decided.clone()).await;
        let since = private_since.map(|second| Timestamp(fixture::NOW.0 + second * 1000));
        assert_eq!((facts.private_since, facts.shared_with.len()), (since, people), "{decided:?}");
    };
    let people = fixture::mail("m0").participants.len();
    check(vec![], None, 0).await;
    check(vec![(0, KeepPrivate, Origin::User)], Some(0), 0).await;
    check(vec![(0, KeepPrivate, Origin::Thread)], None, 0).await;
    check(vec![(0, KeepPrivate, Origin::Rule(1))], None, 0).await;
    check(vec![(0, KeepPrivate, Origin::User), (0, Undo, Origin::User)], None, 0).await;
    check(vec![(9, KeepPrivate, Origin::User)], None, 0).await;
    check(vec![(0, share(), Origin::User)], None, people).await;
    check(vec![(0, share(), Origin::Mode(1)), (1, KeepPrivate, Origin::User)], Some(1), people).await;
    check(vec![(0, KeepPrivate, Origin::User), (1, share(), Origin::User)], None, people).await;
    check(vec![(0, KeepPrivate, Origin::User), (1, share(), Origin::Mode(1))], Some(0), people).await;
    let hastened = (1, SendNow { now: fixture::NOW }, Origin::User);
    check(vec![(0, KeepPrivate, Origin::User), (1, share(), Origin::Mode(1)), hastened], None, people).await;
    check(vec![(0, KeepPrivate, Origin::User), (1, share(), Origin::User), (1, Undo, Origin::User)], Some(0), 0).await;
    // What was shared before is carried out later.
    let (release, delivered) = (fixture::release("p"), fixture::delivered());
    let shared = [(1, share(), Origin::User), (0, KeepPrivate, Origin::User)];
    let carried_out =
        [(1, release.clone(), engine.clone()), (1, Lease, engine.clone()), (1, delivered, engine.clone())];
    check([&shared[..], &carried_out].concat(), Some(1), people).await;
    // It is taken back while it is on the wire.
    let sent = [(1, share(), Origin::User), (1, release, engine.clone()), (1, Lease, engine)];
    let taken_back = [(0, KeepPrivate, Origin::User), (1, Undo, Origin::User)];
    check([&sent[..], &taken_back].concat(), Some(4), people).await;
}
