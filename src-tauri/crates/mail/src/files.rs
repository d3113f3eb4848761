//! Mail from a folder of `.eml` files: an export, an archive, mail without a server.
//!
//! The files are numbered from the oldest to the newest, so that a file that is added gets the highest number, as a new
//! message of a mailbox does. Whenever the numbers could have shifted (a file went away, changed, or came in with an old
//! date) UIDVALIDITY changes, and everything is read again. That costs time and nothing else: a mail is recognised by
//! its content, not by its number.

mod scan;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use otomo_domain::error::{MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::{MailSession, MailSink, MailSource, SinkClosed};
use otomo_domain::step::{Observer, Step};
use otomo_domain::sync::{Folder, FolderRole, Listed, MailboxStatus, SLICED_ABOVE, Window};
use tokio::task::spawn_blocking;

use crate::{LARGEST_MAIL, SLICE};
use scan::Entry;

/// The name of the one folder there is.
const NAME: &str = "INBOX";

/// A folder of mail files. Subfolders count, symbolic links don't.
pub struct FilesSource {
    path: PathBuf,
    numbering: Arc<Mutex<Numbering>>,
}

/// The files in the order of their UIDs, from 1.
#[derive(Clone, Debug, Default)]
struct Numbering {
    uid_validity: u32,
    entries: Arc<[Entry]>,
}

struct FilesSession {
    path: PathBuf,
    numbering: Arc<Mutex<Numbering>>,
    entries: Arc<[Entry]>,
}

impl FilesSource {
    pub fn new(path: PathBuf) -> Self {
        Self { path, numbering: Arc::default() }
    }
}

impl Numbering {
    /// The numbering after the folder was looked at again: kept as far as it goes if files were only added.
    fn renewed(&self, entries: Vec<Entry>) -> Self {
        let kept = !self.entries.is_empty() && entries.starts_with(&self.entries);
        let uid_validity = if kept { self.uid_validity } else { scan::fingerprint(&entries) };
        Self { uid_validity, entries: entries.into() }
    }
}

#[async_trait]
impl MailSource for FilesSource {
    /// Of the steps to a server, only reaching it has a meaning here.
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        observer.begins(Step::Connect);
        let path = self.path.clone();
        blocking(move || std::fs::read_dir(&path).map(drop).map_err(|error| unreadable(&path, &error))).await?;
        observer.passed(Step::Connect, &self.path.display().to_string());
        let numbering = Arc::clone(&self.numbering);
        Ok(Box::new(FilesSession { path: self.path.clone(), numbering, entries: Arc::default() }))
    }
}

#[async_trait]
impl MailSession for FilesSession {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        Ok(vec![Folder { name: NAME.into(), role: FolderRole::Inbox }])
    }

    async fn examine(&mut self, folder: &Folder) -> Result<MailboxStatus, MailFault> {
        if folder.name != NAME {
            return Err(MailFault::new(MailFaultKind::FolderGone, "a folder of files is one folder"));
        }
        let path = self.path.clone();
        let entries = blocking(move || scan::scan(&path)).await?;
        let numbering = {
            let mut kept = self.numbering.lock().unwrap_or_else(PoisonError::into_inner);
            *kept = kept.renewed(entries);
            kept.clone()
        };
        self.entries = numbering.entries;
        let exists = u32::try_from(self.entries.len()).unwrap_or(u32::MAX - 1);
        Ok(MailboxStatus { uid_validity: numbering.uid_validity, uid_next: exists + 1, exists })
    }

    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault> {
        let numbered = (1..).zip(self.entries.iter());
        let within = numbered.filter(|(uid, _)| (window.from..window.to).contains(uid));
        Ok(within.map(|(uid, entry)| Listed { uid, size: entry.size, received_at: entry.modified_at }).collect())
    }

    async fn fetch(&mut self, batches: &[Vec<Listed>], sink: &mut dyn MailSink) -> Result<(), MailFault> {
        for (index, batch) in batches.iter().enumerate() {
            for message in batch {
                self.read(*message, sink).await?;
            }
            sink.end_of_batch(index).await.map_err(sink_closed)?;
        }
        Ok(())
    }

    async fn close(self: Box<Self>) {}
}

impl FilesSession {
    /// Hands a file over. One that is gone is left out.
    async fn read(&self, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let position = usize::try_from(message.uid).ok().and_then(|uid| uid.checked_sub(1));
        let Some(entry) = position.and_then(|position| self.entries.get(position)) else { return Ok(()) };
        if message.size > LARGEST_MAIL {
            tracing::warn!(size = message.size, "a mail file is too large and left out");
            return Ok(());
        }
        let path = self.path.join(&entry.path);
        let opened = blocking({
            let path = path.clone();
            move || open(&path)
        });
        let Some(file) = opened.await? else { return Ok(()) };
        if message.size <= SLICED_ABOVE {
            let (_, raw) = piece(file, path, SLICED_ABOVE + 1).await?;
            return sink.message(message, raw).await.map_err(sink_closed);
        }
        slices(file, path, message, sink).await
    }
}

async fn slices(mut file: File, path: PathBuf, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
    let mut left = LARGEST_MAIL;
    loop {
        let bytes;
        (file, bytes) = piece(file, path.clone(), SLICE.min(left)).await?;
        left -= bytes.len() as u64;
        let last = (bytes.len() as u64) < SLICE;
        sink.slice(message, bytes, last).await.map_err(sink_closed)?;
        if last {
            return Ok(());
        }
    }
}

/// The next bytes of a file, at most `limit`; fewer only at its end.
async fn piece(mut file: File, path: PathBuf, limit: u64) -> Result<(File, Vec<u8>), MailFault> {
    blocking(move || {
        let mut bytes = Vec::new();
        let read = file.by_ref().take(limit).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&path, &error))?;
        Ok((file, bytes))
    })
    .await
}

fn open(path: &Path) -> Result<Option<File>, MailFault> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> MailFault {
    MailFault::new(MailFaultKind::FilesUnreadable, format!("{}: {error}", path.display()))
}

fn sink_closed(_: SinkClosed) -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), "nobody takes the messages any more")
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MailFault> + Send + 'static,
) -> Result<T, MailFault> {
    let stopped = |_| MailFault::new(MailFaultKind::FilesUnreadable, "reading was cut off");
    spawn_blocking(work).await.map_err(stopped)?
}

#[cfg(test)]
mod tests;
