//! `contacts`: the local contact index.

use otomo_domain::account::ConnectionId;
use otomo_domain::address::Address;
use otomo_domain::connector::NewContact;
use otomo_domain::contact::{Contact, RecordRef};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::Done;
use crate::Api;
use crate::error::ApiError;

/// Part of a name, of a company or of an address, in kanji, kana or Latin letters. Only this computer is asked, but by
/// `contacts.search_crm`, which tells the CRM what was typed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchArgs {
    pub connection: i64,
    pub text: String,
}

/// A record of the index that fits what was typed.
#[derive(Serialize, TS)]
pub struct FoundContact {
    #[serde(flatten)]
    pub contact: Contact,
    /// The name of the company it belongs to.
    pub company: Option<String>,
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

pub(crate) async fn link(api: &Api, args: LinkArgs) -> Result<Done, ApiError> {
    api.engine().link_address(ConnectionId(args.connection), args.address, args.record).await?;
    Ok(Done { done: true })
}

/// `done` is false where nothing was said of the address.
pub(crate) async fn unlink(api: &Api, args: UnlinkArgs) -> Result<Done, ApiError> {
    let done = api.engine().unlink_address(ConnectionId(args.connection), args.address).await?;
    Ok(Done { done })
}

pub(crate) async fn create(api: &Api, args: CreateContactArgs) -> Result<Contact, ApiError> {
    let NewContact { name, email, company } = args.contact;
    let short = |text: String| text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    let contact = NewContact { name: short(name), email, company: short(company) };
    Ok(api.engine().create_contact(ConnectionId(args.connection), contact).await?)
}

/// Asks the CRM itself.
pub(crate) async fn search_crm(api: &Api, args: SearchArgs) -> Result<Vec<FoundContact>, ApiError> {
    let found = api.engine().search_crm(ConnectionId(args.connection), &args.text).await?;
    Ok(found.into_iter().map(|contact| FoundContact { contact, company: None }).collect())
}

pub(crate) async fn search(api: &Api, args: SearchArgs) -> Result<Vec<FoundContact>, ApiError> {
    let found = api.engine().search_contacts(ConnectionId(args.connection), &args.text, 50).await?;
    Ok(found.into_iter().map(|(contact, company)| FoundContact { contact, company }).collect())
}
