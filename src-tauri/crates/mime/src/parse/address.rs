//! Address fields (RFC 5322 §3.4) into people. mail-parser reads the grammar; what it is given is mended before.

use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address as Parsed, HeaderValue};
use otomo_domain::address::{Address, Person};
use otomo_domain::mail::{Defect, Participant, Role};

use super::header::{Header, unfolded};
use super::{charset, encoded_word};
use crate::line::one_line;

/// Which field puts a person in which role.
const ROLES: [(&str, Role); 6] = [
    ("from", Role::From),
    ("sender", Role::Sender),
    ("reply-to", Role::ReplyTo),
    ("to", Role::To),
    ("cc", Role::Cc),
    ("bcc", Role::Bcc),
];

const MAX_PARTICIPANTS: usize = 2000;
const MAX_NAME: usize = 500;

/// Everybody in the header, role by role; groups are flattened, what is no address is left out.
pub(crate) fn participants(header: &Header<'_>, defects: &mut Vec<Defect>) -> Vec<Participant> {
    let mut all = Vec::new();
    for (name, role) in ROLES {
        for value in header.all(name) {
            let room = MAX_PARTICIPANTS - all.len();
            all.extend(people(value, defects).take(room).map(|person| Participant { role, person }));
        }
    }
    all
}

/// The people of one raw field value.
fn people(value: &[u8], defects: &mut Vec<Defect>) -> impl Iterator<Item = Person> + use<> {
    let decoded = charset::decode_field(&unfolded(value));
    defects.extend(decoded.defect);
    let mut field = encoded_word::mend(&decoded.text, defects).into_owned();
    field.push('\n');
    let people: Vec<Person> = match MessageStream::new(field.as_bytes()).parse_address() {
        HeaderValue::Address(Parsed::List(list)) => list.iter().filter_map(person).collect(),
        HeaderValue::Address(Parsed::Group(groups)) => {
            groups.iter().flat_map(|group| &group.addresses).filter_map(person).collect()
        }
        _ => Vec::new(),
    };
    people.into_iter()
}

fn person(parsed: &Addr<'_>) -> Option<Person> {
    let name = parsed.name.as_deref().unwrap_or_default();
    match &parsed.address {
        Some(address) => Some(Person { address: Address::parse(address)?, name: one_line(name, MAX_NAME) }),
        // Some programs put the whole mailbox into an encoded word.
        None => {
            let (name, address) = name.rsplit_once('<').unwrap_or(("", name));
            Some(Person { address: Address::parse(address)?, name: one_line(name, MAX_NAME) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &str, expected: &[(&str, &str)]) {
        let people: Vec<_> = people(field.as_bytes(), &mut Vec::new()).collect();
        let seen: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.address.as_str())).collect();
        assert_eq!(seen, expected, "{field:?}");
    }

    #[test]
    fn the_usual_forms_are_read() {
        check("a@x.jp", &[("", "a@x.jp")]);
        check(
            "Taro Tanaka <Taro@X.jp>, \"Sato, Jiro\" <b@x.jp>",
            &[("Taro Tanaka", "taro@x.jp"), ("Sato, Jiro", "b@x.jp")],
        );
        check("a@x.jp <a@x.jp>", &[("a@x.jp", "a@x.jp")]);
        check("a@x.jp (Taro)", &[("Taro", "a@x.jp")]);
        check("Team: a@x.jp, B <b@x.jp>;, c@x.jp", &[("", "a@x.jp"), ("B", "b@x.jp"), ("", "c@x.jp")]);
        check("undisclosed-recipients:;", &[]);
    }

    #[test]
    fn japanese_names_are_decoded_wherever_they_stand() {
        let tanaka = [("田中", "a@x.jp")];
        check("=?UTF-8?B?55Sw5Lit?= <a@x.jp>", &tanaka);
        check("\"=?UTF-8?B?55Sw5Lit?=\" <a@x.jp>", &tanaka);
        check("=?utf-8?B?55Sw5A==?=\r\n =?utf-8?B?uK0=?= <a@x.jp>", &tanaka);
        check("田中 <a@x.jp>", &tanaka);
        check("\u{1b}$BEDCf\u{1b}(B <a@x.jp>", &tanaka);
        check("a@x.jp (=?UTF-8?B?55Sw5Lit?=)", &tanaka);
        check("=?UTF-8?B?55Sw5LitIDxhQHguanA+?=", &tanaka);
    }

    #[test]
    fn a_name_cannot_pass_for_an_address() {
        check("=?utf-8?q?ceo=40corp=2C_b=40x?= <evil@x.jp>", &[("ceo@corp, b@x", "evil@x.jp")]);
        check("\"ceo@corp.example\" <evil@x.jp>", &[("ceo@corp.example", "evil@x.jp")]);
    }

    #[test]
    fn what_is_no_address_is_left_out() {
        check("nobody, <>, a@, @x, <a b@x.jp>, c@x.jp", &[("", "c@x.jp")]);
        check("", &[]);
    }
}
