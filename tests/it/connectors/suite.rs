//! The checks every connector passes. `bad_input` is for those with an API, `lists` for those that read files.

pub mod bad_input;
pub mod lists;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use otomo_domain::connector::{ContactPage, NewContact, OutgoingFile, RemoteMail, Retraction};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::Level;
use otomo_domain::ports::CrmConnector;

use super::sample::{Sample, address};
use super::world::World;

/// What the engine keeps of the feed: names by id, and the cursor.
#[derive(Default)]
struct Index {
    names: BTreeMap<String, String>,
    cursor: Option<String>,
}

impl Index {
    /// Reads the feed to its end; returns its first page.
    async fn refresh(&mut self, crm: &dyn CrmConnector) -> ContactPage {
        let mut first = None;
        loop {
            let page = crm.contacts(self.cursor.as_deref()).await.unwrap();
            if page.starts_over {
                self.names.clear();
            }
            for contact in &page.contacts {
                self.names.insert(contact.record.id.clone(), contact.name.clone());
            }
            for record in &page.gone {
                self.names.remove(&record.id);
            }
            self.cursor = Some(page.cursor.clone());
            let more = page.has_more;
            first.get_or_insert(page);
            if !more {
                return first.unwrap();
            }
        }
    }

    fn names(&self) -> Vec<&str> {
        self.names.values().map(String::as_str).collect()
    }
}

async fn deliver(world: &impl World, sample: &Sample) -> RemoteMail {
    sample.deliver(world.crm()).await.unwrap()
}

async fn found(world: &impl World, sample: &Sample) -> Option<RemoteMail> {
    world.crm().find_logged(sample.sought()).await.unwrap()
}

pub async fn a_check_tells_who_the_rep_is_and_changes_nothing(world: impl World) {
    let identity = world.crm().check().await.unwrap();
    assert!(!identity.user_id.is_empty());
    let described = world.crm().describe();
    assert_eq!(identity.can_unlog, described.retraction != Retraction::None);
    assert_eq!(identity.can_create_contacts, described.creates_contacts);
    assert_eq!(world.mails(), 0);
}

pub async fn a_crm_without_people_has_an_empty_page(world: impl World) {
    let page = world.crm().contacts(None).await.unwrap();
    assert!(page.contacts.is_empty() && page.gone.is_empty() && !page.has_more);
    assert!(page.starts_over);
}

pub async fn people_come_whole_and_then_only_when_something_changed(world: impl World) {
    let mut index = Index::default();
    world.set_people(&[("1", "Anna", "anna@x.jp"), ("2", "Ben", "ben@x.jp")]);
    assert!(index.refresh(world.crm()).await.starts_over);
    assert_eq!(index.names(), ["Anna", "Ben"]);

    let unchanged = index.refresh(world.crm()).await;
    assert!(unchanged.contacts.is_empty() && unchanged.gone.is_empty() && !unchanged.starts_over);
    assert_eq!(index.names(), ["Anna", "Ben"]);

    world.set_people(&[("1", "Anna", "anna@x.jp"), ("2", "Benjamin", "ben@x.jp"), ("3", "Carl", "carl@x.jp")]);
    index.refresh(world.crm()).await;
    assert_eq!(index.names(), ["Anna", "Benjamin", "Carl"]);
}

pub async fn a_person_who_is_gone_disappears(world: impl World) {
    let mut index = Index::default();
    world.set_people(&[("1", "Anna", "anna@x.jp"), ("2", "Ben", "ben@x.jp")]);
    index.refresh(world.crm()).await;
    world.set_people(&[("2", "Ben", "ben@x.jp")]);
    index.refresh(world.crm()).await;
    assert_eq!(index.names(), ["Ben"]);
}

pub async fn a_long_list_comes_whole(world: impl World) {
    let people: Vec<(String, String)> = (0..1203).map(|n| (format!("{n:04}"), format!("p{n}@x.jp"))).collect();
    world.set_people(&people.iter().map(|(id, email)| (id.as_str(), id.as_str(), email.as_str())).collect::<Vec<_>>());
    let mut index = Index::default();
    index.refresh(world.crm()).await;
    assert_eq!(index.names(), people.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>());
}

pub async fn names_in_japanese_survive(world: impl World) {
    world.set_people(&[("田-1", "髙橋 花子①㈱", "Hanako@X.jp")]);
    let contacts = world.crm().contacts(None).await.unwrap().contacts;
    assert_eq!((&contacts[0].record.id, contacts[0].name.as_str()), (&world.id_of("田-1"), "髙橋 花子①㈱"));
    assert_eq!(contacts[0].emails.iter().map(|a| a.as_str()).collect::<Vec<_>>(), ["hanako@x.jp"]);

    let sample = Sample::new("<ja@x.jp>").with_file("見積書 (最終版)①.pdf", b"%PDF");
    deliver(&world, &sample).await;
    assert_eq!(world.file(sample.key(), "見積書 (最終版)①.pdf").as_deref(), Some(b"%PDF".as_slice()));
}

/// What it does not claim to do it refuses, and leaves everything as it is.
pub async fn what_a_crm_is_not_said_to_do_is_refused(world: impl World) {
    let sample = Sample::new("<1@x.jp>");
    let (crm, remote) = (world.crm(), deliver(&world, &sample).await);
    let described = crm.describe();
    let links = &sample.payload.links;
    let refusals = [
        (described.creates_contacts, crm.create_contact(&somebody("Ben", "ben@x.jp")).await.map(drop)),
        (described.searches, crm.search("Ben").await.map(drop)),
        (described.relinks, crm.relink(sample.sought(), &remote, links).await),
        (described.retraction != Retraction::None, crm.unlog(sample.sought(), &remote).await),
    ];
    for (is_said, outcome) in refusals {
        let unsupported = outcome.is_err_and(|fault| fault.kind == CrmFaultKind::Unsupported);
        assert_eq!(unsupported, !is_said);
    }
    let is_there = found(&world, &sample).await.is_some();
    assert_eq!(
        (is_there, world.mails()),
        if described.retraction == Retraction::None { (true, 1) } else { (false, 0) }
    );
}

fn somebody(name: &str, email: &str) -> NewContact {
    NewContact { name: name.into(), email: address(email), company: "㈱サンプル".into() }
}

pub async fn a_contact_that_is_made_is_in_the_next_listing(world: impl World) {
    let mut index = Index::default();
    world.set_people(&[("1", "Anna", "anna@x.jp")]);
    index.refresh(world.crm()).await;
    let made = world.crm().create_contact(&somebody("髙橋 花子", "hanako@x.jp")).await.unwrap();
    assert_eq!((made.name.as_str(), made.emails.as_slice()), ("髙橋 花子", [address("hanako@x.jp")].as_slice()));
    index.refresh(world.crm()).await;
    assert_eq!(index.names.get(&made.record.id).map(String::as_str), Some("髙橋 花子"));
    assert_eq!(index.names.get(&world.id_of("1")).map(String::as_str), Some("Anna"));
}

pub async fn making_a_contact_twice_leaves_one(world: impl World) {
    let new = somebody("Ben", "ben@x.jp");
    let (first, second) =
        (world.crm().create_contact(&new).await.unwrap(), world.crm().create_contact(&new).await.unwrap());
    assert_eq!(first, second);
    let contacts = world.crm().contacts(None).await.unwrap().contacts;
    assert_eq!(contacts.iter().filter(|contact| contact.emails.contains(&new.email)).count(), 1);
}

pub async fn a_contact_that_is_there_is_given_back(world: impl World) {
    world.set_people(&[("7", "Anna", "anna@x.jp")]);
    let found = world.crm().create_contact(&somebody("Another name", "anna@x.jp")).await.unwrap();
    assert_eq!((found.record.id, found.name.as_str()), (world.id_of("7"), "Anna"));
}

pub async fn a_mail_that_was_not_logged_is_not_found(world: impl World) {
    deliver(&world, &Sample::new("<1@x.jp>")).await;
    assert_eq!(found(&world, &Sample::new("<2@x.jp>")).await, None);
}

pub async fn a_logged_mail_is_found(world: impl World) {
    let sample = Sample::new("<1@x.jp>");
    let remote = deliver(&world, &sample).await;
    assert!(!remote.already_known);
    let found = found(&world, &sample).await.expect("it is logged");
    assert_eq!((found.id, found.url), (remote.id, remote.url));
}

pub async fn the_bytes_that_arrive_are_the_frozen_bytes(world: impl World) {
    for level in [Level::Metadata, Level::Subject, Level::Full] {
        let sample = Sample::new(&format!("<{level:?}@x.jp>")).but(|payload| {
            payload.share_level = level;
            if level < Level::Full {
                (payload.body_text, payload.body_html) = (None, None);
            }
            if level < Level::Subject {
                payload.subject.clear();
            }
        });
        deliver(&world, &sample).await;
        assert_eq!(world.payload(sample.key()), Some(sample.frozen.bytes), "{level:?}");
    }
}

pub async fn logging_twice_leaves_one_mail(world: impl World) {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let (first, second) = (deliver(&world, &sample).await, deliver(&world, &sample).await);
    assert_eq!(first.id, second.id);
    assert!(!first.already_known && second.already_known);
    assert_eq!(world.mails(), 1);
}

pub async fn sharing_more_takes_the_place_of_sharing_less(world: impl World) {
    let full = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let less = Sample::new("<1@x.jp>").but(|payload| {
        (payload.body_text, payload.body_html, payload.share_level) = (None, None, Level::Subject);
    });
    deliver(&world, &less).await;
    assert!(deliver(&world, &full).await.already_known);
    assert_eq!(world.payload(full.key()), Some(full.frozen.bytes.clone()));
    assert_eq!(world.file(full.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
    deliver(&world, &less).await;
    assert_eq!(world.payload(full.key()), Some(less.frozen.bytes.clone()));
    assert_eq!((world.file(full.key(), "a.pdf"), world.mails()), (None, 1));
}

pub async fn another_mail_under_the_same_key_is_a_conflict(world: impl World) {
    let (one, other) =
        (Sample::new("<1@x.jp>"), Sample::new("<1@x.jp>").but(|p| p.date = "2020-01-01T00:00:00Z".into()));
    deliver(&world, &one).await;
    let before = world.payload(one.key());
    let fault = other.deliver(world.crm()).await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Conflict);
    assert_eq!((world.payload(one.key()), world.mails()), (before, 1));
    assert!(found(&world, &one).await.is_some());
}

pub async fn mails_are_kept_apart(world: impl World) {
    let mails = [Sample::new("<1@x.jp>"), Sample::new("<2@x.jp>"), Sample::new("<3@x.jp>")];
    for mail in &mails {
        deliver(&world, mail).await;
    }
    let [one, two, three] = mails;
    world.take_back(&two, &found(&world, &two).await.unwrap()).await;
    assert!(found(&world, &one).await.is_some() && found(&world, &three).await.is_some());
    assert_eq!(world.mails(), 2);
}

pub async fn a_mail_taken_back_is_gone(world: impl World) {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = deliver(&world, &sample).await;
    world.take_back(&sample, &remote).await;
    assert_eq!(found(&world, &sample).await, None);
    assert_eq!((world.mails(), world.payload(sample.key())), (0, None));
    // Who takes it back in the CRM itself says there what becomes of its file.
    if world.crm().describe().retraction != Retraction::None {
        assert_eq!(world.file(sample.key(), "a.pdf"), None);
    }
}

pub async fn taking_back_twice_is_harmless(world: impl World) {
    let sample = Sample::new("<1@x.jp>");
    let remote = deliver(&world, &sample).await;
    for _ in 0..2 {
        world.crm().unlog(sample.sought(), &remote).await.unwrap();
    }
    assert_eq!(world.mails(), 0);
}

pub async fn taking_back_what_was_never_logged_is_harmless(world: impl World) {
    let remote = RemoteMail { id: "none".into(), url: None, already_known: false };
    world.crm().unlog(Sample::new("<1@x.jp>").sought(), &remote).await.unwrap();
}

pub async fn a_mail_taken_back_can_be_logged_again(world: impl World) {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = deliver(&world, &sample).await;
    world.take_back(&sample, &remote).await;
    assert!(!deliver(&world, &sample).await.already_known);
    assert!(found(&world, &sample).await.is_some());
    assert_eq!(world.file(sample.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
}

pub async fn attachments_arrive_byte_for_byte(world: impl World) {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_003).collect();
    let sample =
        Sample::new("<1@x.jp>").with_file("a.bin", &bytes).with_file("empty.txt", b"").with_file("n.txt", b"\r\n.\r\n");
    deliver(&world, &sample).await;
    assert_eq!(world.file(sample.key(), "a.bin"), Some(bytes));
    assert_eq!(world.file(sample.key(), "empty.txt").as_deref(), Some(b"".as_slice()));
    assert_eq!(world.file(sample.key(), "n.txt").as_deref(), Some(b"\r\n.\r\n".as_slice()));
}

pub async fn an_attachment_can_be_put_twice(world: impl World) {
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    for _ in 0..2 {
        let file = OutgoingFile { meta: &sample.payload.attachments[0], files: &sample.kept };
        world.crm().put_attachment(file).await.unwrap();
    }
    deliver(&world, &sample).await;
    assert_eq!(world.file(sample.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
}

pub async fn a_large_attachment_is_never_held_whole(world: impl World) {
    let bytes: Vec<u8> = (0_u32..3 << 20).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    assert_eq!(bytes.len(), 12 << 20);
    let sample = Sample::new("<1@x.jp>").with_file("large.bin", &bytes);
    deliver(&world, &sample).await;
    assert!(world.file(sample.key(), "large.bin").is_some_and(|arrived| arrived == bytes));
    let largest = sample.kept.largest_read.load(Ordering::Relaxed);
    assert!((1..=64 << 10).contains(&largest), "pieces of {largest} bytes");
}

pub async fn a_file_two_mails_share_outlives_one_of_them(world: impl World) {
    let [one, two] = ["<1@x.jp>", "<2@x.jp>"].map(|id| Sample::new(id).with_file("a.pdf", b"%PDF"));
    let remote = deliver(&world, &one).await;
    deliver(&world, &two).await;
    world.take_back(&one, &remote).await;
    assert_eq!(world.file(two.key(), "a.pdf").as_deref(), Some(b"%PDF".as_slice()));
}

/// What becomes of a mail whose file cannot be sent.
async fn refused(world: &impl World, sample: Sample) -> CrmFault {
    let fault = sample.deliver(world.crm()).await.unwrap_err();
    assert_eq!(found(world, &sample).await, None);
    assert_eq!((world.mails(), world.file(sample.key(), "a.bin")), (0, None));
    fault
}

pub async fn a_damaged_attachment_stays_here(world: impl World) {
    let damages: [fn(&mut Vec<u8>); 2] = [|bytes| bytes[150_000] ^= 1, |bytes| bytes.truncate(150_000)];
    for damage in damages {
        let sample = Sample::new("<1@x.jp>").with_file("a.bin", &[7; 200_000]).with_damaged_files(Some(damage));
        assert_eq!(refused(&world, sample).await.kind, CrmFaultKind::AttachmentMissing);
    }
}

pub async fn an_attachment_that_cannot_be_read_is_named(world: impl World) {
    let sample = Sample::new("<1@x.jp>").with_file("a.bin", b"x").with_damaged_files(None);
    let sha256 = sample.payload.attachments[0].sha256.to_string();
    let fault = refused(&world, sample).await;
    assert_eq!(fault.kind, CrmFaultKind::AttachmentMissing);
    assert!(fault.detail.contains(&sha256), "{fault}");
}

pub async fn a_crm_out_of_reach_says_nothing_about_what_is_logged(mut world: impl World) {
    let sample = Sample::new("<1@x.jp>");
    let remote = deliver(&world, &sample).await;
    world.put_out_of_reach().await;
    let crm = world.crm();
    let mut faults = vec![
        crm.check().await.map(drop).unwrap_err(),
        crm.contacts(None).await.map(drop).unwrap_err(),
        crm.find_logged(sample.sought()).await.map(drop).unwrap_err(),
        sample.deliver(crm).await.map(drop).unwrap_err(),
    ];
    if crm.describe().retraction != Retraction::None {
        faults.push(crm.unlog(sample.sought(), &remote).await.unwrap_err());
    }
    for fault in faults {
        assert!(fault.is_temporary() && !fault.is_about_connection(), "{fault}");
    }
}
