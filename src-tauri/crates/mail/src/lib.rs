//! Mail servers and mail files: where mail comes from.
//!
//! Both kinds of source are read-only. IMAP opens folders with `EXAMINE` and reads with `BODY.PEEK`; nothing here knows
//! a command that changes a mailbox. Which mail to fetch is planned in `otomo_domain::sync`; what a mail says is read in
//! `otomo-mime`.
//!
//! | module | holds |
//! |---|---|
//! | [`imap`] | an IMAP server (RFC 9051, RFC 3501) |
//! | [`files`] | a folder of `.eml` files |

pub mod files;
pub mod imap;

use std::sync::Arc;

use otomo_domain::account::{Account, Source};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::MailSource;
use otomo_domain::secret::SecretString;
use otomo_net::Net;

use files::FilesSource;
use imap::ImapSource;

/// A mail above this size is no mail: it is left out, or ends the session if the server had hidden its size.
const LARGEST_MAIL: u64 = 256 * 1024 * 1024;

/// Large mail is handed on in pieces of this size.
const SLICE: u64 = 1024 * 1024;

/// The source an account's mail comes from. An IMAP account without its password is refused.
pub fn source(
    net: &Arc<Net>,
    account: &Account,
    password: Option<SecretString>,
) -> Result<Box<dyn MailSource>, MailFault> {
    match (&account.source, password) {
        (Source::Imap { endpoint, user }, Some(password)) => {
            Ok(Box::new(ImapSource::new(Arc::clone(net), endpoint.clone(), user.clone(), password)))
        }
        (Source::Imap { .. }, None) => {
            Err(MailFault::new(MailFaultKind::SignInRefused, "there is no password for this account"))
        }
        (Source::Files { path }, _) => Ok(Box::new(FilesSource::new(path.clone()))),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_trace_log_of_the_imap_library_is_compiled_away() {
        assert!(log::STATIC_MAX_LEVEL < log::LevelFilter::Trace);
    }
}
