//! tcpdump on every interface, and the packets that it saw.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use memchr::memmem;
use tempfile::TempDir;

use super::network::LOOPBACK;

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    Tcp {
        sequence: u32,
        begins: bool,
    },
    Udp,
    /// Anything else above IP, by its protocol number.
    Other(u8),
}

/// An IP packet as it left.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Whether it left by another interface than loopback.
    pub outside: bool,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub carried: Carried,
    pub payload: Vec<u8>,
}

/// A running capture.
pub struct Capture {
    tcpdump: Child,
    says: BufReader<ChildStderr>,
    folder: TempDir,
}

impl Capture {
    /// Begins to write down everything on every interface, except what goes to or comes from `except`.
    pub fn start(except: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let filter = format!("not (tcp port {} and host {})", except.port(), except.ip());
        let mut command = Command::new("tcpdump");
        // The largest buffer keeps a burst; root keeps its rights, so that it can write to our folder.
        command.args(["-i", "any", "-y", "LINUX_SLL2", "-Z", "root", "-U", "-n", "-s", "0", "-B", "131072", "-w"]);
        command.arg(folder.path().join("packets")).arg(filter).stderr(Stdio::piped());
        let mut tcpdump = command.spawn().expect("tcpdump can be run");
        let mut says = BufReader::new(tcpdump.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(says.read_line(&mut line).expect("words from tcpdump") > 0, "tcpdump listens");
        }
        Self { tcpdump, says, folder }
    }

    /// Ends it and gives the packets in the order in which they left. None may have been missed.
    pub fn stop(mut self) -> Vec<Packet> {
        self.await_the_end();
        let pid = self.tcpdump.id().to_string();
        let stopped = Command::new("kill").args(["-INT", &pid]).status().expect("kill can be run");
        assert!(stopped.success());
        let mut words = String::new();
        self.says.read_to_string(&mut words).expect("words from tcpdump");
        assert!(self.tcpdump.wait().expect("tcpdump ends").success(), "{words}");
        assert!(words.contains("\n0 packets dropped by kernel"), "{words}");
        let mut packets = packets(&self.written());
        packets.retain(|packet| packet.payload != END);
        packets
    }

    /// Sends a packet that says so, and waits until it has been written down after all the others.
    fn await_the_end(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let own = socket.local_addr().expect("its address");
        socket.send_to(END, own).expect("a packet sent");
        let written = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(100));
            memmem::find(&self.written(), END).is_some()
        });
        assert!(written, "tcpdump keeps up within a minute");
    }

    fn written(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("packets")).expect("what tcpdump wrote")
    }
}

impl Drop for Capture {
    /// Ends it where nobody asked for the packets any more.
    fn drop(&mut self) {
        let _ = self.tcpdump.kill();
        let _ = self.tcpdump.wait();
    }
}

/// What the last packet says.
const END: &[u8] = b"the capture ends here";

/// Lengths of the file's header, a packet's header in it, and the link layer's (LINKTYPE_LINUX_SLL2).
const FILE: usize = 24;
const RECORD: usize = 16;
const LINK: usize = 20;

/// Reads a pcap file of the machine that wrote it.
fn packets(file: &[u8]) -> Vec<Packet> {
    assert!(file.starts_with(&0xa1b2_c3d4_u32.to_ne_bytes()), "a pcap file");
    let mut packets = Vec::new();
    let mut rest = &file[FILE..];
    while !rest.is_empty() {
        let length = |at: usize| u32::from_ne_bytes(rest[at..at + 4].try_into().expect("four bytes")) as usize;
        assert_eq!(length(8), length(12), "a packet is there as a whole");
        let (record, after) = rest.split_at(RECORD + length(8));
        packets.extend(packet(&record[RECORD..]));
        rest = after;
    }
    packets
}

/// An IP packet that left; `None` for one that came in, and for what is not IP.
fn packet(bytes: &[u8]) -> Option<Packet> {
    const OUTGOING: u8 = 4;
    let (link, ip) = bytes.split_at(LINK);
    let protocol = u16::from_be_bytes([link[0], link[1]]);
    let interface = u32::from_be_bytes([link[4], link[5], link[6], link[7]]);
    // On loopback only the arrival is written down.
    let outside = interface != LOOPBACK;
    if !matches!(protocol, 0x0800 | 0x86dd) || (outside && link[10] != OUTGOING) {
        return None;
    }
    let sliced = SlicedPacket::from_ip(ip).expect("an IP packet");
    let (from, to, above) = match sliced.net.expect("an IP header") {
        NetSlice::Ipv4(ip) => {
            assert!(!ip.is_payload_fragmented(), "a packet in fragments");
            let header = ip.header();
            (header.source_addr().into(), header.destination_addr().into(), ip.payload().ip_number)
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            (header.source_addr().into(), header.destination_addr().into(), ip.payload().ip_number)
        }
        other => panic!("{other:?} is no IP packet"),
    };
    let (carried, from_port, to_port, payload) = match sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => {
            let carried = Carried::Tcp { sequence: tcp.sequence_number(), begins: tcp.syn() };
            (carried, tcp.source_port(), tcp.destination_port(), tcp.payload().to_vec())
        }
        Some(TransportSlice::Udp(udp)) => {
            (Carried::Udp, udp.source_port(), udp.destination_port(), udp.payload().to_vec())
        }
        _ => (Carried::Other(above.0), 0, 0, ip.to_vec()),
    };
    let at = |ip: IpAddr, port| SocketAddr::new(ip, port);
    Some(Packet { outside, from: at(from, from_port), to: at(to, to_port), carried, payload })
}
