//! Mail without a server: a folder of `.eml` files, a Maildir, or an mbox file. Nothing here is ever changed.
//!
//! | module | holds |
//! |---|---|
//! | `layout` | which of the three it is, and what folders it has |
//! | `entry` | a mail's place, and the order of the mails |
//! | `scan`, `mbox` | which mails there are |
//! | `reader`, `quoting` | reading one |
//!
//! The mails are numbered from the oldest to the newest, in an mbox file in its order, so that one that is added gets the
//! highest number, as a new message of a mailbox does. Whenever the numbers could have shifted (a mail went away, changed,
//! or came in with an old date) UIDVALIDITY changes, and everything is read again. That costs time and nothing else: a
//! mail is recognised by its content, not by its number.

mod entry;
mod layout;
mod mbox;
mod quoting;
mod reader;
mod scan;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use otomo_domain::error::{MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::{MailSession, MailSink, MailSource, SinkClosed};
use otomo_domain::step::{Observer, Step};
use otomo_domain::sync::{Folder, Listed, MailboxStatus, SLICED_ABOVE, Side, Survey, Window};
use otomo_domain::time::Timestamp;
use tokio::task::spawn_blocking;

use crate::{LARGEST_MAIL, SLICE, count};
use entry::Entry;
use layout::Layout;
use mbox::Stamp;
use reader::Reader;

/// A folder of mail files, or one file with many mails. Symbolic links below it don't count.
pub struct FilesSource {
    path: PathBuf,
    numberings: Arc<Mutex<HashMap<String, Numbering>>>,
}

/// The mails of a folder in the order of their UIDs, from 1.
#[derive(Clone, Debug, Default)]
struct Numbering {
    uid_validity: u32,
    entries: Arc<[Entry]>,
    /// The state of the mbox file that they were found in: one that did not change is not read through again.
    stamp: Option<Stamp>,
}

struct FilesSession {
    layout: Layout,
    numberings: Arc<Mutex<HashMap<String, Numbering>>>,
    entries: Arc<[Entry]>,
}

impl FilesSource {
    pub fn new(path: PathBuf) -> Self {
        Self { path, numberings: Arc::default() }
    }
}

impl Numbering {
    /// The numbering after the folder was looked at again: kept as far as it goes if mails were only added.
    fn renewed(&self, entries: Vec<Entry>, stamp: Option<Stamp>) -> Self {
        let kept = !self.entries.is_empty() && entries.starts_with(&self.entries);
        let uid_validity = if kept { self.uid_validity } else { entry::fingerprint(&entries) };
        Self { uid_validity, entries: entries.into(), stamp }
    }

    /// The numbering of a folder as it is now.
    fn look(&self, layout: &Layout, folder: &str) -> Result<Self, MailFault> {
        match layout {
            Layout::Loose(root) => Ok(self.renewed(scan::loose(root)?, None)),
            Layout::Maildir(root) => Ok(self.renewed(scan::maildir(&layout::subfolder(root, folder))?, None)),
            Layout::Mbox(file) => {
                let stamp = mbox::stamp(file)?;
                let unchanged = self.stamp.as_ref() == Some(&stamp);
                if unchanged { Ok(self.clone()) } else { Ok(self.renewed(mbox::index(file)?, Some(stamp))) }
            }
        }
    }
}

#[async_trait]
impl MailSource for FilesSource {
    /// Of the steps to a server, only reaching it has a meaning here.
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        observer.begins(Step::Connect);
        let path = self.path.clone();
        let layout = blocking(move || Layout::of(path)).await?;
        observer.passed(Step::Connect, &self.path.display().to_string());
        let numberings = Arc::clone(&self.numberings);
        Ok(Box::new(FilesSession { layout, numberings, entries: Arc::default() }))
    }
}

#[async_trait]
impl MailSession for FilesSession {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        let layout = self.layout.clone();
        blocking(move || layout.folders()).await
    }

    async fn survey(&mut self, folder: &Folder, since: &[Timestamp]) -> Result<Option<Survey>, MailFault> {
        let status = self.examine(folder).await?;
        let listed = self.list(Window { from: 1, to: status.uid_next, side: Side::New }).await?;
        Ok(Some(count::survey(&listed, since)))
    }

    async fn examine(&mut self, folder: &Folder) -> Result<MailboxStatus, MailFault> {
        if !self.folders().await?.iter().any(|found| found.name == folder.name) {
            return Err(MailFault::new(MailFaultKind::FolderGone, "there is no such folder among the files"));
        }
        let (layout, name, numberings) = (self.layout.clone(), folder.name.clone(), Arc::clone(&self.numberings));
        let numbering = blocking(move || {
            let known = |numberings: &Mutex<HashMap<_, Numbering>>| {
                numberings.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned().unwrap_or_default()
            };
            let found = known(&numberings).look(&layout, &name)?;
            numberings.lock().unwrap_or_else(PoisonError::into_inner).insert(name, found.clone());
            Ok(found)
        });
        let numbering = numbering.await?;
        self.entries = numbering.entries;
        let exists = u32::try_from(self.entries.len()).unwrap_or(u32::MAX - 1);
        Ok(MailboxStatus { uid_validity: numbering.uid_validity, uid_next: exists + 1, exists })
    }

    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault> {
        let numbered = (1..).zip(self.entries.iter());
        let within = numbered.filter(|(uid, _)| (window.from..window.to).contains(uid));
        Ok(within.map(|(uid, entry)| Listed { uid, size: entry.size, received_at: entry.received_at }).collect())
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
    /// Hands a mail over. One that is gone is left out.
    async fn read(&self, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let position = usize::try_from(message.uid).ok().and_then(|uid| uid.checked_sub(1));
        let Some(entry) = position.and_then(|position| self.entries.get(position)) else { return Ok(()) };
        if message.size > LARGEST_MAIL {
            tracing::warn!(size = message.size, "a mail file is too large and left out");
            return Ok(());
        }
        let entry = entry.clone();
        let Some(reader) = blocking(move || Reader::open(&entry)).await? else { return Ok(()) };
        if message.size <= SLICED_ABOVE {
            let (_, raw) = piece(reader, SLICED_ABOVE + 1).await?;
            return sink.message(message, raw).await.map_err(sink_closed);
        }
        slices(reader, message, sink).await
    }
}

async fn slices(mut reader: Reader, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
    let mut last = false;
    while !last {
        let bytes;
        (reader, bytes) = piece(reader, SLICE).await?;
        last = reader.is_at_end();
        sink.slice(message, bytes, last).await.map_err(sink_closed)?;
    }
    Ok(())
}

/// The next bytes of a mail, at most about `limit`.
async fn piece(mut reader: Reader, limit: u64) -> Result<(Reader, Vec<u8>), MailFault> {
    blocking(move || {
        let bytes = reader.piece(limit)?;
        Ok((reader, bytes))
    })
    .await
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
