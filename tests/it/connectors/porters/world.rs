//! The connector with the server behind it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit::porters::{APP_ID, APP_SECRET, COLLEAGUE, HrbcServer, REP};
use otomo_domain::connector::{ConnectorInfo, ContactPage, Identity, Outgoing, OutgoingFile, RemoteMail, Sought};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::CrmFault;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use serde_json::{Value, json};

use super::super::sample::Sample;
use super::super::world::{Somebody, World, net};

/// The client-side person that mails are logged to here.
pub const RECRUITER: u64 = 10_001;

/// The server's clock: whole programs are tested elsewhere, here both sides have one time.
struct ServersClock(Arc<HrbcServer>, Timestamp);

#[async_trait]
impl Clock for ServersClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.now().since(self.1)
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

pub fn settings(server: &HrbcServer) -> Value {
    json!({"host": server.url(), "app_id": APP_ID, "user": REP})
}

/// The connector of a server.
pub fn connector(server: &Arc<HrbcServer>, settings: &Value) -> Box<dyn CrmConnector> {
    let clock = Arc::new(ServersClock(server.clone(), server.now()));
    otomo_crm::connector("porters", settings, Some(SecretString::from(APP_SECRET)), net(), clock).unwrap()
}

/// A mail at the recruiter of this customer.
pub fn sample(message_id: &str) -> Sample {
    Sample::new(message_id).but(|payload| payload.links = vec![link()])
}

pub fn link() -> RecordRef {
    RecordRef { kind: RecordType::Contact, id: format!("recruiter/{RECRUITER}") }
}

pub struct Hrbc {
    crm: AtRecruiter,
    pub server: Arc<HrbcServer>,
}

impl Hrbc {
    pub async fn start() -> Self {
        Self::before(Arc::new(HrbcServer::start().await))
    }

    fn before(server: Arc<HrbcServer>) -> Self {
        let crm = connector(&server, &settings(&server));
        Self { crm: AtRecruiter { crm, server: server.clone() }, server }
    }

    /// The same computer, started anew: nothing in memory.
    pub fn restart(&mut self) {
        self.crm.crm = connector(&self.server, &settings(&self.server));
    }

    /// The connector of a computer with another clock, which puts mail where it is linked to.
    pub fn at(&self, clock: Arc<dyn Clock>) -> Box<dyn CrmConnector> {
        let secret = Some(SecretString::from(APP_SECRET));
        otomo_crm::connector("porters", &settings(&self.server), secret, net(), clock).unwrap()
    }

    /// The memo of the only activity.
    pub fn memo(&self) -> String {
        let activities = self.server.activities();
        assert_eq!(activities.len(), 1);
        activities[0].get("P_Memo").to_owned()
    }

    /// The connector with other settings, before the same server.
    pub fn with(&mut self, name: &str, value: &str) {
        let mut settings = settings(&self.server);
        settings[name] = json!(value);
        self.crm.crm = connector(&self.server, &settings);
    }

    /// A colleague's computer.
    pub fn colleague(&self) -> Self {
        let mut colleague = Self::before(self.server.clone());
        colleague.with("user", COLLEAGUE);
        colleague
    }
}

/// Logs the suite's mails, whose link is any CRM's, at a recruiter of this one.
struct AtRecruiter {
    crm: Box<dyn CrmConnector>,
    server: Arc<HrbcServer>,
}

impl AtRecruiter {
    fn here(&self, payload: &Payload) -> Payload {
        self.server.put("recruiter", RECRUITER, &[("P_Name", "髙橋 花子"), ("P_Owner", "5")]);
        Payload { links: vec![link()], ..payload.clone() }
    }
}

#[async_trait]
impl CrmConnector for AtRecruiter {
    fn describe(&self) -> ConnectorInfo {
        self.crm.describe()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        self.crm.check().await
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        self.crm.contacts(cursor).await
    }

    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        self.crm.find_logged(Sought { payload: &self.here(mail.payload), ..mail }).await
    }

    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        self.crm.put_attachment(file).await
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        self.crm.log_mail(Outgoing { payload: &self.here(mail.payload), ..mail }).await
    }

    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        self.crm.search(words).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        self.crm.related(record).await
    }

    async fn unlog(&self, mail: Sought<'_>, remote: &RemoteMail) -> Result<(), CrmFault> {
        self.crm.unlog(mail, remote).await
    }
}

/// The number by which HRBC has a person: from 20,001 on, or from 40,001 on for one whose id is no number.
fn number(person: &str) -> u64 {
    person.parse().map_or_else(|_| 40_001 + person.chars().map(u64::from).sum::<u64>(), |id: u64| 20_001 + id)
}

impl World for Hrbc {
    fn crm(&self) -> &dyn CrmConnector {
        &self.crm
    }

    /// Everybody is a recruiter. Then some time passes.
    fn set_people(&self, people: &[Somebody<'_>]) {
        for id in self.server.ids("recruiter") {
            if !people.iter().any(|(kept, _, _)| number(kept) == id) {
                self.server.delete("recruiter", id);
            }
        }
        for (id, name, email) in people {
            self.server.put("recruiter", number(id), &[("P_Name", name), ("P_Mail", email)]);
        }
        self.server.advance(Duration::from_secs(600));
    }

    fn id_of(&self, person: &str) -> String {
        format!("recruiter/{}", number(person))
    }

    fn mails(&self) -> usize {
        self.server.activities().iter().filter(|activity| !activity.is_deleted()).count()
    }

    async fn take_back(&self, _: &Sample, remote: &RemoteMail) {
        self.server.delete("activity", remote.id.parse().unwrap());
    }

    /// The frozen bytes are not what arrives.
    fn payload(&self, _: MailKey) -> Option<Vec<u8>> {
        None
    }

    /// By the name without the digits of its digest.
    fn file(&self, _: MailKey, name: &str) -> Option<Vec<u8>> {
        let files = self.server.attachments().into_iter();
        let named = |file: &str| {
            let (stem, rest) = file.rsplit_once(" [")?;
            Some(format!("{stem}{}", rest.split_once(']')?.1))
        };
        files.into_iter().find(|file| named(&file.file_name).as_deref() == Some(name)).map(|file| file.content)
    }

    async fn put_out_of_reach(&mut self) {
        self.server.stop().await;
    }
}
