//! The rep's mail accounts and CRM connections.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::time::Timestamp;

/// Row number of an account in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub i64);

/// Row number of a CRM connection in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub i64);

/// How the way to a server is protected. There is no third, unprotected way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3).
    Tls,
    /// TLS after `STARTTLS`; refused by the server means no connection.
    StartTls,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

/// Where an account's mail comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Source {
    /// An IMAP server (RFC 9051, RFC 3501) and the user name it knows the rep by.
    Imap { endpoint: Endpoint, user: String },
    /// A folder of `.eml` files.
    Files { path: PathBuf },
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
