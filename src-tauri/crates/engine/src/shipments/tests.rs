use super::*;
use crate::fixture::World;

async fn only(world: &World, state: State) -> Shipment {
    let mut found = world.engine.shipments(vec![state], 10).await.expect("a list");
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[tokio::test]
async fn a_shipment_tells_what_the_rep_knows_it_by() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    for state in [State::Scheduled, State::Logged] {
        let shipment = only(&world, state).await;
        assert_eq!(shipment.mail, Some(world.row("a").await.mail));
        assert_eq!(shipment.who.map(|who| who.address.to_string()).as_deref(), Some("client@x.jp"));
        assert_eq!((shipment.subject.as_str(), shipment.outgoing), ("a", false));
        assert_eq!(shipment.records.len(), 1, "{:?}", shipment.records);
        world.grace().await;
    }
}

#[tokio::test]
async fn a_mail_that_went_without_its_subject_is_still_known_by_it_here() {
    use otomo_domain::payload::Level;
    let world = World::new().await;
    world.receives(&["a"]).await;
    let wish = crate::preview::Wish { level: Some(Level::Metadata), ..Default::default() };
    world.try_share("a", wish).await.expect("a decision");
    world.grace().await;
    assert_eq!(only(&world, State::Logged).await.subject, "a");
}

#[tokio::test]
async fn without_the_mail_a_shipment_tells_what_was_sent() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    world.mailbox.empty();
    let world = world.without_cache().await;
    world.receive().await;
    let shipment = only(&world, State::Logged).await;
    assert_eq!((shipment.mail, shipment.subject.as_str()), (None, "a"));
    assert_eq!(shipment.who.map(|who| who.address.to_string()).as_deref(), Some("client@x.jp"));
}

#[tokio::test]
async fn the_history_shows_each_mail_once_last_changed_first() {
    let world = World::new().await;
    let names = ["a", "b", "c", "d", "e"];
    world.shares(&names).await;
    let first = world.review("a").await.id;
    world.engine.retract(first).await.expect("a retraction");
    world.pass(1).await;
    let asked = Asked { states: vec![State::Logged, State::Retracted], ..Asked::default() };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = world.engine.history(&asked, after, 2).await.expect("a page");
        seen.extend(page.into_iter().map(|shipment| (shipment.row.changed_at, shipment.row.id)));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), seen.first().map(|(_, id)| *id)), (5, Some(first)));
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}

/// The subjects of a part of the history, newest first.
async fn check_history(world: &World, asked: Asked, expected: &[&str]) {
    let (page, _) = world.engine.history(&asked, None, 10).await.expect("a page");
    assert_eq!(page.iter().map(|s| s.subject.as_str()).collect::<Vec<_>>(), expected, "{asked:?}");
}

#[tokio::test]
async fn the_history_is_filtered_by_words_time_and_whoever_decided() {
    let world = World::new().await;
    let decided = || Asked { states: vec![State::Logged, State::Private], ..Asked::default() };
    let filtered = |filter| Asked { filter, ..decided() };
    world.shares(&["ＡＢＣ商事"]).await;
    let between = world.engine.now();
    world.pass(5).await;
    world.receives(&["other"]).await;
    world.engine.keep_private(&[world.seen("other").await], None).await.expect("a decision");
    check_history(&world, decided(), &["other", "ＡＢＣ商事"]).await;
    check_history(&world, Asked { text: Some("abc".into()), ..decided() }, &["ＡＢＣ商事"]).await;
    check_history(&world, Asked { text: Some("CLIENT@x".into()), ..decided() }, &["other", "ＡＢＣ商事"]).await;
    check_history(&world, Asked { text: Some("nothing".into()), ..decided() }, &[]).await;
    let after = between + std::time::Duration::from_secs(1);
    check_history(&world, filtered(Filter { since: Some(after), ..Filter::default() }), &["other"]).await;
    check_history(&world, filtered(Filter { until: Some(after), ..Filter::default() }), &["ＡＢＣ商事"]).await;
    check_history(&world, filtered(Filter { by_rep: Some(false), ..Filter::default() }), &[]).await;
    let by_rep = Filter { by_rep: Some(true), connection: Some(world.connection), ..Filter::default() };
    check_history(&world, filtered(by_rep), &["other", "ＡＢＣ商事"]).await;
    let elsewhere = Filter { connection: Some(ConnectionId(99)), ..Filter::default() };
    check_history(&world, filtered(elsewhere), &[]).await;
}

#[tokio::test]
async fn the_trace_of_a_mail_tells_everything_that_happened_to_it() {
    let world = World::new().await;
    world.shares(&["a", "b"]).await;
    let trace = world.engine.trace(world.review("a").await.id).await.expect("a trace");
    let acts: Vec<&str> = trace.iter().map(|(_, entry)| entry.act.as_str()).collect();
    assert_eq!(acts, ["share", "release", "lease", "delivered"]);
    assert!(trace.is_sorted_by_key(|(seq, _)| *seq));
    let nothing = world.engine.trace(ReviewId(99)).await;
    assert!(matches!(nothing, Err(Fault::NoSuch("review"))));
}

#[tokio::test]
async fn what_changes_while_the_history_is_written_down_is_in_it_once() {
    let world = World::new().await;
    world.shares(&["a", "b", "c"]).await;
    let asked = Asked { states: vec![State::Logged, State::Retracted], ..Asked::default() };
    let ids = world.engine.history_ids(&asked).await.expect("numbers");
    assert_eq!(ids.len(), 3);
    let (first, rest) = ids.split_at(1);
    let mut seen = world.engine.history_of(&asked, first.to_vec()).await.expect("the first");
    let (moves, leaves) = (rest[0], rest[1]);
    world.engine.retract(moves).await.expect("a wish");
    world.pass(1).await;
    world.engine.retract(leaves).await.expect("a wish");
    seen.extend(world.engine.history_of(&asked, rest.to_vec()).await.expect("the rest"));
    let states: Vec<_> = seen.iter().map(|shipment| (shipment.row.id, shipment.row.review.state)).collect();
    assert_eq!(states, [(first[0], Some(State::Logged)), (moves, Some(State::Retracted))]);
}

#[tokio::test]
async fn the_history_is_written_down_with_the_text_that_was_asked_for() {
    let world = World::new().await;
    world.shares(&["a", "b"]).await;
    let asked = Asked { states: vec![State::Logged], text: Some("Ｂ".into()), ..Asked::default() };
    let ids = world.engine.history_ids(&asked).await.expect("numbers");
    let found = world.engine.history_of(&asked, ids).await.expect("a part");
    assert_eq!(found.iter().map(|shipment| shipment.subject.as_str()).collect::<Vec<_>>(), ["b"]);
}
