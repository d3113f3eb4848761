//! `/v1/oauth` and `/v1/token`: PORTERS' own sign-in, which is not RFC 6749. Its errors have numbers of their own
//! ("Authentication and Authorization Error"), in an answer with status 200.

use std::collections::BTreeMap;

use super::query::{Parameters, parameter};
use super::{APP_ID, APP_SECRET, Refusal};

/// "code の有効期限は 30 秒".
const CODE: i64 = 30_000;
/// 30 minutes and 2 hours; told in milliseconds ("Token").
const ACCESS: i64 = 1_800_000;
const REFRESH: i64 = 7_200_000;

/// What was given out, each until its time.
pub struct Auth {
    /// Somebody let the app in with a browser once ("Company DB へのアクセス権付与").
    pub granted: bool,
    codes: BTreeMap<String, i64>,
    access: BTreeMap<String, i64>,
    refresh: BTreeMap<String, i64>,
    given: u32,
}

impl Default for Auth {
    fn default() -> Self {
        Self { granted: true, codes: BTreeMap::new(), access: BTreeMap::new(), refresh: BTreeMap::new(), given: 0 }
    }
}

/// The elements of an `<Authentication>`.
pub type Elements = Vec<(&'static str, String)>;

impl Auth {
    fn give(&mut self, stem: &str) -> String {
        self.given += 1;
        format!("{stem}-{}-Zq81", self.given)
    }

    /// `GET /v1/oauth`.
    pub fn code(&mut self, parameters: &Parameters, now: i64) -> Result<Elements, Refusal> {
        if parameter(parameters, "app_id") != Some(APP_ID) {
            return Err(Refusal(104, "Wrong app_id".into()));
        }
        // `code` and `remove` need a browser; `code_direct` takes no scope and no redirect_url ("OAuth").
        if parameter(parameters, "response_type") != Some("code_direct") {
            return Err(Refusal(110, "Wrong response_type".into()));
        }
        if let Some(unknown) = parameters.iter().find(|(name, _)| !["app_id", "response_type"].contains(&name.as_str()))
        {
            return Err(Refusal(100, format!("Wrong {}", unknown.0)));
        }
        if !self.granted {
            return Err(Refusal(402, "No access permission".into()));
        }
        let code = self.give("code");
        self.codes.insert(code.clone(), now + CODE);
        Ok(vec![("Code", code), ("Error", "0".into()), ("Message", "Success".into())])
    }

    /// `POST /v1/token`. A code can be used once.
    pub fn token(&mut self, form: &Parameters, now: i64) -> Result<Elements, Refusal> {
        if parameter(form, "app_id") != Some(APP_ID) {
            return Err(Refusal(104, "Wrong app_id".into()));
        }
        if parameter(form, "secret") != Some(APP_SECRET) {
            return Err(Refusal(105, format!("Wrong secret {}", parameter(form, "secret").unwrap_or_default())));
        }
        let code = parameter(form, "code").unwrap_or_default();
        match parameter(form, "grant_type") {
            Some("oauth_code") => match self.codes.remove(code) {
                Some(until) if now < until => Ok(self.tokens(now)),
                _ => Err(Refusal(103, "Wrong code".into())),
            },
            Some("refresh_token") => match self.refresh.get(code) {
                Some(until) if now < *until => Ok(self.tokens(now)),
                Some(_) => Err(Refusal(401, "Refresh Token expired".into())),
                None => Err(Refusal(107, "Wrong Refresh Token".into())),
            },
            _ => Err(Refusal(112, "Wrong grant_type".into())),
        }
    }

    fn tokens(&mut self, now: i64) -> Elements {
        let (access, refresh) = (self.give("access"), self.give("refresh"));
        self.access.insert(access.clone(), now + ACCESS);
        self.refresh.insert(refresh.clone(), now + REFRESH);
        vec![
            ("AccessToken", access),
            ("AccessTokenExpiresIn", ACCESS.to_string()),
            ("RefreshToken", refresh),
            ("RefreshTokenExpiresIn", REFRESH.to_string()),
            ("Error", "0".into()),
            ("Message", "Success".into()),
        ]
    }

    /// Whether a token still opens the resources: 401 and 402 of the Result Codes.
    pub fn check(&self, token: Option<&str>, now: i64) -> Result<(), Refusal> {
        match token.and_then(|token| self.access.get(token)) {
            Some(until) if now < *until => Ok(()),
            Some(_) => Err(Refusal(401, "Access Token expired".into())),
            None => Err(Refusal(402, "Access Token invalid".into())),
        }
    }

    /// Takes every token back; the sign-in itself is still granted.
    pub fn forget_tokens(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}
