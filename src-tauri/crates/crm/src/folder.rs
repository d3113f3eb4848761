//! A folder as a CRM: for CRMs that import files, for networks without a way out, and for looking at what Otomo would send.
//!
//! | file | holds |
//! |---|---|
//! | `mail/<key>.eml` | a shared mail with its attachments, so that uploading one by itself does nothing |
//! | `mail/<key>.json` | the approved bytes exactly; the same with other records once they were exchanged. It is written last: a mail is logged when its `.json` is there |
//! | `index.csv` | a line for each mail, which follows from the `.json` |
//! | `contacts.csv`, `*.vcf` | the people; the table gets a line where the rep makes a contact |
//! | `README.txt` | the same for whoever opens the folder, written once |
//!
//! The files belong to the user alone (on Unix mode 0600); whoever else should read them needs rights on the folder's
//! side. Other files in the folder are left alone.

pub mod contacts;
mod index;
mod mails;

use async_trait::async_trait;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RemoteMail,
    Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::ports::CrmConnector;
use otomo_domain::words::Words;
use tokio::sync::Mutex;

use self::contacts::ContactFolder;
use self::mails::MailFolder;
use crate::chosen::Opened;
use crate::registry::{Given, InvalidSettings};

pub(crate) fn info() -> ConnectorInfo {
    let place = Field::required(
        "path",
        FieldKind::Folder,
        Words::new("フォルダーの場所", "Folder"),
        Words::new(
            "連絡先は、このフォルダーのcontacts.csvとvCardファイル（.vcf）から読み込みます。",
            "Contacts are read from contacts.csv and vCard files (.vcf) in this folder.",
        ),
    );
    ConnectorInfo {
        kind: "folder".into(),
        name: Words::new("フォルダー", "Folder"),
        text: Words::new(
            "メールごとにファイルを保存します。ファイルを読み込むCRMや、お試しに使用します。",
            "Each mail becomes a file. For CRMs that import files, and for a first look.",
        ),
        beta: false,
        fields: vec![place],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: false,
        browser: false,
        relinks: true,
        patience: Patience::default(),
        records: vec![],
        notices: vec![],
        captures: Words::default(),
        granted_by: Words::default(),
        remarks: vec![],
    }
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    Ok(Box::new(FolderConnector { people: ContactFolder::given(&given, "path")?, turn: Mutex::default() }))
}

/// The folder of people is that of the mails.
struct FolderConnector {
    people: ContactFolder,
    /// The mails and their index are worked on by one at a time.
    turn: Mutex<()>,
}

impl FolderConnector {
    /// Runs blocking work on the mails where blocking is allowed.
    async fn with_mails<T: Send + 'static>(
        &self,
        work: impl FnOnce(&MailFolder) -> Result<T, CrmFault> + Send + 'static,
    ) -> Result<T, CrmFault> {
        let _turn = self.turn.lock().await;
        let mails = MailFolder::new(self.people.root());
        off_thread(move || work(&mails)).await
    }
}

#[async_trait]
impl CrmConnector for FolderConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        let user_id = self.people.root().display().to_string();
        self.with_mails(|mails| mails.probe()).await?;
        Ok(Identity { user_id, can_unlog: true, can_create_contacts: true, ..Identity::default() })
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        self.people.page(cursor).await
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        self.people.create(new).await
    }

    async fn find_logged(&self, Sought { key, .. }: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let found = self.with_mails(move |mails| mails.find(key)).await?;
        Ok(found.map(|_| remote(key, true)))
    }

    /// Does nothing: the file travels inside the `.eml`.
    async fn put_attachment(&self, _: OutgoingFile<'_>) -> Result<(), CrmFault> {
        Ok(())
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let files = Opened::all(mail.payload, mail.files)?;
        let (key, frozen, payload) = (mail.key, mail.frozen.clone(), mail.payload.clone());
        let already_known = self.with_mails(move |mails| mails.write(key, &frozen, &payload, &files)).await?;
        Ok(remote(key, already_known))
    }

    async fn relink(&self, sought: Sought<'_>, _: &RemoteMail, links: &[RecordRef]) -> Result<(), CrmFault> {
        let links = links.to_vec();
        self.with_mails(move |mails| mails.relink(sought.key, links)).await
    }

    async fn unlog(&self, Sought { key, .. }: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        self.with_mails(move |mails| mails.remove(key)).await
    }
}

fn remote(key: MailKey, already_known: bool) -> RemoteMail {
    RemoteMail { id: key.to_string(), url: None, already_known }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CrmFault> + Send + 'static,
) -> Result<T, CrmFault> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(unusable(format!("the work broke off: {e}"))))
}

fn unusable(detail: impl Into<String>) -> CrmFault {
    CrmFault::new(CrmFaultKind::FolderUnusable, detail)
}
