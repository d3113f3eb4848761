//! Raw mail into a [`Mail`]. It never fails and never panics; what is wrong with the bytes is listed as [`Defect`]s.
//!
//! | module | reads |
//! |---|---|
//! | `header` | the field block, byte for byte |
//! | `charset`, `encoded_word`, `parameter` | text, as Japanese mail really writes it |
//! | `address`, `date`, `message_id` | the fields with a grammar |
//! | `entity`, `transfer`, `body` | the parts, their encodings, which of them are the text |
//!
//! mail-parser reads the grammars (addresses, dates, base64). The parts are found here instead: it decodes all of them at
//! once, which for a large mail is as much memory again, and takes a boundary's text for a boundary anywhere in a line.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::catch_unwind;

use memchr::memchr;
use otomo_domain::mail::{Body, Defect, Mail, MailId, MailKey, Marks};
use otomo_domain::time::Timestamp;

use crate::canonical;
use crate::line::one_line;
use body::Content;
use entity::Entity;
use header::{Header, unfolded};

mod address;
mod body;
mod charset;
mod date;
mod encoded_word;
mod entity;
pub(crate) mod header;
mod marks;
mod message_id;
mod parameter;
mod transfer;

const MAX_SUBJECT: usize = 5000;

/// How many bytes of an unreadable mail are shown as its text.
const MAX_UNPARSABLE: usize = 1024 * 1024;

/// A parsed mail and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub mail: Mail,
    pub body: Body,
}

/// Parses a mail that the server got at `received_at`, which stands in for a missing or impossible Date.
///
/// Bytes that are no mail at all give one whose text is those bytes, with [`Defect::Unparsable`].
pub fn parse(raw: &[u8], received_at: Timestamp) -> Parsed {
    let parsed = catch_unwind(|| {
        let lines = with_line_ends(raw);
        let header = Header::split(without_lead(&lines));
        (!header.is_empty()).then(|| read(&header, raw, received_at))
    });
    parsed.ok().flatten().unwrap_or_else(|| unparsable(raw, received_at))
}

/// The decoded bytes of the attachment with this [`part`](otomo_domain::mail::Attachment::part) number.
pub fn attachment(raw: &[u8], part: u32) -> Option<Vec<u8>> {
    let decoded = catch_unwind(|| {
        let lines = with_line_ends(raw);
        let entity = Entity::of(&Header::split(without_lead(&lines)), &mut Vec::new());
        let leaf = entity.leaf(part)?;
        Some(transfer::decode(leaf.bytes, leaf.encoding).0.into_owned())
    });
    decoded.ok().flatten()
}

/// Gives the decoded parts with these content ids to `take`, one at a time.
pub(crate) fn parts_with_ids(raw: &[u8], ids: &BTreeSet<String>, mut take: impl FnMut(&str, &[u8])) {
    let lines = with_line_ends(raw);
    let entity = Entity::of(&Header::split(without_lead(&lines)), &mut Vec::new());
    for leaf in entity.leaves() {
        if let Some(id) = leaf.content_id.as_ref().filter(|id| ids.contains(*id)) {
            take(id, &transfer::decode(leaf.bytes, leaf.encoding).0);
        }
    }
}

fn read(header: &Header<'_>, raw: &[u8], received_at: Timestamp) -> Parsed {
    let mut defects = Vec::new();
    let content = canonical::digest(header);
    let message_id = text(header, "message-id", &mut defects).as_deref().and_then(message_id::single);
    let message_id = message_id.unwrap_or_else(|| {
        defects.push(Defect::MissingMessageId);
        // The same mail must get the same id on every machine, so it comes from nothing but the mail.
        format!("<{content}@synthetic.invalid>")
    });
    let date = text(header, "date", &mut defects);
    let read_date = date.as_deref().and_then(date::parse);
    if read_date.is_none() {
        defects.push(if date.is_some() { Defect::BadDate } else { Defect::MissingDate });
    }
    let list =
        |name, defects: &mut Vec<_>| text(header, name, defects).map(|v| message_id::list(&v)).unwrap_or_default();
    let references = list("references", &mut defects);
    let in_reply_to = list("in-reply-to", &mut defects).into_iter().next();
    let subject = text(header, "subject", &mut defects).unwrap_or_default();
    let participants = address::participants(header, &mut defects);
    let entity = Entity::of(header, &mut defects);
    let text = Content::of(&entity, &mut defects);
    let attachments = text.attachments(&mut defects);
    let marks = marks::of(header, &entity, &participants, &subject, &text.body.text);
    let mut mail = Mail {
        id: MailId { key: MailKey::of_message_id(&message_id), content },
        message_id,
        references,
        in_reply_to,
        date: read_date.unwrap_or(received_at),
        subject: one_line(&subject, MAX_SUBJECT),
        participants,
        attachments,
        snippet: body::snippet(&text.body.text),
        marks,
        defects,
        size: raw.len() as u64,
    };
    list_defects(&mut mail, header, raw);
    Parsed { mail, body: text.body }
}

/// Adds the defects of the mail as a whole, and lists each once.
fn list_defects(mail: &mut Mail, header: &Header<'_>, raw: &[u8]) {
    let whole = [
        (mail.from().is_none(), Defect::MissingFrom),
        (header.all("from").count() > 1, Defect::RepeatedFrom),
        (header.all("message-id").count() > 1, Defect::RepeatedMessageId),
        (memchr(0, raw).is_some(), Defect::NulBytes),
    ];
    mail.defects.extend(whole.into_iter().filter_map(|(is_so, defect)| is_so.then_some(defect)));
    mail.defects.sort_unstable();
    mail.defects.dedup();
}

/// The decoded text of the first field of this name.
fn text(header: &Header<'_>, name: &str, defects: &mut Vec<Defect>) -> Option<String> {
    let decoded = charset::decode_field(&unfolded(header.first(name)?));
    defects.extend(decoded.defect);
    let text = encoded_word::decode(&decoded.text, defects);
    (!text.trim().is_empty()).then(|| text.into_owned())
}

fn unparsable(raw: &[u8], received_at: Timestamp) -> Parsed {
    let content = canonical::digest(&Header::headless(raw));
    let message_id = format!("<{content}@synthetic.invalid>");
    let text = charset::lossy(raw.get(..MAX_UNPARSABLE).unwrap_or(raw)).replace('\0', "");
    let mail = Mail {
        id: MailId { key: MailKey::of_message_id(&message_id), content },
        message_id,
        references: Vec::new(),
        in_reply_to: None,
        date: received_at,
        subject: String::new(),
        participants: Vec::new(),
        attachments: Vec::new(),
        snippet: body::snippet(&text),
        marks: Marks { examined: true, ..Marks::default() },
        defects: vec![Defect::Unparsable],
        size: raw.len() as u64,
    };
    Parsed { mail, body: Body { text, html: None } }
}

/// Mail whose lines end in CR alone is read as if they ended in LF; any other mail is left as it is.
fn with_line_ends(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\n', raw).is_some() || memchr(b'\r', raw).is_none() {
        return raw.into();
    }
    raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect::<Vec<_>>().into()
}

/// A byte order mark and empty lines before the header are no part of it.
fn without_lead(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let lead = raw.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    raw.get(lead..).unwrap_or_default()
}
