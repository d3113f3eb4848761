//! EspoCRM by its REST API, with the key of an API user (measured on 9.2.6).
//!
//! A mail is imported as a whole `.eml`, composed from the frozen payload, with its files inside. The CRM tells a mail by
//! its Message-ID and never takes one twice, so nothing here has to be careful about that; `POST Email` is not used,
//! because it has no such thing.
//!
//! | module | holds |
//! |---|---|
//! | `api` | addresses, the key, refusals |
//! | `people` | the list of people and companies, and what changed |
//! | `find` | search, related records, a new contact |
//! | `mails` | logging a mail, finding it, taking it back |
//! | `upload` | a mail as the body of an upload, made while it is sent |
//! | `wire` | the CRM's records as far as they are read |

mod api;
mod find;
mod mails;
mod people;
mod upload;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RecordWords,
    RemoteMail, Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::CrmFault;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::secret::ExposeSecret;
use otomo_domain::words::Words;

use self::api::Api;
use self::wire::AppUser;
use crate::http::base::Base;
use crate::registry::{Given, InvalidSettings};

pub(crate) fn info() -> ConnectorInfo {
    let record = |kind, ja, en| RecordWords { kind, words: Words::new(ja, en) };
    ConnectorInfo {
        kind: "espocrm".into(),
        name: Words::new("EspoCRM", "EspoCRM"),
        text: Words::new(
            "自社で運用しているEspoCRM、またはクラウド版のEspoCRMと連携します。",
            "For EspoCRM on your company's own server or in its cloud.",
        ),
        fields: vec![url(), key()],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: false,
        patience: Patience::default(),
        records: vec![
            record(RecordType::Company, "取引先（Account）", "Account"),
            record(RecordType::Deal, "商談（Opportunity）", "Opportunity"),
        ],
        notices: vec![],
        captures: Words::new(
            "このメールアドレスをEspoCRMにも登録している場合、EspoCRMが自動でメールを取り込みます。シェアするメールをOtomoで選ぶには、EspoCRM側の受信設定を停止してください。",
            "If this mailbox is also set up in EspoCRM, EspoCRM takes in its mail by itself. To choose in Otomo what is shared, stop that in EspoCRM.",
        ),
        granted_by: Words::new("EspoCRMの管理者", "an administrator of EspoCRM"),
        remarks: vec![],
    }
}

fn url() -> Field {
    Field::required(
        "url",
        FieldKind::Url,
        Words::new("EspoCRMのアドレス（URL）", "EspoCRM address (URL)"),
        Words::new("ブラウザーで開くときのアドレスです。", "The address you open in the browser."),
    )
}

fn key() -> Field {
    Field::required(
        "key",
        FieldKind::Secret,
        Words::new("APIキー", "API key"),
        Words::new(
            "管理者がEspoCRMで「APIユーザー」を作成すると発行されます。ロールには、連絡先の閲覧、メールの作成・閲覧・編集・削除、インポートの権限が必要です。",
            "Your administrator gets it by making an API user in EspoCRM. Its role needs: Contact read; Email create, read, edit and delete; Import.",
        ),
    )
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    // Whoever looked it up in the API's documentation has its path at the end.
    let url = given.text("url")?.trim_end_matches('/');
    let site = url.strip_suffix("/api/v1").unwrap_or(url);
    let base = Base::parse(site).map_err(|reason| InvalidSettings::new("url", reason))?;
    let key = given.secret.ok_or_else(|| InvalidSettings::new("key", "is missing"))?;
    let text = key.expose_secret();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(InvalidSettings::new("key", "has characters that no key has"));
    }
    Ok(Box::new(EspoConnector { api: Api { base, key, http: given.net.http() }, clock: given.clock }))
}

struct EspoConnector {
    api: Api,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl CrmConnector for EspoConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        self.api.get::<AppUser>(&["App", "user"], &[]).await?.identity()
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        people::page(&self.api, self.clock.now(), cursor).await
    }

    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        find::search(&self.api, words).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        find::related(&self.api, record).await
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        find::create(&self.api, new).await
    }

    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        mails::find(&self.api, mail).await
    }

    /// Does nothing: the file travels inside the mail.
    async fn put_attachment(&self, _: OutgoingFile<'_>) -> Result<(), CrmFault> {
        Ok(())
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        mails::log(&self.api, mail).await
    }

    async fn unlog(&self, mail: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        mails::unlog(&self.api, mail).await
    }
}
