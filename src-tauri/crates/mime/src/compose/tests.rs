use std::collections::HashMap;

use otomo_domain::address::{Address, Person};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::mail::{Direction, Role};
use otomo_domain::payload::{Level, Named};
use otomo_domain::time::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{attachment, parse};

/// Files in memory.
#[derive(Default)]
struct InMemory(HashMap<Digest, Vec<u8>>);

impl Files for InMemory {
    fn open(&self, sha256: &Digest) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.0.get(sha256).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Box::new(io::Cursor::new(bytes)))
    }
}

fn named(email: &str, name: &str) -> Named {
    Named { email: Address::parse(email).unwrap(), name: name.into() }
}

fn file(name: &str, bytes: &[u8]) -> SharedFile {
    SharedFile {
        sha256: Digest::of(bytes),
        name: name.into(),
        content_type: "application/pdf".into(),
        size: bytes.len() as u64,
        inline: false,
        content_id: None,
    }
}

fn payload() -> Payload {
    Payload {
        message_id: "<1@x.jp>".into(),
        in_reply_to: Some("<0@x.jp>".into()),
        references: vec!["<00@x.jp>".into(), "<0@x.jp>".into()],
        direction: Direction::Incoming,
        date: "2026-11-18T11:06:40Z".into(),
        from: named("tanaka@x.jp", "田中\u{3000}太郎"),
        to: vec![named("rep@own.example", ""), named("b@y.jp", "Sato, \"Jiro\"")],
        cc: vec![named("c@y.jp", "営業部")],
        subject: "お見積りの件について、ご確認をお願いいたします（第二版・株式会社サンプル様向け）".into(),
        share_level: Level::Full,
        body_text: Some("お世話になっております。\n\n-- \n田中".into()),
        body_html: Some("<p>お世話になっております。</p>".into()),
        attachments: vec![],
        links: vec![RecordRef { kind: RecordType::Contact, id: "A".into() }],
        digest: None,
    }
}

fn composed(payload: &Payload, files: &InMemory) -> Vec<u8> {
    let mut out = Vec::new();
    compose(payload, files, &mut out).unwrap();
    out
}

/// What a mail program reads in the composed mail, against what the payload says.
fn check(payload: &Payload, files: &InMemory) {
    let raw = composed(payload, files);
    let parsed = parse(&raw, Timestamp(0));
    let mail = &parsed.mail;
    let people =
        |role| mail.people(role).map(|Person { address, name }| Named { email: address.clone(), name: name.clone() });
    assert_eq!(mail.defects, []);
    assert_eq!((&mail.message_id, &mail.in_reply_to), (&payload.message_id, &payload.in_reply_to));
    assert_eq!(mail.references, payload.references);
    assert_eq!(mail.date.to_rfc3339(), payload.date);
    assert_eq!(people(Role::From).next().as_ref(), Some(&payload.from));
    assert_eq!(people(Role::To).collect::<Vec<_>>(), payload.to);
    assert_eq!(people(Role::Cc).collect::<Vec<_>>(), payload.cc);
    assert_eq!(mail.subject, payload.subject);
    assert_eq!(parsed.body.text, payload.body_text.clone().unwrap_or_default());
    assert_eq!(parsed.body.html, payload.body_html);
    let shared = |a: &otomo_domain::mail::Attachment| (a.sha256, a.name.clone(), a.size);
    let expected = |f: &SharedFile| (f.sha256, f.name.clone(), f.size);
    assert_eq!(
        mail.attachments.iter().map(shared).collect::<Vec<_>>(),
        payload.attachments.iter().map(expected).collect::<Vec<_>>()
    );
    for found in &mail.attachments {
        assert_eq!(attachment(&raw, found.part), files.0.get(&found.sha256).cloned());
    }
    let lines = String::from_utf8(raw).unwrap();
    assert!(lines.split("\r\n").all(|line| line.len() <= 100 && !line.contains(['\r', '\n'])), "{lines}");
}

#[test]
fn a_composed_mail_reads_as_the_payload_says() {
    check(&payload(), &InMemory::default());
    let metadata = Payload { body_text: None, body_html: None, subject: String::new(), ..payload() };
    check(&metadata, &InMemory::default());
    check(&Payload { body_html: None, ..payload() }, &InMemory::default());
    check(&Payload { subject: "Offer and contract ".repeat(12).trim().into(), ..payload() }, &InMemory::default());
    check(&Payload { subject: "=?utf-8?B?5rGJ?= x".into(), ..payload() }, &InMemory::default());
}

#[test]
fn files_go_along_with_their_names() {
    let (pdf, big) = (b"%PDF".to_vec(), vec![9; 100_000]);
    let attachments = vec![
        file("御見積書（最終版）2026年11月18日 株式会社サンプル様.pdf", &pdf),
        file("a \"b\".pdf", &big),
        file("", &[]),
    ];
    let attachments =
        attachments.into_iter().map(|f| if f.name.is_empty() { SharedFile { name: "c".into(), ..f } } else { f });
    let files = InMemory([(Digest::of(&pdf), pdf), (Digest::of(&big), big), (Digest::of(&[]), vec![])].into());
    check(&Payload { attachments: attachments.collect(), ..payload() }, &files);
}

#[test]
fn the_same_payload_gives_the_same_bytes() {
    assert_eq!(composed(&payload(), &InMemory::default()), composed(&payload(), &InMemory::default()));
}

#[test]
fn an_attached_mail_goes_as_a_file() {
    let mail = b"From: a@x.jp\r\n\r\nhi\r\n".to_vec();
    let attached = SharedFile { content_type: "message/rfc822".into(), ..file("a.eml", &mail) };
    check(&Payload { attachments: vec![attached], ..payload() }, &InMemory([(Digest::of(&mail), mail)].into()));
}

#[test]
fn a_file_that_changed_or_is_gone_is_not_sent() {
    let shared = Payload { attachments: vec![file("a.pdf", b"a")], ..payload() };
    let kind = |files: InMemory| compose(&shared, &files, &mut Vec::new()).unwrap_err().kind();
    assert_eq!(kind(InMemory::default()), io::ErrorKind::NotFound);
    assert_eq!(kind(InMemory([(Digest::of(b"a"), b"b".to_vec())].into())), io::ErrorKind::InvalidData);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let kind = |payload: Payload| compose(&payload, &InMemory::default(), &mut Vec::new()).unwrap_err().kind();
    assert_eq!(kind(Payload { date: "now".into(), ..payload() }), io::ErrorKind::InvalidInput);
    assert_eq!(kind(Payload { to: vec![named("a@x,y", "")], ..payload() }), io::ErrorKind::InvalidInput);
}

#[test]
fn an_odd_local_part_is_quoted() {
    let odd = Payload { to: vec![named("a,b@x.jp", ""), named("foo.@docomo.ne.jp", "")], ..payload() };
    let text = String::from_utf8(composed(&odd, &InMemory::default())).unwrap();
    assert!(text.contains("To: \"a,b\"@x.jp,\r\n foo.@docomo.ne.jp\r\n"), "{text}");
}

proptest! {
    #[test]
    fn no_text_begins_a_field_of_its_own(subject in "\\PC{0,40}|[a\r\n: ]{0,40}", name in "\\PC{0,40}|[a\r\n:<>,\" ]{0,40}") {
        let attachments = vec![SharedFile { content_type: name.clone(), content_id: Some(name.clone()), ..file(&name, b"a") }];
        let payload = Payload { subject, from: named("a@x.jp", &name), message_id: name, attachments, ..payload() };
        let raw = composed(&payload, &InMemory([(Digest::of(b"a"), b"a".to_vec())].into()));
        let text = String::from_utf8(raw).unwrap();
        let (header, _) = text.split_once("\r\n\r\n").unwrap();
        let names: Vec<_> = header.split("\r\n").filter(|l| !l.starts_with([' ', '\t'])).map(|l| l.split(':').next().unwrap()).collect();
        let all = ["From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"];
        let expected: Vec<_> = all.into_iter().filter(|n| *n != "Subject" || !payload.subject.is_empty()).collect();
        prop_assert_eq!(names, expected);
    }
}

fn forwarded(payload: &Payload, files: &InMemory) -> Vec<u8> {
    let [from, to] = ["rep@own.example", "drop@crm.example"].map(|text| Address::parse(text).unwrap());
    let at = Timestamp::from_secs(1_795_000_000);
    let forwarding = Forwarding { from: &from, to: &to, message_id: "<f@own.example>", at };
    let mut out = Vec::new();
    forward(payload, &forwarding, files, &mut out).unwrap();
    out
}

#[test]
fn a_forwarded_mail_names_the_people_of_the_first_in_its_text_alone() {
    let pdf = b"%PDF-1.7";
    let payload = Payload { attachments: vec![file("a.pdf", pdf)], ..payload() };
    let raw = forwarded(&payload, &InMemory(HashMap::from([(Digest::of(pdf), pdf.to_vec())])));
    let parsed = parse(&raw, Timestamp(0));
    let people: Vec<&str> = parsed.mail.participants.iter().map(|p| p.person.address.as_str()).collect();
    assert_eq!(people, ["rep@own.example", "drop@crm.example"]);
    assert_eq!(parsed.mail.subject, format!("Fwd: {}", payload.subject));
    assert_eq!(
        (parsed.mail.message_id.as_str(), parsed.mail.references.as_slice()),
        ("<f@own.example>", ["<1@x.jp>".to_owned()].as_slice())
    );
    let lines: Vec<&str> = parsed.body.text.lines().collect();
    assert_eq!(
        lines,
        [
            "---------- Forwarded message ---------",
            "From: 田中\u{3000}太郎 <tanaka@x.jp>",
            "Date: Wed, 18 Nov 2026 11:06:40 +0000",
            &format!("Subject: {}", payload.subject),
            "To: <rep@own.example>, Sato, \"Jiro\" <b@y.jp>",
            "Cc: 営業部 <c@y.jp>",
            "",
            "お世話になっております。",
            "",
            "-- ",
            "田中",
        ]
    );
    let html = parsed.body.html.unwrap();
    assert!(
        html.contains("&lt;tanaka@x.jp&gt;<br>Date:") && html.ends_with("<p>お世話になっております。</p>"),
        "{html}"
    );
    assert_eq!(parsed.mail.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["a.pdf"]);
}

#[test]
fn a_forwarded_mail_tells_no_more_than_its_payload() {
    let bare =
        Payload { subject: String::new(), body_text: None, body_html: None, share_level: Level::Metadata, ..payload() };
    let raw = forwarded(&bare, &InMemory::default());
    let parsed = parse(&raw, Timestamp(0));
    assert_eq!((parsed.mail.subject.as_str(), parsed.body.html), ("Fwd:", None));
    assert_eq!(parsed.body.text.lines().filter(|line| !line.is_empty()).count(), 6);
}

#[test]
fn no_name_or_subject_of_a_forwarded_mail_makes_a_line_or_an_address_of_its_own() {
    let tricky = Payload {
        from: named("a@x.jp", "Boss <boss@own.example>\r\nFrom: evil@x.jp"),
        subject: "x\nTo: evil@x.jp".into(),
        body_html: Some("<p>x</p>".into()),
        ..payload()
    };
    let parsed = parse(&forwarded(&tricky, &InMemory::default()), Timestamp(0));
    let lines: Vec<&str> = parsed.body.text.lines().take(4).collect();
    assert_eq!(lines[1], "From: Boss  boss own.example  From: evil x.jp <a@x.jp>");
    assert_eq!(lines[3], "Subject: x To: evil@x.jp");
    assert!(parsed.body.html.unwrap().contains("Boss  boss own.example"));
}
