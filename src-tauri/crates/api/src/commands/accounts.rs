//! `accounts`: the rep's mailboxes.

use std::path::PathBuf;

use otomo_domain::account::{Account, AccountId, Endpoint, Source};
use otomo_domain::address::Address;
use otomo_domain::secret::SecretString;
use otomo_domain::sync::{Folder, FolderRole};
use otomo_domain::time::Timestamp;
use otomo_engine::manage::NewAccount;
use otomo_engine::status::Doing;
use otomo_engine::steps::Steps;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::Nothing;
use crate::Api;
use crate::error::{ApiError, Code};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountArgs {
    pub id: i64,
}

/// A mailbox to test or to connect. Without `endpoint` the company's preset for the address is used; with `path` it is a
/// folder of mail files.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewAccountArgs {
    pub address: String,
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
    #[serde(default)]
    #[ts(optional)]
    pub path: Option<PathBuf>,
    /// Mail the server got before this time (ms) is left out.
    #[serde(default)]
    #[ts(optional)]
    pub import_since: Option<Timestamp>,
    /// A number of the caller's choice: steps are told under it, and `op.cancel` stops the test.
    #[serde(default)]
    #[ts(optional)]
    pub op: Option<u64>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountSignInArgs {
    pub id: i64,
    #[ts(type = "string")]
    pub password: SecretString,
}

/// What a test of a mailbox found.
#[derive(Serialize, TS)]
pub struct Tested {
    pub folders: Vec<FolderView>,
    /// Messages in the inbox.
    pub inbox: u32,
}

#[derive(Serialize, TS)]
pub struct FolderView {
    pub name: String,
    pub role: FolderRole,
    pub captured_at: Option<Timestamp>,
}

/// A connected mailbox.
#[derive(Serialize, TS)]
pub struct AccountView {
    pub id: i64,
    pub address: Address,
    pub source: Source,
    pub doing: DoingView,
    pub folders: Vec<FolderView>,
    /// When mail was last captured.
    pub captured_at: Option<Timestamp>,
}

/// What an account or a connection is doing.
#[derive(Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DoingView {
    Starting,
    Working,
    InStep,
    Waiting { error: ApiError, until: Timestamp },
    NeedsPerson { error: ApiError },
    Paused,
}

impl From<Doing> for DoingView {
    fn from(doing: Doing) -> Self {
        match doing {
            Doing::Starting => Self::Starting,
            Doing::Working => Self::Working,
            Doing::InStep => Self::InStep,
            Doing::Waiting { fault, until } => Self::Waiting { error: (&*fault).into(), until },
            Doing::NeedsPerson { fault } => Self::NeedsPerson { error: (&*fault).into() },
            Doing::Paused => Self::Paused,
        }
    }
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<AccountView>, ApiError> {
    let mut views = Vec::new();
    for account in api.engine().accounts().await? {
        views.push(view(api, account).await?);
    }
    Ok(views)
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
    let view = |folder: Folder| FolderView { name: folder.name, role: folder.role, captured_at: None };
    Ok(Tested { folders: found.folders.into_iter().map(view).collect(), inbox: found.inbox.exists })
}

pub(crate) async fn add(api: &Api, args: NewAccountArgs) -> Result<AccountView, ApiError> {
    let id = api.engine().add_account(read(api, args)?).await?;
    one(api, id).await
}

pub(crate) async fn sign_in(api: &Api, args: AccountSignInArgs) -> Result<AccountView, ApiError> {
    api.engine().sign_in_account(AccountId(args.id), args.password).await?;
    one(api, AccountId(args.id)).await
}

pub(crate) async fn pause(api: &Api, args: AccountArgs) -> Result<AccountView, ApiError> {
    api.engine().pause_account(AccountId(args.id), true).await?;
    one(api, AccountId(args.id)).await
}

pub(crate) async fn resume(api: &Api, args: AccountArgs) -> Result<AccountView, ApiError> {
    api.engine().pause_account(AccountId(args.id), false).await?;
    one(api, AccountId(args.id)).await
}

fn read(api: &Api, args: NewAccountArgs) -> Result<NewAccount, ApiError> {
    let bad = |why: &str| ApiError::new(Code::BadArguments, why);
    let address = Address::parse(&args.address).ok_or_else(|| bad("address"))?;
    let source = match (args.path, args.endpoint) {
        (Some(path), None) => Source::Files { path },
        (None, Some(endpoint)) => Source::Imap { endpoint, user: args.user.unwrap_or_else(|| address.to_string()) },
        (None, None) => {
            let (endpoint, user) = api.engine().policy.policy().preset(&address).ok_or_else(|| bad("endpoint"))?;
            Source::Imap { endpoint, user: args.user.unwrap_or(user) }
        }
        (Some(_), Some(_)) => return Err(bad("path and endpoint exclude each other")),
    };
    Ok(NewAccount { address, source, password: args.password, import_since: args.import_since })
}

async fn one(api: &Api, id: AccountId) -> Result<AccountView, ApiError> {
    let account = api.engine().accounts().await?.into_iter().find(|a| a.id == id);
    view(api, account.ok_or_else(|| ApiError::new(Code::NoSuch, "account"))?).await
}

async fn view(api: &Api, account: Account) -> Result<AccountView, ApiError> {
    let rows = api.engine().folders(account.id).await?;
    let captured_at = rows.iter().filter_map(|row| row.captured_at).max();
    let doing = if account.paused { Doing::Paused } else { api.engine().board.account(account.id) };
    let folder = |row: otomo_engine::rows::FolderRow| FolderView {
        name: row.folder.name,
        role: row.folder.role,
        captured_at: row.captured_at,
    };
    Ok(AccountView {
        id: account.id.0,
        address: account.address,
        source: account.source,
        doing: doing.into(),
        folders: rows.into_iter().map(folder).collect(),
        captured_at,
    })
}
