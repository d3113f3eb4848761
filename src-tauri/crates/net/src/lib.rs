//! One way out: the only crate that opens sockets.
//!
//! A [`Net`] is built once and shared. Everything that leaves goes through its one TLS configuration (TLS 1.2 or newer,
//! the operating system's trusted roots and those the company added) and its one resolver; HTTP through the company's
//! proxy, where it has one. There is no switch that turns
//! certificate checks off: what a rep may agree to instead is one name or one key, for one endpoint
//! ([`otomo_domain::account::Trust`]). Nothing here knows a mail or CRM protocol.
//!
//! | module | holds |
//! |---|---|
//! | `resolve` | names to addresses: the operating system, or one given DNS server |
//! | `records` | what the DNS says of a domain besides addresses |
//! | `connect` | TCP, all addresses of a host, staggered |
//! | `tls` | the one TLS configuration |
//! | `trust`, `certificate` | whom a server has to prove to be, and what it showed |
//! | `http` | the one HTTP client |
//! | [`oauth`] | sign-ins at providers: the browser's answer, tokens |
//! | [`Stream`] | a connection, plain or protected |
//! | `fault` | what an error means |

mod certificate;
mod connect;
mod fault;
mod http;
pub mod oauth;
mod records;
mod resolve;
mod stream;
mod tls;
mod trust;
mod words;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::NetFault;
use otomo_domain::step::{Observer, Step};

pub use fault::{classify_http, classify_io};
pub use records::{Mx, Srv};
pub use stream::Stream;

use resolve::Resolver;
use tls::Tls;

/// What a company or a test sets about the network.
#[derive(Clone, Debug, Default)]
pub struct NetConfig {
    /// PEM files with certificates that are trusted besides the operating system's.
    pub extra_ca: Vec<PathBuf>,
    /// A DNS server that is asked instead of the operating system.
    pub resolver: Option<SocketAddr>,
    /// The address of the proxy that HTTP goes through, instead of the operating system's.
    pub proxy: Option<String>,
}

/// Why the network could not be set up. Never about a server.
#[derive(Debug, thiserror::Error)]
pub enum NetConfigError {
    #[error("the certificate file {path} cannot be read: {reason}")]
    CertificateFile { path: PathBuf, reason: String },
    #[error("the certificate file {path} holds no certificate")]
    NoCertificate { path: PathBuf },
    #[error("the trusted certificates cannot be used: {0}")]
    Roots(rustls::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(rustls::Error),
    #[error("the resolver cannot be set up: {0}")]
    Resolver(String),
    /// Its address may hold a password, so it is not told.
    #[error("the address of the proxy is none such as http://proxy.example.com:8080")]
    Proxy,
    #[error("the HTTP client cannot be set up: {0}")]
    Http(reqwest::Error),
}

/// The way out. Cheap to share, never changes.
pub struct Net {
    resolver: Arc<Resolver>,
    tls: Tls,
    http: reqwest::Client,
}

impl Net {
    pub fn new(config: &NetConfig) -> Result<Self, NetConfigError> {
        let resolver = Arc::new(Resolver::new(config.resolver)?);
        let tls = Tls::new(&config.extra_ca)?;
        let http = http::client(&tls, &resolver, config.proxy.as_deref())?;
        Ok(Self { resolver, tls, http })
    }

    /// Connects to a server. With [`Security::Tls`] the stream is protected; with [`Security::StartTls`] it is not yet,
    /// and the caller asks the server, as the beginning of [`Step::Certificate`], before [`Net::upgrade`].
    /// With [`Security::Clear`] it never is, and no certificate is asked for.
    pub async fn connect(&self, endpoint: &Endpoint, observer: &dyn Observer) -> Result<Stream, NetFault> {
        let tcp = connect::tcp(&self.resolver, endpoint, observer).await?;
        match endpoint.security {
            Security::StartTls | Security::Clear => Ok(Stream::Plain(tcp)),
            Security::Tls => {
                observer.begins(Step::Certificate);
                self.tls.protect(tcp, endpoint, observer).await
            }
        }
    }

    /// Protects a plain stream; the server must have agreed. A stream that is protected already stays as it is.
    pub async fn upgrade(
        &self,
        stream: Stream,
        endpoint: &Endpoint,
        observer: &dyn Observer,
    ) -> Result<Stream, NetFault> {
        match stream {
            Stream::Plain(tcp) => self.tls.protect(tcp, endpoint, observer).await,
            Stream::Tls(_) => Ok(stream),
        }
    }

    /// The HTTP client: follows no redirect, keeps no cookie. Clones share its connections.
    pub fn http(&self) -> reqwest::Client {
        self.http.clone()
    }
}
