//! Signing in through the organisation's own app.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use async_trait::async_trait;
use kit::certificate::{Certificate, Identity};
use kit::hubspot::oauth::LASTS;
use otomo_crm::{Means, NoAccounts};
use otomo_domain::error::{CrmFaultKind, OAuthFault};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{AccessTokens, Authorisation, CrmConnector, OAuth};
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_net::oauth::NetOAuth;
use otomo_net::{Net, NetConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::*;

const SECRET: &str = "s3cret-of-the-app";

/// The tokens of one sign-in, renewed when somebody says that one was refused.
struct Chain {
    oauth: NetOAuth,
    provider: Provider,
    refresh: SecretString,
    access: Mutex<SecretString>,
}

#[async_trait]
impl AccessTokens for Chain {
    async fn token(&self) -> Result<SecretString, OAuthFault> {
        Ok(self.access.lock().await.clone())
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, OAuthFault> {
        let mut access = self.access.lock().await;
        assert_eq!(access.expose_secret(), refused.expose_secret(), "nobody else renews here");
        *access = self.oauth.refresh(&self.provider, &self.refresh, None).await?.access;
        Ok(access.clone())
    }
}

/// The account behind TLS: a sign-in goes nowhere else.
struct Secure {
    identity: Identity,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Secure {
    async fn before(behind: SocketAddr) -> Self {
        let (identity, door) =
            (Identity::new(Certificate::Good), tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (address, acceptor) = (door.local_addr().unwrap(), identity.acceptor());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = door.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let (mut near, mut far) = (acceptor.accept(stream).await?, TcpStream::connect(behind).await?);
                    tokio::io::copy_bidirectional(&mut near, &mut far).await
                });
            }
        });
        Self { identity, address, serving }
    }

    fn net(&self) -> Arc<Net> {
        let extra_ca = vec![self.identity.ca().to_owned()];
        Arc::new(Net::new(&NetConfig { extra_ca, ..NetConfig::default() }).unwrap())
    }

    fn settings(&self, port: u16) -> Value {
        let base = format!("https://{}", self.address);
        json!({ "email": REP, "client_id": "the-app", "port": port.to_string(), "url": base,
            "sign_in": format!("{base}/oauth/authorize") })
    }
}

/// A port that nobody has.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Goes where the browser is sent, and back; what the last page says.
async fn browse(net: &Net, url: &str) -> String {
    let http = net.http();
    let page = http.get(url).send().await.unwrap();
    let Some(back) = page.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) else {
        return page.text().await.unwrap();
    };
    http.get(back).send().await.unwrap().text().await.unwrap()
}

async fn signed_in(server: &HubSpotServer, net: Arc<Net>, settings: &Value) -> Chain {
    let provider = otomo_crm::provider("hubspot_app", settings, Some(SECRET.into())).unwrap().unwrap();
    let asked = Authorisation { scopes: provider.scopes.identity.clone(), further: Vec::new(), login_hint: None };
    let attempt = NetOAuth::new(Arc::clone(&net)).begin(&provider, asked).await.unwrap();
    let url = attempt.url().to_owned();
    let (signed_in, page) = tokio::join!(attempt.finish(), browse(&net, &url));
    assert!(page.contains("Otomo"), "{page}");
    let tokens = signed_in.unwrap().tokens;
    assert_eq!(tokens.lasts, LASTS);
    assert!(server.requests().iter().all(|request| !request.path.contains(SECRET)), "the secret is in no address");
    Chain { oauth: NetOAuth::new(net), provider, refresh: tokens.refresh.unwrap(), access: Mutex::new(tokens.access) }
}

/// A rep who has signed in through the app, and what they work with.
struct Office {
    server: HubSpotServer,
    _secure: Secure,
    crm: Box<dyn CrmConnector>,
}

async fn office() -> Office {
    let (server, port) = (HubSpotServer::start().await, free_port());
    let secure = Secure::before(server.address()).await;
    server.register("the-app", SECRET, &format!("http://localhost:{port}/"));
    let settings = secure.settings(port);
    let tokens: Arc<dyn AccessTokens> = Arc::new(signed_in(&server, secure.net(), &settings).await);
    let clock = Arc::new(AccountTime(Box::new(server.time())));
    let means = Means {
        secret: Some(SECRET.into()),
        tokens: Some(tokens),
        net: secure.net(),
        clock,
        accounts: Arc::new(NoAccounts),
    };
    let crm = otomo_crm::connector_with("hubspot_app", &settings, means).unwrap();
    Office { server, _secure: secure, crm }
}

#[tokio::test]
async fn a_rep_who_signed_in_through_the_app_is_who_the_crm_takes_them_for() {
    let office = office().await;
    assert_eq!(office.crm.check().await.unwrap().user_id, format!("62515/{}", kit::hubspot::OWNER));
}

#[tokio::test]
async fn a_token_that_has_ended_is_renewed_on_the_way_and_the_mail_is_logged_once() {
    let Office { server, crm, _secure } = office().await;
    server.put("deals", Some(41), &[("dealname", "見積")]);
    crm.check().await.unwrap();
    server.pass(LASTS);
    let sample = Sample::new("<1@x.jp>").with_file("a.pdf", b"%PDF");
    sample.deliver(crm.as_ref()).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_was_taken_back_needs_the_rep_and_tells_no_secret() {
    let Office { server, crm, _secure } = office().await;
    server.sign_out();
    let fault = crm.check().await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::SignInNeeded);
    assert!(!fault.detail.contains(SECRET) && !fault.detail.contains("refresh-"), "{fault}");
}

#[tokio::test]
async fn an_address_that_is_not_registered_gets_no_sign_in() {
    let (server, port) = (HubSpotServer::start().await, free_port());
    server.register("the-app", SECRET, "http://localhost:1/");
    let secure = Secure::before(server.address()).await;
    let provider = otomo_crm::provider("hubspot_app", &secure.settings(port), Some(SECRET.into())).unwrap().unwrap();
    let asked = Authorisation { scopes: Vec::new(), further: Vec::new(), login_hint: None };
    let attempt = NetOAuth::new(secure.net()).begin(&provider, asked).await.unwrap();
    assert!(browse(&secure.net(), attempt.url()).await.contains("redirect URL"));
}
