//! Mail to a CRM's address: what its connector alone can get wrong.
//!
//! `world` is the account, its server and the CRM that reads what arrived; `answers` is about servers and accounts,
//! `bad_input` about servers that refuse and mail that is odd.

mod answers;
mod bad_input;
mod world;

use mail_parser::{MessageParser, MimeHeaders};
use otomo_domain::mail::Direction;
use otomo_domain::payload::{Level, Named};

use super::sample::{Sample, address};
use super::world::World;

use kit::smtp::USER;
pub use world::{COPIES, FORWARDS, MailDrop, OWN};

fn named(email: &str, name: &str) -> Named {
    Named { email: address(email), name: name.into() }
}

/// A mail that the rep sent from this address.
fn sent(from: &str) -> Sample {
    Sample::new("<sent@own.example>").but(|payload| {
        payload.direction = Direction::Outgoing;
        payload.from = named(from, "営業 一郎");
        payload.to = vec![named("hanako@x.jp", "髙橋 花子"), named("jiro@x.jp", "")];
    })
}

#[tokio::test]
async fn a_sent_mail_goes_as_it_was_and_to_the_crm_alone() {
    let (world, sample) = (MailDrop::start([]).await, sent(OWN).with_file("見積書.pdf", b"%PDF"));
    sample.deliver(world.crm()).await.unwrap();
    let [taken] = &world.taken()[..] else { panic!("one mail") };
    assert_eq!((taken.from.as_str(), &taken.to[..]), (OWN, [COPIES.to_owned()].as_slice()));
    let mail = MessageParser::default().parse(&taken.message).unwrap();
    let to: Vec<_> = mail.to().unwrap().iter().filter_map(|person| person.address()).collect();
    assert_eq!((mail.from().unwrap().first().unwrap().address(), to), (Some(OWN), vec!["hanako@x.jp", "jiro@x.jp"]));
    assert_eq!((mail.message_id(), mail.subject()), (Some("sent@own.example"), Some(sample.payload.subject.as_str())));
    assert_eq!(mail.date().unwrap().to_rfc3339(), sample.payload.date);
    assert!(mail.bcc().is_none() && mail.attachments().any(|part| part.attachment_name() == Some("見積書.pdf")));
    assert!(!String::from_utf8_lossy(&taken.message).contains(COPIES), "the address of the CRM is nobody's business");
}

#[tokio::test]
async fn a_received_mail_goes_forwarded_by_the_rep() {
    let (world, sample) = (MailDrop::start([]).await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    let [taken] = &world.taken()[..] else { panic!("one mail") };
    assert_eq!((taken.from.as_str(), &taken.to[..]), (USER, [FORWARDS.to_owned()].as_slice()));
    let mail = MessageParser::default().parse(&taken.message).unwrap();
    let only =
        |people: &mail_parser::Address<'_>| people.iter().filter_map(|p| p.address().map(str::to_owned)).collect();
    let (from, to): (Vec<String>, Vec<String>) = (only(mail.from().unwrap()), only(mail.to().unwrap()));
    assert_eq!((from, to), (vec![USER.to_owned()], vec![FORWARDS.to_owned()]));
    assert!(mail.cc().is_none() && mail.bcc().is_none());
    assert_eq!(mail.subject(), Some(format!("Fwd: {}", sample.payload.subject).as_str()));
    let text = mail.body_text(0).unwrap();
    assert!(text.contains("\nFrom: 髙橋 花子 <hanako@x.jp>\r\nDate: Sun, 22 Nov 2026 05:00:00 +0000\r\n"), "{text}");
    assert!(text.contains(sample.payload.body_text.as_ref().unwrap()), "{text}");
}

#[tokio::test]
async fn each_level_tells_no_more_than_its_name() {
    let secret = |world: &MailDrop| {
        let taken = world.taken();
        let mail = MessageParser::default().parse(&taken.last().unwrap().message).unwrap();
        let all = format!("{:?}{:?}{:?}", mail.subject(), mail.body_text(0), mail.body_html(0));
        (all.contains("御見積書"), all.contains("お世話になって"))
    };
    for direction in [Direction::Incoming, Direction::Outgoing] {
        let world = MailDrop::start([]).await;
        for level in [Level::Metadata, Level::Subject, Level::Full] {
            let sample = Sample::new("<1@x.jp>").but(|payload| {
                (payload.share_level, payload.direction) = (level, direction);
                if level < Level::Full {
                    (payload.body_text, payload.body_html) = (None, None);
                }
                if level < Level::Subject {
                    payload.subject.clear();
                }
            });
            sample.deliver(world.crm()).await.unwrap();
            assert_eq!(secret(&world), (level >= Level::Subject, level >= Level::Full), "{direction:?} {level:?}");
        }
    }
}

#[tokio::test]
async fn mail_that_carries_the_address_of_the_crm_is_in_it_already() {
    let world = MailDrop::start([]).await;
    let deny = world.crm().check().await.unwrap().deny;
    let kind = || "never_log_address".to_owned();
    assert_eq!(deny, [(kind(), COPIES.to_owned()), (kind(), FORWARDS.to_owned())]);
}
