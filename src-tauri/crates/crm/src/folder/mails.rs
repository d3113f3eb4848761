//! The mails in the folder, written so that a crash at any moment leaves each of them logged or not logged.
//!
//! Both files are written in full beside their place and synced before the first is renamed into it, and each rename is
//! made durable by syncing the directory. A mail counts from the moment its `.json` has its name; it stops to count
//! before anything else of it is changed or removed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use otomo_domain::connector::Files;
use otomo_domain::contact::RecordRef;
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::{Frozen, Payload};
use tempfile::NamedTempFile;

use super::contacts::present;
use super::index::Index;
use super::unusable;
use crate::chosen::Unsendable;

/// The largest `.json` that is read back; no mail Otomo takes in gives more.
const LARGEST_PAYLOAD: u64 = 64 << 20;

/// What lies in the folder, for whoever opens it.
const README: &str = include_str!("readme.txt");

pub struct MailFolder {
    root: PathBuf,
    /// The finished files.
    mails: PathBuf,
    /// Files that are not finished.
    parts: PathBuf,
}

impl MailFolder {
    pub fn new(root: &Path) -> Self {
        let mails = root.join("mail");
        Self { root: root.to_owned(), parts: mails.join(".part"), mails }
    }

    /// Whether mail can be written here. Leaves nothing behind.
    pub fn probe(&self) -> Result<(), CrmFault> {
        present(&self.root)?;
        let dir = if self.mails.is_dir() { &self.mails } else { &self.root };
        tempfile::tempfile_in(dir).map_err(|e| fault(dir, e)).map(drop)
    }

    /// The payload logged under this key.
    pub fn find(&self, key: MailKey) -> Result<Option<(Frozen, Payload)>, CrmFault> {
        present(&self.root)?;
        let path = self.json(key);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(LARGEST_PAYLOAD).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Frozen::open(&bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(fault(&path, e)),
        }
    }

    /// Logs a mail; true if the folder had its key already. A mail shared anew takes the place of its former self.
    pub fn write(&self, key: MailKey, frozen: &Frozen, payload: &Payload, files: &dyn Files) -> Result<bool, CrmFault> {
        let former = self.find(key)?;
        let already_known = former.is_some();
        match former {
            Some((same, _)) if same.bytes == frozen.bytes => {
                self.note(key);
                return Ok(true);
            }
            Some((_, other)) if (&other.message_id, &other.date) != (&payload.message_id, &payload.date) => {
                return Err(CrmFault::new(CrmFaultKind::Conflict, "another mail lies under this key"));
            }
            _ => self.prepare()?,
        }
        let eml = self.part(&key.to_string(), |out| otomo_mime::compose(payload, files, out))?;
        let json = self.part(&key.to_string(), |out| out.write_all(&frozen.bytes))?;
        self.delete(&self.json(key))?;
        self.finish(eml, &self.eml(key))?;
        self.finish(json, &self.json(key))?;
        self.note(key);
        Ok(already_known)
    }

    /// Exchanges the records of a logged mail. It stays logged meanwhile.
    pub fn relink(&self, key: MailKey, links: Vec<RecordRef>) -> Result<(), CrmFault> {
        let known = self.find(key)?.ok_or_else(|| CrmFault::new(CrmFaultKind::NotFound, "the mail is not here"));
        let frozen = Payload { links, ..known?.1 }.freeze();
        self.prepare()?;
        let json = self.part(&key.to_string(), |out| out.write_all(&frozen.bytes))?;
        self.finish(json, &self.json(key))?;
        self.note(key);
        Ok(())
    }

    /// Takes a mail back, and what an interrupted attempt may have left of it.
    pub fn remove(&self, key: MailKey) -> Result<(), CrmFault> {
        present(&self.root)?;
        self.delete(&self.json(key))?;
        self.delete(&self.eml(key))?;
        let leftover =
            |name: &Path| name.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&key.to_string()));
        let parts = fs::read_dir(&self.parts).into_iter().flatten().flatten().map(|entry| entry.path());
        parts.filter(|path| leftover(path)).try_for_each(|path| self.delete(&path))?;
        if self.mails.is_dir() {
            self.note(key);
        }
        Ok(())
    }

    /// Brings the index in line with the mails; `changed` is read anew. A mail is logged without it: one that can't be
    /// written now, for it is open in a spreadsheet, is written with the next mail.
    fn note(&self, changed: MailKey) {
        if let Err(fault) = self.try_to_note(changed) {
            tracing::warn!(%fault, "the index of the folder could not be written");
        }
    }

    fn try_to_note(&self, changed: MailKey) -> Result<(), CrmFault> {
        let path = self.root.join("index.csv");
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(LARGEST_PAYLOAD).read_to_end(&mut bytes)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fault(&path, e)),
            _ => {}
        }
        let mut index = Index::parse(&bytes);
        index.forget(changed);
        for key in index.keep(self.keys()?) {
            let logged = key.parse().ok().map(|digest| self.find(MailKey(digest))).transpose()?.flatten();
            if let Some((_, payload)) = logged {
                index.put(key, &payload);
            }
        }
        self.prepare()?;
        let part = self.part("index", |out| out.write_all(&index.bytes()))?;
        let kept = part.persist(&path).map_err(io::Error::from).and_then(|_| sync_dir(&self.root));
        kept.map_err(|e| fault(&path, e))
    }

    /// The mails that are logged; other files, and the same name in capitals, are somebody else's.
    fn keys(&self) -> Result<BTreeSet<String>, CrmFault> {
        let entries = fs::read_dir(&self.mails).map_err(|e| fault(&self.mails, e))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let keys = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
        Ok(keys.filter(|key| key.parse::<Digest>().is_ok_and(|digest| digest.to_string() == *key)).collect())
    }

    /// Makes the folders; with the first of them, the file that says what they are.
    fn prepare(&self) -> Result<(), CrmFault> {
        let begins = !self.mails.is_dir();
        fs::create_dir_all(&self.parts).and_then(|()| sync_dir(&self.root)).map_err(|e| fault(&self.parts, e))?;
        if begins {
            let text = format!("\u{feff}{}", README.replace('\n', "\r\n"));
            let part = self.part("readme", |out| out.write_all(text.as_bytes()))?;
            // One that is there is somebody's own.
            drop(part.persist_noclobber(self.root.join("README.txt")));
        }
        Ok(())
    }

    /// Writes a file that is not in its place yet.
    fn part(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<NamedTempFile, CrmFault> {
        let write = || {
            let part = tempfile::Builder::new().prefix(&format!("{name}-")).tempfile_in(&self.parts)?;
            let mut out = BufWriter::new(part.as_file());
            content(&mut out)?;
            out.flush()?;
            drop(out);
            part.as_file().sync_all()?;
            Ok(part)
        };
        write().map_err(|e: io::Error| match Unsendable::among_causes(&e) {
            Some(unsendable) => unsendable.into(),
            None => fault(&self.parts, e),
        })
    }

    fn finish(&self, part: NamedTempFile, path: &Path) -> Result<(), CrmFault> {
        let kept = part.persist(path).map_err(io::Error::from).and_then(|_| sync_dir(&self.mails));
        kept.map_err(|e| fault(path, e))
    }

    /// Removes a file for good; it may be gone already.
    fn delete(&self, path: &Path) -> Result<(), CrmFault> {
        match fs::remove_file(path) {
            Ok(()) => sync_dir(&self.mails).map_err(|e| fault(path, e)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(fault(path, e)),
        }
    }

    fn eml(&self, key: MailKey) -> PathBuf {
        self.mails.join(format!("{key}.eml"))
    }

    fn json(&self, key: MailKey) -> PathBuf {
        self.mails.join(format!("{key}.json"))
    }
}

fn fault(path: &Path, error: io::Error) -> CrmFault {
    unusable(format!("{}: {error}", path.display()))
}

/// Makes the names in a directory durable. Windows does it by itself; some network drives can't do it at all.
#[cfg(unix)]
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, Unsupported};
    match File::open(dir)?.sync_all() {
        Err(e) if matches!(e.kind(), InvalidInput | Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
pub(super) fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}
