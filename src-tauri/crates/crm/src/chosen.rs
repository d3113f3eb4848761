//! A file on its way out, proved to be the one the rep chose.
//!
//! The rep decided on bytes with a digest. What is kept on this computer could have been damaged since; the proof is
//! made while the bytes pass, so that no file is ever held in memory or read twice.

use std::error::Error;
use std::io::{self, Read, Take};
use std::sync::{Mutex, PoisonError};

use otomo_domain::connector::Files;
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::{Payload, SharedFile};
use sha2::{Digest as _, Sha256};

/// The file kept on this computer cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attachment {sha256} cannot be sent: {reason}")]
pub struct Unsendable {
    sha256: Digest,
    reason: String,
}

impl Unsendable {
    /// The one somewhere in a chain of causes.
    pub fn among_causes<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        Self::here(error).or_else(|| error.source().and_then(Self::among_causes))
    }

    fn here<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        // The source of an io::Error is the source of what it carries, so what it carries is looked at here.
        let carried = error.downcast_ref::<io::Error>().and_then(|e| e.get_ref()).and_then(|e| e.downcast_ref());
        error.downcast_ref().or(carried)
    }
}

impl From<&Unsendable> for CrmFault {
    fn from(unsendable: &Unsendable) -> Self {
        Self::new(CrmFaultKind::AttachmentMissing, unsendable.to_string())
    }
}

/// The bytes of a file; the last of them are handed over only if all together have the promised size and digest.
pub struct Chosen {
    bytes: Take<Box<dyn Read + Send>>,
    expected: Digest,
    seen: Sha256,
}

impl Chosen {
    /// Opens a file. The reading, which takes longer, is left to a thread that may block.
    pub fn open(files: &dyn Files, file: &SharedFile) -> Result<Self, Unsendable> {
        let unsendable = |e: io::Error| Unsendable { sha256: file.sha256, reason: e.to_string() };
        let bytes = files.open(&file.sha256).map_err(unsendable)?.take(file.size);
        Ok(Self { bytes, expected: file.sha256, seen: Sha256::new() })
    }

    fn unsendable(&self, reason: impl Into<String>) -> io::Error {
        io::Error::other(Unsendable { sha256: self.expected, reason: reason.into() })
    }
}

impl Read for Chosen {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(into).map_err(|e| self.unsendable(e.to_string()))?;
        self.seen.update(into.get(..n).unwrap_or_default());
        let ended = self.bytes.limit() == 0 || (n == 0 && !into.is_empty());
        if ended && Digest(self.seen.clone().finalize().into()) != self.expected {
            return Err(self.unsendable("it is not the file that was chosen"));
        }
        Ok(n)
    }
}

/// The files of a mail, opened where the port lends them, to be read on a thread of their own.
pub struct Opened(Mutex<Vec<(Digest, Chosen)>>);

impl Opened {
    pub fn all(payload: &Payload, files: &dyn Files) -> Result<Self, CrmFault> {
        let open = |file| Chosen::open(files, file).map(|chosen| (file.sha256, chosen));
        let opened: Result<Vec<_>, Unsendable> = payload.attachments.iter().map(open).collect();
        Ok(Self(Mutex::new(opened.map_err(|e| CrmFault::from(&e))?)))
    }
}

impl Files for Opened {
    /// Each file can be had as often as the payload names it.
    fn open(&self, sha256: &Digest) -> io::Result<Box<dyn Read + Send>> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = opened.iter().position(|(digest, _)| digest == sha256).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(opened.swap_remove(at).1))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    struct Kept(&'static [u8]);

    impl Files for Kept {
        fn open(&self, _: &Digest) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(Cursor::new(self.0)))
        }
    }

    /// Reads what is kept as the file with the content `chosen`.
    fn check(kept: &'static [u8], chosen: &[u8], expected: Option<&[u8]>) {
        let file = SharedFile {
            sha256: Digest::of(chosen),
            name: String::new(),
            content_type: "text/plain".into(),
            size: chosen.len() as u64,
            inline: false,
            content_id: None,
        };
        let mut read = Vec::new();
        let outcome = Chosen::open(&Kept(kept), &file).unwrap().read_to_end(&mut read);
        assert_eq!(outcome.is_ok().then_some(read.as_slice()), expected);
        if let Err(e) = outcome {
            assert!(Unsendable::among_causes(&e).is_some(), "{e}");
        }
    }

    #[test]
    fn the_chosen_file_is_read_to_its_end() {
        check(b"%PDF-1.7", b"%PDF-1.7", Some(b"%PDF-1.7"));
        check(b"", b"", Some(b""));
    }

    #[test]
    fn a_file_that_was_damaged_is_not_sent() {
        check(b"%PDF-1.8", b"%PDF-1.7", None);
    }

    #[test]
    fn a_file_that_was_cut_off_is_not_sent() {
        check(b"%PDF", b"%PDF-1.7", None);
        check(b"", b"%PDF-1.7", None);
    }

    #[test]
    fn the_last_bytes_of_a_damaged_file_are_kept_back() {
        let mut chosen = Chosen {
            bytes: (Box::new(Cursor::new(b"ab")) as Box<dyn Read + Send>).take(2),
            expected: Digest::of(b"ac"),
            seen: Sha256::new(),
        };
        let mut one = [0];
        assert_eq!(chosen.read(&mut one).unwrap(), 1);
        assert!(chosen.read(&mut one).is_err());
    }
}
