//! From a typed address to the first mail on screen: the wizard in the real window, by keyboard, against the lab.
//!
//! The hands are a program's, so the seconds are those of the machine and the network; a person adds their own.

use std::time::Instant;

use kit::chromium::Chromium;
use kit::lab::{ALICE, Lab, Service};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::desk::{Desk, Obstacle};
use crate::measure::median;
use crate::wizard::Wizard;

/// How often each way is gone.
const ROUNDS: usize = 3;

const SUBJECT: &str = "お打ち合わせ";

/// Counts the steps that were shown.
const COUNT: &str = "(() => {
    window.shown = new Set();
    const note = () => window.shown.add(document.querySelector('#sheet-title')?.innerText ?? '');
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
    note();
})()";

/// How a mailbox is signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Password,
    Browser,
}

pub async fn connect() {
    println!("way seconds (median of {ROUNDS}) screens");
    for way in [Way::Password, Way::Browser] {
        let (mut seconds, mut screens) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let (took, shown) = round(way).await;
            println!("{way:?} {took:.2} s, {shown} screens");
            seconds.push(took);
            screens = shown;
        }
        println!("connect {way:?} {:.2} s {screens} screens", median(seconds));
    }
}

/// Connects a mailbox on a fresh computer; the seconds from the first letter typed to the mail on screen, and how many
/// steps were shown on the way.
async fn round(way: Way) -> (f64, i64) {
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq, Service::Idp, Service::Relay]);
    let letter = format!(
        "From: c@x.example\r\nTo: {}\r\nSubject: {SUBJECT}\r\nMessage-ID: <1@x.example>\r\n\r\nx\r\n",
        ALICE.address
    );
    lab.deliver(ALICE.address, "INBOX", letter.as_bytes());
    let policy = NamedTempFile::new().expect("a file");
    let own = match way {
        Way::Password => json!({ "extra_ca": [lab.ca()], "resolver": lab.dns() }),
        Way::Browser => lab.policy_with_providers("example.test"),
    };
    std::fs::write(policy.path(), own.to_string()).expect("a policy");
    let desk = Desk::open(Obstacle::Nothing, vec!["--policy".into(), policy.path().display().to_string()]).await;
    desk.choose("日本語").await;
    let wizard = Wizard::on(&desk);
    desk.act(wizard.says("first_run_connect")).await;
    wizard.comes_to("first_run_connect").await;
    desk.runs(COUNT).await;
    let browser = match way {
        Way::Password => None,
        Way::Browser => Some(Chromium::start().await),
    };
    let begun = Instant::now();
    wizard.enter_address(ALICE.address).await;
    wizard.take_recommended().await;
    match &browser {
        None => wizard.enter_password(ALICE.password).await,
        Some(browser) => {
            wizard.act("connect_browser_open").await;
            browser.sign_in(&desk.opened().await, ALICE.address, "allow").await;
        }
    }
    wizard.finish().await;
    desk.sees(SUBJECT).await;
    let took = begun.elapsed().as_secs_f64();
    let shown = desk.runs("window.shown.size").await["ok"].as_i64().expect("a number");
    (took, shown)
}
