//! The dated paths over the [`super::portal`]. There are no others: what has another date, or none, is not found.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::extract::{DefaultBodyLimit, FromRequest, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, DATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use otomo_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::oauth::App;
use super::portal::{self, Portal};
use super::rates::Rates;
use super::refusal::Refusal;
use super::{files, oauth, search};

/// Everything behind the port.
#[derive(Default)]
pub struct Inside {
    pub portal: Portal,
    pub rates: Rates,
    pub app: App,
    /// How much of the portal's time a request takes.
    pub pace: Duration,
    /// What every request is refused with.
    pub refusing: Option<Refusal>,
}

pub type Shared = Arc<Mutex<Inside>>;

pub fn router(inside: Shared) -> Router {
    Router::new()
        .route("/account-info/2026-09/details", get(account))
        .route("/crm/owners/2026-09", get(owners))
        .route("/crm/properties/2026-09/emails/{name}", get(property))
        .route("/crm/objects/2026-09/{kind}", get(list).post(create))
        .route("/crm/objects/2026-09/{kind}/search", post(search))
        .route("/crm/objects/2026-09/{kind}/batch/read", post(batch_read))
        .route("/crm/objects/2026-09/{kind}/{id}", get(read).patch(update).delete(archive))
        .route("/crm/objects/2026-09/{kind}/{id}/associations/{to}", get(associations))
        .route("/crm/objects/2026-09/{kind}/{id}/associations/default/{to}/{to_id}", put(associate))
        .route("/files/2026-03/files", post(files::upload))
        .route("/files/2026-03/files/{id}", delete(files::remove))
        .fallback(|| async { Refusal::not_found("no such path") })
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(inside.clone(), guard))
        .with_state(inside.clone())
        .merge(oauth::router(inside))
}

/// Lets a request pass whose key, scopes and number are right, and stamps the answer with the portal's time.
async fn guard(State(inside): State<Shared>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
    let (admitted, date) = {
        let mut inside = inside.lock().expect("no handler panicked");
        let pace = inside.pace;
        inside.portal.now += pace;
        let date = SystemTime::UNIX_EPOCH + inside.portal.clock().since(Timestamp(0));
        (admit(&mut inside, &method, &path, &key), httpdate::fmt_http_date(date))
    };
    let mut response = match admitted {
        Ok(headers) => {
            let mut response = next.run(request).await;
            for (name, value) in headers {
                response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a number"));
            }
            response
        }
        Err(refusal) => refusal.into_response(),
    };
    response.headers_mut().insert(DATE, HeaderValue::from_str(&date).expect("a date"));
    response
}

fn admit(inside: &mut Inside, method: &Method, path: &str, key: &str) -> Result<Vec<(&'static str, String)>, Refusal> {
    for token in inside.app.ended(inside.portal.now) {
        inside.portal.keys.remove(&token);
    }
    let Some(scopes) = inside.portal.keys.get(key).cloned() else { return Err(Refusal::no_key()) };
    let headers = inside.rates.take(inside.portal.now, path.ends_with("/search"))?;
    if let Some(refusal) = &inside.refusing {
        return Err(refusal.clone());
    }
    let missing: Vec<&str> = required(method, path).iter().copied().filter(|scope| !scopes.contains(*scope)).collect();
    if missing.is_empty() { Ok(headers) } else { Err(Refusal::scopes(&missing)) }
}

/// The scopes a call needs; for mail both at once, as the descriptions since 2025-09 have it.
fn required(method: &Method, path: &str) -> &'static [&'static str] {
    let reads = method == Method::GET || path.ends_with("/search") || path.ends_with("/batch/read");
    let of = path.strip_prefix("/crm/objects/2026-09/").unwrap_or(path);
    match of.split('/').next().unwrap_or_default() {
        "emails" if reads => &["crm.objects.contacts.read", "sales-email-read"],
        "emails" => &["crm.objects.contacts.write", "sales-email-read"],
        "contacts" if reads => &["crm.objects.contacts.read"],
        "contacts" => &["crm.objects.contacts.write"],
        "companies" => &["crm.objects.companies.read"],
        "deals" => &["crm.objects.deals.read"],
        _ if path.starts_with("/crm/owners") => &["crm.objects.owners.read"],
        _ if path.starts_with("/crm/properties") => &["crm.objects.contacts.read"],
        _ if path.starts_with("/files") => &["files"],
        _ => &[],
    }
}

/// Does something with the portal.
pub fn with<T>(inside: &Shared, work: impl FnOnce(&mut Portal) -> T) -> T {
    work(&mut inside.lock().expect("no handler panicked").portal)
}

/// A body that is JSON and says so.
async fn body(request: Request) -> Result<Value, Refusal> {
    let read = Json::<Value>::from_request(request, &()).await;
    read.map(|Json(body)| body).map_err(|_| Refusal::invalid("Invalid input JSON"))
}

async fn account(State(inside): State<Shared>) -> Result<Json<Value>, Refusal> {
    if !with(&inside, |portal| portal.tells_account) {
        return Err(Refusal::forbidden());
    }
    Ok(Json(json!({"portalId": 62_515, "accountType": "STANDARD", "timeZone": "Asia/Tokyo",
        "uiDomain": "app.hubspot.com"})))
}

#[derive(Deserialize)]
struct OwnersQuery {
    email: Option<String>,
}

async fn owners(State(inside): State<Shared>, Query(query): Query<OwnersQuery>) -> Json<Value> {
    let results = with(&inside, |portal| {
        let asked_for = |(_, email): &&(String, String)| query.email.as_ref().is_none_or(|asked| asked == email);
        let shown =
            |(id, email): &(String, String)| json!({"id": id, "email": email, "type": "PERSON", "archived": false});
        portal.owners.iter().filter(asked_for).map(shown).collect::<Vec<_>>()
    });
    Json(json!({"results": results}))
}

async fn property(State(inside): State<Shared>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    if name != "hs_email_message_id" {
        return Err(Refusal::not_found(format!("Property '{name}' does not exist")));
    }
    let read_only = with(&inside, |portal| portal.message_id_read_only);
    Ok(Json(json!({"name": name, "type": "string", "modificationMetadata": {"readOnlyValue": read_only}})))
}

#[derive(Deserialize)]
struct ReadQuery {
    #[serde(default)]
    properties: String,
    #[serde(default)]
    associations: String,
    #[serde(default)]
    archived: bool,
    limit: Option<usize>,
    after: Option<u64>,
}

impl ReadQuery {
    fn properties(&self) -> Vec<String> {
        self.properties.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn associations(&self) -> Result<Vec<&'static str>, Refusal> {
        self.associations.split(',').filter(|name| !name.is_empty()).map(portal::object_type).collect()
    }
}

/// Up to 100 a page, oldest id first; either the living or those in the recycle bin.
async fn list(
    State(inside): State<Shared>,
    Path(kind): Path<String>,
    Query(query): Query<ReadQuery>,
) -> Result<Json<Value>, Refusal> {
    let kind = portal::object_type(&kind)?;
    let limit = query.limit.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Refusal::invalid("limit is not between 1 and 100"));
    }
    with(&inside, |portal| {
        let wanted = portal.objects[kind].range(query.after.unwrap_or_default()..);
        let wanted = wanted.filter(|(_, object)| object.archived_at.is_some() == query.archived);
        let ids: Vec<u64> = wanted.map(|(id, _)| *id).take(limit + 1).collect();
        let shown = ids.iter().take(limit).map(|id| portal.show(kind, *id, &query.properties(), &[]));
        let mut page = json!({"results": shown.collect::<Vec<_>>()});
        if let Some(next) = ids.get(limit) {
            page["paging"] = json!({"next": {"after": next.to_string()}});
        }
        Ok(Json(page))
    })
}

async fn create(
    State(inside): State<Shared>,
    Path(kind): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let (kind, body) = (portal::object_type(&kind)?, body(request).await?);
    let made = with(&inside, |portal| {
        let id = portal.create(kind, &body)?;
        Ok(portal.show(kind, id, &names(&body), &[]))
    })?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The properties that a body sets.
fn names(body: &Value) -> Vec<String> {
    body["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

async fn search(
    State(inside): State<Shared>,
    Path(kind): Path<String>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let (kind, body) = (portal::object_type(&kind)?, body(request).await?);
    with(&inside, |portal| search::search(portal, kind, &body)).map(Json)
}

/// At most 100 at once. What is not there is told among the errors, and the status is 207 then.
async fn batch_read(
    State(inside): State<Shared>,
    Path(kind): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let (kind, body) = (portal::object_type(&kind)?, body(request).await?);
    let list = |field: &str| body[field].as_array().cloned();
    let (Some(inputs), Some(properties), Some(_)) = (list("inputs"), list("properties"), list("propertiesWithHistory"))
    else {
        return Err(Refusal::invalid("Some required fields were not set: [inputs, properties, propertiesWithHistory]"));
    };
    if inputs.len() > 100 {
        return Err(Refusal::invalid("The maximum number of inputs supported in a batch request is 100"));
    }
    let properties: Vec<String> = properties.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    with(&inside, |portal| {
        let ids = inputs.iter().map(|input| input["id"].as_str().unwrap_or_default());
        let found = |id: &str| portal.living(kind, id).ok().map(|(id, _)| portal.show(kind, id, &properties, &[]));
        let results: Vec<Value> = ids.filter_map(found).collect();
        let missing = inputs.len() - results.len();
        let mut answer = json!({"status": "COMPLETE", "results": results});
        if missing == 0 {
            return Ok((StatusCode::OK, Json(answer)));
        }
        answer["numErrors"] = json!(missing);
        answer["errors"] = json!([{"status": "error", "category": "OBJECT_NOT_FOUND", "message": "not found"}]);
        Ok((StatusCode::MULTI_STATUS, Json(answer)))
    })
}

async fn read(
    State(inside): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<ReadQuery>,
) -> Result<Json<Value>, Refusal> {
    let (kind, associations) = (portal::object_type(&kind)?, query.associations()?);
    with(&inside, |portal| {
        let (id, _) = portal.living(kind, &id)?;
        Ok(Json(portal.show(kind, id, &query.properties(), &associations)))
    })
}

async fn update(
    State(inside): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let (kind, body) = (portal::object_type(&kind)?, body(request).await?);
    with(&inside, |portal| {
        let id = portal.update(kind, &id, &body)?;
        Ok(Json(portal.show(kind, id, &names(&body), &[])))
    })
}

/// Into the recycle bin. "404" for what is not there.
async fn archive(
    State(inside): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let kind = portal::object_type(&kind)?;
    with(&inside, |portal| {
        let (id, _) = portal.living(kind, &id)?;
        portal.archive(kind, id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// The ids of linked records, read without the search index; up to 500 a page.
async fn associations(
    State(inside): State<Shared>,
    Path((kind, id, to)): Path<(String, String, String)>,
    Query(query): Query<ReadQuery>,
) -> Result<Json<Value>, Refusal> {
    let (kind, to) = (portal::object_type(&kind)?, portal::object_type(&to)?);
    let limit = query.limit.filter(|limit| (1..=500).contains(limit));
    let limit = limit.ok_or_else(|| Refusal::invalid("limit is not between 1 and 500"))?;
    with(&inside, |portal| {
        let (id, _) = portal.living(kind, &id)?;
        let linked = portal.linked((kind, id), to);
        let mut rest = linked.iter().filter(|id| **id >= query.after.unwrap_or_default());
        let page: Vec<Value> =
            rest.by_ref().take(limit).map(|id| json!({"toObjectId": id, "associationTypes": []})).collect();
        let mut answer = json!({"results": page});
        if let Some(next) = rest.next() {
            answer["paging"] = json!({"next": {"after": next.to_string()}});
        }
        Ok(Json(answer))
    })
}

/// Links two records without a label.
async fn associate(
    State(inside): State<Shared>,
    Path((kind, id, to, to_id)): Path<(String, String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let (kind, to) = (portal::object_type(&kind)?, portal::object_type(&to)?);
    with(&inside, |portal| {
        let (one, other) = (portal.living(kind, &id)?.0, portal.living(to, &to_id)?.0);
        portal.link((kind, one), (to, other));
        Ok(Json(json!({"status": "COMPLETE", "results": []})))
    })
}
