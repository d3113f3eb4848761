//! One call after another: addresses, who asks, and what a refusal means.

use std::time::Duration;

use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, StatusCode};

use super::credential::Credential;
use crate::http::answer::{self, Answer, Silence};
use crate::http::base::Base;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 1 << 20;

/// Waiting for an answer, and for sending this much in a second over a slow line.
const PATIENCE: Duration = Duration::from_secs(60);
const SLOW_LINE: u64 = 32 << 10;

/// The address that was set up, and who asks there.
pub struct Api {
    pub base: Base,
    pub credential: Credential,
    pub http: reqwest::Client,
}

/// What is sent along.
struct Content {
    kind: &'static str,
    size: u64,
    sha256: Digest,
    body: Body,
}

/// A call of the contract.
pub struct Call<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'a str, &'a str)>,
    idempotency_key: Option<String>,
    content: Option<Content>,
    silence: Silence,
    largest_answer: usize,
    patience: Duration,
}

impl<'a> Call<'a> {
    /// A call that can be repeated at will.
    pub fn new(method: Method, path: &[&'a str]) -> Self {
        Self {
            method,
            path: path.to_vec(),
            query: Vec::new(),
            idempotency_key: None,
            content: None,
            silence: Silence::Harmless,
            largest_answer: LARGEST_ANSWER,
            patience: PATIENCE,
        }
    }

    pub fn query(self, query: &[(&'a str, &'a str)]) -> Self {
        Self { query: query.to_vec(), ..self }
    }

    /// The same key makes a call that creates something repeatable.
    pub fn idempotency_key(self, key: Digest) -> Self {
        Self { idempotency_key: Some(key.to_string()), ..self }
    }

    pub fn json(self, bytes: Vec<u8>) -> Self {
        let (size, sha256) = (bytes.len() as u64, Digest::of(&bytes));
        self.carrying(Content { kind: "application/json", size, sha256, body: bytes.into() })
    }

    /// A file of this size and digest, streamed.
    pub fn file(self, size: u64, sha256: Digest, body: Body) -> Self {
        self.carrying(Content { kind: "application/octet-stream", size, sha256, body })
    }

    fn carrying(self, content: Content) -> Self {
        let patience = self.patience + Duration::from_secs(content.size / SLOW_LINE);
        Self { content: Some(content), patience, ..self }
    }

    /// After it only a look-up tells whether a mail is logged.
    pub fn leaving_open(self) -> Self {
        Self { silence: Silence::LeavesOpen, ..self }
    }

    /// A call whose answer may be larger and take longer than others.
    pub fn for_much(self, largest_answer: usize, patience: Duration) -> Self {
        Self { largest_answer, patience, ..self }
    }
}

impl Api {
    /// Makes a call and reads the whole answer, whatever its status.
    pub async fn ask(&self, call: Call<'_>) -> Result<Answer, CrmFault> {
        let url = self.base.join(&call.path, &call.query);
        let sha256 = call.content.as_ref().map_or_else(|| Digest::of(b""), |content| content.sha256);
        let mut request = self.credential.request(&self.http, call.method, url, sha256).timeout(call.patience);
        if let Some(key) = call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(Content { kind, size, body, .. }) = call.content {
            request = request.header(CONTENT_TYPE, kind).header(CONTENT_LENGTH, size).body(body);
        }
        let response = request.send().await.map_err(|e| answer::unanswered(&e, call.silence))?;
        Ok(Answer::read(response, call.largest_answer, call.silence).await)
    }

    /// A fault in the CRM's own words, without the secret that may stand among them.
    pub fn hiding(&self, fault: CrmFault) -> CrmFault {
        CrmFault { detail: fault.detail.replace(self.credential.secret(), "…"), ..fault }
    }

    /// The fault of an answer that is not the hoped-for one.
    pub fn fault(&self, answer: &Answer) -> CrmFault {
        let fault = answer.fault(self.credential.secret());
        match answer.status {
            // The contract's word: nothing was done.
            StatusCode::SERVICE_UNAVAILABLE => CrmFault { kind: CrmFaultKind::Transient, ..fault },
            StatusCode::UNAUTHORIZED => match self.credential.wrong_clock(answer) {
                Some(detail) => CrmFault { kind: CrmFaultKind::ClockWrong, detail, ..fault },
                None => fault,
            },
            _ => fault,
        }
    }
}
