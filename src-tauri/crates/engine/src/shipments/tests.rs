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
    let states = [State::Logged, State::Retracted];
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = world.engine.history(states.to_vec(), after, 2).await.expect("a page");
        seen.extend(page.into_iter().map(|shipment| (shipment.row.changed_at, shipment.row.id)));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), seen.first().map(|(_, id)| *id)), (5, Some(first)));
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}
