//! How an address can be connected: all sources asked beside each other, the best one counts.
//!
//! Here it is only gathered; which finding counts is decided in `otomo_domain::detect`. HTTPS only, nothing that a page
//! says is believed before it was checked, and no password is known here.
//!
//! | module | holds |
//! |---|---|
//! | `search` | what each source is asked |
//! | `autoconfig` | the format of autoconfig pages |
//! | `page` | one bounded page over HTTPS |
//! | `hints` | the domain's records that point at Google or Microsoft |
//! | `srv` | RFC 6186 |
//! | `guess`, `probe` | usual names; whether a server answers there |
//! | `name` | host names, and whose they are |

mod autoconfig;
mod guess;
mod hints;
mod name;
mod page;
mod probe;
mod search;
mod srv;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::address::Address;
use otomo_domain::detect::{Evidence, Finding, Inquiry, Offer, SettingsOrigin, Unsupported, Verdict, Watcher};
use otomo_domain::policy::Policy;
use otomo_domain::ports::Detector;
use otomo_net::Net;
use tokio::time::timeout;

pub(crate) use name::is_host;
use search::{Asked, Search};

use crate::thunderbird::{self, ImportedAccount};

/// How long all sources have together.
const PATIENCE: Duration = Duration::from_secs(8);

/// Asks the network.
pub struct NetDetector {
    net: Arc<Net>,
}

impl NetDetector {
    pub fn new(net: Arc<Net>) -> Self {
        Self { net }
    }

    /// Asks all sources, until the verdict is certain or the patience is at its end.
    async fn search(&self, inquiry: Inquiry<'_>, watcher: &dyn Watcher) -> Verdict {
        let Some(domain) = name::ascii(inquiry.address.domain()) else { return Verdict::Manual { guess: None } };
        let search = Search::new(&self.net, domain, inquiry.address);
        let (mut awaited, mut asked): (Vec<_>, FuturesUnordered<Asked<'_>>) = search.all().into_iter().unzip();
        awaited.iter().for_each(|origin| watcher.heard(*origin, Finding::Running));
        let mut evidence = Evidence::default();
        let heard = async {
            while let Some(heard) = asked.next().await {
                awaited.retain(|origin| *origin != heard.origin);
                watcher.heard(heard.origin, heard.finding);
                (heard.take)(&mut evidence);
                if let Some(verdict) = inquiry.settled(&evidence) {
                    return Some(verdict);
                }
            }
            None
        };
        let settled = timeout(PATIENCE, heard).await;
        let late = if settled.is_ok() { Finding::Stopped } else { too_late() };
        awaited.into_iter().for_each(|origin| watcher.heard(origin, late.clone()));
        settled.ok().flatten().unwrap_or_else(|| inquiry.conclude(&evidence))
    }

    /// Proton's Bridge makes a mailbox of it, where it runs on this computer.
    async fn beside_bridge(&self, verdict: Verdict, inquiry: Inquiry<'_>) -> Verdict {
        let without = Verdict::Unsupported { why: Unsupported::ProtonWithoutBridge };
        let offers = inquiry.bridge();
        let Some(bridge) = offers.first().and_then(|offer| offer.receive.as_ref()) else { return verdict };
        let plain = Endpoint { security: Security::Clear, ..bridge.clone() };
        if verdict == without && probe::listens(&self.net, &plain).await { Verdict::Offers { offers } } else { verdict }
    }
}

#[async_trait]
impl Detector for NetDetector {
    async fn detect(&self, address: &Address, policy: &Policy, watcher: &dyn Watcher) -> Verdict {
        let inquiry = Inquiry { address, policy };
        let verdict = match inquiry.at_once() {
            Some((origin, verdict)) => {
                tell_at_once(origin, &verdict, watcher);
                verdict
            }
            None => {
                watcher.heard(SettingsOrigin::Policy, Finding::Nothing);
                watcher.heard(SettingsOrigin::KnownDomain, Finding::Nothing);
                self.search(inquiry, watcher).await
            }
        };
        self.beside_bridge(verdict, inquiry).await
    }

    fn found_here(&self, policy: &Policy) -> Vec<(Address, Offer)> {
        let Some(home) = std::env::home_dir() else { return Vec::new() };
        let counted = |ImportedAccount { address, offer }: ImportedAccount| {
            let offer = Inquiry { address: &address, policy }.as_it_counts(&offer)?;
            Some((address, offer))
        };
        thunderbird::found(&home).into_iter().filter_map(counted).collect()
    }
}

/// Tells what was certain before anybody was asked.
fn tell_at_once(origin: SettingsOrigin, verdict: &Verdict, watcher: &dyn Watcher) {
    let offer = if let Verdict::Offers { offers } = verdict { offers.first() } else { None };
    let detail = offer.map(search::detail).unwrap_or_default();
    for other in SettingsOrigin::ALL {
        let finding = match other.cmp(&origin) {
            std::cmp::Ordering::Less => Finding::Nothing,
            std::cmp::Ordering::Equal => Finding::Found { detail: detail.clone() },
            std::cmp::Ordering::Greater => Finding::Stopped,
        };
        watcher.heard(other, finding);
    }
}

fn too_late() -> Finding {
    Finding::Failed { detail: format!("no answer in {} seconds", PATIENCE.as_secs()) }
}
