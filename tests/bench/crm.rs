//! The contact index: a first load, a look for changes, and mail matched against it, next to a program that reads the same
//! list and keeps nothing.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use kit::otomoctl::Otomoctl;
use otomo_net::{Net, NetConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::letters;
use crate::measure::{Cost, median, watch};

const ROUNDS: usize = 5;

/// How many are on a page; the contract's usual number.
const PAGE: usize = 500;

/// So many of the contacts write.
const WRITERS: usize = 20_000;

/// The limits: memory of the program in MB, seconds for a look for changes, and for matching all mail.
const MOST_MEMORY: f64 = 150.0;
const LONGEST_MATCH: f64 = 2.0;

pub async fn crm(contacts: usize, mails: usize) {
    let folder = tempfile::tempdir().expect("folder");
    let crm = Crm::with(contacts).await;
    let (mut loads, mut peers) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        peers.push(crm.read_all().await);
        let otomo = connected(&folder.path().join(format!("{round}")), &crm.url);
        loads.push(run(&otomo).await);
        assert_eq!(index(&otomo)["contacts"], contacts, "the whole list is here");
        println!("round {}: read {:.2} s, loaded {:.2} s", round + 1, peers[round], loads[round].seconds);
    }
    let (load, peer) = (median(loads.iter().map(|c| c.seconds)), median(peers.iter().copied()));
    let rss = median(loads.iter().map(|c| c.rss));
    println!(
        "crm  first load of {contacts} contacts: {load:.2} s, read and thrown away {peer:.2} s, ratio {:.2}",
        load / peer
    );
    println!("crm  peak memory of the program: {rss:.0} MB, limit {MOST_MEMORY:.0} MB: {}", met(rss <= MOST_MEMORY));
    changed_since(&folder.path().join("0"), &crm, contacts).await;
    matching(&folder.path().join("1"), mails).await;
}

fn met(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn home(folder: &Path) -> Otomoctl {
    Otomoctl { home: folder.join("home"), policy: None, passphrase: "correct horse battery staple" }
}

/// A fresh home with the connection in it, and nothing loaded.
fn connected(folder: &Path, url: &str) -> Otomoctl {
    fs::create_dir_all(folder).expect("folder");
    let otomo = Otomoctl::test_home(folder, "{}");
    otomo.ask("crm.connect", json!({ "kind": "rest", "settings": { "url": url }, "token": "secret" }));
    otomo
}

/// Runs the program until nothing is left to do.
async fn run(otomo: &Otomoctl) -> Cost {
    let start = Instant::now();
    let program = otomo.spawn(&["run", "--until-idle"]);
    tokio::task::spawn_blocking(move || watch(program, start)).await.expect("it is watched")
}

fn index(otomo: &Otomoctl) -> Value {
    otomo.ask("crm.list", Value::Null)[0].take()
}

/// The next look at the same list, in which nothing changed.
async fn changed_since(folder: &Path, crm: &Crm, contacts: usize) {
    let otomo = home(folder);
    let (mut looks, mut empty) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        looks.push(run(&otomo).await.seconds);
        otomo.ask("crm.pause", json!({ "id": 1 }));
        empty.push(run(&otomo).await.seconds);
        otomo.ask("crm.resume", json!({ "id": 1 }));
    }
    assert_eq!(index(&otomo)["contacts"], contacts, "nothing is gone");
    assert!(crm.url.starts_with("http"), "it was asked");
    let (look, none) = (median(looks), median(empty));
    println!("crm  changed since, with nothing changed: {look:.2} s; the program without it: {none:.2} s");
}

/// All mail against the whole index.
async fn matching(folder: &Path, mails: usize) {
    let (otomo, letters) = (home(folder), folder.join("letters"));
    letters::write(&letters, mails, WRITERS);
    otomo.ask("accounts.add", json!({ "address": "rep@own.example", "path": letters }));
    println!("crm  receiving {mails} mails: {:.1} s", run(&otomo).await.seconds);
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let matched = otomo.ask("stats.matching", json!({ "id": 1 }));
        assert_eq!((&matched["mails"], &matched["matched"]), (&json!(mails), &json!(mails)));
        took.push(matched["milliseconds"].as_f64().expect("a number") / 1000.0);
    }
    let seconds = median(took);
    println!(
        "line 15  matching {mails} mails: {seconds:.2} s, limit {LONGEST_MATCH:.2} s: {}",
        met(seconds <= LONGEST_MATCH)
    );
}

/// A CRM that speaks the contract's two reads, with every page made beforehand.
struct Crm {
    url: String,
    pages: usize,
}

struct Pages(Vec<String>);

#[derive(Deserialize)]
struct Where {
    cursor: Option<usize>,
}

impl Crm {
    async fn with(contacts: usize) -> Self {
        let pages = contacts.div_ceil(PAGE);
        let made = (0..pages).map(|page| page_of(page, contacts)).collect();
        let router =
            Router::new().route("/me", get(me)).route("/contacts/feed", get(feed)).with_state(Arc::new(Pages(made)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serving does not end") });
        Self { url, pages }
    }

    /// Reads the whole list and keeps nothing; the seconds it took.
    async fn read_all(&self) -> f64 {
        let (net, begun) = (Net::new(&NetConfig::default()).expect("a network"), Instant::now());
        for page in 0..self.pages {
            let url = format!("{}/contacts/feed?cursor={page}", self.url);
            let body = net.http().get(url).send().await.expect("an answer").bytes().await.expect("a page");
            assert!(!body.is_empty());
        }
        begun.elapsed().as_secs_f64()
    }
}

async fn me() -> Json<Value> {
    let capabilities = json!({ "record_types": ["contact"], "create_contact": false, "unlog": true });
    let policy = json!({ "never_log": { "addresses": [], "domains": [] }, "internal_domains": [] });
    Json(json!({ "user": { "id": "1", "email": "rep@own.example" }, "capabilities": capabilities, "policy": policy }))
}

async fn feed(State(pages): State<Arc<Pages>>, Query(at): Query<Where>) -> impl IntoResponse {
    let cursor = at.cursor.unwrap_or(0);
    let nothing =
        || json!({ "records": [], "gone": [], "next_cursor": cursor.to_string(), "has_more": false }).to_string();
    ([(CONTENT_TYPE, "application/json")], pages.0.get(cursor).cloned().unwrap_or_else(nothing))
}

/// Contacts with two addresses each, in Japanese and English.
fn page_of(page: usize, contacts: usize) -> String {
    let mut records = String::new();
    for n in page * PAGE..contacts.min((page + 1) * PAGE) {
        let name = if n.is_multiple_of(2) { format!("髙橋 花子{n}") } else { format!("Client {n}") };
        let comma = if records.is_empty() { "" } else { "," };
        write!(
            records,
            r#"{comma}{{"type":"contact","id":"C-{n}","name":"{name}","emails":["client{n}@company{n}.example","client{n}@home.example"]}}"#
        )
        .expect("room");
    }
    let more = (page + 1) * PAGE < contacts;
    format!(r#"{{"records":[{records}],"gone":[],"next_cursor":"{}","has_more":{more}}}"#, page + 1)
}
