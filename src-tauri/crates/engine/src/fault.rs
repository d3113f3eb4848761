//! Why a command could not be carried out.

use otomo_domain::error::{CrmFault, MailFault};
use otomo_domain::payload::Unsharable;
use otomo_domain::review::Refusal;
use otomo_store::StoreFault;

/// A failed command.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(StoreFault),
    #[error(transparent)]
    Mail(#[from] MailFault),
    #[error(transparent)]
    Crm(#[from] CrmFault),
    #[error(transparent)]
    Unsharable(#[from] Unsharable),
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The mail, account, connection, rule or decision is not there.
    #[error("no such {0}")]
    NoSuch(&'static str),
    /// What the rep saw is not what would be sent now.
    #[error("the payload is not the one that was previewed")]
    PreviewStale,
    /// The row changed since the rep looked.
    #[error("it changed meanwhile; now at revision {current}")]
    Conflict { current: u64 },
    /// It can be done, but not as things are.
    #[error("not now: {0}")]
    NotNow(&'static str),
    /// The company's policy does not allow it.
    #[error("not allowed by policy: {0}")]
    Policy(&'static str),
    #[error("another mail with the same Message-ID has been shared")]
    KeyTaken,
    #[error("the address is connected already")]
    AlreadyConnected,
    #[error("this is another account of the CRM than the one that is connected")]
    OtherAccount,
    /// A file could not be written where the person wants it.
    #[error("not saved: {0}")]
    NotSaved(String),
    /// A value of the command is not one.
    #[error("{field}: {why}")]
    Invalid { field: String, why: String },
}

impl From<StoreFault> for Fault {
    fn from(fault: StoreFault) -> Self {
        match fault {
            StoreFault::Stale { current } => Self::Conflict { current },
            StoreFault::Refused(refusal) => Self::Refused(refusal),
            StoreFault::KeyTaken => Self::KeyTaken,
            other => Self::Store(other),
        }
    }
}
