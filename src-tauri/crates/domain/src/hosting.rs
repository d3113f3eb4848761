//! The services that are known by name: by which hosts and domains they are told, and how to get at a mailbox there.
//!
//! Facts only, as the services' own pages state them; nothing here asks a network. A service that is told by the host
//! that takes a domain's mail (RFC 5321 §5.1) is found by the longest end of that host's name.
//!
//! | module | holds |
//! |---|---|
//! | `services` | each service: its servers, its sign-in, what to know before |
//! | `exchangers` | ends of host names that take mail, and whose they are; gateways and forwarders among them |
//! | `consumers` | domains at which anybody can have an address |
//! | `guides` | where an app password is made |

mod consumers;
mod exchangers;
mod guides;
mod services;

use crate::account::{Endpoint, Security};
use crate::address::Address;
use crate::detect::{AppPassword, Unsupported, Warning};
use crate::oauth::{GOOGLE, MICROSOFT};
use crate::policy::UserForm;

pub use services::{GOOGLE_MAIL, MICROSOFT_365, PROTON_BRIDGE};

/// A service that takes mail for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// As people call it.
    pub name: &'static str,
    pub kind: Kind,
    pub imap: Option<Server>,
    pub pop3: Option<Server>,
    pub smtp: Option<Server>,
    /// The user name its servers want; `None` where the service gives one that the address does not tell.
    pub user: Option<UserForm>,
    /// The same for the sending server, where it wants another.
    pub send_user: Option<UserForm>,
    /// Whose app password is needed: a key of the messages.
    pub guide: Option<&'static str>,
    pub warning: Option<Warning>,
}

/// How a mailbox at a service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By a sign-in in the browser ([`crate::oauth::Provider::name`]). The provider's servers, unless the row names others.
    SignIn(&'static str),
    /// With a password, at the servers of the row.
    Servers,
    /// With a password, at servers that differ from customer to customer: those of the row are only a guess.
    Hoster,
    /// Through Proton's Bridge on this computer.
    Bridge,
    /// The service filters mail and hands it on: it hides where the mailbox is.
    Gateway,
    Unsupported(Unsupported),
}

/// A server of a service. `{mx}` in the name stands for the host that takes the mail, `{domain}` for the domain of the
/// address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    pub host: &'static str,
    pub port: u16,
}

impl Server {
    /// Where it listens, for a domain whose mail `mx` takes.
    pub fn endpoint(self, domain: &str, mx: &str) -> Endpoint {
        let host = self.host.replace("{mx}", mx).replace("{domain}", domain);
        Endpoint::new(host, self.port, security(self.port))
    }
}

/// How the way to a registered port is protected (RFC 8314 §7).
pub fn security(port: u16) -> Security {
    if matches!(port, 465 | 993 | 995) { Security::Tls } else { Security::StartTls }
}

impl Service {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            imap: None,
            pop3: None,
            smtp: None,
            user: Some(UserForm::Address),
            send_user: None,
            guide: None,
            warning: None,
        }
    }

    /// Who may ask: the service's app password card.
    pub fn app_password(&self) -> Option<AppPassword> {
        self.guide.map(guides::app_password)
    }

    /// The user name for an address; empty where only the rep knows it.
    pub fn user_of(&self, address: &Address) -> String {
        self.user.map(|form| form.of(address)).unwrap_or_default()
    }
}

/// A service, and the host of the domain that told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub service: &'static Service,
    pub mx: &'a str,
}

/// The service behind a domain at which anybody can have an address.
pub fn by_domain(domain: &str) -> Option<&'static Service> {
    consumers::service(domain)
}

/// The service that the hosts which take a domain's mail tell, the preferred ones first. One that keeps mailboxes counts
/// before one that only passes mail on, wherever they stand.
pub fn by_mx<'a>(hosts: &[&'a str]) -> Option<Told<'a>> {
    let told = || hosts.iter().filter_map(|mx| exchangers::service(mx).map(|service| Told { service, mx }));
    told().find(|told| told.service.kind != Kind::Gateway).or_else(|| told().next())
}

/// The provider whose own mail server this is: a password is not what it wants.
pub fn provider_of_server(host: &str) -> Option<&'static str> {
    let is = |ends: &[&str]| ends.iter().any(|end| is_under(host, end));
    match host {
        _ if is(&["gmail.com", "googlemail.com"]) => Some(GOOGLE),
        _ if is(&["office365.com", "outlook.com", "hotmail.com", "live.com"]) => Some(MICROSOFT),
        _ => None,
    }
}

/// Whether a host is `domain` or under it.
pub fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests;
