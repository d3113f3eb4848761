//! Recordings that were tampered with: a judge that lets one of them pass would have let a leak pass.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use kit::tap::Request;

use super::mail::Mail;
use super::oracle::{Book, Moment, Seen};
use super::plan::Plan;

/// An untouched recording, and how to spoil it.
pub struct Doctor<'a> {
    pub book: &'a Book,
    pub mails: &'a [Mail],
    pub seen: &'a [Seen],
    pub taken: &'a BTreeMap<String, usize>,
}

/// A request that nobody should send.
fn request(text: &str, at: Moment) -> Seen {
    Seen::of(&Request { at, bytes: text.as_bytes().to_vec() }, at)
}

/// Text in JSON, compressed, in base64.
fn packed(text: &str) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(format!("{{\"q\":\"{text}\"}}").as_bytes()).expect("compressed");
    STANDARD.encode(gzip.finish().expect("compressed"))
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

impl Doctor<'_> {
    /// Spoils the recording in each way, and gives those that nobody noticed: a way, and what should have been told.
    pub fn unnoticed(&self) -> Vec<(&'static str, String)> {
        let end = self.seen.last().map_or(0, |request| request.at);
        let mail = |plan: Plan| self.mails.iter().rev().find(|mail| mail.plan == plan).expect("such a mail");
        let level = |level: &str| {
            let is = |mail: &&Mail| mail.plan.portion().is_some_and(|portion| portion.level == level);
            self.mails.iter().find(is).expect("such a mail")
        };
        let redacted = self.mails.iter().find(|mail| mail.plan.portion().is_some_and(|portion| portion.redacted));
        let redacted = redacted.expect("a mail with redactions");
        let (private, undecided) = (mail(Plan::KeepPrivate), mail(Plan::Stranger));
        let (subject, address) = (private.token("subject"), undecided.client.address.clone());
        let (text, secret, sketch) = (level("subject").token("text"), redacted.token("secret"), level("metadata"));
        let leaks = [
            ("a subject, packed", format!("POST /log HTTP/1.1\r\n\r\n{}", packed(&subject)), subject),
            ("an address, in a query", format!("GET /find?q={} HTTP/1.1\r\n\r\n", percent(&address)), {
                undecided.client.tokens().swap_remove(1)
            }),
            ("a question by key", format!("GET /emails/{} HTTP/1.1\r\n\r\n", private.key()), private.key().to_string()),
            ("a text beyond its level", format!("PUT /a HTTP/1.1\r\n\r\n{}", STANDARD.encode(&text)), text),
            ("a subject beyond its level", format!("PUT /a HTTP/1.1\r\n\r\n{}", sketch.token("subject")), {
                sketch.token("subject")
            }),
            ("a word that was blacked out", format!("PUT /a HTTP/1.1\r\n\r\n{secret}"), secret),
        ];
        let leaked = leaks.map(|(way, text, told)| (way, self.with(request(&text, end)), told));
        let others = [self.early(), self.twice(), self.in_a_pause()];
        let noticed = |faults: &[String], told: &str| faults.iter().any(|fault| fault.contains(told));
        let all = leaked.into_iter().chain(others);
        all.filter(|(_, faults, told)| !noticed(faults, told)).map(|(way, _, told)| (way, told)).collect()
    }

    fn with(&self, leak: Seen) -> Vec<String> {
        let seen: Vec<Seen> = self.seen.iter().cloned().chain([leak]).collect();
        self.book.faults(&seen, self.taken)
    }

    /// The first mail that was sent, sent a moment before its grace period was over.
    fn early(&self) -> (&'static str, Vec<String>, String) {
        let mut seen = self.seen.to_vec();
        let keys = self.book.shared().iter();
        let found = keys.filter_map(|key| Some((key, seen.iter().position(|request| request.shows(key))?))).next();
        let (key, place) = found.expect("a mail that was sent");
        seen[place].at = self.book.permitted_from(key).expect("it was shared") - 1;
        ("an early byte", self.book.faults(&seen, self.taken), format!("{key} of"))
    }

    fn twice(&self) -> (&'static str, Vec<String>, String) {
        let mut taken = self.taken.clone();
        if let Some(times) = taken.values_mut().next() {
            *times += 1;
        }
        ("a mail logged twice", self.book.faults(self.seen, &taken), "was taken 2 times".into())
    }

    fn in_a_pause(&self) -> (&'static str, Vec<String>, String) {
        let (from, _) = self.book.silences.first().expect("a pause");
        let put = |number: usize| request(&format!("PUT /emails/{number} HTTP/1.1\r\n\r\n"), from + 1);
        let seen: Vec<Seen> = self.seen.iter().cloned().chain([put(1), put(2)]).collect();
        ("mail sent in a pause", self.book.faults(&seen, self.taken), "in a pause".into())
    }
}
