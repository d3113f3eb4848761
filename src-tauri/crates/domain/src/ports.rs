//! The few places where the outside has two faces or must be faked. Nothing in this crate awaits them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;

use crate::connector::{ConnectorInfo, ContactPage, Identity, Outgoing, OutgoingFile, RemoteMail};
use crate::error::{CrmFault, DesktopFault, MailFault, VaultFault};
use crate::link::Link;
use crate::mail::MailKey;
use crate::secret::SecretString;
use crate::step::Observer;
use crate::sync::{Folder, Listed, MailboxStatus, Window};
use crate::time::Timestamp;

/// Time. The only place it comes from.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Wall time; may jump.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment; stands still while the machine is suspended, never goes back.
    fn monotonic(&self) -> Duration;
    async fn sleep(&self, span: Duration);
}

/// Where mail comes from.
#[async_trait]
pub trait MailSource: Send + Sync {
    /// Connects and signs in; the steps it takes are told to `observer`.
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault>;
}

/// A signed-in session. It never changes the mailbox: no flag, no move, no delete.
#[async_trait]
pub trait MailSession: Send {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault>;

    /// Opens a folder read-only; the other calls are about it.
    async fn examine(&mut self, folder: &Folder) -> Result<MailboxStatus, MailFault>;

    /// The messages that exist in a window, in any order.
    async fn list(&mut self, window: Window) -> Result<Vec<Listed>, MailFault>;

    /// Fetches batches in the order given, several commands under way at once, and hands each message to `sink` as it
    /// comes. A message that is gone meanwhile is left out.
    async fn fetch(&mut self, batches: &[Vec<Listed>], sink: &mut dyn MailSink) -> Result<(), MailFault>;

    /// Says goodbye; failures don't matter any more.
    async fn close(self: Box<Self>);
}

/// The reader of messages went away.
#[derive(Debug, PartialEq, Eq)]
pub struct SinkClosed;

/// Takes messages as they come off the wire.
#[async_trait]
pub trait MailSink: Send {
    /// A whole message.
    async fn message(&mut self, listed: Listed, raw: Vec<u8>) -> Result<(), SinkClosed>;
    /// The next piece of a message above [`crate::sync::SLICED_ABOVE`]; pieces come in order, `last` ends it.
    async fn slice(&mut self, listed: Listed, piece: Vec<u8>, last: bool) -> Result<(), SinkClosed>;
    /// Everything of the batch with this index has been handed over.
    async fn end_of_batch(&mut self, batch: usize) -> Result<(), SinkClosed>;
}

/// A CRM.
#[async_trait]
pub trait CrmConnector: Send + Sync {
    fn describe(&self) -> ConnectorInfo;

    /// Tests token, permissions and limits without changing anything.
    async fn check(&self) -> Result<Identity, CrmFault>;

    /// The next page of the people mail may be logged to; `None` starts from the beginning.
    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault>;

    /// Looks a mail up by its key: the only judge of a lost answer.
    async fn find_logged(&self, key: MailKey) -> Result<Option<RemoteMail>, CrmFault>;

    /// Uploads one file of a mail. Doing it twice is harmless.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault>;

    /// Logs a mail whose files are up.
    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault>;

    /// Takes a mail back. Doing it twice is harmless.
    async fn unlog(&self, key: MailKey, remote: &RemoteMail) -> Result<(), CrmFault>;
}

/// Keeps the one key that opens the databases: 64 hex characters.
#[async_trait]
pub trait Vault: Send + Sync {
    /// `None` only if the store answered that it has no key yet.
    async fn load(&self) -> Result<Option<SecretString>, VaultFault>;
    async fn save(&self, key: &SecretString) -> Result<(), VaultFault>;
}

/// The desktop that the person sits at.
#[async_trait]
pub trait Desktop: Send + Sync {
    /// Lets the person choose a folder; `None` where they chose none.
    async fn choose_folder(&self) -> Result<Option<PathBuf>, DesktopFault>;

    /// Opens a link with the program that the person uses for such links.
    async fn open_link(&self, link: &Link) -> Result<(), DesktopFault>;

    /// Shows a file in its folder, without opening it.
    async fn reveal(&self, file: &Path) -> Result<(), DesktopFault>;
}
