//! A certificate as a person compares it (RFC 5280).
//!
//! Whether it is accepted is not decided here (`trust`). What it says is the server's own word.

use otomo_domain::account::Endpoint;
use otomo_domain::digest::Digest;
use otomo_domain::error::CertificateInfo;
use otomo_domain::time::Timestamp;
use std::net::IpAddr;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::words::words;

/// How many names of a certificate are told.
const NAMES: usize = 20;

/// How many characters of each text in it.
const TEXT: usize = 200;

/// What the certificate says that the endpoint's server showed; `None` if it can't be read.
pub fn read(der: &[u8], endpoint: &Endpoint) -> Option<CertificateInfo> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(CertificateInfo {
        host: endpoint.host.clone(),
        port: endpoint.port,
        subject: words(&certificate.subject().to_string(), TEXT),
        issuer: words(&certificate.issuer().to_string(), TEXT),
        names: names(&certificate),
        not_before: instant(certificate.validity().not_before),
        not_after: instant(certificate.validity().not_after),
        sha256: Digest::of(der),
        spki: Digest::of(certificate.public_key().raw),
        usable_name: None,
    })
}

/// The host names and addresses it is made for (§4.2.1.6).
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return Vec::new() };
    let told = alternatives.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(words(name, TEXT)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|ip| ip.to_string()),
        _ => None,
    });
    told.filter(|name| !name.is_empty()).take(NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn instant(time: ASN1Time) -> Timestamp {
    Timestamp::from_secs(time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_domain::account::Security;
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData, SanType, date_time_ymd};

    fn endpoint() -> Endpoint {
        Endpoint::new("mail.example.test", 993, Security::Tls)
    }

    #[test]
    fn a_certificate_is_told_as_it_is() {
        let mut params = CertificateParams::new(["mail.example.test".into(), "192.0.2.7".into()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "メール");
        params.not_before = date_time_ymd(2024, 2, 29);
        params.not_after = date_time_ymd(2190, 1, 1);
        let key = KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        let info = read(made.der(), &endpoint()).unwrap();
        assert_eq!((info.host.as_str(), info.port), ("mail.example.test", 993));
        assert_eq!((info.subject.as_str(), info.issuer.as_str()), ("CN=メール", "CN=メール"));
        assert_eq!(info.names, ["mail.example.test", "192.0.2.7"]);
        assert_eq!(info.not_before.to_rfc3339(), "2024-02-29T00:00:00Z");
        assert_eq!(info.not_after.to_rfc3339(), "2190-01-01T00:00:00Z");
        assert_eq!((info.sha256, info.spki), (Digest::of(made.der()), Digest::of(&key.subject_public_key_info())));
    }

    #[test]
    fn what_a_certificate_says_is_cleaned_and_counted() {
        let mut params = CertificateParams::new((0..40).map(|n| format!("h{n}.test")).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, format!("bank\u{202e}\r\n{}", "x".repeat(500)));
        params.subject_alt_names.insert(0, SanType::DnsName("evil\u{1b}[31m.test".try_into().unwrap()));
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let info = read(made.der(), &endpoint()).unwrap();
        assert!(info.subject.starts_with("CN=bank  x") && info.subject.chars().count() == 200, "{:?}", info.subject);
        assert_eq!((info.names.len(), info.names.first().map(String::as_str)), (20, Some("evil [31m.test")));
    }

    #[test]
    fn what_is_no_certificate_is_nothing() {
        assert_eq!(read(b"", &endpoint()), None);
        assert_eq!(read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &endpoint()), None);
    }
}
