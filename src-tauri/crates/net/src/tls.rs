//! The one TLS configuration: TLS 1.2 and 1.3 by aws-lc, certificates judged by the platform's trusted roots and those
//! the company added.
//!
//! The crypto provider is handed over explicitly, so that no process-wide default has to be installed first.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::Endpoint;
use otomo_domain::error::{NetFault, NetFaultKind};
use otomo_domain::step::{Observer, Step};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::NetConfigError;
use crate::fault::{classify_io, fault};
use crate::stream::Stream;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// How streams are protected.
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    pub fn new(extra_ca: &[PathBuf]) -> Result<Self, NetConfigError> {
        let mut extra_roots = Vec::new();
        for path in extra_ca {
            extra_roots.extend(certificates(path)?);
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier =
            Verifier::new_with_extra_roots(extra_roots, Arc::clone(&provider)).map_err(NetConfigError::Roots)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(NetConfigError::Tls)?
            .dangerous() // rustls' word for any verifier of one's own; this one is the platform's
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config) })
    }

    /// The configuration for HTTP, which negotiates its version (RFC 7301).
    pub fn for_http(&self) -> ClientConfig {
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    /// Shakes hands with the server that is to prove it is the endpoint's host: the end of [`Step::Certificate`].
    pub async fn protect(
        &self,
        tcp: TcpStream,
        endpoint: &Endpoint,
        observer: &dyn Observer,
    ) -> Result<Stream, NetFault> {
        let host = &endpoint.host;
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| fault(NetFaultKind::HostUnknown, format!("{host} is not a host name")))?;
        let handshake = TlsConnector::from(Arc::clone(&self.config)).connect(name, tcp);
        match timeout(HANDSHAKE, handshake).await {
            Ok(Ok(stream)) => {
                observer.passed(Step::Certificate, version(stream.get_ref().1));
                Ok(Stream::Tls(Box::new(stream)))
            }
            Ok(Err(error)) => Err(classify_io(&error)),
            Err(_) => Err(fault(NetFaultKind::TimedOut, format!("{host} does not finish the TLS handshake"))),
        }
    }
}

/// The version as people write it.
fn version(connection: &ClientConnection) -> &'static str {
    match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NetConfigError> {
    let unreadable =
        |error: pem::Error| NetConfigError::CertificateFile { path: path.to_owned(), reason: error.to_string() };
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)?;
    if found.is_empty() { Err(NetConfigError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: Option<&str>, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let error = Tls::new(&[path]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }

    #[test]
    fn a_certificate_file_that_cannot_be_used_is_named() {
        check(None, "ca.pem cannot be read");
        check(Some(""), "ca.pem holds no certificate");
        check(Some("just text"), "ca.pem holds no certificate");
        check(Some("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"), "ca.pem cannot be read");
        check(Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "cannot be used");
    }
}
