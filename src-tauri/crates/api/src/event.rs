//! What the outside hears, as it hears it.

use otomo_domain::detect::{Finding, SettingsOrigin};
use otomo_domain::step::Step;
use otomo_engine::event::{self, Tag};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use ts_rs::TS;

use crate::error::ApiError;
use crate::table::TABLE;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Views with these tags are out of date.
    Changed { tags: Vec<Tag> },
    /// A mailbox test has come so far.
    Step { op: u64, step: Step, outcome: StepOutcome },
    /// What a source of settings said about an address.
    Finding { op: u64, origin: SettingsOrigin, finding: Finding },
    /// Where the browser must go for a sign-in; it opens by itself where it can.
    Browse { op: u64, url: String },
    /// An operation has ended; `code` names the error if it failed.
    Ended { op: u64, code: Option<String> },
}

/// How a step came out. `detail` is for IT, in no particular language: a host, a port, a TLS version, a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum StepOutcome {
    Running,
    Passed { detail: String },
    Failed { error: ApiError },
}

impl Event {
    /// Every view is out of date.
    pub fn everything_changed() -> Self {
        let mut tags: Vec<Tag> = Vec::new();
        for tag in TABLE.iter().flat_map(|row| row.tags) {
            if !tags.contains(tag) {
                tags.push(*tag);
            }
        }
        Self::Changed { tags }
    }
}

impl From<event::Event> for Event {
    fn from(event: event::Event) -> Self {
        match event {
            event::Event::Changed { tags } => Self::Changed { tags },
            event::Event::Step { op, step, outcome } => Self::Step { op, step, outcome: outcome.into() },
            event::Event::Finding { op, origin, finding } => Self::Finding { op, origin, finding },
            event::Event::Browse { op, url } => Self::Browse { op, url },
            event::Event::Ended { op, code } => Self::Ended { op, code },
        }
    }
}

impl From<event::StepOutcome> for StepOutcome {
    fn from(outcome: event::StepOutcome) -> Self {
        match outcome {
            event::StepOutcome::Running => Self::Running,
            event::StepOutcome::Passed { detail } => Self::Passed { detail },
            event::StepOutcome::Failed { fault } => Self::Failed { error: fault.into() },
        }
    }
}

/// Everything that happens from the moment it was asked for.
pub struct Events(pub(crate) Receiver<event::Event>);

impl Events {
    /// The next event; `None` at the end of the program. Whoever was too slow and missed some is told that everything
    /// changed.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event.into()),
            Err(RecvError::Lagged(_)) => Some(Event::everything_changed()),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_engine::event::Bus;

    #[tokio::test]
    async fn a_slow_listener_hears_that_everything_changed() {
        let bus = Bus::default();
        let mut events = Events(bus.listen());
        for _ in 0..1000 {
            bus.changed(&[Tag::Queue]);
        }
        assert_eq!(events.next().await, Some(Event::everything_changed()));
        assert_eq!(events.next().await, Some(Event::Changed { tags: vec![Tag::Queue] }));
    }

    #[test]
    fn everything_is_named_once() {
        let Event::Changed { tags } = Event::everything_changed() else { panic!("a change") };
        assert_eq!(tags.len(), 8, "{tags:?}");
    }
}
