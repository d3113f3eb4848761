//! Reading a mail, and saving its files: what the rep sees, and nothing that is sent.

use std::path::PathBuf;

use otomo_domain::file_name;
use otomo_domain::mail::{Body, Direction, Mail};
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::{mail, raw};
use tokio::task::spawn_blocking;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::new_file::{NewFile, not_saved};
use crate::preview::{Readable, no_such_mail, readable};

/// A longer text is cut: no window shows a book on one page.
const MAX_TEXT: usize = 1024 * 1024;

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
            let Readable { body: Body { mut text, html }, remote, .. } = readable(&raw, &mail);
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
            let write = |mut file: NewFile| file.write(&bytes).and_then(|()| file.finish());
            NewFile::create(&folder, &file_name::safe(&attachment.name)).and_then(write).map_err(not_saved)
        })
        .await
    }

    async fn mail_with_bytes(&self, row: MailRow) -> Result<(Mail, Vec<u8>), Fault> {
        let read = self.store.cache.read(move |db| Ok((mail::get(db, row)?, raw::read(db, mail::raw_of(db, row)?)?)));
        read.await.map_err(no_such_mail)
    }
}

pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|join| Err(StoreFault::Damaged(format!("a file or a mail: {join}")).into()))
}

#[cfg(test)]
mod tests;
