//! Files: taken up as a form, in the version of the API that still has a plain upload.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::portal::File;
use super::refusal::Refusal;
use super::routes::{Shared, with};

/// What a form says.
#[derive(Default)]
struct Form {
    bytes: Option<Bytes>,
    name: Option<String>,
    folder: Option<String>,
    options: Option<Value>,
}

/// `access` is required, and one of folderId and folderPath.
pub async fn upload(State(inside): State<Shared>, multipart: Multipart) -> Result<(StatusCode, Json<Value>), Refusal> {
    let form = read(multipart).await?;
    let options = form.options.ok_or_else(|| Refusal::invalid("options is missing"))?;
    let option = |name: &str| options[name].as_str().unwrap_or_default().to_owned();
    if !["PRIVATE", "HIDDEN_PRIVATE", "PUBLIC_INDEXABLE", "PUBLIC_NOT_INDEXABLE"].contains(&option("access").as_str()) {
        return Err(Refusal::invalid("options.access is missing"));
    }
    let strategy = option("duplicateValidationStrategy");
    if !["", "NONE", "REJECT", "RETURN_EXISTING"].contains(&strategy.as_str()) {
        return Err(Refusal::invalid("options.duplicateValidationStrategy is not known"));
    }
    let folder = form.folder.ok_or_else(|| Refusal::invalid("one of folderId and folderPath is required"))?;
    let bytes = form.bytes.ok_or_else(|| Refusal::invalid("file is missing"))?;
    let file = File { name: form.name.unwrap_or_default(), folder, access: option("access"), bytes };
    let in_folder = option("duplicateValidationScope") == "EXACT_FOLDER";
    let id = with(&inside, |portal| portal.upload(file, in_folder && strategy == "RETURN_EXISTING"));
    Ok((StatusCode::CREATED, Json(json!({"id": id.to_string(), "access": options["access"]}))))
}

async fn read(mut multipart: Multipart) -> Result<Form, Refusal> {
    let cut_off = |_| Refusal::invalid("the form is cut off");
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(cut_off)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => form.bytes = Some(field.bytes().await.map_err(cut_off)?),
            "fileName" => form.name = Some(field.text().await.map_err(cut_off)?),
            "folderPath" => form.folder = Some(field.text().await.map_err(cut_off)?),
            "options" => {
                let text = field.text().await.map_err(cut_off)?;
                form.options = Some(serde_json::from_str(&text).map_err(|_| Refusal::invalid("options is not JSON"))?);
            }
            other => return Err(Refusal::invalid(format!("{other} is no part of an upload"))),
        }
    }
    Ok(form)
}

/// What is told of a file; `parentFolderId` is the folder it lies in [published description 2026-03].
pub async fn details(State(inside): State<Shared>, Path(id): Path<u64>) -> Result<Json<Value>, Refusal> {
    with(&inside, |portal| {
        let file = portal.files.get(&id).cloned().ok_or_else(|| Refusal::not_found("no such file"))?;
        let folder = portal.folder(&file.folder);
        Ok(Json(shown(id, folder, &file)))
    })
}

fn shown(id: u64, folder: u64, file: &File) -> Value {
    json!({"id": id.to_string(), "name": file.name, "parentFolderId": folder.to_string()})
}

/// A folder by its path, which stands in the address without its first slash.
pub async fn folder(State(inside): State<Shared>, Path(path): Path<String>) -> Result<Json<Value>, Refusal> {
    let id = with(&inside, |portal| portal.folder_at(&format!("/{path}")))?;
    Ok(Json(json!({"id": id.to_string(), "path": format!("/{path}")})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchQuery {
    limit: usize,
    parent_folder_ids: Option<u64>,
}

pub async fn search(State(inside): State<Shared>, Query(query): Query<SearchQuery>) -> Json<Value> {
    let results: Vec<Value> = with(&inside, |portal| {
        let files: Vec<(u64, File)> = portal.files.iter().map(|(id, file)| (*id, file.clone())).collect();
        let placed = files.into_iter().map(|(id, file)| (id, portal.folder(&file.folder), file));
        let asked_for = placed.filter(|(_, folder, _)| query.parent_folder_ids.is_none_or(|asked| asked == *folder));
        let shown = |(id, folder, file): (u64, u64, File)| shown(id, folder, &file);
        asked_for.take(query.limit).map(shown).collect()
    });
    Json(json!({"results": results}))
}

pub async fn remove(State(inside): State<Shared>, Path(id): Path<u64>) -> Result<StatusCode, Refusal> {
    let removed = with(&inside, |portal| portal.files.remove(&id));
    removed.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| Refusal::not_found("no such file"))
}
