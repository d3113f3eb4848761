//! The error catalogue: every code that connecting and capturing mail can end in is provoked by the real way through the
//! program, against servers that really behave like that, and comes with its sentences and its button.
//!
//! The codes are read out of the type itself: one that is provoked neither here nor by a test that is named fails.
//!
//! | module | provokes what is wrong with |
//! |---|---|
//! | [`network`] | the way to a server, and its certificate |
//! | [`provider`] | a sign-in at a provider |
//! | [`receiving`], [`sending`] | the servers that mail comes from, and goes through |
//! | [`machine`] | this computer |
//! | [`usage`], [`desk`] | what was asked for |
//! | [`elsewhere`] | the rest: the tests that do it |
//! | [`actions`] | which button each should have |

mod actions;
mod desk;
mod elsewhere;
mod machine;
mod network;
mod program;
mod provider;
mod receiving;
mod sending;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use otomo_api::Code;
use serde_json::{Value, json};
use ts_rs::TS;

use elsewhere::{ELSEWHERE, Elsewhere};

/// Codes that nothing produces yet, and why.
const NOT_YET: &[(&str, &str)] = &[];

/// How much detail is enough for IT.
const DETAIL: usize = 400;

/// A code, how it was provoked, and what the program said.
#[derive(Clone)]
struct Row {
    code: String,
    how: String,
    error: Value,
    /// What must not stand in it.
    secrets: Vec<String>,
}

impl Row {
    fn new(code: &str, how: &str, error: Value) -> Self {
        Self { code: code.into(), how: how.into(), error, secrets: Vec::new() }
    }

    fn hiding(mut self, secret: &str) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// What is wrong with its words and its button.
    fn misspoken(&self) -> Vec<String> {
        let error = &self.error;
        let speaks = |part: &str| {
            let [en, ja] = ["en", "ja"].map(|language| error[part][language].as_str().unwrap_or_default());
            en.ends_with('.') && ja.ends_with('。') && en != ja
        };
        self.unless([
            (error["code"] == self.code, "another code"),
            (speaks("message"), "no sentence"),
            (speaks("hint"), "no way on"),
            (error["action"] == actions::action(&self.code), "another button"),
        ])
    }

    /// What is wrong with everything else.
    fn indiscreet(&self) -> Vec<String> {
        let detail = self.error["detail"].as_str().unwrap_or_default();
        let is_plain = !detail.contains(|c: char| c.is_control() || c == '\u{202e}');
        let texts = texts(&self.error);
        let leaks = self.secrets.iter().any(|secret| texts.iter().any(|text| text.contains(secret.as_str())));
        let shows_certificate = self.error["certificate"].is_object();
        self.unless([
            (is_plain && detail.chars().count() <= DETAIL, "details that cannot be shown"),
            (!leaks, "a secret"),
            (self.code.starts_with("certificate_") == shows_certificate, "a certificate too few or too many"),
        ])
    }

    fn unless<const N: usize>(&self, checks: [(bool, &str); N]) -> Vec<String> {
        let failed = checks.into_iter().filter(|(good, _)| !good);
        failed.map(|(_, what)| format!("{} ({}): {what}: {}", self.code, self.how, self.error)).collect()
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(values) => values.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// So many mails to serve.
fn mails(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("From: a@x.example\r\nMessage-ID: <{n}@x.example>\r\n\r\nText").into_bytes()).collect()
}

/// Every code, read out of its TypeScript shape.
fn every_code() -> BTreeSet<String> {
    let shape = Code::inline(&ts_rs::Config::default());
    shape.split('|').map(|word| word.trim().trim_matches('"').to_owned()).collect()
}

async fn provoked() -> Vec<Row> {
    let (network, provider, receiving, sending, machine, usage, desk) = tokio::join!(
        network::rows(),
        provider::rows(),
        receiving::rows(),
        sending::rows(),
        machine::rows(),
        usage::rows(),
        desk::rows(),
    );
    [network, provider, receiving, sending, machine, usage, desk].concat()
}

/// What is left out, and what is listed wrongly.
fn gaps(here: &[Row], elsewhere: &[Row]) -> Vec<String> {
    let every = every_code();
    let known: BTreeSet<&str> = here.iter().chain(elsewhere).map(|row| row.code.as_str()).collect();
    let not_yet: BTreeSet<&str> = NOT_YET.iter().map(|(code, _)| *code).collect();
    let unknown = |code: &&String| !known.contains(code.as_str()) && !not_yet.contains(code.as_str());
    let forgotten = every.iter().filter(unknown).map(|code| format!("{code}: nobody provokes it"));
    let mute = every.iter().filter(|code| actions::action(code).is_empty()).map(|code| format!("{code}: no button"));
    let made_up = known.union(&not_yet).filter(|code| !every.contains(**code));
    let made_up = made_up.map(|code| format!("{code}: there is no such code"));
    let done = known.intersection(&not_yet).map(|code| format!("{code}: provoked, and listed as not yet"));
    forgotten.chain(mute).chain(made_up).chain(done).collect()
}

fn print(rows: &[&Row]) {
    println!("{:28} {:20} {:60} what the program says", "code", "button", "provoked by");
    for Row { code, how, error, .. } in rows {
        let words = [&error["action"], &error["message"]["ja"], &error["message"]["en"]];
        let [button, ja, en] = words.map(|text| text.as_str().unwrap_or("?"));
        println!("{code:28} {button:20} {how:60} {ja} | {en}");
    }
    for (code, why) in NOT_YET {
        println!("{code:28} NOT YET PROVOKED: {why}");
    }
    println!("{} codes, {} ways to them, {} not yet", every_code().len(), rows.len(), NOT_YET.len());
}

/// For the page that shows them all.
fn write(rows: &[&Row]) {
    let mut all = BTreeMap::new();
    for Row { code, how, error, .. } in rows {
        let [message, hint, action] = ["message", "hint", "action"].map(|part| &error[part]);
        let entry = json!({ "message": message, "hint": hint, "action": action, "provoked_by": how });
        all.entry(code).or_insert(entry);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("errors-provoked.json"), serde_json::to_string_pretty(&all).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_of_the_catalogue_is_provoked_and_says_the_right_thing() {
    let (here, elsewhere) = (provoked().await, ELSEWHERE.iter().map(Elsewhere::row).collect::<Vec<_>>());
    let all: Vec<&Row> = here.iter().chain(&elsewhere).collect();
    print(&all);
    write(&all);
    let mut faults = gaps(&here, &elsewhere);
    faults.extend(all.iter().flat_map(|row| row.misspoken()));
    faults.extend(here.iter().flat_map(Row::indiscreet));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn whatever_is_not_provoked_here_is_provoked_by_a_test_that_exists() {
    let lost: Vec<_> = ELSEWHERE.iter().filter(|test| !test.is_there()).map(|test| test.place()).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}
