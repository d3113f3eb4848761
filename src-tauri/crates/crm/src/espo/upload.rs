//! A mail as the body of an upload: composed, put into JSON as a data URI, and sent while it is being made.
//!
//! It is composed twice. The first time nothing leaves: that tells how long it is, which PHP wants to know beforehand,
//! and proves every file before a byte of the mail is on the line.

use std::io::{self, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use bytes::Bytes;
use otomo_domain::connector::Files;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::Payload;
use reqwest::Body;
use serde_json::json;
use tokio::sync::mpsc;

use super::mark::Mark;
use crate::chosen::{Opened, Unsendable};

const PIECE: usize = 64 << 10;
const PIECES_AHEAD: usize = 4;

/// A mail to be written, with its mark.
#[derive(Clone)]
struct Marked {
    mark: Mark,
    payload: Payload,
}

impl Marked {
    fn write(&self, files: &dyn Files, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.mark.field().as_bytes())?;
        otomo_mime::compose(&self.payload, files, out)
    }
}

/// The upload's body, and its length.
pub async fn body(mark: Mark, payload: &Payload, files: &dyn Files) -> Result<(Body, u64), CrmFault> {
    let mail = Marked { mark, payload: payload.clone() };
    let opened = Opened::all(payload, files)?;
    let size = measured(mail.clone(), opened).await?;
    let opened = Opened::all(payload, files)?;
    let (before, after) = frame(size);
    let length = (before.len() + after.len()) as u64 + size.div_ceil(3) * 4;
    Ok((stream(mail, opened, before, after), length))
}

/// The JSON around the mail (measured).
fn frame(size: u64) -> (String, &'static str) {
    let fields = json!({
        "name": "mail.eml", "type": "message/rfc822", "size": size,
        "role": "Attachment", "relatedType": "Email", "field": "attachments",
    });
    let open = fields.to_string();
    (format!("{},\"file\":\"data:message/rfc822;base64,", open.trim_end_matches('}')), "\"}")
}

/// How long the mail is, in bytes.
async fn measured(mail: Marked, files: Opened) -> Result<u64, CrmFault> {
    let count = move || {
        let mut counted = Counted(0);
        mail.write(&files, &mut counted).map(|()| counted.0)
    };
    let counted = tokio::task::spawn_blocking(count).await.map_err(|e| unable(e.to_string()))?;
    counted.map_err(|e| match Unsendable::among_causes(&e) {
        Some(unsendable) => unsendable.into(),
        None => unable(e.to_string()),
    })
}

/// A mail that cannot be written as one.
fn unable(why: String) -> CrmFault {
    CrmFault::new(CrmFaultKind::Rejected, why)
}

struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body that breaks off if a file turns out not to be the chosen one; the making ends when the body is dropped.
fn stream(mail: Marked, files: Opened, before: String, after: &'static str) -> Body {
    let (pieces, coming) = mpsc::channel::<io::Result<Bytes>>(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut out = Pieces { made: Vec::with_capacity(PIECE), pieces: pieces.clone() };
        let mut write = || {
            out.write_all(before.as_bytes())?;
            let mut encoder = EncoderWriter::new(&mut out, &STANDARD);
            mail.write(&files, &mut encoder)?;
            encoder.finish()?;
            drop(encoder);
            out.write_all(after.as_bytes())?;
            out.flush()
        };
        if let Err(broken) = write() {
            // Nobody is left to hear it if the body was dropped.
            let _ = pieces.blocking_send(Err(broken));
        }
    });
    Body::wrap_stream(futures::stream::unfold(coming, |mut coming| async { Some((coming.recv().await?, coming)) }))
}

/// Gathers what is written into pieces and hands them on.
struct Pieces {
    made: Vec<u8>,
    pieces: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.made.extend_from_slice(bytes);
        if self.made.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::replace(&mut self.made, Vec::with_capacity(PIECE)));
        if piece.is_empty() {
            return Ok(());
        }
        self.pieces.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_closes_around_any_mail() {
        let (before, after) = frame(7);
        let json: serde_json::Value = serde_json::from_str(&format!("{before}QQ=={after}")).unwrap();
        assert_eq!((json["file"].as_str(), json["size"].as_u64()), (Some("data:message/rfc822;base64,QQ=="), Some(7)));
    }
}
