//! TCP to the first address of a host that answers.
//!
//! A name often has addresses that lead nowhere (an IPv6 without a route, a dead member of a pool). They are tried in
//! the resolver's order, the next one starting a moment after the last (RFC 8305 §5), and the first connection wins.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use otomo_domain::account::Endpoint;
use otomo_domain::error::{NetFault, NetFaultKind};
use otomo_domain::step::{Observer, Step};
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::fault::{classify_io, fault};
use crate::resolve::Resolver;

/// How long an address has before the next one is tried beside it (RFC 8305 §8).
const STAGGER: Duration = Duration::from_millis(250);

/// How long all addresses of a host have together.
const CONNECT: Duration = Duration::from_secs(15);

/// How many addresses of a name are told.
const TOLD: usize = 3;

/// Connects to the endpoint's host, a name or a literal address.
pub async fn tcp(resolver: &Resolver, endpoint: &Endpoint, observer: &dyn Observer) -> Result<TcpStream, NetFault> {
    let Endpoint { host, port, .. } = endpoint;
    observer.begins(Step::Name);
    let addresses = resolver.addresses(host).await.map_err(|fault| private_name(fault, endpoint))?;
    observer.passed(Step::Name, &some(&addresses));
    observer.begins(Step::Connect);
    let elsewhere = addresses.iter().copied().all(is_elsewhere);
    let targets = addresses.into_iter().map(|ip| SocketAddr::new(ip, *port)).collect();
    let outcome = match timeout(CONNECT, first(targets)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(fault(NetFaultKind::TimedOut, format!("no answer from {host}:{port}"))),
    };
    let stream = outcome.map_err(|fault| if elsewhere { private_address(fault) } else { fault })?;
    let peer = stream.peer_addr().map_err(|error| classify_io(&error))?;
    observer.passed(Step::Connect, &peer.to_string());
    Ok(stream)
}

/// A name of a private network is unknown outside of it.
fn private_name(fault: NetFault, endpoint: &Endpoint) -> NetFault {
    let private = fault.kind == NetFaultKind::HostUnknown && endpoint.is_private();
    if private { NetFault { kind: NetFaultKind::PrivateUnreachable, ..fault } } else { fault }
}

/// A private address leads nowhere outside of its network. One that refuses is there.
fn private_address(fault: NetFault) -> NetFault {
    let silent = matches!(fault.kind, NetFaultKind::TimedOut | NetFaultKind::Unreachable);
    if silent { NetFault { kind: NetFaultKind::PrivateUnreachable, ..fault } } else { fault }
}

/// Whether an address belongs to a network that this computer may not be in: private (RFC 1918, RFC 4193), link-local
/// (RFC 3927, RFC 4291 §2.5.6) or behind a carrier's or a VPN's translation (RFC 6598).
fn is_elsewhere(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The first addresses of a name, and how many more there are.
fn some(addresses: &VecDeque<IpAddr>) -> String {
    let told: Vec<_> = addresses.iter().take(TOLD).map(ToString::to_string).collect();
    match addresses.len().saturating_sub(TOLD) {
        0 => told.join(", "),
        more => format!("{} +{more}", told.join(", ")),
    }
}

async fn first(mut targets: VecDeque<SocketAddr>) -> Result<TcpStream, NetFault> {
    let mut attempts = FuturesUnordered::new();
    let mut failure = None;
    loop {
        match targets.pop_front() {
            Some(target) => attempts.push(attempt(target)),
            None if attempts.is_empty() => break,
            None => {}
        }
        let patience = if targets.is_empty() { CONNECT } else { STAGGER };
        match timeout(patience, attempts.next()).await {
            Ok(Some(Ok(stream))) => return Ok(stream),
            Ok(Some(Err(fault))) => failure = failure.or(Some(fault)),
            Ok(None) | Err(_) => {}
        }
    }
    Err(failure.unwrap_or_else(|| fault(NetFaultKind::HostUnknown, "the name has no address")))
}

async fn attempt(target: SocketAddr) -> Result<TcpStream, NetFault> {
    let outcome = async {
        let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        let stream = socket.connect(target).await?;
        // Commands are small and wait for their answers: nothing is gained by gathering them.
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    outcome.await.map_err(|error| classify_io(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_domain::account::Security;
    use tokio::net::TcpListener;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// A port of this computer where nobody listens.
    async fn nobody() -> SocketAddr {
        listener().await.1
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_living_one() {
        let (_alive, address) = listener().await;
        let stream = first([nobody().await, address].into()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
    }

    #[tokio::test]
    async fn an_address_that_stays_silent_does_not_hold_up_the_next() {
        // TEST-NET-1 (RFC 5737): packets to it go nowhere, or there is no route at all.
        let (_alive, address) = listener().await;
        let silent = SocketAddr::from(([192, 0, 2, 1], 9));
        let stream = timeout(Duration::from_secs(5), first([silent, address].into())).await.unwrap().unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
    }

    #[tokio::test]
    async fn a_refusal_says_so() {
        let fault = first([nobody().await].into()).await.unwrap_err();
        assert_eq!(fault.kind, NetFaultKind::Refused);
    }

    #[test]
    fn a_name_with_many_addresses_is_told_by_a_few() {
        let addresses = |count: u8| (1..=count).map(|last| IpAddr::from([192, 0, 2, last])).collect();
        assert_eq!(some(&addresses(1)), "192.0.2.1");
        assert_eq!(some(&addresses(5)), "192.0.2.1, 192.0.2.2, 192.0.2.3 +2");
    }

    #[tokio::test]
    async fn a_literal_address_needs_no_dns() {
        let (_alive, address) = listener().await;
        let unreachable_dns = Resolver::new(Some(nobody().await)).unwrap();
        let endpoint = Endpoint::new("127.0.0.1", address.port(), Security::Tls);
        assert!(tcp(&unreachable_dns, &endpoint, &()).await.is_ok());
    }

    #[test]
    fn an_address_of_a_private_network_is_known() {
        let check = |ip: &str| is_elsewhere(ip.parse().unwrap());
        for ip in ["10.1.2.3", "172.31.0.1", "192.168.0.9", "169.254.1.1", "100.64.0.1", "100.127.9.9"] {
            assert!(check(ip), "{ip}");
        }
        for ip in ["fd00::1", "fe80::1", "::ffff:192.168.0.9"] {
            assert!(check(ip), "{ip}");
        }
        for ip in ["127.0.0.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "100.63.0.1", "::1", "2001:db8::1"] {
            assert!(!check(ip), "{ip}");
        }
    }

    #[test]
    fn silence_of_a_private_address_is_told_from_a_refusal() {
        let kind = |kind| private_address(fault(kind, "")).kind;
        assert_eq!(kind(NetFaultKind::TimedOut), NetFaultKind::PrivateUnreachable);
        assert_eq!(kind(NetFaultKind::Unreachable), NetFaultKind::PrivateUnreachable);
        assert_eq!(kind(NetFaultKind::Refused), NetFaultKind::Refused);
    }

    #[tokio::test]
    async fn an_unknown_name_of_a_private_network_hints_at_the_network() {
        let resolver = Resolver::System;
        for (host, expected) in [
            ("no-such-host.lan", NetFaultKind::PrivateUnreachable),
            ("no-such-host.internal", NetFaultKind::PrivateUnreachable),
            ("no-such-host.invalid", NetFaultKind::HostUnknown),
        ] {
            let fault = tcp(&resolver, &Endpoint::new(host, 993, Security::Tls), &()).await.unwrap_err();
            assert_eq!(fault.kind, expected, "{host}");
        }
    }
}
