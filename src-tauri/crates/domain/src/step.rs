//! The steps from a server's name to its mail: what a test of a mailbox shows one by one.

use serde::{Deserialize, Serialize};

/// A step of a mailbox test, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Step {
    /// The name's addresses are looked up.
    Name,
    /// One of them answers.
    Connect,
    /// The way is protected, and the server is who it should be.
    Certificate,
    SignIn,
    /// The inbox can be opened.
    Inbox,
    /// The folders can be listed.
    Folders,
    /// The server that sends answers, and is who it should be.
    SendServer,
    SendSignIn,
    /// It would send under the rep's address; nothing is sent to find out.
    SendAs,
}

/// Hears how far a connection has come. A step that begins and does not pass has failed; why, the caller is told.
pub trait Observer: Send + Sync {
    fn begins(&self, step: Step);
    /// `detail` is for IT, in no particular language: an address, a version, a count. Never a secret.
    fn passed(&self, step: Step, detail: &str);
}

/// Nobody listens.
impl Observer for () {
    fn begins(&self, _: Step) {}
    fn passed(&self, _: Step, _: &str) {}
}
