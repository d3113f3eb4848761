//! How an address can be connected, against the lab's DNS and pages that a test serves.
//!
//! | module | holds |
//! |---|---|
//! | [`zones`] | every zone of the lab: the provider, the question, or the reason |
//! | [`pages`] | what pages say, and pages that lie or attack |
//! | [`servers`] | records of servers, usual names, dead and slow DNS |
//! | [`web`] | the web server |

mod pages;
mod servers;
mod web;
mod zones;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use kit::certificate::{Certificate, Identity};
use kit::lab::{Lab, Service};
use otomo_domain::account::SignIn;
use otomo_domain::address::Address;
use otomo_domain::detect::{Finding, Offer, SettingsOrigin, Verdict, Watcher};
use otomo_domain::policy::Policy;
use otomo_domain::ports::Detector;
use otomo_mail::detect::NetDetector;
use otomo_net::{Net, NetConfig};

use web::{Answer, Web};

const CLIENTS: &str = r#"{"oauth": {"google": {"client": {"id": "g"}}, "microsoft": {"client": {"id": "m"}}}}"#;

/// The names that the pages of a world are served under.
const NAMES: Certificate = Certificate::Names(&[
    "autoconfig.thunderbird.net",
    "login.microsoftonline.com",
    "autoconfig.liar-google.test",
    "autoconfig.liar-m365.test",
    "autoconfig.pages.test",
    "pages.test",
    "elsewhere.pages.test",
    "imap.guess.test",
    "smtp.guess.test",
    "imap.starttls.test",
    "smtp.starttls.test",
]);

/// A DNS, and pages.
struct World {
    lab: Lab,
    identity: Identity,
    _web: Web,
}

impl World {
    async fn with(answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        let lab = Lab::start(&[Service::Dnsmasq]);
        let identity = Identity::new(NAMES);
        let web = web::serve(&lab, &identity, answer).await;
        Self { lab, identity, _web: web }
    }

    async fn detect(&self, address: &str) -> Searched {
        search(address, CLIENTS, self.lab.dns(), vec![self.identity.ca().to_owned()]).await
    }

    /// The verdict in a line.
    async fn verdict(&self, address: &str) -> String {
        shown(&self.detect(address).await.verdict)
    }
}

/// A search at its end.
struct Searched {
    verdict: Verdict,
    heard: Vec<(SettingsOrigin, Finding)>,
}

impl Searched {
    /// The last that was heard of a source.
    fn last(&self, origin: SettingsOrigin) -> &Finding {
        let last = self.heard.iter().rev().find(|(of, _)| *of == origin);
        last.map(|(_, finding)| finding).unwrap_or_else(|| panic!("nothing was heard of {origin:?}"))
    }

    /// The only offer.
    fn offer(&self) -> &Offer {
        match &self.verdict {
            Verdict::Offers { offers } => &offers[0],
            other => panic!("{other:?}"),
        }
    }
}

#[derive(Default)]
struct Ear(Mutex<Vec<(SettingsOrigin, Finding)>>);

impl Watcher for Ear {
    fn heard(&self, origin: SettingsOrigin, finding: Finding) {
        self.0.lock().unwrap().push((origin, finding));
    }
}

async fn search(address: &str, policy: &str, dns: SocketAddr, extra_ca: Vec<PathBuf>) -> Searched {
    let net = Net::new(&NetConfig { extra_ca, resolver: Some(dns), ..NetConfig::default() }).unwrap();
    let address = Address::parse(address).unwrap();
    let policy = Policy::parse(policy).unwrap();
    let ear = Ear::default();
    let verdict = NetDetector::new(Arc::new(net)).detect(&address, &policy, &ear).await;
    let heard = ear.0.into_inner().unwrap();
    let running =
        |origin| heard.iter().rev().find(|(of, _)| *of == origin).is_some_and(|(_, f)| *f == Finding::Running);
    assert!(!SettingsOrigin::ALL.into_iter().any(running), "a source is left running: {heard:?}");
    Searched { verdict, heard }
}

/// A verdict in a line.
fn shown(verdict: &Verdict) -> String {
    let offers = |offers: &[Offer]| offers.iter().map(way).collect::<Vec<_>>().join(", ");
    match verdict {
        Verdict::Offers { offers: ways } => offers(ways),
        Verdict::Ask { gateway, likely, offers: ways } => format!("{gateway}? {likely:?}: {}", offers(ways)),
        Verdict::Unsupported { why } => format!("{why:?}"),
        Verdict::Manual { guess } => format!("manual {}", guess.as_deref().map(way).unwrap_or_default()),
        Verdict::Offline => "offline".into(),
    }
}

fn way(offer: &Offer) -> String {
    let place = offer.receive.as_ref().map(|receive| format!("{}:{}", receive.host, receive.port));
    let by = match &offer.sign_in {
        SignIn::OAuth { provider } => format!(" by {provider}"),
        SignIn::Password => String::new(),
    };
    let card = offer.app_password.as_ref().map(|card| format!(" ({})", card.guide)).unwrap_or_default();
    let warning = offer.warning.map(|warning| format!(" {warning:?}")).unwrap_or_default();
    let foreign = if offer.foreign { " foreign" } else { "" };
    format!("{}{by}{card}{warning}{foreign}", place.unwrap_or_default())
}
