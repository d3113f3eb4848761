//! The way to the API: sign-in, headers, budget, and what answers mean.
//!
//! The sign-in is PORTERS' own, not RFC 6749: the app asks for a code (`code_direct`, 30 seconds, once), and for a token
//! with the code and its secret. A token lives 30 minutes and is renewed for two hours. Tokens are kept in memory only.

use std::sync::Arc;
use std::time::Duration;

use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::Clock;
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_domain::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use tokio::sync::Mutex;

use super::budget::{Budget, Call};
use super::codes::{self, Refused, TOKEN_EXPIRED, TOKEN_INVALID};
use super::xml::Element;
use crate::http::answer::{self, Answer, Silence};
use crate::http::base::Base;

/// The largest answer that is read, in bytes: a page of activities with whole mails in them.
const LARGEST_ANSWER: usize = 16 << 20;

const PATIENCE: Duration = Duration::from_secs(60);

/// A token is not used in its last minute.
const MARGIN: Duration = Duration::from_secs(60);

/// Longer than any token is said to live.
const LONGEST_LIFE: u64 = 24 * 3600 * 1000;

/// The root of an answer that refuses before it is clear what about: `<System><Code>401</Code></System>`.
const REFUSAL: &str = "System";

/// The parameters of a read.
pub type Query<'a> = Vec<(&'a str, String)>;

pub struct Session {
    pub base: Base,
    pub app_id: String,
    pub secret: SecretString,
    pub http: reqwest::Client,
    pub clock: Arc<dyn Clock>,
    pub budget: Budget,
    /// Held while signing in, so that one sign-in is under way at a time.
    pub token: Mutex<Option<Token>>,
}

#[derive(Clone)]
pub struct Token {
    access: SecretString,
    access_until: Timestamp,
    refresh: SecretString,
    refresh_until: Timestamp,
}

impl Session {
    /// Reads a resource; the answer has `root` as its root and 0 as its code.
    pub async fn read(&self, path: &str, root: &str, query: &Query<'_>) -> Result<Element, Refused> {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = self.http.request(Method::GET, self.base.join(&["v1", path], &query)).timeout(PATIENCE);
        let answer = self.call(Call::Read, request, root, Silence::Harmless).await?;
        if answer.child("Code").is_none() {
            return Err(protocol("the answer has no code").into());
        }
        Ok(answer)
    }

    /// Writes one item; returns the number of its record.
    pub async fn write(&self, path: &str, root: &str, partition: &str, write: Write) -> Result<String, CrmFault> {
        let Write { body, silence } = write;
        let patience = PATIENCE + Duration::from_secs(body.len() as u64 / (32 << 10));
        let request = self
            .http
            .request(Method::POST, self.base.join(&["v1", path], &[("partition", partition)]))
            .header(CONTENT_TYPE, "application/xml; charset=UTF-8")
            .timeout(patience)
            .body(body);
        let answer = self.call(Call::Write, request, root, silence).await?;
        let items: Vec<&Element> = answer.items().collect();
        let [item] = items.as_slice() else { return Err(unclear(silence, "the answer names no record, or several")) };
        match (item.text_of("Code").parse(), item.text_of("Id")) {
            (Ok(0), id) if id.parse::<u64>().is_ok() => Ok(id.to_owned()),
            (Ok(code @ 1..), _) => {
                // An item has no words of its own.
                let words = codes::words(code, "", self.secret.expose_secret());
                Err(CrmFault::new(codes::of_resource(code, silence), words))
            }
            _ => Err(unclear(silence, "the answer does not say whether it was done")),
        }
    }

    /// A call with the two headers that every call has.
    async fn call(
        &self,
        call: Call,
        request: RequestBuilder,
        root: &str,
        silence: Silence,
    ) -> Result<Element, Refused> {
        let (token, is_new) = self.token().await?;
        self.budget.take(call, self.clock.monotonic())?;
        let mut header = HeaderValue::from_str(token.expose_secret()).map_err(|_| protocol("the token is none"))?;
        header.set_sensitive(true);
        let request = request.header("X-porters-hrbc-oauth-token", header).header("X-P-ConnectAPI-Version", "2");
        let answer = send(request, silence, token.expose_secret()).await;
        if matches!(&answer, Err(fault) if matches!(fault.kind, CrmFaultKind::Net(_) | CrmFaultKind::OutcomeUnknown)) {
            self.budget.cut(call, self.clock.monotonic());
        }
        let answer = answer?;
        let is_about_it = answer.name == root;
        if !is_about_it && answer.name != REFUSAL {
            return Err(unclear(silence, "the answer is about something else").into());
        }
        let code = answer.child("Code").map(|_| answer.text_of("Code").parse());
        match code.transpose().map_err(|_| unclear(silence, "the answer's code is no number"))? {
            None | Some(0) if !is_about_it => {
                Err(unclear(silence, "the answer refuses and says that it does not").into())
            }
            None | Some(0) => Ok(answer),
            Some(code) => self.refusal(code, silence, &answer, &token, is_new).await,
        }
    }

    /// What a number other than 0 means for the call.
    async fn refusal(
        &self,
        code: u32,
        silence: Silence,
        answer: &Element,
        token: &SecretString,
        is_new: bool,
    ) -> Result<Element, Refused> {
        match code {
            TOKEN_EXPIRED | TOKEN_INVALID => {
                self.forget(token).await;
                // A token that is refused at once would be refused again.
                let kind = if is_new { CrmFaultKind::SignInNeeded } else { CrmFaultKind::Transient };
                Err(self.refused(code, kind, answer, token))
            }
            code => Err(self.refused(code, codes::of_resource(code, silence), answer, token)),
        }
    }

    fn refused(&self, code: u32, kind: CrmFaultKind, answer: &Element, secret: &SecretString) -> Refused {
        let words = codes::words(code, answer.text_of("Message"), secret.expose_secret());
        Refused { code, fault: CrmFault::new(kind, words) }
    }

    async fn forget(&self, refused: &SecretString) {
        let is_refused = |token: &mut Token| token.access.expose_secret() == refused.expose_secret();
        self.token.lock().await.take_if(is_refused);
    }

    /// A token that is good, and whether it was got just now.
    async fn token(&self) -> Result<(SecretString, bool), CrmFault> {
        let mut held = self.token.lock().await;
        let now = self.clock.now();
        if let Some(token) = held.as_ref().filter(|token| now < token.access_until) {
            return Ok((token.access.clone(), false));
        }
        let renewed = match held.take().filter(|token| now < token.refresh_until) {
            Some(token) => self.renew(&token).await?,
            None => None,
        };
        let token = match renewed {
            Some(token) => token,
            None => self.sign_in().await?,
        };
        Ok((held.insert(token).access.clone(), true))
    }

    /// `None` where the refresh token is not accepted any more.
    async fn renew(&self, token: &Token) -> Result<Option<Token>, CrmFault> {
        match self.exchange("refresh_token", &token.refresh).await {
            Ok(token) => Ok(Some(token)),
            // Not known, or too old.
            Err(Refused { code: 107 | 401, .. }) => Ok(None),
            Err(refused) => Err(refused.fault),
        }
    }

    async fn sign_in(&self) -> Result<Token, CrmFault> {
        let query = [("app_id", self.app_id.as_str()), ("response_type", "code_direct")];
        let request = self.http.request(Method::GET, self.base.join(&["v1", "oauth"], &query));
        let answer = self.authenticate(request).await?;
        let code = SecretString::from(answer.text_of("Code"));
        if code.expose_secret().is_empty() {
            return Err(protocol("the sign-in gave no code"));
        }
        Ok(self.exchange("oauth_code", &code).await?)
    }

    async fn exchange(&self, grant_type: &str, code: &SecretString) -> Result<Token, Refused> {
        let form = [
            ("app_id", self.app_id.as_str()),
            ("secret", self.secret.expose_secret()),
            ("grant_type", grant_type),
            ("code", code.expose_secret()),
        ];
        let body = self.base.join(&[], &form).query().unwrap_or_default().to_owned();
        let request = self
            .http
            .request(Method::POST, self.base.join(&["v1", "token"], &[]))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let answer = self.authenticate(request).await?;
        let now = self.clock.now();
        let part = |name: &str, life: &str| {
            let token = answer.text_of(name);
            let life: u64 = answer.text_of(life).parse().ok()?;
            let good = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
            let until = now + Duration::from_millis(life.min(LONGEST_LIFE)).saturating_sub(MARGIN);
            good.then(|| (SecretString::from(token), until))
        };
        let access =
            part("AccessToken", "AccessTokenExpiresIn").ok_or_else(|| protocol("the sign-in gave no token"))?;
        let refresh = part("RefreshToken", "RefreshTokenExpiresIn").unwrap_or_else(|| (SecretString::from(""), now));
        Ok(Token { access: access.0, access_until: access.1, refresh: refresh.0, refresh_until: refresh.1 })
    }

    async fn authenticate(&self, request: RequestBuilder) -> Result<Element, Refused> {
        self.budget.take(Call::Read, self.clock.monotonic())?;
        let answer = send(request.timeout(PATIENCE), Silence::Harmless, self.secret.expose_secret()).await?;
        if answer.name == REFUSAL {
            let code =
                answer.text_of("Code").parse().map_err(|_| protocol("the answer to the sign-in has no number"))?;
            return Err(self.refused(code, codes::of_resource(code, Silence::Harmless), &answer, &self.secret));
        }
        if answer.name != "Authentication" {
            return Err(protocol("the answer is not that of a sign-in").into());
        }
        match answer.text_of("Error").parse() {
            Ok(0) => Ok(answer),
            Ok(code) => Err(self.refused(code, codes::of_sign_in(code), &answer, &self.secret)),
            Err(_) => Err(protocol("the answer to the sign-in has no number").into()),
        }
    }
}

/// What is written, and what it means if no clear answer comes.
pub struct Write {
    pub body: String,
    pub silence: Silence,
}

/// Sends a request and reads its answer. One that refuses has a number, with the status 200 or another.
async fn send(request: RequestBuilder, silence: Silence, secret: &str) -> Result<Element, CrmFault> {
    let response = request.send().await.map_err(|e| answer::unanswered(&e, silence))?;
    let answer = Answer::read(response, LARGEST_ANSWER, silence).await;
    let read = match answer.body() {
        Ok(body) => Element::parse(body).map_err(|reason| unclear(silence, reason)),
        Err(fault) if fault.kind == CrmFaultKind::Protocol => Err(unclear(silence, &fault.detail)),
        Err(fault) => Err(fault),
    };
    match read {
        read if answer.status == StatusCode::OK => read,
        Ok(read) if ["Code", "Error"].iter().any(|number| !matches!(read.text_of(number), "" | "0")) => Ok(read),
        _ => Err(CrmFault { kind: codes::of_status(answer.status.as_u16(), silence), ..answer.fault(secret) }),
    }
}

fn protocol(detail: &str) -> CrmFault {
    CrmFault::new(CrmFaultKind::Protocol, detail)
}

/// The fault of an answer that cannot be understood.
fn unclear(silence: Silence, detail: &str) -> CrmFault {
    match silence {
        Silence::Harmless => protocol(detail),
        Silence::LeavesOpen => CrmFault::new(CrmFaultKind::OutcomeUnknown, detail),
    }
}
