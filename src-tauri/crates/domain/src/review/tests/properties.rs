//! What holds of a review whatever happens to it, in whichever order, and whoever does it.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::address::Address;
use crate::rules::{About, Evidence, Field, Rule, Then};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// Anything, by anybody.
    Any(Act, Origin),
    /// One of the acts that are possible now, by whoever does such a thing: the way into the far states.
    Possible(Index),
    /// The rules or the index change.
    Triage(Triage),
}

fn every_act() -> Vec<Act> {
    let Act::Share { choice, release_at, .. } = share() else { unreachable!("a share") };
    let other = Act::Share { choice, release_at, payload: frozen("q").sha256 };
    let mut acts = super::every_act();
    acts.extend([other, Act::Release { rebuilt: frozen("q") }, Act::Snooze { until: LATER }, Act::Wake, Act::Include]);
    acts
}

fn every_triage() -> Vec<Triage> {
    let address = Address::parse("a@private.example").expect("an address");
    let rule = Rule::of_policy(About::Address(address), Then::NeverLog);
    let evidence = Evidence { field: Field::Cc, value: "a@private.example".into() };
    let never = Exclusion::NeverLog { rule, evidence };
    let excluded = [Exclusion::Internal, never].map(|why| Triage::Excluded { why });
    [Triage::Matched, Triage::Unmatched].into_iter().chain(excluded).collect()
}

fn origins() -> Vec<Origin> {
    vec![Origin::User, Origin::Engine, Origin::Rule(1), Origin::Policy, Origin::Mode(1), Origin::Thread]
}

fn event() -> impl Strategy<Value = Event> {
    let anything = (prop::sample::select(every_act()), prop::sample::select(origins()));
    prop_oneof![
        3 => anything.prop_map(|(act, by)| Event::Any(act, by)),
        4 => any::<Index>().prop_map(Event::Possible),
        1 => prop::sample::select(every_triage()).prop_map(Event::Triage),
    ]
}

/// A life: what the triage says at first, and what happens then.
fn life() -> impl Strategy<Value = (Triage, Vec<Event>)> {
    (prop::sample::select(every_triage()), prop::collection::vec(event(), 1..40))
}

/// Who does such a thing in the ordinary course.
fn doer(act: &Act) -> Origin {
    use Act::*;
    match act {
        Share { .. } | KeepPrivate | Snooze { .. } | Include | Undo | SendNow { .. } => Origin::User,
        Retry | Retract | SayLogged => Origin::User,
        _ => Origin::Engine,
    }
}

/// A transition that was allowed.
#[derive(Debug)]
struct Edge {
    before: Review,
    act: Act,
    by: Origin,
    triage: Triage,
    after: Review,
    outbox: Outbox,
}

impl Edge {
    fn from(&self) -> State {
        self.before.state(&self.triage)
    }

    fn to(&self) -> State {
        self.after.state(&self.triage)
    }
}

/// Lives a life; every transition that was allowed, in order. What is refused changes nothing.
fn live(mut triage: Triage, events: Vec<Event>) -> Vec<Edge> {
    let mut review = Review::default();
    let mut edges = Vec::new();
    for event in events {
        let (act, by) = match event {
            Event::Any(act, by) => (act, by),
            Event::Triage(other) => {
                triage = other;
                continue;
            }
            Event::Possible(index) => {
                let is_possible = |act: &Act| review.apply(act, &doer(act), &triage).is_ok();
                let possible: Vec<Act> = every_act().into_iter().filter(is_possible).collect();
                if possible.is_empty() {
                    continue;
                }
                let act = index.get(&possible).clone();
                (act.clone(), doer(&act))
            }
        };
        let before = review.clone();
        if let Ok((after, outbox)) = review.apply(&act, &by, &triage) {
            review = after.clone();
            edges.push(Edge { before, act, by, triage: triage.clone(), after, outbox });
        }
    }
    edges
}

/// Past the grace period: frozen, on the wire, in the CRM, or on its way back.
fn is_beyond_grace(state: State) -> bool {
    use State::*;
    !matches!(state, Excluded | Unmatched | Pending | Private | Scheduled)
}

fn is_denied(triage: &Triage) -> bool {
    matches!(triage, Triage::Excluded { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_gets_beyond_the_grace_period_without_a_share_and_a_release_of_what_was_shared((first, events) in life()) {
        let (mut decided, mut released) = (None, false);
        for edge in live(first, events) {
            match &edge.act {
                Act::Share { payload, .. } => (decided, released) = (Some(*payload), false),
                Act::Release { rebuilt } if Some(rebuilt.sha256) == decided && edge.from() == State::Scheduled => {
                    released = true;
                }
                _ => {}
            }
            let (beyond, freezes) = (is_beyond_grace(edge.to()), edge.outbox == Outbox::Freeze);
            prop_assert!(!beyond || (decided.is_some() && released), "{edge:?}");
            prop_assert!(!freezes || (matches!(edge.act, Act::Release { .. }) && released), "{edge:?}");
            prop_assert_eq!(freezes, edge.from() == State::Scheduled && edge.to() == State::Queued, "{:?}", edge);
        }
    }

    #[test]
    fn only_a_person_shares_what_is_not_plainly_matched_and_untouched((first, events) in life()) {
        for (at, edge) in live(first, events).into_iter().enumerate() {
            if edge.from() == State::Scheduled || edge.to() != State::Scheduled {
                continue;
            }
            let by_itself = matches!(edge.by, Origin::Rule(_) | Origin::Policy | Origin::Mode(_));
            let untouched = at == 0 && edge.triage == Triage::Matched;
            prop_assert!(edge.by.is_user() || (by_itself && untouched), "{edge:?}");
            prop_assert_eq!(edge.after.origin.as_ref(), Some(&edge.by), "{:?}", edge);
        }
    }

    #[test]
    fn a_denial_is_never_passed_without_the_reps_word((first, events) in life()) {
        for edge in live(first, events) {
            let passes = matches!(edge.act, Act::Share { .. }) && is_denied(&edge.triage);
            prop_assert!(!passes || (edge.before.included && edge.by.is_user()), "{edge:?}");
            prop_assert!(edge.before.included || !edge.after.included || edge.by.is_user(), "{edge:?}");
        }
    }

    #[test]
    fn nobody_but_the_rep_undoes_what_was_kept_private_or_taken_back((first, events) in life()) {
        for edge in live(first, events) {
            let leaves = |state: State| edge.before.state == Some(state) && edge.after.state != Some(state);
            let is_freed = leaves(State::Private) || leaves(State::Retracted);
            prop_assert!(!is_freed || edge.by.is_user(), "{edge:?}");
            prop_assert!(!edge.before.retract_after || edge.after.retract_after || edge.act.name() != "lost", "{edge:?}");
        }
    }

    #[test]
    fn a_decision_can_be_taken_back_until_its_release_and_the_mail_is_never_lost(
        (first, events) in life(),
        now in prop::sample::select(every_triage()),
    ) {
        for edge in live(first, events) {
            if edge.after.state != Some(State::Scheduled) {
                continue;
            }
            let (undone, outbox) = edge.after.apply(&Act::Undo, &Origin::User, &now).expect("an undo");
            let state = undone.state(&now);
            prop_assert!(matches!(state, State::Pending | State::Unmatched | State::Excluded), "{state:?} {edge:?}");
            prop_assert_eq!((outbox, undone.release_at), (Outbox::Keep, None), "{:?}", edge);
            prop_assert!(undone.apply(&release(), &Origin::Engine, &now).is_err());
            prop_assert!(edge.after.apply(&Act::KeepPrivate, &Origin::User, &now).is_ok());
        }
    }

    #[test]
    fn putting_off_and_looking_at_lead_nowhere_near_the_crm((first, events) in life()) {
        for edge in live(first, events) {
            if matches!(edge.act, Act::Snooze { .. } | Act::Wake | Act::Include) {
                let stays = matches!(edge.to(), State::Pending | State::Unmatched | State::Excluded);
                prop_assert!(stays && edge.outbox == Outbox::Keep && edge.after.choice == edge.before.choice, "{edge:?}");
                let by_rule = edge.after.apply(&share(), &Origin::Rule(1), &Triage::Matched);
                prop_assert!(by_rule.is_err(), "a rule shares what the rep has touched: {edge:?}");
            }
        }
    }

    #[test]
    fn every_act_counts_once_and_nobody_but_the_rep_hastens((first, events) in life()) {
        for edge in live(first, events) {
            prop_assert_eq!(edge.after.rev, edge.before.rev + 1);
            let is_hastened = edge.after.release_at < edge.before.release_at && edge.after.release_at.is_some();
            prop_assert!(!is_hastened || edge.by.is_user(), "{edge:?}");
        }
    }

    #[test]
    fn only_what_is_in_the_crm_is_taken_back_from_it((first, events) in life()) {
        for edge in live(first, events) {
            let is_logged = matches!(edge.from(), State::Logged | State::RetractFailed);
            prop_assert!(edge.act != Act::Retract || is_logged, "{edge:?}");
            let by_hand = matches!(edge.by, Origin::User | Origin::Policy);
            prop_assert!(edge.act != Act::Retract || by_hand, "{edge:?}");
            let after_arrival = edge.before.retract_after && matches!(edge.act, Act::Delivered(_));
            let again = edge.from() == State::Retracting || edge.act == Act::Retract;
            prop_assert!(edge.to() != State::RetractQueued || after_arrival || again, "{edge:?}");
        }
    }

    #[test]
    fn what_is_refused_says_why((first, events) in life(), act in prop::sample::select(every_act()), by in prop::sample::select(origins())) {
        let review = live(first.clone(), events).pop().map(|edge| edge.after).unwrap_or_default();
        if let Err(refusal) = review.apply(&act, &by, &first) {
            let names_it = match refusal {
                Refusal::NotFrom { act: name, state } => name == act.name() && state == review.state(&first),
                Refusal::TooLate => review.state == Some(State::Logged),
                // The machine knows no CRM.
                Refusal::Irrevocable => false,
                Refusal::NotByItself { act: name } => name == act.name() && !by.is_user(),
            };
            prop_assert!(names_it, "{refusal:?} {review:?}");
        }
    }
}

/// The walk above gets everywhere, or what it shows would be little.
#[test]
fn a_life_leads_into_every_state_that_there_is() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let (first, events) = life().new_tree(&mut runner).expect("a life").current();
        seen.extend(live(first, events).iter().map(Edge::to));
    }
    assert_eq!(seen.len(), 15, "all but the two that nothing leads to yet: {seen:?}");
}
