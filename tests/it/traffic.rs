//! What a CRM hears of mail that nobody shared: nothing. Every request that it got is looked through, decoded in every
//! way we know and held against digests of the addresses: while the index is read, mail comes in, is looked at,
//! previewed and tried against rules, none of it is there; once one mail is shared, that one is, and no other.
//!
//! The same judge must find leaks that are made on purpose.

mod judge;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::crm::front::Front;
use otomo_domain::ports::Clock;
use otomo_domain::review::State;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use self::judge::{Judge, Letter};
use crate::program::Program;
use crate::program::crm::{Crm, Espo, HubSpot, Porters, Rest};
use crate::program::inbox::Inbox;

/// How many mails there are, and how many of them are from people whom the CRM knows.
const MAILS: usize = 12;
const KNOWN: usize = 6;

/// The one that is shared.
const SHARED: usize = 3;

/// Somebody at work whose CRM writes down what it hears.
struct Office<'a> {
    crm: &'a dyn Crm,
    letters: Vec<Letter>,
    judge: Judge,
    program: Program,
}

impl<'a> Office<'a> {
    async fn open(crm: &'a dyn Crm) -> Self {
        let letters: Vec<Letter> = (0..MAILS).map(Letter::new).collect();
        let (inbox, judge) = (Inbox::default(), Judge::new(&letters, crm.secret()));
        for letter in &letters[..KNOWN] {
            crm.know(20_001 + letter.number as u64, "Client", &letter.from);
        }
        letters.iter().for_each(|letter| inbox.deliver(letter.raw()));
        let time = Arc::new(crm.time());
        time.pass(Duration::from_secs(600));
        let program = Program::start(crm, time as Arc<dyn Clock>, inbox).await;
        let office = Self { crm, letters, judge, program };
        office.wait_for(State::Pending, KNOWN).await;
        office.wait_for(State::Unmatched, MAILS - KNOWN).await;
        office
    }

    async fn wait_for(&self, state: State, count: usize) {
        while self.program.count(state).await < count {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Everything that can be done with mail without sharing it.
    async fn look_around(&self) {
        let connection = self.program.connection;
        for state in ["pending", "unmatched"] {
            let list = json!({ "connection": connection, "states": [state], "limit": 100 });
            let page = self.program.ask("review.list", list).await;
            for row in page["rows"].as_array().expect("rows") {
                let mail = json!({ "connection": connection, "mail": row["mail"] });
                self.program.ask("mail.get", mail.clone()).await;
                self.program.ask("review.why", mail.clone()).await;
                if state == "pending" {
                    self.program.ask("review.preview", mail).await;
                }
            }
        }
        for letter in &self.letters {
            let about = json!({ "kind": "address", "value": letter.from });
            let rule = json!({ "about": about, "then": "share" });
            let simulate = json!({ "connection": connection, "rule": rule, "days": 36_500 });
            self.program.ask("rules.simulate", simulate).await;
            let search = json!({ "connection": connection, "text": letter.from });
            self.program.ask("contacts.search", search).await;
        }
        self.program.ask("crm.list", Value::Null).await;
        let heard = self.crm.front().came();
        self.program.ask("crm.refresh", json!({ "id": connection })).await;
        while self.crm.front().came() == heard {
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn share(&self, number: usize) {
        let rows = self.program.rows(State::Pending, 100).await;
        let row = rows.into_iter().find(|row| row.title == self.letters[number].subject).expect("it waits for the rep");
        self.program.share(&[row]).await;
        self.wait_for(State::Logged, 1).await;
    }

    /// What the CRM has heard so far.
    fn heard(&self) -> BTreeSet<String> {
        self.judge.heard(&self.crm.front().requests())
    }
}

/// Sends what a careless program might send, and waits for any answer.
async fn leak(to: SocketAddr, request: &str) {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("a request sent");
    stream.read_u8().await.expect("an answer");
}

fn post(front: &Front, headers: &str, body: &str) -> String {
    let (address, length) = (front.address(), body.len());
    format!("POST /v1/log HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

/// Lets something out about each of these, in another way each time; the judge names all of them and no other.
async fn check_leaks(office: &Office<'_>, letters: &[Letter; 5]) {
    let front = office.crm.front();
    let [percent, packed, digest, keyed, id] = letters;
    let percent: String = percent.from.bytes().map(|b| format!("%{b:02X}")).collect();
    let digest = hex::encode(judge::sha256(digest.from.as_bytes()));
    let keyed = STANDARD.encode(judge::hmac(office.crm.secret().as_bytes(), keyed.from.as_bytes()));
    let requests = [
        format!("GET /v1/contacts?where={percent} HTTP/1.1\r\nHost: x\r\n\r\n"),
        post(front, "", &json!({ "query": STANDARD.encode(format!("({})", packed.from)) }).to_string()),
        post(front, "", &format!("<Query><Digest>{digest}</Digest></Query>")),
        post(front, &format!("X-Who: {keyed}\r\n"), ""),
        format!("GET /emails/{} HTTP/1.1\r\nHost: x\r\n\r\n", id.key()),
    ];
    for (letter, request) in letters.iter().zip(requests) {
        leak(front.address(), &request).await;
        let heard = office.heard();
        assert!(heard.iter().any(|what| letter.is_about(what)), "{request}: {heard:?}");
        front.forget_requests();
    }
}

async fn check(crm: &dyn Crm) {
    let office = Office::open(crm).await;
    office.look_around().await;
    assert_eq!(office.heard(), BTreeSet::new(), "nothing is shared");
    assert!(crm.front().requests().len() > 3, "the index was read");

    office.share(SHARED).await;
    let (heard, shared) = (office.heard(), &office.letters[SHARED]);
    let others: Vec<&String> = heard.iter().filter(|what| !shared.is_about(what)).collect();
    assert!(others.is_empty(), "{others:?}");
    for token in [&shared.from, &shared.cc, &shared.subject] {
        assert!(heard.iter().any(|what| token.contains(what.as_str())), "{token} went along: {heard:?}");
    }

    office.program.die().await;
    crm.front().forget_requests();
    let planted: [Letter; 5] = std::array::from_fn(|number| Letter::new(KNOWN + number));
    check_leaks(&office, &planted).await;
}

#[tokio::test]
async fn the_rest_server_hears_only_of_the_mail_that_was_shared() {
    check(&Rest::start().await).await;
}

#[tokio::test]
async fn espo_hears_only_of_the_mail_that_was_shared() {
    check(&Espo::start().await).await;
}

#[tokio::test]
async fn hubspot_hears_only_of_the_mail_that_was_shared() {
    check(&HubSpot::start().await).await;
}

#[tokio::test]
async fn porters_hears_only_of_the_mail_that_was_shared() {
    check(&Porters::start().await).await;
}
