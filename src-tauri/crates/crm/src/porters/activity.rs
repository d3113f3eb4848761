//! A mail as an activity: what its title and its memo say.

use otomo_domain::connector::Outgoing;
use otomo_domain::mail::Direction;
use otomo_domain::payload::{Named, Payload};

use super::fields::Fields;
use super::mark::Mark;
use super::moment;
use super::people::Place;
use super::xml;

/// What the XML of an activity may have in characters. The API takes about 15,000 for a whole request; the address and
/// the headers have the rest.
const LONGEST: usize = 14_000;

/// The longest title where the customer's HRBC names no other bound, and the longest line of the memo's head.
const LONGEST_TITLE: usize = 200;
const LONGEST_LINE: usize = 1_500;

/// Stands where a text was cut.
const CUT: &str = "…（以下省略 / cut here）";

/// How an activity is written: whose, over which one (none makes a new one), in which fields.
pub struct Form<'a> {
    pub owner: &'a str,
    pub id: Option<&'a str>,
    pub fields: &'a Fields,
    /// The customer's own field for the key.
    pub own_field: Option<&'a str>,
}

/// The XML that makes the activity of a mail, or makes another one say what is shared now.
pub fn compose(mail: &Outgoing<'_>, place: Place, form: &Form<'_>) -> String {
    let payload = mail.payload;
    let longest_title = form.fields.longest_title.unwrap_or(LONGEST_TITLE).min(LONGEST_TITLE);
    let (at, title) = (moment::of(payload), title(payload, longest_title));
    let fields = [
        ("Activity.P_Id", form.id.unwrap_or("-1")),
        ("Activity.P_Owner", form.owner),
        ("Activity.P_Title", &title),
        ("Activity.P_Resource", place.resource.value()),
        ("Activity.P_ResourceId", &place.id.to_string()),
        ("Activity.P_FromDate", &at),
        ("Activity.P_ToDate", &at),
    ];
    let mut fields: String = fields.iter().map(|(name, value)| xml::element(name, value)).collect();
    fields.extend(form.own_field.map(|alias| xml::element(alias, &mail.key.to_string())));
    let frame =
        |memo: &str| format!("<Activity><Item>{fields}{}</Item></Activity>", xml::element("Activity.P_Memo", memo));
    let sent = LONGEST.saturating_sub(frame("").chars().count());
    frame(&memo(mail, Room { sent, kept: form.fields.longest_memo.unwrap_or(usize::MAX) }))
}

fn title(payload: &Payload, longest: usize) -> String {
    let direction = match payload.direction {
        Direction::Incoming => "受信",
        Direction::Outgoing => "送信",
    };
    cut(&xml::one_line(&format!("[{direction}] {}", payload.subject)), Room::of(longest))
}

/// How much a text may take: in the request, and in the field that keeps it.
#[derive(Clone, Copy, Debug)]
struct Room {
    sent: usize,
    kept: usize,
}

impl Room {
    fn of(characters: usize) -> Self {
        Self { sent: characters, kept: characters }
    }

    /// What a text leaves of it; `None` if it doesn't fit.
    fn without(self, text: &str) -> Option<Self> {
        text.chars().try_fold(self, Self::without_one)
    }

    /// As much of a text as fits, in `longest` characters, and a new line after it. Nothing where there is no room left
    /// for a word.
    fn take(&mut self, text: &str, longest: usize) -> String {
        let line = self.without("\n").unwrap_or(Self::of(0));
        let text = cut(text, Self { sent: line.sent.min(longest), kept: line.kept.min(longest) });
        let Some(left) = line.without(&text) else { return String::new() };
        *self = left;
        text
    }

    /// In what unit a field counts is not documented; UTF-16 is the one that counts most, and a line may end in two.
    fn without_one(self, character: char) -> Option<Self> {
        let kept = if character == '\n' { 2 } else { character.len_utf16() };
        Some(Self { sent: self.sent.checked_sub(xml::cost(character))?, kept: self.kept.checked_sub(kept)? })
    }
}

/// The head with the mark, and as much of the text as there is room for.
fn memo(mail: &Outgoing<'_>, mut room: Room) -> String {
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
    // The mark has its room before everything else: without it nobody finds the mail again.
    let mark = room.take(&Mark::of(payload).line(mail.key), usize::MAX);
    let lines = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let head = lines.map(|(name, value)| room.take(&xml::one_line(&format!("{name}: {value}")), LONGEST_LINE));
    let mut memo: Vec<String> = head.filter(|line| !line.is_empty()).collect();
    memo.push(mark);
    if let Some(text) = payload.body_text.as_deref().map(xml::sendable).filter(|text| !text.trim().is_empty()) {
        memo.push(room.take("", usize::MAX));
        memo.push(room.take(text.trim_end(), usize::MAX));
    }
    memo.join("\n").trim_end().to_owned()
}

fn person(named: &Named) -> String {
    if named.name.is_empty() { named.email.to_string() } else { format!("{} <{}>", named.name, named.email) }
}

/// As much of a text as fits, with a word where it was cut.
fn cut(text: &str, room: Room) -> String {
    if room.without(text).is_some() {
        return text.to_owned();
    }
    let mut left = room.without(CUT).unwrap_or(Room::of(0));
    let fits = |character: &char| left.without_one(*character).map(|rest| left = rest).is_some();
    text.chars().take_while(fits).collect::<String>() + CUT
}

#[cfg(test)]
mod tests {
    use otomo_domain::address::Address;
    use otomo_domain::contact::{RecordRef, RecordType};
    use otomo_domain::digest::Digest;
    use otomo_domain::mail::MailKey;
    use otomo_domain::payload::Level;
    use otomo_domain::redaction::MASK;

    use super::super::mark::{Logged, find};
    use super::super::people::Resource;
    use super::super::xml::Element;
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

    const KEY: &str = "<1@x.jp>";

    fn sent_to(payload: &Payload, id: Option<&str>, fields: &Fields) -> String {
        let (frozen, key) = (payload.clone().freeze(), MailKey::of_message_id(&payload.message_id));
        let mail = Outgoing { key, frozen: &frozen, payload, files: &NoFiles };
        let form = Form { owner: "5", id, fields, own_field: None };
        compose(&mail, Place { resource: Resource::Candidate, id: 1 }, &form)
    }

    fn sent(payload: &Payload) -> String {
        sent_to(payload, Some("77"), &Fields::default())
    }

    /// What is recognised in an activity as it was sent.
    fn found(xml: &str, key: &str, payload: &Payload) -> Option<Logged> {
        let page = Element::parse(xml.as_bytes()).unwrap();
        find(&page, MailKey::of_message_id(key), payload, None).pop()
    }

    fn text_of(xml: &str, name: &str) -> String {
        Element::parse(xml.as_bytes()).unwrap().items().next().unwrap().text_of(name).to_owned()
    }

    fn logged(is_same: bool, is_other: bool) -> Option<Logged> {
        Some(Logged { id: "77".into(), owner: "5".into(), is_same, is_other })
    }

    #[test]
    fn an_activity_says_who_wrote_what_to_whom() {
        let mail = payload("件名\r\n & more", "いつも\r\nお世話に <なって>");
        let xml = sent_to(&mail, None, &Fields::default());
        assert_eq!(text_of(&xml, "Activity.P_Id"), "-1");
        assert_eq!(text_of(&xml, "Activity.P_Title"), "[受信] 件名 & more");
        assert_eq!(text_of(&xml, "Activity.P_FromDate"), "2026/11/20 03:30:17");
        let mark = Mark::of(&mail).line(MailKey::of_message_id(KEY));
        assert!(mark.contains(&format!(" {:.16} ", mail.freeze().sha256.to_string())));
        let expected = format!(
            "From: 髙橋 <花子> <a@x.jp>\nTo: rep@own.example\nMessage-ID: <1@x.jp>\n関連: client/5\n{mark}\n\n\
             いつも\nお世話に <なって>"
        );
        assert_eq!(text_of(&xml, "Activity.P_Memo"), expected);
    }

    #[test]
    fn a_long_mail_is_cut_says_so_and_is_found_again() {
        for text in ["田".repeat(40_000), "&<>".repeat(40_000)] {
            let mail = payload(&"件".repeat(1_000), &text);
            let xml = sent(&mail);
            let length = xml.chars().count();
            assert!((LONGEST - 10..=LONGEST).contains(&length), "{length}");
            assert!(text_of(&xml, "Activity.P_Memo").ends_with(CUT));
            assert_eq!(found(&xml, KEY, &mail), logged(true, false));
        }
    }

    #[test]
    fn a_memo_is_never_longer_than_the_field_that_keeps_it() {
        for longest_memo in [130, 160, 300, 2_000] {
            let fields = Fields { longest_title: Some(40), longest_memo: Some(longest_memo) };
            for text in ["🍙".repeat(3_000), "a\n".repeat(3_000), "short".into()] {
                let mail = payload(&"件".repeat(1_000), &text);
                let xml = sent_to(&mail, Some("77"), &fields);
                let memo = text_of(&xml, "Activity.P_Memo");
                let kept = memo.encode_utf16().count() + memo.matches('\n').count();
                assert!(kept <= longest_memo, "{kept} of {longest_memo}");
                assert_eq!(text_of(&xml, "Activity.P_Title").chars().count(), 40);
                assert_eq!(found(&xml, KEY, &mail), logged(true, false));
            }
        }
    }

    #[test]
    fn everybody_of_a_large_circle_leaves_room_for_the_mark() {
        let mut mail = payload("件名", "text");
        mail.to = vec![mail.from.clone(); 5_000];
        mail.cc = mail.to.clone();
        let xml = sent(&mail);
        assert!(xml.chars().count() <= LONGEST);
        assert_eq!(found(&xml, KEY, &mail), logged(true, false));
    }

    /// How a mail is recognised in the activity of one that is like it but for this.
    fn check(change: impl FnOnce(&mut Payload), expected: Option<Logged>) {
        let one = payload("件名", "text");
        let mut other = payload("件名", "text");
        change(&mut other);
        assert_eq!(found(&sent(&one), KEY, &other), expected);
    }

    #[test]
    fn what_is_shared_of_a_mail_may_change_and_it_stays_the_same_mail() {
        check(|_| {}, logged(true, false));
        check(|mail| mail.body_text = None, logged(false, false));
        check(|mail| mail.subject.clear(), logged(false, false));
        check(|mail| mail.subject = format!("{MASK}名"), logged(false, false));
        check(|mail| mail.subject = "[EXTERNAL] [ml:3]  件名".into(), logged(false, false));
        check(|mail| mail.from.name.clear(), logged(false, false));
    }

    #[test]
    fn another_mail_with_one_message_id_is_told_by_sender_date_and_subject() {
        check(|mail| mail.from.email = Address::parse("b@x.jp").unwrap(), logged(false, true));
        check(|mail| mail.date = "2026-11-20T03:30:18Z".into(), logged(false, true));
        check(|mail| mail.subject = "別件".into(), logged(false, true));
    }

    #[test]
    fn another_mails_mark_is_not_taken_for_this_ones() {
        let mail = payload("件名", "text");
        assert_eq!(found(&sent(&mail), "<2@x.jp>", &mail), None);
    }

    #[test]
    fn a_mark_that_a_mail_brings_along_is_not_its_own() {
        let forged = format!("Otomo: {} 0000 0000 -", MailKey::of_message_id("<2@x.jp>"));
        let mail = payload(&forged, &format!("text\n{forged}\n"));
        assert_eq!(found(&sent(&mail), "<2@x.jp>", &mail), None);
    }
}
