//! Reading one mail, piece by piece.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use otomo_domain::error::MailFault;

use super::entry::{Entry, Form};
use super::quoting::Unquoting;
use super::{scan, unreadable};
use crate::LARGEST_MAIL;

/// A mail that is being read.
#[derive(Debug)]
pub struct Reader {
    file: File,
    path: Arc<Path>,
    /// How much of the file is still to be read.
    left: u64,
    unquoting: Option<Unquoting>,
}

impl Reader {
    /// `None` if the mail is gone.
    pub fn open(entry: &Entry) -> Result<Option<Self>, MailFault> {
        let failed = |error: io::Error| unreadable(&entry.path, &error);
        let Some(mut file) = find(entry).map_err(failed)? else { return Ok(None) };
        let (left, unquoting) = match entry.form {
            // A file that has grown is read to its end.
            Form::Whole | Form::Flagged => (LARGEST_MAIL, None),
            Form::Quoted => {
                file.seek(SeekFrom::Start(entry.start)).map_err(failed)?;
                (entry.size, Some(Unquoting::default()))
            }
        };
        Ok(Some(Self { file, path: Arc::clone(&entry.path), left, unquoting }))
    }

    /// The next bytes: `limit` of the file, fewer only at the end.
    pub fn piece(&mut self, limit: u64) -> Result<Vec<u8>, MailFault> {
        let limit = limit.min(self.left);
        let mut bytes = Vec::new();
        let read = self.file.by_ref().take(limit).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&self.path, &error))?;
        self.left -= bytes.len() as u64;
        if (bytes.len() as u64) < limit {
            self.left = 0;
        }
        let Some(unquoting) = &mut self.unquoting else { return Ok(bytes) };
        let mut plain = unquoting.take(&bytes);
        if self.left == 0 {
            plain.append(&mut unquoting.finish());
        }
        Ok(plain)
    }

    pub fn is_at_end(&self) -> bool {
        self.left == 0
    }
}

fn find(entry: &Entry) -> io::Result<Option<File>> {
    match File::open(&entry.path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match entry.form {
            Form::Flagged => scan::moved(&entry.path)?.map(File::open).transpose(),
            Form::Whole | Form::Quoted => Ok(None),
        },
        Err(error) => Err(error),
    }
}
