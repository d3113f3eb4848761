//! HubSpot, over its dated API, with a service key or through the organisation's own app.
//!
//! | module | holds |
//! |---|---|
//! | `api` | the calls: paths, what a refusal means |
//! | `credential` | the service key, or the tokens of a sign-in |
//! | `app` | the organisation's own app, as a kind of its own |
//! | `pace` | how fast they may follow each other |
//! | `account` | the account, and who the rep is in it |
//! | `record` | records as answers show them |
//! | `people` | the list of contacts and companies, and what changed in it |
//! | `finding` | the search the rep asks for, related records, a new contact |
//! | `checking` | the check of a connection |
//! | `email` | a mail as the properties of an e-mail record |
//! | `mark` | the line by which Otomo knows its own records |
//! | `seek` | the records of a mail, wherever they are |
//! | `logged` | logging a mail once, finding it, taking it back |
//! | `links` | what a mail is linked to, exchanged |
//! | `file` | the files of a mail |
//!
//! HubSpot has no key that makes a request count once. A mail is looked for before it is made, and again afterwards:
//! of two that reps made at one moment the one with the lower id stays. Only what bears this rep's mark is ever changed
//! or removed.
//!
//! No live account has been asked yet. What is taken from published descriptions and other programs, and would show
//! there: that a service key's records say `INTEGRATION` as their source, and that the end of `hs_email_text` is kept as
//! it was written (where either is not so, a mail is logged, and cannot be taken back from here); that
//! `hs_email_message_id` can be written; how far the lists of associations go.

mod account;
mod api;
pub(crate) mod app;
mod checking;
mod credential;
mod email;
mod file;
mod finding;
mod links;
mod logged;
mod mark;
mod pace;
mod people;
mod record;
mod seek;

use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RecordWords,
    RemoteMail, Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::CrmFault;
use otomo_domain::ports::CrmConnector;
use otomo_domain::words::Words;
use tokio::sync::OnceCell;

use self::account::Account;
use self::api::Api;
use crate::registry::{BETA, Given, InvalidSettings};

/// What the key or the sign-in must be allowed to.
const SCOPES: [&str; 7] = [
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.deals.read",
    "crm.objects.owners.read",
    "sales-email-read",
    "files",
];

/// Where the API is for everybody.
const ADDRESS: &str = "https://api.hubapi.com";

pub(crate) fn info() -> ConnectorInfo {
    let called = |kind, ja, en| RecordWords { kind, words: Words::new(ja, en) };
    ConnectorInfo {
        kind: "hubspot".into(),
        name: Words::new("HubSpot", "HubSpot"),
        text: Words::new(
            "管理者が発行したサービスキーで連携します。",
            "For HubSpot, with a service key from your administrator.",
        ),
        beta: true,
        fields: fields(),
        retraction: Retraction::Recycle,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: true,
        // New records appear in search "after a few moments"; the list of a contact's e-mails has them at once.
        patience: Patience { tries: 3, span: Duration::from_secs(15 * 60) },
        records: vec![
            called(RecordType::Contact, "コンタクト", "Contact"),
            called(RecordType::Company, "会社", "Company"),
            called(RecordType::Deal, "取引", "Deal"),
        ],
        notices: notices(),
        captures: CAPTURES,
        granted_by: Words::new("HubSpotのスーパー管理者", "a super admin of HubSpot"),
        remarks: checking::remarks(),
    }
}

fn fields() -> Vec<Field> {
    let key = Field::required(
        "key",
        FieldKind::Secret,
        Words::new("サービスキー", "Service key"),
        Words::new(
            "必要な権限：crm.objects.contacts.read、crm.objects.contacts.write、crm.objects.companies.read、\
             crm.objects.deals.read、crm.objects.owners.read、sales-email-read、files",
            "Scopes it needs: crm.objects.contacts.read, crm.objects.contacts.write, crm.objects.companies.read, \
             crm.objects.deals.read, crm.objects.owners.read, sales-email-read, files",
        ),
    );
    vec![email_field(), key, url_field()]
}

fn email_field() -> Field {
    Field::required(
        "email",
        FieldKind::Text,
        Words::new("HubSpotのユーザーのメールアドレス", "Your e-mail address in HubSpot"),
        Words::new("記録したメールの担当者になります。", "Logged mail is shown as yours."),
    )
}

fn url_field() -> Field {
    Field {
        name: "url".into(),
        kind: FieldKind::Url,
        label: Words::new("APIのアドレス", "Address of the API"),
        hint: Words::new("通常は変更しません。", "Usually left as it is."),
        required: false,
        preset: ADDRESS.into(),
    }
}

const CAPTURES: Words = Words::new(
    "このメールボックスをHubSpotに直接接続している場合、HubSpotは共有していないメールも記録し、\
     同じメールが二重になることがあります。先にHubSpot側の接続を解除してください。",
    "If this mailbox is also connected to HubSpot itself, HubSpot logs mail you did not share, and may log mail \
     twice. Disconnect it there first.",
);

fn notices() -> Vec<Words> {
    vec![
        BETA,
        Words::new(
            "添付ファイルはHubSpotの「ファイル」ツールにも表示されます。",
            "Attachments also show in HubSpot's Files tool.",
        ),
        Words::new(
            "Otomoは、記録したメールを見分けるため、本文（テキスト）の最後に目印を1行加えます。",
            "To recognise the mail it logged, Otomo adds one line at the end of its plain text.",
        ),
    ]
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let email = Address::parse(given.text("email")?);
    let email = email.ok_or_else(|| InvalidSettings::new("email", "is not an e-mail address"))?;
    Ok(Box::new(HubSpot { api: Api::new(given)?, email, account: OnceCell::new() }))
}

struct HubSpot {
    api: Api,
    /// The rep's address among HubSpot's users.
    email: Address,
    account: OnceCell<Account>,
}

impl HubSpot {
    /// The account; asked for once.
    async fn account(&self) -> Result<&Account, CrmFault> {
        self.account.get_or_try_init(|| account::load(&self.api, &self.email)).await
    }
}

#[async_trait]
impl CrmConnector for HubSpot {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        checking::try_scopes(&self.api).await?;
        // Asked anew: the rep may have become an owner since.
        Ok(account::load(&self.api, &self.email).await?.identity(&self.email))
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        people::page(&self.api, self.account().await?, cursor).await
    }

    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        finding::search(&self.api, self.account().await?, words).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        finding::related(&self.api, self.account().await?, record).await
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        finding::create(&self.api, self.account().await?, new).await
    }

    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        logged::find(&self.api, self.account().await?, mail).await
    }

    /// Proves that the file can be sent, before anything of the mail leaves. It goes up with the mail, which has to
    /// name its number.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        file::prove(file).await
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        logged::log(&self.api, self.account().await?, mail).await
    }

    async fn relink(&self, mail: Sought<'_>, remote: &RemoteMail, links: &[RecordRef]) -> Result<(), CrmFault> {
        logged::relink(&self.api, self.account().await?, mail, remote, links).await
    }

    async fn unlog(&self, mail: Sought<'_>, remote: &RemoteMail) -> Result<(), CrmFault> {
        logged::unlog(&self.api, self.account().await?, mail, remote).await
    }
}
