//! Sending over a submission server (RFC 6409).

use std::sync::Arc;

use otomo_domain::account::Account;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Credential, MailSender};
use otomo_net::Net;

/// What an account sends with.
pub fn sender(
    _net: &Arc<Net>,
    _account: &Account,
    _credential: Option<Credential>,
) -> Result<Box<dyn MailSender>, MailFault> {
    Err(MailFault::new(MailFaultKind::SendingRefused, "not built yet"))
}
