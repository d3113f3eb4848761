//! Packets put together to what was sent, and the names that were asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::capture::{Carried, Packet};

/// One direction of a TCP connection.
struct Stream {
    /// The number of the first byte.
    first: u32,
    /// Payloads by where they begin.
    segments: BTreeMap<u32, Vec<u8>>,
}

impl Stream {
    /// The bytes in their order, repetitions left out.
    fn bytes(self) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        for (at, segment) in self.segments {
            let known = bytes.len().checked_sub(at as usize).expect("the capture has every segment");
            bytes.extend(segment.get(known..).unwrap_or_default());
        }
        bytes
    }
}

/// Everything that was sent by somebody else than `servers`: each TCP stream as one piece, each datagram and each other
/// packet as one, and the name of a DNS query once more without the dots.
pub fn sent(packets: &[Packet], servers: &[SocketAddr]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut streams: BTreeMap<(SocketAddr, SocketAddr), Vec<Stream>> = BTreeMap::new();
    for packet in packets.iter().filter(|packet| !servers.contains(&packet.from)) {
        let Carried::Tcp { sequence, begins } = packet.carried else {
            pieces.push(packet.payload.clone());
            pieces.extend(name_asked_for(packet).map(|name| name.replace('.', "").into_bytes()));
            continue;
        };
        let of_pair = streams.entry((packet.from, packet.to)).or_default();
        if begins {
            of_pair.push(Stream { first: sequence.wrapping_add(1), segments: BTreeMap::new() });
        } else if !packet.payload.is_empty() {
            let stream = of_pair.last_mut().expect("the capture has the beginning of every connection");
            let segment = stream.segments.entry(sequence.wrapping_sub(stream.first)).or_default();
            if segment.len() < packet.payload.len() {
                segment.clone_from(&packet.payload);
            }
        }
    }
    pieces.extend(streams.into_values().flatten().map(Stream::bytes));
    pieces
}

/// Every name that somebody asked a DNS server for, whichever one that is.
pub fn names_asked_for(packets: &[Packet]) -> BTreeSet<String> {
    packets.iter().filter_map(name_asked_for).collect()
}

/// The name in a query (RFC 1035 §4.1): a datagram with one question, no answer, and labels up to its zero.
fn name_asked_for(packet: &Packet) -> Option<String> {
    let (header, mut rest) = packet.payload.split_at_checked(12)?;
    let is_query = packet.carried == Carried::Udp && header[2] & 0x80 == 0 && header[4..8] == [0, 1, 0, 0];
    let mut labels = Vec::new();
    while let (true, [length, after @ ..]) = (is_query && !rest.starts_with(&[0]), rest) {
        let (label, next) = after.split_at_checked(usize::from(*length))?;
        labels.push(String::from_utf8_lossy(label).into_owned());
        rest = next;
    }
    (is_query && rest.first() == Some(&0)).then(|| labels.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(sequence: u32, begins: bool, payload: &str) -> Packet {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let carried = Carried::Tcp { sequence, begins };
        Packet { outside: false, from: at(1), to: at(2), carried, payload: payload.into() }
    }

    fn check(segments: &[(u32, bool, &str)], expected: &[&str]) {
        let packets: Vec<_> = segments.iter().map(|(at, begins, text)| segment(*at, *begins, text)).collect();
        let expected: Vec<_> = expected.iter().map(|text| text.as_bytes().to_vec()).collect();
        assert_eq!(sent(&packets, &[]), expected);
    }

    #[test]
    fn a_stream_is_put_together_whatever_order_its_segments_came_in() {
        check(&[(9, true, ""), (10, false, "ab"), (12, false, "cd")], &["abcd"]);
        check(&[(9, true, ""), (12, false, "cd"), (10, false, "ab"), (12, false, "cd")], &["abcd"]);
        check(&[(9, true, ""), (10, false, "abc"), (11, false, "bcd")], &["abcd"]);
    }

    #[test]
    fn sequence_numbers_may_run_over() {
        check(&[(u32::MAX - 1, true, ""), (u32::MAX, false, "ab"), (1, false, "cd")], &["abcd"]);
    }

    #[test]
    fn a_port_that_is_used_again_begins_another_stream() {
        check(&[(9, true, ""), (10, false, "ab"), (99, true, ""), (100, false, "cd")], &["ab", "cd"]);
    }

    #[test]
    #[should_panic(expected = "every segment")]
    fn a_hole_does_not_go_unnoticed() {
        check(&[(9, true, ""), (12, false, "cd")], &["cd"]);
    }

    #[test]
    fn what_a_server_answers_is_not_counted() {
        let packets = [segment(9, true, ""), segment(10, false, "ab")];
        assert!(sent(&packets, &[packets[0].from]).is_empty());
    }
}
