use otomo_domain::account::ShareMode;
use otomo_domain::rules::{About, Then};

use super::*;
use crate::fixture::{CLIENT, World, address, message};

/// Longer than the clock's now is after the date of the fixture's mail.
const LONG: Duration = Duration::from_secs(90 * 24 * 3600);

fn rule(about: About, then: Then) -> Rule {
    Rule { id: Some(0), ..Rule::of_policy(about, then) }
}

impl World {
    async fn tries(&self, change: Change) -> Simulated {
        self.engine.simulate(self.connection, change, LONG).await.expect("an outcome")
    }

    async fn with(&self, about: About, then: Then) -> Simulated {
        self.tries(Change::With(rule(about, then))).await
    }
}

/// So many changes from one fate to another, and nothing else.
fn check(outcome: &Simulated, looked_at: usize, matched: usize, changes: &[((Fate, Fate), usize)]) {
    assert_eq!((outcome.looked_at, outcome.matched), (looked_at, matched));
    assert_eq!(outcome.changes.iter().map(|(change, count)| (*change, *count)).collect::<Vec<_>>(), changes);
}

#[tokio::test]
async fn a_rule_that_keeps_mail_out_tells_how_much_it_would_be() {
    let world = World::new().await;
    world.receives(&["a", "b"]).await;
    world.mailbox.deliver(message("c", "stranger@y.jp"));
    world.receive().await;
    let outcome = world.with(About::Address(address(CLIENT)), Then::NeverLog).await;
    check(&outcome, 3, 2, &[((Fate::Asked, Fate::Excluded), 2)]);
    let shown: Vec<_> = outcome.examples.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    let outcome = world.with(About::Domain("y.jp".into()), Then::Private).await;
    check(&outcome, 3, 1, &[]);
}

#[tokio::test]
async fn a_rule_that_shares_is_tried_as_if_the_mail_arrived_now() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let outcome = world.with(About::Address(address(CLIENT)), Then::Share).await;
    check(&outcome, 1, 1, &[((Fate::Asked, Fate::Shared), 1)]);
    world.check_undecided("a", otomo_domain::review::State::Pending).await;
    assert_eq!(world.engine.rules().await.expect("rules"), [], "nothing is written");
}

#[tokio::test]
async fn a_rule_can_be_taken_away_or_replaced_for_a_trial() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let id = world.never_log(CLIENT).await;
    check(&world.tries(Change::Without(id)).await, 1, 1, &[((Fate::Excluded, Fate::Asked), 1)]);
    let outcome = world.with(About::Address(address(CLIENT)), Then::Private).await;
    check(&outcome, 1, 1, &[((Fate::Excluded, Fate::KeptPrivate), 1)]);
    world.check_undecided("a", otomo_domain::review::State::Excluded).await;
    let missing = world.engine.simulate(world.connection, Change::Without(99), LONG).await;
    assert!(matches!(missing, Err(Fault::NoSuch("rule"))));
}

#[tokio::test]
async fn only_the_mail_of_the_last_days_is_looked_at() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let change = Change::With(rule(About::Address(address(CLIENT)), Then::NeverLog));
    let outcome = world.engine.simulate(world.connection, change, Duration::from_secs(7 * 24 * 3600)).await;
    assert_eq!(outcome.expect("an outcome").looked_at, 0);
}

#[tokio::test]
async fn a_rule_about_nearly_everything_is_told_from_one_about_a_lot() {
    let told = |looked_at, matched| Simulated { looked_at, matched, ..Simulated::default() }.is_nearly_everything();
    assert!(told(20, 18) && told(1000, 900) && told(20, 20));
    assert!(!told(20, 17) && !told(19, 19) && !told(0, 0) && !told(1000, 899));
}

#[tokio::test]
async fn many_mails_are_looked_at_in_pieces_and_each_once() {
    let world = World::new().await;
    let names: Vec<String> = (0..AT_ONCE + 40).map(|n| format!("m{n}")).collect();
    world.receives(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let outcome = world.with(About::Subject("M1".into()), Then::NeverLog).await;
    let matching = names.iter().filter(|name| name.starts_with("m1")).count();
    check(&outcome, names.len(), matching, &[((Fate::Asked, Fate::Excluded), matching)]);
    assert_eq!(outcome.examples.len(), EXAMPLES);
    let all = world.with(About::Domain("x.jp".into()), Then::NeverLog).await;
    assert!(all.is_nearly_everything());
}

#[tokio::test]
async fn what_goes_by_itself_is_told_to_be_asked_again() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let adjust = |account: &mut otomo_domain::account::Account| {
        account.settings.share_mode = Some(ShareMode::Share);
        account.settings.sharing.practised = true;
    };
    world.engine.adjust_account(world.account, adjust).await.expect("settings");
    world.engine.rules_changed().await.expect("a sweep");
    let outcome = world.with(About::Account(world.account), Then::Ask).await;
    check(&outcome, 1, 1, &[((Fate::Shared, Fate::Asked), 1)]);
}
