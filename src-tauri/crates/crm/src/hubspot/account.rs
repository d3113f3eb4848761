//! The account, and who the rep is in it.

use otomo_domain::address::Address;
use otomo_domain::connector::{Identity, Limits};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFault;
use reqwest::StatusCode;
use serde::Deserialize;

use super::api::{Api, Call};
use super::{checking, mark};

pub struct Account {
    /// Missing where a service key may not ask.
    portal: Option<Portal>,
    /// The rep's number among the owners, if they are one.
    pub owner: Option<String>,
    /// What stands for the rep in marks and folders.
    pub rep: String,
    /// Whether the Message-ID of a mail can be written here.
    pub writes_message_id: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Portal {
    portal_id: u64,
    ui_domain: String,
}

#[derive(Deserialize)]
struct Owners {
    results: Vec<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    id: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    archived: bool,
}

/// Asks for the account and for the rep.
pub async fn load(api: &Api, email: &Address) -> Result<Account, CrmFault> {
    let answer = api.ask(Call::get(&["account-info"], &["details"])).await?;
    let portal = match answer.status {
        // Whether a service key may ask this is not documented; without it records have no links to their pages.
        StatusCode::FORBIDDEN => None,
        _ => Some(api.told::<Portal>(&answer)?),
    };
    let query = [("email", email.as_str()), ("limit", "100")];
    let owners: Owners = api.tell(Call::get(&["crm", "owners"], &[]).query(&query)).await?;
    let is_rep = |owner: &Owner| owner.email.as_deref().and_then(Address::parse).as_ref() == Some(email);
    let owner = owners.results.into_iter().find(|owner| !owner.archived && is_rep(owner)).map(|owner| owner.id);
    let writes_message_id = writes_message_id(api).await?;
    Ok(Account { portal, owner, rep: mark::rep(email), writes_message_id })
}

/// Whether `hs_email_message_id` can be written, which is nowhere promised. A key that may not ask is not told; what
/// other programs do shows that it can.
async fn writes_message_id(api: &Api) -> Result<bool, CrmFault> {
    let property = Call::get(&["crm", "properties"], &["emails", "hs_email_message_id"]);
    let answer = api.ask(property).await?;
    match answer.status {
        StatusCode::FORBIDDEN => Ok(true),
        _ => api.told::<Property>(&answer).map(|property| !property.modification_metadata.read_only_value),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    modification_metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    read_only_value: bool,
}

impl Account {
    /// Who the rep is here. One who is no owner can log mail, which is then nobody's.
    pub fn identity(&self, email: &Address) -> Identity {
        let portal = self.portal.as_ref().map(|portal| portal.portal_id.to_string());
        // The numbers of owners are an account's own.
        let named: Vec<&str> = [&portal, &self.owner].into_iter().flatten().map(String::as_str).collect();
        Identity {
            user_id: if named.is_empty() { email.to_string() } else { named.join("/") },
            email: self.owner.as_ref().map(|_| email.clone()),
            name: None,
            limits: Limits::default(),
            can_unlog: true,
            can_create_contacts: true,
            deny: Vec::new(),
            remarks: self.remarks().map(str::to_owned).collect(),
        }
    }

    fn remarks(&self) -> impl Iterator<Item = &'static str> {
        let no_owner = self.owner.is_none().then_some(checking::NO_OWNER);
        let no_message_id = (!self.writes_message_id).then_some(checking::NO_MESSAGE_ID);
        no_owner.into_iter().chain(no_message_id)
    }

    /// The page of a record.
    pub fn page(&self, record: &RecordRef) -> Option<String> {
        let Portal { portal_id, ui_domain } = self.portal.as_ref()?;
        let number = match record.kind {
            RecordType::Contact => "0-1",
            RecordType::Company => "0-2",
            RecordType::Deal => "0-3",
            _ => return None,
        };
        let url = format!("https://{ui_domain}/contacts/{portal_id}/record/{number}/{}", record.id);
        // The domain is the account's word: it must not lead anywhere but to a page of the same kind.
        reqwest::Url::parse(&url).ok().filter(|parsed| parsed.host_str() == Some(ui_domain)).map(|_| url)
    }

    /// The page on which a mail stands: that of a record it is linked to.
    pub fn page_of_mail(&self, links: &[RecordRef], id: &str) -> Option<String> {
        Some(format!("{}/view/1?engagement={id}", links.iter().find_map(|link| self.page(link))?))
    }
}
