//! HubSpot's calls: where they go, what they carry, and what a refusal means.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::Clock;
use otomo_domain::secret::{ExposeSecret, SecretString};
use reqwest::multipart::Form;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::credential::Credential;
use super::pace::{Pace, Told};
use crate::http::answer::{self, Answer, Silence};
use crate::http::base::Base;
use crate::registry::{Given, InvalidSettings};

/// The version of the API. Older ones end in September 2027.
pub const VERSION: &str = "2026-09";

/// The files of 2026-09 have no plain upload.
const FILES_VERSION: &str = "2026-03";

/// The largest answer that is read, in bytes: a page of 200 records takes a tenth of it.
const LARGEST_ANSWER: usize = 4 << 20;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call on its way to the API.
pub struct Call<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'a str, &'a str)>,
    body: Option<Value>,
    silence: Silence,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: Vec<&'a str>) -> Self {
        Self { method, path, query: Vec::new(), body: None, silence: Silence::Harmless }
    }

    /// Reads something that is no record.
    pub fn get(area: &'a [&'a str], rest: &[&'a str]) -> Self {
        Self::new(Method::GET, [area, &[VERSION], rest].concat())
    }

    fn records(method: Method, rest: &[&'a str]) -> Self {
        Self::new(method, [&["crm", "objects", VERSION], rest].concat())
    }

    /// Reads records: `[type]`, `[type, id]` or `[type, id, "associations", type]`.
    pub fn read(rest: &[&'a str]) -> Self {
        Self::records(Method::GET, rest)
    }

    /// Makes a record, or asks a question that has a body.
    pub fn post(rest: &[&'a str], body: Value) -> Self {
        Self { body: Some(body), ..Self::records(Method::POST, rest) }
    }

    pub fn patch(rest: &[&'a str], body: Value) -> Self {
        Self { body: Some(body), ..Self::records(Method::PATCH, rest) }
    }

    pub fn put(rest: &[&'a str]) -> Self {
        Self::records(Method::PUT, rest)
    }

    pub fn delete(rest: &[&'a str]) -> Self {
        Self::records(Method::DELETE, rest)
    }

    fn files(method: Method, rest: &[&'a str]) -> Self {
        Self::new(method, [&["files", FILES_VERSION], rest].concat())
    }

    /// Reads of files: `["files", id]`, or a folder and the names in its path.
    pub fn read_files(rest: &[&'a str]) -> Self {
        Self::files(Method::GET, rest)
    }

    pub fn delete_file(id: &'a str) -> Self {
        Self::files(Method::DELETE, &["files", id])
    }

    pub fn query(self, query: &[(&'a str, &'a str)]) -> Self {
        Self { query: query.to_vec(), ..self }
    }

    /// A page of a list, after the one that told `after`: a word of HubSpot's own, which the first page has not.
    pub fn page(mut self, limit: &'a str, after: Option<&'a str>) -> Self {
        self.query.push(("limit", limit));
        self.query.extend(after.map(|after| ("after", after)));
        self
    }

    /// Its silence leaves open whether it was carried out.
    pub fn leaving_open(self) -> Self {
        Self { silence: Silence::LeavesOpen, ..self }
    }
}

pub struct Api {
    base: Base,
    credential: Credential,
    http: Client,
    clock: Arc<dyn Clock>,
    pace: Mutex<Pace>,
}

impl Api {
    pub fn new(given: Given<'_>) -> Result<Self, InvalidSettings> {
        let base = Base::parse(given.text("url").unwrap_or(super::ADDRESS));
        let base = base.map_err(|reason| InvalidSettings::new("url", reason))?;
        let credential = Credential::of(given.secret, given.tokens)?;
        Ok(Self { base, credential, http: given.net.http(), clock: given.clock, pace: Mutex::default() })
    }

    fn pace<T>(&self, turn: impl FnOnce(&mut Pace, Duration) -> T) -> T {
        // A panic while counting leaves a count that is still good.
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&mut pace, self.clock.monotonic())
    }

    fn paced(&self, turn: impl FnOnce(&mut Pace, Duration) -> Result<(), Duration>) -> Result<(), CrmFault> {
        self.pace(turn).map_err(|wait| CrmFault {
            kind: CrmFaultKind::RateLimited,
            detail: "HubSpot would be asked too often".into(),
            retry_after: Some(wait),
        })
    }

    /// Refuses unless so many calls can follow now: what is begun should not stop halfway.
    pub fn room(&self, calls: usize) -> Result<(), CrmFault> {
        self.paced(|pace, now| pace.room(now, calls))
    }

    /// Makes a call and reads the answer, whatever its status.
    pub async fn ask(&self, call: Call<'_>) -> Result<Answer, CrmFault> {
        // The search of files is no search in this sense: only that of records has a limit of its own.
        let is_search = call.method == Method::POST && call.path.last() == Some(&"search");
        self.paced(|pace, now| pace.take(now, is_search))?;
        let request = self.http.request(call.method, self.base.join(&call.path, &call.query)).timeout(PATIENCE);
        let request = match &call.body {
            Some(body) => request.json(body),
            None => request,
        };
        let bearer = self.credential.bearer().await?;
        let again = request.try_clone();
        let answer = self.send(request, &bearer, call.silence).await?;
        // 401: nothing was done. A token may end before its time.
        match again.filter(|_| answer.status == StatusCode::UNAUTHORIZED) {
            Some(request) => match self.credential.renewed(&bearer).await? {
                Some(bearer) => self.send(request, &bearer, call.silence).await,
                None => Ok(answer),
            },
            None => Ok(answer),
        }
    }

    /// Makes a call whose success alone matters, and reads what it answered.
    pub async fn tell<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, CrmFault> {
        self.ask(call).await.and_then(|answer| self.told(&answer))
    }

    /// Removes something; what is gone already is gone.
    pub async fn delete(&self, call: Call<'_>) -> Result<(), CrmFault> {
        let answer = self.ask(call).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(self.fault(&answer)),
        }
    }

    /// What a successful answer says. Half an answer (207) is none: what it leaves out would count as gone.
    pub fn told<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, CrmFault> {
        if answer.status == StatusCode::MULTI_STATUS {
            return Err(CrmFault::new(CrmFaultKind::Protocol, "only a part of it was answered"));
        }
        if answer.status.is_success() { answer.json() } else { Err(self.fault(answer)) }
    }

    /// The same of a batch: what it says is not there is not there. Whatever else it leaves out is not told at all.
    pub fn told_in_part<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, CrmFault> {
        if !answer.status.is_success() {
            return Err(self.fault(answer));
        }
        let LeftOut { errors } = answer.json()?;
        let is_half = answer.status == StatusCode::MULTI_STATUS && errors.is_empty();
        if is_half || errors.iter().any(|error| error.category != NOT_FOUND) {
            return Err(CrmFault::new(CrmFaultKind::Transient, "only a part of it was answered"));
        }
        answer.json()
    }

    /// Sends a file.
    pub async fn upload<T: DeserializeOwned>(&self, form: Form, patience: Duration) -> Result<T, CrmFault> {
        self.paced(|pace, now| pace.take(now, false))?;
        let request = self.http.post(self.base.join(&["files", FILES_VERSION, "files"], &[])).multipart(form);
        let bearer = self.credential.bearer().await?;
        self.told(&self.send(request.timeout(PATIENCE + patience), &bearer, Silence::Harmless).await?)
    }

    async fn send(&self, request: RequestBuilder, bearer: &SecretString, silence: Silence) -> Result<Answer, CrmFault> {
        let sent = request.bearer_auth(bearer.expose_secret()).send().await;
        let response = sent.map_err(|e| answer::unanswered(&e, silence))?;
        let answer = Answer::read(response, LARGEST_ANSWER, silence).await;
        if let Some(told) = allowance(&answer) {
            self.pace(|pace, now| pace.told(now, told));
        }
        Ok(answer)
    }

    /// The fault of an answer that refuses for want of these scopes.
    pub fn missing(&self, answer: &Answer, scopes: &[String]) -> CrmFault {
        answer.fault_saying(&scopes.join(", "), self.credential.shown().expose_secret())
    }

    /// The fault of an answer that is not a success.
    pub fn fault(&self, answer: &Answer) -> CrmFault {
        let refusal: Refusal = answer.error();
        let wait = refusal.wait();
        let mut fault = answer.fault_saying(&refusal.words(), self.credential.shown().expose_secret());
        match answer.status.as_u16() {
            429 => fault.retry_after = fault.retry_after.or(Some(wait)),
            // Locked: wait two seconds at least. 477: the account is being moved, and Retry-After tells how long.
            423 | 477 => {
                fault.kind = CrmFaultKind::Transient;
                fault.retry_after = fault.retry_after.max(Some(Duration::from_secs(2)));
            }
            // It understood, and will say the same again.
            400..=499 if fault.kind == CrmFaultKind::Protocol => fault.kind = CrmFaultKind::Rejected,
            _ => {}
        }
        fault
    }
}

/// What an answer tells of the calls that are left. A search tells nothing, and neither does a limit of another length.
fn allowance(answer: &Answer) -> Option<Told> {
    let number = |name: &str| answer.header(&format!("x-hubspot-ratelimit-{name}"))?.parse::<usize>().ok();
    number("interval-milliseconds").filter(|interval| *interval == 10_000)?;
    Some(Told { most: number("max")?, left: number("remaining")? })
}

/// How a batch says that there is no such record.
const NOT_FOUND: &str = "OBJECT_NOT_FOUND";

/// Why a batch leaves something out.
#[derive(Deserialize)]
struct LeftOut {
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    category: String,
}

/// The body of an error; any field may be missing.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Refusal {
    pub message: String,
    policy_name: String,
    errors: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    context: Context,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Context {
    required_granular_scopes: Vec<String>,
}

impl Refusal {
    /// The scopes that are missing, where it names them.
    pub fn scopes(&self) -> Vec<String> {
        self.errors.iter().flat_map(|e| &e.context.required_granular_scopes).cloned().collect()
    }

    /// The scopes that are missing, else the message.
    fn words(self) -> String {
        let scopes = self.scopes();
        if scopes.is_empty() { self.message } else { scopes.join(", ") }
    }

    /// How long to wait after too many calls, as the official client does. The day ends at midnight where the account
    /// is, which the refusal does not tell: asking once an hour is seldom enough.
    fn wait(&self) -> Duration {
        let secondly = self.policy_name == "SECONDLY" || self.message.contains("secondly limit");
        match self.policy_name.as_str() {
            "DAILY" => Duration::from_secs(3600),
            "TEN_SECONDLY_ROLLING" => Duration::from_secs(10),
            _ if secondly => Duration::from_secs(1),
            _ => Duration::from_secs(10),
        }
    }
}
