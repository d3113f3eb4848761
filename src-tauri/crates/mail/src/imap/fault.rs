//! What an error on the way means.

use std::io;

use otomo_domain::error::{MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::SinkClosed;

use super::guard::Violation;
use crate::wording;

pub fn protocol(detail: impl Into<String>) -> MailFault {
    MailFault::new(MailFaultKind::Protocol, detail)
}

pub fn silent() -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::TimedOut), "the server takes too long")
}

/// The connection is gone; `farewell` holds the server's BYE if there was one.
pub fn closed(farewell: &str) -> MailFault {
    let detail =
        if farewell.is_empty() { "the server closed the connection".to_owned() } else { wording::shown(farewell) };
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), detail)
}

/// The other side of the sink stopped reading: the session ends as if the connection had.
pub fn sink_closed(_: SinkClosed) -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), "nobody takes the messages any more")
}

/// async-imap's own errors quote what they could not parse, which may be mail: their text is not used.
pub fn of_io(error: &io::Error) -> MailFault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Violation>()) {
        Some(violation) => protocol(violation.to_string()),
        None if error.kind() == io::ErrorKind::Other => protocol(Violation::Unreadable.to_string()),
        None => otomo_net::classify_io(error).into(),
    }
}

/// An error of async-imap that is not the server's answer.
pub fn of_imap(error: &async_imap::error::Error) -> MailFault {
    use async_imap::error::Error;
    match error {
        Error::Io(error) => of_io(error),
        Error::ConnectionLost => closed(""),
        Error::Validate(_) => protocol("a name or password holds a line break"),
        _ => protocol(Violation::Unreadable.to_string()),
    }
}
