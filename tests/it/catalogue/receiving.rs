//! Servers that mail is read from, and what they refuse.

use kit::certificate::{Certificate, Identity};
use kit::imap::{Fault, ImapServer, PASSWORD, USER};
use kit::lab::{ALICE, Lab, WEB_ONLY};
use kit::scripted::{Act, Scripted};
use otomo_domain::account::{Endpoint, Security};
use serde_json::json;

use super::Row;
use super::program::{Program, mailbox};

/// The code, how it is provoked, and the one thing that the server does otherwise. Where it can, it repeats the password.
const IMAP: &[(&str, &str, Fault)] = &[
    ("greeting_refused", "BYE for a greeting", Fault::Greeting("* BYE your address is blocked")),
    ("sign_in_refused", "a refused password, repeated", Fault::SignIn("NO [AUTHENTICATIONFAILED] {password} is wrong")),
    (
        "app_password_needed",
        "Google's refusal of the account's own password",
        Fault::SignIn("NO [ALERT] Application-specific password required ({password})"),
    ),
    ("no_sign_in_method", "LOGINDISABLED and no mechanism", Fault::Capabilities("IMAP4rev1 LOGINDISABLED")),
    ("oauth_needed", "Microsoft's refusal of any password", Fault::SignIn("NO BasicAuthBlocked {password}")),
    ("mail_protocol", "a greeting of another protocol", Fault::Greeting("220 ftp.example.test ready")),
    ("folder_gone", "an INBOX that is gone", Fault::Examines("NO [NONEXISTENT] no such folder")),
    ("server_refused", "a server under repair", Fault::SignIn("NO [UNAVAILABLE] later ({password})")),
    ("mailbox_missing", "Exchange without a licence", Fault::Examines("BAD User is authenticated but not connected.")),
    (
        "protocol_disabled",
        "IMAP switched off by the administrator",
        Fault::SignIn("NO [ALERT] Your account is not enabled for IMAP use. ({password})"),
    ),
    (
        "too_many_connections",
        "one connection too many",
        Fault::SignIn("NO [LIMIT] Too many simultaneous connections ({password})"),
    ),
];

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, how, fault) in IMAP {
        let server = ImapServer::start(Vec::new(), [fault.clone()]).await;
        let program = Program::trusting([server.ca()]).await;
        rows.push(Row::new(code, how, program.test(&server.endpoint()).await));
    }
    rows.extend(dovecot().await);
    rows.push(no_starttls().await);
    rows.push(no_protocol_later().await);
    rows.push(no_uidl().await);
    rows.push(no_folder_of_files().await);
    rows.into_iter().map(|row| row.hiding(PASSWORD)).collect()
}

/// The same over a real server.
async fn dovecot() -> Vec<Row> {
    let lab = Lab::shared();
    let program = Program::start(&lab.policy_json(), false).await;
    let wrong = json!({ "address": ALICE.address, "password": "wrong-pw-8472" });
    let own = json!({ "address": WEB_ONLY.address, "password": WEB_ONLY.password });
    vec![
        Row::new("sign_in_refused", "Dovecot and a wrong password", program.fails("accounts.test", wrong).await)
            .hiding("wrong-pw-8472"),
        Row::new(
            "app_password_needed",
            "Dovecot that lets no mail program in",
            program.fails("accounts.test", own).await,
        )
        .hiding(WEB_ONLY.password),
    ]
}

async fn no_starttls() -> Row {
    let server = ImapServer::start_plain(Vec::new(), [Fault::NoStartTls]).await;
    let program = Program::trusting([server.ca()]).await;
    Row::new("starttls_missing", "a server without STARTTLS", program.test(&server.endpoint()).await)
}

/// A server that passes the test of the mailbox, and lies to the worker.
async fn no_protocol_later() -> Row {
    let server = ImapServer::start(super::mails(3), [Fault::Says("* 1 FETCH (UID 10 BODY[] {4294967295}\r\n")]).await;
    let program = Program::at_work(json!({ "extra_ca": [server.ca()] })).await;
    program.ask("accounts.add", mailbox(&server.endpoint())).await;
    Row::new("mail_protocol", "a mail of four gigabytes, while capturing", program.account_error().await)
}

async fn no_uidl() -> Row {
    let identity = Identity::new(Certificate::Good);
    let answers = [
        ("CAPA", "+OK\r\nUSER\r\nTOP\r\n.\r\n"),
        ("USER", "+OK\r\n"),
        ("PASS", "+OK\r\n"),
        ("STAT", "+OK 1 100\r\n"),
        ("UIDL", "-ERR unknown command\r\n"),
        ("QUIT", "+OK\r\n"),
    ];
    let talk = answers.map(|(word, answer)| (word, answer.to_owned())).to_vec();
    let script = vec![Act::Protect(identity.config()), Act::Say("+OK ready\r\n".into()), Act::Talk(talk)];
    let server = Scripted::start(script).await;
    let program = Program::trusting([identity.ca()]).await;
    let endpoint = Endpoint::new("127.0.0.1", server.port(), Security::Tls);
    let account = json!({ "address": USER, "protocol": "pop3", "endpoint": endpoint, "password": PASSWORD });
    Row::new("uidl_missing", "a POP3 server without UIDL", program.fails("accounts.test", account).await)
}

async fn no_folder_of_files() -> Row {
    let program = Program::under(json!({})).await;
    let files = json!({ "address": USER, "path": program.folder().join("nothing") });
    Row::new("files_unreadable", "a folder that is not there", program.fails("accounts.test", files).await)
}
