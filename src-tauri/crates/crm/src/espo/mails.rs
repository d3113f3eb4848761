//! A mail's way into the CRM and out again.
//!
//! It is uploaded as a file, then imported; the CRM finds the record it belongs to by itself, and is put right where the
//! rep chose another. Every mail has a Message-ID, by which the CRM knows it again: an import is never done twice. A mail
//! counts as logged when it is there *and* belongs to the chosen record, so that an answer which got lost between the two
//! is settled by doing it again.

use std::time::Duration;

use otomo_domain::connector::{Outgoing, RemoteMail, Sought};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde::de::IgnoredAny;
use serde_json::json;

use super::api::{Api, PATIENCE, equals, scope};
use super::upload;
use super::wire::{AlreadyImported, AppUser, EMAIL, Email, List, Made, Parent, Plain};
use crate::http::answer::Silence;

/// The mail, if it is there and belongs to the chosen record.
pub async fn find(api: &Api, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
    let parent = parent(&mail.payload.links)?;
    let known = lookup(api, mail).await?.filter(|email| email.belongs_to(&parent));
    Ok(known.map(|email| remote(api, email.id, true)))
}

/// The mail, whatever it belongs to, as far as this user may see it.
async fn lookup(api: &Api, mail: Sought<'_>) -> Result<Option<Email>, CrmFault> {
    let query = [("select", EMAIL), ("maxSize", "20")];
    let query = [&equals("messageId", &mail.payload.message_id)[..], &query[..]].concat();
    let found: List<Email> = api.list("Email", &query).await?;
    let same = |email: &Email| email.is(mail.key) && email.was_sent_with(mail.payload);
    Ok(found.list.into_iter().find(same))
}

/// Logs a mail with its files inside.
pub async fn log(api: &Api, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
    let parent = parent(&mail.payload.links)?;
    // The CRM takes its own notices for mail it has seen, and fails (`DefaultImporter::processMessageId`).
    if mail.payload.message_id.to_lowercase().contains("@espo-system") {
        return Err(CrmFault::new(CrmFaultKind::Rejected, "the CRM does not take in its own notices"));
    }
    // Asked before anything is there that would have to be taken back.
    if api.record::<Plain>(parent.parent_type, parent.parent_id, "id").await?.is_none() {
        return Err(CrmFault::new(CrmFaultKind::NotFound, "the chosen record is not in the CRM any more"));
    }
    let file = put(api, &mail).await?;
    let (id, already_known) = import(api, &file).await?;
    let Some(email) = read(api, &id, already_known).await? else { return Ok(remote(api, id, true)) };
    if !email.is(mail.key) || !email.was_sent_with(mail.payload) {
        return Err(CrmFault::new(CrmFaultKind::Conflict, "another mail has this Message-ID"));
    }
    if !email.belongs_to(&parent) {
        put_right(api, &id, &parent, already_known).await?;
    }
    Ok(remote(api, id, already_known))
}

/// The record that a mail belongs to; the CRM knows one. Of several it is a deal: people and companies are shown the mail
/// by their addresses anyway.
fn parent(links: &[RecordRef]) -> Result<Parent<'_>, CrmFault> {
    let possible = |link: &&RecordRef| scope(link.kind).is_some();
    let deal = links.iter().find(|link| link.kind == RecordType::Deal);
    let chosen = deal.or_else(|| links.iter().find(possible));
    let parent = chosen.and_then(|link| Some(Parent { parent_id: &link.id, parent_type: scope(link.kind)? }));
    parent.ok_or_else(|| CrmFault::new(CrmFaultKind::Rejected, "mail cannot belong to any of the chosen records"))
}

/// Uploads the mail as a file; its id. One that is never imported is swept away by the CRM.
async fn put(api: &Api, mail: &Outgoing<'_>) -> Result<String, CrmFault> {
    let (body, length) = upload::body(mail.payload, mail.files).await?;
    let request = api
        .request(Method::POST, &["Attachment"], &[])
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, length)
        .body(body);
    // Time for sending it over a slow line.
    let wait = PATIENCE + Duration::from_secs(length / (32 << 10));
    let answer = api.ask(request, Silence::Harmless, wait).await?;
    if answer.status.is_success() { Ok(answer.json::<Made>()?.id) } else { Err(api.fault(&answer)) }
}

/// Makes a mail of an uploaded file; its id, and whether the CRM had it.
async fn import(api: &Api, file: &str) -> Result<(String, bool), CrmFault> {
    let request = api.request(Method::POST, &["Email", "importEml"], &[]).json(&json!({"fileId": file}));
    let answer = api.ask(request, Silence::LeavesOpen, PATIENCE * 3).await?;
    let open = |fault: CrmFault| CrmFault::new(CrmFaultKind::OutcomeUnknown, fault.detail);
    match answer.status {
        StatusCode::OK => Ok((answer.json::<Made>().map_err(open)?.id, false)),
        StatusCode::CONFLICT => match answer.json::<AlreadyImported>() {
            Ok(known) => Ok((known.id(), true)),
            Err(_) => Err(api.fault(&answer)),
        },
        _ => Err(api.fault(&answer)),
    }
}

/// What the CRM made of a mail. One that was there already may be a colleague's, which this user may not look at: then it
/// is left as it is.
async fn read(api: &Api, id: &str, already_known: bool) -> Result<Option<Email>, CrmFault> {
    match api.record("Email", id, EMAIL).await? {
        None if !already_known => Err(CrmFault::new(CrmFaultKind::Forbidden, "Email read")),
        email => Ok(email),
    }
}

/// Moves a mail to the chosen record; one that was there already stays where it is if this user may not touch it.
async fn put_right(api: &Api, id: &str, parent: &Parent<'_>, already_known: bool) -> Result<(), CrmFault> {
    let request = api.request(Method::PUT, &["Email", id], &[]).json(parent);
    let answer = api.ask(request, Silence::LeavesOpen, PATIENCE).await?;
    match answer.status {
        StatusCode::OK if answer.json::<Email>().is_ok_and(|email| email.belongs_to(parent)) => Ok(()),
        StatusCode::OK => Err(CrmFault::new(CrmFaultKind::OutcomeUnknown, "the mail may not have been moved")),
        StatusCode::FORBIDDEN if already_known => Ok(()),
        _ => Err(api.fault(&answer)),
    }
}

/// Takes a mail back. Only what came in by this user's key: a mail that the CRM fetched itself, or a colleague's, is not
/// ours to delete.
pub async fn unlog(api: &Api, mail: Sought<'_>) -> Result<(), CrmFault> {
    let Some(email) = lookup(api, mail).await? else { return Ok(()) };
    let me: AppUser = api.get(&["App", "user"], &[]).await?;
    if email.created_by_id.as_deref() != Some(me.id()) {
        return Err(CrmFault::new(CrmFaultKind::Rejected, "the mail was put into the CRM by somebody else"));
    }
    let answer = api.ask(api.request(Method::DELETE, &["Email", &email.id], &[]), Silence::Harmless, PATIENCE).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(()),
        // A page for people is no word that the mail is gone.
        StatusCode::OK => answer.json::<IgnoredAny>().map(drop),
        _ => Err(api.fault(&answer)),
    }
}

fn remote(api: &Api, id: String, already_known: bool) -> RemoteMail {
    RemoteMail { url: Some(api.page("Email", &id)), id, already_known }
}
