//! Which mail files a folder holds.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use otomo_domain::error::MailFault;
use otomo_domain::time::Timestamp;
use sha2::{Digest, Sha256};

use super::unreadable;

/// A mail file as the folder shows it. Entries sort from the oldest to the newest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub modified_at: Timestamp,
    /// From the folder on.
    pub path: PathBuf,
    pub size: u64,
}

/// The mail files under `root`, the oldest first.
pub fn scan(root: &Path) -> Result<Vec<Entry>, MailFault> {
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
                entries.extend(entry(root, &item).map_err(failed)?);
            }
        }
    }
    entries.sort_unstable();
    Ok(entries)
}

/// A number that stands for exactly these files, never 0 (RFC 9051 §2.3.1.1).
pub fn fingerprint(entries: &[Entry]) -> u32 {
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(entry.path.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(entry.modified_at.0.to_be_bytes());
        hash.update(entry.size.to_be_bytes());
    }
    let folded = hash.finalize().iter().fold(0_u32, |folded, byte| folded.rotate_left(8) ^ u32::from(*byte));
    folded.max(1)
}

fn is_mail(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
}

/// `None` if the file went away meanwhile.
fn entry(root: &Path, item: &DirEntry) -> io::Result<Option<Entry>> {
    let metadata = match item.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let path = item.path();
    let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
    let since_epoch = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified_at = Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    Ok(Some(Entry { modified_at, path, size: metadata.len() }))
}
