//! The files of a mail.
//!
//! Each rep's share of a mail has a folder of its own. There HubSpot knows a file that is sent again and gives back the
//! one it has, and what is taken back can take its files along without asking whom else they belong to. Nothing outside
//! that folder is ever removed: people attach files to records, too.

use std::io;
use std::time::Duration;

use otomo_domain::connector::{Outgoing, OutgoingFile};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::SharedFile;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::api::{Api, Call};
use super::record::Page;
use crate::chosen::{Chosen, Unsendable};
use crate::http::upload;

/// The slowest line, in bytes a second, over which a file still arrives in time.
const SLOWEST: u64 = 32 << 10;

/// Reads a file to its end, so that one that is damaged stops its mail before anything leaves.
pub async fn prove(file: OutgoingFile<'_>) -> Result<(), CrmFault> {
    let mut chosen = Chosen::open(file.files, file.meta).map_err(|e| CrmFault::from(&e))?;
    let read = tokio::task::spawn_blocking(move || io::copy(&mut chosen, &mut io::sink())).await;
    let broke_off = |e: &dyn std::fmt::Display| CrmFault::new(CrmFaultKind::AttachmentMissing, e.to_string());
    match read {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(e)) => Err(Unsendable::among_causes(&e).map_or_else(|| broke_off(&e), CrmFault::from)),
        Err(e) => Err(broke_off(&e)),
    }
}

#[derive(Deserialize)]
struct Uploaded {
    id: String,
}

/// Sends the files of a mail; their ids, in its order. Where one is refused, those before it do not stay behind, unless
/// they were there `before`.
pub async fn upload(api: &Api, rep: &str, mail: &Outgoing<'_>, before: &[String]) -> Result<Vec<String>, CrmFault> {
    let mut ids = Vec::new();
    for file in &mail.payload.attachments {
        match send(api, rep, mail, file).await {
            Ok(id) => ids.push(id),
            Err(fault) => {
                withdraw(api, rep, mail.key, &ids, before, &fault).await;
                return Err(fault);
            }
        }
    }
    Ok(ids)
}

async fn send(api: &Api, rep: &str, mail: &Outgoing<'_>, file: &SharedFile) -> Result<String, CrmFault> {
    let chosen = Chosen::open(mail.files, file).map_err(|e| CrmFault::from(&e))?;
    let form = form(rep, mail, file, chosen)?;
    Ok(api.upload::<Uploaded>(form, Duration::from_secs(file.size / SLOWEST)).await?.id)
}

/// Removes what was sent for a mail that was then clearly refused. After anything else it may be in use, or is needed
/// again soon. What cannot be removed stays: the mail is refused for its own reason.
pub async fn withdraw(api: &Api, rep: &str, key: MailKey, sent: &[String], before: &[String], fault: &CrmFault) {
    use CrmFaultKind::*;
    if matches!(fault.kind, Transient | Net(_) | RateLimited | OutcomeUnknown | Protocol) {
        return;
    }
    let new: Vec<&String> = sent.iter().filter(|id| !before.contains(id)).collect();
    // Nothing depends on how it ends.
    let _ = remove(api, rep, key, &new).await;
}

/// The names on the way to the folder of a rep's share of a mail.
fn folder(rep: &str, key: MailKey) -> [String; 3] {
    ["mail-log".into(), key.to_string(), rep.to_owned()]
}

fn form(rep: &str, mail: &Outgoing<'_>, file: &SharedFile, chosen: Chosen) -> Result<Form, CrmFault> {
    let options = json!({
        "access": "PRIVATE",
        "duplicateValidationStrategy": "RETURN_EXISTING",
        "duplicateValidationScope": "EXACT_FOLDER",
    });
    let part = Part::stream_with_length(upload::stream(chosen), file.size).file_name(file.name.clone());
    // HubSpot tells the type by the name.
    let part = part.mime_str("application/octet-stream");
    let part = part.map_err(|e| CrmFault::new(CrmFaultKind::Rejected, e.to_string()))?;
    Ok(Form::new()
        .text("options", options.to_string())
        .text("folderPath", format!("/{}", folder(rep, mail.key).join("/")))
        .text("fileName", file.name.clone())
        .part("file", part))
}

#[derive(Deserialize)]
struct Folder {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    id: String,
    parent_folder_id: Option<String>,
}

/// Removes those of these files that lie in the folder of a rep's share of a mail; one that is gone already is gone.
/// `Unsupported` where that folder is not there any more and one of them is: somebody may have moved it.
pub async fn remove(api: &Api, rep: &str, key: MailKey, ids: &[&String]) -> Result<(), CrmFault> {
    if ids.is_empty() {
        return Ok(());
    }
    let Some(own) = own_folder(api, rep, key).await? else { return all_gone(api, ids).await };
    for id in ids {
        let stored: Option<Stored> = read(api, &["files", id]).await?;
        if stored.is_some_and(|file| file.parent_folder_id.as_ref() == Some(&own)) {
            api.delete(Call::delete_file(id)).await?;
        }
    }
    Ok(())
}

async fn all_gone(api: &Api, ids: &[&String]) -> Result<(), CrmFault> {
    for id in ids {
        if read::<Stored>(api, &["files", id]).await?.is_some() {
            return Err(CrmFault::new(CrmFaultKind::Unsupported, "in HubSpot somebody moved the files of the mail"));
        }
    }
    Ok(())
}

/// Removes what is left in the folder of a rep's share of a mail, but these: of a record that somebody removed in HubSpot
/// nobody else knows the files.
pub async fn clear(api: &Api, rep: &str, key: MailKey, but: &[&String]) -> Result<(), CrmFault> {
    let Some(own) = own_folder(api, rep, key).await? else { return Ok(()) };
    let query = [("parentFolderIds", own.as_str()), ("limit", "100")];
    let left: Page<Stored> = api.tell(Call::read_files(&["files", "search"]).query(&query)).await?;
    let in_it = left.results.iter().filter(|file| file.parent_folder_id.as_ref() == Some(&own));
    for file in in_it.filter(|file| !but.contains(&&file.id)) {
        api.delete(Call::delete_file(&file.id)).await?;
    }
    Ok(())
}

/// The number of the folder of a rep's share of a mail.
async fn own_folder(api: &Api, rep: &str, key: MailKey) -> Result<Option<String>, CrmFault> {
    let [top, mail, rep] = folder(rep, key);
    Ok(read::<Folder>(api, &["folders", &top, &mail, &rep]).await?.map(|folder| folder.id))
}

/// Something of the files that may not be there.
async fn read<T: DeserializeOwned>(api: &Api, path: &[&str]) -> Result<Option<T>, CrmFault> {
    let answer = api.ask(Call::read_files(path)).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(None),
        _ => api.told(&answer).map(Some),
    }
}
