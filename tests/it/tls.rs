//! Servers that are not who they should be, or keep the client from finding out: none gets a password.
//!
//! Every table runs over every protocol, and ends with how many servers were accepted: those that should be, and no
//! other. A server that should be is the control: without one that gets a password, zero would mean nothing.
//!
//! | module | about |
//! |---|---|
//! | [`faults`] | certificates and handshakes that are wrong |
//! | [`exceptions`] | a name or a key that the rep agreed to, for one endpoint |
//! | [`starttls`] | TLS that is asked for in the clear, and no TLS at all |

mod exceptions;
mod faults;
mod protocol;
mod starttls;

use std::path::Path;
use std::sync::Arc;

use kit::dns::Everywhere;
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::{CertificateFault, MailFault, MailFaultKind, NetFaultKind};
use otomo_net::{Net, NetConfig};

use protocol::Protocol;

/// A client's way out: every name is this computer, and one more authority is trusted.
struct World {
    net: Arc<Net>,
    _dns: Everywhere,
}

impl World {
    async fn trusting(ca: &Path) -> Self {
        let dns = Everywhere::start().await;
        let config = NetConfig { extra_ca: vec![ca.to_owned()], resolver: Some(dns.address()), ..NetConfig::default() };
        Self { net: Arc::new(Net::new(&config).unwrap()), _dns: dns }
    }

    /// Opens a mailbox, or a way to send, there.
    async fn open(&self, protocol: &Protocol, endpoint: Endpoint) -> Result<(), MailFault> {
        (protocol.open)(Arc::clone(&self.net), endpoint).await
    }
}

fn tls(host: &str, port: u16) -> Endpoint {
    Endpoint::new(host, port, Security::Tls)
}

fn certificate(fault: CertificateFault) -> MailFaultKind {
    MailFaultKind::Net(NetFaultKind::Certificate(fault))
}
