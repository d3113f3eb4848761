//! Certificates and servers that no library of today would make; the command line of OpenSSL still does.

use std::fs;
use std::path::Path;
use std::process::Command;

use rcgen::KeyPair;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{Certificate, HOST, Issuer};

/// A certificate for `key` by `issuer`, made in `folder`.
pub fn signed(certificate: Certificate, folder: &Path, issuer: &Issuer, key: &KeyPair) -> Vec<CertificateDer<'static>> {
    let file = |name: &str, content: &str| fs::write(folder.join(name), content).unwrap();
    file("issuer.pem", &issuer.pem());
    file("issuer.key", &issuer.key().serialize_pem());
    file("leaf.key", &key.serialize_pem());
    file("leaf.ext", &format!("subjectAltName=DNS:{HOST},IP:127.0.0.1\n"));
    let subject = format!("/CN={HOST}");
    openssl(folder, &["req", "-new", "-key", "leaf.key", "-subj", &subject, "-out", "leaf.csr"]);
    let mut sign = vec!["x509", "-req", "-in", "leaf.csr", "-CA", "issuer.pem", "-CAkey", "issuer.key", "-days", "30"];
    match certificate {
        Certificate::Sha1 => sign.extend(["-sha1", "-extfile", "leaf.ext"]),
        _ => sign.push("-sha256"),
    }
    sign.extend(["-set_serial", "7", "-out", "leaf.pem"]);
    openssl(folder, &sign);
    vec![CertificateDer::from_pem_file(folder.join("leaf.pem")).unwrap()]
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let made = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&made.stderr));
}
