//! Sign-ins through an app, no more lenient than what is known of the real ones.
//!
//! The client's secret is wanted for every token; the redirect is compared whole; `http` is allowed for `localhost`
//! alone; an access token lasts 30 minutes of the account's time.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::routes::Shared;

/// How long an access token lasts.
pub const LASTS: Duration = Duration::from_secs(1800);

/// An app that an organisation registered.
#[derive(Default)]
pub struct App {
    pub client_id: String,
    pub client_secret: String,
    pub redirect: String,
    pub scopes: Vec<String>,
    /// Codes that were not used yet, with the challenge they came with.
    codes: BTreeMap<String, Option<String>>,
    pub refresh_tokens: Vec<String>,
    /// When each access token ends, on the account's clock.
    ends: BTreeMap<String, Duration>,
    given: usize,
}

pub fn router(inside: Shared) -> Router {
    Router::new()
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/2026-09/token", post(token))
        .with_state(inside)
}

#[derive(Deserialize)]
struct Asked {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    code_challenge: Option<String>,
}

/// The page on which the rep agrees; they do.
async fn authorize(State(inside): State<Shared>, Query(asked): Query<Asked>) -> Response {
    let mut inside = inside.lock().expect("no handler panicked");
    let app = &mut inside.app;
    let localhost = Url::parse(&asked.redirect_uri).is_ok_and(|url| url.host_str() == Some("localhost"));
    if app.client_id != asked.client_id || app.redirect != asked.redirect_uri || !localhost {
        return (StatusCode::BAD_REQUEST, "the redirect URL doesn't match a registered one").into_response();
    }
    if let Some(unknown) = asked.scope.split(' ').find(|scope| !app.scopes.iter().any(|known| known == scope)) {
        return (StatusCode::BAD_REQUEST, format!("the app has no scope {unknown}")).into_response();
    }
    app.given += 1;
    let code = format!("code-{}", app.given);
    app.codes.insert(code.clone(), asked.code_challenge);
    let mut back = Url::parse(&asked.redirect_uri).expect("checked above");
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked.state);
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, back.as_str().parse().expect("an address"));
    (StatusCode::FOUND, headers).into_response()
}

type Refused = (StatusCode, Json<Value>);

fn refuse(status: &str, message: &str) -> Refused {
    (StatusCode::BAD_REQUEST, Json(json!({ "status": status, "message": message, "error": "invalid_grant" })))
}

async fn token(
    State(inside): State<Shared>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refused> {
    let mut inside = inside.lock().expect("no handler panicked");
    let now = inside.portal.now;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let app = &mut inside.app;
    if field("client_id") != app.client_id || field("client_secret") != app.client_secret {
        return Err(refuse("BAD_CLIENT_ID", "missing or unknown client id or secret"));
    }
    match field("grant_type") {
        "authorization_code" => {
            let challenge = app.codes.remove(field("code")).ok_or_else(|| refuse("BAD_AUTH_CODE", "unknown code"))?;
            let hashed = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
            if challenge.is_some_and(|challenge| challenge != hashed) {
                return Err(refuse("BAD_AUTH_CODE", "the verifier does not fit"));
            }
            if field("redirect_uri") != app.redirect {
                return Err(refuse("BAD_REDIRECT_URI", "the redirect URL is another"));
            }
            app.refresh_tokens.push(format!("refresh-{}", app.given));
        }
        "refresh_token" if app.refresh_tokens.iter().any(|known| known == field("refresh_token")) => {}
        _ => return Err(refuse("BAD_REFRESH_TOKEN", "missing or unknown refresh token")),
    }
    app.given += 1;
    let access = format!("access-{}", app.given);
    app.ends.insert(access.clone(), now + LASTS);
    let answer = json!({
        "access_token": access, "refresh_token": app.refresh_tokens.last(), "expires_in": LASTS.as_secs(),
        "token_type": "bearer", "hub_id": 1, "user_id": 2,
    });
    let scopes = app.scopes.iter().cloned().collect();
    inside.portal.keys.insert(access, scopes);
    Ok(Json(answer))
}

impl App {
    /// The access tokens that have ended by now.
    pub fn ended(&self, now: Duration) -> Vec<String> {
        self.ends.iter().filter(|(_, end)| **end <= now).map(|(token, _)| token.clone()).collect()
    }
}
