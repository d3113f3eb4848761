//! The way to the server, and whether it is who it should be.

use std::fs;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use kit::certificate::Certificate;
use kit::imap::{Fault, ImapServer, PASSWORD};
use kit::lab::Lab;
use kit::scripted::{Act, Scripted};
use nix::sched::{CloneFlags, unshare};
use otomo_domain::account::{Endpoint, Security, Trust};
use otomo_domain::digest::Digest;
use serde_json::json;
use tokio::net::UdpSocket;
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::Row;
use super::program::{Program, mailbox};

pub async fn rows() -> Vec<Row> {
    let (names, silence, ways, certificates, changed) =
        tokio::join!(names(), a_silent_resolver(), ways(), certificates(), another_key());
    let mut rows = [names, ways, certificates].concat();
    rows.extend([silence, changed]);
    rows.extend(no_network());
    rows.into_iter().map(|row| row.hiding(PASSWORD)).collect()
}

fn imaps(host: &str, port: u16) -> Endpoint {
    Endpoint::new(host, port, Security::Tls)
}

async fn names() -> Vec<Row> {
    let program = Program::under(json!({ "resolver": Lab::shared().dns() })).await;
    let (outside, inside) = (imaps("nosuchhost.invalid", 993), imaps("mail.office.lan", 993));
    vec![
        Row::new("host_unknown", "a name that the lab's DNS does not know", program.test(&outside).await),
        Row::new("private_unreachable", "a name of the office network, outside of it", program.test(&inside).await),
    ]
}

async fn a_silent_resolver() -> Row {
    let resolver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let program = Program::under(json!({ "resolver": resolver.local_addr().unwrap() })).await;
    let error = program.test(&imaps("mail.example.test", 993)).await;
    Row::new("timed_out", "a DNS server that never answers", error)
}

async fn ways() -> Vec<Row> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
    let plain = Scripted::start(vec![Act::Say("* OK ready\r\n".into()), Act::Listen]).await;
    let breaking = ImapServer::start(super::mails(50), [Fault::ClosesAfter(100)]).await;
    let idle = Program::under(json!({})).await;
    let working = Program::at_work(json!({ "extra_ca": [breaking.ca()] })).await;
    working.ask("accounts.add", mailbox(&breaking.endpoint())).await;
    vec![
        Row::new("connection_refused", "a port where nobody listens", idle.test(&imaps("127.0.0.1", free)).await),
        Row::new("tls_failed", "a server that greets without TLS", idle.test(&imaps("127.0.0.1", plain.port())).await),
        Row::new("connection_closed", "a server that hangs up amid the mail", working.account_error().await),
    ]
}

async fn certificates() -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, how, certificate) in [
        ("certificate_expired", "a certificate of 2020", Certificate::Expired),
        ("certificate_not_yet_valid", "a certificate of 2190", Certificate::NotYetValid),
        ("certificate_wrong_name", "another server's certificate", Certificate::WrongName),
        ("certificate_unknown_issuer", "a certificate by nobody known", Certificate::UnknownIssuer),
        ("certificate_invalid", "a certificate for clients", Certificate::ClientOnly),
    ] {
        let server = ImapServer::with_certificate(certificate).await;
        let program = Program::trusting([server.ca()]).await;
        rows.push(Row::new(code, how, program.test(&server.endpoint()).await));
    }
    rows
}

/// Nobody vouches for it, and the key that the rep compared is another one.
async fn another_key() -> Row {
    let server = ImapServer::with_certificate(Certificate::UnknownIssuer).await;
    let program = Program::under(json!({})).await;
    let trust = Trust::Key { spki: Digest::of(b"the key that was agreed on") };
    let error = program.test(&Endpoint { trust, ..server.endpoint() }).await;
    Row::new("certificate_key_changed", "another key than the one that was agreed on", error)
}

/// What only a computer without any network shows, and one whose every port is taken.
fn no_network() -> Vec<Row> {
    let work = async {
        let program = Program::under(json!({ "oauth": { "google": { "client": { "id": "otomo" } } } })).await;
        let unreachable = program.test(&imaps("192.0.2.1", 993)).await;
        fs::write("/proc/sys/net/ipv4/ip_local_port_range", "40000 40000").expect("this namespace's own ports");
        let _the_last_port = TcpListener::bind("127.0.0.1:40000").unwrap();
        let sign_in = json!({ "provider": "google", "purpose": "imap", "op": 1 });
        let blocked = timeout(Duration::from_secs(30), program.fails("accounts.authorise", sign_in)).await;
        vec![
            Row::new("unreachable", "no network at all", unreachable),
            Row::new("loopback_blocked", "no port left for the browser's answer", blocked.unwrap_or_default()),
        ]
    };
    apart(work)
}

/// Works in a network namespace of its own, on a thread that ends with it.
fn apart(work: impl Future<Output = Vec<Row>> + Send) -> Vec<Row> {
    thread::scope(|scope| {
        let inside = scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).expect("a network namespace: this needs CAP_SYS_ADMIN");
            Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
        });
        inside.join().unwrap()
    })
}
