//! The organisation's own app: the rep signs in in the browser, and acts with what they may do themselves.
//!
//! HubSpot wants the app's secret for every token, and compares the whole address that the browser comes back to with a
//! registered one; `http` is allowed for `localhost` alone. So the port is the organisation's choice.

use std::collections::BTreeMap;

use otomo_domain::connector::{ConnectorInfo, Field, FieldKind};
use otomo_domain::oauth::{Client, Provider, Redirect, Scopes, Servers};
use otomo_domain::ports::CrmConnector;
use otomo_domain::words::Words;

use super::{ADDRESS, SCOPES, email_field, url_field};
use crate::http::base::Base;
use crate::registry::{Form, Given, InvalidSettings};

/// Where a rep signs in; accounts in Europe have `app-eu1.hubspot.com`.
const SIGN_IN: &str = "https://app.hubspot.com/oauth/authorize";

/// The port that is proposed; any other that is registered will do.
const PORT: &str = "47113";

pub(crate) fn info() -> ConnectorInfo {
    ConnectorInfo {
        kind: "hubspot_app".into(),
        name: Words::new("HubSpot（自社アプリでログイン）", "HubSpot (your organisation's app)"),
        text: Words::new(
            "会社がHubSpotに登録したアプリを使い、自分のアカウントでログインします。",
            "For HubSpot, with your own sign-in through an app that your organisation registered.",
        ),
        fields: fields(),
        browser: true,
        ..super::info()
    }
}

fn fields() -> Vec<Field> {
    let id = Field::required(
        "client_id",
        FieldKind::Text,
        Words::new("クライアントID", "Client ID"),
        Words::new("HubSpotのアプリの「認証」にあります。", "On the app's Auth page in HubSpot."),
    );
    let secret = Field::required(
        "client_secret",
        FieldKind::Secret,
        Words::new("クライアントシークレット", "Client secret"),
        Words::new("このパソコンの中に暗号化して保存されます。", "It is stored encrypted on this computer."),
    );
    let port = Field {
        preset: PORT.into(),
        ..Field::required(
            "port",
            FieldKind::Text,
            Words::new("リダイレクトのポート", "Port of the redirect"),
            Words::new(
                "アプリのリダイレクトURLに http://localhost:ポート/ を登録してください。",
                "The app needs the redirect URL http://localhost:port/",
            ),
        )
    };
    let page = Field {
        name: "sign_in".into(),
        kind: FieldKind::Url,
        label: Words::new("ログインのアドレス", "Address of the sign-in"),
        hint: Words::new(
            "EUのアカウントでは app-eu1.hubspot.com です。",
            "app-eu1.hubspot.com for accounts in the EU.",
        ),
        required: false,
        preset: SIGN_IN.into(),
    };
    vec![email_field(), id, secret, port, page, url_field()]
}

/// Without a sign-in there is nothing to show but the app's secret, which is nobody's token.
pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    if given.tokens.is_none() {
        return Err(InvalidSettings::new("sign_in", "is missing: sign in in the browser first"));
    }
    super::build(given)
}

/// Where the rep signs in, by what is filled in.
pub(crate) fn provider(form: &Form<'_>) -> Result<Provider, InvalidSettings> {
    let base = Base::parse(form.text("url").unwrap_or(ADDRESS));
    let base = base.map_err(|reason| InvalidSettings::new("url", reason))?;
    let port = form.text("port")?.parse().ok().filter(|port| *port >= 1024_u16);
    let port = port.ok_or_else(|| InvalidSettings::new("port", "is not a number from 1024 to 65535"))?;
    let secret = form.secret.clone().ok_or_else(|| InvalidSettings::new("client_secret", "is missing"))?;
    Ok(Provider {
        name: "hubspot".into(),
        client: Some(Client { id: form.text("client_id")?.to_owned(), secret: Some(secret) }),
        authorize: form.text("sign_in").unwrap_or(SIGN_IN).to_owned(),
        token: base.join(&["oauth", super::api::VERSION, "token"], &[]).into(),
        revoke: None,
        issuer: None,
        names_issuer: false,
        // An app has the scope `oauth` always, and must be asked for it.
        scopes: Scopes {
            identity: std::iter::once("oauth").chain(SCOPES).map(String::from).collect(),
            ..Scopes::default()
        },
        redirect: Redirect::Localhost,
        redirect_path: "/".into(),
        redirect_port: Some(port),
        parameters: BTreeMap::new(),
        servers: Servers::default(),
        graph: None,
        gmail: None,
    })
}

#[cfg(test)]
mod tests {
    use otomo_domain::secret::SecretString;
    use serde_json::{Value, json};

    fn check(settings: Value, secret: Option<&str>) -> Result<String, String> {
        let made = crate::provider("hubspot_app", &settings, secret.map(SecretString::from));
        made.map(|provider| provider.expect("a provider").token).map_err(|invalid| invalid.field)
    }

    #[test]
    fn what_is_filled_in_leads_to_the_token_address_of_the_api() {
        let token = check(json!({"client_id": "id", "port": "47113"}), Some("secret"));
        assert_eq!(token.as_deref(), Ok("https://api.hubapi.com/oauth/2026-09/token"));
    }

    #[test]
    fn what_is_missing_or_cannot_be_is_named() {
        assert_eq!(check(json!({"port": "47113"}), Some("s")).unwrap_err(), "client_id");
        assert_eq!(check(json!({"client_id": "id", "port": "47113"}), None).unwrap_err(), "client_secret");
        for port in ["", "80", "65536", "x"] {
            assert_eq!(check(json!({"client_id": "id", "port": port}), Some("s")).unwrap_err(), "port", "{port}");
        }
        let http = json!({"client_id": "id", "port": "47113", "url": "http://x.example"});
        assert_eq!(check(http, Some("s")).unwrap_err(), "url");
    }
}
