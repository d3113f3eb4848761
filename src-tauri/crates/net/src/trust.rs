//! Whom a server has to prove to be: the ordinary check, and the two exceptions that a rep may agree to for one endpoint.
//!
//! The ordinary check comes first always; an exception is only asked where it refuses. Whatever was agreed to, the server
//! must sign the handshake with the certificate's key.

use std::sync::{Arc, Mutex, PoisonError};

use otomo_domain::account::{Endpoint, Trust};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CertificateFault, NetFault, NetFaultKind};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::EndEntityCert;

use crate::certificate;

/// Judges the certificate of one handshake, and remembers it.
#[derive(Debug)]
pub struct Judge {
    ordinary: Arc<dyn ServerCertVerifier>,
    trust: Trust,
    seen: Mutex<Option<Seen>>,
}

/// What a server showed.
#[derive(Clone, Debug)]
struct Seen {
    leaf: CertificateDer<'static>,
    intermediates: Vec<CertificateDer<'static>>,
    now: UnixTime,
    by_exception: bool,
}

/// The server has another key than the one that was agreed on.
#[derive(Debug, thiserror::Error)]
#[error("the server's key is {found}; agreed on was {agreed}")]
pub struct KeyChanged {
    found: Digest,
    agreed: Digest,
}

impl Judge {
    /// `ordinary` is the check that every other connection goes through.
    pub fn new(ordinary: Arc<dyn ServerCertVerifier>, trust: Trust) -> Self {
        Self { ordinary, trust, seen: Mutex::default() }
    }

    /// The exception that let the server in, for people to read.
    pub fn exception(&self) -> Option<String> {
        self.seen().filter(|seen| seen.by_exception)?;
        match &self.trust {
            Trust::Authority => None,
            Trust::Name { name } => Some(format!("as {name}")),
            Trust::Key { spki } => Some(format!("by its key {spki}")),
        }
    }

    /// The fault of a handshake with the certificate that was refused.
    pub fn explain(&self, mut fault: NetFault, endpoint: &Endpoint) -> NetFault {
        if let NetFaultKind::Certificate(kind) = fault.kind
            && let Some(seen) = self.seen()
            && let Some(mut info) = certificate::read(&seen.leaf, endpoint)
        {
            if kind == CertificateFault::WrongName {
                info.usable_name = self.usable_name(&seen, &info.names, &endpoint.host);
            }
            fault.certificate = Some(Box::new(info));
        }
        fault
    }

    /// The name nearest to the host for which the certificate passes the ordinary check.
    fn usable_name(&self, seen: &Seen, names: &[String], host: &str) -> Option<String> {
        let mut names: Vec<&String> = names.iter().filter(|name| is_host_name(name)).collect();
        names.sort_by_key(|name| std::cmp::Reverse(labels_in_common(name, host)));
        names.into_iter().find(|name| self.check_as(name, seen).is_ok()).cloned()
    }

    fn check_as(&self, name: &str, seen: &Seen) -> Result<ServerCertVerified, Error> {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| CertificateError::NotValidForName)?;
        self.ordinary.verify_server_cert(&seen.leaf, &seen.intermediates, &name, &[], seen.now)
    }

    fn check_exception(&self, refusal: Error, seen: &Seen) -> Result<ServerCertVerified, Error> {
        match &self.trust {
            // An authority took it back, or says that somebody else has the key: no reason to trust the key.
            _ if refusal == Error::InvalidCertificate(CertificateError::Revoked) => Err(refusal),
            Trust::Authority => Err(told_apart(refusal, &seen.leaf)),
            Trust::Name { name } => self.check_as(name, seen),
            Trust::Key { spki } => check_key(&seen.leaf, *spki),
        }
    }

    fn seen(&self) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let intermediates_owned = intermediates.iter().map(|one| one.clone().into_owned()).collect();
        let mut seen =
            Seen { leaf: leaf.clone().into_owned(), intermediates: intermediates_owned, now, by_exception: false };
        let outcome = self.ordinary.verify_server_cert(leaf, intermediates, name, ocsp, now).or_else(|refusal| {
            seen.by_exception = true;
            self.check_exception(refusal, &seen)
        });
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        outcome
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.ordinary.supported_verify_schemes()
    }
}

/// The key is read by the library that checks the handshake's signature with it: no two readings of one certificate.
fn check_key(leaf: &CertificateDer<'_>, agreed: Digest) -> Result<ServerCertVerified, Error> {
    let parsed = EndEntityCert::try_from(leaf).map_err(|_| CertificateError::BadEncoding)?;
    let found = Digest::of(&parsed.subject_public_key_info());
    if found == agreed {
        return Ok(ServerCertVerified::assertion());
    }
    Err(CertificateError::Other(OtherError(Arc::new(KeyChanged { found, agreed }))).into())
}

/// An authority's own certificate is shown by servers that made it themselves, and have no issuer that anybody knows. If
/// another authority made it, it is real, and not for servers.
fn told_apart(refusal: Error, leaf: &CertificateDer<'_>) -> Error {
    let made_itself = EndEntityCert::try_from(leaf).is_ok_and(|parsed| parsed.issuer() == parsed.subject());
    match &refusal {
        Error::InvalidCertificate(CertificateError::Other(other))
            if !made_itself && matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity)) =>
        {
            CertificateError::InvalidPurpose.into()
        }
        _ => refusal,
    }
}

/// Whether it names one host: no wildcard, no address.
fn is_host_name(name: &str) -> bool {
    !name.contains('*') && matches!(ServerName::try_from(name), Ok(ServerName::DnsName(_)))
}

/// How many labels at the end two names share.
fn labels_in_common(left: &str, right: &str) -> usize {
    let labels = left.rsplit('.').zip(right.rsplit('.'));
    labels.take_while(|(left, right)| left.eq_ignore_ascii_case(right)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_shares_the_most_labels() {
        assert_eq!(labels_in_common("sv1.Xserver.jp", "mail.xserver.jp"), 2);
        assert_eq!(labels_in_common("example.jp", "mail.example.com"), 0);
    }

    #[test]
    fn a_wildcard_or_an_address_names_no_host() {
        assert!(is_host_name("sv1.xserver.jp"));
        assert!(!is_host_name("*.sakura.ne.jp") && !is_host_name("192.0.2.1") && !is_host_name("no name"));
    }
}
