//! EspoCRM: what its connector alone can get wrong.
//!
//! `people` is about the list of people, `mails` about mail, `ours` about whose it is, `answers` about refusals, silence
//! and the key.

mod answers;
mod mails;
mod ours;
mod people;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kit::espo::{EspoServer, KEY, person};
use otomo_domain::mail::MailKey;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use serde_json::json;

use super::sample::Sample;
use super::world::{Somebody, World, net};

/// The wall clock, set by the test.
pub struct Wall(AtomicI64);

impl Wall {
    fn pass(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).expect("a span of a test"), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {}
}

/// Two reps, who may have one key.
pub const REP: &str = "rep@own.example";
pub const COLLEAGUE: &str = "two@own.example";

/// The connector with the CRM behind it.
pub struct Espo {
    crm: Box<dyn CrmConnector>,
    pub wall: Arc<Wall>,
    pub server: Option<EspoServer>,
}

impl Espo {
    /// With the deal that the mails of the suite are shared to.
    pub async fn start() -> Self {
        let server = EspoServer::start().await;
        server.put("Opportunity", "41", json!({"name": "見積", "stage": "Prospecting"}));
        let wall = Arc::new(Wall(AtomicI64::new(1_795_000_000_000)));
        Self { crm: connector(&server, KEY, REP, &wall), wall, server: Some(server) }
    }

    pub fn server(&self) -> &EspoServer {
        self.server.as_ref().expect("the server runs")
    }

    /// The connector of somebody else, by this key.
    pub fn colleague(&self, key: &str) -> Box<dyn CrmConnector> {
        connector(self.server(), key, COLLEAGUE, &self.wall)
    }

    /// The rep's connector on another computer.
    pub fn elsewhere(&self) -> Box<dyn CrmConnector> {
        connector(self.server(), KEY, REP, &self.wall)
    }
}

fn connector(server: &EspoServer, key: &str, rep: &str, wall: &Arc<Wall>) -> Box<dyn CrmConnector> {
    let settings = json!({"url": server.url(), "email": rep});
    otomo_crm::connector("espocrm", &settings, Some(SecretString::from(key)), net(), wall.clone()).unwrap()
}

/// The Message-ID of a mail of the suite.
fn message_id(world: &Espo, key: MailKey) -> Option<String> {
    let ids = world.server().ids("Email");
    let mails = ids.iter().filter_map(|id| world.server().record("Email", id));
    let mut message_ids = mails.filter_map(|mail| mail["messageId"].as_str().map(str::to_owned));
    message_ids.find(|id| MailKey::of_message_id(id) == key)
}

impl World for Espo {
    fn crm(&self) -> &dyn CrmConnector {
        self.crm.as_ref()
    }

    fn set_people(&self, people: &[Somebody<'_>]) {
        let server = self.server();
        for id in server.ids("Contact") {
            if !people.iter().any(|(kept, _, _)| *kept == id) {
                server.remove("Contact", &id);
            }
        }
        for (id, name, email) in people {
            server.put("Contact", id, person(name, email));
        }
    }

    fn mails(&self) -> usize {
        self.server().ids("Email").len()
    }

    /// The CRM has the mail, not the bytes it was made of.
    fn payload(&self, _: MailKey) -> Option<Vec<u8>> {
        None
    }

    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>> {
        self.server().file(&message_id(self, key)?, name)
    }

    async fn put_out_of_reach(&mut self) {
        self.server.take().expect("the server runs").stop().await;
    }
}

/// The mail as the CRM has it.
fn kept(world: &Espo, sample: &Sample) -> serde_json::Value {
    world.server().mail(&sample.payload.message_id).expect("the mail is there")
}
