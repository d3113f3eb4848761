//! Which messages there are: opening a folder, and the listing of a window.

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, ResponseCode};
use chrono::DateTime;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::sync::{Folder, Listed, MailboxStatus, SLICED_ABOVE, Window};
use otomo_domain::time::Timestamp;

use super::dialogue::{Completion, Dialogue};
use super::fault;
use super::folders::quoted;
use super::guard::Allowance;
use crate::wording;

/// What the answers to EXAMINE say; a server may leave each of them out.
#[derive(Debug, Default)]
struct Opened {
    uid_validity: Option<u32>,
    uid_next: Option<u32>,
    exists: u32,
}

/// Opens a folder read-only (RFC 9051 §6.3.3).
pub async fn examine(dialogue: &mut Dialogue, folder: &Folder) -> Result<MailboxStatus, MailFault> {
    let gone = |words: String| MailFault::new(MailFaultKind::FolderGone, words);
    let name = quoted(&folder.name).ok_or_else(|| gone("no server can have a folder of this name".into()))?;
    let mut opened = Opened::default();
    let each = |answer: &Response<'_>| opened.learn(answer);
    match dialogue.exchange(&format!("EXAMINE {name}"), Allowance::lines(0), each).await? {
        Completion::No(words) if !is_temporary(&words) => {
            return Err(MailFault::new(wording::meaning(&words).unwrap_or(MailFaultKind::FolderGone), words));
        }
        other => other.or_fault()?,
    }
    let uid_validity =
        opened.uid_validity.ok_or_else(|| fault::protocol("the server has no lasting numbers for messages"))?;
    let uid_next = match opened.uid_next {
        Some(next) => next.max(1),
        None if opened.exists == 0 => 1,
        None => highest_uid(dialogue).await?.saturating_add(1),
    };
    Ok(MailboxStatus { uid_validity, uid_next, exists: opened.exists })
}

/// The messages with a UID in the window; without duplicates, whatever the server repeats.
pub async fn list(dialogue: &mut Dialogue, window: Window, exists: u32) -> Result<Vec<Listed>, MailFault> {
    let span = u64::from(window.to.saturating_sub(window.from));
    if span == 0 {
        return Ok(Vec::new());
    }
    let command = format!("UID FETCH {}:{} (UID RFC822.SIZE INTERNALDATE)", window.from, window.to - 1);
    let mut found = Vec::new();
    let each = |answer: &Response<'_>| found.extend(listed(answer, window));
    let allowance = Allowance::lines(span.min(u64::from(exists)));
    dialogue.exchange(&command, allowance, each).await?.or_fault()?;
    found.sort_by_key(|message| message.uid);
    found.dedup_by_key(|message| message.uid);
    Ok(found)
}

impl Opened {
    fn learn(&mut self, answer: &Response<'_>) {
        match answer {
            Response::MailboxData(MailboxDatum::Exists(count)) => self.exists = *count,
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(value)) => self.uid_validity = Some(value),
                Some(ResponseCode::UidNext(value)) => self.uid_next = Some(value),
                _ => {}
            },
            _ => {}
        }
    }
}

/// RFC 5530: the folder may be there and cannot be opened right now.
fn is_temporary(words: &str) -> bool {
    let words = words.to_uppercase();
    ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]"].iter().any(|code| words.contains(code))
}

/// For servers that leave out UIDNEXT, which they may (RFC 3501 §6.3.1).
async fn highest_uid(dialogue: &mut Dialogue) -> Result<u32, MailFault> {
    let mut highest = 0;
    let each = |answer: &Response<'_>| {
        if let Response::Fetch(_, attributes) = answer {
            highest = uid(attributes).unwrap_or_default().max(highest);
        }
    };
    dialogue.exchange("UID FETCH * (UID)", Allowance::lines(1), each).await?.or_fault()?;
    Ok(highest)
}

/// The UID in a FETCH answer.
pub fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// A message of the window, or `None` for any other answer.
fn listed(answer: &Response<'_>, window: Window) -> Option<Listed> {
    let Response::Fetch(_, attributes) = answer else { return None };
    let uid = uid(attributes).filter(|uid| (window.from..window.to).contains(uid))?;
    // A server that tells no size may have any: in slices it does no harm.
    let mut listed = Listed { uid, size: SLICED_ABOVE + 1, received_at: Timestamp(0) };
    for attribute in attributes {
        match attribute {
            AttributeValue::Rfc822Size(size) => listed.size = u64::from(*size),
            AttributeValue::InternalDate(text) => listed.received_at = received_at(text),
            _ => {}
        }
    }
    Some(listed)
}

/// INTERNALDATE (RFC 9051 §9, date-time). One that cannot be read makes the mail old, and old mail never shares itself.
pub fn received_at(text: &str) -> Timestamp {
    let parsed = DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z");
    parsed.map_or(Timestamp(0), |time| Timestamp(time.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_domain::sync::Side;

    fn check(line: &str, expected: Option<(u32, u64, &str)>) {
        let line = format!("{line}\r\n");
        let window = Window { from: 5, to: 10, side: Side::New };
        let seen = listed(&Response::parse(line.as_bytes()).unwrap().1, window);
        let seen = seen.map(|message| (message.uid, message.size, message.received_at.to_rfc3339()));
        assert_eq!(seen, expected.map(|(uid, size, time)| (uid, size, time.to_owned())), "{line}");
    }

    #[test]
    fn a_message_is_listed_with_size_and_time() {
        let line = r#"* 3 FETCH (UID 7 RFC822.SIZE 1234 INTERNALDATE " 5-Nov-2026 09:00:00 +0900")"#;
        check(line, Some((7, 1234, "2026-11-05T00:00:00Z")));
    }

    #[test]
    fn what_was_not_asked_for_is_not_listed() {
        check("* 3 FETCH (UID 10 RFC822.SIZE 1)", None);
        check("* 3 FETCH (FLAGS (\\Seen))", None);
        check("* 3 EXPUNGE", None);
    }

    #[test]
    fn a_message_without_size_or_readable_time_is_handled_with_care() {
        check("* 3 FETCH (UID 7)", Some((7, SLICED_ABOVE + 1, "1970-01-01T00:00:00Z")));
        check(r#"* 3 FETCH (UID 7 RFC822.SIZE 1 INTERNALDATE "yesterday")"#, Some((7, 1, "1970-01-01T00:00:00Z")));
    }
}
