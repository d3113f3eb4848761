//! Who calls: a token that came along, or a signature by a key that did not.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use otomo_domain::digest::Digest;
use sha2::Sha256;

use super::front::LARGEST;
use super::records::{Records, Refusal, User, refuse};

/// How many seconds a signature may be old, or early.
const SKEW: i64 = 300;

/// The rep whose token or signature was good.
#[derive(Clone)]
pub struct Caller(pub User);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or_else(|| Refusal(401, "nobody says who asks".into()))
    }
}

/// Lets nobody pass who is not known.
pub async fn known(State(records): State<Arc<Mutex<Records>>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let caller = caller(&records.lock().expect("no handler panicked"), &parts, &body);
    match caller {
        Ok(user) => {
            parts.extensions.insert(Caller(user));
            next.run(Request::from_parts(parts, Body::from(body))).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn caller(records: &Records, parts: &Parts, body: &Bytes) -> Result<User, Refusal> {
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(AUTHORIZATION.as_str()), text("x-otomo-signature")) {
        (Some(_), Some(_)) => refuse(401, "a token or a signature, not both"),
        (Some(token), None) => {
            let user = token.strip_prefix("Bearer ").and_then(|token| records.users.get(token));
            user.cloned().ok_or_else(|| Refusal(401, "the token is not known".into()))
        }
        (None, Some(signature)) => signed(records, signature, parts, body),
        (None, None) => refuse(401, "nobody says who asks"),
    }
}

/// `keyId=K,t=UNIX,v1=HEX`, in this order.
fn signed(records: &Records, header: &str, parts: &Parts, body: &Bytes) -> Result<User, Refusal> {
    let mut given = header.split(',');
    let mut part = |name: &str| given.next().and_then(|part| part.strip_prefix(name)).unwrap_or_default();
    let (key_id, at, signature) = (part("keyId="), part("t="), part("v1="));
    let Some((secret, user)) = records.keys.get(key_id) else { return refuse(401, "the key is not known") };
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let text = format!("{at}\n{}\n{path}\n{}", parts.method, Digest::of(body));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length").chain_update(text);
    let is_lower = !signature.bytes().any(|b| b.is_ascii_uppercase());
    let bytes = hex::decode(signature).unwrap_or_default();
    if !is_lower || mac.verify_slice(&bytes).is_err() {
        return refuse(401, "the signature is not that of this request");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let away = at.parse().map_or(i64::MAX, |at: i64| at.saturating_sub(now.try_into().unwrap_or_default()));
    if away.saturating_abs() > SKEW { refuse(401, "the signature is not of this time") } else { Ok(user.clone()) }
}
