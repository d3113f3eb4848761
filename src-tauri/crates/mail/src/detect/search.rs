//! What each source is asked.

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, join};
use otomo_domain::address::Address;
use otomo_domain::detect::{Answer, Evidence, Finding, Hints, Hosting, Offer, SettingsOrigin};
use otomo_domain::hosting;
use otomo_net::Net;
use url::Url;

use super::{autoconfig, guess, hints, name, page, srv};

/// Mozilla's public list of providers.
const ISPDB: &str = "https://autoconfig.thunderbird.net/v1.1/";

/// What a source said: something, nothing, or why it could not be asked.
pub type Heard<T> = Result<Option<T>, String>;

/// A source under way.
pub type Asked<'a> = BoxFuture<'a, Word>;

/// What came from a source: for the rep to see, and for the verdict.
pub struct Word {
    pub origin: SettingsOrigin,
    pub finding: Finding,
    pub take: Box<dyn FnOnce(&mut Evidence) + Send>,
}

/// Everything that is asked about one address.
pub struct Search<'a> {
    net: &'a Net,
    domain: String,
    address: &'a Address,
    /// Asked once; several sources need it.
    mx: Shared<BoxFuture<'a, Heard<Vec<String>>>>,
}

impl<'a> Search<'a> {
    pub fn new(net: &'a Net, domain: String, address: &'a Address) -> Self {
        let mx = mx(net, domain.clone()).boxed().shared();
        Self { net, domain, address, mx }
    }

    /// All sources that need the network, under way as soon as they are polled.
    pub fn all(&self) -> [(SettingsOrigin, Asked<'_>); 6] {
        use SettingsOrigin::{Autoconfig, Guess, Ispdb, Mx, Srv, Tenant};
        let hints = || hints::ask(self.net, &self.domain);
        let srv = || srv::ask(self.net, &self.domain, self.address);
        let guess = || guess::ask(self.net, &self.domain, self.address);
        [
            (Mx, async { word(Mx, self.mx.clone().await, |hosts| who(hosts), |e, mx| e.mx = mx) }.boxed()),
            (Tenant, async move { word(Tenant, hints().await, pointing, |e, hints| e.hints = hints) }.boxed()),
            (Autoconfig, self.settings(Autoconfig, self.autoconfig(), |e, offers| e.autoconfig = offers)),
            (Ispdb, self.settings(Ispdb, self.ispdb(), |e, offers| e.ispdb = offers)),
            (Srv, self.settings(Srv, srv(), |e, offers| e.srv = offers)),
            (Guess, self.settings(Guess, guess(), |e, offers| e.guess = offers)),
        ]
    }

    /// A source of settings: what it found is judged before it is told.
    fn settings<'s>(
        &'s self,
        origin: SettingsOrigin,
        asked: impl Future<Output = Heard<Vec<Offer>>> + Send + 's,
        put: fn(&mut Evidence, Answer<Vec<Offer>>),
    ) -> Asked<'s> {
        let best = |offers: &Vec<Offer>| offers.first().map(detail).unwrap_or_default();
        async move { word(origin, self.judged(asked.await).await, best, put) }.boxed()
    }

    /// The domain's own page: at the name made for it, or at a well-known place (RFC 8615).
    async fn autoconfig(&self) -> Heard<Vec<Offer>> {
        let Self { domain, address, .. } = self;
        let at = |text: &str| Url::parse(text).map_err(|error| error.to_string());
        let mut own = at(&format!("https://autoconfig.{domain}/mail/config-v1.1.xml"))?;
        own.query_pairs_mut().append_pair("emailaddress", address.as_str());
        let known = at(&format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"))?;
        let page = |url| self.page(url, SettingsOrigin::Autoconfig);
        let (own, known) = join(page(own), page(known)).await;
        let (own, known) = (own.map(Option::flatten), known.map(Option::flatten));
        match (own, known) {
            (Ok(Some(offers)), _) | (_, Ok(Some(offers))) => Ok(Some(offers)),
            (Err(reason), _) => Err(reason),
            (_, known) => known,
        }
    }

    /// The public list: under the domain, else under the domain of the host that takes its mail.
    async fn ispdb(&self) -> Heard<Vec<Offer>> {
        let own = self.listed(&self.domain).await?;
        if own.is_some() {
            return Ok(own);
        }
        let mx = self.exchangers().await.into_iter().next().unwrap_or_default();
        let above = name::parent(&mx).into_iter().chain(Some(name::registrable(&mx)));
        let mut names: Vec<&str> = above.filter(|name| name.contains('.') && *name != self.domain).collect();
        names.dedup();
        for name in names {
            if let Some(offers) = self.listed(name).await? {
                return Ok(Some(offers));
            }
        }
        Ok(None)
    }

    async fn listed(&self, name: &str) -> Heard<Vec<Offer>> {
        let url = Url::parse(&format!("{ISPDB}{name}")).map_err(|error| error.to_string())?;
        // The list is always there: who can't find its host has no network.
        self.page(url, SettingsOrigin::Ispdb).await?.ok_or_else(|| "the list's host is unknown".into())
    }

    /// What a page offers, if anything; `None` where there is no such host.
    async fn page(&self, url: Url, origin: SettingsOrigin) -> Heard<Option<Vec<Offer>>> {
        let Some(page) = page::get(self.net, url).await? else { return Ok(None) };
        if page.status != 200 {
            return Ok(Some(None));
        }
        let offers = autoconfig::offers(&page.body, self.address, origin)?;
        Ok(Some((!offers.is_empty()).then_some(offers)))
    }

    /// Marks the offers that lead to somebody else's servers.
    async fn judged(&self, heard: Heard<Vec<Offer>>) -> Heard<Vec<Offer>> {
        let Some(mut offers) = heard? else { return Ok(None) };
        let hosts = self.exchangers().await;
        let own = || hosts.iter().map(String::as_str).chain(Some(self.domain.as_str()));
        for offer in &mut offers {
            let servers = offer.receive.iter().chain(&offer.send);
            offer.foreign = servers.into_iter().any(|server| name::is_foreign(&server.host, own()));
        }
        Ok(Some(offers))
    }

    /// The hosts that take the domain's mail; none where nobody tells.
    async fn exchangers(&self) -> Vec<String> {
        self.mx.clone().await.ok().flatten().unwrap_or_default()
    }
}

async fn mx(net: &Net, domain: String) -> Heard<Vec<String>> {
    let records = net.mx(&domain).await.map_err(|fault| fault.detail)?;
    let hosts: Vec<String> = records.into_iter().map(|record| record.host).collect();
    Ok((!hosts.is_empty()).then_some(hosts))
}

/// A source's word from what was heard of it.
fn word<T: Send + 'static>(
    origin: SettingsOrigin,
    heard: Heard<T>,
    detail: impl FnOnce(&T) -> String,
    put: impl FnOnce(&mut Evidence, Answer<T>) + Send + 'static,
) -> Word {
    let (finding, answer) = match heard {
        Ok(Some(found)) => (Finding::Found { detail: detail(&found) }, Answer::Found(found)),
        Ok(None) => (Finding::Nothing, Answer::Nothing),
        Err(reason) => (Finding::Failed { detail: crate::wording::shown(&reason) }, Answer::Silent),
    };
    Word { origin, finding, take: Box::new(|evidence| put(evidence, answer)) }
}

/// The service behind the hosts that take the mail, else the first host.
fn who(hosts: &[String]) -> String {
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let service = hosting::by_mx(&names).map(|told| told.service.name.to_owned());
    service.or_else(|| hosts.first().cloned()).unwrap_or_default()
}

fn pointing(hints: &Hints) -> String {
    match hints.likely() {
        Some(Hosting::Google) => hosting::GOOGLE_MAIL.name.to_owned(),
        Some(Hosting::Microsoft) => hosting::MICROSOFT_365.name.to_owned(),
        Some(Hosting::Other) | None => String::new(),
    }
}

/// An offer in a word: its service, or its host.
pub fn detail(offer: &Offer) -> String {
    let host = || offer.receive.as_ref().or(offer.send.as_ref()).map(|endpoint| endpoint.host.clone());
    offer.service.clone().or_else(host).unwrap_or_default()
}
