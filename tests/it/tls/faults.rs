//! Certificates and handshakes that are wrong: each is refused for its own reason, before anything is said.

use std::path::Path;

use kit::certificate::{Certificate, HOST, Identity};
use kit::scripted::{ALERT, Act, Hello, OpenSsl, Scripted};
use otomo_domain::error::CertificateFault::*;
use otomo_domain::error::{CertificateFault, MailFaultKind, NetFaultKind};

use super::protocol::{ALL, Protocol};
use super::{World, certificate, tls};

/// What a server does instead of a handshake with a good certificate.
enum Server {
    Shows(Certificate),
    /// Answers the client's first words with this.
    Answers(Vec<u8>),
    /// Is OpenSSL with so long a key and these arguments.
    Old(u16, &'static [&'static str]),
}

use Server::*;

struct Case {
    what: &'static str,
    server: Server,
    host: &'static str,
    expected: MailFaultKind,
}

fn case(what: &'static str, server: Server, expected: MailFaultKind) -> Case {
    Case { what, server, host: HOST, expected }
}

fn bad(what: &'static str, shown: Certificate, fault: CertificateFault) -> Case {
    case(what, Shows(shown), certificate(fault))
}

fn at(host: &'static str, case: Case) -> Case {
    Case { host, ..case }
}

fn certificates() -> Vec<Case> {
    use Certificate as Is;
    const A_NUMBER: &[&str] = &["127.0.0.1"];
    vec![
        bad("expired", Is::Expired, Expired),
        bad("not yet valid", Is::NotYetValid, NotYetValid),
        bad("another host's", Is::WrongName, WrongName),
        bad("its own authority", Is::SelfSigned, UnknownIssuer),
        bad("signed by itself", Is::SelfSignedLeaf, UnknownIssuer),
        bad("an unknown authority", Is::UnknownIssuer, UnknownIssuer),
        bad("no intermediate sent", Is::MissingIntermediate, UnknownIssuer),
        bad("an intermediate that ran out", Is::ExpiredIntermediate, Expired),
        bad("signed by a server's certificate", Is::SignedByServer, Invalid),
        bad("an authority where there may be none", Is::TooDeep, Invalid),
        bad("outside its authority's domain", Is::OutsideItsAuthority, Invalid),
        bad("an authority's own", Is::Authority, Invalid),
        bad("for clients only", Is::ClientOnly, Invalid),
        bad("an unknown critical extension", Is::UnknownCritical, Invalid),
        bad("signed over SHA-1", Is::Sha1, Invalid),
        bad("version 1", Is::VersionOne, Invalid),
        bad("a signature that doesn't fit", Is::Tampered, Invalid),
        bad("not a certificate", Is::Garbage, Invalid),
        bad("without its key", Is::WithoutItsKey, Invalid),
        bad("the host in the subject only", Is::NameInSubjectOnly, WrongName),
        bad("a wildcard for more than a label", Is::Names(&["*.test"]), WrongName),
        bad("a wildcard for a part of a label", Is::Names(&["ma*.example.test"]), WrongName),
        bad("a wildcard inside", Is::Names(&["mail.*.test"]), WrongName),
        at("example.test", bad("a wildcard for its own domain", Is::Names(&["*.example.test"]), WrongName)),
        bad("a dot after the name", Is::Names(&["mail.example.test."]), WrongName),
        bad("a NUL in the name", Is::Names(&["mail.example.test\0.evil.test"]), WrongName),
        bad("a name that only looks the same", Is::Names(&["xn--mil-qmc.example.test"]), WrongName),
        bad("the name and more", Is::Names(&["mail.example.test.evil.test"]), WrongName),
        at("127.0.0.1", bad("an address, and only names", Is::Names(&[HOST]), WrongName)),
        at("127.0.0.1", bad("an address written as a name", Is::Names(A_NUMBER), WrongName)),
    ]
}

fn handshakes() -> Vec<Case> {
    let tls = MailFaultKind::Net(NetFaultKind::Tls);
    let hello = Hello::default;
    let answer = |what, bytes: Vec<u8>, expected| case(what, Answers(bytes), expected);
    const OLD: &str = "DEFAULT@SECLEVEL=0";
    vec![
        case("an RSA key of 1024 bits", Old(1024, &["-cipher", OLD]), certificate(Invalid)),
        case("TLS 1.0 at best", Old(2048, &["-cipher", OLD, "-tls1"]), tls),
        case("TLS 1.1 at best", Old(2048, &["-cipher", OLD, "-tls1_1"]), tls),
        case("no cipher in common", Old(2048, &["-tls1_2", "-cipher", "AES128-SHA"]), tls),
        case("no certificate and no name", Old(2048, &["-tls1_2", "-cipher", "AECDH-AES128-SHA@SECLEVEL=0"]), tls),
        answer("TLS 1.0 chosen", Hello { version: [3, 1], ..hello() }.bytes(), tls),
        answer("SSL 3 chosen", Hello { version: [3, 0], ..hello() }.bytes(), tls),
        answer("no version in common", ALERT.to_vec(), tls),
        answer("TLS 1.2, though it could do better", hello().downgraded().bytes(), tls),
        answer("a cipher that was not offered", Hello { cipher: [0, 0x2f], ..hello() }.bytes(), tls),
        answer("no cipher at all", Hello { cipher: [0, 0], ..hello() }.bytes(), tls),
        answer("compression", Hello { compression: 1, ..hello() }.bytes(), tls),
        answer("another protocol by ALPN", hello().extension(16, &[0, 3, 2, b'h', b'2']).bytes(), tls),
        answer("an extension nobody asked for", hello().extension(0x1234, &[]).bytes(), tls),
        answer("an empty list of certificates", hello().without_certificate().bytes(), certificate(Invalid)),
        answer("a record that is too long", vec![22, 3, 3, 0xff, 0xff], tls),
        answer("the protocol's greeting, without TLS", b"* OK [CAPABILITY IMAP4rev1] ready\r\n".to_vec(), tls),
        answer("a page", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), tls),
        answer("nothing", Vec::new(), MailFaultKind::Net(NetFaultKind::Closed)),
    ]
}

/// How the client ended, and what it said through TLS.
async fn outcome(protocol: &Protocol, case: &Case) -> (Option<MailFaultKind>, Vec<u8>) {
    let open = async |ca: &Path, port| World::trusting(ca).await.open(protocol, tls(case.host, port)).await;
    match &case.server {
        Shows(shown) => behind(protocol, &Identity::new(*shown), case.host).await,
        Answers(bytes) => {
            let server = Scripted::start(vec![Act::HearRecord, Act::Send(bytes.clone())]).await;
            let ca = Identity::new(Certificate::Good);
            (open(ca.ca(), server.port()).await.err().map(|fault| fault.kind), server.got_in_the_clear())
        }
        Old(bits, arguments) => {
            let server = OpenSsl::start(*bits, arguments);
            (open(&server.ca(), server.port()).await.err().map(|fault| fault.kind), Vec::new())
        }
    }
}

/// A server that shows this certificate, greets, and hears a line.
async fn behind(protocol: &Protocol, identity: &Identity, host: &str) -> (Option<MailFaultKind>, Vec<u8>) {
    let script = vec![Act::Protect(identity.config()), Act::Say(protocol.greeting.into()), Act::Hear];
    let server = Scripted::start(script).await;
    let opened = World::trusting(identity.ca()).await.open(protocol, tls(host, server.port())).await;
    (opened.err().map(|fault| fault.kind), server.got())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_with_a_wrong_certificate_hears_a_word() {
    let cases: Vec<Case> = certificates().into_iter().chain(handshakes()).collect();
    assert!(cases.len() >= 24);
    let mut wrong = Vec::new();
    let tls = MailFaultKind::Net(NetFaultKind::Tls);
    for protocol in ALL {
        let (mut accepted, mut heard) = (0, 0);
        for case in &cases {
            let (kind, said) = outcome(protocol, case).await;
            println!("{:5} {:40} {kind:?}", protocol.name, case.what);
            accepted += usize::from(kind.is_none() || kind == Some(MailFaultKind::Net(NetFaultKind::TimedOut)));
            heard += said.len();
            if kind != Some(case.expected) {
                wrong.push(format!("{} {}: {kind:?}, not {:?}", protocol.name, case.what, case.expected));
            }
        }
        println!("{}: {} servers, {accepted} accepted, {heard} bytes heard", protocol.name, cases.len());
        assert_eq!((accepted, heard), (0, 0), "{wrong:#?}");
        let (_, said) = behind(protocol, &Identity::new(Certificate::Good), HOST).await;
        assert!(!said.is_empty(), "{}: the control hears nothing", protocol.name);
        let (_, said) = behind(protocol, &Identity::new(Certificate::Names(&["*.example.test"])), HOST).await;
        assert!(!said.is_empty(), "{}: a wildcard is good for one label", protocol.name);
        // OpenSSL's server shakes hands and does not greet.
        let (kind, _) = outcome(protocol, &case("the control of the old ones", Old(2048, &[]), tls)).await;
        assert_eq!(kind, Some(MailFaultKind::Net(NetFaultKind::TimedOut)), "{}", protocol.name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
