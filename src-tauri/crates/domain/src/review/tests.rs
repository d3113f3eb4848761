use super::*;
use crate::contact::{RecordRef, RecordType};
use crate::error::CrmFaultKind;
use crate::payload::Level;

mod properties;

const NOW: Timestamp = Timestamp(1_000_000);
const LATER: Timestamp = Timestamp(2_000_000);

fn frozen(text: &str) -> Frozen {
    Frozen { bytes: text.into(), sha256: Digest::of(text.as_bytes()) }
}

pub(super) fn share() -> Act {
    let links = vec![RecordRef { kind: RecordType::Contact, id: "A".into() }];
    let choice = Choice { level: Level::Full, links, attachments: vec![], ..Choice::default() };
    Act::Share { choice, payload: frozen("p").sha256, release_at: LATER }
}

pub(super) fn release() -> Act {
    Act::Release { rebuilt: frozen("p") }
}

pub(super) fn delivered() -> Act {
    Act::Delivered(RemoteMail { id: "r1".into(), url: None, already_known: false })
}

fn fault() -> CrmFault {
    CrmFault::new(CrmFaultKind::Transient, "")
}

/// What may have arrived, at a CRM that can't be asked.
pub(super) fn maybe_logged() -> Vec<Act> {
    let fault = CrmFault::new(CrmFaultKind::MaybeLogged, "");
    vec![share(), release(), Act::Lease, Act::Lost, Act::Refuse { fault }]
}

/// Applies acts to an undecided, matched mail; the review, and what the last act did to the outbox.
fn run(acts: &[Act]) -> Result<(Review, Outbox), Refusal> {
    let start = (Review::default(), Outbox::Keep);
    acts.iter().try_fold(start, |(review, _), act| review.apply(act, &Origin::User, &Triage::Matched))
}

pub(super) fn check(acts: &[Act], expected: State) -> Review {
    let (review, _) = run(acts).unwrap_or_else(|e| panic!("{acts:?}: {e}"));
    assert_eq!(review.state(&Triage::Matched), expected, "{acts:?}");
    review
}

#[test]
fn a_mail_that_may_be_there_is_never_called_private_by_itself() {
    let refuse = || Act::Refuse { fault: CrmFault::new(CrmFaultKind::MaybeLogged, "") };
    let review = check(&[share(), release(), Act::Lease, Act::KeepPrivate, refuse()], State::FailedPerm);
    assert!(review.may_be_there());
    let plainly = Act::Refuse { fault: CrmFault::new(CrmFaultKind::Rejected, "") };
    check(&[share(), release(), Act::Lease, Act::KeepPrivate, plainly], State::Private);
}

#[test]
fn a_shared_mail_goes_from_its_decision_to_the_crm_and_back() {
    check(&[], State::Pending);
    check(&[share()], State::Scheduled);
    check(&[share(), release()], State::Queued);
    check(&[share(), release(), Act::Lease], State::Uploading);
    check(&[share(), release(), Act::Lease, delivered()], State::Logged);
    check(&[share(), release(), Act::Lease, delivered(), Act::Retract, Act::Lease, Act::Unlogged], State::Retracted);
}

#[test]
fn undo_within_the_grace_period_leaves_the_mail_undecided() {
    check(&[share(), Act::Undo], State::Pending);
    check(&[Act::KeepPrivate, Act::Undo], State::Pending);
}

#[test]
fn undo_after_the_release_keeps_the_mail_and_drops_the_frozen_bytes() {
    assert_eq!(
        run(&[share(), release(), Act::Undo]).map(|(r, o)| (r.state, o)),
        Ok((Some(State::Private), Outbox::Drop))
    );
}

#[test]
fn a_payload_that_is_not_the_one_decided_on_comes_back() {
    let review = check(&[share(), Act::Release { rebuilt: frozen("other") }], State::Pending);
    assert_eq!(review.returned, Some(Returned::PayloadChanged));
}

#[test]
fn only_a_release_freezes_bytes() {
    assert_eq!(run(&[share(), release()]).map(|(_, outbox)| outbox), Ok(Outbox::Freeze));
    assert_eq!(run(&[share()]).map(|(_, outbox)| outbox), Ok(Outbox::Keep));
}

#[test]
fn a_mail_made_private_on_the_wire_is_taken_back_once_logged() {
    let review = check(&[share(), release(), Act::Lease, Act::KeepPrivate], State::Uploading);
    assert!(review.retract_after);
    let review = check(&[share(), release(), Act::Lease, Act::KeepPrivate, delivered()], State::RetractQueued);
    assert!(!review.retract_after);
}

#[test]
fn a_mail_made_private_on_the_wire_that_never_arrived_is_private() {
    let wire = [share(), release(), Act::Lease, Act::Undo];
    let ends = [
        Act::Defer { fault: fault(), next_attempt_at: LATER },
        Act::Refuse { fault: fault() },
        Act::WaitForPerson { fault: fault() },
    ];
    for end in ends {
        check(&[wire.as_slice(), &[end]].concat(), State::Private);
    }
    check(&[wire.as_slice(), &[Act::Lost, Act::NotFound { next_attempt_at: NOW }]].concat(), State::Private);
}

#[test]
fn a_lost_answer_is_looked_up_and_never_sent_again_unasked() {
    let lost = [share(), release(), Act::Lease, Act::Lost];
    check(&lost, State::Verifying);
    assert!(run(&[lost.as_slice(), &[Act::Lease]].concat()).is_err());
    check(&[lost.as_slice(), &[delivered()]].concat(), State::Logged);
    let missed = Act::Missed { next_attempt_at: NOW };
    let twice = check(&[lost.as_slice(), &[missed.clone(), missed]].concat(), State::Verifying);
    assert_eq!(twice.missed, 2);
    check(&[lost.as_slice(), &[Act::NotFound { next_attempt_at: NOW }]].concat(), State::Queued);
    check(&[lost.as_slice(), &[Act::Defer { fault: fault(), next_attempt_at: NOW }]].concat(), State::Verifying);
}

#[test]
fn look_ups_that_fail_become_rarer() {
    let deferred = Act::Defer { fault: fault(), next_attempt_at: NOW };
    let review = check(&[share(), release(), Act::Lease, Act::Lost, deferred.clone(), deferred], State::Verifying);
    assert_eq!(review.attempt, 3);
}

#[test]
fn a_connection_that_needs_its_person_keeps_the_decision() {
    check(&[share(), release(), Act::Lease, Act::WaitForPerson { fault: fault() }], State::Queued);
}

#[test]
fn a_refused_mail_can_be_tried_unchanged_or_decided_anew() {
    let refused = [share(), release(), Act::Lease, Act::Refuse { fault: fault() }];
    check(&[refused.as_slice(), &[Act::Retry]].concat(), State::Queued);
    check(&[refused.as_slice(), &[share()]].concat(), State::Scheduled);
}

#[test]
fn what_is_in_the_crm_is_taken_back_by_retract_alone() {
    let logged = [share(), release(), Act::Lease, delivered()];
    assert_eq!(run(&[logged.as_slice(), &[Act::Undo]].concat()), Err(Refusal::TooLate));
    assert_eq!(run(&[logged.as_slice(), &[Act::KeepPrivate]].concat()), Err(Refusal::TooLate));
}

#[test]
fn what_the_rep_found_in_the_crm_is_logged_and_nothing_else_is_said_to_be() {
    let told = [maybe_logged().as_slice(), &[Act::SayLogged]].concat();
    let review = check(&told, State::Logged);
    assert_eq!((review.remote, review.fault, review.attempt), (None, None, 0));
    let review = check(
        &[&maybe_logged()[..3], &[Act::KeepPrivate], &maybe_logged()[3..], &[Act::SayLogged]].concat(),
        State::Logged,
    );
    assert!(!review.retract_after, "nobody could take it back");
    check(&[maybe_logged().as_slice(), &[Act::Retry]].concat(), State::Queued);
    let refused = [share(), release(), Act::Lease, Act::Refuse { fault: fault() }, Act::SayLogged];
    assert_eq!(run(&refused), Err(Refusal::NotFrom { act: "say_logged", state: State::FailedPerm }));
    let by_a_rule = check(&maybe_logged(), State::FailedPerm).apply(&Act::SayLogged, &Origin::Engine, &Triage::Matched);
    assert_eq!(by_a_rule, Err(Refusal::NotByItself { act: "say_logged" }));
}

#[test]
fn nothing_is_shared_that_is_excluded() {
    let triage = Triage::Excluded { why: Exclusion::Internal };
    assert!(Review::default().apply(&share(), &Origin::User, &triage).is_err());
    // Not even what was private before it was denied.
    let (private, _) = run(&[Act::KeepPrivate]).expect("private");
    assert!(private.apply(&share(), &Origin::User, &triage).is_err());
}

#[test]
fn a_deny_rule_hides_a_decision_that_came_back() {
    let review = check(&[share(), Act::Return(Returned::Denied)], State::Pending);
    assert_eq!(review.state(&Triage::Excluded { why: Exclusion::Internal }), State::Excluded);
}

#[test]
fn a_new_decision_forgets_the_old_ones_fate() {
    let again = [share(), release(), Act::Lease, delivered(), Act::Retract, Act::Lease, Act::Unlogged, share()];
    let review = check(&again, State::Scheduled);
    assert_eq!((review.remote, review.attempt, review.fault), (None, 0, None));
    assert_eq!(review.rev, 8);
}

/// Every act, for the sweep below.
fn every_act() -> Vec<Act> {
    vec![
        share(),
        Act::KeepPrivate,
        Act::Undo,
        Act::SendNow { now: NOW },
        Act::Retry,
        Act::Retract,
        Act::SayLogged,
        release(),
        Act::Return(Returned::Denied),
        Act::Lease,
        delivered(),
        Act::Lost,
        Act::Missed { next_attempt_at: NOW },
        Act::NotFound { next_attempt_at: NOW },
        Act::Defer { fault: fault(), next_attempt_at: NOW },
        Act::WaitForPerson { fault: fault() },
        Act::Refuse { fault: fault() },
        Act::Refuse { fault: CrmFault::new(CrmFaultKind::MaybeLogged, "") },
        Act::Unlogged,
    ]
}

/// Walks every state the machine can reach; what holds on each edge is a guarantee.
#[test]
fn on_every_path_bytes_leave_only_after_a_decision_and_a_release() {
    let mut seen = std::collections::HashSet::new();
    let mut todo = vec![(Review::default(), false)];
    while let Some((review, frozen_in_outbox)) = todo.pop() {
        for act in every_act() {
            let Ok((next, outbox)) = review.apply(&act, &Origin::User, &Triage::Matched) else { continue };
            let frozen_in_outbox = match outbox {
                Outbox::Freeze => true,
                Outbox::Drop => false,
                Outbox::Keep => frozen_in_outbox,
            };
            let on_the_wire = matches!(next.state, Some(State::Uploading | State::Verifying));
            assert!(!on_the_wire || (frozen_in_outbox && next.choice.is_some()), "{act:?} from {:?}", review.state);
            assert!(next.state == Some(State::Scheduled) || act.name() != "share");
            assert_eq!(next.rev, review.rev + 1);
            let shape = (next.state, next.retract_after, frozen_in_outbox, next.choice.is_some());
            if seen.insert(shape) {
                todo.push((next, frozen_in_outbox));
            }
        }
    }
    let later_parts = [State::AlreadyInCrm, State::RemoteMissing, State::Excluded, State::Unmatched];
    assert!(seen.iter().all(|(state, ..)| !later_parts.iter().any(|s| *state == Some(*s))));
    let reached: std::collections::HashSet<_> = seen.iter().map(|(state, ..)| *state).collect();
    assert_eq!(reached.len(), 13, "{reached:?}");
}
