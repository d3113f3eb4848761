//! The API's paths over the [`super::tenant`] and [`super::auth`]. Errors are answers with status 200 and a number.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::query::{BAD_VALUE, INVALID, Parameters, Read, only, paging, parameter};
use super::resources::{Kind, OWN_FIELD, Resource};
use super::tenant::User;
use super::{Inside, PARTITION, Refusal, xml};
use crate::crm;
use crate::crm::front::{self, LARGEST};
use crate::crm::misbehaviour::Breaker;

/// "リクエスト全体の長さ: 約 15000 文字"; what is longer is answered with 400 and no XML (not documented).
const LONGEST: usize = 15_000;

/// Items in one write ("Request 制限").
const MOST_ITEMS: usize = 200;

pub const TOKEN_HEADER: &str = "x-porters-hrbc-oauth-token";
const VERSION_HEADER: &str = "x-p-connectapi-version";

type Shared = Arc<Mutex<Inside>>;

pub fn router(inside: Shared) -> Router {
    Router::new().fallback(answer).with_state(inside)
}

/// Does what a request asks.
async fn answer(
    State(inside): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return plain(400, "cut off") };
    // "超過すると強制切断": no status, no Retry-After.
    carry_out(&inside, &front::recorded(&parts, &body)).unwrap_or_else(|| connection.break_off())
}

fn form(text: &[u8]) -> Parameters {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Every answer has status 200, also one that refuses.
fn said(xml: String) -> Response {
    ([(CONTENT_TYPE, "application/xml; charset=UTF-8")], xml).into_response()
}

fn plain(status: u16, text: &'static str) -> Response {
    Response::builder().status(status).body(Body::from(text)).expect("a status as HTTP knows it").into_response()
}

/// Does what a request asks; `None` where the caller went too fast.
fn carry_out(inside: &Shared, request: &crm::Request) -> Option<Response> {
    let inside = &mut *inside.lock().expect("no handler panicked");
    let now = inside.now().0;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let (Some(path), query) =
        (path.strip_prefix(super::BASE).and_then(|path| path.strip_prefix('/')), form(query.as_bytes()))
    else {
        return Some(plain(404, "not found"));
    };
    inside.billed += 1;
    let written = std::str::from_utf8(&request.body).unwrap_or_default();
    if path != "attachment" && request.path.chars().count() + written.chars().count() > LONGEST {
        return Some(plain(400, "request too long"));
    }
    let outcome = match (request.method.as_str(), path) {
        ("GET", "oauth") => inside.registered().and_then(|()| inside.auth.code(&query, now)),
        ("POST", "token") => inside.registered().and_then(|()| inside.auth.token(&form(&request.body), now)),
        ("GET" | "POST", _) => {
            let is_read = request.method == "GET";
            if !inside.rate.take(is_read, now) {
                inside.exceeded += 1;
                return None;
            }
            let Some(root) = root_of(path) else { return Some(plain(404, "not found")) };
            let refused =
                |root, Refusal(code, message)| xml::envelope(root, &[("Code", code.to_string()), ("Message", message)]);
            // Whoever is not let in is answered by the system itself (seen in a developer's notes on Code 401).
            if let Err(refusal) = inside.opened(request, path, &query) {
                return Some(said(refused("System", refusal)));
            }
            let answer = if is_read { inside.read(path, &query) } else { inside.write(path, request, written) };
            return Some(said(answer.unwrap_or_else(|refusal| refused(root, refusal))));
        }
        // There is no way to delete ("削除 API は無い").
        _ => return Some(plain(405, "not allowed")),
    };
    let elements =
        outcome.unwrap_or_else(|Refusal(code, message)| vec![("Error", code.to_string()), ("Message", message)]);
    Some(said(xml::envelope("Authentication", &elements)))
}

/// The root element of a path's answers.
fn root_of(path: &str) -> Option<&'static str> {
    match path {
        "partition" => Some("Partition"),
        "user" => Some("User"),
        "field" => Some("Field"),
        "attachment" => Some("Attachment"),
        path => Resource::at(path).map(|resource| resource.name),
    }
}

impl Inside {
    /// Code 406: the caller's computer is not among those that were applied for. What a sign-in is answered with
    /// there is not documented; the number is taken to be the same.
    fn registered(&self) -> Result<(), Refusal> {
        if self.elsewhere { Err(Refusal(406, "IP address restriction".into())) } else { Ok(()) }
    }

    /// Both headers, the rights, and the customer.
    fn opened(&self, request: &crm::Request, path: &str, query: &Parameters) -> Result<(), Refusal> {
        self.registered()?;
        // The latest version is 2; without it what is linked looks different ("HTTP Header").
        if request.header(VERSION_HEADER) != Some("2") {
            return Err(Refusal(146, "version".into()));
        }
        self.auth.check(request.header(TOKEN_HEADER), self.now().0)?;
        let is_read = request.method == "GET";
        let one: &[&str] = match (path, is_read) {
            ("partition", true) => &["partition_r"],
            ("user", true) => &["user_r"],
            ("field", true) => &["field_r"],
            // "Attachment - Read", Scope.
            ("attachment", true) => {
                &["attachment_r", "process_r", "resume_r", "candidate_r", "job_r", "recruiter_r", "client_r"]
            }
            ("attachment", false) => &["attachment_w"],
            (path, true) => Resource::at(path).map_or(&[], |resource| resource.read),
            (path, false) => Resource::at(path).and_then(|r| r.write.as_ref()).map_or(&["none"], std::slice::from_ref),
        };
        if let Some(missing) = one.iter().find(|scope| self.withheld.contains(**scope)) {
            return Err(Refusal(403, format!("{missing} is not granted")));
        }
        // Only "Partition - Read" takes no partition.
        let partition = parameter(query, "partition").and_then(|id| id.parse().ok());
        if path != "partition" && !partition.is_some_and(|id| self.tenant.partitions.contains_key(&id)) {
            return Err(Refusal(404, "partition".into()));
        }
        // The second one belongs to somebody else's data.
        if partition.is_some_and(|id: u64| id != PARTITION) {
            return Err(Refusal(403, "no permission for this partition".into()));
        }
        Ok(())
    }

    fn read(&self, path: &str, query: &Parameters) -> Result<String, Refusal> {
        match path {
            "partition" => self.partitions(query),
            "user" => self.users(query),
            "attachment" => self.attachments(query),
            "field" => self.activity_fields(query),
            path => {
                let asks = |what: &str| query.iter().any(|(_, value)| value.contains(what));
                if (asks(OWN_FIELD) && !self.tenant.has_own_field) || (asks("P_Memo:part") && self.memos_unsearchable) {
                    return Err(Refusal(BAD_VALUE, "field or condition".into()));
                }
                let resource = Resource::at(path).ok_or(Refusal(7, path.to_owned()))?;
                let now = self.now().0;
                let read = Read::parse(resource, query, now)?;
                let shows = now - i64::try_from(self.search_lag.as_millis()).unwrap_or(i64::MAX);
                let there = self.tenant.of(resource).filter(|record| record.registered() <= shows);
                let (found, total) = read.page(there, now);
                let items: Vec<String> =
                    found.into_iter().map(|record| self.tenant.item(resource, &read.fields, record)).collect();
                Ok(xml::page(resource.name, &items, total, read.start))
            }
        }
    }

    /// "Partition - Read": 1 lists all; 0, the one that is signed in to, needs a browser's code.
    fn partitions(&self, query: &Parameters) -> Result<String, Refusal> {
        only(query, &["request_type", "count", "start"])?;
        match parameter(query, "request_type") {
            Some("1") => {}
            Some("0") => return Err(Refusal(403, "request_type=0 needs response_type=code".into())),
            _ => return Err(Refusal(INVALID, "request_type".into())),
        }
        let items: Vec<String> = self
            .tenant
            .partitions
            .iter()
            .map(|(id, name)| xml::text("Partition.P_Id", &id.to_string()) + &xml::text("Partition.P_Name", name))
            .collect();
        Ok(xml::page("Partition", &items, items.len(), 0))
    }

    /// "User - Read": a vocabulary of its own, without conditions.
    fn users(&self, query: &Parameters) -> Result<String, Refusal> {
        only(query, &["partition", "request_type", "user_type", "field", "count", "start"])?;
        // 0 is the app's own user where no person signed in.
        if parameter(query, "request_type") != Some("1") || parameter(query, "user_type") != Some("-1") {
            return Err(Refusal(INVALID, "request_type or user_type".into()));
        }
        let fields: Vec<&str> = parameter(query, "field").unwrap_or("User.P_Id").split(',').collect();
        let (count, start) = paging(query)?;
        let element = |user: &User, field: &str| match field {
            "User.P_Id" => Ok(xml::text(field, &user.id.to_string())),
            "User.P_Name" => Ok(xml::text(field, &user.name)),
            "User.P_Mail" => Ok(xml::text(field, &user.mail)),
            _ => Err(Refusal(BAD_VALUE, field.to_owned())),
        };
        let page = self.tenant.users.iter().skip(start).take(count);
        let items = page.map(|user| fields.iter().map(|field| element(user, field)).collect::<Result<String, _>>());
        let items: Vec<String> = items.collect::<Result<_, _>>()?;
        Ok(xml::page("User", &items, self.tenant.users.len(), start))
    }

    /// "Attachment - Read": `requestType` (0 with the content, 1 without) and `resource` are 必須; there is no field
    /// and no condition.
    fn attachments(&self, query: &Parameters) -> Result<String, Refusal> {
        only(query, &["partition", "requestType", "resource", "resourceId", "id", "count", "start"])?;
        let (count, start) = paging(query)?;
        let number = |name| parameter(query, name).and_then(|text| text.parse::<u64>().ok());
        if parameter(query, "requestType") != Some("1") {
            return Err(Refusal(INVALID, "requestType".into()));
        }
        let resource = number("resource").ok_or(Refusal(INVALID, "resource".into()))?;
        let found = self.tenant.attachments.iter().filter(|(_, file)| {
            u64::from(file.resource) == resource && number("resourceId").is_none_or(|id| id == file.resource_id)
        });
        let items: Vec<String> = found
            .map(|(id, file)| {
                xml::text("Id", &id.to_string())
                    + &xml::text("Resource", &file.resource.to_string())
                    + &xml::text("ResourceId", &file.resource_id.to_string())
                    + &xml::text("ContentType", &file.content_type)
                    + &xml::text("FileName", &file.file_name)
            })
            .collect();
        let page: Vec<String> = items.iter().skip(start).take(count).cloned().collect();
        Ok(xml::page("Attachment", &page, items.len(), start))
    }

    /// "Field - Read": a vocabulary of its own; of the resources only activities are known here.
    fn activity_fields(&self, query: &Parameters) -> Result<String, Refusal> {
        only(query, &["partition", "resource", "active", "count", "start"])?;
        let (count, start) = paging(query)?;
        let activity = Resource::at("activity").ok_or(Refusal(7, "activity".into()))?;
        if parameter(query, "resource") != Some("19") {
            return Err(Refusal(BAD_VALUE, "resource".into()));
        }
        let there = activity.fields.iter().filter(|(name, _)| *name != OWN_FIELD || self.tenant.has_own_field);
        let item = |(name, kind): &(&str, Kind)| {
            let number = |number: Option<String>| number.unwrap_or_default();
            xml::text("Field.P_Alias", &format!("Activity.{name}"))
                + &xml::text("Field.P_Type", &number(kind.field_type().map(|kind| kind.to_string())))
                + &xml::text("Field.P_Max", &number(self.tenant.longest.get(name).map(ToString::to_string)))
        };
        let items: Vec<String> = there.map(item).collect();
        let page: Vec<String> = items.iter().skip(start).take(count).cloned().collect();
        Ok(xml::page("Field", &page, items.len(), start))
    }

    fn write(&mut self, path: &str, request: &crm::Request, body: &str) -> Result<String, Refusal> {
        // Code 103 is also that of a wrong Content-Type; only UTF-8 is taken ("HTTP Header").
        let sent = request.header("content-type").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
        if sent != "application/xml;charset=utf-8" {
            return Err(Refusal(BAD_VALUE, "Content-Type".into()));
        }
        let root = root_of(path).unwrap_or_default();
        let items = xml::items(body, root).ok_or(Refusal(INVALID, "the XML is not that of a write".into()))?;
        if items.len() > MOST_ITEMS {
            return Err(Refusal(102, "too many items".into()));
        }
        let now = self.now().0;
        let results = match (path, Resource::at(path)) {
            ("attachment", _) => {
                items.iter().map(|item| self.tenant.attach(item).map_or_else(|e| (0, e.0), |id| (id, 0))).collect()
            }
            (_, Some(resource)) if resource.write.is_some() => self.tenant.write(resource, &items, now),
            _ => return Err(Refusal(601, "this app may not write here".into())),
        };
        Ok(xml::written(root, &results))
    }
}
