//! Any CRM that implements Otomo's contract (`rest/contract.yaml`), over HTTPS with a bearer token or signed requests.
//!
//! The contract carries what exactly-once needs: a mail's address is its key, so that a lost answer is settled by
//! reading, and files are stored under their digest. What is sent are the frozen bytes, unchanged. Redirects are not
//! followed: mail goes to the address that was set up, or nowhere.
//!
//! | module | holds |
//! |---|---|
//! | `api` | one call after another, and what a refusal means |
//! | `credential` | the token, or the key that signs |
//! | `wire` | the contract's schemas as far as they are read |

mod api;
mod credential;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, Remark,
    RemoteMail, Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::words::Words;
use reqwest::{Method, StatusCode};

use self::api::{Api, Call};
use self::credential::Credential;
use crate::chosen::Chosen;
use crate::http::answer::Answer;
use crate::http::base::Base;
use crate::http::upload;
use crate::registry::{Given, InvalidSettings};

/// The largest page of contacts, in bytes, and how long it may take.
const LARGEST_PAGE: usize = 32 << 20;
const PAGE_PATIENCE: Duration = Duration::from_secs(120);

/// The longest search that the contract takes, in characters.
const LONGEST_SEARCH: usize = 200;

/// Contacts asked for at once.
const PAGE: &str = "500";

pub(crate) fn info() -> ConnectorInfo {
    ConnectorInfo {
        kind: "rest".into(),
        name: Words::new("Otomo連携APIのCRM", "CRM with Otomo's API"),
        text: Words::new(
            "IT担当者から受け取ったアドレスとトークンで連携します。",
            "For a CRM whose address and token you got from your IT department.",
        ),
        beta: false,
        fields: vec![address(), key_id(), token()],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: true,
        patience: Patience::default(),
        records: vec![],
        notices: vec![],
        captures: Words::default(),
        granted_by: Words::new("CRMを管理しているIT担当者", "whoever runs the CRM in your IT department"),
        remarks: vec![Remark {
            key: wire::NO_UNLOG.into(),
            words: Words::new(
                "このCRMでは、シェアしたメールをOtomoから取り消せません。取り消す必要があるときは、CRMを管理しているIT担当者に依頼してください。",
                "Mail that was shared to this CRM can't be taken back from here. Where it must be, ask whoever runs the CRM.",
            ),
        }],
    }
}

fn address() -> Field {
    Field::required(
        "url",
        FieldKind::Url,
        Words::new("CRMのアドレス（URL）", "CRM address (URL)"),
        Words::new("https://で始まるアドレスです。", "Begins with https://"),
    )
}

fn key_id() -> Field {
    let words = Words::new("キーの名前", "Name of the key");
    let hint = Words::new(
        "署名用のキーを受け取った場合だけ、その名前を入力してください。",
        "Only if you got a key for signing: its name.",
    );
    Field { required: false, ..Field::required("key_id", FieldKind::Text, words, hint) }
}

fn token() -> Field {
    Field::required(
        "token",
        FieldKind::Secret,
        Words::new("トークン、または署名用のキー", "Token, or key for signing"),
        Words::new("このパソコンの中に暗号化して保存されます。", "It is stored encrypted on this computer."),
    )
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let base = Base::parse(given.text("url")?).map_err(|reason| InvalidSettings::new("url", reason))?;
    let key_id = given.text("key_id").ok();
    let secret = given.secret.ok_or_else(|| InvalidSettings::new("token", "is missing"))?;
    let credential = Credential::new(key_id, secret, given.clock);
    let credential = credential.map_err(|(field, reason)| InvalidSettings::new(field, reason))?;
    Ok(Box::new(RestConnector { api: Api { base, credential, http: given.net.http() } }))
}

struct RestConnector {
    api: Api,
}

impl RestConnector {
    async fn has_attachment(&self, sha256: &str) -> Result<bool, CrmFault> {
        let answer = self.api.ask(Call::new(Method::HEAD, &["attachments", sha256])).await?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.api.fault(&answer)),
        }
    }

    async fn records(&self, call: Call<'_>) -> Result<Vec<Contact>, CrmFault> {
        let answer = self.api.ask(call).await?;
        match answer.status {
            StatusCode::OK => Ok(answer.json::<wire::RecordPage>()?.contacts()),
            _ => Err(self.api.fault(&answer)),
        }
    }

    async fn feed(&self, cursor: Option<&str>) -> Result<Answer, CrmFault> {
        let query: Vec<_> = cursor.map(|cursor| ("cursor", cursor)).into_iter().chain([("limit", PAGE)]).collect();
        let call = Call::new(Method::GET, &["contacts", "feed"]).query(&query);
        self.api.ask(call.for_much(LARGEST_PAGE, PAGE_PATIENCE)).await
    }
}

#[async_trait]
impl CrmConnector for RestConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        let answer = self.api.ask(Call::new(Method::GET, &["me"])).await?;
        match answer.status {
            StatusCode::OK => answer.json::<wire::Me>()?.identity().map_err(|fault| self.api.hiding(fault)),
            _ => Err(self.api.fault(&answer)),
        }
    }

    /// A cursor that the CRM has forgotten starts the list anew.
    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        let mut cursor = cursor;
        let mut answer = self.feed(cursor).await?;
        if answer.status == StatusCode::GONE && cursor.take().is_some() {
            answer = self.feed(None).await?;
        }
        match answer.status {
            StatusCode::OK => answer.json::<wire::ContactPage>()?.after(cursor),
            _ => Err(self.api.fault(&answer)),
        }
    }

    /// The first page: who is not in it is found by better words.
    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        let words: String = words.chars().take(LONGEST_SEARCH).collect();
        self.records(Call::new(Method::GET, &["records"]).query(&[("q", &words)])).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        let kind = wire::type_name(record.kind)?;
        self.records(Call::new(Method::GET, &["records", &kind, &record.id, "related"])).await
    }

    /// The key is that of all that is sent: a lost answer can be asked for again, and another contact with the same
    /// address is not taken for the one before it.
    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        let body = wire::NewContact::from(new).bytes()?;
        let call = Call::new(Method::POST, &["contacts"]).idempotency_key(Digest::of(&body)).json(body);
        let answer = self.api.ask(call).await?;
        match answer.status {
            StatusCode::CREATED => answer.json::<wire::Record>()?.made_for(&new.email),
            // It is there already; a conflict of another kind says so in other words.
            StatusCode::CONFLICT => match answer.json::<wire::Record>() {
                Ok(known) => known.made_for(&new.email),
                Err(_) => Err(self.api.fault(&answer)),
            },
            _ => Err(self.api.fault(&answer)),
        }
    }

    /// Found is what was sent: another mail under this key, or the same with more or less of it, is not this one.
    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let key = mail.key.to_string();
        let answer = self.api.ask(Call::new(Method::GET, &["emails", &key])).await?;
        match answer.status {
            StatusCode::OK => {
                let logged: wire::LoggedEmail = answer.json()?;
                if logged.is(mail.payload) { logged.remote(mail.key, true).map(Some) } else { Ok(None) }
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(self.api.fault(&answer)),
        }
    }

    /// Streams the file; one the CRM has already is not sent again.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        let sha256 = file.meta.sha256.to_string();
        if self.has_attachment(&sha256).await? {
            return Ok(());
        }
        let chosen = Chosen::open(file.files, file.meta).map_err(|e| CrmFault::from(&e))?;
        let call = Call::new(Method::PUT, &["attachments", &sha256]);
        let answer = self.api.ask(call.file(file.meta.size, file.meta.sha256, upload::stream(chosen))).await?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => Ok(()),
            _ => Err(self.api.fault(&answer)),
        }
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let key = mail.key.to_string();
        let call = Call::new(Method::PUT, &["emails", &key]).json(mail.frozen.bytes.clone()).leaving_open();
        let answer = self.api.ask(call).await?;
        let already_known = match answer.status {
            StatusCode::CREATED => false,
            StatusCode::OK => true,
            _ => return Err(self.api.fault(&answer)),
        };
        let logged = answer.json::<wire::LoggedEmail>().and_then(|logged| match logged.is(mail.payload) {
            true => logged.remote(mail.key, already_known),
            false => Err(CrmFault::new(CrmFaultKind::Protocol, "the answer is about other content")),
        });
        logged.map_err(|e| CrmFault::new(CrmFaultKind::OutcomeUnknown, e.detail))
    }

    async fn relink(&self, mail: Sought<'_>, _: &RemoteMail, links: &[RecordRef]) -> Result<(), CrmFault> {
        let key = mail.key.to_string();
        let call = Call::new(Method::PUT, &["emails", &key, "links"]).json(wire::links(links)?);
        let answer = self.api.ask(call).await?;
        match answer.status {
            StatusCode::OK => answer.json::<wire::LoggedEmail>()?.belongs_to(links),
            _ => Err(self.api.fault(&answer)),
        }
    }

    async fn unlog(&self, mail: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        let key = mail.key.to_string();
        let answer = self.api.ask(Call::new(Method::DELETE, &["emails", &key])).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(self.api.fault(&answer)),
        }
    }
}
