//! The people in a folder: `contacts.csv` ([`table`]) and every `.vcf` beside it ([`cards`]), in any of the ways [`text`]
//! knows. A company stands for itself by its name. What has the same id is one person with several addresses.

mod cards;
mod create;
mod table;
mod text;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use otomo_domain::connector::{ContactPage, NewContact};
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::digest::Digest;
use otomo_domain::error::CrmFault;
use tokio::sync::Mutex;

use super::{off_thread, unusable};
use crate::registry::{Given, InvalidSettings};

/// The most that is read of all lists together, in bytes: some half a million people.
const LARGEST: u64 = 32 << 20;

/// A folder with lists of people.
#[derive(Clone)]
pub struct ContactFolder {
    root: PathBuf,
    /// The list is read and replaced by one at a time.
    turn: Arc<Mutex<()>>,
}

impl ContactFolder {
    /// The folder that a setting names.
    pub fn given(given: &Given<'_>, field: &str) -> Result<Self, InvalidSettings> {
        let root = PathBuf::from(given.text(field)?);
        if !root.is_absolute() {
            return Err(InvalidSettings::new(field, "is not a whole path from the root"));
        }
        Ok(Self { root, turn: Arc::default() })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everybody, or an empty page if they are still those the cursor stands for.
    pub async fn page(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        let (root, cursor) = (self.root.clone(), cursor.map(str::to_owned));
        off_thread(move || page(&root, cursor.as_deref())).await
    }

    /// Adds a person to `contacts.csv`, or gives back whoever has the address already.
    pub async fn create(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        let _turn = self.turn.lock().await;
        let (root, new) = (self.root.clone(), new.clone());
        off_thread(move || create::create(&root, &new)).await
    }
}

/// A folder that is away, as a drive that is not mounted, must not look like one that is empty.
pub fn present(root: &Path) -> Result<(), CrmFault> {
    if root.is_dir() { Ok(()) } else { Err(unusable(format!("{} is not a folder", root.display()))) }
}

fn page(root: &Path, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
    let lists = Lists::read(root)?;
    let now = lists.digest().to_string();
    if cursor == Some(now.as_str()) {
        return Ok(ContactPage { cursor: now, ..ContactPage::default() });
    }
    Ok(ContactPage { contacts: lists.people()?, cursor: now, starts_over: true, ..ContactPage::default() })
}

/// The lists of a folder as they are now.
struct Lists {
    /// `contacts.csv`; empty if there is none.
    table: Vec<u8>,
    /// The `.vcf` by their names.
    cards: BTreeMap<PathBuf, Vec<u8>>,
}

impl Lists {
    fn read(root: &Path) -> Result<Self, CrmFault> {
        present(root)?;
        let mut left = LARGEST;
        let table = read(&root.join("contacts.csv"), &mut left)?;
        let entries = fs::read_dir(root).map_err(|e| unusable(format!("{}: {e}", root.display())))?;
        let mut cards = BTreeMap::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("vcf")) && path.is_file() {
                let bytes = read(&path, &mut left)?;
                cards.insert(path, bytes);
            }
        }
        Ok(Self { table, cards })
    }

    /// Tells two states of the lists apart.
    fn digest(&self) -> Digest {
        let mut digests = vec![Digest::of(&self.table)];
        digests.extend(self.cards.values().map(|bytes| Digest::of(bytes)));
        Digest::of_all(digests.iter().map(|digest| digest.as_bytes().as_slice()))
    }

    /// Everybody in them, and the companies.
    fn people(&self) -> Result<Vec<Contact>, CrmFault> {
        let mut list = BTreeMap::new();
        table::parse(&self.table)?.into_iter().for_each(|found| add(&mut list, found));
        for (path, bytes) in &self.cards {
            let found = cards::parse(bytes).ok_or_else(|| unusable(format!("{} is no vCard file", path.display())))?;
            found.into_iter().for_each(|found| add(&mut list, found));
        }
        Ok(list.into_values().collect())
    }
}

/// A file's bytes, none if it is not there; what is left to be read becomes less by them.
fn read(path: &Path, left: &mut u64) -> Result<Vec<u8>, CrmFault> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(*left + 1).read_to_end(&mut bytes)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(bytes),
        Err(e) => return Err(unusable(format!("{}: {e}", path.display()))),
        Ok(_) => {}
    }
    let rest = left.checked_sub(bytes.len() as u64);
    *left = rest.ok_or_else(|| unusable("the lists of contacts are larger than 32 MiB"))?;
    Ok(bytes)
}

/// Adds a person and the company.
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
    let new: Vec<_> = found.emails.into_iter().filter(|address| !known.emails.contains(address)).collect();
    known.emails.extend(new);
}

#[cfg(test)]
mod tests {
    use otomo_domain::address::Address;
    use otomo_domain::contact::RecordType;

    use super::*;

    /// A folder with these files.
    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, bytes)| fs::write(root.path().join(name), bytes).unwrap());
        root
    }

    /// Each record of a listing as `id name addresses`.
    fn listed(root: &Path, kind: RecordType) -> Vec<String> {
        let contacts = page(root, None).unwrap_or_else(|e| panic!("{e}")).contacts;
        let addresses = |c: &Contact| c.emails.iter().map(Address::as_str).collect::<Vec<_>>().join(" ");
        let of_kind = contacts.iter().filter(|c| c.record.kind == kind);
        of_kind.map(|c| format!("{}|{}|{}", c.record.id, c.name, addresses(c))).collect()
    }

    const CARD: &[u8] = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ben\r\nEMAIL:ben@x.jp\r\nUID:2\r\nORG:X\r\nEND:VCARD\r\n";

    #[test]
    fn rows_and_cards_with_one_id_are_one_person_and_a_company_is_a_record_of_its_own() {
        let table = "email,id,name,company\na@x.jp,1,Anna,X\nb@x.jp,1,Anna,X\na@x.jp,1,Anna,X\nben@y.jp,2,Ben,X\n";
        let root = folder(&[("contacts.csv", table.as_bytes()), ("phone.VCF", CARD)]);
        let contacts = listed(root.path(), RecordType::Contact);
        assert_eq!(contacts, ["1|Anna|a@x.jp b@x.jp", "2|Ben|ben@y.jp ben@x.jp"]);
        assert_eq!(listed(root.path(), RecordType::Company), ["X|X|"]);
    }

    #[test]
    fn a_change_of_any_list_is_seen_and_no_other() {
        let root = folder(&[("contacts.csv", b"email\na@x.jp\n"), ("a.vcf", CARD), ("notes.txt", b"")]);
        let first = page(root.path(), None).unwrap();
        fs::write(root.path().join("notes.txt"), b"another file").unwrap();
        assert!(!page(root.path(), Some(&first.cursor)).unwrap().starts_over);
        fs::remove_file(root.path().join("a.vcf")).unwrap();
        let second = page(root.path(), Some(&first.cursor)).unwrap();
        assert!(second.starts_over && second.contacts.len() == 1);
    }

    #[test]
    fn whoever_is_on_a_card_is_not_added_to_the_table() {
        let root = folder(&[("a.vcf", CARD)]);
        let new = NewContact { name: "B".into(), email: Address::parse("ben@x.jp").unwrap(), company: String::new() };
        assert_eq!(create::create(root.path(), &new).unwrap().record.id, "2");
        assert!(!root.path().join("contacts.csv").exists());
    }

    #[test]
    fn lists_that_are_too_large_or_no_lists_are_refused_by_their_name() {
        let root = folder(&[("photo.vcf", b"\x89PNG\r\n")]);
        assert!(page(root.path(), None).unwrap_err().detail.contains("photo.vcf"));
        let large = folder(&[("a.vcf", &vec![b'x'; 17 << 20]), ("b.vcf", &vec![b'x'; 17 << 20])]);
        assert!(page(large.path(), None).unwrap_err().detail.contains("32 MiB"));
    }
}
