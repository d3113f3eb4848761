//! Whatever goes wrong, as the outside hears it: a code, a sentence and a way on in both languages, details for IT.

use otomo_domain::error::{
    CertificateFault, CertificateInfo, CrmFault, CrmFaultKind, DesktopFault, MailFault, MailFaultKind, NetFaultKind,
    OAuthFaultKind, VaultFaultKind,
};
use otomo_domain::payload::Unsharable;
use otomo_domain::review::Refusal;
use otomo_domain::words::Words;
use otomo_engine::Fault;
use otomo_engine::rows::StoreFault;
use serde::Serialize;
use ts_rs::TS;

use crate::words::words;

/// What went wrong. Each has its words under `error_<code>` and its way on under `error_<code>_hint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    // the network
    HostUnknown,
    ConnectionRefused,
    TimedOut,
    Unreachable,
    PrivateUnreachable,
    ProxyRefused,
    ConnectionClosed,
    TlsFailed,
    CertificateExpired,
    CertificateNotYetValid,
    CertificateWrongName,
    CertificateUnknownIssuer,
    CertificateRevoked,
    CertificateInvalid,
    CertificateKeyChanged,
    // sign-ins at providers
    SignInDenied,
    ApprovalNeeded,
    WrongOrganisation,
    BlockedByOrganisation,
    SecondStepNeeded,
    SignInSetUpWrong,
    SignInExpired,
    CloudUnsupported,
    ProviderAccountLocked,
    ProviderUnavailable,
    PermissionMissing,
    ProtectedAccount,
    LoopbackBlocked,
    SignInTimedOut,
    SignInMismatch,
    NoClient,
    SignInProtocol,
    // mail servers
    StarttlsMissing,
    GreetingRefused,
    SignInRefused,
    AppPasswordNeeded,
    NoSignInMethod,
    MailProtocol,
    FolderGone,
    ServerRefused,
    FilesUnreadable,
    OauthNeeded,
    MailboxMissing,
    ProtocolDisabled,
    TooManyConnections,
    MailboxFull,
    UidlMissing,
    SendAsDenied,
    RelayDenied,
    SmtpAuthDisabled,
    SendingRefused,
    SendingUnknown,
    // CRMs
    CrmUnavailable,
    CrmRateLimited,
    CrmOutcomeUnknown,
    CrmMaybeLogged,
    CrmSignInNeeded,
    CrmClockWrong,
    CrmForbidden,
    CrmNotFound,
    CrmConflict,
    CrmTooLarge,
    CrmRejected,
    CrmAttachmentMissing,
    CrmUnsupported,
    CrmProtocol,
    CrmFolderUnusable,
    CrmNoSender,
    // the key and the files
    KeyStoreMissing,
    KeyStoreLocked,
    KeyStoreBroken,
    KeyMissing,
    PassphraseNeeded,
    PassphraseWrong,
    DatabaseKeyWrong,
    DatabaseNewer,
    DatabaseDamaged,
    DatabaseFailed,
    DiskFull,
    HomeInUse,
    HomeUnusable,
    PolicyInvalid,
    // commands
    UnknownCommand,
    BadArguments,
    NoSuch,
    Conflict,
    PreviewStale,
    NotPossibleNow,
    TooLate,
    CannotRetract,
    PolicyForbids,
    KeyTaken,
    AlreadyConnected,
    OtherAccount,
    NoSender,
    NoLink,
    UnknownAttachment,
    CannotRedact,
    LinkRefused,
    FileNotSaved,
    EngineStopped,
}

/// The one button that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The same again; it may work now.
    Retry,
    /// Nothing to press: it goes on by itself.
    Wait,
    SignIn,
    /// Sign in at the provider, in the browser.
    SignInAtProvider,
    /// Look at the certificate, and agree to it or not.
    CompareCertificate,
    /// Send through Microsoft Graph.
    SendByGraph,
    /// Make a password for mail programs at the provider.
    MakeAppPassword,
    EditSettings,
    AskIt,
    Unlock,
    /// Look at it again and decide.
    Review,
    OpenCrm,
    FreeSpace,
    Update,
    None,
}

/// An error as the outside gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ApiError {
    pub code: Code,
    /// What happened.
    pub message: Words,
    /// What to do about it.
    pub hint: Words,
    pub action: Action,
    /// For IT: the server's own words, a field's name. Never a secret, never a part of a mail.
    pub detail: String,
    /// The certificate that was refused, where it is about one.
    pub certificate: Option<Box<CertificateInfo>>,
}

impl ApiError {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let key = format!("error_{}", code.name());
        Self {
            code,
            message: words(&key),
            hint: words(&format!("{key}_hint")),
            action: code.action(),
            detail: detail.into(),
            certificate: None,
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message.en)
    }
}

impl Code {
    /// The word it has in JSON.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub fn action(self) -> Action {
        use Code::*;
        match self {
            HostUnknown | ConnectionRefused | StarttlsMissing | FilesUnreadable | CrmFolderUnusable | CrmNoSender
            | RelayDenied | UidlMissing => Action::EditSettings,
            TimedOut | Unreachable | ConnectionClosed | ServerRefused | FolderGone | MailProtocol | CrmProtocol
            | CrmClockWrong => Action::Retry,
            KeyStoreBroken | HomeUnusable | DatabaseFailed | EngineStopped | FileNotSaved => Action::Retry,
            PrivateUnreachable | ProxyRefused | ProviderUnavailable | SendingRefused => Action::Retry,
            TlsFailed | GreetingRefused | NoSignInMethod | CrmForbidden | PolicyInvalid | PolicyForbids => {
                Action::AskIt
            }
            ApprovalNeeded | BlockedByOrganisation | SignInSetUpWrong | NoClient | LoopbackBlocked => Action::AskIt,
            MailboxMissing | ProtocolDisabled | SendAsDenied | SignInProtocol | CertificateKeyChanged => Action::AskIt,
            SignInDenied
            | WrongOrganisation
            | SecondStepNeeded
            | SignInExpired
            | PermissionMissing
            | SignInTimedOut
            | SignInMismatch
            | OauthNeeded
            | ProviderAccountLocked => Action::SignInAtProvider,
            CloudUnsupported | ProtectedAccount | SendingUnknown => Action::None,
            SmtpAuthDisabled => Action::SendByGraph,
            MailboxFull => Action::FreeSpace,
            TooManyConnections => Action::Wait,
            CertificateExpired | CertificateNotYetValid | CertificateWrongName | CertificateUnknownIssuer => {
                Action::CompareCertificate
            }
            CertificateRevoked | CertificateInvalid | KeyMissing | DatabaseKeyWrong | DatabaseDamaged => Action::AskIt,
            AppPasswordNeeded => Action::MakeAppPassword,
            SignInRefused | CrmSignInNeeded => Action::SignIn,
            CrmUnavailable | CrmRateLimited | CrmOutcomeUnknown => Action::Wait,
            CrmNotFound | CrmTooLarge | CrmRejected | CrmAttachmentMissing => Action::Review,
            CrmConflict | CrmUnsupported | CrmMaybeLogged | CannotRetract => Action::OpenCrm,
            KeyStoreMissing | KeyStoreLocked | PassphraseNeeded | PassphraseWrong => Action::Unlock,
            DatabaseNewer => Action::Update,
            DiskFull => Action::FreeSpace,
            Conflict | PreviewStale | NoSender | NoLink | UnknownAttachment | CannotRedact | KeyTaken | TooLate => {
                Action::Review
            }
            HomeInUse | UnknownCommand | BadArguments | NoSuch | NotPossibleNow | AlreadyConnected | OtherAccount
            | LinkRefused => Action::None,
        }
    }
}

fn net(kind: NetFaultKind) -> Code {
    use CertificateFault as C;
    match kind {
        NetFaultKind::HostUnknown => Code::HostUnknown,
        NetFaultKind::Refused => Code::ConnectionRefused,
        NetFaultKind::TimedOut => Code::TimedOut,
        NetFaultKind::Unreachable => Code::Unreachable,
        NetFaultKind::PrivateUnreachable => Code::PrivateUnreachable,
        NetFaultKind::Proxy => Code::ProxyRefused,
        NetFaultKind::Closed => Code::ConnectionClosed,
        NetFaultKind::Tls => Code::TlsFailed,
        NetFaultKind::Certificate(C::Expired) => Code::CertificateExpired,
        NetFaultKind::Certificate(C::NotYetValid) => Code::CertificateNotYetValid,
        NetFaultKind::Certificate(C::WrongName) => Code::CertificateWrongName,
        NetFaultKind::Certificate(C::UnknownIssuer) => Code::CertificateUnknownIssuer,
        NetFaultKind::Certificate(C::Revoked) => Code::CertificateRevoked,
        NetFaultKind::Certificate(C::Invalid) => Code::CertificateInvalid,
        NetFaultKind::Certificate(C::KeyChanged) => Code::CertificateKeyChanged,
    }
}

fn oauth(kind: OAuthFaultKind) -> Code {
    use OAuthFaultKind as K;
    match kind {
        K::Denied => Code::SignInDenied,
        K::ApprovalNeeded => Code::ApprovalNeeded,
        K::WrongOrganisation => Code::WrongOrganisation,
        K::Blocked => Code::BlockedByOrganisation,
        K::SecondStep => Code::SecondStepNeeded,
        K::SetupWrong => Code::SignInSetUpWrong,
        K::Expired => Code::SignInExpired,
        K::CloudUnsupported => Code::CloudUnsupported,
        K::AccountLocked => Code::ProviderAccountLocked,
        K::Temporary => Code::ProviderUnavailable,
        K::ScopeMissing => Code::PermissionMissing,
        K::ProtectedAccount => Code::ProtectedAccount,
        K::LoopbackBlocked => Code::LoopbackBlocked,
        K::TimedOut => Code::SignInTimedOut,
        K::Mismatch => Code::SignInMismatch,
        K::NoClient => Code::NoClient,
        K::Protocol => Code::SignInProtocol,
        K::Net(kind) => net(kind),
    }
}

fn mail(kind: MailFaultKind) -> Code {
    use MailFaultKind as K;
    match kind {
        K::Net(kind) => net(kind),
        K::StartTlsMissing => Code::StarttlsMissing,
        K::GreetingRefused => Code::GreetingRefused,
        K::SignInRefused => Code::SignInRefused,
        K::AppPasswordNeeded => Code::AppPasswordNeeded,
        K::NoSignInMethod => Code::NoSignInMethod,
        K::Protocol => Code::MailProtocol,
        K::FolderGone => Code::FolderGone,
        K::ServerRefused => Code::ServerRefused,
        K::FilesUnreadable => Code::FilesUnreadable,
        K::OAuthNeeded => Code::OauthNeeded,
        K::OAuth(kind) => oauth(kind),
        K::MailboxMissing => Code::MailboxMissing,
        K::ProtocolDisabled => Code::ProtocolDisabled,
        K::TooManyConnections => Code::TooManyConnections,
        K::MailboxFull => Code::MailboxFull,
        K::UidlMissing => Code::UidlMissing,
        K::SendAsDenied => Code::SendAsDenied,
        K::RelayDenied => Code::RelayDenied,
        K::SmtpAuthDisabled => Code::SmtpAuthDisabled,
        K::SendingRefused => Code::SendingRefused,
        K::SendingUnknown => Code::SendingUnknown,
    }
}

impl From<MailFault> for ApiError {
    fn from(fault: MailFault) -> Self {
        Self { certificate: fault.certificate, ..Self::new(mail(fault.kind), fault.detail) }
    }
}

impl From<CrmFault> for ApiError {
    fn from(fault: CrmFault) -> Self {
        use CrmFaultKind as K;
        let code = match fault.kind {
            K::Transient => Code::CrmUnavailable,
            K::Net(kind) => net(kind),
            K::RateLimited => Code::CrmRateLimited,
            K::OutcomeUnknown => Code::CrmOutcomeUnknown,
            K::MaybeLogged => Code::CrmMaybeLogged,
            K::SignInNeeded => Code::CrmSignInNeeded,
            K::ClockWrong => Code::CrmClockWrong,
            K::Forbidden => Code::CrmForbidden,
            K::NotFound => Code::CrmNotFound,
            K::Conflict => Code::CrmConflict,
            K::TooLarge => Code::CrmTooLarge,
            K::Rejected => Code::CrmRejected,
            K::AttachmentMissing => Code::CrmAttachmentMissing,
            K::Unsupported => Code::CrmUnsupported,
            K::Protocol => Code::CrmProtocol,
            K::FolderUnusable => Code::CrmFolderUnusable,
            K::Sending(kind) => mail(kind),
            K::NoSender => Code::CrmNoSender,
        };
        Self::new(code, fault.detail)
    }
}

impl From<DesktopFault> for ApiError {
    fn from(fault: DesktopFault) -> Self {
        Self::new(Code::NotPossibleNow, fault.to_string())
    }
}

impl From<&StoreFault> for ApiError {
    fn from(fault: &StoreFault) -> Self {
        let code = match fault {
            StoreFault::WrongKey(_) => Code::DatabaseKeyWrong,
            StoreFault::NewerSchema(_) => Code::DatabaseNewer,
            StoreFault::DiskFull => Code::DiskFull,
            StoreFault::Damaged(_) => Code::DatabaseDamaged,
            StoreFault::File(..) | StoreFault::Sql(_) => Code::DatabaseFailed,
            StoreFault::Stale { .. } => Code::Conflict,
            StoreFault::Missing => Code::NoSuch,
            StoreFault::KeyTaken => Code::KeyTaken,
            StoreFault::Refused(refusal) => return (*refusal).into(),
        };
        Self::new(code, fault.to_string())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NotFrom { .. } | Refusal::NotByItself { .. } => Code::NotPossibleNow,
            Refusal::TooLate => Code::TooLate,
            Refusal::Irrevocable => Code::CannotRetract,
        };
        Self::new(code, refusal.to_string())
    }
}

impl From<VaultFaultKind> for Code {
    fn from(kind: VaultFaultKind) -> Self {
        match kind {
            VaultFaultKind::NoStore => Self::KeyStoreMissing,
            VaultFaultKind::Locked => Self::KeyStoreLocked,
            VaultFaultKind::WrongPassphrase => Self::PassphraseWrong,
            VaultFaultKind::PassphraseNeeded => Self::PassphraseNeeded,
            VaultFaultKind::Broken => Self::KeyStoreBroken,
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        (&fault).into()
    }
}

impl From<&Fault> for ApiError {
    fn from(fault: &Fault) -> Self {
        let code = match fault {
            Fault::Store(fault) => return fault.into(),
            Fault::Mail(fault) => return fault.clone().into(),
            Fault::Crm(fault) => return fault.clone().into(),
            Fault::Refused(refusal) => return (*refusal).into(),
            Fault::Unsharable(Unsharable::NoSender) => Code::NoSender,
            Fault::Unsharable(Unsharable::NoLink) => Code::NoLink,
            Fault::Unsharable(Unsharable::UnknownAttachment) => Code::UnknownAttachment,
            Fault::Unsharable(Unsharable::CannotRedact) => Code::CannotRedact,
            Fault::NoSuch(_) => Code::NoSuch,
            Fault::PreviewStale => Code::PreviewStale,
            Fault::Conflict { .. } => Code::Conflict,
            Fault::NotNow(_) => Code::NotPossibleNow,
            Fault::Policy(_) => Code::PolicyForbids,
            Fault::KeyTaken => Code::KeyTaken,
            Fault::AlreadyConnected => Code::AlreadyConnected,
            Fault::OtherAccount => Code::OtherAccount,
            Fault::Invalid { .. } => Code::BadArguments,
            Fault::NotSaved(_) => Code::FileNotSaved,
        };
        Self::new(code, fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code, read out of its TypeScript shape so that a new one cannot be forgotten here.
    fn every_code() -> Vec<String> {
        let shape = Code::inline(&ts_rs::Config::default());
        shape.split('|').map(|word| word.trim().trim_matches('"').to_owned()).collect()
    }

    #[test]
    fn every_code_has_a_sentence_and_a_way_on_in_both_languages() {
        let codes = every_code();
        assert!(codes.len() > 50, "{codes:?}");
        let mut missing = Vec::new();
        for code in codes {
            for key in [format!("error_{code}"), format!("error_{code}_hint")] {
                let words = words(&key);
                if words.en.is_empty() || words.ja.is_empty() || words.en == words.ja {
                    missing.push(key);
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
