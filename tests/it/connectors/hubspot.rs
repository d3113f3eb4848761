//! HubSpot: what its connector alone can get wrong.
//!
//! `answers` is about refusals, limits and the key, `people` about the list of people, `mails` about mail.

mod answers;
mod app;
mod mails;
mod people;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kit::hubspot::{HubSpotServer, KEY, REP};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::mail::MailKey;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use serde_json::json;

use super::sample::Sample;
use super::world::{Somebody, World, net};

/// The account's time as the connector's.
struct AccountTime(Box<dyn Fn() -> Duration + Send + Sync>);

#[async_trait]
impl Clock for AccountTime {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(0) + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        (self.0)()
    }

    async fn sleep(&self, _: Duration) {}
}

/// The connector with the account behind it.
pub struct HubSpot {
    crm: Box<dyn CrmConnector>,
    server: Option<HubSpotServer>,
    /// The numbers that the people of a test have.
    people: Mutex<BTreeMap<String, u64>>,
}

fn connector(server: &HubSpotServer, key: &str, email: &str) -> Box<dyn CrmConnector> {
    let (settings, clock) = (json!({"url": server.url(), "email": email}), AccountTime(Box::new(server.time())));
    otomo_crm::connector("hubspot", &settings, Some(SecretString::from(key)), net(), Arc::new(clock)).unwrap()
}

impl HubSpot {
    /// With the deal that the mails of the suite are shared to.
    pub async fn start() -> Self {
        let server = HubSpotServer::start().await;
        server.put("deals", Some(41), &[("dealname", "見積")]);
        Self { crm: connector(&server, KEY, REP), server: Some(server), people: Mutex::default() }
    }

    fn server(&self) -> &HubSpotServer {
        self.server.as_ref().expect("the server runs")
    }

    /// The connector of another rep, who is an owner too.
    fn colleague(&self) -> Box<dyn CrmConnector> {
        self.server().portal(|portal| portal.owners.push(("2".into(), "two@own.example".into())));
        connector(self.server(), KEY, "two@own.example")
    }

    /// A property of the only mail.
    fn property(&self, name: &str) -> String {
        let [(_, mail)] = self.server().mails().try_into().expect("one mail");
        mail.get(name).cloned().unwrap_or_default()
    }
}

fn link(kind: RecordType, id: u64) -> RecordRef {
    RecordRef { kind, id: id.to_string() }
}

/// A mail that is shared to a contact.
fn to_contact(message_id: &str, contact: u64) -> Sample {
    Sample::new(message_id).but(|payload| payload.links = vec![link(RecordType::Contact, contact)])
}

impl World for HubSpot {
    fn crm(&self) -> &dyn CrmConnector {
        self.crm.as_ref()
    }

    /// Some time passes, so that the changes are not of the moment when the list was read.
    fn set_people(&self, people: &[Somebody<'_>]) {
        let (server, mut known) = (self.server(), self.people.lock().unwrap());
        known.retain(|person, id| {
            let stays = people.iter().any(|(kept, _, _)| kept == person);
            if !stays {
                server.portal(|portal| portal.archive("contacts", *id));
            }
            stays
        });
        for (person, name, email) in people {
            let properties = [("lastname", *name), ("email", *email)];
            let id = server.put("contacts", known.get(*person).copied(), &properties);
            known.insert((*person).to_owned(), id);
        }
        server.pass(Duration::from_secs(600));
    }

    fn id_of(&self, person: &str) -> String {
        self.people.lock().unwrap()[person].to_string()
    }

    fn mails(&self) -> usize {
        self.server().mails().len()
    }

    /// The account has a record of the mail, not the bytes it was made of.
    fn payload(&self, _: MailKey) -> Option<Vec<u8>> {
        None
    }

    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>> {
        let mails = self.server().mails();
        let is_it = |mail: &BTreeMap<String, String>| MailKey::of_message_id(&mail["hs_email_message_id"]) == key;
        let (_, mail) = mails.into_iter().find(|(_, mail)| is_it(mail))?;
        let ids: Vec<u64> = mail["hs_attachment_ids"].split(';').filter_map(|id| id.parse().ok()).collect();
        self.server().portal(|portal| {
            let mut files = ids.iter().filter_map(|id| portal.files.get(id));
            files.find(|file| file.name == name).map(|file| file.bytes.to_vec())
        })
    }

    async fn put_out_of_reach(&mut self) {
        self.server.take().expect("the server runs").stop().await;
    }
}
