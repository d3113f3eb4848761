//! The people in `contacts.csv`, as a person exports or types them.
//!
//! The columns are `email,name,company,id` or `メールアドレス,氏名,会社,ID` in any order, further ones are ignored; only
//! the address is needed. Excel in Japan saves CSV as Shift_JIS, so that is read besides UTF-8. A row without an address
//! is left out; a company stands for itself by its name.

mod create;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::StringRecord;
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
use otomo_domain::address::Address;
use otomo_domain::connector::ContactPage;
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::error::CrmFault;

use super::unusable;

pub use create::create;

/// The largest list that is read, in bytes: some half a million people.
const LARGEST: u64 = 32 << 20;

/// The whole list, or an empty page if it is still the one the cursor stands for.
pub fn page(root: &Path, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
    let bytes = read(root)?;
    let now = Digest::of(&bytes).to_string();
    if cursor == Some(now.as_str()) {
        return Ok(ContactPage { cursor: now, ..ContactPage::default() });
    }
    Ok(ContactPage { contacts: parse(&bytes)?, cursor: now, starts_over: true, ..ContactPage::default() })
}

/// The file's bytes; none if there is no file. A folder that is not there at all is another matter.
fn read(root: &Path) -> Result<Vec<u8>, CrmFault> {
    if !root.is_dir() {
        return Err(unusable(format!("{} is not a folder", root.display())));
    }
    let path = root.join("contacts.csv");
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)) {
        Ok(_) if bytes.len() as u64 > LARGEST => Err(unusable("contacts.csv is larger than 32 MiB")),
        Ok(_) => Ok(bytes),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(bytes),
        Err(e) => Err(unusable(format!("{}: {e}", path.display()))),
    }
}

/// How a list is written: UTF-8 with or without a mark, UTF-16 with one, else Shift_JIS as Windows writes it; and its
/// bytes without the mark.
fn encoding(bytes: &[u8]) -> (&'static Encoding, &[u8]) {
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, bytes.get(mark..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (SHIFT_JIS, bytes),
    }
}

fn decode(bytes: &[u8]) -> Result<String, CrmFault> {
    let (encoding, rest) = encoding(bytes);
    let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
    text.map(String::from).ok_or_else(|| unusable("contacts.csv is neither UTF-8 nor Shift_JIS"))
}

/// Where the columns are.
struct Columns {
    email: usize,
    name: Option<usize>,
    company: Option<usize>,
    id: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> Option<Self> {
        let at = |names: &[&str]| header.iter().position(|h| names.contains(&h.to_lowercase().as_str()));
        Some(Self {
            email: at(&["email", "メールアドレス"])?,
            name: at(&["name", "氏名"]),
            company: at(&["company", "会社"]),
            id: at(&["id"]),
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<Contact>, CrmFault> {
    let text = decode(bytes)?;
    let mut rows = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = rows.headers().map_err(|e| unusable(format!("contacts.csv: {e}")))?.clone();
    if header.iter().all(str::is_empty) {
        return Ok(Vec::new());
    }
    let columns =
        Columns::find(&header).ok_or_else(|| unusable("contacts.csv has no column email or メールアドレス"))?;
    let mut list = BTreeMap::new();
    let mut skipped = 0_usize;
    for row in rows.records() {
        match row.ok().and_then(|row| contact(&columns, &row)) {
            Some(found) => add(&mut list, found),
            None => skipped += 1,
        }
    }
    if skipped > 0 {
        tracing::warn!(skipped, "rows of contacts.csv have no address that can be read");
    }
    Ok(list.into_values().collect())
}

/// The person of a row.
fn contact(columns: &Columns, row: &StringRecord) -> Option<Contact> {
    let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).filter(|text| !text.is_empty());
    let emails: Vec<Address> = row.get(columns.email)?.split([';', '；']).filter_map(Address::parse).collect();
    let id = cell(columns.id).unwrap_or(emails.first()?.as_str()).to_owned();
    Some(Contact {
        record: RecordRef { kind: RecordType::Contact, id },
        name: cell(columns.name).unwrap_or_default().to_owned(),
        emails,
        url: None,
        parent: cell(columns.company).map(|name| RecordRef { kind: RecordType::Company, id: name.to_owned() }),
    })
}

/// Adds a person and the company; rows with the same id are one person with several addresses.
fn add(list: &mut BTreeMap<RecordRef, Contact>, found: Contact) {
    if let Some(company) = &found.parent {
        list.entry(company.clone()).or_insert_with(|| Contact {
            record: company.clone(),
            name: company.id.clone(),
            emails: Vec::new(),
            url: None,
            parent: None,
        });
    }
    let known = list.entry(found.record.clone()).or_insert_with(|| Contact { emails: Vec::new(), ..found.clone() });
    let new: Vec<Address> = found.emails.into_iter().filter(|address| !known.emails.contains(address)).collect();
    known.emails.extend(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each person as `id name addresses company`.
    fn people(bytes: &[u8]) -> Vec<String> {
        let line = |c: Contact| {
            let emails: Vec<&str> = c.emails.iter().map(Address::as_str).collect();
            format!("{}|{}|{}|{}", c.record.id, c.name, emails.join(" "), c.parent.map_or(String::new(), |p| p.id))
        };
        let contacts = parse(bytes).unwrap_or_else(|e| panic!("{e}"));
        contacts.into_iter().filter(|c| c.record.kind == RecordType::Contact).map(line).collect()
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
        check("email,id\na@x.jp,1\nb@x.jp,1\na@x.jp,1\n", &["1||a@x.jp b@x.jp|"]);
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
    fn a_company_is_a_record_of_its_own() {
        let contacts = parse("email,company\na@x.jp,X\nb@x.jp,X\n".as_bytes()).unwrap();
        let companies: Vec<&str> =
            contacts.iter().filter(|c| c.record.kind == RecordType::Company).map(|c| c.name.as_str()).collect();
        assert_eq!(companies, ["X"]);
    }
}
