//! What an error of the network means.
//!
//! The libraries wrap each other's errors; the innermost one that says something decides. Details never name a URL:
//! its query may hold a secret.

use std::error::Error;
use std::io;

use hickory_resolver::net::NetError as DnsError;
use otomo_domain::error::{CertificateFault, NetFault, NetFaultKind};
use rustls::CertificateError;

use crate::trust::KeyChanged;
use crate::words::words;

/// How much of an error's text is kept; it may repeat what a certificate says.
const WORDS: usize = 300;

pub fn fault(kind: NetFaultKind, detail: impl Into<String>) -> NetFault {
    NetFault::new(kind, detail)
}

/// What an error of a stream means: TCP, TLS, or the end of the connection.
pub fn classify_io(error: &io::Error) -> NetFault {
    let inner = error.get_ref().and_then(|inner| known(inner));
    inner.unwrap_or_else(|| fault(io_kind(error.kind()), error.to_string()))
}

/// What an error of the HTTP client means, and whether the request may have left: `false` only when it surely did not.
pub fn classify_http(error: &reqwest::Error) -> (NetFault, bool) {
    let may_have_left = !(error.is_connect() || error.is_builder());
    let found = known(error).unwrap_or_else(|| {
        let kind = if error.is_timeout() { NetFaultKind::TimedOut } else { NetFaultKind::Closed };
        fault(kind, innermost(error))
    });
    if let Some(tunnel) = tunnel(error) {
        let detail = format!("{tunnel}: {}", found.detail);
        return (fault(NetFaultKind::Proxy, words(&detail, WORDS)), may_have_left);
    }
    let kind = if error.is_timeout() { NetFaultKind::TimedOut } else { found.kind };
    (NetFault { kind, ..found }, may_have_left)
}

/// What the proxy did not do, if it is the proxy that an error is about. hyper-util's error has no name outside of it, only
/// words (`TunnelError`).
fn tunnel(error: &(dyn Error + 'static)) -> Option<String> {
    let said = error.to_string();
    if said.starts_with("tunnel error") { Some(said) } else { error.source().and_then(tunnel) }
}

/// What an error of the DNS server means.
pub fn classify_dns(host: &str, error: &DnsError) -> NetFault {
    let kind = match error {
        DnsError::Timeout => NetFaultKind::TimedOut,
        DnsError::NoConnections => NetFaultKind::Unreachable,
        DnsError::Io(error) => io_kind(error.kind()),
        _ => NetFaultKind::HostUnknown,
    };
    fault(kind, format!("{host}: {error}"))
}

/// The first error in the chain of causes that is known here.
fn known(error: &(dyn Error + 'static)) -> Option<NetFault> {
    if let Some(fault) = error.downcast_ref::<NetFault>() {
        return Some(fault.clone());
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(fault(tls_kind(error), words(&error.to_string(), WORDS)));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(classify_io(error));
    }
    error.source().and_then(known)
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error.source();
    while let Some(deeper) = deepest.and_then(Error::source) {
        deepest = Some(deeper);
    }
    deepest.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

fn io_kind(kind: io::ErrorKind) -> NetFaultKind {
    use io::ErrorKind::*;
    match kind {
        ConnectionRefused => NetFaultKind::Refused,
        TimedOut => NetFaultKind::TimedOut,
        ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected | UnexpectedEof | WriteZero => {
            NetFaultKind::Closed
        }
        _ => NetFaultKind::Unreachable,
    }
}

fn tls_kind(error: &rustls::Error) -> NetFaultKind {
    match error {
        rustls::Error::InvalidCertificate(error) => NetFaultKind::Certificate(certificate(error)),
        rustls::Error::NoCertificatesPresented => NetFaultKind::Certificate(CertificateFault::Invalid),
        _ => NetFaultKind::Tls,
    }
}

fn certificate(error: &CertificateError) -> CertificateFault {
    use CertificateError::*;
    match error {
        Expired | ExpiredContext { .. } => CertificateFault::Expired,
        NotValidYet | NotValidYetContext { .. } => CertificateFault::NotYetValid,
        NotValidForName | NotValidForNameContext { .. } => CertificateFault::WrongName,
        UnknownIssuer => CertificateFault::UnknownIssuer,
        Revoked => CertificateFault::Revoked,
        Other(other) if other.0.is::<KeyChanged>() => CertificateFault::KeyChanged,
        Other(other) if signed_itself(other) => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Invalid,
    }
}

/// A certificate made in one step is its own authority; webpki names that before it looks for an issuer.
fn signed_itself(error: &rustls::OtherError) -> bool {
    matches!(error.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use CertificateFault::*;

    fn check_io(error: io::Error, expected: NetFaultKind) {
        assert_eq!(classify_io(&error).kind, expected, "{error:?}");
    }

    #[test]
    fn an_error_of_the_socket_is_told_by_its_kind() {
        check_io(io::ErrorKind::ConnectionRefused.into(), NetFaultKind::Refused);
        check_io(io::ErrorKind::TimedOut.into(), NetFaultKind::TimedOut);
        check_io(io::ErrorKind::NetworkUnreachable.into(), NetFaultKind::Unreachable);
        check_io(io::ErrorKind::HostUnreachable.into(), NetFaultKind::Unreachable);
        check_io(io::ErrorKind::ConnectionReset.into(), NetFaultKind::Closed);
        check_io(io::ErrorKind::UnexpectedEof.into(), NetFaultKind::Closed);
    }

    fn check_certificate(error: CertificateError, expected: CertificateFault) {
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(error));
        check_io(wrapped, NetFaultKind::Certificate(expected));
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_told_apart() {
        check_certificate(CertificateError::Expired, Expired);
        check_certificate(CertificateError::NotValidYet, NotYetValid);
        check_certificate(CertificateError::NotValidForName, WrongName);
        check_certificate(CertificateError::UnknownIssuer, UnknownIssuer);
        check_certificate(CertificateError::Revoked, Revoked);
        check_certificate(CertificateError::BadSignature, Invalid);
        check_certificate(CertificateError::InvalidPurpose, Invalid);
        let own_authority = rustls::OtherError(std::sync::Arc::new(webpki::Error::CaUsedAsEndEntity));
        check_certificate(CertificateError::Other(own_authority), UnknownIssuer);
    }

    #[test]
    fn a_server_that_speaks_no_tls_is_told_from_one_with_a_bad_certificate() {
        let error = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        check_io(io::Error::new(io::ErrorKind::InvalidData, error), NetFaultKind::Tls);
    }
}
