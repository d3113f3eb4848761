//! Servers that refuse at any step, and mail that is more than they take.

use kit::smtp::Quirk::{Answers, ClosesAfterMessage, Endless, Greets, Offers, SilentAfterMessage};
use kit::smtp::{PASSWORD, Quirk};
use mail_parser::MessageParser;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::Direction;

use super::super::sample::{Sample, address};
use super::super::world::World;
use super::{COPIES, FORWARDS, MailDrop, OWN, named, sent};

/// What becomes of a mail at a server with these quirks, and how many it took.
async fn deliver(quirks: impl IntoIterator<Item = Quirk>, sample: &Sample) -> (Result<(), CrmFault>, usize) {
    let world = MailDrop::start(quirks).await;
    let outcome = sample.deliver(world.crm()).await.map(drop);
    (outcome, world.mails())
}

/// Each step of the conversation, as a server may refuse it for now and for good.
const STEPS: [(&str, &str, &str); 5] = [
    ("AUTH", "454 4.7.0 later", "535 5.7.8 no"),
    ("MAIL", "451 4.3.0 later", "554 5.0.0 no"),
    ("RCPT", "450 4.2.0 later", "550 5.1.1 no"),
    ("DATA", "451 4.3.0 later", "554 5.6.0 no"),
    (".", "452 4.3.1 later", "554 5.6.0 no"),
];

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_at_whatever_step() {
    for (step, later, _) in STEPS {
        let (outcome, _) = deliver([Answers(step, later)], &Sample::new("<1@x.jp>")).await;
        let fault = outcome.unwrap_err();
        assert!(fault.is_temporary() && !fault.is_about_connection(), "{step}: {fault}");
        assert!(fault.detail.contains("later"), "{step}: {fault}");
    }
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again_at_whatever_step() {
    for (step, _, no) in STEPS {
        let (outcome, _) = deliver([Answers(step, no)], &Sample::new("<1@x.jp>")).await;
        let fault = outcome.unwrap_err();
        assert!(!fault.is_temporary() && fault.kind != CrmFaultKind::OutcomeUnknown, "{step}: {fault}");
        assert_eq!(fault.is_about_connection(), step == "AUTH", "{step}: {fault}");
        assert!(fault.detail.contains(no) || step == "AUTH", "{step}: {fault}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_a_step_before_the_mail_has_not_got_it() {
    for step in ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        let (outcome, taken) = deliver([Answers(step, "421 4.3.2 going down")], &Sample::new("<1@x.jp>")).await;
        let fault = outcome.unwrap_err();
        assert!(fault.is_temporary() && taken == 0, "{step}: {fault}");
    }
}

#[tokio::test]
async fn only_after_the_last_dot_the_outcome_is_open() {
    for quirk in [ClosesAfterMessage, SilentAfterMessage] {
        let (outcome, taken) = deliver([quirk.clone()], &Sample::new("<1@x.jp>")).await;
        assert_eq!((outcome.unwrap_err().kind, taken), (CrmFaultKind::OutcomeUnknown, 1), "{quirk:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_none_is_no_place_for_a_mail_and_is_not_heard_without_end() {
    for quirk in [
        Greets("HTTP/1.1 200 OK\r\n\r\n<html>"),
        Greets("554 5.7.1 no service"),
        Greets("\u{1b}[31m\0"),
        Greets(""),
        Answers("EHLO", "500 what"),
        Answers("RCPT", "hello"),
        Endless("250-and more\r\n"),
    ] {
        let (outcome, taken) = deliver([quirk.clone()], &Sample::new("<1@x.jp>")).await;
        let fault = outcome.unwrap_err();
        assert!(fault.kind != CrmFaultKind::OutcomeUnknown && taken == 0, "{quirk:?}: {fault}");
        assert!(fault.detail.len() < 2000 && !fault.detail.contains(PASSWORD), "{quirk:?}: {fault}");
        assert!(!fault.detail.chars().any(char::is_control), "{quirk:?}: {fault:?}");
    }
}

#[tokio::test]
async fn a_mail_above_the_servers_limit_never_leaves_and_one_below_it_does() {
    let large = Sample::new("<1@x.jp>").with_file("a.bin", &vec![7; 800_000]);
    let world = MailDrop::start([]).await;
    let fault = large.deliver(world.crm()).await.unwrap_err();
    assert!(!fault.is_temporary() && !fault.is_about_connection(), "{fault}");
    assert!(world.server().got_of("DATA").is_empty() && world.mails() == 0);
    let (outcome, taken) = deliver([Offers(&["8BITMIME", "AUTH PLAIN"])], &large).await;
    assert_eq!((outcome, taken), (Ok(()), 1));
}

#[tokio::test]
async fn a_body_of_a_megabyte_arrives_whole_where_there_is_room() {
    let text = "いつもお世話になっております。\r\n".repeat(1 << 15);
    let sample = Sample::new("<1@x.jp>").but(|mail| (mail.body_text, mail.body_html) = (Some(text.clone()), None));
    let world = MailDrop::start([Offers(&["AUTH PLAIN"])]).await;
    sample.deliver(world.crm()).await.unwrap();
    let taken = world.taken();
    let mail = MessageParser::default().parse(&taken[0].message).unwrap();
    assert!(mail.body_text(0).unwrap().contains(text.trim_end()));
}

#[tokio::test]
async fn a_server_that_takes_seven_bits_gets_seven_bits() {
    let odd = "👩‍👩‍👧 髙橋①㈱ é";
    for direction in [Direction::Incoming, Direction::Outgoing] {
        let sample = Sample::new("<1@x.jp>").with_file("見積書①.pdf", &[0xff; 300]).but(|mail| {
            (mail.subject, mail.from.name, mail.body_text) = (odd.into(), odd.into(), Some(odd.repeat(300)));
            mail.direction = direction;
        });
        let world = MailDrop::start([Offers(&["AUTH PLAIN"])]).await;
        sample.deliver(world.crm()).await.unwrap();
        let message = &world.taken()[0].message;
        assert!(message.is_ascii(), "{direction:?}");
        assert!(message.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "{direction:?}");
        assert_eq!(world.file(sample.key(), "見積書①.pdf"), Some(vec![0xff; 300]), "{direction:?}");
    }
}

#[tokio::test]
async fn nothing_in_a_mail_becomes_a_field_a_receiver_or_a_command() {
    let odd = "x\r\nBcc: thief@evil.example\r\n\r\n.\r\nRCPT TO:<thief@evil.example>\r\n\u{0}\rlone \u{1b}[31m\u{2028}";
    for direction in [Direction::Incoming, Direction::Outgoing] {
        let sample = Sample::new("<1@x.jp>").with_file(odd, b"%PDF").but(|mail| {
            (mail.subject, mail.body_text) = (odd.into(), Some(odd.into()));
            (mail.from.name, mail.direction) = (odd.into(), direction);
            mail.to = vec![named("rep@own.example", odd)];
        });
        let world = MailDrop::start([]).await;
        sample.deliver(world.crm()).await.unwrap();
        let [taken] = &world.taken()[..] else { panic!("one mail") };
        let only = if direction == Direction::Outgoing { COPIES } else { FORWARDS };
        assert_eq!(taken.to, [only.to_owned()], "{direction:?}");
        let mail = MessageParser::default().parse(&taken.message).unwrap();
        assert!(mail.bcc().is_none(), "{direction:?}");
        assert_eq!(mail.attachment_count(), 1, "{direction:?}");
        assert_eq!(world.server().got_of("RCPT").len(), 1, "{direction:?}");
    }
}

#[tokio::test]
async fn odd_names_of_files_arrive_and_lead_nowhere() {
    for name in ["見積\u{202e}fdp.pdf", "a\"b;\\ c=🍙.pdf", &"長".repeat(300), "../../etc/passwd", "CON", "a\0b.pdf"]
    {
        let (world, sample) = (MailDrop::start([]).await, Sample::new("<1@x.jp>").with_file(name, b"%PDF"));
        sample.deliver(world.crm()).await.unwrap();
        let taken = world.taken();
        let mail = MessageParser::default().parse(&taken[0].message).unwrap();
        let contents: Vec<&[u8]> = mail.attachments().map(|part| part.contents()).collect();
        assert_eq!(contents, [b"%PDF"], "{name:?}");
    }
}

#[tokio::test]
async fn forty_files_arrive() {
    let name = |number: usize| format!("{number}.pdf");
    let sample = (0..40).fold(Sample::new("<1@x.jp>"), |sample, number| {
        sample.with_file(&name(number), format!("%PDF {number}").as_bytes())
    });
    let world = MailDrop::start([]).await;
    sample.deliver(world.crm()).await.unwrap();
    for number in 0..40 {
        assert_eq!(world.file(sample.key(), &name(number)), Some(format!("%PDF {number}").into_bytes()));
    }
    assert_eq!(world.mails(), 1);
}

#[tokio::test]
async fn no_fault_of_a_server_tells_of_the_mail() {
    let mail = sent(OWN).but(|mail| mail.to = vec![named("hanako@x.jp", "秘密の人")]);
    for (step, later, no) in STEPS {
        for said in [later, no] {
            let (outcome, _) = deliver([Answers(step, said)], &mail).await;
            let words = format!("{:?}", outcome.unwrap_err());
            for told in [PASSWORD, mail.payload.subject.as_str(), "秘密の人", address("hanako@x.jp").as_str()] {
                assert!(!words.contains(told), "{step}: {words}");
            }
        }
    }
}
