//! How an account is shown.

use otomo_domain::account::{Account, AccountId, RepRole, SenderAddress, Sending, ShareMode, SignIn, Source};
use otomo_domain::address::Address;
use otomo_domain::sharing::Sharing;
use otomo_domain::sync::FolderRole;
use otomo_domain::time::Timestamp;
use otomo_engine::status::Doing;
use otomo_engine::steps::SendingFound;
use serde::Serialize;
use ts_rs::TS;

use crate::Api;
use crate::error::{ApiError, Code};

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
    pub sign_in: SignIn,
    pub sending: Sending,
    pub role: Option<RepRole>,
    pub share_mode: Option<ShareMode>,
    pub sharing: Sharing,
    /// How many more of its mails are asked about before the mode shares any by itself.
    pub practice_left: u32,
    pub import_since: Option<Timestamp>,
    pub senders: Vec<SenderAddress>,
    pub doing: DoingView,
    pub folders: Vec<FolderView>,
    /// When mail was last captured.
    pub captured_at: Option<Timestamp>,
}

/// What the test of sending found.
#[derive(Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SendingView {
    /// The account only receives.
    Off,
    Ready,
    /// It doesn't work; receiving does all the same.
    Failed {
        error: ApiError,
    },
}

impl From<SendingFound> for SendingView {
    fn from(found: SendingFound) -> Self {
        match found {
            SendingFound::Off => Self::Off,
            SendingFound::Ready => Self::Ready,
            SendingFound::Failed(fault) => Self::Failed { error: fault.into() },
        }
    }
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

pub async fn one(api: &Api, id: AccountId) -> Result<AccountView, ApiError> {
    let account = api.engine().accounts().await?.into_iter().find(|a| a.id == id);
    view(api, account.ok_or_else(|| ApiError::new(Code::NoSuch, "account"))?).await
}

pub async fn view(api: &Api, account: Account) -> Result<AccountView, ApiError> {
    let rows = api.engine().folders(account.id).await?;
    let captured_at = rows.iter().filter_map(|row| row.captured_at).max();
    let doing = if account.paused { Doing::Paused } else { api.engine().board.account(account.id) };
    let folder = |row: otomo_engine::rows::FolderRow| FolderView {
        name: row.folder.name,
        role: row.folder.role,
        captured_at: row.captured_at,
    };
    let practice_left = account.settings.practice_left();
    Ok(AccountView {
        id: account.id.0,
        address: account.address,
        source: account.source,
        sign_in: account.settings.sign_in,
        sending: account.settings.sending,
        role: account.settings.role,
        share_mode: account.settings.share_mode,
        practice_left,
        sharing: account.settings.sharing,
        import_since: account.import_since,
        senders: account.settings.senders,
        doing: doing.into(),
        folders: rows.into_iter().map(folder).collect(),
        captured_at,
    })
}
