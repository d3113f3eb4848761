//! What may be wrong with the lists of people in a folder. Whoever can be read is listed, whoever can't be is left out,
//! and a list that is none is a fault: it never says that nobody is there.

use std::fs;
use std::path::Path;

use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;

use super::super::sample::Sample;
use super::super::world::World;
use super::somebody;

/// A connector whose people stand in files.
pub trait Lists: World {
    /// The folder that they lie in.
    fn lists(&self) -> &Path;
}

fn put(world: &impl Lists, name: &str, bytes: &[u8]) {
    fs::write(world.lists().join(name), bytes).unwrap();
}

/// The addresses that are listed, in order.
async fn listed(world: &impl Lists) -> Result<Vec<String>, CrmFault> {
    let page = world.crm().contacts(None).await?;
    let mut emails: Vec<_> =
        page.contacts.into_iter().flat_map(|contact| contact.emails).map(|e| e.to_string()).collect();
    emails.sort();
    Ok(emails)
}

async fn check(world: &impl Lists, name: &str, bytes: &[u8], expected: &[&str]) {
    put(world, name, bytes);
    assert_eq!(listed(world).await.unwrap(), expected, "{name}: {:?}", String::from_utf8_lossy(bytes));
    fs::remove_file(world.lists().join(name)).unwrap();
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub async fn a_list_is_read_however_it_is_written(world: impl Lists) {
    let list = "メールアドレス,氏名\r\nhanako@x.jp,髙橋 花子\r\n";
    let shift_jis = encoding_rs::SHIFT_JIS.encode(list).0;
    for bytes in [
        list.as_bytes(),
        &["\u{feff}".as_bytes(), list.as_bytes()].concat(),
        &[&[0xff, 0xfe], utf16(list).as_slice()].concat(),
        &shift_jis,
        list.replace("\r\n", "\n").as_bytes(),
        list.replace("\r\n", "\r").as_bytes(),
    ] {
        check(&world, "contacts.csv", bytes, &["hanako@x.jp"]).await;
    }
}

pub async fn a_damaged_row_takes_nobody_else_away(world: impl Lists) {
    for row in ["", ",,,,,", "no address", "\0\0\0", "\"\"\"\"", "a@", "'=1+1", &"x".repeat(1 << 20)] {
        let list = format!("email,name\nanna@x.jp,Anna\n{row}\nben@x.jp,Ben\n");
        check(&world, "contacts.csv", list.as_bytes(), &["anna@x.jp", "ben@x.jp"]).await;
    }
}

pub async fn of_a_list_that_is_half_written_everybody_is_there_who_is_whole(world: impl Lists) {
    let list = "email,name,company\nanna@x.jp,Anna,X\nben@x.jp,\"Ben \"\"B\"\" Doe\",X\n";
    for end in list.find("ben").unwrap() + 1..list.len() {
        put(&world, "contacts.csv", &list.as_bytes()[..end]);
        let listed = listed(&world).await.unwrap();
        assert!(listed.contains(&"anna@x.jp".to_owned()), "{end}: {listed:?}");
    }
    let card = |name: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nEMAIL:{name}@x.jp\r\nEND:VCARD\r\n");
    let (first, both) = (card("carl"), card("carl") + &card("dora"));
    fs::remove_file(world.lists().join("contacts.csv")).unwrap();
    for end in first.len()..both.len() {
        put(&world, "phone.vcf", &both.as_bytes()[..end]);
        let listed = listed(&world).await.unwrap();
        assert!(listed.contains(&"carl@x.jp".to_owned()), "{end}: {listed:?}");
    }
}

pub async fn a_list_that_is_none_is_a_fault_that_names_it(world: impl Lists) {
    let large = vec![b'x'; 33 << 20];
    for (name, bytes) in [
        ("contacts.csv", b"\x89PNG\r\n\x1a\n\0\0\xff\xff".as_slice()),
        ("contacts.csv", b"<html><body>Please log in</body></html>"),
        ("contacts.csv", b"name,phone\nAnna,03\n"),
        ("contacts.csv", &large),
        ("photo.vcf", b"\x89PNG\r\n\x1a\n"),
        ("photo.vcf", b"email\nanna@x.jp\n"),
    ] {
        put(&world, name, bytes);
        let fault = listed(&world).await.unwrap_err();
        assert_eq!(fault.kind, CrmFaultKind::FolderUnusable, "{name}: {fault}");
        assert!(fault.is_temporary() && fault.detail.len() < 2000, "{name}: {fault}");
        assert!(fault.detail.contains(name) || fault.detail.contains("lists of contacts"), "{name}: {fault}");
        assert!(world.crm().create_contact(&somebody("Anna", "anna@x.jp")).await.is_err(), "{name}");
        assert_eq!(fs::read(world.lists().join(name)).unwrap(), bytes, "{name} is left as it is");
        fs::remove_file(world.lists().join(name)).unwrap();
    }
}

pub async fn a_list_that_cannot_be_opened_is_a_fault_that_names_it(world: impl Lists) {
    for name in ["contacts.csv", "people.vcf"] {
        let path = world.lists().join(name);
        std::os::unix::fs::symlink(&path, &path).unwrap();
        let outcome = listed(&world).await;
        // A card that leads nowhere is none, as one that somebody is about to put there.
        let is_named = outcome.as_ref().is_err_and(|fault| fault.detail.contains(name));
        assert!(is_named || (name == "people.vcf" && outcome == Ok(Vec::new())), "{name}: {outcome:?}");
        fs::remove_file(&path).unwrap();
    }
    fs::create_dir(world.lists().join("contacts.csv")).unwrap();
    assert_eq!(listed(&world).await.unwrap_err().kind, CrmFaultKind::FolderUnusable);
}

pub async fn cards_with_odd_names_of_their_own_are_all_read(world: impl Lists) {
    use std::os::unix::ffi::OsStrExt;
    let names: [&[u8]; 6] = [
        b"a.vcf",
        b"A.VCF",
        b"CON.vcf",
        b"\xff\xfe not unicode.vcf",
        "\u{202e}fcv.\u{202c} 見積\n.vcf".as_bytes(),
        &[b"n".repeat(250).as_slice(), b".vcf"].concat(),
    ];
    for (number, name) in names.into_iter().enumerate() {
        let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:P\r\nEMAIL:p{number}@x.jp\r\nEND:VCARD\r\n");
        fs::write(world.lists().join(std::ffi::OsStr::from_bytes(name)), card).unwrap();
    }
    let expected: Vec<String> = (0..names.len()).map(|number| format!("p{number}@x.jp")).collect();
    assert_eq!(listed(&world).await.unwrap(), expected);
}

pub async fn a_folder_that_goes_away_never_says_that_nobody_is_there(world: impl Lists) {
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    assert_eq!(listed(&world).await.unwrap(), ["anna@x.jp"]);
    let elsewhere = world.lists().with_extension("elsewhere");
    fs::rename(world.lists(), &elsewhere).unwrap();
    assert_eq!(listed(&world).await.unwrap_err().kind, CrmFaultKind::FolderUnusable);
    fs::write(world.lists(), b"a file in its place").unwrap();
    assert_eq!(listed(&world).await.unwrap_err().kind, CrmFaultKind::FolderUnusable);
    assert!(world.crm().create_contact(&somebody("Ben", "ben@x.jp")).await.is_err());
    fs::remove_file(world.lists()).unwrap();
    fs::rename(&elsewhere, world.lists()).unwrap();
    assert_eq!(listed(&world).await.unwrap(), ["anna@x.jp"]);
}

/// The folder of people is asked about by the check too, before anything is shared.
pub async fn no_fault_of_a_list_tells_of_the_people_in_it(world: impl Lists) {
    let crm: &dyn CrmConnector = world.crm();
    put(&world, "contacts.csv", b"name,phone\nsecret person,03\n");
    put(&world, "secret.vcf", b"secret person");
    let mail = Sample::new("<1@x.jp>");
    for fault in [
        crm.contacts(None).await.map(drop).unwrap_err(),
        crm.create_contact(&somebody("secret person", "a@x.jp")).await.map(drop).unwrap_err(),
    ] {
        let words = format!("{fault} {fault:?}");
        assert!(!words.contains("secret person") && !words.contains(&mail.payload.subject), "{words}");
    }
}
