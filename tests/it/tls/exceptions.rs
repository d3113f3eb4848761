//! What a rep agreed to lets in one name or one key at one endpoint, and nothing else.

use kit::certificate::{Certificate, HOST, Identity};
use kit::scripted::{Act, Scripted};
use otomo_domain::account::{Endpoint, Security, Trust};
use otomo_domain::digest::Digest;
use otomo_domain::error::CertificateFault::*;
use otomo_domain::error::{CertificateFault, CertificateInfo, MailFault};

use super::protocol::{ALL, Protocol};
use super::{World, certificate, tls};

/// The hoster's name in a certificate that the rep's own host shows.
const HOSTER: &[&str] = &["*.hoster.test", "sv7.hoster.test", "hoster.test"];

/// A server that shows a certificate, greets, and hears a line.
async fn server(protocol: &Protocol, identity: &Identity) -> Scripted {
    Scripted::start(vec![Act::Protect(identity.config()), Act::Say(protocol.greeting.into()), Act::Hear]).await
}

fn agreed_on(identity: &Identity) -> Trust {
    Trust::Key { spki: Digest(identity.spki()) }
}

fn name(name: &str) -> Trust {
    Trust::Name { name: name.into() }
}

/// How a server at `host` that shows `identity` fares with a client that agreed to `trust` and knows the authority of
/// `known`: `None` where it hears a word, or why not.
async fn meets(
    protocol: &Protocol,
    host: &str,
    trust: Trust,
    identity: &Identity,
    known: &Identity,
) -> Option<MailFault> {
    let server = server(protocol, identity).await;
    let endpoint = Endpoint { trust, ..tls(host, server.port()) };
    let fault = World::trusting(known.ca()).await.open(protocol, endpoint).await.unwrap_err();
    if server.got().is_empty() { Some(fault) } else { None }
}

struct Table {
    protocol: &'static Protocol,
    wrong: Vec<String>,
    accepted: usize,
}

impl Table {
    fn row(&mut self, what: &str, fault: Option<MailFault>, expected: Option<CertificateFault>) {
        let kind = fault.map(|fault| fault.kind);
        println!("{:5} {what:55} {kind:?}", self.protocol.name);
        self.accepted += usize::from(kind.is_none());
        if kind != expected.map(certificate) {
            self.wrong.push(format!("{} {what}: {kind:?}, not {expected:?}", self.protocol.name));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_key_lets_in_that_key_whatever_the_certificate_says_and_no_other() {
    for protocol in ALL {
        let mut table = Table { protocol, wrong: Vec::new(), accepted: 0 };
        let own = Identity::new(Certificate::SelfSigned);
        let stranger = Identity::new(Certificate::Good);
        let pin = || agreed_on(&own);
        for (what, shown, expected) in [
            ("the same certificate", own.renewed(Certificate::SelfSigned), None),
            ("the same key, renewed", own.renewed(Certificate::SelfSignedLeaf), None),
            ("the same key, expired", own.renewed(Certificate::Expired), None),
            ("the same key, another name", own.renewed(Certificate::WrongName), None),
            ("the same key, an unknown authority", own.renewed(Certificate::UnknownIssuer), None),
            ("another key", Identity::new(Certificate::SelfSigned), Some(KeyChanged)),
            ("another key, expired", Identity::new(Certificate::Expired), Some(KeyChanged)),
            (
                "another key, signed by an unknown authority",
                Identity::new(Certificate::UnknownIssuer),
                Some(KeyChanged),
            ),
            ("the same certificate, shown without its key", own.stolen(), Some(Invalid)),
            ("no certificate", Identity::new(Certificate::Garbage), Some(Invalid)),
        ] {
            table.row(what, meets(protocol, HOST, pin(), &shown, &stranger).await, expected);
        }
        let good = Identity::new(Certificate::Good);
        table.row("another key that passes the ordinary check", meets(protocol, HOST, pin(), &good, &good).await, None);
        let (wrong, accepted) = (table.wrong, table.accepted);
        println!("{}: agreed keys, {accepted} accepted of 6 to accept", protocol.name);
        assert!(wrong.is_empty() && accepted == 6, "{wrong:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_reaches_no_other_host_or_port() {
    for protocol in ALL {
        let identity = Identity::new(Certificate::SelfSigned);
        let (here, there) = (server(protocol, &identity).await, server(protocol, &identity).await);
        let world = World::trusting(Identity::new(Certificate::Good).ca()).await;
        let agreed = Endpoint { trust: agreed_on(&identity), ..tls(HOST, here.port()) };
        let kind = async |endpoint: Endpoint| world.open(protocol, endpoint).await.unwrap_err().kind;
        kind(agreed.clone()).await;
        assert!(!here.got().is_empty(), "{}: the control hears nothing", protocol.name);
        let before = here.got();
        for other in [tls(HOST, there.port()), tls("other.example.test", here.port()), tls(HOST, here.port())] {
            assert_eq!(kind(other.clone()).await, certificate(UnknownIssuer), "{} {other:?}", protocol.name);
        }
        assert_eq!((here.got(), there.got()), (before, Vec::new()), "{}", protocol.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_name_lets_in_that_name_if_an_authority_vouches_for_it() {
    for protocol in ALL {
        let mut table = Table { protocol, wrong: Vec::new(), accepted: 0 };
        let hoster = Identity::new(Certificate::Names(HOSTER));
        let stranger = Identity::new(Certificate::Good);
        let own = "mail.kaisha.test";
        for (what, trust, shown, known, expected) in [
            ("the hoster's name", name("sv7.hoster.test"), &hoster, &hoster, None),
            ("another server of the hoster", name("sv8.hoster.test"), &hoster, &hoster, None),
            ("a name that isn't in it", name("sv7.elsewhere.test"), &hoster, &hoster, Some(WrongName)),
            ("a name below the wildcard's label", name("a.sv7.hoster.test"), &hoster, &hoster, Some(WrongName)),
            ("no agreement", Trust::Authority, &hoster, &hoster, Some(WrongName)),
            ("the name, by an unknown authority", name("sv7.hoster.test"), &hoster, &stranger, Some(UnknownIssuer)),
        ] {
            table.row(what, meets(protocol, own, trust, shown, known).await, expected);
        }
        let expired = Identity::new(Certificate::Expired);
        table.row("the name, expired", meets(protocol, own, name(HOST), &expired, &expired).await, Some(Expired));
        let (wrong, accepted) = (table.wrong, table.accepted);
        assert!(wrong.is_empty() && accepted == 2, "{wrong:#?}");
    }
}

/// The certificate that comes with the refusal.
async fn shown(host: &str, trust: Trust, shown: &Identity, known: &Identity) -> Box<CertificateInfo> {
    let fault = meets(&ALL[0], host, trust, shown, known).await.unwrap();
    fault.certificate.expect("a refused certificate is shown")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_certificate_is_shown_with_the_name_that_would_do() {
    let usable = async |names, host: &str| {
        let identity = Identity::new(Certificate::Names(names));
        shown(host, Trust::Authority, &identity, &identity).await.usable_name
    };
    assert_eq!(usable(HOSTER, "mail.kaisha.test").await.as_deref(), Some("sv7.hoster.test"));
    assert_eq!(
        usable(&["a.elsewhere.test", "www.kaisha.test"], "mail.kaisha.test").await.as_deref(),
        Some("www.kaisha.test")
    );
    assert_eq!(usable(&["*.hoster.test"], "mail.kaisha.test").await, None);
    assert_eq!(usable(&[], "mail.kaisha.test").await, None);
    let (hoster, stranger) = (Identity::new(Certificate::Names(HOSTER)), Identity::new(Certificate::Good));
    let info = shown("mail.kaisha.test", Trust::Authority, &hoster, &stranger).await;
    assert_eq!((info.usable_name, info.names), (None, HOSTER.iter().map(ToString::to_string).collect()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_is_shown_beside_the_agreed_one() {
    let (agreed, found, stranger) = (
        Identity::new(Certificate::SelfSigned),
        Identity::new(Certificate::SelfSigned),
        Identity::new(Certificate::Good),
    );
    let fault = meets(&ALL[0], HOST, agreed_on(&agreed), &found, &stranger).await.unwrap();
    let (old, new) = (Digest(agreed.spki()), Digest(found.spki()));
    assert!(fault.detail.contains(&old.to_string()) && fault.detail.contains(&new.to_string()), "{}", fault.detail);
    assert_eq!(fault.certificate.map(|info| info.spki), Some(new));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_starttls_the_same_agreement_holds() {
    for protocol in ALL {
        let identity = Identity::new(Certificate::SelfSigned);
        let script = super::starttls::up_to_tls(protocol, &[Act::Protect(identity.config()), Act::Hear]);
        let server = Scripted::start(script).await;
        let world = World::trusting(Identity::new(Certificate::Good).ca()).await;
        let plain = Endpoint::new(HOST, server.port(), Security::StartTls);
        let refused = world.open(protocol, plain.clone()).await.unwrap_err().kind;
        assert_eq!((refused, server.got()), (certificate(UnknownIssuer), Vec::new()), "{}", protocol.name);
        let agreed = Endpoint { trust: agreed_on(&identity), ..plain };
        world.open(protocol, agreed).await.unwrap_err();
        assert!(!server.got().is_empty(), "{}", protocol.name);
    }
}
