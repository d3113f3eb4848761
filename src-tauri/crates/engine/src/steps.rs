//! The test of a mailbox, step by step. It changes nothing: not the mailbox, not the ledger.

use std::sync::{Mutex, PoisonError};

use otomo_domain::address::Address;
use otomo_domain::error::MailFault;
use otomo_domain::ports::{MailSender, MailSource};
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
    pub sending: SendingFound,
}

/// What the test of sending found. Reading alone is a valid end.
#[derive(Debug)]
pub enum SendingFound {
    /// The account doesn't send.
    Off,
    Ready,
    Failed(MailFault),
}

/// Signs in, opens the inbox and lists the folders, for signing in alone proves nothing; then asks the server that sends,
/// if there is one, whether it would send under the address.
pub(crate) async fn test(
    source: &dyn MailSource,
    sender: Option<&dyn MailSender>,
    address: &Address,
    steps: Option<&Steps>,
) -> Result<Found, MailFault> {
    let observer: &dyn Observer = match steps {
        Some(steps) => steps,
        None => &(),
    };
    let failed = |fault: &MailFault| {
        if let Some(steps) = steps {
            steps.failed(fault);
        }
    };
    let (folders, inbox) = walk(source, observer).await.inspect_err(failed)?;
    let sending = match sender {
        None => SendingFound::Off,
        Some(sender) => match sender.check(address, observer).await.inspect_err(failed) {
            Ok(()) => SendingFound::Ready,
            Err(fault) => SendingFound::Failed(fault),
        },
    };
    Ok(Found { folders, inbox, sending })
}

async fn walk(source: &dyn MailSource, observer: &dyn Observer) -> Result<(Vec<Folder>, MailboxStatus), MailFault> {
    let mut session = source.open(observer).await?;
    observer.begins(Step::Inbox);
    // Every mailbox has a folder of this name (RFC 9051 §5.1).
    let inbox = session.examine(&Folder { name: "INBOX".into(), role: FolderRole::Inbox }).await?;
    observer.passed(Step::Inbox, &inbox.exists.to_string());
    observer.begins(Step::Folders);
    let folders = session.folders().await?;
    observer.passed(Step::Folders, &folders.len().to_string());
    session.close().await;
    Ok((folders, inbox))
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
        let address = Address::parse("rep@own.example").unwrap();
        drop(test(mailbox, None, &address, Some(&Steps::new(bus, 7))).await);
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
