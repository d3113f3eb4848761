//! A rule about everything, ten thousand rules, and mail that is made to do harm.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Rep, winner};

const CLIENT: &str = "client@customer.example";

/// Far more than it takes; what grows with rules times mails takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most memory that the program may have had, in kilobytes: a hundred times the largest thing here.
const MOST_MEMORY: u64 = 700_000;

fn simulated(rep: &Rep, about: &Value, then: &str) -> Value {
    // The mail here is of November 2026, whenever this runs.
    let args = json!({ "connection": rep.connection, "rule": { "about": about, "then": then }, "days": 36_500 });
    rep.otomo.ask("rules.simulate", args)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_about_everything_is_warned_of_before_it_is_made() {
    let rep = Rep::new(&json!({}), &[CLIENT, "other@else.example"]).await;
    (0..27).for_each(|number| rep.receives(&format!("m{number}"), CLIENT));
    (27..30).for_each(|number| rep.receives(&format!("m{number}"), "other@else.example"));
    rep.works();
    let everything = simulated(&rep, &json!({ "kind": "domain", "value": "customer.example" }), "never_log");
    assert_eq!((&everything["looked_at"], &everything["matched"]), (&json!(30), &json!(27)), "{everything}");
    assert_eq!(everything["nearly_everything"], true);
    assert_eq!(everything["changes"], json!([{ "from": "asked", "to": "excluded", "count": 27 }]));
    assert_eq!(everything["examples"].as_array().map(Vec::len), Some(20));
    let few = simulated(&rep, &json!({ "kind": "domain", "value": "else.example" }), "never_log");
    assert_eq!((&few["matched"], &few["nearly_everything"]), (&json!(3), &json!(false)), "{few}");
    let literal = simulated(&rep, &json!({ "kind": "subject", "value": ".*" }), "never_log");
    assert_eq!((&literal["matched"], &literal["changes"]), (&json!(0), &json!([])), "a word is no pattern: {literal}");

    assert_eq!(rep.otomo.ask("rules.list", Value::Null), json!([]), "nothing was saved");
    assert_eq!(rep.otomo.rows(rep.connection, &["pending"]).len(), 30, "nothing has moved");
}

/// Ten thousand rules, of which one is about the word `極秘PLAN`.
fn ten_thousand_rules() -> Value {
    let each = |kind: &'static str, value: fn(usize) -> String, then: &'static str, count: usize| {
        (0..count).map(move |number| json!({ "kind": kind, "value": value(number), "then": then }))
    };
    let addresses = each("address", |n| format!("person{n}@company{n}.example"), "never_log", 4000);
    let domains = each("domain", |n| format!("d{n}.company.example"), "ask", 3000);
    let words = each("subject", |n| format!("お{n}見{n}積り{n}"), "private", 2999);
    let last = json!({ "kind": "subject", "value": "極秘PLAN", "then": "never_log" });
    let rules: Vec<Value> = addresses.chain(domains).chain(words).chain([last]).collect();
    assert_eq!(rules.len(), 10_000);
    json!({ "rules": rules })
}

/// The most memory that a process has had, in kilobytes.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("what the system shows");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// Mail that is made to do harm, by name.
fn receive_harm(rep: &Rep) {
    let long = "長い件名 aaaaaaaa ".repeat(5 << 20 >> 4);
    assert!(long.len() > 5 << 20);
    rep.receives_raw("long", &format!("From: {CLIENT}\r\nSubject: {long}\r\n"));
    rep.receives_raw("hidden", &format!("From: {CLIENT}\r\nSubject: 極\u{200b}秘\u{202e}ｐｌ\u{2060}ａｎ\r\n"));
    rep.receives_raw("wide", "From: PERSON77@ＣＯＭＰＡＮＹ７７.example\r\nSubject: x\r\n");
    let turned = "From: \"\u{202e}elpmaxe.remotsuc@tneilc\u{200b}\" <stranger@bad.example>\r\nSubject: x\r\n";
    rep.receives_raw("turned", turned);
    rep.receives_raw("named", &format!("From: \"{CLIENT}\" <stranger@bad.example>\r\nSubject: x\r\n"));
    let people: String = (0..20_000).map(|n| format!("p{n}@many.example,\r\n ")).collect();
    rep.receives_raw("crowd", &format!("From: {CLIENT}\r\nSubject: x\r\nCc: {people}last@many.example\r\n"));
    rep.receives("plain", CLIENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rules_and_mail_made_to_do_harm_are_taken_in_and_judged_in_bounds() {
    let rep = Rep::new(&ten_thousand_rules(), &[CLIENT]).await;
    receive_harm(&rep);
    let started = Instant::now();
    let running = rep.starts(1).await;
    let arrived = || rep.otomo.call("app.status", Value::Null).is_ok_and(|status| status["mails"] == 7);
    while !arrived() {
        assert!(started.elapsed() < PATIENCE, "it takes too long");
        sleep(Duration::from_millis(200)).await;
    }
    let state = |name: &str| rep.why(name)["state"].as_str().expect("a state").to_owned();
    let expected = [
        ("plain", "pending"),
        ("long", "pending"),
        ("hidden", "excluded"),
        ("wide", "excluded"),
        ("turned", "unmatched"),
        ("named", "unmatched"),
        ("crowd", "pending"),
    ];
    for (name, expected) in expected {
        assert_eq!(state(name), expected, "{name}");
    }
    for (name, field) in [("hidden", "subject"), ("wide", "from")] {
        let why = rep.why(name);
        let won = winner(&why);
        assert_eq!((&won["check"], &won["evidence"]["field"]), (&json!("policy_never_log"), &json!(field)), "{why}");
    }
    let page = rep.otomo.ask("mail.list", Value::Null).to_string();
    assert!(
        page.len() < 20_000 && !page.contains(['\u{202e}', '\u{200b}']),
        "lists are short and safe to show: {page}"
    );
    println!("{} ms, {} kB, a list of {} bytes", started.elapsed().as_millis(), memory(running.0.id()), page.len());
    let shared = rep.decide("review.share", "plain").expect("a decision");
    assert_eq!(shared["items"][0]["state"], "scheduled");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    assert!(memory(running.0.id()) < MOST_MEMORY, "{} kB", memory(running.0.id()));
}
