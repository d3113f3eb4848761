//! The state of one mail at one CRM connection, and the only ways it may change.
//!
//! [`Review::apply`] is the whole machine: a pure function from a state and an act to the next state and what has to
//! become of the outbox row. Everything that decides *whether* an act is due (time, rules, pauses) stands in the caller;
//! everything that decides whether it is *allowed* stands here.

use serde::{Deserialize, Serialize};

use crate::connector::RemoteMail;
use crate::contact::RecordRef;
use crate::digest::Digest;
use crate::error::{CrmFault, CrmFaultKind};
use crate::payload::{Choice, Frozen};
use crate::rules::{Exclusion, Origin};
use crate::time::Timestamp;

mod deed;

pub use deed::{Abilities, Deed};

/// Where a mail stands at a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum State {
    /// A rule keeps it out of review; shown with the reason, never sent.
    Excluded,
    /// Nobody in it is in the contact index.
    Unmatched,
    /// Waits for the rep.
    Pending,
    /// The rep keeps it private.
    Private,
    /// Decided; its grace period runs.
    Scheduled,
    /// Released: frozen bytes stand in the outbox.
    Queued,
    /// On the wire.
    Uploading,
    /// The answer was lost; being looked up.
    Verifying,
    Logged,
    /// Failed in a way that passes; tried again later.
    FailedRetry,
    /// Refused; the rep's turn.
    FailedPerm,
    RetractQueued,
    Retracting,
    Retracted,
    RetractFailed,
    /// Found in the CRM before we sent anything (connectors without an address of their own for a key).
    AlreadyInCrm,
    /// Deleted in the CRM by somebody else.
    RemoteMissing,
}

impl State {
    /// On its way to the CRM, or there.
    pub fn is_shared(self) -> bool {
        use State::*;
        matches!(self, Scheduled | Queued | Uploading | Verifying | Logged | FailedRetry | AlreadyInCrm)
    }
}

/// What the rules and the index say of a mail nobody has decided on. Kept with the mail, made anew when they change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "triage", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Triage {
    Excluded { why: Exclusion },
    Unmatched,
    Matched,
}

impl Triage {
    fn state(&self) -> State {
        match self {
            Self::Excluded { .. } => State::Excluded,
            Self::Unmatched => State::Unmatched,
            Self::Matched => State::Pending,
        }
    }
}

/// Why a scheduled mail came back to the rep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Returned {
    /// Rebuilt at release, the payload was not the one decided on.
    PayloadChanged,
    /// A rule that forbids it came after the decision.
    Denied,
    /// The mail is not in the cache any more.
    MailGone,
    /// Another mail with the same Message-ID has been shared.
    KeyTaken,
    /// It would have gone by itself, and what let it go doesn't hold any more.
    RuleChanged,
}

/// A decision and how far it has come. [`Review::default`] is the undecided mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// `None` until somebody decides: the triage tells the state.
    pub state: Option<State>,
    /// Counts the changes; a command names the one it saw.
    pub rev: u64,
    /// Whose decision it is.
    pub origin: Option<Origin>,
    pub choice: Option<Choice>,
    /// Digest of the payload that was decided on.
    pub payload: Option<Digest>,
    /// End of the grace period.
    pub release_at: Option<Timestamp>,
    /// Made private while on the wire: taken back as soon as it is logged.
    pub retract_after: bool,
    pub returned: Option<Returned>,
    /// The rep wants to see it again then, not before.
    pub snoozed_until: Option<Timestamp>,
    /// The rep wants to decide on it although a rule keeps it out.
    pub included: bool,
    pub attempt: u32,
    pub next_attempt_at: Option<Timestamp>,
    /// How often the CRM, asked after a lost answer, did not have it.
    pub missed: u32,
    /// How often it was sent, the answer was lost, and it had not arrived.
    pub in_vain: u32,
    pub fault: Option<CrmFault>,
    pub remote: Option<RemoteMail>,
}

/// Something that happens to a review.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    // The rep; the first two also a rule, a policy or a mode, on mail that nobody has touched
    Share {
        choice: Choice,
        payload: Digest,
        release_at: Timestamp,
    },
    KeepPrivate,
    /// Puts it off.
    Snooze {
        until: Timestamp,
    },
    /// Brings it back: the time has come, or the rep wants it now.
    Wake,
    /// Lets the rep decide on a mail that a rule keeps out.
    Include,
    /// Takes a decision back, or, once released, keeps it from leaving.
    Undo,
    /// Ends the grace period, or the wait before the next attempt, now.
    SendNow {
        now: Timestamp,
    },
    /// Tries again what was refused, unchanged.
    Retry,
    Retract,
    /// The rep has looked in the CRM: what may be there is there.
    SayLogged,
    /// Other records of the CRM have it now.
    Relink {
        links: Vec<RecordRef>,
    },
    // The engine
    Release {
        rebuilt: Frozen,
    },
    Return(Returned),
    /// Takes a row for one attempt; committed before the first byte leaves.
    Lease,
    Delivered(RemoteMail),
    /// The answer was lost, or the process died with the row leased.
    Lost,
    /// The CRM, asked, does not show it yet; it is asked again.
    Missed {
        next_attempt_at: Timestamp,
    },
    /// The CRM, asked often enough, does not have it.
    NotFound {
        next_attempt_at: Timestamp,
    },
    Defer {
        fault: CrmFault,
        next_attempt_at: Timestamp,
    },
    /// The connection needs its person; the row waits, and nothing has to be decided again.
    WaitForPerson {
        fault: CrmFault,
    },
    Refuse {
        fault: CrmFault,
    },
    Unlogged,
}

impl Act {
    /// The name in the audit trace.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Share { .. } => "share",
            Self::KeepPrivate => "keep_private",
            Self::Snooze { .. } => "snooze",
            Self::Wake => "wake",
            Self::Include => "include",
            Self::Undo => "undo",
            Self::SendNow { .. } => "send_now",
            Self::Retry => "retry",
            Self::Retract => "retract",
            Self::SayLogged => "say_logged",
            Self::Relink { .. } => "relink",
            Self::Release { .. } => "release",
            Self::Return(_) => "return",
            Self::Lease => "lease",
            Self::Delivered(_) => "delivered",
            Self::Lost => "lost",
            Self::Missed { .. } => "missed",
            Self::NotFound { .. } => "not_found",
            Self::Defer { .. } => "defer",
            Self::WaitForPerson { .. } => "wait_for_person",
            Self::Refuse { .. } => "refuse",
            Self::Unlogged => "unlogged",
        }
    }

    /// Whether it carries out what was decided, and is no decision itself.
    fn carries_out(&self) -> bool {
        use Act::*;
        match self {
            Share { .. }
            | KeepPrivate
            | Snooze { .. }
            | Include
            | Undo
            | SendNow { .. }
            | Retry
            | Retract
            | SayLogged
            | Relink { .. } => false,
            Wake | Release { .. } | Return(_) | Lease | Delivered(_) | Lost | Unlogged => true,
            Missed { .. } | NotFound { .. } | Defer { .. } | WaitForPerson { .. } | Refuse { .. } => true,
        }
    }

    /// What the audit trace keeps of it. Never a part of a mail.
    pub fn detail(&self) -> serde_json::Value {
        match self {
            Self::Share { choice, payload, release_at } => serde_json::json!({
                "level": choice.level, "links": choice.links, "attachments": choice.attachments,
                "quotes": choice.quotes, "signature": choice.signature, "redactions": choice.redactions.len(),
                "payload": payload, "release_at": release_at,
            }),
            Self::Snooze { until } => serde_json::json!({ "until": until }),
            Self::Relink { links } => serde_json::json!({ "links": links }),
            Self::Release { rebuilt } => serde_json::json!({ "payload": rebuilt.sha256 }),
            Self::Return(why) => serde_json::json!({ "why": why }),
            Self::Delivered(remote) => {
                serde_json::json!({ "remote": remote.id, "already_known": remote.already_known })
            }
            Self::Defer { fault, .. } | Self::Refuse { fault } | Self::WaitForPerson { fault } => {
                serde_json::json!({ "fault": fault.kind })
            }
            _ => serde_json::Value::Null,
        }
    }
}

/// What has to become of the outbox row in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbox {
    Keep,
    /// Write the frozen bytes.
    Freeze,
    /// It will not be sent: drop the frozen bytes.
    Drop,
}

/// The act is not possible from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{act} is not possible while {state:?}")]
    NotFrom { act: &'static str, state: State },
    /// It has left already; taking it back is `retract`.
    #[error("it is in the CRM already")]
    TooLate,
    /// It has left, and can't be taken back from here: the CRM keeps it, or it is not known under which number it has it.
    #[error("it can't be taken back from here")]
    Irrevocable,
    /// Only a person may do that, or only with a mail that no person has touched.
    #[error("{act} is for a person to decide")]
    NotByItself { act: &'static str },
}

impl Review {
    /// The state shown: what was decided, else what the triage says. A deny rule beats a decision that has come back,
    /// unless the rep has overruled it for this mail.
    pub fn state(&self, triage: &Triage) -> State {
        match self.state {
            None | Some(State::Pending) if self.included && matches!(triage, Triage::Excluded { .. }) => State::Pending,
            None | Some(State::Pending) => triage.state(),
            Some(state) => state,
        }
    }

    /// Whether nobody has done anything with it: only then may a rule or a mode decide.
    pub fn is_untouched(&self) -> bool {
        self.state.is_none()
    }

    /// Whether the CRM may have a mail that the rep was given, and nobody could tell.
    pub fn may_be_there(&self) -> bool {
        let kind = self.fault.as_ref().map(|fault| fault.kind);
        self.state == Some(State::FailedPerm)
            && matches!(kind, Some(CrmFaultKind::MaybeLogged | CrmFaultKind::OutcomeUnknown))
    }

    /// Whether this act takes back what has left: now, or as soon as it has arrived.
    pub fn is_taken_back_by(&self, act: &Act) -> bool {
        let keeps = matches!(act, Act::KeepPrivate | Act::Undo);
        *act == Act::Retract || (keeps && self.state.is_some_and(Self::is_on_the_wire))
    }

    /// The next review, if `by` does this, and what becomes of the outbox row.
    pub fn apply(&self, act: &Act, by: &Origin, triage: &Triage) -> Result<(Self, Outbox), Refusal> {
        let from = self.state(triage);
        self.permit(act, by, triage)?;
        if matches!(act, Act::Share { .. }) && self.is_denied(triage) {
            return Err(Refusal::NotFrom { act: act.name(), state: from });
        }
        let (to, outbox) = self.step(from, act)?;
        let mut next = Self { state: Some(to), rev: self.rev + 1, ..self.clone() };
        next.note(from, to, act);
        // Whoever wants it sent at once has decided on it, too.
        let hastens = matches!(act, Act::SendNow { .. }) && from == State::Scheduled;
        if hastens || matches!(act, Act::Share { .. } | Act::KeepPrivate) {
            next.origin = Some(by.clone());
        }
        Ok((next, outbox))
    }

    /// Rules, policies and modes decide only on what nobody has touched, and do nothing else but take back. The engine
    /// carries out and decides nothing.
    fn permit(&self, act: &Act, by: &Origin, triage: &Triage) -> Result<(), Refusal> {
        let fine = match by {
            Origin::User => true,
            Origin::Engine => act.carries_out(),
            Origin::Rule(_) | Origin::Policy | Origin::Mode(_) | Origin::Thread => match act {
                // Only a person can say where mail of nobody in the index goes.
                Act::Share { .. } => self.is_untouched() && *triage == Triage::Matched && *by != Origin::Thread,
                // A denial also stops what was released.
                Act::KeepPrivate => self.is_untouched() || self.is_released(),
                Act::Retract => *by == Origin::Policy,
                _ => false,
            },
        };
        if fine { Ok(()) } else { Err(Refusal::NotByItself { act: act.name() }) }
    }

    fn is_denied(&self, triage: &Triage) -> bool {
        matches!(triage, Triage::Excluded { .. }) && !self.included
    }

    fn is_released(&self) -> bool {
        matches!(self.state, Some(State::Queued | State::FailedRetry | State::Uploading | State::Verifying))
    }

    /// The table of transitions.
    fn step(&self, from: State, act: &Act) -> Result<(State, Outbox), Refusal> {
        use State::*;
        let keep = |to| Ok((to, Outbox::Keep));
        let drop = |to| Ok((to, Outbox::Drop));
        match (act, from) {
            // Mail of nobody in the index goes where the rep links it to: a payload without a record can't be made.
            (Act::Share { .. }, Pending | Unmatched | Private | Retracted) => keep(Scheduled),
            (Act::Share { .. }, FailedPerm) => drop(Scheduled),

            (Act::KeepPrivate, Pending | Scheduled | Unmatched) => keep(Private),
            (Act::KeepPrivate | Act::Undo, Queued | FailedRetry | FailedPerm) => drop(Private),
            (Act::KeepPrivate | Act::Undo, Uploading | Verifying) => keep(from),
            (Act::Undo, Scheduled | Private) => keep(Pending),
            (Act::Undo, Pending | Unmatched | Excluded) if self.snoozed_until.is_some() || self.included => {
                keep(Pending)
            }
            (Act::Snooze { .. }, Pending) => keep(Pending),
            (Act::Wake, Pending | Unmatched | Excluded) if self.snoozed_until.is_some() => keep(Pending),
            (Act::Include, Excluded) => keep(Pending),
            (Act::KeepPrivate | Act::Undo, Logged) => Err(Refusal::TooLate),

            (Act::SendNow { .. }, Scheduled | FailedRetry) => keep(from),
            (Act::Retry, FailedPerm | FailedRetry) => keep(Queued),
            (Act::Retract, Logged | RetractFailed) => keep(RetractQueued),
            (Act::SayLogged, FailedPerm) if self.may_be_there() => keep(Logged),
            (Act::Relink { .. }, Logged) => keep(Logged),

            (Act::Release { rebuilt }, Scheduled) if self.payload == Some(rebuilt.sha256) => {
                Ok((Queued, Outbox::Freeze))
            }
            (Act::Release { .. } | Act::Return(_), Scheduled) => keep(Pending),

            (Act::Lease, Queued | FailedRetry) => keep(Uploading),
            (Act::Lease, RetractQueued) => keep(Retracting),
            (Act::Delivered(_), Uploading | Verifying) if self.retract_after => keep(RetractQueued),
            (Act::Delivered(_), Uploading | Verifying) => keep(Logged),
            (Act::Lost, Uploading) => keep(Verifying),
            (Act::Lost, Retracting) => keep(RetractQueued),
            (Act::Missed { .. }, Verifying) => keep(Verifying),
            // Private would be a lie, whatever the rep has said meanwhile: they are told what is there.
            (Act::Refuse { fault }, Uploading) if fault.kind == CrmFaultKind::MaybeLogged => keep(FailedPerm),
            // It has not got there, and the rep has said meanwhile that it must not.
            (Act::NotFound { .. }, Verifying) if self.retract_after => drop(Private),
            (Act::Defer { .. } | Act::Refuse { .. } | Act::WaitForPerson { .. }, Uploading) if self.retract_after => {
                drop(Private)
            }
            (Act::NotFound { .. }, Verifying) => keep(Queued),
            (Act::Defer { .. }, Uploading) => keep(FailedRetry),
            (Act::Defer { .. }, Verifying) => keep(Verifying),
            (Act::Defer { .. } | Act::WaitForPerson { .. }, Retracting) => keep(RetractQueued),
            (Act::WaitForPerson { .. }, Uploading) => keep(Queued),
            (Act::WaitForPerson { .. }, Verifying) => keep(Verifying),
            (Act::Refuse { .. }, Uploading | Verifying) => keep(FailedPerm),
            (Act::Refuse { .. }, Retracting) => keep(RetractFailed),
            (Act::Unlogged, Retracting) => keep(Retracted),
            _ => Err(Refusal::NotFrom { act: act.name(), state: from }),
        }
    }

    fn is_on_the_wire(from: State) -> bool {
        matches!(from, State::Uploading | State::Verifying)
    }

    /// Notes what the act brings besides the state.
    fn note(&mut self, from: State, to: State, act: &Act) {
        match act {
            Act::Share { choice, payload, release_at } => {
                *self = Self { state: self.state, rev: self.rev, included: self.included, ..Self::default() };
                self.choice = Some(choice.clone());
                self.payload = Some(*payload);
                self.release_at = Some(*release_at);
            }
            Act::KeepPrivate | Act::Undo if Self::is_on_the_wire(from) => self.retract_after = true,
            Act::Undo if self.snoozed_until.is_some() => self.snoozed_until = None,
            Act::Undo if matches!(from, State::Pending | State::Unmatched | State::Excluded) => self.included = false,
            Act::KeepPrivate | Act::Undo => (self.release_at, self.snoozed_until) = (None, None),
            Act::Snooze { until } => self.snoozed_until = Some(*until),
            Act::Wake => self.snoozed_until = None,
            Act::Include => self.included = true,
            Act::SendNow { now } if from == State::Scheduled => self.release_at = Some(*now),
            Act::SendNow { now } => self.next_attempt_at = Some(*now),
            // The rep's last word: it is to be there.
            Act::Retry => {
                (self.attempt, self.in_vain, self.next_attempt_at, self.fault) = (0, 0, None, None);
                self.retract_after = false;
            }
            Act::SayLogged => {
                (self.attempt, self.next_attempt_at, self.fault) = (0, None, None);
                self.retract_after = false;
            }
            Act::Retract => (self.attempt, self.next_attempt_at, self.fault) = (0, None, None),
            Act::Release { .. } if to == State::Pending => self.returned = Some(Returned::PayloadChanged),
            Act::Release { .. } => (self.attempt, self.next_attempt_at) = (0, None),
            Act::Return(why) => self.returned = Some(*why),
            Act::Lease => self.attempt += 1,
            Act::Delivered(remote) => {
                self.remote = Some(remote.clone());
                (self.attempt, self.next_attempt_at, self.fault) = (0, None, None);
            }
            Act::Relink { links } => {
                if let Some(choice) = &mut self.choice {
                    choice.links.clone_from(links);
                }
            }
            Act::Lost => self.missed = 0,
            Act::Unlogged => {}
            Act::Missed { next_attempt_at } => {
                (self.missed, self.next_attempt_at) = (self.missed + 1, Some(*next_attempt_at));
            }
            Act::NotFound { next_attempt_at } => {
                (self.in_vain, self.next_attempt_at) = (self.in_vain + 1, Some(*next_attempt_at));
            }
            Act::Defer { fault, next_attempt_at } => {
                (self.fault, self.next_attempt_at) = (Some(fault.clone()), Some(*next_attempt_at));
                // A look-up takes no lease, and must become rarer all the same. A CRM that is busy has not tried it.
                self.attempt += u32::from(from == State::Verifying);
                self.attempt -= u32::from(fault.kind == CrmFaultKind::RateLimited && self.attempt > 0);
            }
            Act::WaitForPerson { fault } | Act::Refuse { fault } => self.fault = Some(fault.clone()),
        }
        if matches!(to, State::Private | State::Retracted) {
            (self.retract_after, self.next_attempt_at) = (false, None);
        }
        if to == State::RetractQueued && from != State::Retracting {
            self.retract_after = false;
        }
    }
}

#[cfg(test)]
mod tests;
