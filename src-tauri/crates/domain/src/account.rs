//! The rep's mail accounts and CRM connections.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::digest::Digest;
use crate::sharing::{PRACTICE, Sharing};
use crate::sync::Folder;
use crate::time::Timestamp;

/// Row number of an account in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct AccountId(pub i64);

/// Row number of a CRM connection in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct ConnectionId(pub i64);

/// How the way to a server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3).
    Tls,
    /// TLS after `STARTTLS`; refused by the server means no connection.
    StartTls,
    /// None at all: only where the rep said so for this one server, and the policy lets them.
    Clear,
}

/// Whom a server has to prove to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Trust {
    /// Its own host name, in a certificate that a trusted authority signed.
    #[default]
    Authority,
    /// Another name, in a certificate that a trusted authority signed: shared hosting shows the hoster's.
    Name { name: String },
    /// This one key, whatever the certificate around it says: the rep compared it (`SubjectPublicKeyInfo`, SHA-256).
    Key { spki: Digest },
}

impl Trust {
    /// Whether anything but the ordinary check was agreed to.
    pub fn is_exception(&self) -> bool {
        *self != Self::Authority
    }
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
    pub security: Security,
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Trust>", optional))]
    pub trust: Trust,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Endpoint {
    pub fn new(host: impl Into<String>, port: u16, security: Security) -> Self {
        Self { host: host.into(), port, security, trust: Trust::Authority }
    }

    /// Whether the host is one of a private network by its address or name: it can't be told of a name that only a
    /// resolver knows, so that one counts as outside.
    pub fn is_private(&self) -> bool {
        match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
            Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
            Err(_) => {
                let name = self.host.to_lowercase();
                name == "localhost"
                    || !name.contains('.')
                    || [".local", ".lan", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
            }
        }
    }
}

/// Where an account's mail comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Source {
    /// An IMAP server (RFC 9051, RFC 3501) and the user name it knows the rep by.
    Imap { endpoint: Endpoint, user: String },
    /// A POP3 server (RFC 1939). Mail is left there.
    Pop3 { endpoint: Endpoint, user: String },
    /// A folder of `.eml` files, a Maildir, or an mbox file (RFC 4155).
    Files { path: PathBuf },
    /// Nowhere: the account only sends.
    Nothing,
}

impl Source {
    /// The server it is, where it is one.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Imap { endpoint, .. } | Self::Pop3 { endpoint, .. } => Some(endpoint),
            Self::Files { .. } | Self::Nothing => None,
        }
    }
}

/// How the rep proves who they are, to the server that receives and to the one that sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SignIn {
    /// A password, or an app password.
    #[default]
    Password,
    /// A sign-in at a provider ([`crate::oauth::Provider::name`]).
    #[serde(rename = "oauth")]
    OAuth { provider: String },
}

/// How an account sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Sending {
    /// Not at all: the account only receives.
    #[default]
    Off,
    /// Through a submission server (RFC 6409).
    Smtp {
        endpoint: Endpoint,
        #[serde(default)]
        auth: SmtpAuth,
    },
    /// Through Microsoft Graph, with the sign-in of the mailbox.
    Graph,
}

impl Sending {
    /// The server it goes through, where it is one of the mail kind.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Smtp { endpoint, .. } => Some(endpoint),
            Self::Off | Self::Graph => None,
        }
    }
}

/// With what an account signs in to its submission server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SmtpAuth {
    /// As to the mailbox; under another name where one is given.
    #[default]
    Mailbox,
    /// With a name and a password of its own.
    Own { user: String },
    /// Not at all: a relay that knows its own network.
    Nothing,
}

/// What becomes of mail from people the CRM knows, in the words of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ShareMode {
    /// It is shared by itself, after the grace period.
    Share,
    /// The rep is asked once for every new contact.
    AskOnce,
    /// The rep shares one by one.
    Manual,
}

/// Who reads the mailbox; the wizard recommends a mode by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RepRole {
    Rep,
    Executive,
    SharedAddress,
}

impl RepRole {
    /// Executives read first, for their mail is sensitive; everybody else shares.
    pub fn recommends(self) -> ShareMode {
        match self {
            Self::Rep | Self::SharedAddress => ShareMode::Share,
            Self::Executive => ShareMode::Manual,
        }
    }
}

/// An address that the rep may send from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SenderAddress {
    pub address: Address,
    #[serde(default)]
    pub name: String,
    /// The provider told it; others were typed by the rep.
    #[serde(default)]
    pub from_provider: bool,
}

/// A mailbox the rep connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub address: Address,
    pub source: Source,
    /// Mail that the server got before is not imported; `None` imports everything.
    pub import_since: Option<Timestamp>,
    /// When the account was connected: what came before is past mail, which never shares itself.
    pub connected_at: Timestamp,
    pub paused: bool,
    pub settings: AccountSettings,
}

/// What the rep chose for an account besides where its mail comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountSettings {
    pub sign_in: SignIn,
    pub sending: Sending,
    /// Who signs in, where the mailbox is a shared one that the rep was given access to.
    pub delegate: Option<Address>,
    pub role: Option<RepRole>,
    pub share_mode: Option<ShareMode>,
    /// Folders to capture by the server's names; `None` takes the inbox and what was sent.
    pub folders: Option<Vec<String>>,
    pub senders: Vec<SenderAddress>,
    pub sharing: Sharing,
    /// When the share mode was chosen, or came to share; it holds for what arrives later.
    pub mode_since: Option<Timestamp>,
    /// When sharing came to reach mail that it had left out: what the rep sent, or what goes to further connections. What
    /// arrived before is past mail.
    pub widened_at: Option<Timestamp>,
    /// How many of its mails the rep has decided on, as far as [`PRACTICE`] needs to know.
    pub decided: u32,
}

impl AccountSettings {
    /// How many more of its mails the rep is asked about before its mode shares any by itself. A shared address is read
    /// by several people, who have no habits of one.
    pub fn practice_left(&self) -> u32 {
        let asked = !self.sharing.practised && self.role != Some(RepRole::SharedAddress);
        if asked { PRACTICE.saturating_sub(self.decided) } else { 0 }
    }

    /// Notes at `now` what these settings let go that `before` did not. It never reaches back: what is here already still
    /// waits for the rep.
    pub fn take_over_from(&mut self, before: &Self, now: Timestamp) {
        self.decided = self.decided.max(before.decided);
        self.mode_since = self.mode_since.max(before.mode_since);
        self.widened_at = self.widened_at.max(before.widened_at);
        let practised = before.practice_left() > 0 && self.practice_left() == 0;
        if self.share_mode != before.share_mode || practised {
            self.mode_since = Some(now);
        }
        if self.sharing.reaches_further_than(&before.sharing) {
            self.widened_at = Some(now);
        }
    }

    /// Whether a folder is captured.
    pub fn captures(&self, folder: &Folder) -> bool {
        match &self.folders {
            Some(names) => names.contains(&folder.name),
            None => folder.role.captured_by_default(),
        }
    }
}

/// A CRM the rep connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: ConnectionId,
    /// The name the registry of connectors knows it by.
    pub kind: String,
    /// What the rep calls it.
    pub name: String,
    /// The connector's own settings, without secrets.
    pub settings: serde_json::Value,
    pub status: ConnectionStatus,
    /// What arrived before is past mail there, which never shares itself.
    pub created_at: Timestamp,
    pub stay: Stay,
    /// What the rep said of the CRM's own capture; `None` while nobody asked.
    pub captures: Option<Captures>,
}

/// Whether a connection stays, and how it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Stay {
    #[default]
    Connected,
    /// It goes: nothing new is shared to it, and what is being sent comes to its end first.
    Settling,
    /// It goes: what was shared to it is taken back first.
    Retracting,
    /// It is forgotten, but for its name: what was decided about its mail stands in the trace.
    Gone,
}

/// Whether the rep's mailbox is connected to the CRM itself, too, which then takes mail in without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Captures {
    Yes,
    No,
    Unknown,
}

/// Whether a connection may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ConnectionStatus {
    Active,
    /// The rep paused it.
    Paused,
    /// The CRM refused the token or a permission: the rep's turn, nothing has to be decided again.
    SignInNeeded,
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Timestamp = Timestamp(5);
    const NOW: Timestamp = Timestamp(9);

    /// Since when the mode holds, and how far sharing reaches, after this change of settled settings.
    fn check(change: impl FnOnce(&mut AccountSettings), mode_since: Timestamp, widened_at: Timestamp) {
        let mut settings = AccountSettings { mode_since: Some(BEFORE), widened_at: Some(BEFORE), ..Default::default() };
        settings.sharing.targets = Some(vec![ConnectionId(1), ConnectionId(2)]);
        let mut changed = settings.clone();
        change(&mut changed);
        changed.take_over_from(&settings, NOW);
        assert_eq!((changed.mode_since, changed.widened_at), (Some(mode_since), Some(widened_at)), "{changed:?}");
    }

    #[test]
    fn what_comes_to_share_more_holds_from_now_on() {
        check(|_| (), BEFORE, BEFORE);
        check(|settings| settings.share_mode = Some(ShareMode::Share), NOW, BEFORE);
        check(|settings| settings.sharing.practised = true, NOW, BEFORE);
        check(|settings| settings.role = Some(RepRole::SharedAddress), NOW, BEFORE);
        check(|settings| settings.role = Some(RepRole::Executive), BEFORE, BEFORE);
        check(|settings| settings.sharing.sent_too = true, BEFORE, NOW);
        check(|settings| settings.sharing.targets = None, BEFORE, NOW);
        check(|settings| settings.sharing.targets = Some(vec![ConnectionId(1), ConnectionId(3)]), BEFORE, NOW);
        check(|settings| settings.sharing.targets = Some(vec![ConnectionId(2)]), BEFORE, BEFORE);
        check(|settings| settings.sharing.level = crate::payload::Level::Subject, BEFORE, BEFORE);
    }

    #[test]
    fn what_was_counted_meanwhile_stays_counted() {
        let counted = AccountSettings { decided: 7, mode_since: Some(NOW), ..Default::default() };
        let mut typed = AccountSettings { decided: 3, ..Default::default() };
        typed.take_over_from(&counted, NOW);
        assert_eq!((typed.decided, typed.mode_since), (7, Some(NOW)));
    }
}
