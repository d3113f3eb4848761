//! A frozen payload into an `.eml` (RFC 5322, MIME): what a CRM gets that takes mail, not JSON.
//!
//! It is written from the payload alone, never from the raw mail, so nothing can be in it that the rep did not see in the
//! preview; Bcc has no field to come from. The same payload gives the same bytes. The frame is written here rather than by
//! a mail builder because builders hold the whole mail in memory; files are streamed. The encoding of header fields is
//! left to email-encoding, lettre's own.

use std::io::{self, Read, Write};

use otomo_domain::connector::Files;
use otomo_domain::digest::Digest;
use otomo_domain::payload::{Payload, SharedFile};
use sha2::{Digest as _, Sha256};

mod base64;
mod forward;
mod header;
mod test_mail;

pub use forward::{Forwarding, forward};
pub use test_mail::test_mail;

/// Writes the mail with its files.
///
/// Fails with `InvalidInput` if an address or the date cannot be put into a header field, with `InvalidData` if a file is
/// not the one that was shared, and with whatever `files` and `out` fail with.
pub fn compose(payload: &Payload, files: &dyn Files, out: &mut dyn Write) -> io::Result<()> {
    let digest = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256);
    let composer = Composer { digest, files };
    out.write_all(header::mail(payload)?.as_bytes())?;
    composer.mixed(payload, out)
}

struct Composer<'f> {
    /// Names the boundaries. They cannot be in a body: base64 has no hyphen.
    digest: Digest,
    files: &'f dyn Files,
}

impl Composer<'_> {
    fn boundary(&self, kind: &str) -> String {
        let digest: String = self.digest.to_string().chars().take(32).collect();
        format!("otomo-{kind}-{digest}")
    }

    /// The text, and the files behind it if there are any.
    fn mixed(&self, payload: &Payload, out: &mut dyn Write) -> io::Result<()> {
        if payload.attachments.is_empty() {
            return self.text(payload, out);
        }
        let boundary = self.boundary("mixed");
        write!(out, "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")?;
        self.text(payload, out)?;
        for file in &payload.attachments {
            write!(out, "\r\n--{boundary}\r\n")?;
            self.file(file, out)?;
        }
        write!(out, "\r\n--{boundary}--\r\n")
    }

    /// The text in the forms the payload has it; an empty one where it has none.
    fn text(&self, payload: &Payload, out: &mut dyn Write) -> io::Result<()> {
        let plain = payload.body_text.as_deref();
        match (plain, payload.body_html.as_deref()) {
            (Some(plain), Some(html)) => {
                let boundary = self.boundary("alternative");
                write!(out, "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")?;
                text_part("plain", plain, out)?;
                write!(out, "\r\n--{boundary}\r\n")?;
                text_part("html", html, out)?;
                write!(out, "\r\n--{boundary}--\r\n")
            }
            (None, Some(html)) => text_part("html", html, out),
            (plain, None) => text_part("plain", plain.unwrap_or_default(), out),
        }
    }

    fn file(&self, file: &SharedFile, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(header::file(file)?.as_bytes())?;
        let mut hashed = Hashed { inner: self.files.open(&file.sha256)?, hasher: Sha256::new() };
        base64::encode(&mut hashed, out)?;
        if Digest(hashed.hasher.finalize().into()) != file.sha256 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a file is not the one that was shared"));
        }
        Ok(())
    }
}

fn text_part(subtype: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")?;
    // Text is encoded with the line ends it has on the wire (RFC 2045 §6.8).
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    base64::encode(&mut text.as_bytes(), out)
}

/// A reader that hashes what is read through it.
struct Hashed {
    inner: Box<dyn Read + Send>,
    hasher: Sha256,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
