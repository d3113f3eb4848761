//! A tap on the wire: hands every byte on between clients and one server, and writes down what each client sent, and
//! when it came.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use memchr::memmem;

/// A request as it went over the wire, framing and all.
#[derive(Clone, Debug)]
pub struct Request {
    /// When its first byte came, in milliseconds since 1970.
    pub at: i64,
    pub bytes: Vec<u8>,
}

impl Request {
    /// `METHOD /path?query`.
    pub fn line(&self) -> String {
        let end = memmem::find(&self.bytes, b"\r\n").unwrap_or(self.bytes.len());
        let line = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        line.strip_suffix(" HTTP/1.1").map_or(line.clone(), str::to_owned)
    }
}

/// What a client sent on one connection: pieces, each with the time at which it came.
type Heard = Arc<Mutex<Vec<(i64, Vec<u8>)>>>;

/// A running tap. It listens as long as the test process lives.
pub struct Tap {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Heard>>>,
}

/// Milliseconds since 1970, by the machine's clock.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set");
    i64::try_from(since.as_millis()).expect("a time within reach")
}

impl Tap {
    /// Listens on a port of its own in front of `server`.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let connections = Arc::<Mutex<Vec<Heard>>>::default();
        let all = Arc::clone(&connections);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let heard = Heard::default();
                all.lock().expect("no tap panicked").push(Arc::clone(&heard));
                // A server that is gone refuses its clients, and so does the tap.
                if let Ok(server) = TcpStream::connect(server) {
                    join(client, server, heard);
                }
            }
        });
        Self { address, connections }
    }

    /// Where clients find it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request so far, in the order in which they began.
    pub fn requests(&self) -> Vec<Request> {
        let connections = self.connections.lock().expect("no tap panicked");
        let each = connections.iter().flat_map(|heard| requests(&heard.lock().expect("no tap panicked")));
        let mut all: Vec<Request> = each.collect();
        all.sort_by_key(|request| request.at);
        all
    }
}

/// Hands bytes on in both directions until either side has ended.
fn join(client: TcpStream, server: TcpStream, heard: Heard) {
    let twice = |stream: &TcpStream| stream.try_clone().expect("another handle");
    let (from, to) = (twice(&client), twice(&server));
    thread::spawn(move || {
        hand_on(from, &to, |piece| heard.lock().expect("no tap panicked").push((now(), piece.to_vec())));
        drop(to.shutdown(Shutdown::Write));
    });
    thread::spawn(move || {
        hand_on(server, &client, |_| {});
        drop(client.shutdown(Shutdown::Both));
    });
}

/// `note` hears of a piece before the other side does.
fn hand_on(mut from: TcpStream, mut to: &TcpStream, note: impl Fn(&[u8])) {
    let mut piece = [0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        note(&piece[..length]);
        if to.write_all(&piece[..length]).is_err() {
            return;
        }
    }
}

/// Takes what was sent on a connection apart. What is cut off, or not framed by a length, is the last request.
fn requests(heard: &[(i64, Vec<u8>)]) -> Vec<Request> {
    let bytes: Vec<u8> = heard.iter().flat_map(|(_, piece)| piece.clone()).collect();
    let (mut found, mut start) = (Vec::new(), 0);
    while start < bytes.len() {
        let end = start + length(&bytes[start..]);
        found.push(Request { at: came(heard, start), bytes: bytes[start..end].to_vec() });
        start = end;
    }
    found
}

/// When the byte at this place came.
fn came(heard: &[(i64, Vec<u8>)], place: usize) -> i64 {
    let mut before = 0;
    let piece = heard.iter().find(|(_, piece)| {
        before += piece.len();
        place < before
    });
    piece.expect("a byte that was sent").0
}

/// How long the first request of these bytes is, by its `Content-Length` (RFC 9112 §6.3).
fn length(bytes: &[u8]) -> usize {
    let Some(head) = memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4) else { return bytes.len() };
    let header = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    if header.contains("\r\ntransfer-encoding:") {
        return bytes.len();
    }
    let stated = header.split("\r\ncontent-length:").nth(1).and_then(|rest| rest.lines().next());
    let body: usize = stated.map_or(0, |text| text.trim().parse().expect("a length in digits"));
    bytes.len().min(head + body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[(i64, &str)], expected: &[(i64, &str)]) {
        let heard: Vec<_> = pieces.iter().map(|(at, piece)| (*at, piece.as_bytes().to_vec())).collect();
        let found = requests(&heard);
        let found: Vec<_> = found.iter().map(|r| (r.at, std::str::from_utf8(&r.bytes).expect("text"))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn requests_are_told_apart_however_they_came_and_dated_by_their_first_byte() {
        let put = "PUT /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
        let get = "GET /b HTTP/1.1\r\n\r\n";
        check(&[(1, put), (2, get)], &[(1, put), (2, get)]);
        check(&[(1, &format!("{put}{get}"))], &[(1, put), (1, get)]);
        check(&[(1, &put[..20]), (5, &put[20..])], &[(1, put)]);
    }

    #[test]
    fn a_request_that_is_cut_off_is_one_all_the_same() {
        check(
            &[(1, "PUT /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")],
            &[(1, "PUT /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")],
        );
        check(&[(1, "GET /b HT")], &[(1, "GET /b HT")]);
    }

    #[test]
    fn a_request_has_its_line() {
        let request = Request { at: 0, bytes: b"GET /b?c HTTP/1.1\r\nHost: x\r\n\r\n".to_vec() };
        assert_eq!(request.line(), "GET /b?c");
    }

    #[test]
    fn what_is_handed_on_is_written_down() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let tap = Tap::before(server.local_addr().expect("its address"));
        let mut client = TcpStream::connect(tap.address()).expect("a connection");
        let (mut behind, _) = server.accept().expect("the tap's connection");
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("sent");
        let mut bytes = [0; 18];
        behind.read_exact(&mut bytes).expect("handed on");
        behind.write_all(b"well").expect("answered");
        drop(behind);
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer, and the end");
        assert_eq!((answer.as_str(), tap.requests()[0].bytes.as_slice()), ("well", bytes.as_slice()));
    }
}
