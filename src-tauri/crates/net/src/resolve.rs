//! Names to addresses.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{ResolverBuilder, TokioResolver};
use otomo_domain::error::{NetFault, NetFaultKind};
use tokio::time::timeout;

use crate::NetConfigError;
use crate::fault::{classify_dns, fault};

/// How long a name may take.
const LOOKUP: Duration = Duration::from_secs(10);

/// Who is asked for the addresses of a name.
pub enum Resolver {
    /// The operating system: hosts file, VPN, company DNS.
    System,
    /// One DNS server, and nothing else.
    Server(Box<TokioResolver>),
}

impl Resolver {
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NetConfigError> {
        let Some(server) = server else { return Ok(Self::System) };
        let mut name_server = NameServerConfig::udp_and_tcp(server.ip());
        for connection in &mut name_server.connections {
            connection.port = server.port();
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.use_hosts_file = ResolveHosts::Never;
        options.ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
        options.timeout = Duration::from_secs(3);
        let resolver = builder.build().map_err(|error| NetConfigError::Resolver(error.to_string()))?;
        Ok(Self::Server(Box::new(resolver)))
    }

    /// The addresses of a host in the order in which to try them; a literal address stands for itself.
    pub async fn addresses(&self, host: &str) -> Result<VecDeque<IpAddr>, NetFault> {
        if let Ok(literal) = host.trim_matches(['[', ']']).parse() {
            return Ok([literal].into());
        }
        let found = match timeout(LOOKUP, self.look_up(host)).await {
            Ok(outcome) => outcome?,
            Err(_) => return Err(fault(NetFaultKind::TimedOut, format!("no answer about the name {host}"))),
        };
        if found.is_empty() { Err(unknown(host)) } else { Ok(found) }
    }

    /// Whoever is asked for records other than addresses. The operating system has no function for them, so its DNS
    /// servers are asked; which those are is read each time, for a network comes and goes.
    pub fn for_records(&self) -> Result<TokioResolver, NetFault> {
        match self {
            Self::Server(resolver) => Ok(TokioResolver::clone(resolver)),
            Self::System => TokioResolver::builder_tokio()
                .and_then(ResolverBuilder::build)
                .map_err(|error| fault(NetFaultKind::Unreachable, format!("the system's DNS settings: {error}"))),
        }
    }

    async fn look_up(&self, host: &str) -> Result<VecDeque<IpAddr>, NetFault> {
        match self {
            Self::System => match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => Ok(found.map(|address| address.ip()).collect()),
                Err(error) => Err(fault(NetFaultKind::HostUnknown, format!("{host}: {error}"))),
            },
            Self::Server(resolver) => match resolver.lookup_ip(host).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) => Err(classify_dns(host, &error)),
            },
        }
    }
}

fn unknown(host: &str) -> NetFault {
    fault(NetFaultKind::HostUnknown, format!("the name {host} has no address"))
}

/// The resolver as the HTTP client asks it.
pub struct ForHttp(pub Arc<Resolver>);

impl reqwest::dns::Resolve for ForHttp {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            // The client replaces port 0 by the URL's.
            let targets = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(targets) as reqwest::dns::Addrs)
        })
    }
}
