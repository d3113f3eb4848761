//! The rep's accounts, the server that they send through, and what it took.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit::smtp::{PASSWORD, Quirk, SmtpServer, Taken, USER};
use mail_parser::{MessageParser, MimeHeaders};
use otomo_crm::Means;
use otomo_domain::account::Endpoint;
use otomo_domain::address::Address;
use otomo_domain::error::MailFault;
use otomo_domain::mail::MailKey;
use otomo_domain::ports::{Credential, CrmConnector, SendingAccount, SendingAccounts};
use otomo_mail::smtp::SmtpSender;
use otomo_net::{Net, NetConfig};
use serde_json::json;
use tempfile::TempDir;

use super::super::sample::address;
use super::super::world::{Somebody, World, clock, net};

/// Where the CRM takes copies of what the rep sent, and what the rep forwards.
pub const COPIES: &str = "rep-7f3@bcc.crm.example";
pub const FORWARDS: &str = "rep-7f3@forward.crm.example";

/// The rep's second account; [`USER`] is the first.
pub const OWN: &str = "rep@own.example";

/// Accounts that send through one server.
pub struct Accounts {
    pub net: Arc<Net>,
    pub endpoint: Endpoint,
    pub password: &'static str,
    pub addresses: Vec<&'static str>,
}

#[async_trait]
impl SendingAccounts for Accounts {
    async fn find(&self, sought: Option<&Address>) -> Result<Option<SendingAccount>, MailFault> {
        let fits = |own: &&&str| sought.is_none_or(|sought| sought.as_str() == **own);
        let Some(own) = self.addresses.iter().find(fits) else { return Ok(None) };
        let credential = Some(Credential::Password(self.password.into()));
        let sender = SmtpSender::new(self.net.clone(), self.endpoint.clone(), USER.into(), credential);
        let sender = Box::new(sender.with_silence(Duration::from_secs(2)));
        Ok(Some(SendingAccount { address: address(own), sender }))
    }
}

/// The connector with everything behind it.
pub struct MailDrop {
    crm: Box<dyn CrmConnector>,
    server: Option<SmtpServer>,
    dir: TempDir,
}

impl MailDrop {
    pub async fn start(quirks: impl IntoIterator<Item = Quirk>) -> Self {
        Self::with(quirks, PASSWORD, vec![USER, OWN]).await
    }

    /// With this password, and these accounts.
    pub async fn with(
        quirks: impl IntoIterator<Item = Quirk>,
        password: &'static str,
        addresses: Vec<&'static str>,
    ) -> Self {
        let (server, dir) = (SmtpServer::start(quirks).await, tempfile::tempdir().unwrap());
        let net =
            Arc::new(Net::new(&NetConfig { extra_ca: vec![server.ca().to_owned()], ..NetConfig::default() }).unwrap());
        let accounts = Arc::new(Accounts { net, endpoint: server.endpoint(), password, addresses });
        Self { crm: connector(&dir, accounts), server: Some(server), dir }
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.server.as_ref().map(SmtpServer::taken).unwrap_or_default()
    }

    pub fn server(&self) -> &SmtpServer {
        self.server.as_ref().expect("the server runs")
    }
}

/// The connector, with contacts in this folder.
pub fn connector(dir: &TempDir, accounts: Arc<dyn SendingAccounts>) -> Box<dyn CrmConnector> {
    let settings = json!({"address": COPIES, "forward": FORWARDS, "contacts": dir.path()});
    otomo_crm::connector_with(
        "mail_drop",
        &settings,
        Means { secret: None, tokens: None, net: net(), clock: clock(), accounts },
    )
    .unwrap()
}

impl World for MailDrop {
    fn crm(&self) -> &dyn CrmConnector {
        self.crm.as_ref()
    }

    fn set_people(&self, people: &[Somebody<'_>]) {
        let rows: String = people.iter().map(|(id, name, email)| format!("{id},{name},{email}\n")).collect();
        fs::write(self.dir.path().join("contacts.csv"), format!("Record ID,Name,Email\n{rows}")).unwrap();
    }

    fn mails(&self) -> usize {
        self.taken().len()
    }

    /// The CRM has a mail, not the bytes it was made of.
    fn payload(&self, _: MailKey) -> Option<Vec<u8>> {
        None
    }

    fn file(&self, key: MailKey, name: &str) -> Option<Vec<u8>> {
        self.taken().into_iter().find_map(|taken| {
            let mail = MessageParser::default().parse(&taken.message)?;
            let ids = [mail.message_id(), mail.references().as_text()];
            let about = |id: &&str| MailKey::of_message_id(&format!("<{id}>")) == key;
            ids.into_iter().flatten().find(about)?;
            let part = mail.attachments().find(|part| part.attachment_name() == Some(name))?;
            Some(part.contents().to_vec())
        })
    }

    async fn put_out_of_reach(&mut self) {
        self.server.take().expect("the server runs");
        // The port is closed once the task that listens has gone.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
