//! The people in `contacts.csv`, as a CRM exports them or a person types them.
//!
//! The columns are `email,name,company,id` or `メールアドレス,氏名,会社,ID` in any order, or as big CRMs and address books
//! name them when they export; further ones are ignored, only an address is needed. A row without an address is left out.

use csv::StringRecord;
use otomo_domain::address::Address;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::CrmFault;

use super::super::unusable;
use super::text::decode;

/// Titles of columns that hold addresses; a list may have several of them.
const EMAILS: &[&str] = &[
    "email",
    "e-mail",
    "email address",
    "e-mail address",
    "additional email addresses",
    "secondary email",
    "e-mail 2 address",
    "e-mail 3 address",
    "e-mail 1 - value",
    "e-mail 2 - value",
    "person - email",
    "person - email - work",
    "メールアドレス",
    "メール",
    "eメール",
];
const NAME: &[&str] = &["name", "full name", "display name", "person - name", "氏名", "名前", "表示名"];
const FIRST_NAME: &[&str] = &["first name", "given name", "名"];
const LAST_NAME: &[&str] = &["last name", "family name", "surname", "姓"];
const COMPANY: &[&str] = &[
    "company",
    "company name",
    "account name",
    "organization",
    "organization name",
    "person - organization",
    "会社",
    "会社名",
];
const ID: &[&str] = &["id", "record id", "contact id", "person - id"];

/// Where the columns are.
pub struct Columns {
    pub emails: Vec<usize>,
    pub name: Option<usize>,
    pub first_name: Option<usize>,
    pub last_name: Option<usize>,
    pub company: Option<usize>,
    id: Option<usize>,
}

impl Columns {
    /// The columns of a list with these titles; `None` if none holds addresses.
    pub fn find(header: &StringRecord) -> Option<Self> {
        let titles: Vec<String> = header.iter().map(str::to_lowercase).collect();
        let named = |names: &[&str]| titles.iter().position(|title| names.contains(&title.as_str()));
        let emails: Vec<usize> =
            titles.iter().enumerate().filter(|(_, title)| EMAILS.contains(&title.as_str())).map(|(at, _)| at).collect();
        (!emails.is_empty()).then(|| Self {
            emails,
            name: named(NAME),
            first_name: named(FIRST_NAME),
            last_name: named(LAST_NAME),
            company: named(COMPANY),
            id: named(ID),
        })
    }
}

/// The people of a list, a row each.
pub fn parse(bytes: &[u8]) -> Result<Vec<Contact>, CrmFault> {
    let text = decode(bytes).ok_or_else(|| unusable("contacts.csv is neither UTF-8 nor Shift_JIS"))?;
    let mut rows = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = rows.headers().map_err(|e| unusable(format!("contacts.csv: {e}")))?.clone();
    if header.iter().all(str::is_empty) {
        return Ok(Vec::new());
    }
    let columns =
        Columns::find(&header).ok_or_else(|| unusable("contacts.csv has no column email or メールアドレス"))?;
    let mut people = Vec::new();
    let mut skipped = 0_usize;
    for row in rows.records() {
        match row.ok().and_then(|row| contact(&columns, &row)) {
            Some(found) => people.push(found),
            None => skipped += 1,
        }
    }
    if skipped > 0 {
        tracing::warn!(skipped, "rows of contacts.csv have no address that can be read");
    }
    Ok(people)
}

/// The person of a row.
fn contact(columns: &Columns, row: &StringRecord) -> Option<Contact> {
    let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).filter(|text| !text.is_empty());
    let written = columns.emails.iter().filter_map(|at| row.get(*at));
    let emails: Vec<Address> =
        written.flat_map(|cell| cell.split([';', '；', ','])).filter_map(Address::parse).collect();
    let id = cell(columns.id).unwrap_or(emails.first()?.as_str()).to_owned();
    let (first, last) = (cell(columns.first_name).unwrap_or_default(), cell(columns.last_name).unwrap_or_default());
    Some(Contact {
        record: RecordRef { kind: RecordType::Contact, id },
        name: cell(columns.name).map_or_else(|| full_name(first, last), str::to_owned),
        emails,
        url: None,
        parent: cell(columns.company).map(|name| RecordRef { kind: RecordType::Company, id: name.to_owned() }),
    })
}

/// A name of two parts, in the order in which it is said.
pub fn full_name(first: &str, last: &str) -> String {
    let is_western = |text: &str| text.chars().all(|c| c < '\u{1100}');
    let (before, after) = if is_western(first) && is_western(last) { (first, last) } else { (last, first) };
    format!("{before} {after}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use encoding_rs::SHIFT_JIS;

    use super::*;

    /// Each person as `id name addresses company`.
    fn people(bytes: &[u8]) -> Vec<String> {
        let line = |c: Contact| {
            let emails: Vec<&str> = c.emails.iter().map(Address::as_str).collect();
            format!("{}|{}|{}|{}", c.record.id, c.name, emails.join(" "), c.parent.map_or(String::new(), |p| p.id))
        };
        let contacts = parse(bytes).unwrap_or_else(|e| panic!("{e}"));
        contacts.into_iter().map(line).collect()
    }

    fn check(csv: &str, expected: &[&str]) {
        assert_eq!(people(csv.as_bytes()), expected, "{csv}");
    }

    fn refused(bytes: &[u8], because: &str) {
        let fault = parse(bytes).expect_err(because);
        assert!(fault.detail.contains(because), "{fault}");
    }

    #[test]
    fn columns_are_found_by_their_name_in_any_order() {
        check("email,name,company,id\na@x.jp,Anna,X,1\n", &["1|Anna|a@x.jp|X"]);
        check("Name , EMAIL ,phone\nAnna,a@x.jp,03\n", &["a@x.jp|Anna|a@x.jp|"]);
        check("ID,氏名,会社,メールアドレス\n7,田中,エックス,a@x.jp\n", &["7|田中|a@x.jp|エックス"]);
    }

    #[test]
    fn a_person_may_have_several_addresses() {
        check("email,id\nA@x.jp; b@x.jp；c@x.jp,1\n", &["1||a@x.jp b@x.jp c@x.jp|"]);
    }

    #[test]
    fn a_row_without_an_address_is_left_out() {
        check("email,name\n,Nobody\nnot an address,X\na@x.jp,Anna\n\n", &["a@x.jp|Anna|a@x.jp|"]);
        check("name,email\nshort\nAnna,a@x.jp,more,than,columns\n", &["a@x.jp|Anna|a@x.jp|"]);
    }

    #[test]
    fn quoted_cells_keep_their_commas_and_lines() {
        check("email,name\r\na@x.jp,\"Doe, \"\"J\"\"\nJr\"\r\n", &["a@x.jp|Doe, \"J\"\nJr|a@x.jp|"]);
    }

    #[test]
    fn what_excel_in_japan_writes_is_read() {
        let csv = "メールアドレス,氏名,会社\r\na@x.jp,髙橋①,㈱サンプル\r\n";
        let expected = ["a@x.jp|髙橋①|a@x.jp|㈱サンプル"];
        assert_eq!(people(&SHIFT_JIS.encode(csv).0), expected, "Shift_JIS");
        assert_eq!(people(format!("\u{feff}{csv}").as_bytes()), expected, "UTF-8 with a mark");
        let utf16 = csv.encode_utf16().flat_map(u16::to_le_bytes);
        assert_eq!(people(&[0xff, 0xfe].into_iter().chain(utf16).collect::<Vec<u8>>()), expected, "UTF-16");
    }

    #[test]
    fn a_list_that_is_empty_names_nobody() {
        check("", &[]);
        check("\n", &[]);
        check("email,name\n", &[]);
    }

    #[test]
    fn a_file_that_is_no_list_is_refused() {
        refused(b"name,phone\nAnna,03\n", "no column email");
        refused(b"email\n\xff\xfd\x00\x81\xff\n", "neither UTF-8 nor Shift_JIS");
    }

    #[test]
    fn what_crms_and_address_books_export_is_read_as_it_is() {
        check(
            "Record ID,First Name,Last Name,Email,Company name,Additional email addresses\n7,Anna,Doe,a@x.jp,X,b@x.jp;c@x.jp\n",
            &["7|Anna Doe|a@x.jp b@x.jp c@x.jp|X"],
        );
        check(
            "Contact ID,First Name,Last Name,Account Name,Email\n003,花子,髙橋,X,a@x.jp\n",
            &["003|髙橋 花子|a@x.jp|X"],
        );
        check(
            "Person - Name,Person - Organization,Person - Email,Person - ID\nAnna,X,\"a@x.jp, b@x.jp\",5\n",
            &["5|Anna|a@x.jp b@x.jp|X"],
        );
        check("姓,名,会社名,メール\n田中,太郎,エックス,a@x.jp\n", &["a@x.jp|田中 太郎|a@x.jp|エックス"]);
        check("First Name,Last Name,E-mail Address,E-mail 2 Address\nAnna,,,a@x.jp\n", &["a@x.jp|Anna|a@x.jp|"]);
    }
}
