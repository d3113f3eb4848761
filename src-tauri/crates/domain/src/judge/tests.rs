//! What the judge says in single cases stands in `mime/tests/golden`; here is what holds of every case.

use proptest::prelude::*;

use super::*;
use crate::address::Person;
use crate::contact::{RecordRef, RecordType};
use crate::digest::Digest;
use crate::mail::{Defect, MailId, Marks, Participant, Role};
use crate::matching::{Hit, candidates};
use crate::rules::{About, AboutRecord, Exclusion, Then};

const CONNECTION: ConnectionId = ConnectionId(1);
const ACCOUNT: AccountId = AccountId(1);
const CONNECTED: Timestamp = Timestamp(1_000);
const ARRIVED: Timestamp = Timestamp(10_000);
const NOW: Timestamp = Timestamp(20_000);

const OWN: [&str; 2] = ["rep@own.example", "rep.private@gmail.com"];
const PEOPLE: [&str; 6] = [
    "rep@own.example",
    "colleague@own.example",
    "a@customer.example",
    "b@customer.example",
    "c@partner.example",
    "stranger@gmail.com",
];

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn record(id: &str) -> RecordRef {
    RecordRef { kind: RecordType::Contact, id: id.into() }
}

/// The index: A and B of one company, C of another.
fn hits(address: &Address) -> Vec<Hit> {
    let (id, company) = match address.as_str() {
        "a@customer.example" => ("A", "X"),
        "b@customer.example" => ("B", "X"),
        "c@partner.example" => ("C", "Y"),
        _ => return Vec::new(),
    };
    vec![Hit { record: record(id), name: id.into(), primary: true, company: Some(record(company)) }]
}

/// A mail and everything it is held against.
#[derive(Clone, Debug)]
struct World {
    mail: Mail,
    rules: Vec<Rule>,
    stances: Vec<Stance>,
    thread: ThreadFacts,
    twin: bool,
    first_contact: bool,
    outgoing: bool,
    now: Timestamp,
}

impl World {
    fn judge(&self) -> Judgement {
        let own: Vec<Address> = OWN.map(address).into();
        let candidates = candidates(&self.mail.participants, &own, hits);
        let accounts: BTreeMap<AccountId, Stance> = (1..).map(AccountId).zip(self.stances.iter().cloned()).collect();
        let ids: Vec<AccountId> = accounts.keys().copied().collect();
        let facts = Facts {
            connection: CONNECTION,
            mail: &self.mail,
            outgoing: self.outgoing,
            arrived: ARRIVED,
            accounts: &ids,
            folders: &["INBOX".into()],
            candidates: &candidates,
            first_contact: self.first_contact,
            thread: &self.thread,
            twin: self.twin,
        };
        judge(&facts, &Standards { own, book: RuleBook::new(self.rules.clone()), accounts }, self.now)
    }

    fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}

fn mail(people: &[(Role, &str)]) -> Mail {
    let person = |(role, text): &(Role, &str)| Participant {
        role: *role,
        person: Person { address: address(text), name: String::new() },
    };
    Mail {
        id: MailId { key: MailKey::of_message_id("m@x.jp"), content: Digest::of(b"m") },
        message_id: "<m@x.jp>".into(),
        references: vec!["<root@x.jp>".into()],
        in_reply_to: None,
        date: ARRIVED,
        subject: "件名 subject".into(),
        participants: people.iter().map(person).collect(),
        attachments: vec![],
        snippet: String::new(),
        defects: vec![],
        marks: Marks { examined: true, ..Marks::default() },
        size: 0,
    }
}

fn stance(mode: Option<ShareMode>) -> Stance {
    Stance {
        mode,
        fixed: false,
        past_before: CONNECTED,
        mode_since: CONNECTED,
        sent_too: false,
        practising: false,
        targets: None,
    }
}

/// A mail of A's in an account that shares.
fn plain() -> World {
    World {
        mail: mail(&[(Role::From, "a@customer.example"), (Role::To, "rep@own.example")]),
        rules: vec![],
        stances: vec![stance(Some(ShareMode::Share))],
        thread: ThreadFacts::default(),
        twin: false,
        first_contact: false,
        outgoing: false,
        now: NOW,
    }
}

fn rule(id: Option<i64>, about: About, then: Then) -> Rule {
    Rule { id, created_at: Timestamp(500), ..Rule::of_policy(about, then) }
}

fn of_address(text: &str, then: Then) -> Rule {
    rule(Some(1), About::Address(address(text)), then)
}

/// The check whose word counted.
fn check_wins(world: &World, expected: Check) {
    let judgement = world.judge();
    let winners: Vec<Check> = judgement.steps.iter().filter(|step| step.wins).map(|step| step.check).collect();
    assert_eq!(winners, [expected], "{judgement:?}");
}

#[test]
fn the_check_that_decided_is_the_one_that_wins() {
    let (a, conversation) = ("a@customer.example", About::Thread(MailKey::of_message_id("root@x.jp")));
    check_wins(&plain(), Check::Mode);
    check_wins(&plain().with(of_address(a, Then::NeverLog)), Check::NeverLog);
    check_wins(
        &plain().with(rule(None, About::Domain("customer.example".into()), Then::NeverLog)),
        Check::PolicyNeverLog,
    );
    check_wins(&plain().with(rule(Some(2), About::Domain("customer.example".into()), Then::Internal)), Check::Internal);
    check_wins(&plain().with(of_address(a, Then::Private)), Check::PrivateRule);
    check_wins(&plain().with(of_address(a, Then::Ask)), Check::AskRule);
    check_wins(&plain().with(of_address(a, Then::Share)), Check::ShareRule);
    check_wins(&World { twin: true, ..plain() }, Check::Look);
    check_wins(&World { twin: true, ..plain() }.with(of_address(a, Then::Ask)), Check::Look);
    check_wins(&World { twin: true, ..plain() }.with(of_address(a, Then::Share)), Check::Look);
    check_wins(&World { mail: mail(&[(Role::From, "stranger@gmail.com")]), ..plain() }, Check::Match);
    let thread = ThreadFacts { private_since: Some(CONNECTED), ..ThreadFacts::default() };
    check_wins(&World { thread: thread.clone(), ..plain() }, Check::PrivateThread);
    check_wins(&World { thread, ..plain() }.with(rule(Some(3), conversation, Then::Share)), Check::ShareRule);
    let targets = Some(vec![ConnectionId(9)]);
    check_wins(&World { stances: vec![Stance { targets, ..stance(None) }], ..plain() }, Check::Target);
    let automated = Marks { examined: true, automated: Some(Automated::Bulk), ..Marks::default() };
    let machine = Mail { marks: automated, ..mail(&[(Role::From, "stranger@gmail.com")]) };
    check_wins(&World { mail: machine, ..plain() }, Check::Automated);
}

#[test]
fn a_policys_rule_does_not_let_go_what_was_asked_about_while_the_rep_got_used_to_it() {
    let advice = |id, mode_since| {
        let stances = vec![Stance { mode_since, ..stance(Some(ShareMode::Share)) }];
        let sharing = rule(id, About::Domain("customer.example".into()), Then::Share);
        World { stances, ..plain() }.with(sharing).judge().advice
    };
    assert_eq!(advice(None, CONNECTED), Advice::Share { by: Origin::Policy, level: None });
    assert_eq!(advice(None, NOW), Advice::Ask { because: vec![Ask::Past] });
    assert_eq!(advice(Some(1), NOW), Advice::Share { by: Origin::Rule(1), level: None }, "the rep's own answer");
}

#[test]
fn ten_thousand_people_and_as_many_rules_about_them_are_no_trap() {
    let people: Vec<String> = (0..10_000).map(|n| format!("p{n}@customer.example")).collect();
    let named: Vec<(Role, &str)> = people.iter().map(|text| (Role::To, text.as_str())).collect();
    let rules = people.iter().map(|text| of_address(text, Then::Share));
    let others = (0..10_000).map(|n| rule(Some(n), About::Domain(format!("d{n}.example")), Then::Internal));
    let domain = rule(Some(9), About::Domain("customer.example".into()), Then::Ask);
    let mut world = World { rules: rules.chain(others).chain([domain]).collect(), ..plain() };
    world.mail = Mail { participants: [world.mail.participants, mail(&named).participants].concat(), ..world.mail };
    assert_eq!(world.judge().advice, Advice::Ask { because: vec![Ask::Rule { id: Some(9) }] });
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(vec![Role::From, Role::Sender, Role::ReplyTo, Role::To, Role::Cc, Role::Bcc])
}

fn about() -> impl Strategy<Value = About> {
    let at = |id: &str| AboutRecord { connection: CONNECTION, record: record(id) };
    let mut all: Vec<About> = PEOPLE.map(|text| About::Address(address(text))).into();
    all.extend(["customer.example", "partner.example", "gmail.com"].map(|domain| About::Domain(domain.into())));
    all.extend([About::Contact(at("A")), About::Contact(at("C")), About::Company(at("X")), About::Account(ACCOUNT)]);
    all.extend([About::Thread(MailKey::of_message_id("root@x.jp")), About::Subject("件名".into())]);
    all.extend([About::Folder("inbox".into()), About::List("l.example".into())]);
    prop::sample::select(all)
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let then =
        prop::sample::select(vec![Then::Private, Then::Ask, Then::Share, Then::Share, Then::Share, Then::NeverLog]);
    let times = (prop::sample::select(vec![500, 9_000, 11_000]), prop::option::weighted(0.2, 15_000..25_000_i64));
    (prop::option::weighted(0.8, 1..99_i64), about(), then, times).prop_map(|(id, about, then, (made, ends))| Rule {
        created_at: Timestamp(if id.is_some() { made } else { 0 }),
        expires_at: ends.map(Timestamp),
        ..rule(id, about, then)
    })
}

fn any_stance() -> impl Strategy<Value = Stance> {
    use ShareMode::{AskOnce, Manual, Share};
    let mode = prop::sample::select(vec![None, Some(Share), Some(Share), Some(Share), Some(AskOnce), Some(Manual)]);
    let seldom = || prop::bool::weighted(0.1);
    (mode, seldom(), seldom(), seldom(), prop::option::weighted(0.2, 1..3_i64)).prop_map(
        |(mode, fixed, practising, late, target)| Stance {
            fixed,
            practising,
            past_before: if late { NOW } else { CONNECTED },
            targets: target.map(|id| vec![ConnectionId(id)]),
            ..stance(mode)
        },
    )
}

fn any_mail() -> impl Strategy<Value = Mail> {
    let people = prop::collection::vec((role(), prop::sample::select(PEOPLE.to_vec())), 1..5);
    let seldom = || prop::bool::weighted(0.05);
    let sensitive = seldom().prop_map(|is| if is { vec![SensitiveKind::Card] } else { vec![] });
    let automated = prop::option::weighted(0.05, Just(Automated::Bulk));
    (people, sensitive, automated, seldom(), seldom()).prop_map(|(people, sensitive, automated, old, dubious)| Mail {
        marks: Marks { examined: !old, list: None, automated, sensitive },
        defects: if dubious { vec![Defect::RepeatedFrom] } else { vec![] },
        ..mail(&people)
    })
}

fn any_world() -> impl Strategy<Value = World> {
    let thread = (
        prop::option::weighted(0.1, prop::sample::select(vec![5_000, 15_000])),
        prop_oneof![Just(Vec::new()), Just(PEOPLE.to_vec()), Just(PEOPLE[..3].to_vec())],
    );
    let thread = thread.prop_map(|(private, shared)| ThreadFacts {
        private_since: private.map(Timestamp),
        shared_with: shared.into_iter().map(address).collect(),
        ..ThreadFacts::default()
    });
    let rules = prop::collection::vec(any_rule(), 0..5);
    let stances = prop::collection::vec(any_stance(), 1..3);
    let flags = (prop::bool::weighted(0.1), any::<bool>(), prop::bool::weighted(0.1));
    (any_mail(), rules, stances, thread, flags).prop_map(
        |(mail, rules, stances, thread, (twin, first_contact, outgoing))| World {
            mail,
            rules,
            stances,
            thread,
            twin,
            first_contact,
            outgoing,
            now: NOW,
        },
    )
}

/// From the strictest to the laxest.
fn laxity(judgement: &Judgement) -> u8 {
    match (&judgement.triage, &judgement.advice) {
        (Triage::Excluded { .. }, _) => 0,
        (_, Advice::Private { .. }) => 1,
        (_, Advice::Ask { .. }) => 2,
        (_, Advice::Share { .. }) => 3,
    }
}

fn shares(judgement: &Judgement) -> bool {
    matches!(judgement.advice, Advice::Share { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_goes_by_itself_that_has_to_be_looked_at(world in any_world()) {
        let judgement = world.judge();
        let marks = &world.mail.marks;
        let flagged = world.twin || !marks.sensitive.is_empty() || marks.automated.is_some() || !marks.examined;
        let late = world.stances.iter().any(|stance| stance.past_before > ARRIVED);
        let private = world.thread.private_since.is_some_and(|since| since > ARRIVED)
            && !world.rules.iter().any(|rule| matches!(rule.about, About::Thread(_)) || rule.created_at.0 > 15_000);
        let held = flagged || late || private || world.outgoing || !world.mail.defects.is_empty();
        prop_assert!(!(held && shares(&judgement)), "{judgement:?}");
    }

    #[test]
    fn what_goes_by_itself_goes_on_a_word_that_lets_it(world in any_world()) {
        let judgement = world.judge();
        if let Advice::Share { by, .. } = &judgement.advice {
            let letting = world.rules.iter().filter(|r| r.then == Then::Share && r.holds_at(NOW));
            let by_rule = letting.filter(|r| r.created_at <= ARRIVED).any(|r| r.origin() == *by);
            let by_mode = matches!(by, Origin::Mode(_))
                && world.stances.iter().all(|s| s.mode == Some(ShareMode::Share) && !s.practising);
            prop_assert!(by_rule || by_mode, "{judgement:?}");
        }
    }

    #[test]
    fn whoever_is_never_to_be_logged_keeps_the_mail_out(world in any_world(), at in any::<prop::sample::Index>(), of_policy in any::<bool>()) {
        let person = &at.get(&world.mail.participants).person.address;
        let id = if of_policy { None } else { Some(100) };
        let judgement = world.clone().with(rule(id, About::Address(person.clone()), Then::NeverLog)).judge();
        prop_assert!(matches!(judgement.triage, Triage::Excluded { why: Exclusion::NeverLog { .. } }), "{judgement:?}");
    }

    #[test]
    fn a_word_of_the_policy_never_makes_a_mail_laxer(world in any_world(), about in about(), then in prop::sample::select(vec![Then::NeverLog, Then::Private, Then::Ask])) {
        let before = world.judge();
        let after = world.with(rule(None, about, then)).judge();
        prop_assert!(laxity(&after) <= laxity(&before), "{before:?} {after:?}");
    }

    #[test]
    fn the_order_of_rules_makes_no_difference(world in any_world()) {
        let mut turned = world.clone();
        turned.rules.reverse();
        let (judgement, other) = (world.judge(), turned.judge());
        prop_assert_eq!(laxity(&judgement), laxity(&other), "{:?} {:?}", judgement, other);
    }

    #[test]
    fn a_rule_that_has_ended_counts_for_nothing(world in any_world()) {
        let mut without = world.clone();
        without.rules.retain(|rule| rule.holds_at(NOW));
        prop_assert_eq!(world.judge(), without.judge());
    }

    #[test]
    fn one_check_wins_and_what_waits_says_why(world in any_world()) {
        let judgement = world.judge();
        prop_assert_eq!(judgement.steps.iter().filter(|step| step.wins).count(), 1, "{:?}", judgement);
        let waits = judgement.triage == Triage::Matched && laxity(&judgement) == 2;
        prop_assert_eq!(waits, !judgement.advice.asks().is_empty(), "{:?}", judgement);
    }
}

/// The worlds above come out in every way, or what they show would be little.
#[test]
fn a_world_comes_out_in_every_way() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = [0; 4];
    for _ in 0..1000 {
        let judgement = any_world().new_tree(&mut runner).expect("a world").current().judge();
        counts[usize::from(laxity(&judgement))] += 1;
    }
    assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
}
