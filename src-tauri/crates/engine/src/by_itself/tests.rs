use std::time::Duration;

use otomo_domain::account::ShareMode;
use otomo_domain::payload::Level;
use otomo_domain::policy::Policy;
use otomo_domain::review::{Returned, Review, State};
use otomo_domain::rules::{About, Rule, Then};
use otomo_domain::sharing::Quiet;
use otomo_domain::time::Timestamp;
use otomo_store::table::mail;

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{Answer, CLIENT, Op, World, address, message_of};
use crate::rows::Pile;

/// What mail that goes by itself waits, unless the rep chose something else.
const GRACE_AUTO: u64 = 15 * 60;

const HOUR: u64 = 3600;

fn about_client(then: Then) -> Rule {
    Rule::of_policy(About::Address(address(CLIENT)), then)
}

fn valid(policy: Policy) -> PolicyState {
    PolicyState::Valid(policy)
}

/// A rep whose mail goes by itself.
async fn easy() -> World {
    let world = World::new().await;
    world.lets_go().await;
    world
}

/// Mail came in, and was decided on by itself or not.
async fn after_hearing(world: &World, name: &str) -> Option<Review> {
    world.hears(&[name]).await;
    world.work().await;
    match world.standing(name).await.rev {
        0 => None,
        _ => Some(world.review(name).await.review),
    }
}

#[tokio::test]
async fn mail_goes_by_itself_after_a_grace_period_of_its_own() {
    let world = easy().await;
    let review = after_hearing(&world, "a").await.expect("a decision");
    assert_eq!((review.state, review.origin), (Some(State::Scheduled), Some(Origin::Mode(world.account.0))));
    assert_eq!(review.release_at, Some(world.engine.now() + Duration::from_secs(GRACE_AUTO)));
    world.pass(GRACE_AUTO - 1).await;
    assert_eq!(world.crm.count(Op::Log), 0);
    world.pass(1).await;
    world.check("a", State::Logged).await;
}

#[tokio::test]
async fn what_was_there_before_waits_for_the_rep() {
    let world = World::new().await;
    world.hears(&["before"]).await;
    world.clock.advance(Duration::from_secs(1));
    world.lets_go().await;
    world.receives(&["past"]).await;
    world.work().await;
    world.check_undecided("before", State::Pending).await;
    world.check_undecided("past", State::Pending).await;
}

#[tokio::test]
async fn twenty_are_asked_about_first() {
    let world = World::new().await;
    world
        .adjust(|settings, now| (settings.share_mode, settings.mode_since) = (Some(ShareMode::Share), Some(now)))
        .await;
    let names: Vec<String> = (0..20).map(|n| format!("m{n}")).collect();
    for name in &names {
        assert_eq!(after_hearing(&world, name).await, None, "{name}");
    }
    world.clock.advance(Duration::from_secs(1));
    for name in &names {
        world.engine.keep_private(&[world.seen(name).await], None).await.expect("a decision");
    }
    world.engine.rules_changed().await.expect("a sweep");
    assert!(after_hearing(&world, "the next").await.is_some());
}

#[tokio::test]
async fn a_rule_lets_as_much_go_as_it_says_and_no_more_than_the_policy() {
    for (most, expected) in [(None, Level::Subject), (Some(Level::Metadata), Level::Metadata)] {
        let world = World::new().await.restarted(valid(Policy { max_level: most, ..Policy::default() })).await;
        let rule = Rule { level: Some(Level::Subject), ..about_client(Then::Share) };
        let id = world.engine.add_rule(rule).await.expect("a rule").id;
        let review = after_hearing(&world, "a").await.expect("a decision");
        assert_eq!((review.choice.map(|c| c.level), review.origin), (Some(expected), Some(Origin::Rule(id))));
    }
}

#[tokio::test]
async fn a_rule_keeps_mail_private_by_itself_and_also_what_is_here() {
    let world = World::new().await;
    world.receives(&["past"]).await;
    let id = world.engine.add_rule(about_client(Then::Private)).await.expect("a rule").id;
    world.work().await;
    let review = world.check("past", State::Private).await.review;
    assert_eq!(review.origin, Some(Origin::Rule(id)));
}

#[tokio::test]
async fn an_answer_to_private_mail_is_private_and_earlier_mail_is_not() {
    let world = easy().await;
    let reference = "References: <root@x.jp>";
    world.hears_from("early", "client@x.jp", &["References: <root@x.jp>", "Auto-Submitted: auto-replied"]).await;
    world.hears_from("root", CLIENT, &["Auto-Submitted: auto-replied"]).await;
    world.clock.advance(Duration::from_secs(1));
    world.engine.keep_private(&[world.seen("root").await], None).await.expect("a decision");
    world.clock.advance(Duration::from_secs(1));
    world.hears_from("answer", CLIENT, &[reference]).await;
    world.work().await;
    assert_eq!(world.check("answer", State::Private).await.review.origin, Some(Origin::Thread));
    world.check_undecided("early", State::Pending).await;
}

#[tokio::test]
async fn what_a_person_has_touched_is_not_decided_again() {
    let world = easy().await;
    after_hearing(&world, "a").await.expect("a decision");
    let decision = world.review("a").await.decision.expect("its own decision");
    world.engine.undo(decision).await.expect("taken back");
    for _ in 0..3 {
        world.pass(GRACE_AUTO).await;
        world.check("a", State::Pending).await;
    }
    assert_eq!(world.crm.count(Op::Log), 0);
}

#[tokio::test]
async fn what_cannot_go_is_left_to_the_rep_and_not_tried_again() {
    let world = easy().await;
    world.hears(&["a"]).await;
    world.pass(0).await;
    world.pass(GRACE_AUTO).await;
    world.check("a", State::Logged).await;
    // The mail is lost here; another one comes under its name.
    let row = world.row("a").await.mail;
    world.store.cache.write(move |db| Ok(mail::remove(db, row)?)).await.expect("removed");
    let twin = String::from_utf8(message_of("a", CLIENT, world.engine.now(), &[])).expect("text");
    world.mailbox.deliver_at(twin.replace("Subject: a", "Subject: twin").into_bytes(), world.engine.now());
    world.receive().await;
    assert_eq!(
        world.engine.by_itself(world.connection, MailRow(0)).await.expect("a list").len(),
        1,
        "its rules let it go"
    );
    world.work().await;
    world.check_undecided("twin", State::Pending).await;
    assert!(world.finding("twin").await.advice.asks().contains(&Ask::Twin));
    assert!(
        world.engine.by_itself(world.connection, MailRow(0)).await.expect("a list").is_empty(),
        "it waits for the rep"
    );
}

#[tokio::test]
async fn nothing_is_decided_while_the_policy_cannot_be_read_or_the_connection_rests() {
    let world = easy().await.restarted(PolicyState::Invalid { why: "line 1".into() }).await;
    assert_eq!(after_hearing(&world, "a").await, None);
    let world = world.restarted(valid(Policy::default())).await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    world.work().await;
    world.check_undecided("a", State::Pending).await;
    world.engine.pause_connection(world.connection, false).await.expect("on again");
    world.work().await;
    world.check("a", State::Scheduled).await;
}

#[tokio::test]
async fn a_mode_that_the_policy_sets_does_not_reach_back() {
    let world = easy().await;
    world.adjust(|settings, _| settings.share_mode = Some(ShareMode::Manual)).await;
    world.clock.advance(Duration::from_secs(1));
    world.hears(&["before"]).await;
    world.clock.advance(Duration::from_secs(1));
    let policy = Policy { share_mode: Some(ShareMode::Share), ..Policy::default() };
    let world = world.restarted(valid(policy.clone())).await;
    assert!(after_hearing(&world, "after").await.is_some());
    let world = world.restarted(valid(policy)).await;
    world.work().await;
    world.check_undecided("before", State::Pending).await;
}

#[tokio::test]
async fn older_mail_that_is_quoted_goes_along_by_itself_only_if_it_was_shared() {
    let world = easy().await;
    world.adjust(|settings, _| settings.sharing.quotes = true).await;
    let now = world.engine.now();
    let raw = String::from_utf8(message_of("a", CLIENT, now, &["In-Reply-To: <asked@x.jp>"])).expect("text");
    let quoting = raw.replace("Text of a", "Text of a\r\n\r\n> What nobody has shared\r\n> and nobody has seen");
    world.mailbox.deliver_at(quoting.into_bytes(), now);
    world.receive().await;
    world.work().await;
    world.pass(GRACE_AUTO).await;
    let bytes = world.crm.mails().into_values().next().expect("it went by itself");
    let text = String::from_utf8(bytes).expect("JSON");
    assert!(text.contains("Text of a") && !text.contains("nobody has"), "{text}");
}

#[tokio::test]
async fn mail_that_was_put_off_comes_back_when_its_time_has_come() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let until = world.engine.now() + Duration::from_secs(HOUR);
    world.engine.snooze(&[world.seen("a").await], until).await.expect("put off");
    let pile = async |pile| {
        let page = world.engine.desk(world.connection, vec![State::Pending], pile, None, 9).await.expect("a list");
        page.rows.len()
    };
    assert_eq!(world.engine.next_due(world.engine.now()).await.expect("a look"), Some(until));
    world.pass(HOUR - 1).await;
    assert_eq!((pile(Pile::All).await, pile(Pile::Later).await), (0, 1));
    world.pass(1).await;
    assert_eq!((pile(Pile::All).await, pile(Pile::Later).await), (1, 0));
    assert_eq!(world.engine.next_due(world.engine.now()).await.expect("a look"), None);
}

/// Every minute after this is quiet until eight in the morning; the rep lives in Tokyo.
async fn quiet_after(world: &World, minutes: i64) -> Timestamp {
    world.clock.live_at(9 * 3600);
    let local = (world.engine.now().0 / 60_000 + 9 * 60 + minutes) % (24 * 60);
    let quiet = Quiet { from: u16::try_from(local).expect("a minute"), to: 8 * 60, weekends: false };
    world.adjust(|settings, _| settings.sharing.quiet = Some(quiet)).await;
    Timestamp::from_rfc3339("2027-01-16T08:00:00+09:00").expect("a time")
}

#[tokio::test]
async fn what_would_be_due_in_quiet_hours_waits_for_the_morning() {
    let world = easy().await;
    let morning = quiet_after(&world, 10).await;
    let review = after_hearing(&world, "a").await.expect("a decision");
    assert_eq!(review.release_at, Some(morning));
}

#[tokio::test]
async fn quiet_hours_that_come_after_the_decision_hold_it_and_not_what_the_rep_decided() {
    let world = easy().await;
    after_hearing(&world, "by itself").await.expect("a decision");
    after_hearing(&world, "hastened").await.expect("a decision");
    world.receives(&["by the rep"]).await;
    world.share("by the rep").await;
    let morning = quiet_after(&world, 0).await;
    world.pass(GRACE_AUTO).await;
    world.check("by the rep", State::Logged).await;
    world.check("by itself", State::Scheduled).await;
    assert_eq!(world.engine.next_due(world.engine.now()).await.expect("a look"), None, "the outbox may sleep");
    world.engine.send_now(world.review("hastened").await.id).await.expect("at once");
    world.work().await;
    world.check("hastened", State::Logged).await;
    world.pass(morning.since(world.engine.now()).as_secs() - 60).await;
    world.check("by itself", State::Scheduled).await;
    world.pass(60).await;
    world.check("by itself", State::Logged).await;
}

/// What lets a mail go changes while its grace period runs.
async fn check_comes_back(what: &str, change: impl AsyncFnOnce(&World), shown: State, why: Returned) {
    let world = easy().await;
    after_hearing(&world, "a").await.expect("a decision");
    change(&world).await;
    world.pass(GRACE_AUTO).await;
    assert_eq!(world.crm.count(Op::Log), 0, "{what}");
    let review = world.check("a", shown).await.review;
    assert_eq!((review.state, review.returned), (Some(State::Pending), Some(why)), "{what}");
}

#[tokio::test]
async fn mail_does_not_go_by_itself_on_a_word_that_does_not_hold_any_more() {
    use Returned::{Denied, RuleChanged};
    use State::{Excluded, Pending};
    let rule = |then| {
        async move |world: &World| {
            world.engine.add_rule(about_client(then)).await.expect("a rule");
        }
    };
    check_comes_back("never", rule(Then::NeverLog), Excluded, Denied).await;
    check_comes_back("ask", rule(Then::Ask), Pending, RuleChanged).await;
    check_comes_back("private", rule(Then::Private), Pending, RuleChanged).await;
    let mode = async |world: &World| world.adjust(|settings, _| settings.share_mode = Some(ShareMode::Manual)).await;
    check_comes_back("mode", mode, Pending, RuleChanged).await;
    let second_record = async |world: &World| {
        world.crm.know("B", CLIENT);
        world.refresh().await;
    };
    check_comes_back("a second record", second_record, Pending, RuleChanged).await;
}

#[tokio::test]
async fn what_the_rep_decided_goes_although_a_rule_would_ask_or_keep_it() {
    for then in [Then::Ask, Then::Private] {
        let world = World::new().await;
        world.receives(&["a"]).await;
        world.share("a").await;
        world.engine.add_rule(about_client(then)).await.expect("a rule");
        world.grace().await;
        world.check("a", State::Logged).await;
    }
}

#[tokio::test]
async fn a_rule_that_ends_lets_its_mail_come_back() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let end = world.engine.now() + Duration::from_secs(HOUR);
    let rule = Rule { expires_at: Some(end), ..about_client(Then::NeverLog) };
    world.engine.add_rule(rule).await.expect("a rule");
    world.check_undecided("a", State::Excluded).await;
    assert_eq!(world.engine.next_due(world.engine.now()).await.expect("a look"), Some(end));
    world.pass(HOUR - 1).await;
    world.check_undecided("a", State::Excluded).await;
    world.pass(1).await;
    world.check_undecided("a", State::Pending).await;
    assert_eq!(world.engine.next_due(world.engine.now()).await.expect("a look"), None);
}

/// A policy that never wants to see the client's mail in the CRM.
fn forbidding(retract: bool) -> PolicyState {
    let mut policy = Policy { retract_on_never_log: retract, ..Policy::default() };
    policy.never_log.addresses = vec![address(CLIENT)];
    valid(policy)
}

#[tokio::test]
async fn what_a_policy_comes_to_forbid_is_taken_back_where_it_says_so() {
    for retract in [true, false] {
        let world = World::new().await;
        world.shares(&["a"]).await;
        let world = world.restarted(forbidding(retract)).await;
        world.work().await;
        let (state, left) = if retract { (State::Retracted, 0) } else { (State::Logged, 1) };
        world.check("a", state).await;
        assert_eq!(world.crm.mails().len(), left);
    }
}

#[tokio::test]
async fn what_a_policy_takes_back_it_takes_back_once() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    let world = world.restarted(forbidding(true)).await;
    world.crm.plan(Op::Unlog, [Answer::Refuse(otomo_domain::error::CrmFaultKind::Rejected)]);
    world.work().await;
    world.check("a", State::RetractFailed).await;
    let world = world.restarted(forbidding(true)).await;
    world.pass(HOUR).await;
    world.check("a", State::RetractFailed).await;
    assert_eq!(world.crm.count(Op::Unlog), 1);
}

#[tokio::test]
async fn mail_that_is_gone_here_is_taken_back_by_what_was_frozen_of_it() {
    let world = World::new().await;
    world.shares(&["a"]).await;
    world.mailbox.empty();
    let world = world.without_cache().await.restarted(forbidding(true)).await;
    world.work().await;
    assert!(world.crm.mails().is_empty());
}

#[tokio::test]
async fn a_rule_of_the_reps_takes_nothing_back() {
    let world = World::new().await.restarted(valid(Policy { retract_on_never_log: true, ..Policy::default() })).await;
    world.shares(&["a"]).await;
    world.never_log(CLIENT).await;
    world.work().await;
    world.check("a", State::Logged).await;
}
