//! A world outside that answers everybody, and somebody at the dead proxy's port. Both write down what was asked for.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use tempfile::TempDir;

const DNS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);
const WEB: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 80);

/// The discard port of this computer (RFC 863), which the window's proxy is set to.
const DEAD_PROXY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9);

/// Whoever has nothing to ask is not waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Host names that somebody was asked for.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<BTreeSet<String>>>);

impl Asked {
    /// Takes them all.
    pub fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// The world outside of a network of the test's own.
pub struct Outside {
    /// Names that the dead proxy was asked to go to.
    pub proxy: Asked,
    /// Names that requests arrived for.
    pub web: Asked,
    _resolver: TempDir,
}

impl Outside {
    /// Makes it for the calling thread's network namespace (`kit::wire::apart`), and for what is started from it.
    pub fn make() -> Self {
        let resolver = resolver();
        let (proxy, web) = (Asked::default(), Asked::default());
        answer_names();
        listen(DEAD_PROXY, "502 Bad Gateway", &proxy);
        for port in [80, 443, 8080] {
            listen((WEB, port), "200 OK", &web);
        }
        Self { proxy, web, _resolver: resolver }
    }
}

/// Makes our server the only one that this thread's programs ask for names.
fn resolver() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("resolv.conf");
    std::fs::write(&file, format!("nameserver {DNS}\n")).unwrap();
    unshare(CloneFlags::CLONE_NEWNS).expect("a mount namespace: this needs CAP_SYS_ADMIN");
    let script = format!(
        "mount --make-rprivate /
         mount --bind {} /etc/resolv.conf
         ip address add {DNS}/32 dev lo
         ip address add {WEB}/32 dev lo",
        file.display()
    );
    assert!(Command::new("sh").args(["-ec", &script]).status().unwrap().success());
    folder
}

/// A DNS server that has an address for every name (RFC 1035 §4.1).
fn answer_names() {
    let socket = UdpSocket::bind((DNS, 53)).unwrap();
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let end = query[12..length].iter().position(|byte| *byte == 0).map_or(length, |at| 12 + at + 5);
            let wants_v4 = query[end - 4..end - 2] == [0, 1];
            let mut answer = [&query[..2], b"\x81\x80\0\x01\0", &[u8::from(wants_v4)], b"\0\0\0\0"].concat();
            answer.extend(&query[12..end]);
            if wants_v4 {
                answer.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04");
                answer.extend(WEB.octets());
            }
            let _ = socket.send_to(&answer, from);
        }
    });
}

/// Answers every request with an empty page, and writes down where it was meant to go.
fn listen(at: (Ipv4Addr, u16), status: &'static str, asked: &Asked) {
    let socket = TcpListener::bind(at).expect("a port");
    let asked = asked.clone();
    thread::spawn(move || {
        for mut stream in socket.incoming().flatten() {
            let asked = asked.clone();
            thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(PATIENCE));
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                asked.0.lock().unwrap().insert(host(&lines));
                let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            });
        }
    });
}

/// Whom a request is for: its `Host`, which CONNECT has, too; nothing where it is not HTTP.
fn host(lines: &[String]) -> String {
    let host = lines.iter().find_map(|line| line.to_lowercase().strip_prefix("host:").map(|h| h.trim().to_owned()));
    host.map(|host| host.split(':').next().unwrap_or_default().to_owned()).unwrap_or_default()
}
