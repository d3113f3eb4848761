//! The test of a mailbox, step by step. It changes nothing: not the mailbox, not the ledger.

use std::sync::{Mutex, PoisonError};

use otomo_domain::error::MailFault;
use otomo_domain::ports::MailSource;
use otomo_domain::step::{Observer, Step};
use otomo_domain::sync::{Folder, FolderRole, MailboxStatus};

use crate::event::{Bus, Event, StepOutcome};

/// Tells the steps of a test under the number of its operation.
pub struct Steps {
    bus: Bus,
    op: u64,
    /// What has begun and not passed.
    running: Mutex<Option<Step>>,
}

impl Steps {
    pub fn new(bus: Bus, op: u64) -> Self {
        Self { bus, op, running: Mutex::default() }
    }

    /// The step that has begun is the one that failed.
    fn failed(&self, fault: &MailFault) {
        if let Some(step) = self.turn_to(None) {
            self.tell(step, StepOutcome::Failed { fault: fault.clone() });
        }
    }

    /// What was running before.
    fn turn_to(&self, step: Option<Step>) -> Option<Step> {
        std::mem::replace(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner), step)
    }

    fn tell(&self, step: Step, outcome: StepOutcome) {
        self.bus.tell(Event::Step { op: self.op, step, outcome });
    }
}

impl Observer for Steps {
    fn begins(&self, step: Step) {
        self.turn_to(Some(step));
        self.tell(step, StepOutcome::Running);
    }

    fn passed(&self, step: Step, detail: &str) {
        self.turn_to(None);
        self.tell(step, StepOutcome::Passed { detail: detail.to_owned() });
    }
}

/// What a test of a mailbox found.
#[derive(Debug)]
pub struct Found {
    pub folders: Vec<Folder>,
    pub inbox: MailboxStatus,
}

/// Signs in, opens the inbox and lists the folders: signing in alone proves nothing.
pub(crate) async fn test(source: &dyn MailSource, steps: Option<&Steps>) -> Result<Found, MailFault> {
    let outcome = match steps {
        Some(steps) => walk(source, steps).await,
        None => walk(source, &()).await,
    };
    if let (Err(fault), Some(steps)) = (&outcome, steps) {
        steps.failed(fault);
    }
    outcome
}

async fn walk(source: &dyn MailSource, observer: &dyn Observer) -> Result<Found, MailFault> {
    let mut session = source.open(observer).await?;
    observer.begins(Step::Inbox);
    // Every mailbox has a folder of this name (RFC 9051 §5.1).
    let inbox = session.examine(&Folder { name: "INBOX".into(), role: FolderRole::Inbox }).await?;
    observer.passed(Step::Inbox, &inbox.exists.to_string());
    observer.begins(Step::Folders);
    let folders = session.folders().await?;
    observer.passed(Step::Folders, &folders.len().to_string());
    session.close().await;
    Ok(Found { folders, inbox })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Mailbox;
    use otomo_domain::error::MailFaultKind;

    /// What was told, with the outcome as a word.
    async fn told(mailbox: &Mailbox) -> Vec<(Step, String)> {
        let bus = Bus::default();
        let mut events = bus.listen();
        drop(test(mailbox, Some(&Steps::new(bus, 7))).await);
        let mut told = Vec::new();
        while let Ok(Event::Step { op: 7, step, outcome }) = events.try_recv() {
            told.push((step, format!("{outcome:?}")));
        }
        told
    }

    #[tokio::test]
    async fn the_steps_are_told_in_their_order_with_what_was_found() {
        let mailbox = Mailbox::default();
        mailbox.deliver(b"Subject: x\r\n\r\n".to_vec());
        let told = told(&mailbox).await;
        let steps: Vec<_> = told.iter().map(|(step, outcome)| (*step, outcome.as_str())).collect();
        let passed = |detail: &str| format!("Passed {{ detail: {detail:?} }}");
        let (one, two) = (passed("1"), passed("2"));
        let expected = [
            (Step::Inbox, "Running"),
            (Step::Inbox, one.as_str()),
            (Step::Folders, "Running"),
            (Step::Folders, two.as_str()),
        ];
        assert_eq!(steps, expected);
    }

    #[tokio::test]
    async fn a_failure_belongs_to_the_step_that_had_begun() {
        let bus = Bus::default();
        let mut events = bus.listen();
        let steps = Steps::new(bus, 1);
        steps.begins(Step::Name);
        steps.passed(Step::Name, "192.0.2.1");
        steps.begins(Step::Connect);
        let fault = MailFault::new(MailFaultKind::Protocol, "x");
        steps.failed(&fault);
        steps.failed(&fault);
        let last = std::iter::from_fn(|| events.try_recv().ok()).collect::<Vec<_>>();
        assert_eq!(last.len(), 4, "a step fails once");
        let failed = StepOutcome::Failed { fault };
        assert_eq!(last.last(), Some(&Event::Step { op: 1, step: Step::Connect, outcome: failed }));
    }
}
