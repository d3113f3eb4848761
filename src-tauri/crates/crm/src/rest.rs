//! Any CRM that implements Otomo's contract (`rest/contract.yaml`), over HTTPS with a bearer token.
//!
//! The contract carries what exactly-once needs: a mail's address is its key, so that a lost answer is settled by
//! reading, and files are stored under their digest. What is sent are the frozen bytes, unchanged. Redirects are not
//! followed: mail goes to the address that was set up, or nowhere.

mod wire;

use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Field, FieldKind, Identity, NewContact, Outgoing, OutgoingFile, Patience, RemoteMail,
    Retraction, Sought,
};
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_domain::words::Words;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder, StatusCode};

use crate::chosen::Chosen;
use crate::http::answer::{self, Answer, Silence};
use crate::http::base::Base;
use crate::http::upload;
use crate::registry::{Given, InvalidSettings};

/// The largest answer that is read, in bytes, and the largest page of contacts.
const LARGEST_ANSWER: usize = 1 << 20;
const LARGEST_PAGE: usize = 32 << 20;

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
        fields: vec![address(), token()],
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: false,
        patience: Patience::default(),
        records: vec![],
        notices: vec![],
        captures: Words::default(),
        granted_by: Words::new("CRMを管理しているIT担当者", "whoever runs the CRM in your IT department"),
        remarks: vec![],
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

fn token() -> Field {
    Field::required(
        "token",
        FieldKind::Secret,
        Words::new("トークン", "Token"),
        Words::new("このパソコンの中に暗号化して保存されます。", "It is stored encrypted on this computer."),
    )
}

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let base = Base::parse(given.text("url")?).map_err(|reason| InvalidSettings::new("url", reason))?;
    let token = given.secret.ok_or_else(|| InvalidSettings::new("token", "is missing"))?;
    if !is_bearer_token(token.expose_secret()) {
        return Err(InvalidSettings::new("token", "has characters that no token has"));
    }
    Ok(Box::new(RestConnector { base, token, http: given.net.http() }))
}

/// `b64token` of RFC 6750 §2.1, a little wider: anything visible in ASCII.
fn is_bearer_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

struct RestConnector {
    base: Base,
    token: SecretString,
    http: reqwest::Client,
}

/// What a call may cost, and what its silence means.
struct Terms {
    silence: Silence,
    largest_answer: usize,
    patience: Duration,
}

/// A call that may be repeated at will.
const HARMLESS: Terms =
    Terms { silence: Silence::Harmless, largest_answer: LARGEST_ANSWER, patience: Duration::from_secs(60) };

impl RestConnector {
    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        self.http.request(method, self.base.join(path, query)).bearer_auth(self.token.expose_secret())
    }

    /// Sends a request and reads the whole answer, whatever its status.
    async fn ask(&self, request: RequestBuilder, terms: &Terms) -> Result<Answer, CrmFault> {
        let response =
            request.timeout(terms.patience).send().await.map_err(|e| answer::unanswered(&e, terms.silence))?;
        Ok(Answer::read(response, terms.largest_answer, terms.silence).await)
    }

    fn fault(&self, answer: &Answer) -> CrmFault {
        answer.fault(self.token.expose_secret())
    }

    async fn has_attachment(&self, sha256: &str) -> Result<bool, CrmFault> {
        let answer = self.ask(self.request(Method::HEAD, &["attachments", sha256], &[]), &HARMLESS).await?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.fault(&answer)),
        }
    }

    async fn records(&self, request: RequestBuilder) -> Result<Vec<Contact>, CrmFault> {
        let answer = self.ask(request, &HARMLESS).await?;
        match answer.status {
            StatusCode::OK => Ok(answer.json::<wire::RecordPage>()?.contacts()),
            _ => Err(self.fault(&answer)),
        }
    }

    async fn feed(&self, cursor: Option<&str>) -> Result<Answer, CrmFault> {
        let query: Vec<_> = cursor.map(|cursor| ("cursor", cursor)).into_iter().chain([("limit", PAGE)]).collect();
        let terms = Terms { largest_answer: LARGEST_PAGE, patience: Duration::from_secs(120), ..HARMLESS };
        self.ask(self.request(Method::GET, &["contacts", "feed"], &query), &terms).await
    }
}

/// Time for sending so many bytes over a slow line.
fn patience(bytes: u64) -> Duration {
    HARMLESS.patience + Duration::from_secs(bytes / (32 << 10))
}

#[async_trait]
impl CrmConnector for RestConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        let answer = self.ask(self.request(Method::GET, &["me"], &[]), &HARMLESS).await?;
        match answer.status {
            StatusCode::OK => answer.json::<wire::Me>()?.identity(),
            _ => Err(self.fault(&answer)),
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
            _ => Err(self.fault(&answer)),
        }
    }

    /// The first page: who is not in it is found by better words.
    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        let words: String = words.chars().take(LONGEST_SEARCH).collect();
        self.records(self.request(Method::GET, &["records"], &[("q", &words)])).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        let kind = wire::type_name(record.kind)?;
        self.records(self.request(Method::GET, &["records", &kind, &record.id, "related"], &[])).await
    }

    /// The key is that of all that is sent: a lost answer can be asked for again, and another contact with the same
    /// address is not taken for the one before it.
    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        let body = wire::NewContact::from(new).bytes()?;
        let request = self
            .request(Method::POST, &["contacts"], &[])
            .header("Idempotency-Key", Digest::of(&body).to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = self.ask(request, &HARMLESS).await?;
        match answer.status {
            StatusCode::CREATED => answer.json::<wire::Record>()?.made_for(&new.email),
            // It is there already; a conflict of another kind says so in other words.
            StatusCode::CONFLICT => match answer.json::<wire::Record>() {
                Ok(known) => known.made_for(&new.email),
                Err(_) => Err(self.fault(&answer)),
            },
            _ => Err(self.fault(&answer)),
        }
    }

    async fn find_logged(&self, Sought { key, .. }: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let request = self.request(Method::GET, &["emails", &key.to_string()], &[]);
        let answer = self.ask(request, &HARMLESS).await?;
        match answer.status {
            StatusCode::OK => answer.json::<wire::LoggedEmail>()?.remote(key, true).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(self.fault(&answer)),
        }
    }

    /// Streams the file; one the CRM has already is not sent again.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        let sha256 = file.meta.sha256.to_string();
        if self.has_attachment(&sha256).await? {
            return Ok(());
        }
        let chosen = Chosen::open(file.files, file.meta).map_err(|e| CrmFault::from(&e))?;
        let request = self
            .request(Method::PUT, &["attachments", &sha256], &[])
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_LENGTH, file.meta.size)
            .body(upload::stream(chosen));
        let answer = self.ask(request, &Terms { patience: patience(file.meta.size), ..HARMLESS }).await?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => Ok(()),
            _ => Err(self.fault(&answer)),
        }
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let bytes = mail.frozen.bytes.clone();
        let patience = patience(bytes.len() as u64);
        let request = self
            .request(Method::PUT, &["emails", &mail.key.to_string()], &[])
            .header(CONTENT_TYPE, "application/json")
            .body(bytes);
        let answer = self.ask(request, &Terms { silence: Silence::LeavesOpen, patience, ..HARMLESS }).await?;
        let already_known = match answer.status {
            StatusCode::CREATED => false,
            StatusCode::OK => true,
            _ => return Err(self.fault(&answer)),
        };
        let logged = answer.json::<wire::LoggedEmail>().and_then(|logged| logged.remote(mail.key, already_known));
        logged.map_err(|e| CrmFault::new(CrmFaultKind::OutcomeUnknown, e.detail))
    }

    async fn unlog(&self, Sought { key, .. }: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        let request = self.request(Method::DELETE, &["emails", &key.to_string()], &[]);
        let answer = self.ask(request, &HARMLESS).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(self.fault(&answer)),
        }
    }
}
