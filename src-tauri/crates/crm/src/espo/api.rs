//! One call after another: addresses, the key, and what a refusal means.

use std::time::Duration;

use otomo_domain::address::Address;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use super::credential::Credential;
use super::wire::{List, Plain};
use crate::http::answer::{self, Answer, Silence};
use crate::http::base::Base;

/// The largest answer that is read, in bytes; a page of 200 people has some hundred kilobytes.
const LARGEST_ANSWER: usize = 8 << 20;

/// Waiting for an answer to anything but a mail.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The site, who asks, and for whom.
pub struct Api {
    pub base: Base,
    pub credential: Credential,
    /// The rep's address: one key may serve many reps.
    pub rep: Address,
    pub http: reqwest::Client,
}

/// What this CRM calls a type of record.
pub fn scope(kind: RecordType) -> Option<&'static str> {
    match kind {
        RecordType::Contact => Some("Contact"),
        RecordType::Company => Some("Account"),
        RecordType::Lead => Some("Lead"),
        RecordType::Deal => Some("Opportunity"),
        RecordType::Ticket | RecordType::Candidate | RecordType::Other => None,
    }
}

impl Api {
    pub fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let root = ["api", "v1"];
        let path: Vec<&str> = root.into_iter().chain(path.iter().copied()).collect();
        self.credential.request(&self.http, method, &self.base.join(&root, &[]), self.base.join(&path, query))
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub async fn ask(&self, request: RequestBuilder, silence: Silence, wait: Duration) -> Result<Answer, CrmFault> {
        let response = request.timeout(wait).send().await.map_err(|e| answer::unanswered(&e, silence))?;
        Ok(Answer::read(response, LARGEST_ANSWER, silence).await)
    }

    /// Reads something; a refusal is a fault.
    pub async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, CrmFault> {
        let answer = self.ask(self.request(Method::GET, path, query), Silence::Harmless, PATIENCE).await?;
        if answer.status == StatusCode::OK { answer.json() } else { Err(self.fault(&answer)) }
    }

    /// A page of a scope.
    pub async fn list<T: DeserializeOwned>(&self, scope: &str, query: &[(&str, &str)]) -> Result<List<T>, CrmFault> {
        self.get(&[scope], query).await
    }

    /// A page of a scope that the role may leave out: then nobody is there.
    pub async fn list_if_allowed(&self, scope: &str, query: &[(&str, &str)]) -> Result<List<Plain>, CrmFault> {
        match self.list(scope, query).await {
            Err(fault) if fault.kind == CrmFaultKind::Forbidden => Ok(List { total: 0, list: Vec::new() }),
            listed => listed,
        }
    }

    /// As much of a record as is selected; `None` if it is gone, or not for this user to see. Asked for as a list: an
    /// answer about one record has all of it, however long.
    pub async fn record<T: DeserializeOwned>(
        &self,
        scope: &str,
        id: &str,
        select: &str,
    ) -> Result<Option<T>, CrmFault> {
        let query = [&equals("id", id)[..], &[("select", select), ("maxSize", "1")]].concat();
        Ok(self.list(scope, &query).await?.list.into_iter().next())
    }

    /// The only record with this name, if there is exactly one.
    pub async fn only_named(&self, scope: &str, name: &str) -> Result<Option<Plain>, CrmFault> {
        let query = [&equals("name", name)[..], &[("select", "id"), ("maxSize", "2")]].concat();
        let mut records = self.list_if_allowed(scope, &query).await?.list.into_iter();
        Ok(records.next().filter(|_| records.next().is_none()))
    }

    /// The page of a record in a browser.
    pub fn page(&self, scope: &str, id: &str) -> String {
        let mut url = self.base.join(&[], &[]);
        url.set_fragment(Some(&format!("{scope}/view/{id}")));
        url.into()
    }

    pub fn page_of(&self, record: &RecordRef) -> Option<String> {
        scope(record.kind).map(|scope| self.page(scope, &record.id))
    }

    /// The fault of an answer that is not the hoped-for one. The reason stands in a header; a body for people is all
    /// the rest there is.
    pub fn fault(&self, answer: &Answer) -> CrmFault {
        let reason = answer.header("x-status-reason").unwrap_or_default();
        let fault = answer.fault_saying(reason, self.credential.secret());
        let kind = match answer.status {
            // A file above the limit is refused as if a right were missing (`RecordHooks\Attachment\BeforeCreate`).
            StatusCode::FORBIDDEN if reason.contains("attachmentUploadMaxSize") => CrmFaultKind::TooLarge,
            // A reason is given only for what the CRM refuses, not where it broke down (`ErrorOutput`).
            StatusCode::INTERNAL_SERVER_ERROR if !reason.trim().is_empty() => CrmFaultKind::Rejected,
            _ => fault.kind,
        };
        CrmFault { kind, ..fault }
    }
}

/// A condition of a list.
pub fn condition<'a>(kind: &'a str, attribute: &'a str, value: &'a str) -> [(&'a str, &'a str); 3] {
    [("where[0][type]", kind), ("where[0][attribute]", attribute), ("where[0][value]", value)]
}

pub fn equals<'a>(attribute: &'a str, value: &'a str) -> [(&'a str, &'a str); 3] {
    condition("equals", attribute, value)
}
