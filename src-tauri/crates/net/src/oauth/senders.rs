//! The addresses that Gmail lets a sign-in send from (Gmail API, `users.settings.sendAs.list`).

use oauth2::http;
use otomo_domain::account::SenderAddress;
use otomo_domain::address::Address;
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::client::secure;
use super::endpoint::{protocol, send};
use crate::Net;

/// More than anybody has.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default)]
    send_as: Vec<SendAs>,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct SendAs {
    send_as_email: String,
    display_name: String,
    is_primary: bool,
    verification_status: String,
}

/// Asks the API at `base`.
pub async fn senders(net: &Net, base: &str, access: &SecretString) -> Result<Vec<SenderAddress>, OAuthFault> {
    let url = secure(&format!("{}/gmail/v1/users/me/settings/sendAs", base.trim_end_matches('/')))?;
    let request = http::Request::get(url.as_str())
        .header(http::header::AUTHORIZATION, format!("Bearer {}", access.expose_secret()))
        .body(Vec::new())
        .map_err(|_| protocol("the request cannot be made"))?;
    let response = send(net, request).await?;
    match response.status().as_u16() {
        200 => Ok(listed(response.body())?),
        401 => Err(OAuthFault::new(OAuthFaultKind::Expired, "Gmail does not take the token")),
        // The API isn't switched on in the project, or the right was not given.
        403 => Err(OAuthFault::new(OAuthFaultKind::ScopeMissing, "Gmail does not tell the sender addresses")),
        status => Err(protocol(&format!("Gmail answers {status}"))),
    }
}

/// Those that Gmail really sends from: under another one it puts its own.
fn listed(body: &[u8]) -> Result<Vec<SenderAddress>, OAuthFault> {
    let list: List = serde_json::from_slice(body).map_err(|_| protocol("Gmail's list cannot be read"))?;
    let usable = list.send_as.into_iter().filter(|one| one.is_primary || one.verification_status == "accepted");
    let sender = |one: SendAs| {
        let address = Address::parse(&one.send_as_email)?;
        let name = one.display_name.chars().filter(|c| !c.is_control()).take(200).collect();
        Some(SenderAddress { address, name, from_provider: true })
    };
    Ok(usable.filter_map(sender).take(MOST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_gmail_verified_are_offered() {
        let body = br#"{"sendAs":[
            {"sendAsEmail":"me@x.test","displayName":"Me","isPrimary":true,"isDefault":true},
            {"sendAsEmail":"sales@x.test","displayName":"Sa\r\nles","verificationStatus":"accepted"},
            {"sendAsEmail":"new@x.test","verificationStatus":"pending"},
            {"sendAsEmail":"not an address","verificationStatus":"accepted"}]}"#;
        let found = listed(body).unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.address.as_str(), one.name.as_str())).collect();
        assert_eq!(told, [("me@x.test", "Me"), ("sales@x.test", "Sales")]);
        assert_eq!(listed(b"{}").unwrap(), []);
        assert!(listed(b"<html>").is_err());
    }
}
