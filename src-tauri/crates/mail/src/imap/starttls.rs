//! Asking for TLS on a plain connection (RFC 9051 §6.2.1).
//!
//! Nothing but `STARTTLS` is ever sent in the clear, and nothing but the greeting and the answer to it is believed. What
//! the server says of itself before TLS is not asked for: it would have to be forgotten anyway.

use async_imap::imap_proto::{Response, Status};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_net::Stream;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{fault, greeting};
use crate::wording;

/// The longest line before TLS.
const LINE: u64 = 8 * 1024;

/// How many untagged lines may come before the answer.
const LINES: usize = 20;

/// Reads the greeting and gets the server's word for TLS. The stream that comes back is ready for the handshake.
pub async fn agree(stream: Stream) -> Result<Stream, MailFault> {
    let mut reader = BufReader::new(stream);
    greeting::judge(&parse(&line(&mut reader).await?)?)?;
    let sent = reader.write_all(b"t STARTTLS\r\n").await;
    sent.map_err(|error| fault::of_io(&error))?;
    agreed(&mut reader).await?;
    if reader.buffer().is_empty() {
        return Ok(reader.into_inner());
    }
    // They would be taken for words that came through TLS (CVE-2011-0411 and its many kin).
    Err(fault::protocol("the server sent more in the clear after it agreed to TLS"))
}

async fn agreed(reader: &mut BufReader<Stream>) -> Result<(), MailFault> {
    for _ in 0..LINES {
        match parse(&line(reader).await?)? {
            Response::Done { status: Status::Ok, tag, .. } if tag.0 == "t" => return Ok(()),
            Response::Done { outcome, .. } => {
                let words = wording::shown(outcome.information.as_deref().unwrap_or_default());
                return Err(MailFault::new(MailFaultKind::StartTlsMissing, words));
            }
            Response::Data { status: Status::Bye, outcome } => {
                return Err(fault::closed(outcome.information.as_deref().unwrap_or_default()));
            }
            _ => {}
        }
    }
    Err(fault::protocol("the server does not answer the request for TLS"))
}

async fn line(reader: &mut BufReader<Stream>) -> Result<Vec<u8>, MailFault> {
    let mut line = Vec::new();
    let read = reader.take(LINE).read_until(b'\n', &mut line).await;
    read.map_err(|error| fault::of_io(&error))?;
    match line.last() {
        Some(b'\n') => Ok(line),
        None => Err(fault::closed("")),
        Some(_) if (line.len() as u64) < LINE => Err(fault::closed("")),
        Some(_) => Err(fault::protocol("a line of the server does not end")),
    }
}

fn parse(line: &[u8]) -> Result<Response<'_>, MailFault> {
    match Response::parse(line) {
        Ok(([], response)) => Ok(response),
        _ => Err(fault::protocol("the server does not talk like an IMAP server")),
    }
}
