//! The kinds of CRM there are: those of this crate, and those that a program is given besides ([`Registry::with`]).

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::ConnectorInfo;
use otomo_domain::error::MailFault;
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{AccessTokens, Clock, CrmConnector, SendingAccount, SendingAccounts};
use otomo_domain::secret::SecretString;
use otomo_domain::words::Words;
use otomo_net::Net;
use serde_json::Value;

use crate::{espo, folder, hubspot, mail_drop, porters, rest};

/// Where the rep signs in, by what they filled in.
pub type MakeProvider = fn(&Form<'_>) -> Result<Provider, InvalidSettings>;

/// What the rep must know of a kind that has not been run against a live CRM yet.
pub const BETA: Words = Words::new(
    "ベータ版です。公開資料をもとに作られ、実際の環境ではまだ試されていません。",
    "This is a beta. It was made from what is published, and has never been run against a live CRM.",
);

/// A kind of CRM: how it is described, how it is made, and where the rep signs in to it, if a secret is not all.
#[derive(Clone, Copy)]
pub struct Kind {
    pub info: fn() -> ConnectorInfo,
    pub provider: Option<MakeProvider>,
    pub build: fn(Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings>,
}

const KINDS: &[Kind] = &[
    Kind { info: hubspot::info, provider: None, build: hubspot::build },
    Kind { info: hubspot::app::info, provider: Some(hubspot::app::provider), build: hubspot::app::build },
    Kind { info: porters::info, provider: None, build: porters::build },
    Kind { info: espo::info, provider: None, build: espo::build },
    Kind { info: rest::info, provider: None, build: rest::build },
    Kind { info: mail_drop::info, provider: None, build: mail_drop::build },
    Kind { info: folder::info, provider: None, build: folder::build },
];

/// What the rep filled in.
pub struct Form<'a> {
    pub settings: &'a Value,
    pub secret: Option<SecretString>,
}

/// What a connector is made from.
pub struct Given<'a> {
    pub settings: &'a Value,
    pub secret: Option<SecretString>,
    /// For a kind that is signed in to in the browser.
    pub tokens: Option<Arc<dyn AccessTokens>>,
    pub net: Arc<Net>,
    /// For a kind that counts its calls, or dates what it writes.
    pub clock: Arc<dyn Clock>,
    /// For a kind that mails.
    pub accounts: Arc<dyn SendingAccounts>,
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
    /// Of a field as [`ConnectorInfo::fields`] names it.
    pub fn new(field: &str, reason: impl Into<String>) -> Self {
        Self { field: field.to_owned(), reason: reason.into() }
    }
}

/// What a connector works with.
pub struct Means {
    /// The secret of the form.
    pub secret: Option<SecretString>,
    /// The tokens of a sign-in in the browser.
    pub tokens: Option<Arc<dyn AccessTokens>>,
    pub net: Arc<Net>,
    pub clock: Arc<dyn Clock>,
    /// The rep's accounts that may send for it.
    pub accounts: Arc<dyn SendingAccounts>,
}

/// The kinds of CRM that a program knows: those of this crate, and after them those it was given, under names of their
/// own.
#[derive(Clone, Default)]
pub struct Registry {
    given: Vec<Kind>,
}

impl Registry {
    /// With kinds that come from elsewhere: for who makes a CRM, and builds the program with one kind more.
    pub fn with(given: Vec<Kind>) -> Self {
        Self { given }
    }

    /// The kinds, in their order.
    pub fn kinds(&self) -> Vec<ConnectorInfo> {
        self.all().map(|kind| (kind.info)()).collect()
    }

    /// The connector of a kind. Touches neither disk nor network: `CrmConnector::check` does.
    pub fn connector(
        &self,
        kind: &str,
        settings: &Value,
        means: Means,
    ) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
        let Means { secret, tokens, net, clock, accounts } = means;
        (self.known(kind)?.build)(Given { settings, secret, tokens, net, clock, accounts })
    }

    /// Where the rep signs in in the browser, by what they filled in; `None` where the secret of the form is all.
    pub fn provider(
        &self,
        kind: &str,
        settings: &Value,
        secret: Option<SecretString>,
    ) -> Result<Option<Provider>, InvalidSettings> {
        let provider = self.known(kind)?.provider;
        provider.map(|provider| provider(&Form { settings, secret })).transpose()
    }

    fn all(&self) -> impl Iterator<Item = &Kind> {
        KINDS.iter().chain(&self.given)
    }

    fn known(&self, kind: &str) -> Result<&Kind, InvalidSettings> {
        let known = self.all().find(|known| (known.info)().kind == kind);
        known.ok_or_else(|| InvalidSettings::new("kind", format!("there is no kind of CRM called {kind:?}")))
    }
}

/// [`Registry::kinds`] of this crate.
pub fn kinds() -> Vec<ConnectorInfo> {
    Registry::default().kinds()
}

/// [`Registry::connector`] of this crate.
pub fn connector_with(kind: &str, settings: &Value, means: Means) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    Registry::default().connector(kind, settings, means)
}

/// The same with a secret as all that it needs besides.
pub fn connector(
    kind: &str,
    settings: &Value,
    secret: Option<SecretString>,
    net: Arc<Net>,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    connector_with(kind, settings, Means { secret, tokens: None, net, clock, accounts: Arc::new(NoAccounts) })
}

/// [`Registry::provider`] of this crate.
pub fn provider(
    kind: &str,
    settings: &Value,
    secret: Option<SecretString>,
) -> Result<Option<Provider>, InvalidSettings> {
    Registry::default().provider(kind, settings, secret)
}

/// No accounts.
pub struct NoAccounts;

#[async_trait]
impl SendingAccounts for NoAccounts {
    async fn find(&self, _: Option<&Address>) -> Result<Option<SendingAccount>, MailFault> {
        Ok(None)
    }
}

impl<'a> Given<'a> {
    /// A text that must be there, without the blanks around it.
    pub fn text(&self, field: &str) -> Result<&'a str, InvalidSettings> {
        text(self.settings, field)
    }
}

impl<'a> Form<'a> {
    /// A text that must be there, without the blanks around it.
    pub fn text(&self, field: &str) -> Result<&'a str, InvalidSettings> {
        text(self.settings, field)
    }
}

fn text<'a>(settings: &'a Value, field: &str) -> Result<&'a str, InvalidSettings> {
    let text = settings.get(field).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if text.is_empty() { Err(InvalidSettings::new(field, "is missing")) } else { Ok(text) }
}
