//! What can go wrong outside: a kind that decides what happens next, and the outside's own words for IT.
//!
//! `detail` never holds a secret or a part of a mail. The `api` maps every kind to a code with words in both languages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::time::Timestamp;

/// What is wrong with a server's certificate; each has its own sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateFault {
    Expired,
    NotYetValid,
    WrongName,
    UnknownIssuer,
    Revoked,
    /// Unreadable, signed with an algorithm that is not accepted, or not made for servers.
    Invalid,
    /// Another key than the one that was agreed on: never to be agreed to in passing.
    KeyChanged,
}

/// A certificate as a person compares it. What it says is the server's own word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CertificateInfo {
    pub host: String,
    pub port: u16,
    pub subject: String,
    pub issuer: String,
    /// The host names it is made for, at most twenty.
    pub names: Vec<String>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// SHA-256 of the whole certificate.
    pub sha256: Digest,
    /// SHA-256 of its key (`SubjectPublicKeyInfo`): what an exception is made for.
    pub spki: Digest,
    /// The name in it that an authority vouches for and the host's owner may well use, where only the name is wrong.
    pub usable_name: Option<String>,
}

/// Why a connection over the network could not be had or kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "certificate", rename_all = "snake_case")]
pub enum NetFaultKind {
    HostUnknown,
    Refused,
    TimedOut,
    /// No route, or no network at all.
    Unreachable,
    /// A private address that doesn't answer: the office network or the VPN may be missing.
    PrivateUnreachable,
    /// The company's proxy is not there, or lets nothing through.
    Proxy,
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
    /// The certificate that was refused.
    pub certificate: Option<Box<CertificateInfo>>,
}

impl NetFault {
    pub fn new(kind: NetFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), certificate: None }
    }
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
    /// The server takes no passwords any more: the rep signs in at the provider.
    OAuthNeeded,
    /// The sign-in at the provider.
    OAuth(OAuthFaultKind),
    /// The sign-in was right, and there is no mailbox behind it: no licence, or it is switched off.
    MailboxMissing,
    /// IMAP or POP3 is switched off for this mailbox.
    ProtocolDisabled,
    TooManyConnections,
    MailboxFull,
    /// A POP3 server without UIDL: mail could not be told apart.
    UidlMissing,
    /// Sending under this address is not allowed to this mailbox.
    SendAsDenied,
    /// The server doesn't send for outsiders: sign-in is needed, or another server.
    RelayDenied,
    /// The provider's administrator switched SMTP sign-in off.
    SmtpAuthDisabled,
    /// The server doesn't take a mail; its words say why.
    SendingRefused,
    /// The server has a mail, and its answer never came: it may have been sent.
    SendingUnknown,
}

/// What became of a sign-in at a provider, or of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthFaultKind {
    /// The rep said no, or closed the page.
    Denied,
    /// An administrator has to approve the program first.
    ApprovalNeeded,
    /// The account isn't one of this organisation's.
    WrongOrganisation,
    /// A rule of the organisation blocks this program or device.
    Blocked,
    /// The provider wants the second step again.
    SecondStep,
    /// The program's registration doesn't fit: a matter of whoever set it up.
    SetupWrong,
    /// The sign-in ran out or was taken back.
    Expired,
    /// US government or China clouds.
    CloudUnsupported,
    /// Locked, disabled, or its password ran out.
    AccountLocked,
    /// Not now; again later.
    Temporary,
    /// A permission was not given.
    ScopeMissing,
    /// Google's Advanced Protection lets only chosen programs in.
    ProtectedAccount,
    /// No port of this computer could be opened for the answer.
    LoopbackBlocked,
    /// Nobody came back from the browser in time.
    TimedOut,
    /// The answer was not meant for this attempt: wrong state or issuer, or a second one.
    Mismatch,
    /// There is no client for this provider here.
    NoClient,
    /// An answer that is none.
    Protocol,
    Net(NetFaultKind),
}

/// A failed sign-in at a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct OAuthFault {
    pub kind: OAuthFaultKind,
    /// The provider's own words and numbers, for IT.
    pub detail: String,
}

impl OAuthFault {
    pub fn new(kind: OAuthFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// Whether the same may work later by itself.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, OAuthFaultKind::Temporary | OAuthFaultKind::Net(_))
    }
}

impl From<NetFault> for OAuthFault {
    fn from(fault: NetFault) -> Self {
        Self::new(OAuthFaultKind::Net(fault.kind), fault.detail)
    }
}

impl From<OAuthFault> for MailFault {
    fn from(fault: OAuthFault) -> Self {
        match fault.kind {
            OAuthFaultKind::Net(kind) => Self::new(MailFaultKind::Net(kind), fault.detail),
            kind => Self::new(MailFaultKind::OAuth(kind), fault.detail),
        }
    }
}

/// A failure at a mail server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct MailFault {
    pub kind: MailFaultKind,
    /// The server's own words where it had any.
    pub detail: String,
    /// The certificate that was refused.
    pub certificate: Option<Box<CertificateInfo>>,
}

impl MailFaultKind {
    /// Whether trying again by itself is wrong: it would lock the account, or ask for ever.
    pub fn needs_person(self) -> bool {
        use MailFaultKind::*;
        match self {
            SignInRefused | AppPasswordNeeded | NoSignInMethod | StartTlsMissing | FilesUnreadable | OAuthNeeded
            | ProtocolDisabled | MailboxMissing | UidlMissing | RelayDenied | SmtpAuthDisabled => true,
            Net(kind) => matches!(kind, NetFaultKind::Certificate(_)),
            OAuth(kind) => !OAuthFault::new(kind, "").is_temporary(),
            _ => false,
        }
    }
}

impl MailFault {
    pub fn new(kind: MailFaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), certificate: None }
    }

    /// Whether trying again by itself is wrong.
    pub fn needs_person(&self) -> bool {
        self.kind.needs_person()
    }
}

impl From<NetFault> for MailFault {
    fn from(fault: NetFault) -> Self {
        Self { kind: MailFaultKind::Net(fault.kind), detail: fault.detail, certificate: fault.certificate }
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
    /// It may have the mail, or has a part of it, and nothing more comes of asking: its answer was lost and it can't be
    /// asked, or it refuses the rest for good. Only the rep can look.
    MaybeLogged,
    /// 401: the token is not accepted any more.
    SignInNeeded,
    /// The CRM refuses what is signed, because this computer's clock differs too much from its own.
    ClockWrong,
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
    /// The rep's account that is to mail it to the CRM doesn't send: what is wrong with it, as everywhere.
    Sending(MailFaultKind),
    /// No account of the rep sends as the connection's settings say.
    NoSender,
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
        use CrmFaultKind::*;
        match self.kind {
            SignInNeeded | ClockWrong | Forbidden | NoSender | Net(NetFaultKind::Certificate(_)) => true,
            Sending(kind) => kind.needs_person(),
            _ => false,
        }
    }

    /// Whether the same request may succeed later by itself.
    pub fn is_temporary(&self) -> bool {
        use CrmFaultKind::*;
        match self.kind {
            // It is this mail that the account may not send, not its server that has no time.
            Sending(MailFaultKind::SendAsDenied) => false,
            Transient | RateLimited | Net(_) | FolderUnusable | Sending(_) => !self.is_about_connection(),
            _ => false,
        }
    }
}

impl From<NetFault> for CrmFault {
    fn from(fault: NetFault) -> Self {
        Self::new(CrmFaultKind::Net(fault.kind), fault.detail)
    }
}

impl From<MailFault> for CrmFault {
    /// What it means for a CRM that takes mail that an account could not send.
    fn from(fault: MailFault) -> Self {
        let kind = match fault.kind {
            MailFaultKind::Net(kind) => CrmFaultKind::Net(kind),
            MailFaultKind::SendingUnknown => CrmFaultKind::OutcomeUnknown,
            MailFaultKind::SendingRefused => CrmFaultKind::Rejected,
            kind => CrmFaultKind::Sending(kind),
        };
        Self::new(kind, fault.detail)
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
