//! A folder as a CRM: each shared mail becomes `mail/<key>.eml` and `mail/<key>.json`, the people come from
//! `contacts.csv`.
//!
//! For CRMs that import files, for networks without a way out, and for looking at what Otomo would send. The `.json`
//! holds the approved bytes exactly; it is written last, so a mail is logged when its `.json` is there. Attachments
//! travel inside the `.eml`, so uploading one by itself does nothing.
//!
//! The files belong to the user alone (on Unix mode 0600); whoever else should read them needs rights on the folder's
//! side. Other files in the folder are left alone; `contacts.csv` gets a line where the rep makes a contact.

mod contacts;
mod mails;

use std::path::PathBuf;

use async_trait::async_trait;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RemoteMail,
    Retraction, Sought,
};
use otomo_domain::contact::Contact;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::ports::CrmConnector;
use otomo_domain::words::Words;
use tokio::sync::Mutex;

use self::mails::MailFolder;
use crate::chosen::Opened;
use crate::registry::{Given, InvalidSettings};

pub(crate) fn info() -> ConnectorInfo {
    let place = Field::required(
        "path",
        FieldKind::Folder,
        Words::new("フォルダーの場所", "Folder"),
        Words::new(
            "連絡先は、このフォルダーのcontacts.csvから読み込みます。",
            "Contacts are read from contacts.csv in this folder.",
        ),
    );
    ConnectorInfo {
        kind: "folder".into(),
        name: Words::new("フォルダー", "Folder"),
        text: Words::new(
            "メールごとにファイルを保存します。ファイルを読み込むCRMや、お試しに使用します。",
            "Each mail becomes a file. For CRMs that import files, and for a first look.",
        ),
        fields: vec![place],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: false,
        browser: false,
        relinks: false,
        patience: Patience::default(),
        records: vec![],
        notices: vec![],
        captures: Words::default(),
        granted_by: Words::default(),
        remarks: vec![],
    }
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let root = PathBuf::from(given.text("path")?);
    if !root.is_absolute() {
        return Err(InvalidSettings::new("path", "is not a whole path from the root"));
    }
    Ok(Box::new(FolderConnector { root, list: Mutex::default() }))
}

struct FolderConnector {
    root: PathBuf,
    /// The list of contacts is read and replaced by one at a time.
    list: Mutex<()>,
}

impl FolderConnector {
    /// Runs blocking work on the mails where blocking is allowed.
    async fn with_mails<T: Send + 'static>(
        &self,
        work: impl FnOnce(&MailFolder) -> Result<T, CrmFault> + Send + 'static,
    ) -> Result<T, CrmFault> {
        let mails = MailFolder::new(&self.root);
        off_thread(move || work(&mails)).await
    }
}

#[async_trait]
impl CrmConnector for FolderConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        let user_id = self.root.display().to_string();
        self.with_mails(|mails| mails.probe()).await?;
        Ok(Identity { user_id, can_unlog: true, can_create_contacts: true, ..Identity::default() })
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        let (root, cursor) = (self.root.clone(), cursor.map(str::to_owned));
        off_thread(move || contacts::page(&root, cursor.as_deref())).await
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        let _turn = self.list.lock().await;
        let (root, new) = (self.root.clone(), new.clone());
        off_thread(move || contacts::create(&root, &new)).await
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
