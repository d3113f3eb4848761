//! Which mail files a folder holds.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use otomo_domain::error::MailFault;
use otomo_domain::time::Timestamp;

use super::entry::{Entry, Form};
use super::unreadable;

/// The `.eml` files under `root`, the oldest first.
pub fn loose(root: &Path) -> Result<Vec<Entry>, MailFault> {
    let mut entries = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error: io::Error| unreadable(&folder, &error);
        for item in fs::read_dir(&folder).map_err(failed)? {
            let item = item.map_err(failed)?;
            // A symbolic link is neither a folder nor a file here: it could lead anywhere, or in a circle.
            let kind = item.file_type().map_err(failed)?;
            if kind.is_dir() {
                folders.push(item.path());
            } else if kind.is_file() && is_mail(&item.path()) {
                let name = item.path().strip_prefix(root).unwrap_or(&item.path()).to_string_lossy().into_owned();
                entries.extend(entry(&item, name, Form::Whole).map_err(failed)?);
            }
        }
    }
    entries.sort_unstable();
    Ok(entries)
}

/// The messages of one folder of a Maildir, the oldest first.
pub fn maildir(folder: &Path) -> Result<Vec<Entry>, MailFault> {
    let mut entries = Vec::new();
    for part in ["cur", "new"] {
        let part = folder.join(part);
        let failed = |error: io::Error| unreadable(&part, &error);
        for item in fs::read_dir(&part).map_err(failed)? {
            let item = item.map_err(failed)?;
            let file = item.file_name().to_string_lossy().into_owned();
            if item.file_type().map_err(failed)?.is_file() && !file.starts_with('.') {
                entries.extend(entry(&item, lasting(&file).to_owned(), Form::Flagged).map_err(failed)?);
            }
        }
    }
    entries.sort_unstable();
    // One that was moved from `new` to `cur` meanwhile was seen twice.
    entries.dedup();
    Ok(entries)
}

/// Where a message of a Maildir is now that its flags changed; `None` if it is gone.
pub fn moved(path: &Path) -> io::Result<Option<PathBuf>> {
    let Some((name, folder)) = path.file_name().zip(path.parent().and_then(Path::parent)) else { return Ok(None) };
    let name = name.to_string_lossy();
    for item in fs::read_dir(folder.join("cur"))? {
        let item = item?;
        if lasting(&item.file_name().to_string_lossy()) == lasting(&name) {
            return Ok(Some(item.path()));
        }
    }
    Ok(None)
}

/// The part of a name in a Maildir that does not change with the flags; `;` stands for `:` on Windows.
fn lasting(name: &str) -> &str {
    name.split([':', ';']).next().unwrap_or(name)
}

fn is_mail(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
}

/// `None` if the file went away meanwhile.
fn entry(item: &DirEntry, name: String, form: Form) -> io::Result<Option<Entry>> {
    let metadata = match item.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let since_epoch = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let received_at = Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    let (path, name) = (item.path().into(), name.into());
    Ok(Some(Entry { received_at, path, name, form, start: 0, size: metadata.len() }))
}
