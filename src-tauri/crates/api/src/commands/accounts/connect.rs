//! From settings to an account.

use std::path::PathBuf;

use otomo_domain::account::{AccountSettings, Endpoint, RepRole, Sending, ShareMode, SignIn, Source};
use otomo_domain::address::Address;
use otomo_domain::detect::Protocol;
use otomo_domain::secret::SecretString;
use otomo_domain::sync::{FolderRole, Survey};
use otomo_domain::time::Timestamp;
use otomo_engine::accounts::NewAccount;
use otomo_engine::credential::Proof;
use otomo_engine::steps::Steps;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::view::{AccountView, FolderView, SendingView, one};
use crate::Api;
use crate::bounds::{FOLDERS, SINCE};
use crate::error::{ApiError, Code};

/// A mailbox to test or to connect. Without `endpoint` the company's preset for the address is used; with `path` it is a
/// folder of mail files, a Maildir, or an mbox file.
#[derive(Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewAccountArgs {
    pub address: String,
    #[serde(default)]
    #[ts(optional)]
    pub protocol: Option<Protocol>,
    #[serde(default)]
    #[ts(optional)]
    pub endpoint: Option<Endpoint>,
    /// The name the server knows the rep by; the address where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub user: Option<String>,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub password: Option<SecretString>,
    /// A finished sign-in in place of a password: what `accounts.authorise` gave.
    #[serde(default)]
    #[ts(optional)]
    pub ticket: Option<u64>,
    #[serde(default)]
    #[ts(optional)]
    pub path: Option<PathBuf>,
    /// The account only sends.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub send_only: bool,
    #[serde(default)]
    #[ts(optional)]
    pub sending: Option<Sending>,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub sending_password: Option<SecretString>,
    /// Who signs in, where the mailbox is a shared one that the rep was given access to (Exchange: Full Access).
    #[serde(default)]
    #[ts(optional)]
    pub delegate: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub role: Option<RepRole>,
    #[serde(default)]
    #[ts(optional)]
    pub share_mode: Option<ShareMode>,
    /// Folders to capture, by the server's names; the inbox and what was sent where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub folders: Option<Vec<String>>,
    /// Mail the server got before this time (ms) is left out.
    #[serde(default)]
    #[ts(optional)]
    pub import_since: Option<Timestamp>,
    /// A number of the caller's choice: steps are told under it, and `op.cancel` stops the test.
    #[serde(default)]
    #[ts(optional)]
    pub op: Option<u64>,
}

/// What a test of a mailbox found.
#[derive(Serialize, TS)]
pub struct Tested {
    pub folders: Vec<FolderView>,
    /// Messages in the inbox.
    pub inbox: u32,
    pub sending: SendingView,
}

/// A mailbox to look through before it is connected.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SurveyArgs {
    pub account: NewAccountArgs,
    /// Times (ms) to count from.
    pub since: Vec<Timestamp>,
}

/// How much is in a folder.
#[derive(Serialize, TS)]
pub struct SurveyRow {
    pub name: String,
    pub role: FolderRole,
    /// `null` where the server doesn't tell without being read.
    pub survey: Option<Survey>,
}

pub(crate) async fn test(api: &Api, args: NewAccountArgs) -> Result<Tested, ApiError> {
    let (op, new) = (args.op, read(api, args)?);
    let found = match op {
        Some(op) => {
            let steps = Steps::new(api.engine().bus.clone(), op);
            let test = async { Ok(api.engine().test_account(&new, Some(&steps)).await?) };
            api.operations.under(op, test).await?
        }
        None => api.engine().test_account(&new, None).await?,
    };
    let view =
        |folder: otomo_domain::sync::Folder| FolderView { name: folder.name, role: folder.role, captured_at: None };
    Ok(Tested {
        folders: found.folders.into_iter().map(view).collect(),
        inbox: found.inbox.exists,
        sending: found.sending.into(),
    })
}

pub(crate) async fn add(api: &Api, args: NewAccountArgs) -> Result<AccountView, ApiError> {
    let id = api.engine().add_account(read(api, args)?).await?;
    one(api, id).await
}

pub(crate) async fn survey(api: &Api, args: SurveyArgs) -> Result<Vec<SurveyRow>, ApiError> {
    SINCE.holds(&args.since)?;
    let new = read(api, args.account)?;
    let rows = api.engine().survey(&new, &args.since).await?;
    Ok(rows.into_iter().map(|(folder, survey)| SurveyRow { name: folder.name, role: folder.role, survey }).collect())
}

/// How an account signs in with what was brought along.
pub fn sign_in(api: &Api, ticket: Option<u64>) -> Result<SignIn, ApiError> {
    match ticket {
        None => Ok(SignIn::Password),
        Some(ticket) => Ok(SignIn::OAuth { provider: api.engine().provider_of_ticket(ticket)? }),
    }
}

/// Puts the parts of another source in their places.
pub fn change_source(
    source: &mut Source,
    protocol: Option<Protocol>,
    endpoint: Option<Endpoint>,
    user: Option<String>,
) {
    let (was, old_endpoint, old_user) = match source {
        Source::Imap { endpoint, user } => (Protocol::Imap, endpoint.clone(), user.clone()),
        Source::Pop3 { endpoint, user } => (Protocol::Pop3, endpoint.clone(), user.clone()),
        Source::Files { .. } | Source::Nothing => match endpoint {
            Some(endpoint) => return *source = of(protocol, endpoint, user.unwrap_or_default()),
            None => return,
        },
    };
    *source = of(Some(protocol.unwrap_or(was)), endpoint.unwrap_or(old_endpoint), user.unwrap_or(old_user));
}

fn of(protocol: Option<Protocol>, endpoint: Endpoint, user: String) -> Source {
    match protocol {
        Some(Protocol::Pop3) => Source::Pop3 { endpoint, user },
        Some(Protocol::Imap) | None => Source::Imap { endpoint, user },
    }
}

fn read(api: &Api, args: NewAccountArgs) -> Result<NewAccount, ApiError> {
    let bad = |why: &str| ApiError::new(Code::BadArguments, why);
    FOLDERS.holds(args.folders.as_deref().unwrap_or_default())?;
    let address = Address::parse(&args.address).ok_or_else(|| bad("address"))?;
    let policy = api.engine().policy.policy();
    let preset = policy.preset(&address);
    let mut preset_sending = None;
    let source = match (args.path, args.endpoint, args.send_only) {
        (Some(path), None, false) => Source::Files { path },
        (None, Some(endpoint), false) => of(args.protocol, endpoint, args.user.unwrap_or_else(|| address.to_string())),
        (None, None, true) => Source::Nothing,
        (None, None, false) => {
            let (preset, user) = preset.ok_or_else(|| bad("endpoint"))?;
            let (protocol, endpoint) = match (args.protocol, &preset.imap, &preset.pop3) {
                (Some(Protocol::Imap) | None, Some(imap), _) => (Protocol::Imap, imap),
                (Some(Protocol::Pop3) | None, _, Some(pop3)) => (Protocol::Pop3, pop3),
                _ => return Err(bad("endpoint")),
            };
            preset_sending = preset.smtp.clone().map(|endpoint| Sending::Smtp { endpoint, auth: Default::default() });
            of(Some(protocol), endpoint.clone(), args.user.unwrap_or(user))
        }
        _ => return Err(bad("path, endpoint and send_only exclude each other")),
    };
    let delegate = match args.delegate {
        Some(text) => Some(Address::parse(&text).ok_or_else(|| bad("delegate"))?),
        None => None,
    };
    let settings = AccountSettings {
        sign_in: sign_in(api, args.ticket)?,
        sending: args.sending.or(preset_sending).unwrap_or_default(),
        delegate,
        role: args.role,
        share_mode: policy.share_mode.or(args.share_mode),
        folders: args.folders,
        ..AccountSettings::default()
    };
    let proof = Proof { password: args.password, ticket: args.ticket, smtp_password: args.sending_password };
    Ok(NewAccount { address, source, import_since: args.import_since, settings, proof })
}
