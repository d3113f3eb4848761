//! Which of the findings counts.

use super::{Answer, Cloud, Evidence, Hosting, Inquiry, Offer, SettingsOrigin, Unsupported, Verdict};
use crate::hosting::{self, Kind, Service, Told};
use crate::oauth::{GOOGLE, MICROSOFT};

impl Inquiry<'_> {
    /// What is certain before anybody is asked, and where it comes from.
    pub fn at_once(&self) -> Option<(SettingsOrigin, Verdict)> {
        let offers = self.by_policy();
        if !offers.is_empty() {
            return Some((SettingsOrigin::Policy, Verdict::Offers { offers }));
        }
        let service = hosting::by_domain(self.address.domain())?;
        let verdict = self.certain(Told { service, mx: "" }, SettingsOrigin::KnownDomain)?;
        Some((SettingsOrigin::KnownDomain, verdict))
    }

    /// The verdict, as soon as nothing that is still awaited could change it.
    pub fn settled(&self, evidence: &Evidence) -> Option<Verdict> {
        if let Some(verdict) = self.by_mx(evidence) {
            return Some(verdict);
        }
        if evidence.mx.is_pending() || evidence.hints.is_pending() {
            return None;
        }
        let decisive = |answer: &&&Answer<Vec<Offer>>| !matches!(answer, Answer::Silent | Answer::Nothing);
        let pending = evidence.settings().iter().find(decisive).is_some_and(|answer| answer.is_pending());
        (!pending).then(|| self.conclude(evidence))
    }

    /// The verdict on what is known when nobody is waited for any longer.
    pub fn conclude(&self, evidence: &Evidence) -> Verdict {
        if let Some(verdict) = self.by_mx(evidence) {
            return verdict;
        }
        let told = told(evidence);
        let offers = self.found(evidence, told);
        if let Some(verdict) = self.hidden(evidence, told, &offers) {
            return verdict;
        }
        let silent = evidence.mx.says_nothing() && evidence.hints.says_nothing() && evidence.ispdb.says_nothing();
        match (offers.is_empty(), silent) {
            (false, _) => Verdict::Offers { offers },
            (true, true) => Verdict::Offline,
            (true, false) => Verdict::Manual { guess: Some(Box::new(self.guess(told))) },
        }
    }

    /// The verdict where the hosts that take the mail leave no doubt.
    fn by_mx(&self, evidence: &Evidence) -> Option<Verdict> {
        let hosts = evidence.mx.found()?;
        if !hosts.is_empty() && hosts.iter().all(String::is_empty) {
            return Some(Verdict::Unsupported { why: Unsupported::NullMx });
        }
        self.certain(told(evidence)?, SettingsOrigin::Mx)
    }

    /// What a service means, where it alone decides.
    fn certain(&self, told: Told<'_>, origin: SettingsOrigin) -> Option<Verdict> {
        match told.service.kind {
            Kind::SignIn(_) | Kind::Servers => {
                let offers = self.at(told, origin);
                (!offers.is_empty()).then_some(Verdict::Offers { offers })
            }
            Kind::Bridge => Some(Verdict::Unsupported { why: Unsupported::ProtonWithoutBridge }),
            Kind::Unsupported(why) => Some(self.unsupported(why, origin)),
            Kind::Gateway | Kind::Hoster => None,
        }
    }

    /// Microsoft's other clouds are open where the policy names their servers.
    fn unsupported(&self, why: Unsupported, origin: SettingsOrigin) -> Verdict {
        let elsewhere = matches!(why, Unsupported::MicrosoftGovernment | Unsupported::MicrosoftChina);
        let set = self.policy.oauth.get(MICROSOFT).is_some_and(|p| p.servers.is_some() && p.token.is_some());
        let offer = if elsewhere && set { self.by_provider(MICROSOFT, origin) } else { None };
        offer.map_or(Verdict::Unsupported { why }, |offer| Verdict::Offers { offers: vec![offer] })
    }

    /// The verdict where the hosts that take the mail are not where it is read: a gateway, or hosts nobody knows while
    /// the domain's records name a service.
    fn hidden(&self, evidence: &Evidence, told: Option<Told<'_>>, offers: &[Offer]) -> Option<Verdict> {
        let hints = evidence.hints.found();
        let hosts = evidence.mx.found()?;
        let gateway = match told {
            Some(Told { service: Service { kind: Kind::Gateway, name, .. }, .. }) => (*name).to_owned(),
            Some(_) => return None,
            None if hints.is_none_or(|hints| hints.signs.is_empty()) || is_at(offers, hosts) => return None,
            None => hosts.first()?.clone(),
        };
        let likely = hints.and_then(|hints| hints.likely());
        if likely == Some(Hosting::Microsoft)
            && let Some(why) = hints.and_then(|hints| hints.cloud).and_then(closed)
        {
            return Some(self.unsupported(why, SettingsOrigin::Tenant));
        }
        let likely = likely.or_else(|| (!offers.is_empty()).then_some(Hosting::Other));
        let big = [GOOGLE, MICROSOFT].into_iter().filter_map(|name| self.by_provider(name, SettingsOrigin::Tenant));
        let others = offers.iter().filter(|offer| !by_big_two(offer)).cloned();
        Some(Verdict::Ask { gateway, likely, offers: big.chain(others).collect() })
    }

    /// What the pages, the DNS and the guesses found, the best first, each server once.
    fn found(&self, evidence: &Evidence, told: Option<Told<'_>>) -> Vec<Offer> {
        let hoster = told.filter(|told| told.service.kind == Kind::Hoster).map(|told| told.service.name.to_owned());
        let mut offers: Vec<Offer> = Vec::new();
        for found in evidence.settings().into_iter().filter_map(Answer::found).flatten() {
            let Some(mut offer) = self.as_it_counts(found) else { continue };
            if !offers.iter().any(|known| known.protocol == offer.protocol && known.receive == offer.receive) {
                offer.service = offer.service.or_else(|| hoster.clone());
                offers.push(offer);
            }
        }
        offers
    }

    /// What the form is filled with.
    fn guess(&self, told: Option<Told<'_>>) -> Offer {
        let hoster = told.and_then(|told| self.at(told, SettingsOrigin::Mx).into_iter().next());
        hoster.unwrap_or_else(|| self.usual())
    }
}

/// The service that the hosts which take the mail tell.
fn told(evidence: &Evidence) -> Option<Told<'_>> {
    let hosts: Vec<&str> = evidence.mx.found()?.iter().map(String::as_str).collect();
    hosting::by_mx(&hosts)
}

/// Whether mail is read at one of the hosts that take it.
fn is_at(offers: &[Offer], hosts: &[String]) -> bool {
    offers.iter().filter_map(|offer| offer.receive.as_ref()).any(|receive| hosts.contains(&receive.host))
}

fn by_big_two(offer: &Offer) -> bool {
    offer.receive.as_ref().is_some_and(|receive| hosting::provider_of_server(&receive.host).is_some())
}

/// Why a cloud can't be connected to.
fn closed(cloud: Cloud) -> Option<Unsupported> {
    match cloud {
        Cloud::World => None,
        Cloud::Government => Some(Unsupported::MicrosoftGovernment),
        Cloud::China => Some(Unsupported::MicrosoftChina),
    }
}

#[cfg(test)]
mod tests;
