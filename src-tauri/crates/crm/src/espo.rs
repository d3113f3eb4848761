//! EspoCRM by its REST API, as an API user (measured on 9.2.6).
//!
//! A mail is imported as a whole `.eml`, composed from the frozen payload, with its files inside. The CRM tells a mail by
//! its Message-ID and never takes one twice, so nothing here has to be careful about that; `POST Email` is not used,
//! because it has no such thing.
//!
//! | module | holds |
//! |---|---|
//! | `api` | addresses, lists, refusals |
//! | `credential` | the API key, or the secret key that signs |
//! | `people` | the list of people and companies, and what changed |
//! | `find` | search, related records, a new contact |
//! | `mails` | logging a mail, finding it, taking it back |
//! | `email`, `mark` | a mail of the CRM: whether it is a certain one, and who shared what of it |
//! | `upload` | a mail as the body of an upload, made while it is sent |
//! | `wire` | the CRM's other records as far as they are read |

mod api;
mod credential;
mod email;
mod find;
mod mails;
mod mark;
mod people;
mod upload;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RecordWords,
    Remark, RemoteMail, Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::CrmFault;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::words::Words;

use self::api::Api;
use self::credential::Credential;
use self::wire::{AppUser, NO_DELETE};
use crate::http::base::Base;
use crate::registry::{BETA, Given, InvalidSettings};

pub(crate) fn info() -> ConnectorInfo {
    let record = |kind, ja, en| RecordWords { kind, words: Words::new(ja, en) };
    ConnectorInfo {
        kind: "espocrm".into(),
        name: Words::new("EspoCRM", "EspoCRM"),
        text: Words::new(
            "自社で運用しているEspoCRM、またはクラウド版のEspoCRMと連携します。",
            "For EspoCRM on your company's own server or in its cloud.",
        ),
        beta: true,
        fields: vec![url(), email(), api_key(), key()],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: true,
        // An import may still be under way when its answer is given up.
        patience: Patience { tries: 3, span: Duration::from_secs(10 * 60) },
        records: vec![
            record(RecordType::Company, "取引先（Account）", "Account"),
            record(RecordType::Deal, "商談（Opportunity）", "Opportunity"),
        ],
        notices: vec![
            BETA,
            Words::new(
                "EspoCRMは、連絡先の一覧では主なメールアドレスだけを渡します。2つ目以降のアドレスから届いたメールは自動では紐付けられないため、「EspoCRMで検索」から選んでください。",
                "EspoCRM lists only the primary address of a contact. Mail from a second address is not matched by itself: choose “Search EspoCRM” and the contact.",
            ),
            Words::new(
                "EspoCRMにすでにあるメールは、そのまま使われます。移動や取り消しができるのは、Otomoがシェアしたメールだけです。",
                "A mail that is in EspoCRM already stays as it is. Only mail that came from here can be moved or taken back.",
            ),
        ],
        captures: Words::new(
            "このメールアドレスをEspoCRMにも登録している場合、EspoCRMが自動でメールを取り込みます。シェアするメールをOtomoで選ぶには、EspoCRM側の受信設定を停止してください。",
            "If this mailbox is also set up in EspoCRM, EspoCRM takes in its mail by itself. To choose in Otomo what is shared, stop that in EspoCRM.",
        ),
        granted_by: Words::new("EspoCRMの管理者", "an administrator of EspoCRM"),
        remarks: vec![Remark {
            key: NO_DELETE.into(),
            words: Words::new(
                "このAPIユーザーにはメールを削除する権限がないため、シェアを取り消せません。必要な場合は、EspoCRMの管理者に「メール」の削除権限を依頼してください。",
                "This API user may not delete mail, so that nothing can be taken back. If you need that, ask your administrator for the right to delete Email.",
            ),
        }],
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

fn email() -> Field {
    Field::required(
        "email",
        FieldKind::Text,
        Words::new("自分のメールアドレス", "Your e-mail address"),
        Words::new(
            "同じAPIキーを複数の人で使っていても、自分がシェアしたメールを見分けられるようにします。",
            "Tells mail that you shared from a colleague's, where both use the same API key.",
        ),
    )
}

fn api_key() -> Field {
    let words = Words::new("APIキー（認証方式がHMACの場合のみ）", "API key (only for HMAC)");
    let hint = Words::new(
        "APIユーザーの認証方式がHMACの場合だけ入力し、下の欄には秘密鍵を入力してください。",
        "Only if the API user's authentication method is HMAC. The secret key goes into the next field.",
    );
    Field { required: false, ..Field::required("api_key", FieldKind::Text, words, hint) }
}

fn key() -> Field {
    Field::required(
        "key",
        FieldKind::Secret,
        Words::new("APIキー、または秘密鍵（HMAC）", "API key, or secret key (HMAC)"),
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
    let rep = Address::parse(given.text("email")?);
    let rep = rep.ok_or_else(|| InvalidSettings::new("email", "is not an e-mail address"))?;
    let api_key = given.text("api_key").ok();
    let key = given.secret.ok_or_else(|| InvalidSettings::new("key", "is missing"))?;
    let credential = Credential::new(api_key, key).map_err(|(field, reason)| InvalidSettings::new(field, reason))?;
    Ok(Box::new(EspoConnector { api: Api { base, credential, rep, http: given.net.http() }, clock: given.clock }))
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
        self.api.get::<AppUser>(&["App", "user"], &[]).await?.identity(&self.api.rep)
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

    async fn relink(&self, mail: Sought<'_>, _: &RemoteMail, links: &[RecordRef]) -> Result<(), CrmFault> {
        mails::relink(&self.api, mail, links).await
    }

    async fn unlog(&self, mail: Sought<'_>, logged: &RemoteMail) -> Result<(), CrmFault> {
        mails::unlog(&self.api, mail, logged).await
    }
}
