//! Commands that make no sense, or not now, or not here.

use kit::imap::{ImapServer, PASSWORD};
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, session::Session};
use otomo_domain::account::{Endpoint, Security};
use serde_json::{Value, json};

use super::Row;
use super::program::{Program, mailbox, told};

pub async fn rows() -> Vec<Row> {
    let program = Program::under(json!({})).await;
    let no_address = json!({ "address": PASSWORD, "password": PASSWORD });
    let typed = json!({ "address": PASSWORD });
    let nobody = json!({ "id": 4711, "password": PASSWORD });
    let file = json!({ "url": "file:///etc/passwd" });
    let rows = vec![
        Row::new("unknown_command", "no command", program.fails("mail.burn", Value::Null).await),
        Row::new("bad_arguments", "a password for an address", program.fails("accounts.add", no_address).await),
        Row::new("bad_arguments", "text that is no address", program.fails("accounts.detect", typed).await),
        Row::new("no_such", "a sign-in for no account", program.fails("accounts.sign_in", nobody).await),
        Row::new("not_possible_now", "a folder to choose without a desktop", no_desktop(&program).await),
        Row::new("link_refused", "a link to a file", program.fails("app.open_link", file).await),
        Row::new("policy_forbids", "clear text where the policy forbids it", forbidden().await),
        Row::new("already_connected", "an address for the second time", twice().await),
        Row::new("engine_stopped", "a question after the end", over().await),
    ];
    rows.into_iter().map(|row| row.hiding(PASSWORD)).collect()
}

async fn no_desktop(program: &Program) -> Value {
    program.fails("app.choose_folder", Value::Null).await
}

async fn forbidden() -> Value {
    let program = Program::under(json!({ "forbid": { "clear_text": true } })).await;
    program.test(&Endpoint::new("192.168.1.5", 143, Security::Clear)).await
}

async fn twice() -> Value {
    let server = ImapServer::start(Vec::new(), []).await;
    let program = Program::trusting([server.ca()]).await;
    program.ask("accounts.add", mailbox(&server.endpoint())).await;
    program.fails("accounts.add", mailbox(&server.endpoint())).await
}

async fn over() -> Value {
    let home = tempfile::tempdir().unwrap();
    let options = Options { home: Some(home.path().to_owned()), key: KeyPlace::Memory, ..Options::default() };
    let session = Session::new(options, false, |_| {});
    session.wake().await;
    session.end().await;
    told(session.ask("app.status", Value::Null).await)
}
