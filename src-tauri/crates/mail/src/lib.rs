//! Mail servers and mail files: where mail comes from.
//!
//! Every source is read-only. IMAP opens folders with `EXAMINE` and reads with `BODY.PEEK`; nothing here knows
//! a command that changes a mailbox. Which mail to fetch is planned in `otomo_domain::sync`; what a mail says is read in
//! `otomo-mime`.
//!
//! | module | holds |
//! |---|---|
//! | [`imap`] | an IMAP server (RFC 9051, RFC 3501) |
//! | [`pop3`] | a POP3 server (RFC 1939) |
//! | [`smtp`] | a submission server (RFC 6409), or Microsoft Graph: how mail leaves |
//! | [`detect`] | how an address can be connected |
//! | [`thunderbird`] | the accounts of a Thunderbird on this computer |
//! | [`files`] | a folder of `.eml` files, a Maildir, an mbox file |

mod count;
pub mod detect;
pub mod files;
pub mod imap;
mod nothing;
pub mod pop3;
mod role;
mod sasl;
pub mod smtp;
pub mod thunderbird;
mod wording;

use std::sync::Arc;

use otomo_domain::account::{Account, Source};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Credential, MailSender, MailSource, UidBook};
use otomo_net::Net;

use files::FilesSource;
use imap::ImapSource;
use nothing::NothingSource;
use pop3::Pop3Source;

/// A mail above this size is no mail: it is left out, or ends the session if the server had hidden its size.
const LARGEST_MAIL: u64 = 256 * 1024 * 1024;

/// Large mail is handed on in pieces of this size.
const SLICE: u64 = 1024 * 1024;

/// The source an account's mail comes from. One on a server is refused without a credential.
pub fn source(
    net: &Arc<Net>,
    account: &Account,
    credential: Option<Credential>,
    book: Arc<dyn UidBook>,
) -> Result<Box<dyn MailSource>, MailFault> {
    let nothing = || MailFault::new(MailFaultKind::SignInRefused, "there is no password for this account");
    let net = || Arc::clone(net);
    match &account.source {
        Source::Imap { endpoint, user } => {
            let credential = credential.ok_or_else(nothing)?;
            Ok(Box::new(ImapSource::new(net(), endpoint.clone(), user.clone(), credential)))
        }
        Source::Pop3 { endpoint, user } => {
            let credential = credential.ok_or_else(nothing)?;
            Ok(Box::new(Pop3Source::new(net(), endpoint.clone(), user.clone(), credential, book)))
        }
        Source::Files { path } => Ok(Box::new(FilesSource::new(path.clone()))),
        Source::Nothing => Ok(Box::new(NothingSource)),
    }
}

/// What an account sends with. `graph` is where Microsoft Graph answers for its provider, if it has one.
pub fn sender(
    net: &Arc<Net>,
    account: &Account,
    credential: Option<Credential>,
    graph: Option<&str>,
) -> Result<Box<dyn MailSender>, MailFault> {
    smtp::sender(net, account, credential, graph)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_trace_log_of_the_imap_library_is_compiled_away() {
        assert!(log::STATIC_MAX_LEVEL < log::LevelFilter::Trace);
    }
}
