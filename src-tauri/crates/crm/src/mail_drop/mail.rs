//! A frozen payload as the mail that goes to the CRM.

use std::io;

use otomo_domain::address::Address;
use otomo_domain::connector::Files;
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::{Frozen, Payload};
use otomo_domain::time::Timestamp;
use otomo_mime::compose::{Forwarding, compose, forward};

use crate::chosen::Unsendable;

/// In which form a mail goes.
pub enum Form {
    /// As the rep sent it.
    AsSent,
    Forwarded {
        from: Address,
        to: Address,
        message_id: String,
        at: Timestamp,
    },
}

impl Form {
    /// The Message-ID follows from what is told to whom: a CRM that gets the same twice can see it.
    pub fn forwarded(frozen: &Frozen, from: &Address, to: &Address, at: Timestamp) -> Self {
        let told = Digest::of_all([frozen.sha256.as_bytes().as_slice(), to.as_str().as_bytes()]);
        let short: String = told.to_string().chars().take(32).collect();
        let message_id = format!("<{short}.otomo@{}>", from.domain());
        Self::Forwarded { from: from.clone(), to: to.clone(), message_id, at }
    }

    pub fn message_id<'a>(&'a self, payload: &'a Payload) -> &'a str {
        match self {
            Self::AsSent => &payload.message_id,
            Self::Forwarded { message_id, .. } => message_id,
        }
    }

    /// The whole mail. Blocking: its files are read.
    pub fn write(&self, payload: &Payload, files: &dyn Files) -> Result<Vec<u8>, CrmFault> {
        let mut bytes = Vec::new();
        let written = match self {
            Self::AsSent => compose(payload, files, &mut bytes),
            Self::Forwarded { from, to, message_id, at } => {
                forward(payload, &Forwarding { from, to, message_id, at: *at }, files, &mut bytes)
            }
        };
        written.map_err(unwritten)?;
        Ok(bytes)
    }
}

fn unwritten(error: io::Error) -> CrmFault {
    match Unsendable::among_causes(&error) {
        Some(unsendable) => unsendable.into(),
        None => CrmFault::new(CrmFaultKind::Rejected, error.to_string()),
    }
}
