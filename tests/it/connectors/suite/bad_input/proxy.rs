//! The company's proxy between the rep and the CRM.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use kit::proxy::{HOST, Https, Manner, Proxy};
use otomo_domain::error::{CrmFaultKind, NetFaultKind};
use otomo_net::{Net, NetConfig};
use tokio::net::UdpSocket;

use super::super::super::sample::Sample;
use super::super::super::wire::{Ask, Wire};
use super::ask;

/// A network whose only way out is the proxy: the CRM has its name there alone, and the DNS server of this computer tells
/// nothing.
struct Company {
    crm: Https,
    dns: UdpSocket,
}

impl Company {
    async fn around(crm: SocketAddr) -> Self {
        Self { crm: Https::before(crm).await, dns: UdpSocket::bind("127.0.0.1:0").await.unwrap() }
    }

    /// The way out by this proxy, with no connection left from before.
    fn net(&self, proxy: SocketAddr) -> Arc<Net> {
        let config = NetConfig {
            extra_ca: vec![self.crm.ca().to_owned()],
            resolver: Some(self.dns.local_addr().unwrap()),
            proxy: Some(format!("http://{proxy}")),
        };
        Arc::new(Net::new(&config).unwrap())
    }

    /// Whether nobody asked this computer's DNS for the name of the CRM.
    fn is_asked_for_no_name(&self) -> bool {
        self.dns.try_recv(&mut [0; 512]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

fn sample(world: &impl Wire, message_id: &str) -> Sample {
    Sample::new(message_id).with_file("a.pdf", b"%PDF").but(|mail| mail.links = vec![world.link()])
}

pub async fn everything_goes_through_the_proxy_and_a_proxy_that_refuses_is_named(world: impl Wire) {
    let company = Company::around(world.front().address()).await;
    let proxy = Proxy::before(company.crm.address(), Manner::HandsOn).await;
    let crm = world.through(company.net(proxy.address()), &format!("https://{HOST}"));
    let mail = sample(&world, "<1@x.jp>");
    for which in Ask::ALL {
        ask(crm.as_ref(), which, &mail).await.unwrap_or_else(|fault| panic!("{which:?}: {fault}"));
    }
    assert_eq!(world.mails(), 1);
    let heard = proxy.heard();
    assert!(!heard.is_empty() && heard.len() == company.crm.connections(), "{heard:?}");
    for head in &heard {
        assert!(head.starts_with(&format!("CONNECT {HOST}:443 HTTP/1.1\r\n")), "{head}");
        assert!(!head.contains(world.secret()) && !head.to_lowercase().contains("\r\nauthorization"), "{head}");
    }
    assert!(company.is_asked_for_no_name());

    let refusals = [403, 407, 502, 503].map(Manner::Refuses);
    for manner in refusals.into_iter().chain([Manner::Says("220 mail ESMTP\r\n\r\n"), Manner::Closes]) {
        let proxy = Proxy::before(company.crm.address(), manner).await;
        check_named(&world, &company, proxy.address()).await;
        assert!(!proxy.heard().is_empty(), "{manner:?}");
    }
    check_named(&world, &company, Proxy::gone().await).await;
}

/// Nothing gets through, and it is the proxy that is told, for a while: neither the CRM's key nor the mail is at fault.
async fn check_named(world: &impl Wire, company: &Company, proxy: SocketAddr) {
    let crm = world.through(company.net(proxy), &format!("https://{HOST}"));
    let (came, mail) = (world.front().came(), sample(world, "<2@x.jp>"));
    for which in Ask::ALL {
        let fault = ask(crm.as_ref(), which, &mail).await.unwrap_err();
        assert_eq!(fault.kind, CrmFaultKind::Net(NetFaultKind::Proxy), "{which:?}: {fault}");
        assert!(fault.is_temporary() && !fault.is_about_connection(), "{which:?}: {fault}");
        assert!(!fault.detail.contains(HOST) && !fault.detail.contains("company"), "{which:?}: {fault}");
    }
    assert_eq!((world.front().came(), world.mails()), (came, 1));
    assert!(company.is_asked_for_no_name());
}

pub async fn a_crm_on_this_computer_is_asked_beside_the_proxy(world: impl Wire) {
    let company = Company::around(world.front().address()).await;
    let proxy = Proxy::before(company.crm.address(), Manner::HandsOn).await;
    let crm = world.through(company.net(proxy.address()), &format!("http://{}", world.front().address()));
    ask(crm.as_ref(), Ask::Check, &sample(&world, "<1@x.jp>")).await.unwrap();
    assert_eq!(proxy.heard(), [""; 0]);
}
