//! What a choice withholds or blacks out stands in no byte of what is sent: neither in the payload nor in the `.eml` that
//! is composed of it, however it is decoded. What is shared stands there, so the readings can find it.
//!
//! Mail is made up with a word of its own in each place; the seed is fixed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic, in its helpers too")]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Cursor, Read};

use otomo_domain::connector::Files;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::fold::fold;
use otomo_domain::mail::{Body, Direction};
use otomo_domain::payload::{Choice, Level, Payload};
use otomo_domain::redaction::Redactions;
use otomo_domain::time::Timestamp;
use otomo_mime::{Cut, attachment, compose, parse, portion, sanitise};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use mail::{Place, Recipe};
use readings::{of_json, of_mail};

mod mail;
mod readings;
mod writing;

const MAILS: u32 = 500;

/// The files of a mail by digest.
struct InMemory(HashMap<Digest, Vec<u8>>);

impl Files for InMemory {
    fn open(&self, sha256: &Digest) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.0[sha256].clone())))
    }
}

/// What became of a mail.
struct Sent {
    json: Vec<u8>,
    eml: Vec<u8>,
    html_shared: bool,
    html_left_out: bool,
}

/// The way of a mail: parsed, cleaned, cut, built, frozen, composed.
fn send(recipe: &Recipe) -> Sent {
    let raw = recipe.raw();
    let parsed = parse(&raw, Timestamp(0));
    let body = Body { html: parsed.body.html.map(|html| sanitise(&html).html), ..parsed.body };
    let redactions: Vec<String> = recipe.redacted().map(|place| recipe.word(place)).collect();
    let cut = Cut { quotes: recipe.quotes, signature: recipe.signature, redactions: Redactions::new(&redactions) };
    let files: Vec<_> = parsed.mail.attachments.iter().filter(|file| recipe.shares_file(&file.sha256)).collect();
    let choice = Choice {
        level: recipe.level,
        links: vec![RecordRef { kind: RecordType::Contact, id: "A".into() }],
        attachments: files.iter().map(|file| file.sha256).collect(),
        quotes: recipe.quotes,
        signature: recipe.signature,
        redactions,
    };
    let left = portion(&body, &cut);
    assert_eq!(left, portion(&body, &cut), "the same input gives other bytes");
    let payload = Payload::build(&parsed.mail, &left.body, Direction::Incoming, &choice).unwrap();
    let html_shared = payload.body_html.is_some();
    let bytes = |part: u32| attachment(&raw, part).unwrap();
    let files = InMemory(files.iter().map(|file| (file.sha256, bytes(file.part))).collect());
    let mut eml = Vec::new();
    compose(&payload, &files, &mut eml).unwrap();
    Sent { json: payload.freeze().bytes, eml, html_shared, html_left_out: left.html_left_out }
}

/// Whether a word must be in what is sent, must not be, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Yes,
    No,
    /// It is the page's alone, which may have been left out, or more went than had to.
    Maybe,
}

fn expected(recipe: &Recipe, place: Place, in_eml: bool) -> Stands {
    let when = |shared: bool| if shared { Stands::Yes } else { Stands::No };
    let full = recipe.level >= Level::Full;
    if recipe.is_redacted(place) {
        return Stands::No;
    }
    match place {
        Place::Bcc | Place::BccAddress | Place::ReplyTo | Place::Header | Place::Preamble | Place::Comment => {
            Stands::No
        }
        Place::From | Place::To | Place::ToAddress | Place::Cc => {
            when(!(place == Place::To && recipe.is_redacted(Place::ToAddress)))
        }
        Place::Subject => when(recipe.level >= Level::Subject),
        Place::Text => when(full),
        // Where text and page disagree on what is older, more may go than has to.
        Place::Quote | Place::Signature if full && recipe.keeps(place) && !recipe.agrees() => Stands::Maybe,
        Place::Quote | Place::Signature => when(full && recipe.keeps(place)),
        Place::Page | Place::Link | Place::Title if full && recipe.has_html() => Stands::Maybe,
        Place::Page | Place::Link | Place::Title => Stands::No,
        Place::FileName(n) => when(recipe.shares(n)),
        Place::FileBytes(n) => when(recipe.shares(n) && in_eml),
        Place::ContentId(n) if recipe.shows(n) && full => {
            if recipe.shares(n) {
                Stands::Yes
            } else {
                Stands::Maybe
            }
        }
        Place::ContentId(n) => when(recipe.shares(n)),
    }
}

/// How often each place was expected to stand in what is sent, and not to.
type Seen = BTreeMap<String, [usize; 2]>;

fn check(recipe: &Recipe, seen: &RefCell<Seen>, pages: &RefCell<[usize; 2]>) -> Result<(), TestCaseError> {
    let sent = send(recipe);
    if recipe.level == Level::Full && recipe.has_html() {
        pages.borrow_mut()[usize::from(sent.html_left_out)] += 1;
        assert_eq!(sent.html_shared, !sent.html_left_out);
    }
    for (in_eml, text) in [(false, of_json(&sent.json)), (true, of_mail(&sent.eml))] {
        for place in recipe.places() {
            let stands = text.contains(&fold(&recipe.word(place)));
            let must = expected(recipe, place, in_eml);
            let is_right = must == Stands::Maybe || stands == (must == Stands::Yes);
            if !is_right {
                let raw = String::from_utf8_lossy(&recipe.raw()).into_owned();
                let json = String::from_utf8_lossy(&sent.json).into_owned();
                return Err(TestCaseError::fail(format!("{place:?} in_eml={in_eml} {must:?}\n{raw}\n\n{json}")));
            }
            let mut seen = seen.borrow_mut();
            let counts = seen.entry(place.kind()).or_default();
            match must {
                Stands::Yes => counts[0] += 1,
                Stands::No => counts[1] += 1,
                Stands::Maybe => counts[usize::from(!stands)] += 1,
            }
        }
    }
    Ok(())
}

#[test]
fn nothing_that_is_withheld_or_blacked_out_is_in_what_is_sent_and_what_is_shared_is() {
    let config = Config { cases: MAILS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (seen, pages) = (RefCell::new(Seen::new()), RefCell::new([0, 0]));
    let result = runner.run(&mail::recipes(), |recipe| check(&recipe, &seen, &pages));
    if let Err(error) = result {
        panic!("{error}");
    }
    // The test itself is tested: each place was met on both sides, and most pages were cut, not left out.
    let never_shared = ["Bcc", "BccAddress", "ReplyTo", "Header", "Preamble", "Comment"];
    for (place, [shared, withheld]) in seen.into_inner() {
        assert!(
            withheld > 20 && (shared > 20 || never_shared.contains(&place.as_str())),
            "{place} {shared} {withheld}"
        );
    }
    let [shared, left_out] = pages.into_inner();
    assert!(shared > left_out && left_out > 5, "{shared} pages, {left_out} left out");
}
