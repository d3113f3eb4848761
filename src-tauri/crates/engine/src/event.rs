//! What is told. An event says that something changed, never what stands in a mail.

use otomo_domain::detect::{Finding, SettingsOrigin};
use otomo_domain::error::MailFault;
use otomo_domain::step::Step;
use serde::Serialize;
use tokio::sync::broadcast;
use ts_rs::TS;

/// A piece of the picture that a view may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    Accounts,
    Connections,
    Contacts,
    Mail,
    Review,
    Queue,
    History,
    Rules,
}

/// How a step of a mailbox test came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    Running,
    Passed { detail: String },
    Failed { fault: MailFault },
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Views with these tags are out of date.
    Changed { tags: Vec<Tag> },
    /// A mailbox test has come so far.
    Step { op: u64, step: Step, outcome: StepOutcome },
    /// What a source of settings said about an address.
    Finding { op: u64, origin: SettingsOrigin, finding: Finding },
    /// Where the browser must go for a sign-in.
    Browse { op: u64, url: String },
    /// An operation has ended; `code` names the error if it failed.
    Ended { op: u64, code: Option<String> },
}

/// Tells everybody who listens. Nobody listening is fine; a slow listener misses events and asks anew.
#[derive(Clone)]
pub struct Bus(broadcast::Sender<Event>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::channel(256).0)
    }
}

impl Bus {
    pub fn changed(&self, tags: &[Tag]) {
        self.tell(Event::Changed { tags: tags.to_vec() });
    }

    pub fn tell(&self, event: Event) {
        drop(self.0.send(event));
    }

    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
