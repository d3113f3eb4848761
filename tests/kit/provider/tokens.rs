//! Codes, tokens, and what is asked for with them.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Back, CLIENT, Form, Lie, REP};

/// What the provider knows.
pub struct Inside {
    issuer: String,
    pub lies: Vec<Lie>,
    /// What each code was given for; taken out when it is used.
    codes: HashMap<String, Form>,
    refresh: Option<String>,
    issued: u32,
    pub token_requests: Vec<Form>,
    pub revoked: Vec<String>,
}

impl Inside {
    pub fn new(issuer: String) -> Self {
        let (lies, codes, token_requests, revoked) = Default::default();
        Self { issuer, lies, codes, refresh: None, issued: 0, token_requests, revoked }
    }

    pub fn allow(&mut self, asked: Form) -> Back {
        let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
        assert_eq!(said("client_id"), CLIENT);
        assert_eq!(said("response_type"), "code");
        assert_eq!(said("code_challenge_method"), "S256", "RFC 7636 §4.2");
        let redirect_uri = Url::parse(&said("redirect_uri")).expect("a redirect address");
        // A plus must reach the token endpoint as one.
        let code = format!("co+de/{}-{}", self.codes.len(), self.issued);
        let state = said("state");
        self.codes.insert(code.clone(), asked);
        Back { redirect_uri, code, state }
    }

    pub fn token(&mut self, asked: Form) -> Response {
        self.token_requests.push(asked.clone());
        let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
        for lie in &self.lies {
            match lie {
                Lie::Answers(status, media, body) => {
                    let body = body.replace("{code}", &said("code")).replace("{refresh}", &said("refresh_token"));
                    return answer(*status, media, body);
                }
                Lie::SendsTo(status, place) => {
                    let status = StatusCode::from_u16(*status).unwrap();
                    return (status, [(header::LOCATION, place.clone())]).into_response();
                }
                _ => {}
            }
        }
        let nonce = match said("grant_type").as_str() {
            "authorization_code" => match self.codes.remove(&said("code")) {
                Some(given) if fits(&given, &asked) => given.get("nonce").cloned(),
                _ => return refusal("invalid_grant"),
            },
            "refresh_token" if self.refresh == Some(said("refresh_token")) => None,
            _ => return refusal("invalid_grant"),
        };
        let granted = self.granted(nonce);
        self.refresh = granted["refresh_token"].as_str().map(String::from);
        answer(200, "application/json", granted.to_string())
    }

    fn granted(&mut self, nonce: Option<String>) -> Value {
        self.issued += 1;
        let number = self.issued;
        let mut granted = json!({"access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"),
            "token_type": "Bearer", "expires_in": 3600, "scope": "openid email mail"});
        if let Some(nonce) = nonce {
            granted["id_token"] = self.id_token(&nonce).into();
        }
        for lie in &self.lies {
            match lie {
                Lie::Says(member, value) => set(&mut granted, member, value),
                Lie::IdToken(text) => granted["id_token"] = (*text).into(),
                _ => {}
            }
        }
        granted
    }

    fn id_token(&self, nonce: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut header = json!({"alg": "RS256"});
        let mut claims = json!({"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 3600, "nonce": nonce,
            "email": REP});
        for lie in &self.lies {
            match lie {
                Lie::Claims(claim, value) => set(&mut claims, claim, value),
                Lie::Algorithm(name) => header["alg"] = (*name).into(),
                _ => {}
            }
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&header), part(&claims), URL_SAFE_NO_PAD.encode("signature"))
    }

    pub fn revoke(&mut self, asked: Form) -> Response {
        let token = asked.get("token").cloned().unwrap_or_default();
        if self.refresh.as_ref() == Some(&token) {
            self.refresh = None;
        }
        self.revoked.push(token);
        StatusCode::OK.into_response()
    }

    pub fn senders(&self, bearer: &str) -> Response {
        let told = self.lies.iter().find_map(|lie| match lie {
            Lie::Senders(status, body) => Some(answer(*status, "application/json", body.to_string())),
            _ => None,
        });
        let own = json!({"sendAs": [{"sendAsEmail": REP, "displayName": "Rep", "isPrimary": true}]});
        match told {
            Some(told) => told,
            None if bearer == format!("Bearer access-{}", self.issued) => {
                answer(200, "application/json", own.to_string())
            }
            None => refusal("invalid_token"),
        }
    }
}

/// RFC 6749 §4.1.3, RFC 7636 §4.6.
fn fits(given: &Form, asked: &Form) -> bool {
    let verifier = asked.get("code_verifier").map(String::as_str).unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    given.get("code_challenge") == Some(&challenge)
        && given.get("redirect_uri") == asked.get("redirect_uri")
        && given.get("client_id") == asked.get("client_id")
}

fn set(object: &mut Value, member: &str, value: &Value) {
    match value {
        Value::Null => drop(object.as_object_mut().unwrap().remove(member)),
        value => object[member] = value.clone(),
    }
}

fn refusal(error: &str) -> Response {
    answer(400, "application/json", json!({"error": error}).to_string())
}

fn answer(status: u16, media: &str, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, media.to_owned()), (header::CACHE_CONTROL, "no-store".to_owned())], body)
        .into_response()
}
