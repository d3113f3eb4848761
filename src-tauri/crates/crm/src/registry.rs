//! The kinds of CRM there are.

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::ConnectorInfo;
use otomo_domain::error::MailFault;
use otomo_domain::ports::{Clock, CrmConnector, SendingAccount, SendingAccounts};
use otomo_domain::secret::SecretString;
use otomo_net::Net;
use serde_json::Value;

use crate::{espo, folder, hubspot, mail_drop, porters, rest};

/// A kind of CRM: how it is described, how it is made, and whether it is ready for everybody.
struct Kind {
    offered: bool,
    info: fn() -> ConnectorInfo,
    build: fn(Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings>,
}

const KINDS: &[Kind] = &[
    Kind { offered: false, info: hubspot::info, build: hubspot::build },
    Kind { offered: false, info: porters::info, build: porters::build },
    Kind { offered: false, info: espo::info, build: espo::build },
    Kind { offered: true, info: rest::info, build: rest::build },
    Kind { offered: true, info: mail_drop::info, build: mail_drop::build },
    Kind { offered: true, info: folder::info, build: folder::build },
];

/// What a connector is made from.
pub(crate) struct Given<'a> {
    settings: &'a Value,
    pub(crate) secret: Option<SecretString>,
    pub(crate) net: Arc<Net>,
    /// For a kind that counts its calls, or dates what it writes.
    pub(crate) clock: Arc<dyn Clock>,
    /// For a kind that mails.
    pub(crate) accounts: Arc<dyn SendingAccounts>,
}

/// A setting with which there can be no connector. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidSettings {
    /// The field as [`ConnectorInfo::fields`] names it, or `kind`.
    pub field: String,
    pub reason: String,
}

impl InvalidSettings {
    pub(crate) fn new(field: &str, reason: impl Into<String>) -> Self {
        Self { field: field.to_owned(), reason: reason.into() }
    }
}

/// The kinds of CRM that are offered, in their order. The others can be made by whoever names them, to be tried.
pub fn kinds() -> Vec<ConnectorInfo> {
    KINDS.iter().filter(|kind| kind.offered).map(|kind| (kind.info)()).collect()
}

/// As [`connector_that_sends`], where no account sends.
pub fn connector(
    kind: &str,
    settings: &Value,
    secret: Option<SecretString>,
    net: Arc<Net>,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    connector_that_sends(kind, settings, secret, net, clock, Arc::new(NoAccounts))
}

/// No accounts.
struct NoAccounts;

#[async_trait]
impl SendingAccounts for NoAccounts {
    async fn find(&self, _: Option<&Address>) -> Result<Option<SendingAccount>, MailFault> {
        Ok(None)
    }
}

/// The connector of a kind, with the accounts that it may send from. Touches neither disk nor network:
/// `CrmConnector::check` does.
pub fn connector_that_sends(
    kind: &str,
    settings: &Value,
    secret: Option<SecretString>,
    net: Arc<Net>,
    clock: Arc<dyn Clock>,
    accounts: Arc<dyn SendingAccounts>,
) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let known = KINDS.iter().find(|known| (known.info)().kind == kind);
    let known =
        known.ok_or_else(|| InvalidSettings::new("kind", format!("there is no kind of CRM called {kind:?}")))?;
    (known.build)(Given { settings, secret, net, clock, accounts })
}

impl<'a> Given<'a> {
    /// A text that must be there, without the blanks around it.
    pub(crate) fn text(&self, field: &str) -> Result<&'a str, InvalidSettings> {
        let text = self.settings.get(field).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if text.is_empty() { Err(InvalidSettings::new(field, "is missing")) } else { Ok(text) }
    }
}
