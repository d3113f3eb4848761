//! Who a server says it is: certificates good and bad, made for each server anew.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, NameConstraints, PublicKeyData, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

mod openssl;

/// The name that a good certificate is made for, besides 127.0.0.1.
pub const HOST: &str = "mail.example.test";

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
    /// Signed with its own key, and no authority.
    SelfSignedLeaf,
    /// Signed by nobody known.
    UnknownIssuer,
    /// The host stands in the subject alone.
    NameInSubjectOnly,
    /// For these names and nothing else; a name of four numbers stays a name.
    Names(&'static [&'static str]),
    /// By an authority that may only vouch for another domain.
    OutsideItsAuthority,
    /// For clients.
    ClientOnly,
    /// An authority's own, made by a trusted one.
    Authority,
    /// By an intermediate authority that the server does not send.
    MissingIntermediate,
    /// By an intermediate authority that ran out.
    ExpiredIntermediate,
    /// By an ordinary server's certificate.
    SignedByServer,
    /// By an authority below one that may have none below.
    TooDeep,
    /// With a critical extension that nobody knows.
    UnknownCritical,
    /// With a signature that doesn't fit.
    Tampered,
    /// No certificate, just bytes.
    Garbage,
    /// Somebody else's: the server does not have the key.
    WithoutItsKey,
    /// Signed over SHA-1.
    Sha1,
    /// X.509 version 1, which has no extensions.
    VersionOne,
}

impl Certificate {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::WrongName => &["elsewhere.test"],
            Self::Names(names) => names,
            Self::NameInSubjectOnly => &[],
            _ => &["127.0.0.1", HOST],
        }
    }
}

/// A server's key and certificate, and the CA that a client is told to trust.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
    spki: [u8; 32],
    ca: PathBuf,
    _folder: TempDir,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

impl Identity {
    pub fn new(certificate: Certificate) -> Self {
        Self::with_key(certificate, KeyPair::generate().unwrap())
    }

    /// A certificate for the key of another one: renewed, or as it was agreed on.
    pub fn renewed(&self, certificate: Certificate) -> Self {
        Self::with_key(certificate, KeyPair::try_from(self.key.as_slice()).unwrap())
    }

    /// This certificate, shown by somebody who does not have its key.
    pub fn stolen(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        fs::copy(&self.ca, &ca).unwrap();
        let key = KeyPair::generate().unwrap().serialize_der();
        Self { chain: self.chain.clone(), key, spki: self.spki, ca, _folder: folder }
    }

    fn with_key(certificate: Certificate, key: KeyPair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trusted = authority("trusted", |_| {}, None);
        let ca = folder.path().join("ca.pem");
        fs::write(&ca, trusted.pem()).unwrap();
        let chain = match certificate {
            Certificate::Sha1 | Certificate::VersionOne => openssl::signed(certificate, folder.path(), &trusted, &key),
            Certificate::Garbage => vec![CertificateDer::from(b"no certificate".to_vec())],
            _ => chain(certificate, &trusted, &key),
        };
        let spki = Sha256::digest(key.subject_public_key_info()).into();
        let key = match certificate {
            Certificate::WithoutItsKey => KeyPair::generate().unwrap(),
            _ => key,
        };
        Self { chain, key: key.serialize_der(), spki, ca, _folder: folder }
    }

    /// Shows the certificate, whatever it is worth.
    pub fn config(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        let shown = Arc::new(Shown(Arc::new(CertifiedKey::new(self.chain.clone(), key))));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(shown);
        Arc::new(config)
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config())
    }

    pub fn ca(&self) -> &Path {
        &self.ca
    }

    /// SHA-256 of its key.
    pub fn spki(&self) -> [u8; 32] {
        self.spki
    }
}

/// One certificate for every client, also one that rustls itself would refuse to serve.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn authority(name: &str, change: impl FnOnce(&mut CertificateParams), by: Option<&Issuer>) -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    // Two authorities are never called the same: a certificate of one would pass for a forged one of the other.
    params.distinguished_name.push(DnType::CommonName, format!("{name} {:x}", rand::random::<u64>()));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    match by {
        Some(by) => Issuer::signed_by(params, key, by).unwrap(),
        None => Issuer::self_signed(params, key).unwrap(),
    }
}

fn chain(certificate: Certificate, trusted: &Issuer, key: &KeyPair) -> Vec<CertificateDer<'static>> {
    let below = |change: fn(&mut CertificateParams)| authority("intermediate", change, Some(trusted));
    let params = leaf(certificate);
    let by = |issuers: &[&Issuer]| {
        let mut chain = vec![params.signed_by(key, issuers[0]).unwrap().der().clone()];
        chain.extend(issuers.iter().map(|issuer| issuer.der().clone()));
        chain
    };
    match certificate {
        Certificate::SelfSigned | Certificate::SelfSignedLeaf => vec![params.self_signed(key).unwrap().der().clone()],
        Certificate::UnknownIssuer => by(&[&authority("unknown", |_| {}, None)]),
        Certificate::MissingIntermediate => by(&[&below(|_| {})])[..1].to_vec(),
        Certificate::ExpiredIntermediate => by(&[&below(expire)]),
        Certificate::SignedByServer => by(&[&below(|params| params.is_ca = IsCa::ExplicitNoCa)]),
        Certificate::OutsideItsAuthority => by(&[&below(|params| {
            let permitted_subtrees = vec![GeneralSubtree::DnsName("elsewhere.test".into())];
            params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
        })]),
        Certificate::TooDeep => {
            let last = below(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
            let deeper = authority("deeper", |_| {}, Some(&last));
            by(&[&deeper, &last])
        }
        Certificate::Tampered => {
            let mut chain = by(&[trusted]);
            let mut bytes = chain[0].to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            chain[0] = bytes.into();
            chain
        }
        _ => by(&[trusted])[..1].to_vec(),
    }
}

fn leaf(certificate: Certificate) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = certificate.names().iter().map(|name| alternative(certificate, name)).collect();
    params.distinguished_name.push(DnType::CommonName, HOST);
    match certificate {
        Certificate::Expired => expire(&mut params),
        Certificate::NotYetValid => params.not_before = date_time_ymd(2190, 1, 1),
        Certificate::SelfSigned | Certificate::Authority => {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        Certificate::ClientOnly => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        Certificate::UnknownCritical => {
            let mut unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
            unknown.set_criticality(true);
            params.custom_extensions.push(unknown);
        }
        _ => {}
    }
    params
}

fn expire(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
}

fn alternative(certificate: Certificate, name: &str) -> SanType {
    match name.parse::<IpAddr>() {
        Ok(ip) if !matches!(certificate, Certificate::Names(_)) => SanType::IpAddress(ip),
        _ => SanType::DnsName(name.try_into().unwrap()),
    }
}
