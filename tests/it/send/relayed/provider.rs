//! A sign-in at the lab's provider, with the little of a browser that its page needs (RFC 6749, RFC 7636).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::lab::Lab;
use otomo_net::{Net, NetConfig};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

const CLIENT: &str = "desktop";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-provider-of-the-lab";

/// An access token of this user.
pub async fn token(lab: &Lab, login: &str) -> String {
    let net = Net::new(&NetConfig { extra_ca: vec![lab.ca()], ..NetConfig::default() }).unwrap();
    let mut browser = Browser { net, cookies: BTreeMap::new() };
    let issuer = lab.issuer();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let question = form(&[
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid email offline_access https://mail.google.com/"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
        ("state", "s"),
    ]);
    let page = browser.visit(&format!("{issuer}/auth?{question}"), None).await;
    let (_, action) = page.split_once("action=\"").expect("a form");
    let action = action.split('"').next().unwrap();
    let back = browser.visit(&format!("{issuer}{action}"), Some(form(&[("login", login), ("go", "allow")]))).await;
    let code = Url::parse(&back).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let asked = form(&[
        ("client_id", CLIENT),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]);
    let tokens: Value = serde_json::from_str(&browser.visit(&format!("{issuer}/token"), Some(asked)).await).unwrap();
    tokens["access_token"].as_str().expect("a token").to_owned()
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

struct Browser {
    net: Net,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// The page at the end of the redirects, or the address that is for the program.
    async fn visit(&mut self, url: &str, mut form: Option<String>) -> String {
        let mut url = Url::parse(url).unwrap();
        for _ in 0..10 {
            let http = self.net.http();
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = match form.take() {
                Some(form) => {
                    http.post(url.clone()).header("Content-Type", "application/x-www-form-urlencoded").body(form)
                }
                None => http.get(url.clone()),
            };
            let response = request.header("Cookie", cookies.join("; ")).send().await.unwrap();
            for cookie in response.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(to) = response.headers().get("location") else { return response.text().await.unwrap() };
            url = url.join(to.to_str().unwrap()).unwrap();
            if url.as_str().starts_with(REDIRECT) {
                return url.into();
            }
        }
        panic!("the provider sends the browser round in circles");
    }
}
