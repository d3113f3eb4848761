//! `crm`: the rep's CRM connections.

use otomo_domain::account::{Captures, Connection, ConnectionId, ConnectionStatus, Stay};
use otomo_domain::address::Address;
use otomo_domain::connector::{ConnectorInfo, Identity};
use otomo_domain::secret::SecretString;
use otomo_domain::time::Timestamp;
use otomo_engine::leave::Former;
use otomo_engine::manage::NewConnection;
use otomo_engine::refresh;
use otomo_engine::shipments::Traffic;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::accounts::{DoingView, browse};
use super::app::{Done, Nothing};
use crate::Api;
use crate::error::{ApiError, Code};
use crate::operation::Started;

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConnectionArgs {
    pub id: i64,
}

/// A CRM to test or to connect. `settings` has the fields that the kind describes, `token` its secret one.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewConnectionArgs {
    pub kind: String,
    /// What the rep calls it; the kind's name where it is left out.
    #[serde(default)]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default)]
    #[ts(type = "Record<string, string>")]
    pub settings: serde_json::Value,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub token: Option<SecretString>,
    /// What `crm.authorise` gave, for a kind that is signed in to in the browser.
    #[serde(default)]
    #[ts(optional)]
    pub ticket: Option<u64>,
}

/// A CRM to sign in to in the browser: one that is being set up, or (`id`) one that is connected.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CrmAuthoriseArgs {
    #[serde(default)]
    #[ts(optional)]
    pub new: Option<NewConnectionArgs>,
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<i64>,
    /// The number by which `op.cancel` gives up.
    pub op: u64,
}

/// A finished sign-in; it waits for `crm.test`, `crm.connect` or `crm.sign_in`.
#[derive(Serialize, TS)]
pub struct Ticket {
    pub ticket: u64,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignInArgs {
    pub id: i64,
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub token: Option<SecretString>,
    /// What `crm.authorise` gave.
    #[serde(default)]
    #[ts(optional)]
    pub ticket: Option<u64>,
}

/// Removes a CRM.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveConnectionArgs {
    pub id: i64,
    /// Takes back what was shared to it before it is forgotten.
    pub retract: bool,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RenameArgs {
    pub id: i64,
    pub name: String,
}

/// What the rep says: is the mailbox connected to the CRM itself, too?
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CapturesArgs {
    pub id: i64,
    pub captures: Captures,
}

/// Who the CRM takes the rep for.
#[derive(Serialize, TS)]
pub struct IdentityView {
    pub user_id: String,
    pub email: Option<Address>,
    pub name: Option<String>,
    /// Whether a mail can be taken back.
    pub can_unlog: bool,
    /// Whether a contact can be made.
    pub can_create_contacts: bool,
    pub max_attachment_bytes: Option<u64>,
    /// Keys of the kind's remarks: what the rep should know about this connection.
    pub remarks: Vec<String>,
}

impl From<Identity> for IdentityView {
    fn from(identity: Identity) -> Self {
        Self {
            user_id: identity.user_id,
            email: identity.email,
            name: identity.name,
            can_unlog: identity.can_unlog,
            can_create_contacts: identity.can_create_contacts,
            max_attachment_bytes: identity.limits.attachment,
            remarks: identity.remarks,
        }
    }
}

/// A connected CRM.
#[derive(Serialize, TS)]
pub struct ConnectionView {
    pub id: i64,
    pub kind: String,
    /// What its kind is and can do; none where this version knows no such kind.
    pub info: Option<ConnectorInfo>,
    pub name: String,
    #[ts(type = "Record<string, string>")]
    pub settings: serde_json::Value,
    pub status: ConnectionStatus,
    /// How its contact index is doing.
    pub doing: DoingView,
    pub identity: Option<IdentityView>,
    /// Contacts in the local index.
    pub contacts: i64,
    pub refreshed_at: Option<Timestamp>,
    /// What the rep said of the CRM's own capture.
    pub captures: Option<Captures>,
    /// When the last mail was shared to it.
    pub shared_at: Option<Timestamp>,
    /// Mail that is in it by Otomo.
    pub shared: i64,
    /// Mail on its way to it, or being taken back.
    pub moving: i64,
    /// Mail that needs the rep.
    pub failed: i64,
}

/// A CRM that was removed, or is on its way out.
#[derive(Serialize, TS)]
pub struct FormerView {
    pub id: i64,
    pub kind: String,
    pub info: Option<ConnectorInfo>,
    pub name: String,
    pub stay: Stay,
    pub status: ConnectionStatus,
    /// Mail that is still being sent or taken back.
    pub unsettled: i64,
    /// Mail that could not be taken back.
    pub failed: i64,
}

pub(crate) async fn kinds(api: &Api, _: Nothing) -> Result<Vec<ConnectorInfo>, ApiError> {
    let policy = api.engine().policy.policy();
    Ok(api.engine().kinds.iter().filter(|info| policy.allows_crm(&info.kind)).cloned().collect())
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<ConnectionView>, ApiError> {
    let mut views = Vec::new();
    for connection in api.engine().connections().await? {
        views.push(view(api, connection).await?);
    }
    Ok(views)
}

pub(crate) async fn former(api: &Api, _: Nothing) -> Result<Vec<FormerView>, ApiError> {
    let view = |Former { connection, unsettled, failed }: Former| FormerView {
        id: connection.id.0,
        info: info(api, &connection.kind),
        kind: connection.kind,
        name: connection.name,
        stay: connection.stay,
        status: connection.status,
        unsettled,
        failed,
    };
    Ok(api.engine().former_connections().await?.into_iter().map(view).collect())
}

pub(crate) async fn test(api: &Api, args: NewConnectionArgs) -> Result<IdentityView, ApiError> {
    Ok(api.engine().test_connection(&read(args)).await?.into())
}

pub(crate) async fn authorise(api: &Api, args: CrmAuthoriseArgs) -> Result<Ticket, ApiError> {
    let new = match (args.new, args.id) {
        (Some(new), None) => read(new),
        (None, Some(id)) => api.engine().with_proof(ConnectionId(id), None, None).await?,
        _ => return Err(ApiError::new(Code::BadArguments, "new")),
    };
    let work = async {
        let (provider, attempt) = api.engine().begin_crm_sign_in(&new).await?;
        browse(api, args.op, attempt.url()).await;
        Ok(api.engine().finish_crm_sign_in(provider, attempt).await?)
    };
    Ok(Ticket { ticket: api.operations.under(args.op, work).await? })
}

pub(crate) async fn connect(api: &Api, args: NewConnectionArgs) -> Result<ConnectionView, ApiError> {
    let id = api.engine().add_connection(read(args)).await?;
    one(api, id).await
}

pub(crate) async fn sign_in(api: &Api, args: SignInArgs) -> Result<ConnectionView, ApiError> {
    api.engine().sign_in_connection(ConnectionId(args.id), args.token, args.ticket).await?;
    one(api, ConnectionId(args.id)).await
}

pub(crate) async fn rename(api: &Api, args: RenameArgs) -> Result<ConnectionView, ApiError> {
    api.engine().rename_connection(ConnectionId(args.id), &args.name).await?;
    one(api, ConnectionId(args.id)).await
}

pub(crate) async fn say_captures(api: &Api, args: CapturesArgs) -> Result<ConnectionView, ApiError> {
    api.engine().say_captures(ConnectionId(args.id), args.captures).await?;
    one(api, ConnectionId(args.id)).await
}

pub(crate) async fn remove(api: &Api, args: RemoveConnectionArgs) -> Result<Done, ApiError> {
    api.engine().remove_connection(ConnectionId(args.id), args.retract).await?;
    Ok(Done { done: true })
}

pub(crate) async fn refresh(api: &Api, args: ConnectionArgs) -> Result<Started, ApiError> {
    let (engine, id) = (api.engine().clone(), ConnectionId(args.id));
    engine.connection(id).await?;
    let look = async move { refresh::look_now(&engine, id).await.map_err(|fault| ApiError::from(&*fault)) };
    Ok(api.operations.start(look))
}

pub(crate) async fn pause(api: &Api, args: ConnectionArgs) -> Result<ConnectionView, ApiError> {
    api.engine().pause_connection(ConnectionId(args.id), true).await?;
    one(api, ConnectionId(args.id)).await
}

pub(crate) async fn resume(api: &Api, args: ConnectionArgs) -> Result<ConnectionView, ApiError> {
    api.engine().pause_connection(ConnectionId(args.id), false).await?;
    one(api, ConnectionId(args.id)).await
}

fn read(args: NewConnectionArgs) -> NewConnection {
    let name = args.name.unwrap_or_else(|| args.kind.clone());
    NewConnection { kind: args.kind, name, settings: args.settings, token: args.token, ticket: args.ticket }
}

async fn one(api: &Api, id: ConnectionId) -> Result<ConnectionView, ApiError> {
    view(api, api.engine().connection(id).await?).await
}

fn info(api: &Api, kind: &str) -> Option<ConnectorInfo> {
    api.engine().kinds.iter().find(|info| info.kind == kind).cloned()
}

async fn view(api: &Api, connection: Connection) -> Result<ConnectionView, ApiError> {
    let (contacts, feed) = api.engine().index(connection.id).await?;
    let Traffic { shared_at, shared, moving, failed } = api.engine().traffic(connection.id).await?;
    Ok(ConnectionView {
        id: connection.id.0,
        info: info(api, &connection.kind),
        kind: connection.kind,
        name: connection.name,
        settings: connection.settings,
        status: connection.status,
        doing: api.engine().board.connection(connection.id).into(),
        identity: api.engine().identity(connection.id).await?.map(IdentityView::from),
        contacts,
        refreshed_at: feed.map(|feed| feed.refreshed_at),
        captures: connection.captures,
        shared_at,
        shared,
        moving,
        failed,
    })
}
