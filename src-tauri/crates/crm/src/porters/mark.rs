//! The mark by which an activity is recognised as that of a mail.
//!
//! There is no field for a Message-ID, and nothing that the API itself keeps apart. So a line of the memo is the mark.
//! It says which mail it is (the key), what was shared of it, and who sent it when and about what: two mails can have one
//! Message-ID. All but the key are the beginnings of digests: the mark tells nothing that was not shared.

use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::redaction::MASK;

use super::moment;
use super::people::Place;
use super::session::Query;
use super::xml::{self, Element};

/// An activity that carries the mark of a mail.
#[derive(Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: String,
    /// The number of the user whose activity it is.
    pub owner: String,
    /// The same was shared of it.
    pub is_same: bool,
    /// It has the mail's Message-ID, and is another mail by its sender, its date or its subject.
    pub is_other: bool,
}

/// Digits of a digest in the mark.
const DIGITS: usize = 16;

/// Where a subject is not shared as it is, it proves nothing.
const UNTOLD: &str = "-";

/// The line of the memo by which a mail is recognised.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark {
    shared: String,
    /// Of sender and date; a redaction changes neither.
    origin: String,
    subject: String,
}

impl Mark {
    /// The mark of what is shared of a mail.
    pub fn of(payload: &Payload) -> Self {
        let digits = |text: &[u8]| Digest::of(text).to_string().chars().take(DIGITS).collect::<String>();
        let shared = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256);
        let subject = one_subject(&payload.subject);
        Self {
            shared: shared.to_string().chars().take(DIGITS).collect(),
            origin: digits(format!("{}\n{}", payload.from.email, moment::of(payload)).as_bytes()),
            subject: match subject.as_str() {
                "" => UNTOLD.to_owned(),
                told if told.contains(MASK) => UNTOLD.to_owned(),
                told => digits(told.as_bytes()),
            },
        }
    }

    /// The mark in a memo's line, if it is that of the mail with this key.
    fn read(line: &str, key: MailKey) -> Option<Self> {
        let mut parts = line.strip_prefix(&prefix(key))?.split_whitespace().map(str::to_owned);
        Some(Self { shared: parts.next()?, origin: parts.next()?, subject: parts.next()? })
    }

    fn is_of_another_mail(&self, other: &Self) -> bool {
        let told = |mark: &Self| mark.subject != UNTOLD;
        self.origin != other.origin || (told(self) && told(other) && self.subject != other.subject)
    }

    pub fn line(&self, key: MailKey) -> String {
        format!("{}{} {} {}", prefix(key), self.shared, self.origin, self.subject)
    }
}

fn prefix(key: MailKey) -> String {
    format!("Otomo: {key} ")
}

/// A subject without what servers on the way put before it: `[EXTERNAL]`, `[sales-ml:12]`.
fn one_subject(subject: &str) -> String {
    let mut rest = subject.trim_start();
    while let Some((_, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        rest = behind.trim_start();
    }
    xml::one_line(rest)
}

/// The conditions that find the activities of a record at the time of a mail.
pub fn at(place: Place, payload: &Payload) -> String {
    let (resource, id, at) = (place.resource.value(), place.id, moment::of(payload));
    format!("Activity.P_Resource:eq={resource},Activity.P_ResourceId:eq={id},Activity.P_FromDate:eq={at}")
}

/// The condition that finds a mail's mark in any memo ("Text 系: part").
pub fn in_memo(key: MailKey) -> String {
    format!("Activity.P_Memo:part={key}")
}

/// The condition that finds a mail's key in the customer's own field.
pub fn in_field(alias: &str, key: MailKey) -> String {
    format!("{alias}:full={key}")
}

/// The parameters that read what recognises an activity.
pub fn query(partition: &str, condition: String, own_field: Option<&str>, start: usize) -> Query<'static> {
    let known = ["Activity.P_Id", "Activity.P_Owner", "Activity.P_Memo"];
    let fields: Vec<&str> = known.into_iter().chain(own_field).collect();
    vec![
        ("partition", partition.to_owned()),
        ("field", fields.join(",")),
        ("condition", condition),
        ("order", "Activity.P_Id:asc".to_owned()),
        ("count", "200".to_owned()),
        ("start", start.to_string()),
    ]
}

/// The activities of a mail on a page.
pub fn find(page: &Element, key: MailKey, payload: &Payload, own_field: Option<&str>) -> Vec<Logged> {
    let wanted = Mark::of(payload);
    let logged = |item: &Element| {
        // Only the head is Otomo's; what follows the first empty line is whatever somebody wrote.
        let mut head = item.text_of("Activity.P_Memo").lines().take_while(|line| !line.trim().is_empty());
        let mark = head.find_map(|line| Mark::read(line, key));
        let is_marked = own_field.is_some_and(|alias| item.text_of(alias) == key.to_string());
        (mark.is_some() || is_marked).then(|| Logged {
            id: item.text_of("Activity.P_Id").to_owned(),
            owner: item.reference("Activity.P_Owner").unwrap_or_default().to_owned(),
            is_same: mark.as_ref().is_some_and(|mark| mark.shared == wanted.shared),
            is_other: mark.as_ref().is_some_and(|mark| mark.is_of_another_mail(&wanted)),
        })
    };
    page.items().filter_map(logged).collect()
}
