//! Who the server says it is: certificates good and bad, made for each server anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// What is wrong with the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Nothing, if its CA is trusted.
    Good,
    Expired,
    NotYetValid,
    /// Made for another host.
    WrongName,
    /// Its own authority, and a certificate authority besides.
    SelfSigned,
    /// Signed by nobody known.
    UnknownIssuer,
}

/// A server's key and certificate, and the CA that a client is told to trust.
pub struct Identity {
    config: Arc<ServerConfig>,
    ca: PathBuf,
    _folder: TempDir,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

impl Identity {
    pub fn new(certificate: Certificate) -> Self {
        let (trusted, unknown) = (authority("trusted"), authority("unknown"));
        let issuer = if certificate == Certificate::UnknownIssuer { &unknown } else { &trusted };
        let (chain, key) = leaf(certificate, issuer);
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        fs::write(&ca, trusted.pem()).unwrap();
        Self { config: Arc::new(config), ca, _folder: folder }
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    pub fn ca(&self) -> &Path {
        &self.ca
    }
}

fn authority(name: &str) -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Issuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(certificate: Certificate, issuer: &Issuer) -> (CertificateDer<'static>, KeyPair) {
    let name = if certificate == Certificate::WrongName { "elsewhere.test" } else { "127.0.0.1" };
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    match certificate {
        Certificate::Expired => {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        Certificate::NotYetValid => params.not_before = date_time_ymd(2190, 1, 1),
        Certificate::SelfSigned => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        _ => {}
    }
    let key = KeyPair::generate().unwrap();
    let signed = match certificate {
        Certificate::SelfSigned => params.self_signed(&key),
        _ => params.signed_by(&key, issuer),
    };
    (signed.unwrap().der().clone(), key)
}
