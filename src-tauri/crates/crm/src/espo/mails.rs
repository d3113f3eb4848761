//! A mail's way into the CRM and out again.
//!
//! It is uploaded as a file, then imported; the CRM finds the record it belongs to by itself, and is put right where the
//! rep chose another. Every mail has a Message-ID, by which the CRM knows it again: an import is never done twice.
//!
//! **What is ours.** One key may serve many reps, so who made a record says too little. What is imported carries a mark of
//! the rep and of what was shared, in a field that the CRM keeps and shows (`mark`). Only a mail with this rep's mark, made
//! by this user, is moved or deleted; one that was there before, be it the CRM's own copy or a colleague's, is linked to and
//! left as it is. An earlier share by this rep, of more or less of the mail, is not this one: it makes way for it.

use std::time::Duration;

use otomo_domain::connector::{Outgoing, RemoteMail, Sought};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde::de::IgnoredAny;
use serde_json::json;

use super::api::{Api, PATIENCE, equals, scope};
use super::email::{EMAIL, Email};
use super::mark::Mark;
use super::upload;
use super::wire::{AlreadyImported, AppUser, List, Made, Parent, Plain};
use crate::http::answer::Silence;

/// The longest Message-ID that the CRM has room for, in characters (`entityDefs/Email.json`).
const LONGEST_MESSAGE_ID: usize = 255;

/// The mail, if it is there. Where the answer about ours got lost, it may not belong to the chosen record yet: then it is
/// put right here.
pub async fn find(api: &Api, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
    let parent = parent(&mail.payload.links)?;
    let Some(email) = lookup(api, mail).await? else { return Ok(None) };
    match whose(api, &email, mail).await? {
        Whose::This => {
            put_right(api, &email, &parent).await?;
            Ok(Some(remote(api, email.id, false)))
        }
        // Sent again, the new share takes its place.
        Whose::Former => Ok(None),
        Whose::Others => Ok(Some(remote(api, email.id, true))),
    }
}

/// The mail, whatever it belongs to, as far as this user may see it.
async fn lookup(api: &Api, mail: Sought<'_>) -> Result<Option<Email>, CrmFault> {
    let query = [("select", EMAIL), ("maxSize", "20")];
    let query = [&equals("messageId", &mail.payload.message_id)[..], &query[..]].concat();
    let found: List<Email> = api.list("Email", &query).await?;
    Ok(found.list.into_iter().find(|email| email.is(mail)))
}

/// By whom a mail came into the CRM.
#[derive(PartialEq, Eq)]
enum Whose {
    /// By this rep, as this very share.
    This,
    /// By this rep, as another share of it.
    Former,
    Others,
}

async fn whose(api: &Api, email: &Email, mail: Sought<'_>) -> Result<Whose, CrmFault> {
    let ours = Mark::of(&api.rep, mail.payload);
    let Some(mark) = email.mark().filter(|mark| mark.is_by_who_shared(&ours)) else { return Ok(Whose::Others) };
    // Whoever mails to the CRM's own mailbox may write a field like the mark.
    let me: AppUser = api.get(&["App", "user"], &[]).await?;
    Ok(match email.created_by_id.as_deref() == Some(me.id()) {
        false => Whose::Others,
        true if mark == ours => Whose::This,
        true => Whose::Former,
    })
}

/// Logs a mail with its files inside.
pub async fn log(api: &Api, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
    let parent = parent(&mail.payload.links)?;
    if let Some(why) = unimportable(&mail.payload.message_id) {
        return Err(CrmFault::new(CrmFaultKind::Rejected, why));
    }
    // Asked before anything is there that would have to be taken back.
    if !is_there(api, &parent).await? {
        return Err(CrmFault::new(CrmFaultKind::NotFound, "the chosen record is not in the CRM any more"));
    }
    let sought = Sought { key: mail.key, payload: mail.payload };
    let file = put(api, &mail).await?;
    let imported = match import(api, &file, sought).await? {
        Imported::Known(id) => match known(api, id, sought).await? {
            Some(remote) => return Ok(remote),
            // The file is used up only by an import that made something (`ImportEmlService`).
            None => import(api, &file, sought).await?,
        },
        now => now,
    };
    let Imported::Now(id) = imported else { return Err(made_way()) };
    let belongs = settled(api, id, sought, &parent).await;
    // It is there; what went wrong afterwards is settled by looking it up.
    belongs.map_err(|fault| CrmFault { kind: CrmFaultKind::OutcomeUnknown, ..fault })
}

/// Why the CRM fails with a Message-ID, however often it is asked.
fn unimportable(message_id: &str) -> Option<&'static str> {
    // It takes its own notices for mail it has seen (`DefaultImporter::processMessageId`).
    let is_notice = message_id.to_lowercase().contains("@espo-system");
    let is_long = message_id.chars().count() > LONGEST_MESSAGE_ID;
    let notice = is_notice.then_some("the CRM does not take in its own notices");
    notice.or(is_long.then_some("the CRM has no room for a Message-ID as long as this one"))
}

/// A mail that was in the CRM before; `None` if it was an earlier share by this rep, which is gone now. A colleague's may
/// not be for this user to look at.
async fn known(api: &Api, id: String, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
    match api.record::<Email>("Email", &id, EMAIL).await? {
        Some(email) if !email.is(mail) => {
            Err(CrmFault::new(CrmFaultKind::Conflict, "another mail has this Message-ID"))
        }
        Some(email) if whose(api, &email, mail).await? == Whose::Former => {
            make_way(api, &email).await?;
            Ok(None)
        }
        _ => Ok(Some(remote(api, id, true))),
    }
}

/// Deletes an earlier share, so that another can take its place.
async fn make_way(api: &Api, email: &Email) -> Result<(), CrmFault> {
    delete(api, email).await.map_err(|fault| match fault.kind {
        // It is this mail that stays; the others need no such right.
        CrmFaultKind::Forbidden => {
            let why = "an earlier share of this mail is in the CRM, and this API user may not delete it";
            CrmFault::new(CrmFaultKind::Conflict, why)
        }
        _ => fault,
    })
}

/// Another import of the same mail came between.
fn made_way() -> CrmFault {
    CrmFault::new(CrmFaultKind::Transient, "an earlier share of this mail came into the CRM meanwhile")
}

/// A mail that was imported now, or by somebody else in the same moment: then the CRM gives both the same.
async fn settled(api: &Api, id: String, mail: Sought<'_>, parent: &Parent<'_>) -> Result<RemoteMail, CrmFault> {
    let email: Option<Email> = api.record("Email", &id, EMAIL).await?;
    let email = email.ok_or_else(|| CrmFault::new(CrmFaultKind::Forbidden, "Email read"))?;
    if email.mark() != Some(Mark::of(&api.rep, mail.payload)) {
        return known(api, id, mail).await?.ok_or_else(made_way);
    }
    put_right(api, &email, parent).await?;
    Ok(remote(api, id, false))
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

async fn is_there(api: &Api, parent: &Parent<'_>) -> Result<bool, CrmFault> {
    Ok(api.record::<Plain>(parent.parent_type, parent.parent_id, "id").await?.is_some())
}

/// Uploads the mail as a file; its id. One that is never imported is swept away by the CRM.
async fn put(api: &Api, mail: &Outgoing<'_>) -> Result<String, CrmFault> {
    let mark = Mark::of(&api.rep, mail.payload);
    let (body, length) = upload::body(mark, mail.payload, mail.files).await?;
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

/// The id of a mail that was made of a file, or that was there.
enum Imported {
    Now(String),
    Known(String),
}

/// Makes a mail of an uploaded file.
async fn import(api: &Api, file: &str, mail: Sought<'_>) -> Result<Imported, CrmFault> {
    let request = api.request(Method::POST, &["Email", "importEml"], &[]).json(&json!({"fileId": file}));
    let answer = api.ask(request, Silence::LeavesOpen, PATIENCE * 3).await?;
    let open = |fault: CrmFault| CrmFault { kind: CrmFaultKind::OutcomeUnknown, ..fault };
    match answer.status {
        StatusCode::OK => Ok(Imported::Now(answer.json::<Made>().map_err(open)?.id)),
        StatusCode::CONFLICT => match answer.json::<AlreadyImported>() {
            Ok(known) => Ok(Imported::Known(known.id())),
            Err(_) => Err(api.fault(&answer)),
        },
        StatusCode::INTERNAL_SERVER_ERROR => {
            let fault = api.fault(&answer);
            // It may give up before it made the mail, or in the middle of it.
            let refused = fault.kind == CrmFaultKind::Rejected && matches!(lookup(api, mail).await, Ok(None));
            Err(if refused { fault } else { open(fault) })
        }
        _ => Err(api.fault(&answer)),
    }
}

/// Moves a mail of ours to the chosen record. Where the CRM won't have it there, it stays where the CRM put it: it is
/// logged all the same.
async fn put_right(api: &Api, email: &Email, parent: &Parent<'_>) -> Result<(), CrmFault> {
    let Err(fault) = move_to(api, email, parent).await else { return Ok(()) };
    let stays = match fault.kind {
        CrmFaultKind::NotFound | CrmFaultKind::Conflict | CrmFaultKind::Rejected => true,
        // A record that is gone is refused like a right that is missing.
        CrmFaultKind::Forbidden => !is_there(api, parent).await?,
        _ => false,
    };
    if stays { Ok(()) } else { Err(fault) }
}

/// Moves a mail to a record, unless it belongs there.
async fn move_to(api: &Api, email: &Email, parent: &Parent<'_>) -> Result<(), CrmFault> {
    if email.belongs_to(parent) {
        return Ok(());
    }
    let request = api.request(Method::PUT, &["Email", &email.id], &[]).json(parent);
    let answer = api.ask(request, Silence::Harmless, PATIENCE).await?;
    match answer.status {
        StatusCode::OK if answer.json::<Email>()?.belongs_to(parent) => Ok(()),
        StatusCode::OK => Err(CrmFault::new(CrmFaultKind::Protocol, "the mail was not moved")),
        _ => Err(api.fault(&answer)),
    }
}

fn not_ours() -> CrmFault {
    CrmFault::new(CrmFaultKind::Rejected, "the mail was put into the CRM by somebody else")
}

/// Moves a logged mail to another record.
pub async fn relink(api: &Api, mail: Sought<'_>, links: &[RecordRef]) -> Result<(), CrmFault> {
    let parent = parent(links)?;
    if !is_there(api, &parent).await? {
        return Err(CrmFault::new(CrmFaultKind::NotFound, "the chosen record is not in the CRM any more"));
    }
    let email = lookup(api, mail).await?;
    let email = email.ok_or_else(|| CrmFault::new(CrmFaultKind::NotFound, "the mail is not in the CRM any more"))?;
    if whose(api, &email, mail).await? == Whose::Others {
        return Err(not_ours());
    }
    move_to(api, &email, &parent).await
}

/// Takes a mail back.
pub async fn unlog(api: &Api, mail: Sought<'_>, logged: &RemoteMail) -> Result<(), CrmFault> {
    match lookup(api, mail).await? {
        Some(email) if whose(api, &email, mail).await? == Whose::Others => Err(not_ours()),
        Some(email) => delete(api, &email).await,
        None if logged.already_known => Err(not_ours()),
        None => is_gone(api, &logged.id).await,
    }
}

async fn delete(api: &Api, email: &Email) -> Result<(), CrmFault> {
    let answer = api.ask(api.request(Method::DELETE, &["Email", &email.id], &[]), Silence::Harmless, PATIENCE).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(()),
        // A page for people is no word that the mail is gone.
        StatusCode::OK => answer.json::<IgnoredAny>().map(drop),
        _ => Err(api.fault(&answer)),
    }
}

/// A mail that a list does not show may be there all the same: hidden from this user, or changed by somebody.
async fn is_gone(api: &Api, id: &str) -> Result<(), CrmFault> {
    let answer = api.ask(api.request(Method::GET, &["Email", id], &[]), Silence::Harmless, PATIENCE).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(()),
        StatusCode::OK => Err(CrmFault::new(CrmFaultKind::Rejected, "the mail was changed in the CRM")),
        _ => Err(api.fault(&answer)),
    }
}

fn remote(api: &Api, id: String, already_known: bool) -> RemoteMail {
    RemoteMail { url: Some(api.page("Email", &id)), id, already_known }
}
