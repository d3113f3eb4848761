//! Logging a mail once, finding it, linking it to other records, taking it back.

use otomo_domain::connector::{Outgoing, RemoteMail, Sought};
use otomo_domain::contact::RecordRef;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::account::Account;
use super::api::{Api, Call};
use super::mark::Mark;
use super::record::Record;
use super::seek::{self, EMAILS, Logged};
use super::{email, file, links};
use crate::http::answer::Answer;

/// The calls that logging a mail takes, beside those for its files and its links: two searches, two readings, the texts
/// of those that may be it, and the mail.
const CALLS: usize = 7;

/// The mail: the one that stays, should there be several.
pub async fn find(api: &Api, account: &Account, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
    let found = same(seek::all(api, mail, None).await?, mail);
    let Some(stays) = settle(api, account, mail, found).await else { return Ok(None) };
    if stays.is_own(account) {
        let mark = Mark::new(mail.key, &account.rep, mail.payload);
        // Shared again, the new share takes the place of an earlier one.
        if !stays.mark.as_ref().is_some_and(|found| found.is_same_share(&mark)) {
            return Ok(None);
        }
        put_right(api, &stays, &mail.payload.links).await?;
    }
    Ok(Some(stays.remote(account, &mail.payload.links, true)))
}

/// An exchange may have broken off before the links were there. Where one of the records is gone the mail is logged all
/// the same.
async fn put_right(api: &Api, own: &Logged, links: &[RecordRef]) -> Result<(), CrmFault> {
    match links::add(api, &own.id.to_string(), links).await {
        Err(fault) if fault.kind == CrmFaultKind::NotFound => Ok(()),
        added => added,
    }
}

/// Those that are this mail, not another one that came under its Message-ID.
fn same(found: Vec<Logged>, mail: Sought<'_>) -> Vec<Logged> {
    found.into_iter().filter(|logged| logged.is_same(mail.payload)).collect()
}

/// Of the records of a mail that were made at one moment the one with the lowest id stays; everybody removes their own.
/// What cannot be removed now is removed when the mail is touched again, and stands for the rep's until then.
async fn settle(api: &Api, account: &Account, mail: Sought<'_>, found: Vec<Logged>) -> Option<Logged> {
    let mut found = found.into_iter();
    let mut stays = found.next()?;
    for double in found.filter(|logged| logged.is_own(account)) {
        let removed = remove(api, account, mail, &double, &stays.files).await;
        if removed.is_err() && !stays.is_own(account) {
            stays = double;
        }
    }
    Some(stays)
}

/// Logs a mail, or brings the rep's own record of it up to date. What somebody else logged is left as it is.
pub async fn log(api: &Api, account: &Account, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
    let associations = email::associations(&mail.payload.links)?;
    api.room(CALLS + 2 * (mail.payload.attachments.len() + mail.payload.links.len()))?;
    let sought = Sought { key: mail.key, payload: mail.payload };
    let known = seek::all(api, sought, None).await?;
    let is_taken = !known.is_empty();
    let Some(stays) = settle(api, account, sought, same(known, sought)).await else {
        if is_taken {
            return Err(CrmFault::new(CrmFaultKind::Conflict, "HubSpot has another mail with this Message-ID"));
        }
        return create(api, account, mail, associations).await;
    };
    if stays.is_own(account) {
        replace(api, account, &mail, &stays).await?;
    }
    Ok(stays.remote(account, &mail.payload.links, true))
}

async fn create(
    api: &Api,
    account: &Account,
    mail: Outgoing<'_>,
    associations: Vec<Value>,
) -> Result<RemoteMail, CrmFault> {
    let files = file::upload(api, &account.rep, &mail, &[]).await?;
    let mark = Mark::new(mail.key, &account.rep, mail.payload);
    let properties = email::properties(mail.payload, account, &mark, &files);
    let body = json!({"properties": properties, "associations": associations});
    let made = match api.ask(Call::post(&[EMAILS], body).leaving_open()).await {
        Ok(answer) => made(api, &answer),
        Err(fault) => Err(fault),
    };
    let made = match made {
        Ok(made) => made,
        Err(fault) => {
            file::withdraw(api, &account.rep, mail.key, &files, &[], &fault).await;
            return Err(fault);
        }
    };
    Ok(after(api, account, Sought { key: mail.key, payload: mail.payload }, made).await)
}

/// The number of the record that was made, out of the answer to the request that makes one.
fn made(api: &Api, answer: &Answer) -> Result<String, CrmFault> {
    let unknown = |fault: CrmFault| CrmFault { kind: CrmFaultKind::OutcomeUnknown, ..fault };
    match answer.status {
        // It says that it was done, whether or not in a way that can be read.
        status if status.is_success() => match answer.json::<Record>() {
            Ok(Record { id, .. }) if id.parse::<u64>().is_ok() => Ok(id),
            Ok(_) => Err(CrmFault::new(CrmFaultKind::OutcomeUnknown, "the answer names no record")),
            Err(fault) => Err(unknown(fault)),
        },
        // "Pause and try again" is all that is said of these: nothing promises that nothing was made. 423 and 477 are
        // said before anything is done.
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Err(unknown(api.fault(answer))),
        _ => Err(api.fault(answer)),
    }
}

/// What a mail is logged as, now that a record of it was made. Whatever goes wrong here, it is logged.
async fn after(api: &Api, account: &Account, mail: Sought<'_>, made: String) -> RemoteMail {
    let new = RemoteMail { url: account.page_of_mail(&mail.payload.links, &made), id: made, already_known: false };
    let found = seek::candidates(api, mail, Some(&new.id)).await.unwrap_or_default();
    let is_new = |logged: &Logged| logged.id.to_string() == new.id;
    if found.iter().all(is_new) {
        return new;
    }
    let found = seek::with_marks(api, mail.key, found).await.unwrap_or_default();
    let is_known = found.iter().any(|logged| is_new(logged) && logged.is_own(account));
    match settle(api, account, mail, same(found, mail)).await {
        Some(stays) if is_known && !is_new(&stays) => stays.remote(account, &mail.payload.links, true),
        _ => new,
    }
}

/// Whether a mail is there.
async fn exists(api: &Api, id: &str) -> Result<bool, CrmFault> {
    if id.parse::<u64>().is_err() {
        return Ok(false);
    }
    let answer = api.ask(Call::read(&[EMAILS, id])).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(false),
        status if status.is_success() => Ok(true),
        _ => Err(api.fault(&answer)),
    }
}

/// Puts what is shared now in the place of what was shared before. Links go before and come after the text, so that a
/// breakdown between the steps leaves nothing where it does not belong, and the next try ends what is left.
async fn replace(api: &Api, account: &Account, mail: &Outgoing<'_>, before: &Logged) -> Result<(), CrmFault> {
    let files = file::upload(api, &account.rep, mail, &before.files).await?;
    let mark = Mark::new(mail.key, &account.rep, mail.payload);
    let properties = email::properties(mail.payload, account, &mark, &files);
    if let Err(fault) = exchange(api, before, &mail.payload.links, properties).await {
        file::withdraw(api, &account.rep, mail.key, &files, &before.files, &fault).await;
        return Err(fault);
    }
    let no_longer: Vec<&String> = before.files.iter().filter(|id| !files.contains(id)).collect();
    match file::remove(api, &account.rep, mail.key, &no_longer).await {
        // The record names them no more, and they lie where somebody wanted them.
        Err(fault) if fault.kind == CrmFaultKind::Unsupported => Ok(()),
        removed => removed,
    }
}

async fn exchange(api: &Api, before: &Logged, now: &[RecordRef], properties: Value) -> Result<(), CrmFault> {
    let id = before.id.to_string();
    let linked = before.mark.as_ref().map(|mark| mark.links.as_slice()).unwrap_or_default();
    links::remove(api, &id, linked, now).await?;
    api.tell::<Record>(Call::patch(&[EMAILS, &id], json!({"properties": properties}))).await?;
    links::add(api, &id, now).await
}

/// Links the rep's own record to these records in place of those that it was linked to.
pub async fn relink(
    api: &Api,
    account: &Account,
    mail: Sought<'_>,
    remote: &RemoteMail,
    now: &[RecordRef],
) -> Result<(), CrmFault> {
    // Refuses what mail cannot be linked to, before anything is taken away.
    email::associations(now)?;
    api.room(CALLS + 2 * now.len())?;
    let found = seek::one(api, mail, &remote.id).await?;
    let Some(own) = found.filter(|logged| logged.is_own(account)) else {
        return Err(match exists(api, &remote.id).await? {
            true => somebody_elses(),
            false => CrmFault::new(CrmFaultKind::NotFound, "the mail is not in HubSpot any more"),
        });
    };
    let text = own.mark.as_ref().map(|mark| mark.linked_to(now).instead(&own.text));
    exchange(api, &own, now, json!({"hs_email_text": text})).await
}

fn somebody_elses() -> CrmFault {
    CrmFault::new(CrmFaultKind::Unsupported, "in HubSpot the mail belongs to somebody else")
}

/// Takes the rep's own records back, into the recycle bin, and their files. What somebody else logged stays, and so does
/// what was given to somebody else; the rep is told.
pub async fn unlog(api: &Api, account: &Account, mail: Sought<'_>, remote: &RemoteMail) -> Result<(), CrmFault> {
    let found = seek::all(api, mail, Some(&remote.id)).await?;
    let is_remote = |logged: &Logged| logged.id.to_string() == remote.id;
    let own = found.iter().filter(|logged| logged.is_own(account));
    let mut is_gone = false;
    for own in own.filter(|logged| is_remote(logged) || logged.is_same(mail.payload)) {
        remove(api, account, mail, own, &[]).await?;
        is_gone |= is_remote(own);
    }
    if !is_gone && exists(api, &remote.id).await? {
        return Err(somebody_elses());
    }
    let others = found.iter().filter(|logged| !logged.is_same(mail.payload) && logged.is_own(account));
    file::clear(api, &account.rep, mail.key, &others.flat_map(|other| &other.files).collect::<Vec<_>>()).await
}

/// Removes a record of the rep's, and its files but these. Files first: without the record nobody would know of them.
async fn remove(api: &Api, account: &Account, mail: Sought<'_>, own: &Logged, but: &[String]) -> Result<(), CrmFault> {
    let files: Vec<&String> = own.files.iter().filter(|id| !but.contains(id)).collect();
    file::remove(api, &account.rep, mail.key, &files).await?;
    api.delete(Call::delete(&[EMAILS, &own.id.to_string()])).await
}
