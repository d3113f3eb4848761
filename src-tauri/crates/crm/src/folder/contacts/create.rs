//! A person added to `contacts.csv`: one more line, in the file's own encoding and columns. The file is replaced as a
//! whole, so that a crash leaves the old list or the new one.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use csv::StringRecord;
use encoding_rs::{UTF_16BE, UTF_16LE};
use otomo_domain::connector::NewContact;
use otomo_domain::contact::Contact;
use otomo_domain::error::CrmFault;
use tempfile::NamedTempFile;

use super::super::mails::sync_dir;
use super::super::unusable;
use super::Lists;
use super::table::{Columns, parse};
use super::text::{decode, encoding};

/// The first line of a list that was not there.
const HEADER: &str = "email,name,company,id";

/// How Excel knows that a list is in UTF-8.
const MARK: &str = "\u{feff}";

/// Adds a person, or gives back whoever has the address already.
pub fn create(root: &Path, new: &NewContact) -> Result<Contact, CrmFault> {
    let lists = Lists::read(root)?;
    let known = lists.people()?.into_iter().find(|contact| contact.emails.contains(&new.email));
    if let Some(known) = known {
        return Ok(known);
    }
    if harmless(new.email.as_str()) != new.email.as_str() {
        return Err(unusable("a spreadsheet would take the address for a formula"));
    }
    let written = with_line(&lists.table, new)?;
    // What can't be read back must not be written: an open quote before it, or a sign that parts two addresses.
    let added = parse(&written)?.into_iter().find(|contact| *contact.emails == [new.email.clone()]);
    let added = added.ok_or_else(|| unusable("contacts.csv would not say who was added"))?;
    replace(root, &written).map_err(|e| unusable(format!("contacts.csv: {e}")))?;
    Ok(added)
}

/// The bytes of the list with one more line.
fn with_line(bytes: &[u8], new: &NewContact) -> Result<Vec<u8>, CrmFault> {
    let text = decode(bytes).ok_or_else(|| unusable("contacts.csv is neither UTF-8 nor Shift_JIS"))?;
    if text.trim().is_empty() {
        let line = line(&StringRecord::from(HEADER.split(',').collect::<Vec<_>>()), new)?;
        return Ok(format!("{MARK}{HEADER}\r\n{line}").into_bytes());
    }
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = rows.headers().map_err(|e| unusable(format!("contacts.csv: {e}")))?.clone();
    let ending = if text.ends_with('\n') { "" } else { "\r\n" };
    let added = format!("{ending}{}", line(&header, new)?);
    Ok(match encoded(bytes, &added) {
        Some(more) => [bytes, &more].concat(),
        // The list is written in UTF-8 from now on, and says so.
        None => format!("{MARK}{text}{added}").into_bytes(),
    })
}

/// A text as the list is written; `None` where its encoding lacks a character, or nobody could tell which it is.
fn encoded(bytes: &[u8], text: &str) -> Option<Vec<u8>> {
    if bytes.is_ascii() && !text.is_ascii() {
        return None;
    }
    let (encoding, _) = encoding(bytes);
    // The Encoding Standard writes no UTF-16.
    if encoding == UTF_16LE {
        return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (written, _, lacks) = encoding.encode(text);
    (!lacks).then(|| written.into_owned())
}

fn line(header: &StringRecord, new: &NewContact) -> Result<String, CrmFault> {
    let columns =
        Columns::find(header).ok_or_else(|| unusable("contacts.csv has no column email or メールアドレス"))?;
    let name = columns.name.or(columns.last_name).or(columns.first_name);
    let cell = |at: usize| match at {
        at if columns.emails.first() == Some(&at) => new.email.as_str(),
        at if Some(at) == name => harmless(&new.name),
        at if Some(at) == columns.company => harmless(&new.company),
        _ => "",
    };
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = out.write_record((0..header.len()).map(cell)).map(|()| out.into_inner().unwrap_or_default());
    let bytes = written.map_err(|e| unusable(format!("contacts.csv: {e}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A name without what makes a formula of it: the list is opened in spreadsheets, and the name was a stranger's.
fn harmless(name: &str) -> &str {
    name.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    })
}

fn replace(root: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = root.join("contacts.csv");
    let mut part = NamedTempFile::new_in(root)?;
    part.write_all(bytes)?;
    if let Ok(former) = fs::metadata(&path) {
        // Whoever could read the list before can read it still.
        part.as_file().set_permissions(former.permissions())?;
    }
    part.as_file().sync_all()?;
    part.persist(&path)?;
    sync_dir(root)
}

#[cfg(test)]
mod tests {
    use encoding_rs::SHIFT_JIS;
    use otomo_domain::address::Address;

    use super::*;

    fn new(name: &str, email: &str, company: &str) -> NewContact {
        let email = Address::parse(email).unwrap_or_else(|| panic!("{email}"));
        NewContact { name: name.into(), email, company: company.into() }
    }

    /// The list after a person was added to it.
    fn added(before: &[u8], new: &NewContact) -> Vec<u8> {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("contacts.csv"), before).unwrap();
        let contact = create(root.path(), new).unwrap();
        assert!(contact.emails.contains(&new.email));
        fs::read(root.path().join("contacts.csv")).unwrap()
    }

    fn check(before: &str, name: &str, expected: &str) {
        let after = added(before.as_bytes(), &new(name, "b@x.jp", "X, Inc."));
        assert_eq!(String::from_utf8_lossy(&after), expected, "{before:?}");
    }

    #[test]
    fn a_line_is_added_in_the_lists_own_columns() {
        check("email,name\na@x.jp,Anna\n", "Ben", "email,name\na@x.jp,Anna\nb@x.jp,Ben\r\n");
        check(
            "ID,氏名,電話,メールアドレス,会社",
            "田中",
            "ID,氏名,電話,メールアドレス,会社\r\n,田中,,b@x.jp,\"X, Inc.\"\r\n",
        );
        check("email\n", "Ben", "email\nb@x.jp\r\n");
    }

    #[test]
    fn a_list_that_was_not_there_is_begun() {
        let root = tempfile::tempdir().unwrap();
        create(root.path(), &new("田中", "b@x.jp", "")).unwrap();
        let text = fs::read_to_string(root.path().join("contacts.csv")).unwrap();
        assert_eq!(text, "\u{feff}email,name,company,id\r\nb@x.jp,田中,,\r\n");
    }

    #[test]
    fn whoever_is_there_already_is_given_back_and_nothing_is_written() {
        let before = "email,name,id\r\nB@x.jp,Ben,7\r\n";
        check(before, "Another", before);
    }

    #[test]
    fn a_list_stays_in_its_encoding_as_long_as_that_has_the_characters() {
        let before = "メールアドレス,氏名\r\na@x.jp,髙橋①\r\n";
        let (written, name) = (SHIFT_JIS.encode(before).0, new("田中", "b@x.jp", ""));
        let after = added(&written, &name);
        assert_eq!(SHIFT_JIS.decode(&after).0, format!("{before}b@x.jp,田中\r\n"));
        let after = added(&written, &new("김", "b@x.jp", ""));
        assert_eq!(String::from_utf8(after).unwrap(), format!("\u{feff}{before}b@x.jp,김\r\n"));
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(before.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&added(&utf16, &name)).unwrap(), format!("{before}b@x.jp,田中\r\n"));
    }

    #[test]
    fn the_first_japanese_name_of_a_list_says_how_it_is_written() {
        check("email,name\n", "田中", "\u{feff}email,name\nb@x.jp,田中\r\n");
    }

    #[test]
    fn a_strangers_name_is_no_formula() {
        check("email,name\n", "=cmd|' /C calc'!A0", "email,name\nb@x.jp,cmd|' /C calc'!A0\r\n");
    }

    fn check_refused(before: &str, email: &str) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("contacts.csv");
        fs::write(&path, before).unwrap();
        assert!(create(root.path(), &new("Ben", email, "")).is_err(), "{before:?} {email}");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }

    #[test]
    fn nobody_is_added_who_could_not_be_found_again() {
        check_refused("email,name\na@x.jp,Anna\n", "a;b@x.jp");
        check_refused("name,email\n\"Anna,a@x.jp", "b@x.jp");
        check_refused("email,name\n", "=1+1@x.jp");
    }

    #[test]
    fn a_list_that_cannot_be_read_is_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("contacts.csv");
        fs::write(&path, b"name,phone\nAnna,03\n").unwrap();
        assert!(create(root.path(), &new("Ben", "b@x.jp", "")).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"name,phone\nAnna,03\n");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
