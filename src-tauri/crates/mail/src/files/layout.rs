//! What kind of mail files there are, and what folders they have.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use otomo_domain::error::MailFault;
use otomo_domain::sync::{Folder, FolderRole};

use super::unreadable;
use crate::role;

/// The name of the folder that every kind has.
pub const INBOX: &str = "INBOX";

/// How mail lies under a path.
#[derive(Clone, Debug)]
pub enum Layout {
    /// `.eml` files, in subfolders too: all of it is one folder.
    Loose(PathBuf),
    /// A directory with `cur` and `new` (<https://cr.yp.to/proto/maildir.html>); beside them folders whose names begin with
    /// a dot (Maildir++).
    Maildir(PathBuf),
    /// A file with many mails (RFC 4155).
    Mbox(PathBuf),
}

impl Layout {
    pub fn of(path: PathBuf) -> Result<Self, MailFault> {
        let metadata = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if metadata.is_file() {
            return Ok(Self::Mbox(path));
        }
        fs::read_dir(&path).map_err(|error| unreadable(&path, &error))?;
        Ok(if is_maildir(&path) { Self::Maildir(path) } else { Self::Loose(path) })
    }

    pub fn folders(&self) -> Result<Vec<Folder>, MailFault> {
        let mut folders = vec![Folder { name: INBOX.into(), role: FolderRole::Inbox }];
        if let Self::Maildir(root) = self {
            let mut names = subfolders(root).map_err(|error| unreadable(root, &error))?;
            names.sort_unstable();
            folders.extend(names.into_iter().map(|name| Folder { role: role::by_name(&name, Some('.')), name }));
        }
        Ok(folders)
    }
}

/// The directory of a folder of a Maildir.
pub fn subfolder(root: &Path, name: &str) -> PathBuf {
    if name == INBOX { root.to_owned() } else { root.join(format!(".{name}")) }
}

fn is_maildir(path: &Path) -> bool {
    ["cur", "new"].iter().all(|part| fs::symlink_metadata(path.join(part)).is_ok_and(|found| found.is_dir()))
}

fn subfolders(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for item in fs::read_dir(root)? {
        let item = item?;
        // A symbolic link is no folder here: it could lead anywhere.
        let name = item.file_name().to_str().and_then(|name| name.strip_prefix('.')).map(str::to_owned);
        if let Some(name) = name
            && !name.is_empty()
            && name != INBOX
            && item.file_type()?.is_dir()
            && is_maildir(&item.path())
        {
            names.push(name);
        }
    }
    Ok(names)
}
