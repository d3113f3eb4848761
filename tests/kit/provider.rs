//! An OpenID provider in memory that keeps to the RFCs, and lies on command.
//!
//! It listens on a loopback port with a certificate of its own. There is no page to sign in at: [`ProviderServer::allow`]
//! does what the page does when the rep allows. Without a [`Lie`] it is a good provider: a test that passes with one and
//! would pass without it shows nothing.

mod tokens;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use otomo_domain::oauth::{Client, Provider, ProviderPolicy, Redirect, Scopes};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::Url;

use crate::certificate::{Certificate, Identity};
use tokens::Inside;

/// Who is registered there.
pub const CLIENT: &str = "otomo-test";
/// Who signs in there.
pub const REP: &str = "rep@example.test";

/// What a client sent as a form, or in a query.
pub type Form = BTreeMap<String, String>;

/// One thing the provider does wrong, or just differently.
#[derive(Clone, Debug)]
pub enum Lie {
    /// Its tokens come with this member; null leaves it out.
    Says(&'static str, Value),
    /// Its id_token has this claim; null leaves it out.
    Claims(&'static str, Value),
    /// Its id_token says that it is signed with this.
    Algorithm(&'static str),
    /// Its id_token is this.
    IdToken(&'static str),
    /// Its token endpoint answers with this whatever it is asked; `{code}` and `{refresh}` stand for what it was shown.
    Answers(u16, &'static str, String),
    /// Its token endpoint sends elsewhere.
    SendsTo(u16, String),
    /// Gmail's list is this.
    Senders(u16, Value),
}

/// What the browser is sent back with.
#[derive(Clone, Debug)]
pub struct Back {
    pub redirect_uri: Url,
    pub code: String,
    pub state: String,
}

impl Back {
    /// Where the door is.
    pub fn door(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.redirect_uri.port().expect("a port")))
    }

    /// Host and port as a browser writes them.
    pub fn host(&self) -> String {
        format!("{}:{}", self.redirect_uri.host_str().expect("a host"), self.redirect_uri.port().expect("a port"))
    }
}

/// A running provider; dropping it stops it.
pub struct ProviderServer {
    address: SocketAddr,
    identity: Identity,
    inside: Arc<Mutex<Inside>>,
    task: JoinHandle<()>,
}

impl ProviderServer {
    pub async fn start() -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let identity = Identity::new(Certificate::Good);
        let inside = Arc::new(Mutex::new(Inside::new(format!("https://{address}"))));
        let listener = TlsListener { tcp, acceptor: identity.acceptor() };
        let routes = routes(Arc::clone(&inside));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, identity, inside, task }
    }

    /// The certificate that a client has to trust.
    pub fn ca(&self) -> &Path {
        self.identity.ca()
    }

    /// Where its endpoints are, which is its issuer, too.
    pub fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    /// How a mail program knows it.
    pub fn provider(&self) -> Provider {
        let base = self.base();
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let policy = ProviderPolicy {
            client: Some(Client { id: CLIENT.into(), secret: None }),
            authorize: Some(format!("{base}/authorize")),
            token: Some(format!("{base}/token")),
            revoke: Some(format!("{base}/revoke")),
            issuer: Some(base.clone()),
            scopes: Some(Scopes {
                identity: strings(&["openid", "email"]),
                imap: strings(&["mail"]),
                ..Scopes::default()
            }),
            redirect: Some(Redirect::Localhost),
            gmail: Some(base),
            ..ProviderPolicy::default()
        };
        Provider::named("fake", Some(&policy)).expect("a whole provider")
    }

    pub fn lies(&self, lie: Lie) {
        self.inside().lies.push(lie);
    }

    /// What its page does when `REP` allows what the program asks for: checks the request, and sends the browser back.
    pub fn allow(&self, authorisation: &str) -> Back {
        let url = Url::parse(authorisation).expect("an address");
        assert!(authorisation.starts_with(&format!("{}/authorize?", self.base())), "{authorisation}");
        self.inside().allow(url.query_pairs().into_owned().collect())
    }

    /// What the token endpoint was sent.
    pub fn token_requests(&self) -> Vec<Form> {
        self.inside().token_requests.clone()
    }

    /// What was to be revoked.
    pub fn revoked(&self) -> Vec<String> {
        self.inside().revoked.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }
}

impl Drop for ProviderServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn routes(inside: Arc<Mutex<Inside>>) -> Router {
    let (tokens, revocations, senders) = (Arc::clone(&inside), Arc::clone(&inside), inside);
    Router::new()
        .route("/token", post(move |body: String| async move { tokens.lock().unwrap().token(form(&body)) }))
        .route("/token", get(|_: Uri| async { StatusCode::METHOD_NOT_ALLOWED }))
        .route("/revoke", post(move |body: String| async move { revocations.lock().unwrap().revoke(form(&body)) }))
        .route(
            "/gmail/v1/users/me/settings/sendAs",
            get(move |headers: HeaderMap| async move {
                let bearer = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
                senders.lock().unwrap().senders(&bearer)
            }),
        )
        .fallback(|| async { (StatusCode::NOT_FOUND, json!({"error": "not_found"}).to_string()).into_response() })
}

fn form(body: &str) -> Form {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (tcp, address) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(tcp).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
