//! Providers that a rep signs in at with the browser (RFC 6749, RFC 8252), as values.
//!
//! The two big ones are known here; a policy can set the organisation's own client for them, or describe another
//! provider whole. Scopes are asked for what is really done: reading needs no right to send.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::{Endpoint, Security};
use crate::secret::SecretString;

pub const GOOGLE: &str = "google";
pub const MICROSOFT: &str = "microsoft";

/// The redirect path where nothing else was registered.
const CALLBACK: &str = "/callback";

/// A provider, ready to be asked.
#[derive(Clone, Debug)]
pub struct Provider {
    /// How the ledger and the policy call it.
    pub name: String,
    /// `None` where nobody registered this program there.
    pub client: Option<Client>,
    pub authorize: String,
    pub token: String,
    /// RFC 7009.
    pub revoke: Option<String>,
    /// Who must have sent the answer (RFC 9207) and made the id_token, where that is known.
    pub issuer: Option<String>,
    /// Every answer of this provider names its issuer (RFC 9207 §3): one that doesn't isn't its.
    pub names_issuer: bool,
    pub scopes: Scopes,
    pub redirect: Redirect,
    /// The path that the browser comes back to; providers ignore the port, and compare the path with the registered one.
    pub redirect_path: String,
    /// The port, where the provider compares that too; any other that is free where it doesn't.
    pub redirect_port: Option<u16>,
    /// Further parameters of the authorisation request.
    pub parameters: BTreeMap<String, String>,
    pub servers: Servers,
    /// Where Microsoft Graph answers, for providers that have it.
    pub graph: Option<String>,
    /// Where Gmail's API tells the sender addresses, for providers that have it.
    pub gmail: Option<String>,
}

/// This program's registration at a provider. The secret of an installed program is none (RFC 8252 §8.5), and some
/// providers want it all the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub id: String,
    #[serde(default)]
    pub secret: Option<SecretString>,
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Client {}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scopes {
    /// Who the rep is, and a refresh token.
    pub identity: Vec<String>,
    pub imap: Vec<String>,
    pub pop3: Vec<String>,
    pub smtp: Vec<String>,
    /// For sending through Graph: a token of its own, from the same refresh token.
    pub graph: Vec<String>,
}

/// What the rep wants to do at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Purpose {
    Imap,
    Pop3,
    SendOnly,
}

impl Scopes {
    /// What to ask for in the browser.
    pub fn asked(&self, purpose: Purpose, sends: bool) -> Vec<String> {
        let reading: &[String] = match purpose {
            Purpose::Imap => &self.imap,
            Purpose::Pop3 => &self.pop3,
            Purpose::SendOnly => &[],
        };
        let sending: &[String] = if sends || purpose == Purpose::SendOnly { &self.smtp } else { &[] };
        let mut asked: Vec<String> = Vec::new();
        for scope in self.identity.iter().chain(reading).chain(sending) {
            if !asked.contains(scope) {
                asked.push(scope.clone());
            }
        }
        asked
    }
}

impl Scopes {
    /// What to ask for beside it, for a token of its own: sending another way, where SMTP is switched off.
    pub fn further(&self, purpose: Purpose, sends: bool) -> Vec<String> {
        if sends || purpose == Purpose::SendOnly { self.graph.clone() } else { Vec::new() }
    }
}

/// The host in the address that the browser comes back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// `127.0.0.1` (RFC 8252 §7.3).
    #[default]
    Loopback,
    /// `localhost`, which a browser may look up as either family.
    Localhost,
}

/// A provider's mail servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Servers {
    pub imap: Option<Endpoint>,
    pub pop3: Option<Endpoint>,
    pub smtp: Option<Endpoint>,
}

/// What a policy says of a provider; what it leaves out stays as it is known here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderPolicy {
    pub client: Option<Client>,
    /// Microsoft's `common`, `organizations`, or one tenant.
    pub tenant: Option<String>,
    pub authorize: Option<String>,
    pub token: Option<String>,
    pub revoke: Option<String>,
    pub issuer: Option<String>,
    pub names_issuer: Option<bool>,
    pub scopes: Option<Scopes>,
    pub redirect: Option<Redirect>,
    pub redirect_path: Option<String>,
    pub parameters: Option<BTreeMap<String, String>>,
    pub servers: Option<Servers>,
    pub graph: Option<String>,
    pub gmail: Option<String>,
    /// Domains whose addresses sign in there, whatever their DNS says.
    pub domains: Vec<String>,
}

impl Provider {
    /// Google, as its pages describe it for installed programs.
    pub fn google() -> Self {
        let server = |host, port| Some(Endpoint::new(host, port, Security::Tls));
        let mail = strings(&["https://mail.google.com/"]);
        Self {
            name: GOOGLE.into(),
            client: None,
            authorize: "https://accounts.google.com/o/oauth2/v2/auth".into(),
            token: "https://oauth2.googleapis.com/token".into(),
            revoke: Some("https://oauth2.googleapis.com/revoke".into()),
            issuer: Some("https://accounts.google.com".into()),
            names_issuer: false,
            scopes: Scopes {
                identity: strings(&["openid", "email"]),
                imap: mail.clone(),
                pop3: mail.clone(),
                smtp: mail,
                graph: Vec::new(),
            },
            redirect: Redirect::Loopback,
            redirect_path: CALLBACK.into(),
            redirect_port: None,
            // Without these no refresh token comes the second time.
            parameters: pairs(&[
                ("access_type", "offline"),
                ("include_granted_scopes", "false"),
                ("prompt", "consent select_account"),
            ]),
            servers: Servers {
                imap: server("imap.gmail.com", 993),
                pop3: server("pop.gmail.com", 995),
                smtp: server("smtp.gmail.com", 465),
            },
            graph: None,
            gmail: Some("https://gmail.googleapis.com".into()),
        }
    }

    /// Microsoft 365 and Outlook.com. `tenant` is `common`, `organizations`, or the id or domain of one tenant.
    pub fn microsoft(tenant: &str) -> Self {
        let authority = format!("https://login.microsoftonline.com/{tenant}");
        let server = |host, port| Some(Endpoint::new(host, port, Security::Tls));
        Self {
            name: MICROSOFT.into(),
            client: None,
            authorize: format!("{authority}/oauth2/v2.0/authorize"),
            token: format!("{authority}/oauth2/v2.0/token"),
            // Public clients have no revocation there; the rep is shown the page of their account.
            revoke: None,
            issuer: None,
            names_issuer: false,
            scopes: Scopes {
                identity: strings(&["openid", "email", "profile", "offline_access"]),
                imap: strings(&["https://outlook.office.com/IMAP.AccessAsUser.All"]),
                pop3: strings(&["https://outlook.office.com/POP.AccessAsUser.All"]),
                smtp: strings(&["https://outlook.office.com/SMTP.Send"]),
                graph: strings(&["https://graph.microsoft.com/Mail.Send"]),
            },
            redirect: Redirect::Localhost,
            // Registered without a path, which comes back as this.
            redirect_path: "/".into(),
            redirect_port: None,
            // `consent` would throw people back to "approval needed" after the approval.
            parameters: pairs(&[("prompt", "select_account")]),
            servers: Servers {
                imap: server("outlook.office365.com", 993),
                pop3: server("outlook.office365.com", 995),
                smtp: Some(Endpoint::new("smtp.office365.com", 587, Security::StartTls)),
            },
            graph: Some("https://graph.microsoft.com".into()),
            gmail: None,
        }
    }

    /// A provider that is known only by a policy.
    fn unknown(name: &str) -> Self {
        Self {
            name: name.into(),
            client: None,
            authorize: String::new(),
            token: String::new(),
            revoke: None,
            issuer: None,
            names_issuer: false,
            scopes: Scopes::default(),
            redirect: Redirect::default(),
            redirect_path: CALLBACK.into(),
            redirect_port: None,
            parameters: BTreeMap::new(),
            servers: Servers::default(),
            graph: None,
            gmail: None,
        }
    }

    /// The provider of this name as it is known here, with what a policy says of it. `None` where neither knows enough.
    pub fn named(name: &str, policy: Option<&ProviderPolicy>) -> Option<Self> {
        let mut provider = match name {
            GOOGLE => Self::google(),
            MICROSOFT => Self::microsoft(policy.and_then(|p| p.tenant.as_deref()).unwrap_or("common")),
            other => Self::unknown(other),
        };
        if let Some(policy) = policy.cloned() {
            set(&mut provider.authorize, policy.authorize);
            set(&mut provider.token, policy.token);
            set(&mut provider.scopes, policy.scopes);
            set(&mut provider.redirect, policy.redirect);
            set(&mut provider.redirect_path, policy.redirect_path);
            set(&mut provider.names_issuer, policy.names_issuer);
            set(&mut provider.parameters, policy.parameters);
            set(&mut provider.servers, policy.servers);
            provider.client = policy.client.or(provider.client);
            provider.revoke = policy.revoke.or(provider.revoke);
            provider.issuer = policy.issuer.or(provider.issuer);
            provider.graph = policy.graph.or(provider.graph);
            provider.gmail = policy.gmail.or(provider.gmail);
        }
        let complete = !provider.authorize.is_empty() && !provider.token.is_empty();
        complete.then_some(provider)
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_alone_does_not_ask_for_the_right_to_send() {
        let asked = |sends| Provider::microsoft("common").scopes.asked(Purpose::Imap, sends);
        assert!(!asked(false).iter().any(|scope| scope.ends_with("SMTP.Send")));
        assert!(asked(true).iter().any(|scope| scope.ends_with("SMTP.Send")));
        assert_eq!(Provider::google().scopes.asked(Purpose::Imap, true).len(), 3, "Google has one scope for both");
    }

    #[test]
    fn a_policy_sets_the_client_and_leaves_the_rest() {
        let policy = ProviderPolicy {
            client: Some(Client { id: "ours".into(), secret: None }),
            tenant: Some("corp.example".into()),
            ..ProviderPolicy::default()
        };
        let provider = Provider::named(MICROSOFT, Some(&policy)).map(|p| (p.client.map(|c| c.id), p.token));
        let token = "https://login.microsoftonline.com/corp.example/oauth2/v2.0/token";
        assert_eq!(provider, Some((Some("ours".into()), token.into())));
    }

    #[test]
    fn a_provider_without_addresses_is_none() {
        assert!(Provider::named("acme", None).is_none());
        assert!(Provider::named("acme", Some(&ProviderPolicy::default())).is_none());
    }
}
