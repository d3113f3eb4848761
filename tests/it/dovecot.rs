//! Reading a mailbox from a real server.

use std::path::Path;
use std::sync::Arc;

use kit::lab::{ALICE, Lab, SATO, User, WEB_ONLY};
use kit::mailbox;
use otomo_domain::account::Endpoint;
use otomo_domain::error::{CertificateFault, MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::{Credential, MailSession, MailSource};
use otomo_mail::imap::ImapSource;
use otomo_net::{Net, NetConfig};

use super::imap::{Mailbox, read_into};

/// Connects to a server of the lab by this name.
async fn open(endpoint: Endpoint, host: &str, user: User, password: &str) -> Result<Box<dyn MailSession>, MailFault> {
    let lab = Lab::shared();
    let net =
        Net::new(&NetConfig { extra_ca: vec![lab.ca()], resolver: Some(lab.dns()), ..NetConfig::default() }).unwrap();
    let endpoint = Endpoint { host: host.into(), ..endpoint };
    ImapSource::new(Arc::new(net), endpoint, user.address.into(), Credential::Password(password.into())).open(&()).await
}

/// What opening a session ends with, over both kinds of TLS.
async fn check(host: &str, user: User, password: &str, expected: Option<MailFaultKind>) {
    for endpoint in [Lab::shared().imaps(), Lab::shared().imap_starttls()] {
        let security = endpoint.security;
        let outcome = open(endpoint, host, user, password).await.err().map(|fault| fault.kind);
        assert_eq!(outcome, expected, "{host} {} {security:?}", user.address);
    }
}

#[tokio::test]
async fn the_right_password_opens_the_mailbox_and_others_do_not() {
    check("mail.example.test", ALICE, ALICE.password, None).await;
    check("mail.example.test", ALICE, "wrong", Some(MailFaultKind::SignInRefused)).await;
    check("mail.example.test", WEB_ONLY, WEB_ONLY.password, Some(MailFaultKind::AppPasswordNeeded)).await;
}

#[tokio::test]
async fn a_bad_certificate_is_told_by_its_fault() {
    for (host, fault) in [
        ("expired.example.test", CertificateFault::Expired),
        ("wronghost.example.test", CertificateFault::WrongName),
        ("selfsigned.example.test", CertificateFault::UnknownIssuer),
    ] {
        let expected = MailFaultKind::Net(NetFaultKind::Certificate(fault));
        check(host, ALICE, ALICE.password, Some(expected)).await;
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_unknown() {
    let unknown = MailFaultKind::Net(NetFaultKind::HostUnknown);
    check("nosuchhost.invalid", ALICE, ALICE.password, Some(unknown)).await;
}

/// The names of the files in a Maildir, which hold the flags.
fn flags(maildir: &Path) -> Vec<String> {
    let parts = ["cur", "new"].iter().flat_map(|part| std::fs::read_dir(maildir.join(part)).unwrap());
    let mut names: Vec<_> = parts.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn with_crlf(text: &[u8]) -> Vec<u8> {
    let bare: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
    bare.split_inclusive(|byte| *byte == b'\n').fold(Vec::new(), |mut lines, line| {
        match line.strip_suffix(b"\n") {
            Some(line) => lines.extend([line, b"\r\n"].concat()),
            None => lines.extend(line),
        }
        lines
    })
}

#[tokio::test]
async fn a_thousand_messages_and_a_large_one_come_through_byte_by_byte_and_keep_their_flags() {
    let lab = Lab::shared();
    let folder = tempfile::tempdir().unwrap();
    let maildir = folder.path().join("box");
    mailbox::generate(&maildir, &["--count", "1000"]);
    lab.deliver_maildir(SATO.address, &maildir);
    let line = "0123456789abcdef".repeat(4) + "\n";
    let large = format!("Subject: large\n\n{}", line.repeat(12 * 1024 * 1024 / line.len()));
    lab.deliver(SATO.address, "INBOX", large.as_bytes());
    let mut session = open(lab.imaps(), "mail.example.test", SATO, SATO.password).await.unwrap();
    let mut mailbox = Mailbox::default();
    // Dovecot moves what is new into place when a folder is opened for the first time.
    read_into(session.as_mut(), &mut Mailbox::default()).await.unwrap();
    let before = flags(&lab.maildir(SATO.address, "INBOX"));
    let status = read_into(session.as_mut(), &mut mailbox).await.unwrap();
    session.close().await;
    assert_eq!((status.exists, mailbox.messages.len()), (1001, 1001));
    assert_eq!(flags(&lab.maildir(SATO.address, "INBOX")), before);
    let mut expected: Vec<Vec<u8>> = ["cur", "new"]
        .iter()
        .filter_map(|part| std::fs::read_dir(maildir.join(part)).ok())
        .flatten()
        .map(|entry| with_crlf(&std::fs::read(entry.unwrap().path()).unwrap()))
        .chain([with_crlf(large.as_bytes())])
        .collect();
    let mut seen: Vec<Vec<u8>> = mailbox.messages.into_iter().map(|(_, bytes)| bytes).collect();
    expected.sort();
    seen.sort();
    assert!(seen == expected);
}
