//! The contract's paths over the [`super::records`].

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::misbehaviour::{Breaker, Misbehaviour};
use super::records::{Done, Refusal, User};
use super::{Inside, contract};

/// Where the contract's paths begin.
pub const BASE: &str = "/mail-log/v1";

/// The largest request that is read, in bytes.
const LARGEST: usize = 64 << 20;

type Shared = Arc<Mutex<Inside>>;

pub fn router(inside: Shared) -> Router {
    let paths = Router::new()
        .route("/me", get(me))
        .route("/contacts/feed", get(feed))
        .route("/contacts", post(create))
        .route("/records", get(search))
        .route("/records/{type}/{id}/related", get(related))
        .route("/attachments/{sha256}", head(has_file).put(put_file))
        .route("/emails/{key}", get(logged).put(log).delete(unlog))
        .fallback(|| async { Refusal(404, "there is nothing here".into()) })
        .method_not_allowed_fallback(|| async { Refusal(405, "this cannot be done here".into()) });
    Router::new().nest(BASE, paths).layer(middleware::from_fn_with_state(inside.clone(), front)).with_state(inside)
}

/// Writes every request down, then does with it what the server's manners are at the moment.
async fn front(
    State(inside): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Breaker>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Refusal(400, "the request is cut off, or too large".into()).into_response();
    };
    let (line, misbehaviour) = {
        let mut inside = inside.lock().expect("no handler panicked");
        let request = recorded(&parts, &body);
        let line = request.line().replacen(BASE, "", 1);
        let misbehaviour = inside.manners.about(&line);
        inside.requests.push(request);
        (line, misbehaviour)
    };
    let authorization = parts.headers.get(AUTHORIZATION).cloned();
    let go_on = next.run(Request::from_parts(parts, Body::from(body)));
    match misbehaviour {
        None => go_on.await,
        Some(Misbehaviour::Delay(span)) => {
            tokio::time::sleep(span).await;
            go_on.await
        }
        Some(Misbehaviour::Answer { status, headers, body }) => {
            // What a careless server does: it repeats the secret to whoever asks.
            let secret = authorization.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
            answer(status, &headers, body.replace("{authorization}", secret))
        }
        Some(Misbehaviour::AnswerAfter { status, body }) => {
            go_on.await;
            answer(status, &[], body)
        }
        Some(Misbehaviour::LoseRequest) => connection.break_off(),
        Some(Misbehaviour::LoseReply) => {
            if go_on.await.status().is_success() {
                inside.lock().expect("no handler panicked").unanswered.push(line);
            }
            connection.break_off()
        }
    }
}

fn recorded(parts: &Parts, body: &Bytes) -> super::Request {
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    let headers = parts.headers.iter().map(header).collect();
    super::Request { method: parts.method.to_string(), path, headers, body: body.clone() }
}

fn answer(status: u16, headers: &[(String, String)], body: String) -> Response {
    let mut response = Response::builder().status(status).header(CONTENT_TYPE, "application/problem+json");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("a status and headers as HTTP knows them")
}

impl IntoResponse for Refusal {
    /// Problem details (RFC 9457).
    fn into_response(self) -> Response {
        let Self(status, detail) = self;
        let title = StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Problem");
        let mut problem = json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
        if status == 403 {
            problem["missing_scopes"] = json!(["mail:write"]);
        }
        let headers = if status == 429 || status == 503 { vec![(RETRY_AFTER.to_string(), "1".into())] } else { vec![] };
        answer(status, &headers, checked("Problem", problem).to_string())
    }
}

/// Nothing leaves that the contract does not know.
fn checked(schema: &str, value: Value) -> Value {
    contract::check(schema, &value).expect("the server keeps the contract");
    value
}

/// The rep whose token came along.
struct Caller(User);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, inside: &Shared) -> Result<Self, Refusal> {
        let value = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let users = &inside.lock().expect("no handler panicked").records.users;
        users.get(token).cloned().map(Self).ok_or_else(|| Refusal(401, "the token is not known".into()))
    }
}

/// Does something with the records. Only a rep whose token is good gets here.
fn with<T>(inside: &Shared, work: impl FnOnce(&mut super::records::Records) -> T) -> T {
    work(&mut inside.lock().expect("no handler panicked").records)
}

fn status(done: Done) -> StatusCode {
    match done {
        Done::Created => StatusCode::CREATED,
        Done::Known => StatusCode::OK,
    }
}

fn of_type(headers: &HeaderMap, wanted: &str) -> Result<(), Refusal> {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if sent.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(Refusal(415, format!("{wanted} is wanted"))) }
}

async fn me(Caller(user): Caller, State(inside): State<Shared>) -> Json<Value> {
    Json(checked("Me", with(&inside, |records| records.me(&user))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

async fn feed(
    _: Caller,
    State(inside): State<Shared>,
    query: Result<Query<FeedQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(query) = query.map_err(|_| Refusal(400, "the query is not the contract's".into()))?;
    let limit = query.limit.unwrap_or(500);
    if !(1..=1000).contains(&limit) {
        return Err(Refusal(400, "limit is not between 1 and 1000".into()));
    }
    let page = with(&inside, |records| records.page(query.cursor.as_deref(), limit))?;
    Ok(Json(checked("ContactPage", page)))
}

async fn create(
    _: Caller,
    State(inside): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    of_type(&headers, "application/json")?;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let new = whole(request).await?;
    let (status, record) = with(&inside, |records| records.create_contact(&key, &new))?;
    Ok((status, Json(checked("Record", record))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    q: String,
}

async fn search(
    _: Caller,
    State(inside): State<Shared>,
    query: Result<Query<SearchQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(SearchQuery { q }) = query.map_err(|_| Refusal(400, "the query is not the contract's".into()))?;
    if !(1..=200).contains(&q.chars().count()) {
        return Err(Refusal(400, "q is not between 1 and 200 characters".into()));
    }
    Ok(Json(checked("RecordPage", with(&inside, |records| records.search(&q)))))
}

async fn related(
    _: Caller,
    State(inside): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let page = with(&inside, |records| records.related(&kind, &id))?;
    Ok(Json(checked("RecordPage", page)))
}

async fn has_file(Caller(user): Caller, State(inside): State<Shared>, Path(sha256): Path<String>) -> StatusCode {
    let has = with(&inside, |records| records.has_file(&user.id, &sha256));
    if has { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn put_file(
    Caller(user): Caller,
    State(inside): State<Shared>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode, Refusal> {
    of_type(&headers, "application/octet-stream")?;
    let bytes = whole(request).await?;
    with(&inside, |records| records.put_file(&user.id, &sha256, bytes)).map(status)
}

async fn logged(
    Caller(user): Caller,
    State(inside): State<Shared>,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let logged = with(&inside, |records| records.logged(&user.id, &key))?;
    Ok(Json(checked("LoggedEmail", logged)))
}

async fn log(
    Caller(user): Caller,
    State(inside): State<Shared>,
    Path(key): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    of_type(&headers, "application/json")?;
    let payload = whole(request).await?;
    with(&inside, |records| {
        let done = records.log(&user.id, &key, payload)?;
        Ok((status(done), Json(checked("LoggedEmail", records.logged(&user.id, &key)?))))
    })
}

async fn unlog(
    Caller(user): Caller,
    State(inside): State<Shared>,
    Path(key): Path<String>,
) -> Result<StatusCode, Refusal> {
    with(&inside, |records| records.unlog(&user.id, &key)).map(|()| StatusCode::NO_CONTENT)
}

/// The body, which [`front`] has read already.
async fn whole(request: Request) -> Result<Bytes, Refusal> {
    to_bytes(request.into_body(), LARGEST).await.map_err(|_| Refusal(400, "the body cannot be read".into()))
}
