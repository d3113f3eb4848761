//! Reading a mail, and saving its files: what the rep sees, and nothing that is sent.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use otomo_domain::file_name;
use otomo_domain::mail::{Body, Direction, Mail};
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::{mail, raw};
use tokio::task::spawn_blocking;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::preview::{no_such_mail, readable};

/// A longer text is cut: no window shows a book on one page.
const MAX_TEXT: usize = 1024 * 1024;

/// How many files of one name are told apart by their numbers.
const MAX_NAMESAKES: u32 = 1000;

/// A mail to read.
pub struct Read {
    pub mail: Mail,
    /// Sanitised, with the images that came with it in it.
    pub body: Body,
    /// How many things the HTML would have fetched.
    pub remote: usize,
    /// The rep wrote it.
    pub outgoing: bool,
}

impl Engine {
    /// Reads a mail from the local files.
    pub async fn read_mail(&self, row: MailRow) -> Result<Read, Fault> {
        let (mail, raw) = self.mail_with_bytes(row).await?;
        let outgoing = mail.direction(&self.snapshot().own) == Direction::Outgoing;
        off_thread(move || {
            let (Body { mut text, html }, remote) = readable(&raw, &mail);
            if text.len() > MAX_TEXT {
                text.truncate(text.floor_char_boundary(MAX_TEXT));
                text.push('…');
            }
            let html = html.map(|html| otomo_mime::with_images(&html, &raw));
            Ok(Read { mail, body: Body { text, html }, remote, outgoing })
        })
        .await
    }

    /// Writes a file of a mail into the person's downloads, under a safe name that no file there has; where it is now.
    pub async fn save_attachment(&self, row: MailRow, part: u32) -> Result<PathBuf, Fault> {
        let (mail, raw) = self.mail_with_bytes(row).await?;
        let folder = self.downloads.clone();
        off_thread(move || {
            let attachment = mail.attachments.iter().find(|a| a.part == part).ok_or(Fault::NoSuch("attachment"))?;
            let bytes = otomo_mime::attachment(&raw, part).ok_or(Fault::NoSuch("attachment"))?;
            write_new(&folder, &file_name::safe(&attachment.name), &bytes).map_err(not_saved)
        })
        .await
    }

    async fn mail_with_bytes(&self, row: MailRow) -> Result<(Mail, Vec<u8>), Fault> {
        let read = self.store.cache.read(move |db| Ok((mail::get(db, row)?, raw::read(db, mail::raw_of(db, row)?)?)));
        read.await.map_err(no_such_mail)
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    spawn_blocking(work).await.unwrap_or_else(|join| Err(StoreFault::Damaged(format!("a mail: {join}")).into()))
}

/// Writes a file that was not there, for nobody else to read.
fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 1..=MAX_NAMESAKES {
        let path = folder.join(file_name::numbered(name, number));
        match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                return match file.write_all(bytes).and_then(|()| file.sync_all()) {
                    Ok(()) => Ok(path),
                    // Half a file would be taken for a whole one.
                    Err(error) => fs::remove_file(&path).and(Err(error)),
                };
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The system's words name no file.
fn not_saved(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreFault::DiskFull.into(),
        _ => Fault::NotSaved(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
