//! The API's paths over the [`super::records`].

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::access::{ApiUser, Caller};
use super::import::{Imported, import};
use super::query;
use super::records::{Records, Refusal, refuse};
use crate::crm::front::LARGEST;

/// Where the API's paths begin.
pub const BASE: &str = "/api/v1";

type Shared = Arc<Mutex<Records>>;

pub fn router(records: Shared) -> Router {
    let paths = Router::new()
        .route("/App/user", get(app_user))
        .route("/Attachment", post(upload))
        .route("/Email/importEml", post(import_eml))
        .route("/{scope}", get(list).post(create))
        .route("/{scope}/{id}", get(read).put(update).delete(remove))
        .fallback(|| async { Refusal(404, String::new(), None) });
    Router::new().nest(BASE, paths).with_state(records)
}

impl IntoResponse for Refusal {
    /// The reason stands in a header; the body is a page for people, unless the refusal has one of its own
    /// (`ErrorOutput`).
    fn into_response(self) -> Response {
        let Self(status, reason, body) = self;
        let (kind, body) = match body {
            Some(body) => ("application/json", body.to_string()),
            None => ("text/html; charset=UTF-8", format!("<h1>{status}</h1>{reason}")),
        };
        let response = Response::builder().status(status).header(CONTENT_TYPE, kind).header("X-Status-Reason", reason);
        response.body(Body::from(body)).expect("a status and headers as HTTP knows them")
    }
}

fn with<T>(records: &Shared, work: impl FnOnce(&mut Records) -> T) -> T {
    work(&mut records.lock().expect("no handler panicked"))
}

/// The JSON of a request, which must say that it is JSON.
async fn json_of(headers: &HeaderMap, request: Request) -> Result<Value, Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        return refuse(400, "Bad request body.");
    }
    let body = to_bytes(request.into_body(), LARGEST).await.unwrap_or_default();
    serde_json::from_slice(&body).or_else(|_| refuse(400, "Bad request body."))
}

async fn app_user(Caller(user): Caller, State(records): State<Shared>) -> Json<Value> {
    let settings = with(&records, |records| records.settings.clone());
    Json(json!({
        "user": {"id": user.id, "userName": "otomo", "name": user.name, "type": "api", "emailAddress": user.email},
        "acl": {"table": user.table()},
        "settings": {"attachmentUploadMaxSize": settings["attachmentUploadMaxSize"]},
        "appParams": {"maxUploadSize": settings["maxUploadSize"]},
    }))
}

async fn list(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(scope): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    with(&records, |records| query::list(records, &user, &scope, &query.unwrap_or_default())).map(Json)
}

/// The record, if the user may do this to it. What is deleted is not there.
fn allowed(records: &Records, user: &ApiUser, scope: &str, id: &str, action: &str) -> Result<Value, Refusal> {
    if !user.may(scope, action) {
        return refuse(403, "");
    }
    let Some(record) = records.get(scope, id) else { return refuse(404, format!("Record {id} does not exist.")) };
    if user.may_touch(scope, action, record) { Ok(record.clone()) } else { refuse(403, format!("No {action} access.")) }
}

async fn read(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path((scope, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    with(&records, |records| allowed(records, &user, &scope, &id, "read")).map(Json)
}

/// Contacts can be made. Mail cannot: the API refuses every From that is not the user's own (measured), and ignores
/// the Message-ID.
async fn create(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path(scope): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    if !user.may(&scope, "create") {
        return refuse(403, "");
    }
    let new = json_of(&headers, request).await?;
    let skip_check = headers.get("x-skip-duplicate-check").is_some_and(|value| value == "true");
    match scope.as_str() {
        "Contact" => with(&records, |records| records.create_contact(&user, &new, skip_check)).map(Json),
        "Email" => refuse(403, "Not allowed 'from' address."),
        _ => refuse(404, ""),
    }
}

/// Of a mail only its parent is changed from here.
async fn update(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path((scope, id)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let change = json_of(&headers, request).await?;
    with(&records, |records| {
        allowed(records, &user, &scope, &id, "edit")?;
        let names: Vec<&String> = change.as_object().into_iter().flat_map(|change| change.keys()).collect();
        if scope != "Email" || names != ["parentId", "parentType"] {
            return refuse(400, "only the parent of a mail is expected to change");
        }
        let part = |name: &str| change[name].as_str().unwrap_or_default();
        if records.get(part("parentType"), part("parentId")).is_none() {
            return refuse(403, "Can't relate with a not existing record.");
        }
        records.put(&scope, &id, &change);
        Ok(Json(records.get(&scope, &id).cloned().unwrap_or_default()))
    })
}

async fn remove(
    Caller(user): Caller,
    State(records): State<Shared>,
    Path((scope, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    with(&records, |records| {
        allowed(records, &user, &scope, &id, "delete")?;
        records.files.remove(&id);
        Ok(Json(json!(records.remove(&scope, &id))))
    })
}

/// A file for a field of a mail, as a data URI inside JSON (measured).
async fn upload(
    Caller(user): Caller,
    State(records): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let new = json_of(&headers, request).await?;
    if new["role"] != "Attachment" || new["relatedType"] != "Email" || new["field"] != "attachments" {
        return refuse(400, "No `field` or `relatedType`.");
    }
    // Whoever has no access to the field's record may not upload for it.
    if !user.may("Email", "create") {
        return refuse(403, "No access to Email.");
    }
    let uri = new["file"].as_str().and_then(|uri| uri.strip_prefix("data:message/rfc822;base64,"));
    let Some(bytes) = uri.and_then(|text| STANDARD.decode(text).ok()) else { return refuse(400, "Bad file data.") };
    let largest =
        with(&records, |records| records.settings["attachmentUploadMaxSize"].as_u64()).unwrap_or_default() << 20;
    if new["type"] != "message/rfc822" || new["size"].as_u64() != Some(bytes.len() as u64) {
        return refuse(400, "the size or the type is not that of the file");
    }
    // It is the stated size that is checked (`RecordHooks\Attachment\BeforeCreate`).
    if bytes.len() as u64 > largest {
        return refuse(403, "Attachment size exceeds `attachmentUploadMaxSize`.");
    }
    let id = with(&records, |records| {
        let id = records.new_id();
        records.uploads.insert(id.clone(), bytes);
        id
    });
    Ok(Json(json!({"id": id, "name": new["name"], "role": "Attachment"})))
}

async fn import_eml(
    Caller(user): Caller,
    State(records): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    // Both are asked for, in this order (`PostImportEml`).
    if !user.may("Email", "create") {
        return refuse(403, "No 'create' access.");
    }
    if !user.knows("Import") {
        return refuse(403, "No access to 'Import'.");
    }
    let asked = json_of(&headers, request).await?;
    let Some(file) = asked["fileId"].as_str() else { return refuse(400, "No 'fileId'.") };
    with(&records, |records| {
        let Some(eml) = records.uploads.get(file).cloned() else { return refuse(404, "Attachment not found.") };
        match import(records, &user.id, &eml)? {
            // The upload is used up only by an import that made something (`ImportEmlService`).
            Imported::New(id) => {
                records.uploads.remove(file);
                Ok(Json(json!({"id": id})))
            }
            Imported::Known(id) => {
                let data = json!({"id": id, "link": format!("#Email/view/{id}")});
                let body = json!({"messageTranslation": {"label": "alreadyImported", "scope": "Email", "data": data}});
                Err(Refusal(409, "Email is already imported.".into(), Some(body)))
            }
        }
    })
}
