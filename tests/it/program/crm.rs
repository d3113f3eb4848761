//! The CRMs with an API of their own: how each is connected, and what it has in the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kit::crm::front::Front;
use kit::crm::misbehaviour::Misbehaviour;
use kit::crm::{CrmServer, TOKEN};
use kit::espo::EspoServer;
use kit::hubspot::HubSpotServer;
use kit::porters::{APP_ID, APP_SECRET, HrbcServer};
use otomo_domain::mail::MailKey;
use otomo_domain::time::Timestamp;
use serde_json::{Value, json};

use super::REP;
use super::time::Jumping;

/// The moment the account of one of the CRMs begins: 2026-11-23T00:00:00Z.
const BEGINNING: Timestamp = Timestamp::from_secs(1_795_392_000);

pub trait Crm: Send + Sync {
    fn front(&self) -> &Front;
    /// The connector's name, settings and secret.
    fn kind(&self) -> &'static str;
    fn settings(&self) -> Value;
    fn secret(&self) -> &'static str;
    /// The time that it shares with the program.
    fn time(&self) -> Jumping;
    /// Knows somebody.
    fn know(&self, number: u64, name: &str, email: &str);
    /// The Message-ID of every mail it has taken, once for each time that it took it.
    fn took(&self) -> Vec<String>;
    /// How often somebody came faster than it allows, by its own count.
    fn exceeded(&self) -> usize {
        0
    }
    /// How a request that logs a mail begins.
    fn logs(&self) -> &'static str;
    /// How it says that it has too much to do, and to whom.
    fn busy(&self) -> Vec<(&'static str, Misbehaviour)>;
}

/// A wall clock that only the program and this CRM have, which holds the program to the waits that it asks for.
fn own_time(crm: &Front) -> Jumping {
    let wall = Arc::new(AtomicI64::new(BEGINNING.0));
    let (moved, read) = (Arc::clone(&wall), Arc::clone(&wall));
    crm.keep_waits(move || Timestamp(read.load(Ordering::SeqCst)));
    let pass = move |span: Duration| {
        moved.fetch_add(i64::try_from(span.as_millis()).expect("a span"), Ordering::SeqCst);
    };
    Jumping::over(move || Timestamp(wall.load(Ordering::SeqCst)), pass)
}

pub struct Rest(CrmServer);

impl Rest {
    pub async fn start() -> Self {
        Self(CrmServer::start().await)
    }
}

impl Crm for Rest {
    fn front(&self) -> &Front {
        &self.0
    }

    fn kind(&self) -> &'static str {
        "rest"
    }

    fn settings(&self) -> Value {
        json!({"url": self.0.url()})
    }

    fn secret(&self) -> &'static str {
        TOKEN
    }

    fn time(&self) -> Jumping {
        own_time(&self.0)
    }

    fn know(&self, number: u64, name: &str, email: &str) {
        self.0.put_record(json!({"type": "contact", "id": number.to_string(), "name": name, "emails": [email]}));
    }

    fn took(&self) -> Vec<String> {
        let keys = self.0.keys_ever().into_iter().map(|key| MailKey(key.parse().expect("a digest")));
        let took = |key: MailKey| {
            let payload: Value = serde_json::from_slice(&self.0.stored(kit::crm::REP, key)?).ok()?;
            Some(vec![payload["message_id"].as_str()?.to_owned(); self.0.taken(key)])
        };
        keys.filter_map(took).flatten().collect()
    }

    fn logs(&self) -> &'static str {
        "PUT /emails"
    }

    fn busy(&self) -> Vec<(&'static str, Misbehaviour)> {
        vec![
            ("PUT /emails", Misbehaviour::busy(503, "2")),
            ("PUT /emails", Misbehaviour::busy(429, "5")),
            ("GET /emails", Misbehaviour::busy(429, "1")),
        ]
    }
}

pub struct Espo(EspoServer);

impl Espo {
    pub async fn start() -> Self {
        Self(EspoServer::start().await)
    }
}

impl Crm for Espo {
    fn front(&self) -> &Front {
        &self.0
    }

    fn kind(&self) -> &'static str {
        "espocrm"
    }

    fn settings(&self) -> Value {
        json!({"url": self.0.url(), "email": REP})
    }

    fn secret(&self) -> &'static str {
        kit::espo::KEY
    }

    fn time(&self) -> Jumping {
        own_time(&self.0)
    }

    fn know(&self, number: u64, name: &str, email: &str) {
        self.0.put("Contact", &number.to_string(), kit::espo::person(name, email));
    }

    fn took(&self) -> Vec<String> {
        let mails = self.0.ids("Email").into_iter().filter_map(|id| self.0.record("Email", &id));
        mails.filter_map(|mail| mail["messageId"].as_str().map(str::to_owned)).collect()
    }

    fn logs(&self) -> &'static str {
        "POST /Email/importEml"
    }

    fn busy(&self) -> Vec<(&'static str, Misbehaviour)> {
        vec![
            ("POST /Email/importEml", Misbehaviour::busy(429, "3")),
            ("POST /Attachment", Misbehaviour::busy(503, "5")),
            ("GET /Email", Misbehaviour::busy(429, "1")),
        ]
    }
}

pub struct HubSpot(Arc<HubSpotServer>);

impl HubSpot {
    pub async fn start() -> Self {
        Self(Arc::new(HubSpotServer::start().await))
    }
}

impl Crm for HubSpot {
    fn front(&self) -> &Front {
        &self.0
    }

    fn kind(&self) -> &'static str {
        "hubspot"
    }

    fn settings(&self) -> Value {
        json!({"url": self.0.url(), "email": REP})
    }

    fn secret(&self) -> &'static str {
        kit::hubspot::KEY
    }

    /// A request takes thirty milliseconds here: whoever doesn't count them comes too fast.
    fn time(&self) -> Jumping {
        self.0.pace(Duration::from_millis(30));
        let (now, account) = (self.0.time(), Arc::clone(&self.0));
        Jumping::over(move || BEGINNING + now(), move |span| account.pass(span))
    }

    fn know(&self, number: u64, name: &str, email: &str) {
        self.0.put("contacts", Some(number), &[("lastname", name), ("email", email)]);
    }

    fn took(&self) -> Vec<String> {
        let id = |mail: BTreeMap<String, String>| mail.get("hs_email_message_id").cloned().unwrap_or_default();
        self.0.mails().into_iter().map(|(_, mail)| id(mail)).collect()
    }

    fn exceeded(&self) -> usize {
        self.0.limits_exceeded()
    }

    fn logs(&self) -> &'static str {
        "POST /crm/objects/2026-09/emails"
    }

    fn busy(&self) -> Vec<(&'static str, Misbehaviour)> {
        let too_many = |policy: &str| {
            let body = json!({"status": "error", "errorType": "RATE_LIMIT", "policyName": policy});
            Misbehaviour::Answer { status: 429, headers: Vec::new(), body: body.to_string() }
        };
        vec![
            ("POST /crm/objects/2026-09/emails", too_many("TEN_SECONDLY_ROLLING")),
            ("POST /crm/objects/2026-09/emails/search", too_many("SECONDLY")),
            ("POST /files", Misbehaviour::busy(477, "7")),
        ]
    }
}

pub struct Porters(Arc<HrbcServer>);

impl Porters {
    pub async fn start() -> Self {
        Self(Arc::new(HrbcServer::start().await))
    }
}

impl Crm for Porters {
    fn front(&self) -> &Front {
        &self.0
    }

    fn kind(&self) -> &'static str {
        "porters"
    }

    fn settings(&self) -> Value {
        json!({"host": self.0.url(), "app_id": APP_ID, "user": kit::porters::REP})
    }

    fn secret(&self) -> &'static str {
        APP_SECRET
    }

    fn time(&self) -> Jumping {
        let (now, passing) = (Arc::clone(&self.0), Arc::clone(&self.0));
        Jumping::over(move || now.now(), move |span| passing.advance(span))
    }

    fn know(&self, number: u64, name: &str, email: &str) {
        self.0.put("recruiter", number, &[("P_Name", name), ("P_Mail", email), ("P_Owner", "5")]);
    }

    fn took(&self) -> Vec<String> {
        let id = |memo: &str| {
            let line = memo.lines().find_map(|line| line.strip_prefix("Message-ID: "));
            line.unwrap_or_default().trim().to_owned()
        };
        self.0.activities().iter().map(|activity| id(activity.get("P_Memo"))).collect()
    }

    fn exceeded(&self) -> usize {
        self.0.limits_exceeded()
    }

    fn logs(&self) -> &'static str {
        "POST /activity"
    }

    /// 9 is the number of a server that is busy; what goes too fast is cut off without a word.
    fn busy(&self) -> Vec<(&'static str, Misbehaviour)> {
        let says = |body: &str| Misbehaviour::Answer { status: 200, headers: Vec::new(), body: body.into() };
        vec![
            ("POST /activity", says("<Activity><Code>9</Code></Activity>")),
            ("GET /activity", says("<Activity><Code>9</Code></Activity>")),
            ("GET /oauth", Misbehaviour::LoseRequest),
        ]
    }
}
