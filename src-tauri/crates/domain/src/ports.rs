//! The few places where the outside has two faces or must be faked. Nothing in this crate awaits them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::account::SenderAddress;
use crate::address::Address;
use crate::connector::{ConnectorInfo, ContactPage, Identity, NewContact, Outgoing, OutgoingFile, RemoteMail, Sought};
use crate::contact::{Contact, RecordRef};
use crate::detect::{Offer, Verdict, Watcher};
use crate::error::{CrmFault, CrmFaultKind, DesktopFault, MailFault, OAuthFault, VaultFault};
use crate::link::Link;
use crate::oauth::Provider;
use crate::policy::Policy;
use crate::secret::SecretString;
use crate::step::Observer;
use crate::sync::{Folder, Listed, MailboxStatus, Survey, Window};
use crate::time::Timestamp;

/// Time. The only place it comes from.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Wall time; may jump.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment; stands still while the machine is suspended, never goes back.
    fn monotonic(&self) -> Duration;
    async fn sleep(&self, span: Duration);
    /// How many seconds the clock on the person's wall is ahead of UTC at `at`; negative behind it.
    fn offset(&self, _at: Timestamp) -> i32 {
        0
    }
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

    /// How much is in a folder, and how much of it came since each of these times. `None` where the server doesn't tell
    /// without being read.
    async fn survey(&mut self, _: &Folder, _since: &[Timestamp]) -> Result<Option<Survey>, MailFault> {
        Ok(None)
    }

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

/// What proves to a mail server who the rep is.
#[derive(Clone)]
pub enum Credential {
    Password(SecretString),
    /// An access token (RFC 6750), got and renewed by whoever has the refresh token.
    Token(Arc<dyn AccessTokens>),
}

/// Gives the access tokens of one sign-in. Renewals are one at a time.
#[async_trait]
pub trait AccessTokens: Send + Sync {
    /// A token that is good for now.
    async fn token(&self) -> Result<SecretString, OAuthFault>;

    /// Another one, because the server refused this one. Where somebody else renewed it meanwhile, theirs.
    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, OAuthFault>;
}

/// What a provider gave.
pub struct Tokens {
    pub access: SecretString,
    /// Providers leave it out where the one they gave before still holds.
    pub refresh: Option<SecretString>,
    pub lasts: Duration,
    /// What was granted, where the provider says so; it may be less than was asked for.
    pub scopes: Option<Vec<String>>,
}

/// A finished sign-in.
pub struct SignedIn {
    pub tokens: Tokens,
    /// Who signed in, by the provider's own word.
    pub address: Option<Address>,
}

/// What to ask a provider for.
#[derive(Clone, Debug)]
pub struct Authorisation {
    /// What the first access token is for.
    pub scopes: Vec<String>,
    /// What the rep agrees to in the same go, for tokens of another resource: a token is for one resource only.
    pub further: Vec<String>,
    /// Whom the page should offer first.
    pub login_hint: Option<Address>,
}

/// Sign-ins at providers.
#[async_trait]
pub trait OAuth: Send + Sync {
    /// Opens a door for the browser's answer, and tells where the browser must go.
    async fn begin(&self, provider: &Provider, asked: Authorisation) -> Result<Box<dyn Attempt>, OAuthFault>;

    /// New tokens for a refresh token; `scopes` chooses among what was granted.
    async fn refresh(
        &self,
        provider: &Provider,
        refresh: &SecretString,
        scopes: Option<&[String]>,
    ) -> Result<Tokens, OAuthFault>;

    /// Takes a sign-in back at the provider (RFC 7009). Fine where the provider has no such thing.
    async fn revoke(&self, provider: &Provider, refresh: &SecretString) -> Result<(), OAuthFault>;

    /// The addresses that the provider lets this sign-in send from; none where it doesn't tell.
    async fn senders(&self, provider: &Provider, access: &SecretString) -> Result<Vec<SenderAddress>, OAuthFault>;
}

/// A sign-in that waits for its browser. Dropping it closes the door.
#[async_trait]
pub trait Attempt: Send {
    /// Where the browser must go. Holds nothing secret but what only this attempt can use.
    fn url(&self) -> &str;

    /// Waits for the browser, and has its code exchanged.
    async fn finish(self: Box<Self>) -> Result<SignedIn, OAuthFault>;
}

/// Finds out how an address can be connected.
#[async_trait]
pub trait Detector: Send + Sync {
    /// Never fails: what can't be asked says nothing.
    async fn detect(&self, address: &Address, policy: &Policy, watcher: &dyn Watcher) -> Verdict;

    /// The mailboxes that another mail program of this computer is set up for. Blocking; passwords are not looked at.
    fn found_here(&self, _: &Policy) -> Vec<(Address, Offer)> {
        Vec::new()
    }
}

/// Sends mail.
#[async_trait]
pub trait MailSender: Send + Sync {
    /// Connects, signs in, and asks whether it would send as `from`. Nothing is sent.
    async fn check(&self, from: &Address, observer: &dyn Observer) -> Result<(), MailFault>;

    /// Sends a whole message, as it is, to the recipients. `Ok` means that the server took it for all of them.
    async fn send(&self, from: &Address, to: &[Address], message: &[u8]) -> Result<(), MailFault>;

    /// Whether it sends to everybody whom the header names, too. A message whose header names somebody who is no
    /// recipient is refused then.
    fn sends_by_header(&self) -> bool {
        false
    }
}

/// An account of the rep that sends.
pub struct SendingAccount {
    /// What it sends as.
    pub address: Address,
    pub sender: Box<dyn MailSender>,
}

/// The rep's accounts, for whoever hands mail on.
#[async_trait]
pub trait SendingAccounts: Send + Sync {
    /// The account that sends as this address, or the first that sends at all where none is named; `None` where there is
    /// none.
    async fn find(&self, address: Option<&Address>) -> Result<Option<SendingAccount>, MailFault>;
}

/// Numbers the messages of a POP3 mailbox, which knows them by unique-ids (RFC 1939 §7, UIDL).
#[async_trait]
pub trait UidBook: Send + Sync {
    /// The numbers of these messages, all that the server has, in its order. A message keeps its number; new ones get
    /// higher ones. Those the book knew and the server has no more are gone.
    async fn numbers(&self, unique_ids: Vec<String>) -> Result<Numbered, MailFault>;

    /// The server listed this message and had it no more, or not yet again, when it was fetched. If the server still has
    /// it the next time, it gets a new number and is fetched again; else it is lost.
    async fn missed(&self, _uid: u32) -> Result<(), MailFault> {
        Ok(())
    }
}

/// A mailbox's messages, numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Changes when the book was begun anew.
    pub validity: u32,
    /// In the order of the unique-ids.
    pub uids: Vec<u32>,
    /// Greater than every number given so far.
    pub next: u32,
}

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

    /// Asks the CRM itself, because the rep clicked on it, for records that fit these words. The best first, a few dozen
    /// at most.
    async fn search(&self, _words: &str) -> Result<Vec<Contact>, CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "it cannot be searched from here"))
    }

    /// What belongs to a record: its company, its open deals.
    async fn related(&self, _: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "related records cannot be listed from here"))
    }

    /// Makes a contact, because the rep clicked on it. One that has the address already is given back as it is.
    async fn create_contact(&self, _: &NewContact) -> Result<Contact, CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "contacts are not made from here"))
    }

    /// Looks a mail up: the only judge of a lost answer. [`CrmFaultKind::MaybeLogged`] says that a part of it is there,
    /// which logging it again completes.
    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault>;

    /// Uploads one file of a mail. Doing it twice is harmless.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault>;

    /// Logs a mail whose files are up.
    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault>;

    /// Exchanges the records that a logged mail belongs to for these. Doing it twice is harmless.
    async fn relink(&self, _: Sought<'_>, _: &RemoteMail, _links: &[RecordRef]) -> Result<(), CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "records are not exchanged from here"))
    }

    /// Takes a mail back. Doing it twice is harmless.
    async fn unlog(&self, mail: Sought<'_>, remote: &RemoteMail) -> Result<(), CrmFault>;
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
