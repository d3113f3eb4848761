//! `contacts`: the local contact index.

use otomo_domain::account::ConnectionId;
use otomo_domain::contact::Contact;
use serde::Deserialize;
use ts_rs::TS;

use crate::Api;
use crate::error::ApiError;

/// Part of a name or an address. Only this computer is asked.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchArgs {
    pub connection: i64,
    pub text: String,
}

pub(crate) async fn search(api: &Api, args: SearchArgs) -> Result<Vec<Contact>, ApiError> {
    Ok(api.engine().search_contacts(ConnectionId(args.connection), args.text, 50).await?)
}
