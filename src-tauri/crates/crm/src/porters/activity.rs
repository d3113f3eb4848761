//! A mail as an activity: what its memo says, and how it is found again.
//!
//! There is no field for a Message-ID, and nothing that the API itself keeps apart. So a line of the memo is the mark:
//! the mail's key, and the beginning of the digest of what was shared. The activity of a mail is looked for where it
//! would be: at its record, at its time.

use otomo_domain::connector::Outgoing;
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Direction, MailKey};
use otomo_domain::payload::{Named, Payload};
use otomo_domain::time::Timestamp;

use super::moment;
use super::people::Place;
use super::session::Query;
use super::xml::{self, Element};

/// What the XML of an activity may have in characters. The API takes about 15,000 for a whole request; the address and
/// the headers have the rest.
const LONGEST: usize = 14_000;

/// The longest title (the field has one line; its bound is not documented) and the longest line of the memo's head.
const LONGEST_TITLE: usize = 200;
const LONGEST_LINE: usize = 1_500;

/// Stands where a text was cut.
const CUT: &str = "…（以下省略 / cut here）";

/// An activity that carries the mark of a mail.
#[derive(Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: String,
    /// The same was shared of it.
    pub is_same: bool,
}

/// Digits of the digest in the mark.
const DIGITS: usize = 16;

fn mark(key: MailKey, shared: &Digest) -> String {
    format!("{}{}", mark_of(key), shared.to_string().chars().take(DIGITS).collect::<String>())
}

fn mark_of(key: MailKey) -> String {
    format!("Otomo: {key} ")
}

/// The parameters that find the activities of a record at the time of a mail.
pub fn query(partition: &str, place: Place, payload: &Payload, start: usize) -> Query<'static> {
    let condition = format!(
        "Activity.P_Resource:eq={},Activity.P_ResourceId:eq={},Activity.P_FromDate:eq={}",
        place.resource.value(),
        place.id,
        time(payload)
    );
    vec![
        ("partition", partition.to_owned()),
        ("field", "Activity.P_Id,Activity.P_Memo".to_owned()),
        ("condition", condition),
        ("order", "Activity.P_Id:asc".to_owned()),
        ("count", "200".to_owned()),
        ("start", start.to_string()),
    ]
}

/// The activity of a mail on a page.
pub fn find(page: &Element, key: MailKey, shared: Option<&Digest>) -> Option<Logged> {
    let whole = shared.map(|shared| mark(key, shared));
    page.items().find_map(|item| {
        // Only the head is Otomo's; what follows the first empty line is whatever somebody wrote.
        let mut head = item.text_of("Activity.P_Memo").lines().take_while(|line| !line.trim().is_empty());
        let mark = head.find(|line| line.starts_with(&mark_of(key)))?;
        let is_same = whole.as_ref().is_some_and(|whole| mark.trim_end() == whole);
        Some(Logged { id: item.text_of("Activity.P_Id").to_owned(), is_same })
    })
}

/// The XML that makes the activity of a mail, or makes another one (`id`) say what is shared now.
pub fn compose(mail: &Outgoing<'_>, place: Place, owner: &str, id: Option<&str>) -> String {
    let payload = mail.payload;
    let (at, title) = (time(payload), title(payload));
    let fields = [
        ("P_Id", id.unwrap_or("-1")),
        ("P_Owner", owner),
        ("P_Title", &title),
        ("P_Resource", place.resource.value()),
        ("P_ResourceId", &place.id.to_string()),
        ("P_FromDate", &at),
        ("P_ToDate", &at),
    ];
    let fields: String = fields.iter().map(|(name, value)| xml::element(&format!("Activity.{name}"), value)).collect();
    let frame =
        |memo: &str| format!("<Activity><Item>{fields}{}</Item></Activity>", xml::element("Activity.P_Memo", memo));
    let room = LONGEST.saturating_sub(frame("").chars().count());
    frame(&memo(mail, room))
}

fn time(payload: &Payload) -> String {
    moment::write(Timestamp::from_rfc3339(&payload.date).unwrap_or(Timestamp(0)))
}

fn title(payload: &Payload) -> String {
    let direction = match payload.direction {
        Direction::Incoming => "受信",
        Direction::Outgoing => "送信",
    };
    cut(&one_line(&format!("[{direction}] {}", payload.subject)), LONGEST_TITLE)
}

/// The head, the mark, and as much of the text as there is room for.
fn memo(mail: &Outgoing<'_>, room: usize) -> String {
    let payload = mail.payload;
    let people = |people: &[Named]| people.iter().map(person).collect::<Vec<_>>().join(", ");
    let file = |file: &otomo_domain::payload::SharedFile| format!("{} ({} bytes)", file.name, file.size);
    let others = payload.links.iter().skip(1).map(|link| link.id.as_str());
    let lines = [
        ("From", person(&payload.from)),
        ("To", people(&payload.to)),
        ("Cc", people(&payload.cc)),
        ("Message-ID", payload.message_id.clone()),
        ("添付", payload.attachments.iter().map(file).collect::<Vec<_>>().join(", ")),
        ("関連", others.collect::<Vec<_>>().join(", ")),
    ];
    let lines = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let lines = lines.map(|(name, value)| cut(&one_line(&format!("{name}: {value}")), LONGEST_LINE));
    let mut memo: Vec<String> = lines.collect();
    memo.push(mark(mail.key, &mail.frozen.sha256));
    if let Some(text) = payload.body_text.as_deref().map(xml::sendable).filter(|text| !text.trim().is_empty()) {
        let head: usize = memo.iter().map(|line| line.chars().map(xml::cost).sum::<usize>() + 1).sum();
        memo.push(String::new());
        memo.push(cut(text.trim_end(), room.saturating_sub(head + 1)));
    }
    memo.join("\n")
}

fn person(named: &Named) -> String {
    if named.name.is_empty() { named.email.to_string() } else { format!("{} <{}>", named.name, named.email) }
}

fn one_line(text: &str) -> String {
    xml::sendable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As much of a text as fits when it is sent, with a word where it was cut.
fn cut(text: &str, room: usize) -> String {
    if text.chars().map(xml::cost).sum::<usize>() <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(CUT.chars().count());
    let fits = |character: &char| match left.checked_sub(xml::cost(*character)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).collect::<String>() + CUT
}

#[cfg(test)]
mod tests {
    use otomo_domain::address::Address;
    use otomo_domain::contact::{RecordRef, RecordType};
    use otomo_domain::payload::{Frozen, Level};

    use super::super::people::Resource;
    use super::*;

    struct NoFiles;

    impl otomo_domain::connector::Files for NoFiles {
        fn open(&self, _: &Digest) -> std::io::Result<Box<dyn std::io::Read + Send>> {
            Err(std::io::ErrorKind::NotFound.into())
        }
    }

    fn payload(subject: &str, text: &str) -> Payload {
        let named = |email: &str, name: &str| Named { email: Address::parse(email).unwrap(), name: name.into() };
        let link = |kind, id: &str| RecordRef { kind, id: id.into() };
        Payload {
            message_id: "<1@x.jp>".into(),
            in_reply_to: None,
            references: Vec::new(),
            direction: Direction::Incoming,
            date: "2026-11-20T03:30:17Z".into(),
            from: named("a@x.jp", "髙橋 <花子>"),
            to: vec![named("rep@own.example", "")],
            cc: Vec::new(),
            subject: subject.into(),
            share_level: Level::Full,
            body_text: Some(text.into()),
            body_html: None,
            attachments: Vec::new(),
            links: vec![link(RecordType::Candidate, "candidate/1"), link(RecordType::Company, "client/5")],
            digest: None,
        }
    }

    fn sent(payload: &Payload, id: Option<&str>) -> (String, Frozen) {
        let frozen = payload.clone().freeze();
        let key = MailKey::of_message_id(&payload.message_id);
        let mail = Outgoing { key, frozen: &frozen, payload, files: &NoFiles };
        (compose(&mail, Place { resource: Resource::Candidate, id: 1 }, "5", id), frozen)
    }

    fn read(xml: &str) -> Element {
        Element::parse(xml.as_bytes()).unwrap()
    }

    #[test]
    fn an_activity_says_who_wrote_what_to_whom() {
        let (xml, frozen) = sent(&payload("件名\r\n & more", "いつも\r\nお世話に <なって>"), None);
        let activity = read(&xml);
        let item = activity.items().next().unwrap();
        assert_eq!(item.text_of("Activity.P_Id"), "-1");
        assert_eq!(item.text_of("Activity.P_Title"), "[受信] 件名 & more");
        assert_eq!(item.text_of("Activity.P_FromDate"), "2026/11/20 03:30:17");
        let key = MailKey::of_message_id("<1@x.jp>");
        let expected = format!(
            "From: 髙橋 <花子> <a@x.jp>\nTo: rep@own.example\nMessage-ID: <1@x.jp>\n関連: client/5\nOtomo: {key} {:.16}\n\n\
             いつも\nお世話に <なって>",
            frozen.sha256.to_string()
        );
        assert_eq!(item.text_of("Activity.P_Memo"), expected);
    }

    #[test]
    fn a_long_mail_is_cut_says_so_and_is_found_again() {
        for text in ["田".repeat(40_000), "&<>".repeat(40_000)] {
            let (xml, frozen) = sent(&payload(&"件".repeat(1_000), &text), Some("77"));
            let length = xml.chars().count();
            assert!((LONGEST - 10..=LONGEST).contains(&length), "{length}");
            let activity = read(&xml);
            assert!(activity.items().next().unwrap().text_of("Activity.P_Memo").ends_with(CUT));
            let key = MailKey::of_message_id("<1@x.jp>");
            let found = find(&activity, key, Some(&frozen.sha256));
            assert_eq!(found, Some(Logged { id: "77".into(), is_same: true }));
        }
    }

    #[test]
    fn everybody_of_a_large_circle_leaves_room_for_the_mark() {
        let mut mail = payload("件名", "text");
        mail.to = vec![mail.from.clone(); 5_000];
        mail.cc = mail.to.clone();
        let (xml, frozen) = sent(&mail, None);
        assert!(xml.chars().count() <= LONGEST);
        assert!(find(&read(&xml), MailKey::of_message_id("<1@x.jp>"), Some(&frozen.sha256)).is_some());
    }

    #[test]
    fn another_mails_mark_is_not_taken_for_this_ones() {
        let (xml, frozen) = sent(&payload("件名", "text"), None);
        assert_eq!(find(&read(&xml), MailKey::of_message_id("<2@x.jp>"), Some(&frozen.sha256)), None);
        let changed = find(&read(&xml), MailKey::of_message_id("<1@x.jp>"), Some(&Digest::of(b"more")));
        assert_eq!(changed.map(|found| found.is_same), Some(false));
    }

    #[test]
    fn a_mark_that_a_mail_brings_along_is_not_its_own() {
        let forged = format!("Otomo: {} 0000", MailKey::of_message_id("<2@x.jp>"));
        let (xml, _) = sent(&payload(&forged, &format!("text\n{forged}\n")), None);
        assert_eq!(find(&read(&xml), MailKey::of_message_id("<2@x.jp>"), None), None);
    }
}
