//! A connector together with the CRM behind it, as a test sees both.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::crm::{CrmServer, REP, TOKEN};
use mail_parser::{MessageParser, MimeHeaders};
use otomo_domain::connector::RemoteMail;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::SecretString;
use otomo_net::{Net, NetConfig};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::sample::Sample;
use super::suite::lists::Lists;

/// Somebody in the CRM: id, name, address.
pub type Somebody<'a> = (&'a str, &'a str, &'a str);

pub trait World {
    fn crm(&self) -> &dyn CrmConnector;
    /// From now on these are the people.
    fn set_people(&self, people: &[Somebody<'_>]);
    /// The id by which the CRM has one of them: its own, where it gives them itself.
    fn id_of(&self, person: &str) -> String {
        person.to_owned()
    }
    /// How many mails are logged.
    fn mails(&self) -> usize;
    /// The payload as the CRM has it.
    fn payload(&self, key: MailKey) -> Option<Vec<u8>>;
    /// A file of a mail, by name, as the CRM has it.
    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>>;
    /// Takes a mail back: by the connector, or as a person does it in a CRM that lets nobody else.
    async fn take_back(&self, sample: &Sample, remote: &RemoteMail) {
        self.crm().unlog(sample.sought(), remote).await.unwrap();
    }
    /// Puts the CRM out of reach for good.
    async fn put_out_of_reach(&mut self);
}

pub fn net() -> Arc<Net> {
    Arc::new(Net::new(&NetConfig::default()).unwrap())
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(otomo_boot::clock::MachineClock::default())
}

pub fn connector(kind: &str, settings: Value, token: Option<&str>) -> Box<dyn CrmConnector> {
    otomo_crm::connector(kind, &settings, token.map(SecretString::from), net(), clock()).unwrap()
}

pub struct Folder {
    crm: Box<dyn CrmConnector>,
    pub dir: TempDir,
}

impl Folder {
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { crm: connector("folder", json!({"path": dir.path()}), None), dir }
    }

    pub fn path(&self, key: MailKey, ending: &str) -> PathBuf {
        self.dir.path().join("mail").join(format!("{key}.{ending}"))
    }
}

impl World for Folder {
    fn crm(&self) -> &dyn CrmConnector {
        self.crm.as_ref()
    }

    fn set_people(&self, people: &[Somebody<'_>]) {
        let rows = people.iter().map(|(id, name, email)| format!("{id},{name},{email}\n"));
        fs::write(
            self.dir.path().join("contacts.csv"),
            "ID,氏名,メールアドレス\n".to_owned() + &rows.collect::<String>(),
        )
        .unwrap();
    }

    fn mails(&self) -> usize {
        let files = fs::read_dir(self.dir.path().join("mail")).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|ending| ending == "json")).count()
    }

    fn payload(&self, key: MailKey) -> Option<Vec<u8>> {
        fs::read(self.path(key, "json")).ok()
    }

    /// Read out of the `.eml` by a parser that knows nothing of the composer.
    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>> {
        let eml = fs::read(self.path(key, "eml")).ok()?;
        let mail = MessageParser::default().parse(&eml)?;
        let part = mail.attachments().find(|part| part.attachment_name() == Some(name))?;
        Some(part.contents().to_vec())
    }

    async fn put_out_of_reach(&mut self) {
        fs::remove_dir_all(self.dir.path()).unwrap();
    }
}

impl Lists for Folder {
    fn lists(&self) -> &Path {
        self.dir.path()
    }
}

pub struct Rest {
    crm: Box<dyn CrmConnector>,
    pub server: Option<CrmServer>,
}

impl Rest {
    pub async fn start() -> Self {
        let server = CrmServer::start().await;
        Self { crm: connector("rest", json!({"url": server.url()}), Some(TOKEN)), server: Some(server) }
    }

    pub fn server(&self) -> &CrmServer {
        self.server.as_ref().expect("the server runs")
    }
}

impl World for Rest {
    fn crm(&self) -> &dyn CrmConnector {
        self.crm.as_ref()
    }

    fn set_people(&self, people: &[Somebody<'_>]) {
        let server = self.server();
        for id in server.record_ids("contact") {
            if !people.iter().any(|(kept, _, _)| *kept == id) {
                server.remove_record("contact", &id);
            }
        }
        for (id, name, email) in people {
            server.put_record(json!({"type": "contact", "id": id, "name": name, "emails": [email]}));
        }
    }

    fn mails(&self) -> usize {
        self.server().keys().len()
    }

    fn payload(&self, key: MailKey) -> Option<Vec<u8>> {
        self.server().stored(REP, key).map(Vec::from)
    }

    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>> {
        let payload: Value = serde_json::from_slice(&self.payload(key)?).ok()?;
        let file = payload["attachments"].as_array()?.iter().find(|file| file["name"] == name)?.clone();
        let sha256: Digest = file["sha256"].as_str()?.parse().ok()?;
        self.server().attachment(sha256).map(Vec::from)
    }

    async fn put_out_of_reach(&mut self) {
        self.server.take().expect("the server runs").stop().await;
    }
}
