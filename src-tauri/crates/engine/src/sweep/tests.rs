use std::collections::BTreeMap;

use otomo_domain::account::ShareMode;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::mail::MailKey;
use otomo_domain::rules::{AboutRecord, Rule, Then};
use otomo_domain::sharing::Sharing;
use otomo_store::table::rule;

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{CLIENT, World, address};
use crate::rows::{Finding, Pile};

/// Mail of every kind that a rule can be about.
async fn world() -> World {
    let world = World::new().await;
    world.crm.know("W", "ｗide@x.jp");
    world.refresh().await;
    world.hears(&["plain"]).await;
    world.hears_from("answer", CLIENT, &["References: <plain@x.jp>"]).await;
    world.hears_from("answer to it", "other@sub.x.jp", &["In-Reply-To: <answer@x.jp>"]).await;
    world.hears_from("of a list", CLIENT, &["List-Id: News <news.x.jp>"]).await;
    world.hears_from("社外秘 ＡＢＣ", CLIENT, &[]).await;
    world.hears_from("stranger", "somebody@y.jp", &[]).await;
    world.hears_from("wide", "ｗide@x.jp", &[]).await;
    world
}

async fn findings(world: &World) -> BTreeMap<String, Finding> {
    let every = crate::fixture::EVERY_STATE.to_vec();
    let page = world.engine.desk(world.connection, every, Pile::All, None, 100).await.expect("a list");
    let mut findings = BTreeMap::new();
    for row in page.rows {
        let (_, finding) = world.engine.find_mail(world.connection, row.mail).await.expect("a finding");
        findings.insert(row.title, finding);
    }
    findings
}

/// A rule takes hold of just the mail that a look at everything finds, both when it comes and when it goes.
async fn check(world: &World, about: About, then: Then, touched: usize) {
    let before = findings(world).await;
    let id = world.engine.add_rule(Rule::of_policy(about.clone(), then)).await.expect("a rule").id;
    let with = findings(world).await;
    let changed = with.iter().filter(|(name, finding)| before.get(*name) != Some(finding)).count();
    assert_eq!(changed, touched, "{about:?} {:?}", with.iter().map(|(n, f)| (n, &f.triage)).collect::<Vec<_>>());
    world.engine.sweep_everything().await.expect("a sweep");
    assert_eq!(findings(world).await, with, "{about:?}");
    world.engine.remove_rule(id).await.expect("removed");
    assert_eq!(findings(world).await, before, "{about:?}");
}

#[tokio::test]
async fn a_rule_takes_hold_of_all_the_mail_it_is_about_that_is_here() {
    let world = world().await;
    let record = RecordRef { kind: RecordType::Contact, id: "A".into() };
    let a = AboutRecord { connection: world.connection, record };
    check(&world, About::Address(address(CLIENT)), Then::NeverLog, 4).await;
    check(&world, About::Address(address("wide@x.jp")), Then::NeverLog, 1).await;
    check(&world, About::Domain("x.jp".into()), Then::NeverLog, 6).await;
    check(&world, About::Domain("y.jp".into()), Then::Internal, 1).await;
    check(&world, About::Contact(a), Then::NeverLog, 4).await;
    check(&world, About::Thread(MailKey::of_message_id("<plain@x.jp>")), Then::NeverLog, 3).await;
    check(&world, About::Account(world.account), Then::Private, 5).await;
    check(&world, About::List("news.x.jp".into()), Then::NeverLog, 1).await;
    check(&world, About::Subject("abc".into()), Then::NeverLog, 1).await;
    check(&world, About::Folder("inbox".into()), Then::NeverLog, 7).await;
}

/// What a change of the account's settings makes a difference to.
async fn check_reach(
    world: &World,
    change: impl FnOnce(&mut otomo_domain::account::AccountSettings),
    expected: &[Part],
) {
    let before = world.engine.snapshot();
    world.adjust(|settings, _| change(settings)).await;
    let reach = Reach::between(&before, &world.engine.snapshot());
    assert_eq!(reach, Reach::Parts(expected.iter().cloned().collect()));
}

#[tokio::test]
async fn a_setting_that_changes_no_verdict_lets_no_mail_be_looked_at() {
    let world = World::new().await;
    let id = world.account;
    check_reach(&world, |settings| settings.sharing.grace = 60, &[]).await;
    check_reach(&world, |settings| settings.sharing.quotes = true, &[]).await;
    check_reach(&world, |settings| settings.share_mode = Some(ShareMode::Share), &[Part::MatchedOf(id)]).await;
    check_reach(
        &world,
        |settings| settings.sharing = Sharing { targets: Some(vec![]), ..settings.sharing.clone() },
        &[Part::About(About::Account(id))],
    )
    .await;
}

#[tokio::test]
async fn mail_is_shared_only_to_the_connections_that_its_account_shares_to() {
    use otomo_domain::review::State;
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.adjust(|settings, _| settings.sharing.targets = Some(vec![])).await;
    world.check_undecided("a", State::Excluded).await;
    world.adjust(|settings, _| settings.sharing.targets = Some(vec![otomo_domain::account::ConnectionId(1)])).await;
    world.check_undecided("a", State::Pending).await;
}

#[tokio::test]
async fn a_sweep_that_a_crash_broke_off_is_finished_at_the_start() {
    use otomo_domain::review::State;
    let world = World::new().await;
    world.receives(&["a"]).await;
    let rule = Rule::of_policy(About::Address(address(CLIENT)), Then::NeverLog);
    // It is in the ledger, and the process dies before anything is held against it.
    world.store.ledger.write(move |db| Ok(rule::put(db, &rule, None)?)).await.expect("a rule");
    world.check_undecided("a", State::Pending).await;
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    world.check_undecided("a", State::Excluded).await;
}

#[tokio::test]
async fn a_sweep_that_did_not_come_to_its_end_is_made_good_by_the_next() {
    use otomo_domain::review::State;
    let world = World::new().await;
    world.receives(&["a"]).await;
    let rule = Rule::of_policy(About::Address(address(CLIENT)), Then::NeverLog);
    world.store.ledger.write(move |db| Ok(rule::put(db, &rule, None)?)).await.expect("a rule");
    // The rules have been read, and whoever would have swept has been stopped.
    world.engine.read_rules().await.expect("the rules");
    let further = world.engine.unswept.lock().await.take();
    *world.engine.sweeping.lock().await = further;
    world.engine.rules_changed().await.expect("a sweep");
    world.check_undecided("a", State::Excluded).await;
}

/// Mail that lay in a folder stays out by its rule after this has happened to the folder.
async fn check_folder(happens: impl AsyncFnOnce(&World)) {
    use otomo_domain::review::State;
    let world = World::new().await;
    world.receives(&["a"]).await;
    let rule = Rule::of_policy(About::Folder("INBOX".into()), Then::NeverLog);
    let id = world.engine.add_rule(rule).await.expect("a rule").id;
    happens(&world).await;
    world.engine.sweep_everything().await.expect("a sweep");
    world.check_undecided("a", State::Excluded).await;
    world.engine.remove_rule(id).await.expect("no rule");
    world.check_undecided("a", State::Pending).await;
}

#[tokio::test]
async fn what_is_said_of_a_folder_holds_for_its_mail_when_the_folder_is_not_known_any_more() {
    check_folder(async |world| {
        world.mailbox.empty();
        world.mailbox.renumber();
        world.receive().await;
    })
    .await;
    check_folder(async |world| world.engine.remove_account(world.account, false, false).await.expect("removed")).await;
}

/// Waits for its turn in vain, and is stopped.
async fn in_vain<T>(change: impl Future<Output = T>) {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(1), change).await;
    assert!(waited.is_err(), "another sweep is under way");
}

#[tokio::test]
async fn what_a_new_rule_forbids_does_not_leave_while_a_sweep_is_under_way() {
    use otomo_domain::review::State;
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.share("a").await;
    let under_way = world.engine.sweeping.lock().await;
    in_vain(world.never_log(CLIENT)).await;
    world.grace().await;
    world.check("a", State::Pending).await;
    assert!(world.crm.mails().is_empty());
    drop(under_way);
    world.engine.rules_changed().await.expect("a sweep");
    world.check("a", State::Excluded).await;
}

#[tokio::test]
async fn a_rule_that_comes_and_goes_while_a_sweep_is_under_way_leaves_nothing_behind() {
    use otomo_domain::review::State;
    let world = World::new().await;
    let under_way = world.engine.sweeping.lock().await;
    in_vain(world.never_log(CLIENT)).await;
    world.receives(&["a"]).await;
    world.check_undecided("a", State::Excluded).await;
    let rules = world.store.ledger.read(|db| Ok(rule::list(db)?)).await.expect("rules");
    let id = rules.iter().find_map(|rule| rule.id).expect("the rule");
    in_vain(world.engine.remove_rule(id)).await;
    drop(under_way);
    world.engine.rules_changed().await.expect("a sweep");
    world.check_undecided("a", State::Pending).await;
}

#[tokio::test]
async fn a_policy_that_comes_to_take_back_takes_back_what_it_forbade_before() {
    use otomo_domain::policy::NeverLog;
    use otomo_domain::review::State;
    let world = World::new().await;
    world.shares(&["a"]).await;
    let forbids = |retract_on_never_log| {
        let never_log = NeverLog { addresses: vec![address(CLIENT)], ..NeverLog::default() };
        PolicyState::Valid(Policy { never_log, retract_on_never_log, ..Policy::default() })
    };
    let world = world.restarted(forbids(false)).await;
    world.work().await;
    world.check("a", State::Logged).await;
    let world = world.restarted(forbids(true)).await;
    world.work().await;
    world.check("a", State::Retracted).await;
}
