//! Sign-ins at providers, in the browser and with the tokens that come of them.

use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::certificate::{Certificate, Identity};
use kit::provider::{Back, CLIENT, Lie, ProviderServer, REP};
use kit::scripted::{Act, Scripted};
use otomo_api::Event;
use otomo_domain::account::{Endpoint, Security};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use super::Row;
use super::program::Program;

/// What the browser comes back with: the code of the catalogue, `error` and `error_description`.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("sign_in_denied", "access_denied", "AADSTS65004: User declined to consent to access the app."),
    ("approval_needed", "consent_required", "AADSTS90094: The grant requires administrator permission."),
    ("wrong_organisation", "access_denied", "AADSTS50020: User account does not exist in the tenant."),
    ("blocked_by_organisation", "access_denied", "AADSTS53003: Access has been blocked by Conditional Access."),
    ("second_step_needed", "interaction_required", "AADSTS50076: You must use multi-factor authentication."),
    ("sign_in_set_up_wrong", "unauthorized_client", "AADSTS700016: Application not found in the directory."),
    ("cloud_unsupported", "invalid_request", "AADSTS90038: The tenant belongs to another cloud instance."),
    ("provider_account_locked", "access_denied", "AADSTS50057: The user account is disabled."),
    ("provider_unavailable", "temporarily_unavailable", "AADSTS90033: A transient error has occurred."),
    ("protected_account", "access_denied", "policy_enforced: Advanced Protection"),
];

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, error, description) in REFUSALS {
        rows.push(refused(code, error, description).await);
    }
    rows.push(another_provider().await);
    rows.push(no_answer_of_a_token_endpoint().await);
    rows.push(no_client().await);
    rows.push(a_token_that_ended().await);
    rows.push(a_token_that_is_not_for_mail().await);
    rows.push(thread::spawn(nobody_comes_back).join().unwrap());
    rows
}

/// The program, and a provider that its policy describes.
struct World {
    server: ProviderServer,
    program: Program,
}

impl World {
    /// `also` is one more authority to trust.
    async fn trusting(also: Option<&Identity>) -> Self {
        let server = ProviderServer::start().await;
        let authorities: Vec<_> = also.map(Identity::ca).into_iter().chain([server.ca()]).collect();
        let base = server.base();
        let provider = json!({
            "client": { "id": CLIENT },
            "authorize": format!("{base}/authorize"),
            "token": format!("{base}/token"),
            "issuer": base,
            "redirect": "localhost",
            "scopes": { "identity": ["openid", "email"], "imap": ["mail"] },
        });
        let unregistered = json!({ "authorize": format!("{base}/authorize"), "token": format!("{base}/token") });
        let providers = json!({ "acme": provider, "unregistered": unregistered });
        let program = Program::under(json!({ "extra_ca": authorities, "oauth": providers })).await;
        Self { server, program }
    }

    async fn new() -> Self {
        Self::trusting(None).await
    }

    /// Signs in with a browser that comes back with what `query` says; the answer, and what it came with.
    async fn signs_in(&self, query: impl Fn(&Back) -> Vec<(&'static str, String)>) -> (Value, Back) {
        let mut events = self.program.running().api().events();
        let browser = async {
            loop {
                if let Event::Browse { url, .. } = events.next().await.expect("the program runs") {
                    let back = self.server.allow(&url);
                    visit(&back, &query(&back)).await;
                    return back;
                }
            }
        };
        tokio::join!(self.program.fails("accounts.authorise", wish("acme")), browser)
    }

    /// A sign-in that was good, by its number.
    async fn ticket(&self) -> Value {
        let (answer, _) = self.signs_in(|back| vec![("code", back.code.clone())]).await;
        answer["ticket"].clone()
    }

    /// Tests a mailbox whose server says this of the token; the error.
    async fn token_refused(also: &Identity, challenge: &str, lies: Option<Lie>) -> Value {
        let mailbox = server_that_refuses_tokens(also, challenge).await;
        let world = Self::trusting(Some(also)).await;
        let ticket = world.ticket().await;
        lies.into_iter().for_each(|lie| world.server.lies(lie));
        let endpoint = Endpoint::new("127.0.0.1", mailbox.port(), Security::Tls);
        let account = json!({ "address": REP, "endpoint": endpoint, "ticket": ticket });
        world.program.fails("accounts.test", account).await
    }
}

fn wish(provider: &str) -> Value {
    json!({ "provider": provider, "purpose": "imap", "address": REP, "op": 1 })
}

/// Comes back as the browser does.
async fn visit(back: &Back, query: &[(&'static str, String)]) {
    let mut url = back.redirect_uri.clone();
    url.query_pairs_mut().append_pair("state", &back.state).extend_pairs(query);
    let (path, query) = (url.path(), url.query().unwrap());
    let request = format!("GET {path}?{query} HTTP/1.1\r\nHost: {}\r\n\r\n", back.host());
    let mut stream = TcpStream::connect(back.door()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
}

async fn refused(code: &'static str, error: &'static str, description: &'static str) -> Row {
    let world = World::new().await;
    // Some of what it says must not be shown.
    let told = format!("{description}\r\n\u{202e}");
    let query = |_: &Back| vec![("error", error.to_owned()), ("error_description", told.clone())];
    let (answer, back) = world.signs_in(query).await;
    Row::new(code, description, answer).hiding(&back.state)
}

async fn another_provider() -> Row {
    let world = World::new().await;
    let query = |back: &Back| vec![("code", back.code.clone()), ("iss", "https://evil.example".to_owned())];
    let (answer, back) = world.signs_in(query).await;
    Row::new("sign_in_mismatch", "an answer of another provider", answer).hiding(&back.code).hiding(&back.state)
}

async fn no_answer_of_a_token_endpoint() -> Row {
    let world = World::new().await;
    world.server.lies(Lie::Answers(200, "text/html", "<html>{code}".into()));
    let (answer, back) = world.signs_in(|back| vec![("code", back.code.clone())]).await;
    Row::new("sign_in_protocol", "a web page for tokens", answer).hiding(&back.code).hiding(&back.state)
}

async fn no_client() -> Row {
    let error = World::new().await.program.fails("accounts.authorise", wish("unregistered")).await;
    Row::new("no_client", "a provider that nobody registered this program at", error)
}

async fn a_token_that_ended() -> Row {
    let challenge = r#"{"status":"400","schemes":"Bearer","scope":"mail"}"#;
    let description = r#"{"error":"invalid_grant","error_description":"Token {refresh} has been expired or revoked."}"#;
    let lie = Lie::Answers(400, "application/json", description.into());
    let error = World::token_refused(&Identity::new(Certificate::Good), challenge, Some(lie)).await;
    Row::new("sign_in_expired", "a token that was taken back", error).hiding("access-1").hiding("refresh-1")
}

async fn a_token_that_is_not_for_mail() -> Row {
    let challenge = r#"{"status":"403","schemes":"Bearer","scope":"mail"}"#;
    let error = World::token_refused(&Identity::new(Certificate::Good), challenge, None).await;
    Row::new("permission_missing", "a token without the right to mail", error).hiding("access-1").hiding("refresh-1")
}

/// An IMAP server that takes tokens, and none of them.
async fn server_that_refuses_tokens(identity: &Identity, challenge: &str) -> Scripted {
    let challenge = format!("+ {}\r\n", STANDARD.encode(challenge));
    let capabilities = "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n{tag} OK done\r\n";
    let begun = vec![("CAPABILITY", capabilities.to_owned()), ("AUTHENTICATE", "+ \r\n".to_owned())];
    Scripted::start(vec![
        Act::Protect(identity.config()),
        Act::Say("* OK ready\r\n".into()),
        Act::Talk(begun),
        Act::Hear,
        Act::Say(challenge),
        // The client's farewell. Its tag was told lines ago: the server hangs up, as Exchange does.
        Act::Hear,
    ])
    .await
}

/// On a thread of its own, where five minutes pass at once.
fn nobody_comes_back() -> Row {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(async {
        let world = World::new().await;
        let mut events = world.program.running().api().events();
        let waiting = async {
            while !matches!(events.next().await.expect("the program runs"), Event::Browse { .. }) {}
            tokio::time::pause();
        };
        tokio::join!(world.program.fails("accounts.authorise", wish("acme")), waiting).0
    });
    Row::new("sign_in_timed_out", "a browser from which nobody comes back for five minutes", error)
}
