//! Every mail under `tests/fixtures/mail/<reason>/` reads as the JSON beside it says.
//!
//! The JSON leaves out what is empty. `date` is left out when it is the time of arrival; a made-up Message-ID is written
//! `synthetic`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};

use otomo_domain::mail::{Attachment, Participant};
use otomo_domain::time::Timestamp;
use otomo_mime::{Parsed, attachment, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

const ARRIVED: Timestamp = Timestamp::from_secs(1_700_000_000);

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/mail");
    let entries = |dir: &Path| fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    let folders = entries(&root).into_iter().filter(|path| path.is_dir());
    let mut mails: Vec<_> =
        folders.flat_map(|dir| entries(&dir)).filter(|p| p.extension().is_some_and(|e| e == "eml")).collect();
    mails.sort();
    mails
}

fn view(parsed: &Parsed) -> Value {
    let mail = &parsed.mail;
    let person = |p: &Participant| {
        let role = json!(p.role).as_str().unwrap_or_default().to_owned();
        format!("{role}: {} <{}>", p.person.name, p.person.address)
    };
    let file = |a: &Attachment| {
        let mut value = json!({ "part": a.part, "name": a.name, "content_type": a.content_type, "size": a.size });
        if a.inline {
            value["inline"] = json!(true);
        }
        if let Some(id) = &a.content_id {
            value["content_id"] = json!(id);
        }
        value
    };
    let id = if mail.message_id.ends_with("@synthetic.invalid>") { "synthetic" } else { &mail.message_id };
    let all = json!({
        "message_id": id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "date": (mail.date != ARRIVED).then(|| mail.date.to_rfc3339()),
        "subject": mail.subject,
        "people": mail.participants.iter().map(person).collect::<Vec<_>>(),
        "text": parsed.body.text,
        "html": parsed.body.html,
        "attachments": mail.attachments.iter().map(file).collect::<Vec<_>>(),
        "defects": mail.defects,
    });
    let is_something = |value: &Value| !value.is_null() && *value != json!("") && *value != json!([]);
    Value::Object(all.as_object().unwrap().clone().into_iter().filter(|(_, v)| is_something(v)).collect())
}

#[test]
fn every_mail_reads_as_expected() {
    let mails = fixtures();
    assert!(mails.len() >= 35, "only {} fixtures", mails.len());
    let mut wrong = Vec::new();
    for path in mails {
        let raw = fs::read(&path).unwrap();
        let expected: Value = serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
        let seen = view(&parse(&raw, ARRIVED));
        if seen != expected {
            wrong.push(format!("{}\nexpected {expected:#}\nseen {seen:#}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_attachment_can_be_read_again() {
    for path in fixtures() {
        let raw = fs::read(&path).unwrap();
        for file in parse(&raw, ARRIVED).mail.attachments {
            let bytes = attachment(&raw, file.part).unwrap_or_else(|| panic!("{} {}", path.display(), file.name));
            assert_eq!((bytes.len() as u64, otomo_domain::digest::Digest::of(&bytes)), (file.size, file.sha256));
        }
    }
}

#[test]
fn other_line_ends_and_more_trace_fields_make_no_other_mail() {
    // What a relay adds ends in CRLF, which these two are not made of.
    let has_lines = |path: &PathBuf| !path.ends_with("unparsable.eml") && !path.ends_with("cr-line-ends.eml");
    for path in fixtures().into_iter().filter(has_lines) {
        let raw = fs::read(&path).unwrap();
        let id = parse(&raw, ARRIVED).mail.id;
        let lf: Vec<u8> = raw
            .iter()
            .enumerate()
            .filter(|(i, b)| **b != b'\r' || raw.get(i + 1) != Some(&b'\n'))
            .map(|(_, b)| *b)
            .collect();
        let relayed =
            [b"Received: from mx (mx [192.0.2.1])\r\n\tby mx2\r\nDelivered-To: rep@own.example\r\n", raw.as_slice()]
                .concat();
        for same in [lf, relayed] {
            assert_eq!(parse(&same, Timestamp(0)).mail.id, id, "{}", path.display());
        }
    }
}

/// Parsing gives the same each time, and everything it names can be had.
fn holds(raw: &[u8]) {
    let parsed = parse(raw, ARRIVED);
    let again = parse(raw, ARRIVED);
    assert_eq!(parsed, again);
    for file in &parsed.mail.attachments {
        assert!(attachment(raw, file.part).is_some());
    }
    if let Some(html) = &parsed.body.html {
        otomo_mime::sanitise(html);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_can_be_parsed(raw in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&raw);
    }

    #[test]
    fn a_damaged_mail_can_be_parsed(
        index in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mails = fixtures();
        let mut raw = fs::read(&mails[index.index(mails.len())]).unwrap();
        for (at, byte, kind) in edits {
            let at = at.index(raw.len());
            match kind {
                0 => raw[at] = byte,
                1 => raw.insert(at, byte),
                _ if raw.len() > 1 => drop(raw.remove(at)),
                _ => {}
            }
        }
        holds(&raw);
        raw.truncate(cut.index(raw.len() + 1));
        holds(&raw);
    }
}
