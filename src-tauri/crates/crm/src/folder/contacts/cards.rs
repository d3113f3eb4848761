//! The people in a vCard file, as phones and address books export them: 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), one card
//! or many.

use calcard::vcard::{VCard, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use otomo_domain::address::Address;
use otomo_domain::contact::{Contact, RecordRef, RecordType};

use super::table::full_name;
use super::text::decode;

/// The people with an address; `None` if the bytes are no cards at all.
pub fn parse(bytes: &[u8]) -> Option<Vec<Contact>> {
    let text = decode(bytes)?;
    let mut parser = Parser::new(&text);
    let (mut people, mut any) = (Vec::new(), text.trim().is_empty());
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                any = true;
                people.extend(contact(&card));
            }
            Entry::Eof => return any.then_some(people),
            _ => {}
        }
    }
}

fn contact(card: &VCard) -> Option<Contact> {
    let texts = |property: &'static VCardProperty| card.properties(property).flat_map(|entry| &entry.values);
    let emails: Vec<Address> = texts(&VCardProperty::Email).filter_map(text).filter_map(Address::parse).collect();
    let id = card.uid().map(str::trim).filter(|uid| !uid.is_empty()).unwrap_or(emails.first()?.as_str()).to_owned();
    let shown = texts(&VCardProperty::Fn).filter_map(text).map(str::trim).find(|name| !name.is_empty());
    let company = texts(&VCardProperty::Org).filter_map(text).map(str::trim).find(|name| !name.is_empty());
    Some(Contact {
        record: RecordRef { kind: RecordType::Contact, id },
        name: shown.map(str::to_owned).unwrap_or_else(|| name(card)),
        emails,
        url: None,
        parent: company.map(|name| RecordRef { kind: RecordType::Company, id: name.to_owned() }),
    })
}

/// `N`: family name, given name and more.
fn name(card: &VCard) -> String {
    let mut parts = card.properties(&VCardProperty::N).flat_map(|entry| &entry.values).filter_map(text);
    let (last, first) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    full_name(first.trim(), last.trim())
}

/// The text of a value, or of its first component.
fn text(value: &VCardValue) -> Option<&str> {
    match value {
        VCardValue::Text(text) => Some(text),
        VCardValue::Component(parts) => parts.first().map(String::as_str),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::SHIFT_JIS;

    use super::*;

    /// Each person as `id|name|addresses|company`.
    fn people(bytes: &[u8]) -> Option<Vec<String>> {
        let line = |c: Contact| {
            let emails: Vec<&str> = c.emails.iter().map(Address::as_str).collect();
            format!("{}|{}|{}|{}", c.record.id, c.name, emails.join(" "), c.parent.map_or(String::new(), |p| p.id))
        };
        Some(parse(bytes)?.into_iter().map(line).collect())
    }

    fn check(lines: &[&str], expected: &str) {
        let card = format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\n", lines.join("\r\n"));
        assert_eq!(people(card.as_bytes()), Some(vec![expected.to_owned()]), "{card}");
    }

    #[test]
    fn a_card_of_version_four_is_read() {
        check(
            &[
                "VERSION:4.0",
                "UID:urn:uuid:4f",
                "FN:髙橋 花子",
                "N:髙橋;花子;;;",
                "ORG:㈱サンプル;営業部",
                "EMAIL;TYPE=work;PREF=1:Hanako@X.jp",
                "item1.EMAIL:h@y.jp",
            ],
            "urn:uuid:4f|髙橋 花子|hanako@x.jp h@y.jp|㈱サンプル",
        );
    }

    #[test]
    fn a_card_of_version_three_with_folded_and_escaped_lines_is_read() {
        check(
            &[
                "VERSION:3.0",
                "N:Doe;Jane;;;",
                "FN:Jane \\, Doe of a very lo",
                " ng name",
                "EMAIL;TYPE=INTERNET:jane@x.jp",
                "ORG:X\\, Inc.;Sales",
                "PHOTO;ENCODING=b;TYPE=JPEG:AAAA",
            ],
            "jane@x.jp|Jane , Doe of a very long name|jane@x.jp|X, Inc.",
        );
    }

    #[test]
    fn a_card_of_a_japanese_phone_is_read() {
        check(
            &[
                "VERSION:2.1",
                "N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=93=63=92=86;=91=BE=98=59;;;",
                "EMAIL;INTERNET:t@x.jp",
            ],
            "t@x.jp|田中 太郎|t@x.jp|",
        );
        let raw = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS:髙橋;花子\r\nEMAIL:h@x.jp\r\nEND:VCARD\r\n";
        assert_eq!(people(&SHIFT_JIS.encode(raw).0), Some(vec!["h@x.jp|髙橋 花子|h@x.jp|".into()]));
    }

    #[test]
    fn many_cards_in_a_file_are_read_and_those_without_an_address_left_out() {
        let card = |id: &str, email: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:{id}\nUID:{id}\n{email}\nEND:VCARD\n");
        let file =
            card("1", "EMAIL:a@x.jp") + &card("2", "TEL:03") + &card("3", "EMAIL:nobody") + &card("4", "EMAIL:d@x.jp");
        assert_eq!(people(file.as_bytes()).unwrap(), ["1|1|a@x.jp|", "4|4|d@x.jp|"]);
    }

    #[test]
    fn what_is_no_card_is_none_and_what_breaks_off_is_read_as_far_as_it_goes() {
        assert_eq!(people(b""), Some(vec![]));
        assert_eq!(people(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(people(b"email,name\na@x.jp,Anna\n"), None);
        let whole = "BEGIN:VCARD\nVERSION:3.0\nEMAIL:a@x.jp\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nEMAIL:b@x";
        for length in 0..whole.len() {
            people(&whole.as_bytes()[..length]);
        }
        assert!(people(whole.as_bytes()).unwrap()[0].starts_with("a@x.jp|"));
    }
}
