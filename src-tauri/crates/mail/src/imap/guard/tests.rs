//! The guard against every line a server should not send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::timeout;

use super::*;

const BODIES: Allowance = Allowance { literal: 1000, total: 1024 * 1024 };

/// What comes through the guard of `sent`, in pieces of `piece` bytes, up to the end or a violation.
async fn through(sent: &[u8], piece: usize, allowance: Allowance) -> (Vec<u8>, Option<Violation>) {
    let (near, mut far) = duplex(64);
    let pieces: Vec<Vec<u8>> = sent.chunks(piece).map(<[u8]>::to_vec).collect();
    tokio::spawn(async move {
        for piece in pieces {
            if far.write_all(&piece).await.is_err() {
                return;
            }
        }
    });
    let mut guard = Guard::new(near);
    guard.allow(allowance);
    let mut seen = Vec::new();
    let outcome = timeout(Duration::from_secs(10), guard.read_to_end(&mut seen)).await.unwrap();
    let violation = |error: io::Error| *error.get_ref().unwrap().downcast_ref::<Violation>().unwrap();
    (seen, outcome.err().map(violation))
}

async fn check(sent: &[u8], expected: Option<Violation>) {
    for piece in [1, 7, 4096] {
        let (seen, violation) = through(sent, piece, BODIES).await;
        assert_eq!(violation, expected, "{:?} in pieces of {piece}", String::from_utf8_lossy(sent));
        assert!(sent.starts_with(&seen));
        if expected.is_none() {
            assert_eq!(seen.len(), sent.len());
        }
    }
}

#[tokio::test]
async fn what_a_good_server_says_comes_through_unchanged() {
    check(b"* OK [CAPABILITY IMAP4rev1 SASL-IR] ready\r\nA1 OK done\r\n+ go\r\n", None).await;
    check(b"* 1 FETCH (UID 7 BODY[] {13}\r\nab {99999}\r\nc)\r\n* 2 EXISTS\r\n", None).await;
    check(b"* 1 FETCH (BODY[]<0> {3}\r\nabc UID 7 FLAGS (\\Seen))\r\n* 1 FETCH (BODY[] {0}\r\n)\r\n", None).await;
    check(b"* LIST (\\HasNoChildren) \"/\" {5}\r\na\r\nbc\r\n", None).await;
    check(b"* OK a text may end in {500000000}\r\nA1 OK done\r\n", None).await;
}

#[tokio::test]
async fn a_literal_larger_than_announced_is_refused_before_its_line_comes_through() {
    check(b"* 1 FETCH (BODY[] {1001}\r\n", Some(Violation::Literal)).await;
    check(b"* 1 FETCH (BODY[] {500000000}\r\n", Some(Violation::Literal)).await;
    check(b"* 1 FETCH (BODY[] {4294967295}\r\n", Some(Violation::Literal)).await;
    check(b"* 1 FETCH (BODY[] {600}\r\n", None).await;
    check(b"* LIST () \"/\" {65537}\r\n", Some(Violation::Literal)).await;
    let twice = [b"* 1 FETCH (BODY[] {600}\r\n", "x".repeat(600).as_bytes(), b" BODY[1] {600}\r\n"].concat();
    check(&twice, Some(Violation::Literal)).await;
    let (seen, _) = through(b"* 1 FETCH (BODY[] {1001}\r\n", 4096, BODIES).await;
    assert_eq!(seen, b"");
}

#[tokio::test]
async fn a_literal_that_cannot_be_one_is_refused() {
    for claim in ["{-1}", "{4294967296}", "{99999999999999999999999}", "{}", "{x}", "{ 5}", "{5+}"] {
        check(format!("* 1 FETCH (BODY[] {claim}\r\n").as_bytes(), Some(Violation::Unreadable)).await;
    }
}

/// What looks like a literal to one reader and not to another would hide the next claim from the guard.
#[tokio::test]
async fn a_literal_that_async_imap_would_not_see_is_refused() {
    check(b"* 1 FETCH (XYZ ({600}\r\n", Some(Violation::Unreadable)).await;
    check(b"* 1 FETCH (XYZ ~{600}\r\n", Some(Violation::Unreadable)).await;
    check(b"* 1 FETCH (XYZ a\"b DEF (\" BODY[] {600}\r\n", Some(Violation::Unreadable)).await;
    check(b"* 1 FETCH (XYZ (\r\n", Some(Violation::Unreadable)).await;
    check(b"* OK [BADCHARSET ({500000000}\r\n", Some(Violation::Literal)).await;
    check(b"* OK x {600}\r\n* 1 FETCH (BODY[] {500000000}\r\n", Some(Violation::Literal)).await;
}

#[tokio::test]
async fn a_line_without_end_is_refused() {
    let endless = vec![b'a'; 3 * LONGEST_LINE];
    let (seen, violation) = through(&endless, 4096, BODIES).await;
    assert_eq!((seen.len(), violation), (0, Some(Violation::EndlessLine)));
}

#[tokio::test]
async fn deep_nesting_is_refused_before_anything_recurses_into_it() {
    let nested = format!("* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(50_000));
    check(nested.as_bytes(), Some(Violation::Nesting)).await;
}

#[tokio::test]
async fn more_than_was_asked_for_is_refused() {
    let flood = b"* 1 EXISTS\r\n".repeat(1000);
    let small = Allowance { total: 5000, ..BODIES };
    let (seen, violation) = through(&flood, 4096, small).await;
    assert_eq!(violation, Some(Violation::TooMuch));
    assert!(seen.len() <= 5000);
}

#[tokio::test]
async fn what_the_parser_panics_on_does_not_reach_it() {
    check(b"* 1 FETCH (UID 7 INTERNALDATE NIL)\r\n", Some(Violation::Unreadable)).await;
    check("* OK [ALERT]メンテナンス\r\n".as_bytes(), Some(Violation::Unreadable)).await;
}

#[tokio::test]
async fn rubbish_is_refused() {
    for line in ["", "* ", "* FOO\r\n", "\0\0\0", "* 1 FETCH\n", "A1\r\n", "* OK bare\n"] {
        check(format!("{line}\r\n").as_bytes(), Some(Violation::Unreadable)).await;
    }
}

#[test]
fn an_allowance_is_a_little_larger_than_announced_and_never_huge() {
    let one = Allowance::messages([1_000_000].into_iter());
    assert!((1_100_000..2_300_000).contains(&one.literal), "{}", one.literal);
    assert!(one.total < 3_500_000, "{}", one.total);
    assert_eq!(Allowance::messages([u64::MAX; 3].into_iter()).literal, LARGEST_LITERAL);
}
