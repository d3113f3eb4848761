//! The line with which the text of a logged mail ends.
//!
//! It tells that Otomo made the record, of which mail, for whom, what of it was shared (as a digest of that), and what it
//! linked it to. Nothing else does: HubSpot's
//! own mailboxes and other programs log mail for the same owner under the same Message-ID, and every property that is
//! hidden is HubSpot's own. Whoever may write the text of a mail may write such a line too, so it counts only where
//! HubSpot does not say that the record came about in another way (`seek`).

use std::fmt;

use otomo_domain::address::Address;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;

use super::record;

const BEGINS: &str = "Otomo:";

/// How many digits of a digest tell mails, and people, apart.
const DIGITS: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    mail: String,
    rep: String,
    share: String,
    /// The records that Otomo linked the mail to.
    pub links: Vec<RecordRef>,
}

fn digits(digest: impl fmt::Display) -> String {
    digest.to_string().chars().take(DIGITS).collect()
}

/// What stands for a rep, in marks and in the names of folders.
pub fn rep(email: &Address) -> String {
    digits(Digest::of(email.as_str().as_bytes()))
}

impl Mark {
    pub fn new(key: MailKey, rep: &str, payload: &Payload) -> Self {
        let share = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256);
        Self { mail: digits(key), rep: rep.to_owned(), share: digits(share), links: Vec::new() }
            .linked_to(&payload.links)
    }

    /// The mark of the same share, linked to these records.
    pub fn linked_to(&self, links: &[RecordRef]) -> Self {
        Self { links: links.iter().filter(|link| is_known(link)).cloned().collect(), ..self.clone() }
    }

    /// The mark at the end of a text.
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.trim_end().lines().last()?.strip_prefix(BEGINS)?.split_whitespace().map(str::to_owned);
        let (mail, rep, share) = (words.next()?, words.next()?, words.next()?);
        let links: Option<Vec<RecordRef>> = words.map(|word| link(&word)).collect();
        Some(Self { mail, rep, share, links: links? })
    }

    pub fn is_of(&self, key: MailKey) -> bool {
        self.mail == digits(key)
    }

    pub fn is_by(&self, rep: &str) -> bool {
        self.rep == rep
    }

    /// Whether both are of the same share, wherever it is linked to.
    pub fn is_same_share(&self, other: &Self) -> bool {
        (&self.mail, &self.rep, &self.share) == (&other.mail, &other.rep, &other.share)
    }

    /// The text with this mark in place of its own.
    pub fn instead(&self, text: &str) -> String {
        let before = text.trim_end().rsplit_once('\n').map_or("", |(before, _)| before);
        if before.is_empty() { self.to_string() } else { format!("{before}\n{self}") }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGINS} {} {} {}", self.mail, self.rep, self.share)?;
        for link in &self.links {
            if let Some(kind) = record::kind(link.kind) {
                write!(f, " {}/{}", kind.path, link.id)?;
            }
        }
        Ok(())
    }
}

/// Ids are numbers here; nothing else may get into the line.
fn is_known(link: &RecordRef) -> bool {
    record::kind(link.kind).is_some() && !link.id.is_empty() && link.id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The record that a word of the line names.
fn link(word: &str) -> Option<RecordRef> {
    let (path, id) = word.split_once('/')?;
    let kind = record::KINDS.into_iter().find(|kind| kind.path == path)?;
    Some(RecordRef { kind: kind.record, id: id.to_owned() }).filter(is_known)
}

#[cfg(test)]
mod tests {
    use otomo_domain::contact::RecordType;

    use super::*;

    fn mark(links: &[(RecordType, &str)]) -> Mark {
        let links: Vec<_> = links.iter().map(|(kind, id)| RecordRef { kind: *kind, id: (*id).into() }).collect();
        let rep = rep(&Address::parse("rep@own.example").unwrap());
        let share = digits(Digest::of(b"a share"));
        Mark { mail: digits(MailKey::of_message_id("<1@x.jp>")), rep, share, links: Vec::new() }.linked_to(&links)
    }

    #[test]
    fn a_mark_is_read_where_it_was_written() {
        let mark = mark(&[(RecordType::Contact, "101"), (RecordType::Deal, "41")]);
        assert!(mark.to_string().ends_with(" contacts/101 deals/41"), "{mark}");
        for text in [mark.to_string(), format!("Hello\r\n\r\n{mark}"), format!("Hello\n\n{mark}\n\n")] {
            assert_eq!(Mark::read(&text).as_ref(), Some(&mark), "{text:?}");
        }
        assert!(mark.is_of(MailKey::of_message_id("1@X.jp")) && !mark.is_of(MailKey::of_message_id("<2@x.jp>")));
    }

    #[test]
    fn what_stands_above_the_last_line_is_no_mark() {
        let mark = mark(&[]);
        for text in [
            format!("{mark}\nHello"),
            String::new(),
            "Otomo:".into(),
            format!("{mark} people/1"),
            format!("{mark} deals/a"),
        ] {
            assert_eq!(Mark::read(&text), None, "{text:?}");
        }
    }

    #[test]
    fn only_numbers_of_known_records_get_into_a_mark() {
        let odd = mark(&[(RecordType::Contact, "1 2"), (RecordType::Contact, ""), (RecordType::Lead, "3")]);
        assert_eq!(odd, mark(&[]));
    }

    #[test]
    fn another_mark_takes_the_place_of_the_one_that_is_there() {
        let (one, other) = (mark(&[]), mark(&[(RecordType::Deal, "41")]));
        assert_eq!(other.instead(&format!("Hello\n\n{one}\n")), format!("Hello\n\n{other}"));
        assert_eq!(other.instead(&one.to_string()), other.to_string());
    }
}
