//! What an error on the way means.

use std::io;

use otomo_domain::error::{MailFault, MailFaultKind, NetFaultKind};
use otomo_domain::ports::SinkClosed;

pub fn protocol(detail: impl Into<String>) -> MailFault {
    MailFault::new(MailFaultKind::Protocol, detail)
}

pub fn silent() -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::TimedOut), "the server takes too long")
}

pub fn closed() -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), "the server closed the connection")
}

/// The other side of the sink stopped reading: the session ends as if the connection had.
pub fn sink_closed(_: SinkClosed) -> MailFault {
    MailFault::new(MailFaultKind::Net(NetFaultKind::Closed), "nobody takes the messages any more")
}

pub fn of_io(error: &io::Error) -> MailFault {
    otomo_net::classify_io(error).into()
}
