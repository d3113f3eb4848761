//! Which messages there are: their unique-ids, sizes and times.

use std::collections::{HashMap, HashSet};

use otomo_domain::digest::Digest;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::time::Timestamp;

use super::capabilities::Capabilities;
use super::received;
use super::reply::Reply;
use super::text::{self, Text};
use super::wire::Wire;
use super::{fault, refusal};

/// How many messages a mailbox may have.
const MESSAGES: usize = 1_000_000;

/// The longest unique-id (RFC 1939 §7). A longer one is kept by its digest.
const UNIQUE_ID: usize = 70;

/// What the header of a message may take before the server counts as broken.
const LARGEST_HEADER: usize = 4 * 1024 * 1024;

/// A message by the number that it has in this session, and what it is known by in every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub number: u32,
    pub unique_id: String,
}

/// How many messages the server says there are (`STAT`).
pub async fn count(wire: &mut Wire) -> Result<u32, MailFault> {
    let words = wire.ask("STAT").await?.or_fault()?;
    let count = words.split_ascii_whitespace().next().and_then(|word| word.parse().ok());
    count.ok_or_else(|| fault::protocol("the server does not tell how many messages there are"))
}

/// The messages in the server's order (`UIDL`). No two of them are known by the same, whatever the server says: identical
/// messages may share a unique-id (RFC 1939 §7), and careless servers give it to others.
pub async fn unique_ids(wire: &mut Wire, capabilities: &Capabilities) -> Result<Vec<Known>, MailFault> {
    let count = count(wire).await?;
    match wire.ask("UIDL").await? {
        Reply::Ok(_) => {}
        Reply::Err(words) if refusal::is_temporary(&words) => return Err(refusal::of_command(&words)),
        Reply::Err(_) if count == 0 && capabilities.may(capabilities.uidl) => return Ok(Vec::new()),
        Reply::Err(words) => return Err(MailFault { kind: MailFaultKind::UidlMissing, ..refusal::of_command(&words) }),
        Reply::Challenge(_) => return Err(fault::protocol("the server wants an answer to nothing")),
    }
    let mut listed = Listed::default();
    text::lines(wire, MESSAGES, |line| listed.learn(line)).await?;
    match listed.broken {
        true => Err(fault::protocol("the server lists messages that cannot be told apart")),
        false => Ok(listed.messages),
    }
}

/// The sizes by number (`LIST`); a server need not have them right, nor all of them.
pub async fn sizes(wire: &mut Wire) -> Result<HashMap<u32, u64>, MailFault> {
    let mut sizes = HashMap::new();
    match wire.ask("LIST").await? {
        Reply::Err(words) if !refusal::is_temporary(&words) => return Ok(sizes),
        reply => reply.or_fault()?,
    };
    text::lines(wire, MESSAGES, |line| {
        let line = String::from_utf8_lossy(line);
        let mut words = line.split_ascii_whitespace();
        if let (Some(Ok(number)), Some(Ok(size))) = (words.next().map(str::parse), words.next().map(str::parse)) {
            sizes.insert(number, size);
        }
    })
    .await?;
    Ok(sizes)
}

/// The time in the header that the server was asked for with `TOP`; `None` if it doesn't give it.
pub async fn received_at(wire: &mut Wire) -> Result<Option<Timestamp>, MailFault> {
    match wire.reply().await? {
        Reply::Ok(_) => {}
        Reply::Err(words) if refusal::is_temporary(&words) => return Err(refusal::of_command(&words)),
        _ => return Ok(None),
    }
    let (mut header, mut text, mut total) = (Vec::new(), Text::default(), 0);
    let mut kept = Vec::new();
    while text.read(wire, &mut header).await? {
        total += header.len();
        if total > LARGEST_HEADER {
            return Err(fault::protocol("a header does not end"));
        }
        keep(&mut kept, &mut header);
    }
    keep(&mut kept, &mut header);
    Ok(Some(received::time(&kept)))
}

/// Moves what came of a header to what is kept of it.
fn keep(kept: &mut Vec<u8>, header: &mut Vec<u8>) {
    kept.append(header);
    kept.truncate(received::HEADER);
}

/// What the lines of UIDL say.
#[derive(Debug, Default)]
struct Listed {
    messages: Vec<Known>,
    numbers: HashSet<u32>,
    given: HashMap<String, u32>,
    broken: bool,
}

impl Listed {
    fn learn(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let mut words = line.split_ascii_whitespace();
        let (Some(Ok(number)), Some(id)) = (words.next().map(str::parse), words.next()) else {
            self.broken = true;
            return;
        };
        if !self.numbers.insert(number) {
            return;
        }
        let id = if id.len() > UNIQUE_ID { Digest::of(id.as_bytes()).to_string() } else { id.to_owned() };
        let given = self.given.entry(id.clone()).or_default();
        *given += 1;
        // No unique-id has a blank.
        let unique_id = if *given == 1 { id } else { format!("{id} {given}") };
        self.messages.push(Known { number, unique_id });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(lines: &[&str]) -> Listed {
        let mut listed = Listed::default();
        lines.iter().for_each(|line| listed.learn(line.as_bytes()));
        listed
    }

    fn check(lines: &[&str], expected: &[(u32, &str)]) {
        let listed = learn(lines);
        let seen: Vec<_> = listed.messages.iter().map(|known| (known.number, known.unique_id.as_str())).collect();
        assert_eq!(seen, expected);
        assert!(!listed.broken);
    }

    #[test]
    fn messages_that_share_a_unique_id_are_told_apart_by_their_order() {
        check(&["1 a", "2 b", "3 a", "4 a"], &[(1, "a"), (2, "b"), (3, "a 2"), (4, "a 3")]);
    }

    #[test]
    fn a_message_is_listed_once() {
        check(&["1 a", "1 a", "1 b"], &[(1, "a")]);
    }

    #[test]
    fn a_unique_id_is_a_word_and_nothing_else() {
        check(&["1 ../../etc/passwd", "2 ';--"], &[(1, "../../etc/passwd"), (2, "';--")]);
        let long = "x".repeat(8000);
        let listed = learn(&[&format!("1 {long}"), &format!("2 {long}y")]);
        assert!(listed.messages.iter().all(|known| known.unique_id.len() == 64));
        assert_ne!(listed.messages[0].unique_id, listed.messages[1].unique_id);
    }

    #[test]
    fn a_message_without_a_unique_id_is_not_passed_over() {
        for line in ["1", "", "x y", "-1 a", "4294967296 a"] {
            assert!(learn(&["1 a", line]).broken, "{line:?}");
        }
    }
}
