//! `contacts`: the local contact index.

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef};
use serde::Deserialize;
use ts_rs::TS;

use super::app::Done;
use crate::Api;
use crate::error::{ApiError, Code};

/// Part of a name or an address. Only this computer is asked.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchArgs {
    pub connection: i64,
    pub text: String,
}

/// Whoever has this address is that record, whatever the CRM says of it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LinkArgs {
    pub connection: i64,
    pub address: Address,
    pub record: RecordRef,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlinkArgs {
    pub connection: i64,
    pub address: Address,
}

/// A contact to make in the CRM. This tells the CRM its name and address: it is the rep's click that does it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateContactArgs {
    pub connection: i64,
    pub contact: NewContact,
}

pub(crate) async fn link(_api: &Api, _: LinkArgs) -> Result<Done, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "link"))
}

pub(crate) async fn unlink(_api: &Api, _: UnlinkArgs) -> Result<Done, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "unlink"))
}

pub(crate) async fn create(_api: &Api, _: CreateContactArgs) -> Result<Contact, ApiError> {
    Err(ApiError::new(Code::NotPossibleNow, "create"))
}

pub(crate) async fn search(api: &Api, args: SearchArgs) -> Result<Vec<Contact>, ApiError> {
    Ok(api.engine().search_contacts(ConnectionId(args.connection), args.text, 50).await?)
}
