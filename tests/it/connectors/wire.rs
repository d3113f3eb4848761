//! The APIs, as far as all of them are alike: which request does what, and what the CRM can be made to do.

use std::sync::Arc;
use std::time::Duration;

use kit::crm::TOKEN;
use kit::crm::front::Front;
use kit::crm::misbehaviour::Misbehaviour;
use kit::porters::{APP_ID, APP_SECRET};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_net::Net;
use serde_json::{Value, json};

use super::espo::Espo;
use super::hubspot::HubSpot;
use super::porters::{Hrbc, RECRUITER};
use super::world::{Rest, World, clock, net};

/// What is asked of a CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Check,
    List,
    Find,
    Log,
}

impl Ask {
    pub const ALL: [Self; 4] = [Self::Check, Self::List, Self::Find, Self::Log];
    /// What changes nothing.
    pub const READS: [Self; 3] = [Self::Check, Self::List, Self::Find];
}

pub trait Wire: World {
    fn front(&self) -> &Front;

    /// The line of the request by which this is done.
    fn line(&self, ask: Ask) -> &'static str;

    /// The line of the request that sends a file, or what holds it.
    fn file_line(&self) -> &'static str;

    /// What only the CRM and the connector know.
    fn secret(&self) -> &'static str;

    /// Lets the CRM know the secret no more.
    fn revoke(&self);

    /// Lets time go by.
    fn pass(&self, _: Duration) {}

    /// A look-up shows only after so long what was written; where it reads what was written there is no such thing.
    fn lag(&self, _: Duration) {}

    /// Whether this status is how the CRM answers the question, not how it refuses it.
    fn answers_with(&self, _: Ask, _status: u16) -> bool {
        false
    }

    /// How it refuses for want of this right.
    fn lacks(&self, right: &str) -> Misbehaviour;

    /// The same by a computer with another clock.
    fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector>;

    /// The same by another way out, with the CRM at another origin (`https://host`).
    fn through(&self, net: Arc<Net>, origin: &str) -> Box<dyn CrmConnector>;

    /// A record that mail can be linked to.
    fn link(&self) -> RecordRef {
        RecordRef { kind: RecordType::Deal, id: "41".into() }
    }

    /// A record that was deleted, or became part of another one.
    fn gone(&self) -> RecordRef {
        RecordRef { kind: RecordType::Contact, id: "99999".into() }
    }
}

fn says(status: u16, body: String) -> Misbehaviour {
    Misbehaviour::Answer { status, headers: Vec::new(), body }
}

fn build(kind: &str, settings: Value, secret: &str, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
    build_over(net(), kind, settings, secret, clock)
}

fn build_over(
    net: Arc<Net>,
    kind: &str,
    settings: Value,
    secret: &str,
    clock: Arc<dyn Clock>,
) -> Box<dyn CrmConnector> {
    otomo_crm::connector(kind, &settings, Some(SecretString::from(secret)), net, clock).expect("good settings")
}

impl Wire for Rest {
    fn front(&self) -> &Front {
        self.server()
    }

    fn line(&self, ask: Ask) -> &'static str {
        match ask {
            Ask::Check => "GET /me",
            Ask::List => "GET /contacts",
            Ask::Find => "GET /emails",
            Ask::Log => "PUT /emails",
        }
    }

    fn file_line(&self) -> &'static str {
        "PUT /attachments"
    }

    fn secret(&self) -> &'static str {
        TOKEN
    }

    fn revoke(&self) {
        self.server().revoke(TOKEN);
    }

    /// 404 is a mail that is not logged, 410 a cursor that is forgotten.
    fn answers_with(&self, ask: Ask, status: u16) -> bool {
        matches!((ask, status), (Ask::Find, 404) | (Ask::List, 410))
    }

    fn lacks(&self, right: &str) -> Misbehaviour {
        says(403, json!({"title": "Forbidden", "missing_scopes": [right]}).to_string())
    }

    fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
        build("rest", json!({"url": self.server().url()}), TOKEN, clock)
    }

    fn through(&self, net: Arc<Net>, origin: &str) -> Box<dyn CrmConnector> {
        build_over(net, "rest", json!({"url": format!("{origin}/mail-log/v1")}), TOKEN, clock())
    }
}

impl Wire for Espo {
    fn front(&self) -> &Front {
        self.server()
    }

    fn line(&self, ask: Ask) -> &'static str {
        match ask {
            Ask::Check => "GET /App/user",
            Ask::List => "GET /Contact?",
            Ask::Find => "GET /Email?",
            Ask::Log => "POST /Email/importEml",
        }
    }

    fn file_line(&self) -> &'static str {
        "POST /Attachment"
    }

    fn secret(&self) -> &'static str {
        kit::espo::KEY
    }

    fn revoke(&self) {
        self.server().revoke(kit::espo::KEY);
    }

    fn lacks(&self, right: &str) -> Misbehaviour {
        let headers = vec![("x-status-reason".to_owned(), format!("No access to '{right}'."))];
        Misbehaviour::Answer { status: 403, headers, body: String::new() }
    }

    fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
        build("espocrm", json!({"url": self.server().url(), "email": super::espo::REP}), kit::espo::KEY, clock)
    }

    fn through(&self, net: Arc<Net>, origin: &str) -> Box<dyn CrmConnector> {
        build_over(net, "espocrm", json!({"url": origin, "email": super::espo::REP}), kit::espo::KEY, clock())
    }
}

impl Wire for HubSpot {
    fn front(&self) -> &Front {
        self.server()
    }

    fn line(&self, ask: Ask) -> &'static str {
        match ask {
            Ask::Check => "GET /crm/owners/2026-09?email=",
            Ask::List => "POST /crm/objects/2026-09/contacts/search",
            Ask::Find => "POST /crm/objects/2026-09/emails/search",
            Ask::Log => "POST /crm/objects/2026-09/emails$",
        }
    }

    fn file_line(&self) -> &'static str {
        "POST /files"
    }

    fn secret(&self) -> &'static str {
        kit::hubspot::KEY
    }

    fn revoke(&self) {
        self.server().revoke(kit::hubspot::KEY);
    }

    fn pass(&self, span: Duration) {
        self.server().pass(span);
    }

    fn lag(&self, span: Duration) {
        self.server().portal(|portal| portal.search_lag = span);
    }

    fn lacks(&self, right: &str) -> Misbehaviour {
        let errors = json!([{"message": "scopes", "context": {"requiredGranularScopes": [right]}}]);
        says(403, json!({"category": "MISSING_SCOPES", "errors": errors}).to_string())
    }

    fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
        build("hubspot", json!({"url": self.server().url(), "email": kit::hubspot::REP}), kit::hubspot::KEY, clock)
    }

    fn through(&self, net: Arc<Net>, origin: &str) -> Box<dyn CrmConnector> {
        let settings = json!({"url": origin, "email": kit::hubspot::REP});
        build_over(net, "hubspot", settings, kit::hubspot::KEY, clock())
    }
}

impl Wire for Hrbc {
    fn front(&self) -> &Front {
        &self.server
    }

    fn line(&self, ask: Ask) -> &'static str {
        match ask {
            Ask::Check => "GET /client",
            Ask::List => "GET /recruiter",
            Ask::Find => "GET /activity",
            Ask::Log => "POST /activity",
        }
    }

    fn file_line(&self) -> &'static str {
        "POST /attachment"
    }

    fn secret(&self) -> &'static str {
        APP_SECRET
    }

    fn revoke(&self) {
        self.server.change(|inside| {
            inside.auth.granted = false;
            inside.auth.forget_tokens();
        });
    }

    fn pass(&self, span: Duration) {
        self.server.advance(span);
    }

    fn lag(&self, span: Duration) {
        self.server.change(|inside| inside.search_lag = span);
    }

    /// Every answer has the root of its resource, so this one is about activities only.
    fn lacks(&self, right: &str) -> Misbehaviour {
        says(200, format!("<Activity><Code>403</Code><Message>{right} is not granted</Message></Activity>"))
    }

    fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
        Hrbc::at(self, clock)
    }

    fn through(&self, net: Arc<Net>, origin: &str) -> Box<dyn CrmConnector> {
        let settings = json!({"host": origin, "app_id": APP_ID, "user": kit::porters::REP});
        build_over(net, "porters", settings, APP_SECRET, clock())
    }

    fn link(&self) -> RecordRef {
        self.server.put("recruiter", RECRUITER, &[("P_Name", "髙橋 花子"), ("P_Owner", "5")]);
        super::porters::link()
    }

    fn gone(&self) -> RecordRef {
        RecordRef { kind: RecordType::Contact, id: "recruiter/99999".into() }
    }
}
