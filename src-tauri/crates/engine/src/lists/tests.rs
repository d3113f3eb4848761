use super::*;
use crate::fixture::{CLIENT, World, message};

fn titles(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| row.title.as_str()).collect()
}

impl World {
    async fn mails(&self, account: Option<AccountId>, after: Option<After>, limit: usize) -> Page {
        self.engine.mails(None, account, after, limit).await.expect("a page")
    }
}

#[tokio::test]
async fn all_mail_is_listed_a_page_at_a_time_whether_a_crm_knows_it_or_not() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.receives(&["b"]).await;
    world.mailbox.deliver(message("c", "stranger@y.jp"));
    world.receive().await;
    let first = world.mails(None, None, 2).await;
    let second = world.mails(None, first.next, 2).await;
    assert_eq!((titles(&first), titles(&second)), (vec!["c", "b"], vec!["a"]));
    assert_eq!((first.total, second.total, second.next), (3, 3, None));
    assert!(first.rows.iter().all(|row| row.standing.is_none() && row.account == world.account));

    let asked = world.engine.mails(Some(world.connection), None, None, 10).await.expect("a page");
    let states: Vec<_> = asked.rows.iter().map(|row| row.standing.as_ref().expect("a standing").state).collect();
    assert_eq!(states, [State::Unmatched, State::Pending, State::Pending]);
}

#[tokio::test]
async fn an_account_lists_its_own_mail() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    assert_eq!(titles(&world.mails(Some(world.account), None, 10).await), ["a"]);
    let other = world.mails(Some(AccountId(99)), None, 10).await;
    assert_eq!((other.rows.len(), other.total), (0, 0));
    world.mailbox.renumber();
    world.receive().await;
    let again = world.mails(Some(world.account), None, 10).await;
    assert_eq!((titles(&again), again.total), (vec!["a"], 1), "other UIDs are no other mail");
}

#[tokio::test]
async fn the_desk_counts_what_is_on_all_its_pages() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        world.receives(&[name]).await;
    }
    world.share("b").await;
    let desk = async |states: &[State]| {
        world.engine.desk(world.connection, states.to_vec(), Pile::All, None, 1).await.expect("a page")
    };
    let pending = desk(&[State::Pending]).await;
    assert_eq!((titles(&pending), pending.total, pending.next.is_some()), (vec!["c"], 2, true));
    assert_eq!(desk(&[State::Pending, State::Scheduled]).await.total, 3);
    let counts = world.engine.counts(world.connection).await.expect("counts");
    assert_eq!(counts, BTreeMap::from([(State::Pending, 2), (State::Scheduled, 1)]));
}

#[tokio::test]
async fn a_desk_made_anew_knows_what_was_decided() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    world.share("a").await;
    let world = world.without_cache().await;
    world.mailbox.deliver(message("later", CLIENT));
    world.receive().await;
    world.refresh().await;
    world.check_undecided("a", State::Scheduled).await;
    world.check_undecided("b", State::Pending).await;
}
