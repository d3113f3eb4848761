//! What can go wrong outside: a kind that decides what happens next, and the outside's own words for IT.
//!
//! `detail` never holds a secret or a part of a mail. The `api` maps every kind to a code with words in both languages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is wrong with a server's certificate; each has its own sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateFault {
    Expired,
    NotYetValid,
    WrongName,
    UnknownIssuer,
    Revoked,
    /// Unreadable, signed with an algorithm that is not accepted, or not made for servers.
    Invalid,
}

/// Why a connection over the network could not be had or kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "certificate", rename_all = "snake_case")]
pub enum NetFaultKind {
    HostUnknown,
    Refused,
    TimedOut,
    /// No route, or no network at all.
    Unreachable,
    Certificate(CertificateFault),
    /// TLS itself failed: no common version or cipher, or the other side does not speak TLS.
    Tls,
    /// The connection broke off.
    Closed,
}

/// A failed connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct NetFault {
    pub kind: NetFaultKind,
    pub detail: String,
}

/// What stopped the work with a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFaultKind {
    Net(NetFaultKind),
    /// The server offers no STARTTLS where it must.
    StartTlsMissing,
    /// Turned away before sign-in, often by an address restriction.
    GreetingRefused,
    SignInRefused,
    /// The password may be right, but mail programs need one of their own.
    AppPasswordNeeded,
    /// The server offers no way of signing in that is safe and known here.
    NoSignInMethod,
    /// The server broke the protocol, or sent more than a mail server may.
    Protocol,
    /// A folder is not there any more.
    FolderGone,
    /// The server said NO to something harmless; often temporary.
    ServerRefused,
    /// The folder of mail files cannot be read.
    FilesUnreadable,
}

/// A failure at a mail server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct MailFault {
    pub kind: MailFaultKind,
    /// The server's own words where it had any.
    pub detail: String,
}

impl MailFault {
    pub fn new(kind: MailFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// Whether trying again by itself is wrong: it would lock the account, or ask for ever.
    pub fn needs_person(&self) -> bool {
        use MailFaultKind::*;
        matches!(self.kind, SignInRefused | AppPasswordNeeded | NoSignInMethod | StartTlsMissing | FilesUnreadable)
            || matches!(self.kind, Net(NetFaultKind::Certificate(_)))
    }
}

impl From<NetFault> for MailFault {
    fn from(fault: NetFault) -> Self {
        Self { kind: MailFaultKind::Net(fault.kind), detail: fault.detail }
    }
}

/// What a CRM's answer, or its silence, means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrmFaultKind {
    /// The request never left, or the CRM said clearly that it did nothing: trying again is safe.
    Transient,
    Net(NetFaultKind),
    /// Too many requests; wait at least as long as asked.
    RateLimited,
    /// The request left and no answer came, or one that leaves it open: only looking it up settles it.
    OutcomeUnknown,
    /// 401: the token is not accepted any more.
    SignInNeeded,
    /// 403: a permission is missing; `detail` lists which.
    Forbidden,
    /// 404: a record it should be linked to is not there.
    NotFound,
    /// 409: the CRM has something else under this key.
    Conflict,
    TooLarge,
    /// 400, 415 or 422: the CRM does not take it as it is.
    Rejected,
    /// 424: an attachment that is named was not uploaded.
    AttachmentMissing,
    /// The connector cannot do that.
    Unsupported,
    /// The answer is not of the form the connector knows.
    Protocol,
    /// The folder of the folder connector cannot be read or written.
    FolderUnusable,
}

/// A failure at a CRM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{kind:?}: {detail}")]
pub struct CrmFault {
    pub kind: CrmFaultKind,
    pub detail: String,
    /// How long the CRM asked to wait.
    #[serde(default)]
    pub retry_after: Option<Duration>,
}

impl CrmFault {
    pub fn new(kind: CrmFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None }
    }

    /// Whether the connection, not the mail, is at fault: it waits for its person.
    pub fn is_about_connection(&self) -> bool {
        matches!(self.kind, CrmFaultKind::SignInNeeded | CrmFaultKind::Forbidden)
            || matches!(self.kind, CrmFaultKind::Net(NetFaultKind::Certificate(_)))
    }

    /// Whether the same request may succeed later by itself.
    pub fn is_temporary(&self) -> bool {
        use CrmFaultKind::*;
        matches!(self.kind, Transient | RateLimited | Net(_) | FolderUnusable) && !self.is_about_connection()
    }
}

impl From<NetFault> for CrmFault {
    fn from(fault: NetFault) -> Self {
        Self::new(CrmFaultKind::Net(fault.kind), fault.detail)
    }
}

/// Why the database key could not be had. The four are never merged: none of them may lead to a new key over an old
/// database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultFaultKind {
    /// This computer has no credential store that answers.
    NoStore,
    /// The store is there, and locked.
    Locked,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// A passphrase is needed and none was given.
    PassphraseNeeded,
    /// The store answered with something else.
    Broken,
}

/// A failure to read or keep the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct VaultFault {
    pub kind: VaultFaultKind,
    pub detail: String,
}

impl VaultFault {
    pub fn new(kind: VaultFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// The desktop could not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DesktopFault(pub String);
