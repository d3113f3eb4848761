//! TLS 1.2 and 1.3 by aws-lc, certificates judged by the platform's trusted roots and those the company added.
//!
//! The crypto provider is handed over explicitly, so that no process-wide default has to be installed first. Each
//! handshake with a mail server has a configuration of its own: what a rep agreed to for one endpoint reaches no other,
//! and no session is resumed that was judged under another agreement.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::Endpoint;
use otomo_domain::error::{NetFault, NetFaultKind};
use otomo_domain::step::{Observer, Step};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, ConfigBuilder, ProtocolVersion, WantsVerifier};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::NetConfigError;
use crate::fault::{classify_io, fault};
use crate::stream::Stream;
use crate::trust::Judge;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// How streams are protected.
pub struct Tls {
    versions: ConfigBuilder<ClientConfig, WantsVerifier>,
    /// The ordinary check.
    verifier: Arc<Verifier>,
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
        let versions = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(NetConfigError::Tls)?;
        Ok(Self { versions, verifier: Arc::new(verifier) })
    }

    /// The configuration for HTTP, which negotiates its version (RFC 7301). It knows no exceptions.
    pub fn for_http(&self) -> ClientConfig {
        let mut config = self.config(Arc::clone(&self.verifier) as _);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    fn config(&self, verifier: Arc<dyn ServerCertVerifier>) -> ClientConfig {
        self.versions
            .clone()
            .dangerous() // rustls' word for any verifier of one's own; these are the platform's, and one around it
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth()
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
        let judge = Arc::new(Judge::new(Arc::clone(&self.verifier) as _, endpoint.trust.clone()));
        let config = Arc::new(self.config(Arc::clone(&judge) as _));
        match timeout(HANDSHAKE, TlsConnector::from(config).connect(name, tcp)).await {
            Ok(Ok(stream)) => {
                observer.passed(Step::Certificate, &found(stream.get_ref().1, &judge));
                Ok(Stream::Tls(Box::new(stream)))
            }
            Ok(Err(error)) => Err(judge.explain(classify_io(&error), endpoint)),
            Err(_) => Err(fault(NetFaultKind::TimedOut, format!("{host} does not finish the TLS handshake"))),
        }
    }
}

/// The version, and the exception if one was needed.
fn found(connection: &ClientConnection, judge: &Judge) -> String {
    let version = version(connection);
    judge.exception().map_or_else(|| version.to_owned(), |exception| format!("{version}, {exception}"))
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
