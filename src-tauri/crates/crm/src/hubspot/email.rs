//! A mail as the properties of an e-mail record. Every value is a text.

use otomo_domain::contact::RecordRef;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::Direction;
use otomo_domain::payload::{Named, Payload};
use serde_json::{Value, json};

use super::account::Account;
use super::mark::Mark;
use super::record;

/// The longest text that is sent, in units of UTF-16: a little less than the 65,536 that were seen to be taken.
const LONGEST: usize = 65_000;

/// Says that there was more.
const CUT_TEXT: &str = "\n\n…（以下省略 / truncated）";
const CUT_HTML: &str = "<p>…（以下省略 / truncated）</p>";

/// The properties of a mail. All are named, so that sharing less clears what was there.
pub fn properties(payload: &Payload, account: &Account, mark: &Mark, files: &[String]) -> Value {
    let direction = match payload.direction {
        Direction::Outgoing => "EMAIL",
        Direction::Incoming => "INCOMING_EMAIL",
    };
    let mut properties = json!({
        "hs_timestamp": payload.date,
        "hs_email_direction": direction,
        // Of the five states this one fits mail that was received, too.
        "hs_email_status": "SENT",
        "hs_email_subject": payload.subject,
        "hs_email_text": marked(payload.body_text.as_deref().unwrap_or_default(), mark),
        "hs_email_html": cut_html(payload.body_html.as_deref().unwrap_or_default()),
        "hs_email_headers": headers(payload),
        "hs_attachment_ids": files.join(";"),
    });
    let message_id = account.writes_message_id.then_some(&payload.message_id);
    for (name, value) in [("hs_email_message_id", message_id), ("hubspot_owner_id", account.owner.as_ref())] {
        if let (Some(value), Some(properties)) = (value, properties.as_object_mut()) {
            properties.insert(name.into(), value.as_str().into());
        }
    }
    properties
}

/// Sender and recipients: a JSON text of its own.
fn headers(payload: &Payload) -> String {
    let person = |named: &Named| match named.name.as_str() {
        "" => json!({"email": named.email}),
        name => json!({"email": named.email, "firstName": name}),
    };
    let people = |named: &[Named]| named.iter().map(person).collect::<Vec<_>>();
    json!({"from": person(&payload.from), "to": people(&payload.to), "cc": people(&payload.cc), "bcc": []}).to_string()
}

/// The records a new mail is linked to. HubSpot adds the companies of a contact by itself.
pub fn associations(links: &[RecordRef]) -> Result<Vec<Value>, CrmFault> {
    let linked = |link: &RecordRef| {
        let kind = record::kind(link.kind)?;
        let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.association}]);
        Some(json!({"to": {"id": link.id}, "types": types}))
    };
    let associations: Option<Vec<Value>> = links.iter().map(linked).collect();
    associations.ok_or_else(|| CrmFault::new(CrmFaultKind::Rejected, "mail cannot be linked to such a record"))
}

/// The beginning of a text that fits into so much room with `more` after it; `None` if all of it fits.
fn beginning<'a>(text: &'a str, more: &str, room: usize) -> Option<&'a str> {
    if text.encode_utf16().count() <= room {
        return None;
    }
    let mut left = room.saturating_sub(more.encode_utf16().count());
    let fits = text.char_indices().find(|(_, c)| {
        let over = c.len_utf16() > left;
        left = left.saturating_sub(c.len_utf16());
        over
    });
    fits.and_then(|(end, _)| text.get(..end))
}

/// A text with the mark under it.
fn marked(text: &str, mark: &Mark) -> String {
    let mark = if text.is_empty() { mark.to_string() } else { format!("\n\n{mark}") };
    let cut = beginning(text, CUT_TEXT, LONGEST.saturating_sub(mark.encode_utf16().count()));
    cut.map_or_else(|| format!("{text}{mark}"), |kept| format!("{kept}{CUT_TEXT}{mark}"))
}

/// Cuts before a tag or an entity, never within one. The HTML is sanitised: a `<` or `&` begins one of them.
fn cut_html(html: &str) -> String {
    let Some(kept) = beginning(html, CUT_HTML, LONGEST) else { return html.to_owned() };
    let open = |kept: &str, begins: char, ends: char| {
        kept.rfind(begins).filter(|start| kept.get(*start..).is_some_and(|last| !last.contains(ends)))
    };
    let end = open(kept, '<', '>').or_else(|| open(kept, '&', ';')).unwrap_or(kept.len());
    format!("{}{CUT_HTML}", kept.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str) -> usize {
        text.encode_utf16().count()
    }

    #[test]
    fn a_text_is_cut_where_it_is_too_long_and_says_so_above_its_mark() {
        let mark = Mark::read("Otomo: 0123456789abcdef 0123456789abcdef 0123456789abcdef").unwrap();
        let room = LONGEST - length(&format!("\n\n{mark}"));
        let whole = "あ".repeat(room);
        assert_eq!(marked(&whole, &mark), format!("{whole}\n\n{mark}"));
        assert_eq!(marked("", &mark), mark.to_string());
        let cut = marked(&"🍙".repeat(room), &mark);
        assert!(length(&cut) <= LONGEST && length(&cut) > LONGEST - 2, "{}", length(&cut));
        assert!(cut.ends_with(&format!("{CUT_TEXT}\n\n{mark}")));
    }

    /// HTML that is cut within `piece`, and how it ends before the note.
    fn check(piece: &str, expected: &str) {
        let before = "x".repeat(LONGEST - length(CUT_HTML) - 2);
        let cut = cut_html(&format!("{before}{piece}{}", "y".repeat(100)));
        let kept = cut.strip_suffix(CUT_HTML).unwrap();
        assert_eq!(kept.trim_start_matches('x'), expected, "{piece}");
    }

    #[test]
    fn html_is_never_cut_within_a_tag_or_an_entity() {
        check("<b>", "");
        check("&amp;", "");
        check("ab<b>", "ab");
        check("a<b>", "a");
        check("あ&lt;", "あ");
    }
}
