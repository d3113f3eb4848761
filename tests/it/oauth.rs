//! Sign-ins at providers.
//!
//! | module | about |
//! |---|---|
//! | [`good`] | a sign-in that nobody disturbs, and what it leaves behind |
//! | [`attacks`] | everybody who would disturb it |
//! | [`journey`] | a real provider and a real browser |
//! | [`secrets`] | that nothing of it is told or written down |

mod attacks;
mod good;
mod journey;
mod secrets;

use std::path::Path;
use std::sync::Arc;

use kit::provider::{Back, ProviderServer};
use otomo_domain::address::Address;
use otomo_domain::error::OAuthFault;
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{Attempt, Authorisation, OAuth, SignedIn};
use otomo_net::oauth::NetOAuth;
use otomo_net::{Net, NetConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

type Outcome = Result<SignedIn, OAuthFault>;

/// The way to providers whose certificates `ca` vouches for.
fn oauth(ca: &[&Path]) -> NetOAuth {
    let extra_ca = ca.iter().map(|path| path.to_path_buf()).collect();
    NetOAuth::new(Arc::new(Net::new(&NetConfig { extra_ca, ..NetConfig::default() }).unwrap()))
}

/// What a rep who reads and sends asks for.
fn asked(login_hint: &str) -> Authorisation {
    let scopes = ["openid", "email", "mail"].map(String::from).to_vec();
    Authorisation { scopes, further: Vec::new(), login_hint: Address::parse(login_hint) }
}

/// A provider, and a program that signs in there.
struct Desk {
    server: ProviderServer,
    oauth: NetOAuth,
    provider: Provider,
}

impl Desk {
    async fn new() -> Self {
        let server = ProviderServer::start().await;
        let (oauth, provider) = (oauth(&[server.ca()]), server.provider());
        Self { server, oauth, provider }
    }

    /// Begins a sign-in and lets the rep allow it; the browser is on its way back.
    async fn begin(&self) -> (Box<dyn Attempt>, Back) {
        let attempt = self.oauth.begin(&self.provider, asked("rep@example.test")).await.unwrap();
        let back = self.server.allow(attempt.url());
        (attempt, back)
    }

    /// The same, with the program waiting.
    async fn waiting(&self) -> (JoinHandle<Outcome>, Back) {
        let (attempt, back) = self.begin().await;
        (tokio::spawn(attempt.finish()), back)
    }
}

/// Sends bytes to the door and reads what comes until it closes; `None` if nobody listens.
async fn visit(back: &Back, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(back.door()).await.ok()?;
    let _sent = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _until_reset = stream.read_to_end(&mut answer).await;
    Some(String::from_utf8(answer).unwrap())
}

/// What a browser does with the address that the provider sends it back to.
async fn come_back(back: &Back, query: &str) -> Option<String> {
    let (path, host) = (back.redirect_uri.path(), back.host());
    visit(back, format!("GET {path}?{query} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n").as_bytes()).await
}

/// The query of an honest provider.
fn honest(back: &Back) -> String {
    format!("code={}&state={}", back.code, back.state)
}
