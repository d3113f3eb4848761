//! The files of a mail.
//!
//! Each mail has a folder of its own. There HubSpot knows a file that is sent again and gives back the one it has, and
//! a mail that is taken back can take its files along without asking whom else they belong to.

use std::io;
use std::time::Duration;

use otomo_domain::connector::{Outgoing, OutgoingFile};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::SharedFile;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call};
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

/// Sends the files of a mail; their ids, in its order.
pub async fn upload(api: &Api, mail: &Outgoing<'_>) -> Result<Vec<String>, CrmFault> {
    let mut ids = Vec::new();
    for file in &mail.payload.attachments {
        let chosen = Chosen::open(mail.files, file).map_err(|e| CrmFault::from(&e))?;
        let form = form(mail, file, chosen)?;
        let patience = Duration::from_secs(file.size / SLOWEST);
        ids.push(api.upload::<Uploaded>(form, patience).await?.id);
    }
    Ok(ids)
}

fn form(mail: &Outgoing<'_>, file: &SharedFile, chosen: Chosen) -> Result<Form, CrmFault> {
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
        .text("folderPath", format!("/mail-log/{}", mail.key))
        .text("fileName", file.name.clone())
        .part("file", part))
}

/// Removes files; one that is gone already is gone.
pub async fn remove(api: &Api, ids: &[String]) -> Result<(), CrmFault> {
    for id in ids {
        let answer = api.ask(Call::delete_file(id)).await?;
        if !answer.status.is_success() && answer.status != StatusCode::NOT_FOUND {
            return Err(api.fault(&answer));
        }
    }
    Ok(())
}
