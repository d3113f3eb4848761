//! The accounts of a Thunderbird on this computer: their settings, so that nobody types them again.
//!
//! Two files of a profile are read, `profiles.ini` and `prefs.js`; the ones with passwords are never opened. Whatever is
//! odd in them is passed over: they may be old, half written, or somebody else's work.
//!
//! | module | holds |
//! |---|---|
//! | `profiles` | where profiles are |
//! | `prefs` | the format of `prefs.js` |

mod prefs;
mod profiles;

use std::path::Path;

use otomo_domain::account::{Endpoint, Security, SignIn};
use otomo_domain::address::Address;
use otomo_domain::detect::{Offer, Protocol, SettingsOrigin, Warning};
use otomo_domain::hosting;
use otomo_domain::oauth::{GOOGLE, MICROSOFT};

use crate::detect::is_host;
use prefs::Prefs;

/// How many accounts of a computer are looked at.
const ACCOUNTS: usize = 100;

/// Thunderbird's number for a sign-in in the browser (`nsMsgAuthMethod::OAuth2`).
const OAUTH2: i64 = 10;

/// An account as it is set up there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedAccount {
    pub address: Address,
    /// How to connect it; the policy has not been asked ([`otomo_domain::detect::Inquiry::as_it_counts`]).
    pub offer: Offer,
}

/// The accounts of all profiles below a person's home, each address and server once.
pub fn found(home: &Path) -> Vec<ImportedAccount> {
    let mut found: Vec<ImportedAccount> = Vec::new();
    for profile in profiles::below(home) {
        for account in Prefs::read(&profile.join("prefs.js")).map(|prefs| accounts(&prefs)).unwrap_or_default() {
            if !found.contains(&account) && found.len() < ACCOUNTS {
                found.push(account);
            }
        }
    }
    found
}

/// The accounts of a profile, in the order in which Thunderbird shows them.
fn accounts(prefs: &Prefs) -> Vec<ImportedAccount> {
    let keys = prefs.list("mail.accountmanager.accounts");
    keys.into_iter().take(ACCOUNTS).filter_map(|key| account(prefs, key)).collect()
}

fn account(prefs: &Prefs, key: &str) -> Option<ImportedAccount> {
    let identity = prefs.list(&format!("mail.account.{key}.identities")).into_iter().next()?;
    let address = Address::parse(prefs.text(&format!("mail.identity.{identity}.useremail"))?)?;
    let server = format!("mail.server.{}", prefs.text(&format!("mail.account.{key}.server"))?);
    let protocol = match prefs.text(&format!("{server}.type"))? {
        "imap" => Protocol::Imap,
        "pop3" => Protocol::Pop3,
        _ => return None,
    };
    let receive = incoming(prefs, &server, protocol)?;
    let user = first(prefs, &[format!("{server}.realuserName"), format!("{server}.userName")])?.to_owned();
    let smtp = outgoing(prefs, identity);
    let (send, send_user) = smtp.map_or((None, None), |(endpoint, user)| (Some(endpoint), user));
    let offer = Offer::plain(protocol, Some(receive), send, user, SettingsOrigin::Thunderbird);
    let by_browser = prefs.number(&format!("{server}.authMethod")) == Some(OAUTH2);
    let send_user = send_user.filter(|user| *user != offer.user);
    Some(ImportedAccount { address, offer: proved(Offer { send_user, ..offer }, by_browser) })
}

fn incoming(prefs: &Prefs, server: &str, protocol: Protocol) -> Option<Endpoint> {
    let host = first(prefs, &[format!("{server}.realhostname"), format!("{server}.hostname")])?;
    let security = security(prefs.number(&format!("{server}.socketType")));
    let usual = match (protocol, security) {
        (Protocol::Imap, Security::Tls) => 993,
        (Protocol::Imap, _) => 143,
        (Protocol::Pop3, Security::Tls) => 995,
        (Protocol::Pop3, _) => 110,
    };
    endpoint(host, prefs.number(&format!("{server}.port")), usual, security)
}

/// The server that sends for an identity, and the name it wants.
fn outgoing(prefs: &Prefs, identity: &str) -> Option<(Endpoint, Option<String>)> {
    let key = first(prefs, &[format!("mail.identity.{identity}.smtpServer"), "mail.smtp.defaultserver".to_owned()])?;
    let server = format!("mail.smtpserver.{key}");
    let security = security(prefs.number(&format!("{server}.try_ssl")));
    let usual = if security == Security::Tls { 465 } else { 587 };
    let host = prefs.text(&format!("{server}.hostname"))?;
    let endpoint = endpoint(host, prefs.number(&format!("{server}.port")), usual, security)?;
    Some((endpoint, prefs.text(&format!("{server}.username")).map(str::to_owned)))
}

/// Thunderbird's number for the protection (`nsMsgSocketType`); 1 is "if the server can", of long ago.
fn security(socket_type: Option<i64>) -> Security {
    match socket_type {
        Some(3) => Security::Tls,
        Some(1 | 2) => Security::StartTls,
        _ => Security::Clear,
    }
}

fn endpoint(host: &str, port: Option<i64>, usual: u16, security: Security) -> Option<Endpoint> {
    let port = port.map_or(Some(usual), |port| u16::try_from(port).ok()).filter(|port| *port != 0)?;
    is_host(host).then(|| Endpoint::new(host.to_lowercase(), port, security))
}

/// The same offer with what it takes to sign in there.
fn proved(offer: Offer, by_browser: bool) -> Offer {
    let provider = offer.receive.as_ref().and_then(|receive| hosting::provider_of_server(&receive.host));
    let clear = offer.receive.iter().chain(&offer.send).any(|endpoint| endpoint.security == Security::Clear);
    let warning = clear.then_some(Warning::ClearText);
    match provider {
        Some(provider) if by_browser || provider == MICROSOFT => {
            Offer { sign_in: SignIn::OAuth { provider: provider.to_owned() }, warning, ..offer }
        }
        Some(GOOGLE) => Offer { app_password: hosting::GOOGLE_MAIL.app_password(), warning, ..offer },
        _ => Offer { warning, ..offer },
    }
}

/// The first of these texts that says something.
fn first<'a>(prefs: &'a Prefs, keys: &[String]) -> Option<&'a str> {
    keys.iter().filter_map(|key| prefs.text(key)).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
