//! Disks that are full or may only be read, and what others do in the folder.

use std::fs;
use std::path::Path;

use kit::disk::Disk;
use otomo_domain::connector::{NewContact, RemoteMail};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::ports::CrmConnector;
use serde_json::json;

use super::super::sample::{Sample, address};
use super::super::world::{Folder, World, connector};
use super::files;

fn on(disk: &Disk) -> Box<dyn CrmConnector> {
    connector("folder", json!({"path": disk.path()}), None)
}

/// What nobody has finished.
fn parts(root: &Path) -> usize {
    fs::read_dir(root.join("mail/.part")).into_iter().flatten().count()
}

#[tokio::test]
async fn a_mail_for_which_the_disk_is_too_full_is_not_logged_and_waits_for_room() {
    let disk = Disk::of("400k");
    let (crm, sample) = (on(&disk), Sample::new("<1@x.jp>").with_file("a.bin", &[7; 200_000]));
    fs::write(disk.path().join("something else"), [0; 200_000]).unwrap();
    let fault = sample.deliver(crm.as_ref()).await.unwrap_err();
    assert!(fault.kind == CrmFaultKind::FolderUnusable && fault.is_temporary(), "{fault}");
    assert_eq!(crm.find_logged(sample.sought()).await.unwrap(), None);
    assert_eq!(parts(disk.path()), 0);
    fs::remove_file(disk.path().join("something else")).unwrap();
    assert!(!sample.deliver(crm.as_ref()).await.unwrap().already_known);
}

#[tokio::test]
async fn what_was_shared_before_stands_while_the_disk_is_too_full_for_its_successor() {
    let disk = Disk::of("400k");
    let (crm, less) = (on(&disk), Sample::new("<1@x.jp>"));
    less.deliver(crm.as_ref()).await.unwrap();
    let more = Sample::new("<1@x.jp>").with_file("a.bin", &[7; 400_000]);
    assert_eq!(more.deliver(crm.as_ref()).await.unwrap_err().kind, CrmFaultKind::FolderUnusable);
    let kept = fs::read(disk.path().join(format!("mail/{}.json", less.key()))).unwrap();
    assert_eq!((kept, parts(disk.path())), (less.frozen.bytes, 0));
}

#[tokio::test]
async fn a_folder_that_may_only_be_read_is_read_and_says_so_to_whoever_writes() {
    let disk = Disk::of("1m");
    fs::write(disk.path().join("contacts.csv"), "email\nanna@x.jp\n").unwrap();
    let (crm, sample, other) = (on(&disk), Sample::new("<1@x.jp>"), Sample::new("<2@x.jp>"));
    let remote = sample.deliver(crm.as_ref()).await.unwrap();
    disk.protect(true);
    assert_eq!(crm.contacts(None).await.unwrap().contacts.len(), 1);
    assert!(crm.find_logged(sample.sought()).await.unwrap().is_some());
    let new = NewContact { name: "Ben".into(), email: address("ben@x.jp"), company: String::new() };
    for fault in [
        crm.check().await.map(drop).unwrap_err(),
        crm.create_contact(&new).await.map(drop).unwrap_err(),
        other.deliver(crm.as_ref()).await.map(drop).unwrap_err(),
        crm.relink(sample.sought(), &remote, &other.payload.links).await.unwrap_err(),
        crm.unlog(sample.sought(), &remote).await.unwrap_err(),
    ] {
        assert!(fault.kind == CrmFaultKind::FolderUnusable && fault.is_temporary(), "{fault}");
    }
    disk.protect(false);
    crm.unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(crm.find_logged(sample.sought()).await.unwrap(), None);
}

/// The states in which a kill between two writes may leave the folder, each made of a finished mail.
fn cuts() -> Vec<fn(&Folder, &Sample)> {
    vec![
        // Before the first rename: a file that nobody finished.
        |world, sample| {
            fs::remove_file(world.path(sample.key(), "json")).unwrap();
            fs::remove_file(world.path(sample.key(), "eml")).unwrap();
            fs::write(world.dir.path().join(format!("mail/.part/{}-1", sample.key())), b"From: h").unwrap();
        },
        // Between the renames, and between the removals.
        |world, sample| fs::remove_file(world.path(sample.key(), "json")).unwrap(),
        // Before the first mail: the folders alone.
        |world, _| {
            fs::remove_dir_all(world.dir.path().join("mail")).unwrap();
            fs::create_dir_all(world.dir.path().join("mail/.part")).unwrap();
        },
        // A copying program's or a disk's own cut.
        |world, sample| {
            let half = sample.frozen.bytes[..sample.frozen.bytes.len() / 2].to_vec();
            fs::write(world.path(sample.key(), "json"), half).unwrap();
        },
        |world, sample| fs::write(world.path(sample.key(), "json"), b"").unwrap(),
    ]
}

#[tokio::test]
async fn a_kill_between_any_two_writes_leaves_a_mail_unlogged_and_it_is_logged_whole_afterwards() {
    for (number, cut) in cuts().into_iter().enumerate() {
        let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF"));
        let remote = sample.deliver(world.crm()).await.unwrap();
        cut(&world, &sample);
        assert_eq!(world.crm().find_logged(sample.sought()).await.unwrap(), None, "{number}");
        sample.deliver(world.crm()).await.unwrap();
        assert_eq!(world.payload(sample.key()).as_ref(), Some(&sample.frozen.bytes), "{number}");
        assert_eq!(world.file(sample.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()), "{number}");
        world.crm().unlog(sample.sought(), &remote).await.unwrap();
        assert_eq!((world.mails(), parts(world.dir.path())), (0, 0), "{number}");
    }
}

#[tokio::test]
async fn a_link_in_the_place_of_a_file_is_replaced_and_not_followed() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), b"somebody's own").unwrap();
    fs::create_dir(world.dir.path().join("mail")).unwrap();
    for ending in ["eml", "json"] {
        std::os::unix::fs::symlink(outside.path(), world.path(sample.key(), ending)).unwrap();
    }
    let remote = sample.deliver(world.crm()).await.unwrap();
    assert_eq!(fs::read(outside.path()).unwrap(), b"somebody's own");
    assert_eq!(world.payload(sample.key()).as_ref(), Some(&sample.frozen.bytes));
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(fs::read(outside.path()).unwrap(), b"somebody's own");
}

#[tokio::test]
async fn the_files_of_others_are_left_alone_and_are_no_mail() {
    let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
    let remote = sample.deliver(world.crm()).await.unwrap();
    let (key, mails) = (sample.key(), world.dir.path().join("mail"));
    let others = [
        format!("{key} (conflicted copy).json"),
        format!("{}.json", key.to_string().to_uppercase()),
        "notes.json".into(),
        "CON.eml".into(),
        "\u{202e}nosj.json".into(),
    ];
    others.iter().for_each(|name| fs::write(mails.join(name), &sample.frozen.bytes).unwrap());
    Sample::new("<2@x.jp>").deliver(world.crm()).await.unwrap();
    assert_eq!(super::index(&world).len(), 2);
    world.crm().unlog(sample.sought(), &remote).await.unwrap();
    assert_eq!(super::index(&world).len(), 1);
    assert!(others.iter().all(|name| mails.join(name).exists()));
}

#[tokio::test]
async fn no_name_of_a_file_or_a_mail_becomes_the_name_of_a_file_here() {
    for name in ["../../etc/passwd", "CON", "a\0b.pdf", "\u{202e}fdp.exe", &"長".repeat(300), "/", "..", ""] {
        let world = Folder::start().await;
        let id = format!("<../{}@x.jp>", name.chars().filter(|c| c.is_ascii_graphic()).collect::<String>());
        let sample = Sample::new(&id).with_file(name, b"%PDF");
        sample.deliver(world.crm()).await.unwrap();
        assert_eq!(files(&world), [format!("{}.eml", sample.key()), format!("{}.json", sample.key())]);
        let remote = RemoteMail { id: "../../etc/passwd".into(), url: None, already_known: false };
        world.crm().unlog(sample.sought(), &remote).await.unwrap();
        assert_eq!(files(&world), [""; 0]);
    }
}

#[tokio::test]
async fn something_in_the_way_of_the_folders_is_named_and_nothing_is_lost_by_it() {
    for place in ["mail", "mail/.part"] {
        let (world, sample) = (Folder::start().await, Sample::new("<1@x.jp>"));
        let place = world.dir.path().join(place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, b"mine").unwrap();
        let fault = sample.deliver(world.crm()).await.unwrap_err();
        assert!(fault.kind == CrmFaultKind::FolderUnusable && fault.detail.contains("mail"), "{fault}");
        assert_eq!(fs::read(&place).unwrap(), b"mine");
        fs::remove_file(&place).unwrap();
        sample.deliver(world.crm()).await.unwrap();
    }
}

#[tokio::test]
async fn two_connectors_on_one_folder_leave_each_mail_whole() {
    let world = Folder::start().await;
    let other = connector("folder", json!({"path": world.dir.path()}), None);
    let samples: Vec<Sample> =
        (0..10).map(|n| Sample::new(&format!("<{n}@x.jp>")).with_file("a.pdf", b"%PDF")).collect();
    let deliveries = samples.iter().flat_map(|sample| [sample.deliver(world.crm()), sample.deliver(other.as_ref())]);
    let outcomes = futures::future::join_all(deliveries).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    for sample in &samples {
        assert_eq!(world.payload(sample.key()).as_ref(), Some(&sample.frozen.bytes));
        assert_eq!(world.file(sample.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
    }
    // The index of the last one who wrote has all that were there then; the next mail makes it good.
    Sample::new("<last@x.jp>").deliver(world.crm()).await.unwrap();
    assert_eq!((world.mails(), super::index(&world).len()), (11, 11));
}
