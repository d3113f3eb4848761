//! What only the folder connector can get wrong: files that are half there, and disks.
//!
//! `bad_input` is about disks that are full or protected, and what others do in the folder.

mod bad_input;

use std::fs;

use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::payload::{Frozen, Payload};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::SecretString;
use serde_json::{Value, json};

use super::sample::Sample;
use super::world::{Folder, World, clock, net};

fn check_settings(settings: Value, refused_field: Option<&str>) {
    let built = otomo_crm::connector("folder", &settings, None::<SecretString>, net(), clock());
    assert_eq!(built.err().map(|e| e.field).as_deref(), refused_field, "{settings}");
}

#[tokio::test]
async fn the_path_is_a_whole_one() {
    check_settings(json!({"path": "/srv/crm"}), None);
    check_settings(json!({"path": "crm"}), Some("path"));
    check_settings(json!({"path": "  "}), Some("path"));
    check_settings(json!({"path": 5}), Some("path"));
    check_settings(json!({}), Some("path"));
    check_settings(json!(null), Some("path"));
}

/// Two files a mail, and nothing unfinished.
fn files(world: &Folder) -> Vec<String> {
    let entries = fs::read_dir(world.dir.path().join("mail")).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let unfinished = fs::read_dir(world.dir.path().join("mail/.part")).into_iter().flatten().count();
    assert_eq!(unfinished, 0);
    names.retain(|name| name != ".part");
    names
}

#[tokio::test]
async fn a_mail_is_two_files() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    assert_eq!(files(&world), [format!("{}.eml", sample.key()), format!("{}.json", sample.key())]);
    let eml = fs::read(world.path(sample.key(), "eml")).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&eml).unwrap();
    assert_eq!(mail.message_id(), Some("1@x.jp"));
    assert_eq!(mail.subject(), Some(sample.payload.subject.as_str()));
}

#[tokio::test]
async fn a_crash_between_the_two_files_leaves_the_mail_unlogged() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    fs::remove_file(world.path(sample.key(), "json")).unwrap();
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None);
    assert!(!sample.deliver(world.crm()).await.unwrap().already_known);
    assert_eq!(files(&world).len(), 2);
}

#[tokio::test]
async fn a_payload_that_somebody_changed_does_not_count_and_is_mended() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    fs::write(world.path(sample.key(), "json"), b"{}").unwrap();
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None);
    sample.deliver(world.crm()).await.unwrap();
    assert_eq!(world.payload(sample.key()), Some(sample.frozen.bytes));
}

#[tokio::test]
async fn what_was_shared_before_stands_until_its_successor_is_written() {
    let (world, less) = (Folder::start().await, Sample::new("<1@x.jp>"));
    less.deliver(world.crm()).await.unwrap();
    let eml = fs::read(world.path(less.key(), "eml")).unwrap();
    let more = Sample::new("<1@x.jp>").with_file("a.bin", b"x").with_damaged_files(Some(|bytes| bytes.push(0)));
    let more = more.but(|payload| payload.attachments[0].size = 2);
    assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::AttachmentMissing);
    assert_eq!(world.payload(less.key()).as_ref(), Some(&less.frozen.bytes));
    assert_eq!(fs::read(world.path(less.key(), "eml")).unwrap(), eml);
    assert_eq!(files(&world).len(), 2);
}

#[tokio::test]
async fn a_mail_does_not_count_while_its_files_are_exchanged() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    let eml = world.path(sample.key(), "eml");
    fs::remove_file(&eml).unwrap();
    fs::create_dir(&eml).unwrap();
    let more = Sample::new("<1@x.jp>").but(|payload| payload.subject = "件名".into());
    assert_eq!(more.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::FolderUnusable);
    assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_crash_left_unfinished_is_taken_back_too() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    let parts = world.dir.path().join("mail/.part");
    fs::write(parts.join(format!("{}-abc123", sample.key())), b"half").unwrap();
    fs::write(parts.join("another"), b"half").unwrap();
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    let left: Vec<_> = fs::read_dir(parts).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["another"]);
}

async fn check_unusable(crm: &dyn CrmConnector) {
    let sample = Sample::new("<1@x.jp>");
    let fault = sample.deliver(crm).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::FolderUnusable, "{fault}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let world = Folder::start().await;
    fs::write(world.dir.path().join("mail"), b"in the way").unwrap();
    check_unusable(world.crm()).await;
    let system = super::world::connector("folder", json!({"path": "/proc/self"}), None);
    check_unusable(system.as_ref()).await;
    let fault = system.check().await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::FolderUnusable);
    assert!(fault.detail.contains("/proc/self"), "{fault}");
}

/// The lines of the index, cell by cell.
fn index(world: &Folder) -> Vec<Vec<String>> {
    let bytes = fs::read(world.dir.path().join("index.csv")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut rows = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn the_index_has_a_line_for_each_mail_and_none_for_what_was_taken_back() {
    let (world, one) = (Folder::start().await, Sample::new("<1@x.jp>").with_file("見積,書.pdf", b"%PDF"));
    let two = Sample::new("<2@x.jp>").but(|payload| {
        (payload.date, payload.subject) = ("2026-11-01T00:00:00Z".into(), "=cmd|' /C calc'!A0".into());
        payload.direction = otomo_domain::mail::Direction::Outgoing;
    });
    let remote = one.deliver(world.crm()).await.unwrap();
    two.deliver(world.crm()).await.unwrap();
    let [earlier, later] = &index(&world)[..] else { panic!("two lines") };
    assert_eq!(earlier[..3], ["2026-11-01T00:00:00Z", "sent", "'=cmd|' /C calc'!A0"]);
    let mail = format!("mail/{}.eml", one.key());
    let subject = one.payload.subject.as_str();
    let from = "髙橋 花子 <hanako@x.jp>";
    assert_eq!(later[..], ["2026-11-22T05:00:00Z", "received", subject, from, "deal:41", &mail, "見積,書.pdf"]);
    world.crm().unlog(one.sought(), &remote).await.unwrap();
    assert_eq!(index(&world).len(), 1);
}

#[tokio::test]
async fn an_index_that_was_lost_or_changed_is_made_good_with_the_next_mail() {
    let world = Folder::start().await;
    for (id, damage) in [("<1@x.jp>", &b"\x89PNG"[..]), ("<2@x.jp>", b"a,b\n1\n"), ("<3@x.jp>", b"")] {
        Sample::new(id).deliver(world.crm()).await.unwrap();
        fs::write(world.dir.path().join("index.csv"), damage).unwrap();
    }
    Sample::new("<3@x.jp>").deliver(world.crm()).await.unwrap();
    assert_eq!(index(&world).len(), 3);
}

#[tokio::test]
async fn a_mail_is_logged_although_the_index_cannot_be_written() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    fs::create_dir(world.dir.path().join("index.csv")).unwrap();
    sample.deliver(world.crm()).await.unwrap();
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
}

#[tokio::test]
async fn the_records_of_a_mail_are_exchanged_in_its_payload_and_in_the_index() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    let record = |id: &str| RecordRef { kind: RecordType::Contact, id: id.into() };
    let remote = sample.deliver(world.crm()).await.unwrap();
    let eml = fs::read(world.path(sample.key(), "eml")).unwrap();
    for _ in 0..2 {
        world.crm().relink(sample.sought(), &remote, &[record("7"), record("8")]).await.unwrap();
    }
    let (_, kept) = Frozen::open(&world.payload(sample.key()).unwrap()).expect("canonical bytes");
    assert_eq!(kept.links, [record("7"), record("8")]);
    let alike = |payload: &Payload| Payload { links: vec![], digest: None, ..payload.clone() };
    assert_eq!(alike(&kept), alike(&sample.payload));
    assert_eq!(index(&world)[0][4], "contact:7; contact:8");
    assert_eq!(fs::read(world.path(sample.key(), "eml")).unwrap(), eml);
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
    let nobody = Sample::new("<2@x.jp>");
    let fault = world.crm().relink(nobody.sought(), &remote, &[record("7")]).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::NotFound);
}

#[tokio::test]
async fn the_folder_says_once_what_is_in_it() {
    let world = Folder::start().await;
    let readme = world.dir.path().join("README.txt");
    Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap();
    let text = fs::read_to_string(&readme).unwrap();
    assert!(["シェアした", "index.csv", "contacts.csv", ".vcf"].iter().all(|word| text.contains(word)), "{text}");
    fs::remove_file(&readme).unwrap();
    Sample::new("<2@x.jp>").deliver(world.crm()).await.unwrap();
    assert!(!readme.exists());
    let another = Folder::start().await;
    fs::write(another.dir.path().join("README.txt"), "mine").unwrap();
    Sample::new("<1@x.jp>").deliver(another.crm()).await.unwrap();
    assert_eq!(fs::read_to_string(another.dir.path().join("README.txt")).unwrap(), "mine");
}

#[tokio::test]
async fn a_list_of_people_that_is_none_is_a_fault() {
    let world = Folder::start().await;
    fs::write(world.dir.path().join("contacts.csv"), b"\x89PNG\r\n\x1a\n\0\0\xff\xff").unwrap();
    let fault = world.crm().contacts(None).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::FolderUnusable);
}
