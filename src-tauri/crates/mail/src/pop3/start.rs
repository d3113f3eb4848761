//! The first words, and asking for TLS on a plain connection (RFC 2595 §4).
//!
//! Nothing but `STLS` is ever sent in the clear, and nothing but the greeting and the answer to it is believed. What the
//! server says of itself before TLS is not asked for: it would have to be forgotten anyway.

use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_net::Stream;

use super::reply::Reply;
use super::wire::Wire;
use super::{fault, refusal};
use crate::wording;

/// Reads the greeting (RFC 1939 §4).
pub async fn greeted(wire: &mut Wire) -> Result<(), MailFault> {
    match wire.reply().await? {
        Reply::Ok(_) => Ok(()),
        Reply::Err(words) => Err(refusal::of_greeting(&words)),
        Reply::Challenge(_) => Err(fault::protocol("the server does not greet as a POP3 server")),
    }
}

/// Reads the greeting and gets the server's word for TLS. The stream that comes back is ready for the handshake.
pub async fn agree(mut wire: Wire) -> Result<Stream, MailFault> {
    greeted(&mut wire).await?;
    match wire.ask("STLS").await? {
        Reply::Ok(_) => {}
        Reply::Err(words) => return Err(MailFault::new(MailFaultKind::StartTlsMissing, wording::shown(&words))),
        Reply::Challenge(_) => return Err(fault::protocol("the server does not answer the request for TLS")),
    }
    match wire.into_stream() {
        (stream, false) => Ok(stream),
        // It would be taken for words that came through TLS (CVE-2011-0411 and its many kin).
        (_, true) => Err(fault::protocol("the server sent more in the clear after it agreed to TLS")),
    }
}
