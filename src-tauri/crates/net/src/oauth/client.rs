//! A provider as the `oauth2` crate knows it.

use oauth2::basic::BasicTokenIntrospectionResponse;
use oauth2::{
    AuthType, AuthUrl, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet, StandardRevocableToken, TokenUrl,
};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::{self, Provider};
use otomo_domain::secret::ExposeSecret;
use url::Url;

use super::answer::{Granted, Refusal};

/// With the endpoints that every provider has.
pub type Registered = Client<
    Refusal,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    Refusal,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The registration of this program at a provider.
pub fn registration(provider: &Provider) -> Result<&oauth::Client, OAuthFault> {
    let missing = || OAuthFault::new(OAuthFaultKind::NoClient, provider.name.clone());
    provider.client.as_ref().ok_or_else(missing)
}

/// Makes a client of a provider, whose addresses must be https.
pub fn registered(provider: &Provider) -> Result<Registered, OAuthFault> {
    let registration = registration(provider)?;
    let client = Client::new(ClientId::new(registration.id.clone()))
        // A public client has nothing to put into a header (RFC 6749 §3.2.1), and all providers read the body.
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::from_url(secure(&provider.authorize)?))
        .set_token_uri(TokenUrl::from_url(secure(&provider.token)?));
    Ok(match &registration.secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
        None => client,
    })
}

/// An address of a provider. Codes and tokens never go there in the clear.
pub fn secure(address: &str) -> Result<Url, OAuthFault> {
    let wrong = |why: &str| OAuthFault::new(OAuthFaultKind::SetupWrong, format!("the provider's address {why}"));
    let url = Url::parse(address).map_err(|_| wrong("cannot be read"))?;
    if url.scheme() == "https" { Ok(url) } else { Err(wrong("is not https")) }
}
