//! The server's first words (RFC 9051 §7.1).

use async_imap::Client;
use async_imap::imap_proto::{Response, Status};
use otomo_domain::error::{MailFault, MailFaultKind};

use super::{Wire, fault};
use crate::wording;

/// Reads the greeting over a protected stream.
pub async fn read(client: &mut Client<Wire>) -> Result<(), MailFault> {
    let greeting = client.read_response().await.map_err(|error| fault::of_io(&error))?;
    judge(greeting.ok_or_else(|| fault::closed(""))?.parsed())
}

/// Whether the conversation may go on.
///
/// PREAUTH means that the server takes the connection for signed in already. Nobody here signed in; and before TLS it is
/// the way to keep a client from asking for it (NO STARTTLS, USENIX Security 2021).
pub fn judge(greeting: &Response<'_>) -> Result<(), MailFault> {
    match greeting {
        Response::Data { status: Status::Ok, .. } => Ok(()),
        Response::Data { status: Status::Bye, outcome } => {
            let words = wording::shown(outcome.information.as_deref().unwrap_or_default());
            Err(MailFault::new(wording::meaning(&words).unwrap_or(MailFaultKind::GreetingRefused), words))
        }
        Response::Data { status: Status::PreAuth, .. } => {
            Err(fault::protocol("the server takes the connection for signed in"))
        }
        _ => Err(fault::protocol("the server does not greet as an IMAP server")),
    }
}
