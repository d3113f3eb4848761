//! Every hostile mail in the program's own window, opened one after the other.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Locator;
use fantoccini::key::Key;
use kit::lab::{ALICE, Lab, Service};
use kit::screen::PATIENCE;
use kit::wire::flow::names_asked_for;
use kit::wire::{Capture, Packet, apart};
use serde_json::json;
use tokio::runtime::Runtime;

use super::corpus::{Vector, remote, scripts};
use super::layers::{FRAME_POLICY, Layers};
use super::outside::{Asked, Outside};
use crate::desk::{A_MOMENT, Desk, Obstacle};

/// The link in one of the mails, and where it leads.
const LINK: (&str, &str) = ("l-link-href", "l-link-href.leak.example");

/// What stands in the open mail's frame, and that it may do nothing.
const FRAME: &str =
    "[...document.querySelectorAll('iframe')].map((frame) => [frame.getAttribute('sandbox'), frame.srcdoc])";

/// The subject of the open mail.
const SUBJECT: &str = "document.querySelector('article h2')?.textContent";

fn mail(number: usize, Vector { name, html }: &Vector) -> String {
    let body = STANDARD.encode(html);
    let lines: Vec<&str> = body.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "From: Mallory <mallory@hostile.example>\r\nTo: {}\r\nSubject: {name}\r\nMessage-ID: <{name}@hostile.example>\r\n\
         Date: Thu, 19 Nov 2026 {:02}:{:02}:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        ALICE.address,
        number / 60,
        number % 60,
        lines.join("\r\n")
    )
}

/// A window whose inbox has all these mails.
async fn captured(lab: &Lab, vectors: &[Vector], policy: &str) -> Desk {
    let desk = Desk::open(Obstacle::Nothing, vec!["--policy".into(), policy.into()]).await;
    for (number, vector) in vectors.iter().enumerate() {
        lab.deliver(ALICE.address, "INBOX", mail(number, vector).as_bytes());
    }
    desk.asks("accounts.add", json!({ "address": ALICE.address, "password": ALICE.password })).await;
    let status = "window.__TAURI_INTERNALS__.invoke('rpc', { name: 'app.status', args: {} })";
    desk.until(&format!("{status}.then(({{ mails }}) => mails === {})", vectors.len())).await;
    desk.window.refresh().await.unwrap();
    desk.until("document.querySelector('nav') !== null").await;
    desk.press(&[Key::Control], '2').await;
    desk.until("document.querySelector('[role=option]') !== null").await;
    desk.runs("void Object.assign(window, { __ran: [], __called: [] })").await;
    desk
}

/// Opens every mail with the keyboard; gives the subjects that were seen.
async fn open_all(desk: &Desk, count: usize) -> BTreeSet<String> {
    let (mut seen, mut framed) = (BTreeSet::new(), 0);
    for _ in 0..count {
        let subject = desk.runs(SUBJECT).await["ok"].as_str().expect("a mail is open").to_owned();
        let frames = desk.runs(FRAME).await;
        assert!(frames["ok"].as_array().unwrap().len() <= 1, "{subject}: {frames}");
        if let Some(frame) = frames["ok"].get(0) {
            framed += 1;
            assert_eq!(frame[0], "", "{subject}");
            assert!(frame[1].as_str().unwrap().contains(FRAME_POLICY), "{subject}");
        }
        if subject == LINK.0 {
            follow_the_link(desk).await;
        }
        seen.insert(subject.clone());
        desk.press(&[], 'j').await;
        if seen.len() < count {
            desk.until(&format!("{SUBJECT} !== {}", json!(subject))).await;
        }
    }
    assert!(framed > count / 2, "{framed} mails were shown as HTML");
    seen
}

/// A click on a link shows where it leads, and the mail stays.
async fn follow_the_link(desk: &Desk) {
    let frame = desk.window.find(Locator::Css("iframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
    desk.window.find(Locator::Css("a")).await.unwrap().click().await.unwrap();
    desk.window.enter_parent_frame().await.unwrap();
    desk.until(&format!("document.querySelector('dialog')?.textContent.includes('{}') ?? false", LINK.1)).await;
    desk.press(&[], Key::Escape.into()).await;
    desk.until("document.querySelector('dialog') === null").await;
    let frame = desk.window.find(Locator::Css("iframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
    assert_eq!(desk.window.find(Locator::Css("a")).await.expect("the mail is still there").text().await.unwrap(), "x");
    desk.window.enter_parent_frame().await.unwrap();
}

fn check(packets: &[Packet], proxy: &Asked) {
    let beyond: Vec<_> = packets.iter().filter(|packet| !packet.to.ip().is_loopback()).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
    assert_eq!(names_asked_for(packets), BTreeSet::from(["mail.example.test".to_owned()]));
    assert_eq!(proxy.take(), BTreeSet::new(), "the window tries nothing");
}

/// The window itself, told to connect, does try, and that is seen.
async fn plant(desk: &Desk, proxy: &Asked) {
    let link = "Object.assign(document.createElement('link'), { rel: 'preconnect', href: 'https://planted.example/' })";
    desk.runs(&format!("void document.head.append({link})")).await;
    let heard = async {
        while !proxy.take().contains("planted.example") {
            desk.runs(A_MOMENT).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("a planted connection is seen");
}

#[test]
fn hostile_mail_in_the_window_loads_nothing_runs_nothing_and_goes_nowhere() {
    let mut vectors = [remote(), scripts()].concat();
    let control = vectors[..40].to_vec();
    let all = vectors.iter().map(|vector| format!("<div>{}</div>\n", vector.html)).collect();
    vectors.push(Vector { name: "everything".into(), html: all });
    let policy = tempfile::NamedTempFile::new().unwrap();
    apart(|| {
        let outside = Outside::make();
        let runtime = Runtime::new().unwrap();
        let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
        fs::write(policy.path(), lab.policy_json()).unwrap();
        let imap = SocketAddr::new(lab.address(), lab.imaps().port);
        runtime.block_on(async {
            let capture = Capture::start(imap);
            let desk = captured(&lab, &vectors, policy.path().to_str().unwrap()).await;
            let seen = open_all(&desk, vectors.len()).await;
            let names: BTreeSet<_> = vectors.iter().map(|vector| vector.name.clone()).collect();
            assert_eq!(seen, names);
            let told = desk.runs("[__ran, __called, location.href]").await;
            assert_eq!(told, json!({ "ok": [[], [], "tauri://localhost"] }));
            check(&capture.stop(), &outside.proxy);
            plant(&desk, &outside.proxy).await;

            let bare = Layers { sanitiser: false, frame: false, proxy: false };
            let seen = bare.show(&[control, scripts()].concat(), &outside).await;
            assert!(seen.wire.len() >= 20 && seen.ran.len() >= 20, "the same mail without walls: {seen:?}");
        });
    });
}
