//! `accounts`: the rep's mailboxes.

mod connect;
mod detect;
mod health;
mod view;

use otomo_domain::account::{AccountId, RepRole, SenderAddress, Sending, ShareMode};
use otomo_domain::secret::SecretString;
use otomo_domain::sharing::Sharing;
use otomo_domain::time::Timestamp;
use otomo_engine::credential::Proof;
use serde::Deserialize;
use ts_rs::TS;

use super::app::{Done, Nothing};
use crate::Api;
use crate::bounds::{FOLDERS, SENDERS, TARGETS};
use crate::error::{ApiError, Code};

pub use connect::{NewAccountArgs, SurveyArgs, SurveyRow, Tested};
pub(crate) use connect::{add, survey, test};
pub use detect::{AuthoriseArgs, AuthorisedView, DetectArgs, FoundHere};
pub(crate) use detect::{authorise, browse, detect, found_here};
pub(crate) use health::health;
pub use health::{ConditionView, HealthView, SpanView};
pub use view::{AccountView, DoingView, FolderView, SendingView};
use view::{one, view};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountArgs {
    pub id: i64,
}

/// A new password, or a finished sign-in in its place.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountSignInArgs {
    pub id: i64,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub password: Option<SecretString>,
    /// What `accounts.authorise` gave.
    #[serde(default)]
    #[ts(optional)]
    pub ticket: Option<u64>,
}

/// What can be changed of an account without asking its server; what is left out stays.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AdjustArgs {
    pub id: i64,
    #[serde(default)]
    #[ts(optional)]
    pub role: Option<RepRole>,
    #[serde(default)]
    #[ts(optional)]
    pub share_mode: Option<ShareMode>,
    /// The server's names of the folders to capture; an empty list goes back to the inbox and what was sent.
    #[serde(default)]
    #[ts(optional)]
    pub folders: Option<Vec<String>>,
    /// Mail the server got before this time (ms) is left out; what is here stays. 0 takes all of it.
    #[serde(default)]
    #[ts(optional)]
    pub import_since: Option<Timestamp>,
    #[serde(default)]
    #[ts(optional)]
    pub senders: Option<Vec<SenderAddress>>,
    /// All of it: what is not in it takes its default.
    #[serde(default)]
    #[ts(optional)]
    pub sharing: Option<Sharing>,
}

/// Another server, user, way of signing in, or way of sending; what is left out stays.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeArgs {
    pub id: i64,
    #[serde(default)]
    #[ts(optional)]
    pub protocol: Option<otomo_domain::detect::Protocol>,
    #[serde(default)]
    #[ts(optional)]
    pub endpoint: Option<otomo_domain::account::Endpoint>,
    #[serde(default)]
    #[ts(optional)]
    pub user: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub sending: Option<Sending>,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub password: Option<SecretString>,
    #[serde(default)]
    #[ts(optional)]
    pub ticket: Option<u64>,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub sending_password: Option<SecretString>,
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<AccountView>, ApiError> {
    let mut views = Vec::new();
    for account in api.engine().accounts().await? {
        views.push(view(api, account).await?);
    }
    Ok(views)
}

pub(crate) async fn sign_in(api: &Api, args: AccountSignInArgs) -> Result<AccountView, ApiError> {
    let id = AccountId(args.id);
    let method = connect::sign_in(api, args.ticket)?;
    let proof = Proof { password: args.password, ticket: args.ticket, smtp_password: None };
    api.engine().change_account(id, proof, |account| account.settings.sign_in = method).await?;
    one(api, id).await
}

pub(crate) async fn change(api: &Api, args: ChangeArgs) -> Result<AccountView, ApiError> {
    let id = AccountId(args.id);
    let proof = Proof { password: args.password, ticket: args.ticket, smtp_password: args.sending_password };
    let method = match (&proof.password, proof.ticket) {
        (None, None) => None,
        (_, ticket) => Some(connect::sign_in(api, ticket)?),
    };
    let (protocol, endpoint, user, sending) = (args.protocol, args.endpoint, args.user, args.sending);
    let change = |account: &mut otomo_domain::account::Account| {
        connect::change_source(&mut account.source, protocol, endpoint, user);
        if let Some(method) = method {
            account.settings.sign_in = method;
        }
        if let Some(sending) = sending {
            account.settings.sending = sending;
        }
    };
    api.engine().change_account(id, proof, change).await?;
    one(api, id).await
}

pub(crate) async fn adjust(api: &Api, args: AdjustArgs) -> Result<AccountView, ApiError> {
    let id = AccountId(args.id);
    let sharing =
        args.sharing.map(|sharing| sharing.sound().ok_or_else(|| ApiError::new(Code::BadArguments, "sharing")));
    let sharing = sharing.transpose()?;
    FOLDERS.holds(args.folders.as_deref().unwrap_or_default())?;
    SENDERS.holds(args.senders.as_deref().unwrap_or_default())?;
    TARGETS.holds(sharing.as_ref().and_then(|new| new.targets.as_deref()).unwrap_or_default())?;
    let adjust = |account: &mut otomo_domain::account::Account| {
        let settings = &mut account.settings;
        settings.role = args.role.or(settings.role);
        settings.share_mode = args.share_mode.or(settings.share_mode);
        settings.sharing = sharing.unwrap_or_else(|| settings.sharing.clone());
        if let Some(folders) = args.folders {
            settings.folders = (!folders.is_empty()).then_some(folders);
        }
        if let Some(senders) = args.senders {
            settings.senders = senders;
        }
        if let Some(since) = args.import_since {
            account.import_since = (since.0 > 0).then_some(since);
        }
    };
    api.engine().adjust_account(id, adjust).await?;
    one(api, id).await
}

pub(crate) async fn pause(api: &Api, args: AccountArgs) -> Result<AccountView, ApiError> {
    api.engine().pause_account(AccountId(args.id), true).await?;
    one(api, AccountId(args.id)).await
}

pub(crate) async fn resume(api: &Api, args: AccountArgs) -> Result<AccountView, ApiError> {
    api.engine().pause_account(AccountId(args.id), false).await?;
    one(api, AccountId(args.id)).await
}

/// What becomes of an account that is removed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveArgs {
    pub id: i64,
    /// Removes the mail that only this account has from this computer; what was shared stays in the history.
    #[serde(default)]
    pub wipe: bool,
    /// Takes back what was shared of it.
    #[serde(default)]
    pub retract: bool,
}

pub(crate) async fn remove(api: &Api, args: RemoveArgs) -> Result<Done, ApiError> {
    api.engine().remove_account(AccountId(args.id), args.wipe, args.retract).await?;
    Ok(Done { done: true })
}

pub(crate) async fn send_test(api: &Api, args: AccountArgs) -> Result<Done, ApiError> {
    api.engine().send_test(AccountId(args.id)).await?;
    Ok(Done { done: true })
}

pub(crate) async fn refresh_senders(api: &Api, args: AccountArgs) -> Result<AccountView, ApiError> {
    api.engine().refresh_senders(AccountId(args.id)).await?;
    one(api, AccountId(args.id)).await
}
