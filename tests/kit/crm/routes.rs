//! The contract's paths over the [`super::records`].

use std::sync::{Arc, Mutex};

use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Caller, known};
use super::contract;
use super::front::{LARGEST, answer};
use super::records::{Done, Records, Refusal};

/// Where the contract's paths begin.
pub const BASE: &str = "/mail-log/v1";

type Shared = Arc<Mutex<Records>>;

pub fn router(records: Shared) -> Router {
    let paths = Router::new()
        .route("/me", get(me))
        .route("/contacts/feed", get(feed))
        .route("/contacts", post(create))
        .route("/records", get(search))
        .route("/records/{type}/{id}/related", get(related))
        .route("/attachments/{sha256}", head(has_file).put(put_file))
        .route("/emails/{key}", get(logged).put(log).delete(unlog))
        .route("/emails/{key}/links", put(relink))
        .fallback(|| async { Refusal(404, "there is nothing here".into()) })
        .method_not_allowed_fallback(|| async { Refusal(405, "this cannot be done here".into()) });
    // Outside of the nest, where the path is still the one that was signed.
    let known = middleware::from_fn_with_state(records.clone(), known);
    let entitled = middleware::from_fn_with_state(records.clone(), entitled);
    Router::new().nest(BASE, paths).layer(entitled).layer(known).with_state(records)
}

impl IntoResponse for Refusal {
    /// Problem details (RFC 9457).
    fn into_response(self) -> Response {
        let Self(status, detail) = self;
        let mut problem = problem(status, &detail);
        if status == 403 {
            problem["missing_scopes"] = json!(["mail:write"]);
        }
        let headers = if status == 429 || status == 503 { vec![(RETRY_AFTER.to_string(), "1".into())] } else { vec![] };
        answer(status, &headers, checked("Problem", problem).to_string())
    }
}

fn problem(status: u16, detail: &str) -> Value {
    let title = StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Problem");
    json!({"type": "about:blank", "title": title, "status": status, "detail": detail})
}

/// Whoever lacks a right changes nothing here, and hears of all that are missing at once.
async fn entitled(State(records): State<Shared>, request: Request, next: Next) -> Response {
    let missing = with(&records, |records| records.me["missing_scopes"].clone());
    let is_read = matches!(request.method().as_str(), "GET" | "HEAD");
    if is_read || missing.as_array().is_none_or(Vec::is_empty) {
        return next.run(request).await;
    }
    let mut problem = problem(403, "rights are missing");
    problem["missing_scopes"] = missing;
    answer(403, &[], checked("Problem", problem).to_string())
}

/// Nothing leaves that the contract does not know.
fn checked(schema: &str, value: Value) -> Value {
    contract::check(schema, &value).expect("the server keeps the contract");
    value
}

/// Does something with the records. Only a rep who is known gets here.
fn with<T>(records: &Shared, work: impl FnOnce(&mut Records) -> T) -> T {
    work(&mut records.lock().expect("no handler panicked"))
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

async fn me(Caller(user): Caller, State(records): State<Shared>) -> Json<Value> {
    Json(checked("Me", with(&records, |records| records.me(&user))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

async fn feed(
    _: Caller,
    State(records): State<Shared>,
    query: Result<Query<FeedQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(query) = query.map_err(|_| Refusal(400, "the query is not the contract's".into()))?;
    let limit = query.limit.unwrap_or(500);
    if !(1..=1000).contains(&limit) {
        return Err(Refusal(400, "limit is not between 1 and 1000".into()));
    }
    let page = with(&records, |records| records.page(query.cursor.as_deref(), limit))?;
    Ok(Json(checked("ContactPage", page)))
}

async fn create(
    _: Caller,
    State(records): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    of_type(&headers, "application/json")?;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let new = whole(request).await?;
    let (status, record) = with(&records, |records| records.create_contact(&key, &new))?;
    Ok((status, Json(checked("Record", record))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    q: String,
    r#type: Option<String>,
    cursor: Option<String>,
}

async fn search(
    _: Caller,
    State(records): State<Shared>,
    query: Result<Query<SearchQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(SearchQuery { q, r#type, cursor }) =
        query.map_err(|_| Refusal(400, "the query is not the contract's".into()))?;
    if !(1..=200).contains(&q.chars().count()) {
        return Err(Refusal(400, "q is not between 1 and 200 characters".into()));
    }
    let page = with(&records, |records| records.search(&q, r#type.as_deref(), cursor.as_deref()))?;
    Ok(Json(checked("RecordPage", page)))
}

async fn related(
    _: Caller,
    State(records): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let page = with(&records, |records| records.related(&kind, &id))?;
    Ok(Json(checked("RecordPage", page)))
}

async fn has_file(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(sha256): Path<String>,
) -> Result<StatusCode, Refusal> {
    let has = with(&records, |records| records.has_file(&user.id, &sha256))?;
    Ok(if has { StatusCode::OK } else { StatusCode::NOT_FOUND })
}

async fn put_file(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode, Refusal> {
    of_type(&headers, "application/octet-stream")?;
    let bytes = whole(request).await?;
    with(&records, |records| records.put_file(&user.id, &sha256, bytes)).map(status)
}

async fn logged(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let logged = with(&records, |records| records.logged(&user.id, &key))?;
    Ok(Json(checked("LoggedEmail", logged)))
}

async fn log(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(key): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    of_type(&headers, "application/json")?;
    let payload = whole(request).await?;
    with(&records, |records| {
        let done = records.log(&user.id, &key, payload)?;
        Ok((status(done), Json(checked("LoggedEmail", records.logged(&user.id, &key)?))))
    })
}

async fn relink(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(key): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    of_type(&headers, "application/json")?;
    let links = whole(request).await?;
    with(&records, |records| {
        records.relink(&user.id, &key, &links)?;
        Ok(Json(checked("LoggedEmail", records.logged(&user.id, &key)?)))
    })
}

async fn unlog(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(key): Path<String>,
) -> Result<StatusCode, Refusal> {
    with(&records, |records| records.unlog(&user.id, &key)).map(|()| StatusCode::NO_CONTENT)
}

/// The body, which [`super::front`] has read already.
async fn whole(request: Request) -> Result<Bytes, Refusal> {
    to_bytes(request.into_body(), LARGEST).await.map_err(|_| Refusal(400, "the body cannot be read".into()))
}
