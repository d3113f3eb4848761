//! Ways to connect, from the policy and from the services that are known by name.

use super::{Offer, Protocol, SettingsOrigin, Warning};
use crate::account::{Endpoint, SignIn};
use crate::address::Address;
use crate::hosting::{self, Kind, Server, Service, Told};
use crate::oauth::{GOOGLE, MICROSOFT};
use crate::policy::Policy;

/// An address that somebody wants to connect, under the rules of this computer.
#[derive(Clone, Copy)]
pub struct Inquiry<'a> {
    pub address: &'a Address,
    pub policy: &'a Policy,
}

impl Inquiry<'_> {
    /// What the policy fixed for the domain of the address. Empty where it says nothing.
    pub(super) fn by_policy(&self) -> Vec<Offer> {
        let preset = self.preset();
        if !preset.is_empty() {
            return preset;
        }
        let provider = self.policy.provider_of(self.address.domain());
        provider.and_then(|name| self.by_provider(name, SettingsOrigin::Policy)).into_iter().collect()
    }

    fn preset(&self) -> Vec<Offer> {
        let Some((preset, user)) = self.policy.preset(self.address) else { return Vec::new() };
        let provider = preset.oauth.as_deref();
        let client = provider.and_then(|name| self.policy.provider(name)).and_then(|provider| provider.client);
        let offer = |protocol, receive: Option<&Endpoint>| Offer {
            sign_in: provider.map_or(SignIn::Password, |name| SignIn::OAuth { provider: name.to_owned() }),
            warning: (provider.is_some() && client.is_none()).then_some(Warning::NoClient),
            locked: preset.locked || self.policy.forbid.other_servers,
            ..Offer::plain(protocol, receive.cloned(), preset.smtp.clone(), user.clone(), SettingsOrigin::Policy)
        };
        let imap = preset.imap.as_ref().map(|imap| offer(Protocol::Imap, Some(imap)));
        let pop3 = preset.pop3.as_ref().map(|pop3| offer(Protocol::Pop3, Some(pop3)));
        let sending = preset.smtp.as_ref().map(|_| offer(Protocol::Imap, None));
        let receiving: Vec<_> = imap.into_iter().chain(pop3).collect();
        if receiving.is_empty() { sending.into_iter().collect() } else { receiving }
    }

    /// A sign-in at a provider. Without a client there, Google lets an app password in; at any other the rep has to ask
    /// IT for a client, and is never asked for a password.
    fn sign_in(&self, name: &str, service: Option<&Service>, origin: SettingsOrigin) -> Option<Offer> {
        let provider = self.policy.provider(name)?;
        let set = self.policy.oauth.get(name).is_some_and(|policy| policy.servers.is_some());
        let own_smtp = service.and_then(|service| service.smtp).filter(|_| !set);
        let send = own_smtp.map(|smtp| self.endpoint(smtp, "")).or(provider.servers.smtp);
        let (protocol, receive) = match (provider.servers.imap, provider.servers.pop3) {
            (None, Some(pop3)) => (Protocol::Pop3, Some(pop3)),
            (imap, _) => (Protocol::Imap, imap),
        };
        let client = provider.client.is_some();
        let app_password = service.and_then(Service::app_password).filter(|_| !client);
        let by_browser = SignIn::OAuth { provider: provider.name };
        Some(Offer {
            service: Some(service.map_or(name, |service| service.name).to_owned()),
            sign_in: if app_password.is_some() { SignIn::Password } else { by_browser },
            app_password,
            warning: (!client).then_some(Warning::NoClient),
            ..Offer::plain(protocol, receive, send, self.address.as_str().to_owned(), origin)
        })
    }

    /// A sign-in at a provider that is known by its name alone.
    pub(super) fn by_provider(&self, name: &str, origin: SettingsOrigin) -> Option<Offer> {
        self.sign_in(name, service_of(name), origin)
    }

    /// What a service offers: IMAP before POP3.
    pub(super) fn at(&self, told: Told<'_>, origin: SettingsOrigin) -> Vec<Offer> {
        let Told { service, mx } = told;
        if let Kind::SignIn(provider) = service.kind {
            return self.sign_in(provider, Some(service), origin).into_iter().collect();
        }
        let offer = |protocol, receive: Server| Offer {
            service: Some(service.name.to_owned()),
            send_user: service.send_user.map(|form| form.of(self.address)),
            app_password: service.app_password(),
            warning: service.warning,
            ..Offer::plain(
                protocol,
                Some(self.endpoint(receive, mx)),
                service.smtp.map(|smtp| self.endpoint(smtp, mx)),
                service.user_of(self.address),
                origin,
            )
        };
        let imap = service.imap.map(|imap| offer(Protocol::Imap, imap));
        imap.into_iter().chain(service.pop3.map(|pop3| offer(Protocol::Pop3, pop3))).collect()
    }

    /// Proton's Bridge, where it answers on this computer.
    pub fn bridge(&self) -> Vec<Offer> {
        self.at(Told { service: &hosting::PROTON_BRIDGE, mx: "" }, SettingsOrigin::KnownDomain)
    }

    /// A found offer as it counts: the servers of a provider want its sign-in, whoever names them.
    pub fn as_it_counts(&self, found: &Offer) -> Option<Offer> {
        let host = found.receive.as_ref().or(found.send.as_ref()).map(|endpoint| endpoint.host.as_str())?;
        match hosting::provider_of_server(host) {
            Some(provider) => self.by_provider(provider, found.origin),
            None => Some(found.clone()),
        }
    }

    /// The form's first content where nothing is known: the usual names.
    pub(super) fn usual(&self) -> Offer {
        let domain = self.address.domain();
        let server = |name: &str, port| Some(Endpoint::new(format!("{name}.{domain}"), port, hosting::security(port)));
        let user = self.address.as_str().to_owned();
        Offer::plain(Protocol::Imap, server("imap", 993), server("smtp", 465), user, SettingsOrigin::Guess)
    }

    fn endpoint(&self, server: Server, mx: &str) -> Endpoint {
        server.endpoint(self.address.domain(), mx)
    }
}

impl Offer {
    /// An offer with a password, and nothing else to know.
    pub fn plain(
        protocol: Protocol,
        receive: Option<Endpoint>,
        send: Option<Endpoint>,
        user: String,
        origin: SettingsOrigin,
    ) -> Self {
        Self {
            service: None,
            protocol,
            receive,
            send,
            user,
            send_user: None,
            sign_in: SignIn::Password,
            app_password: None,
            origin,
            foreign: false,
            warning: None,
            locked: false,
        }
    }
}

/// What is known of a provider by its name.
fn service_of(provider: &str) -> Option<&'static Service> {
    match provider {
        GOOGLE => Some(&hosting::GOOGLE_MAIL),
        MICROSOFT => Some(&hosting::MICROSOFT_365),
        _ => None,
    }
}
