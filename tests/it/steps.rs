//! The test of a mailbox, step by step: each thing that can be wrong fails at its own step, and says what it is.

use std::path::Path;
use std::time::Duration;

use kit::imap::{Certificate, Fault, ImapServer, PASSWORD, USER};
use kit::lab::{ALICE, Lab};
use otomo_api::Event;
use otomo_boot::key::KeyPlace;
use otomo_boot::{Options, Running, start};
use otomo_domain::account::Endpoint;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The caller's number for the test.
const OP: u64 = 7;

/// A program without workers, and the folder it lives in.
struct Program {
    running: Running,
    folder: TempDir,
}

impl Program {
    async fn under(policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        std::fs::write(&path, policy).unwrap();
        let home = Some(folder.path().join("home"));
        let options = Options { home, policy: Some(path), key: KeyPlace::Memory, work: false, ..Options::default() };
        Self { running: start(options).await.unwrap(), folder }
    }

    /// In the lab: its DNS server, its authority.
    async fn in_lab() -> Self {
        Self::under(&Lab::shared().policy_json()).await
    }

    /// A program that trusts this authority.
    async fn trusting(ca: &Path) -> Self {
        Self::under(&json!({ "extra_ca": [ca] }).to_string()).await
    }

    /// Tests a mailbox; the steps as words, and the answer or the code of its error.
    async fn tests(&self, mut account: Value) -> (Vec<String>, Result<Value, String>) {
        account["op"] = json!(OP);
        let mut events = self.running.api().events();
        let answer = self.running.api().dispatch("accounts.test", account).await;
        // Whatever was told before the cancel of an operation that is over has been heard by then.
        self.running.api().engine().bus.changed(&[]);
        let mut steps = Vec::new();
        while let Some(event) = events.next().await {
            match event {
                Event::Step { op: OP, step, outcome } => steps.push(word(&json!(step), &json!(outcome))),
                Event::Changed { .. } => break,
                other => panic!("{other:?}"),
            }
        }
        (steps, answer.map_err(|error| error.code.name()))
    }
}

/// `name …`, `name: detail` or `name! code`.
fn word(step: &Value, outcome: &Value) -> String {
    let step = step.as_str().unwrap();
    match outcome["outcome"].as_str().unwrap() {
        "running" => format!("{step} …"),
        "passed" => format!("{step}: {}", outcome["detail"].as_str().unwrap()),
        _ => format!("{step}! {}", outcome["error"]["code"].as_str().unwrap()),
    }
}

fn account(endpoint: &Endpoint, user: &str, password: &str) -> Value {
    json!({ "address": user, "endpoint": endpoint, "password": password })
}

/// The steps end with `last`, every one before has passed, and the answer says the same.
async fn check(program: &Program, account: Value, last: &str) {
    let (steps, answer) = program.tests(account).await;
    assert_eq!(steps.last().map(String::as_str), Some(last), "{steps:?}");
    let failed = steps.iter().filter(|step| step.contains('!')).count();
    let begun = steps.iter().filter(|step| step.ends_with('…')).count();
    assert_eq!((failed, steps.len()), (1, 2 * begun), "{steps:?}");
    assert_eq!(answer.err().as_deref(), last.split_once("! ").map(|(_, code)| code));
}

#[tokio::test]
async fn a_good_mailbox_passes_every_step_and_each_says_what_it_found() {
    let (lab, program) = (Lab::shared(), Program::in_lab().await);
    for endpoint in [lab.imaps(), lab.imap_starttls()] {
        let (port, address) = (endpoint.port, lab.address());
        let endpoint = Endpoint { host: "mail.example.test".into(), ..endpoint };
        let (steps, answer) = program.tests(account(&endpoint, ALICE.address, ALICE.password)).await;
        let (inbox, folders) = (answer.as_ref().unwrap()["inbox"].clone(), answer.unwrap()["folders"].clone());
        let folders = folders.as_array().unwrap().len();
        assert!(folders >= 2, "{folders}");
        let expected = [
            "name …".into(),
            format!("name: {address}"),
            "connect …".into(),
            format!("connect: {address}:{port}"),
            "certificate …".into(),
            "certificate: TLS 1.3".into(),
            "sign_in …".into(),
            "sign_in: PLAIN".into(),
            "inbox …".into(),
            format!("inbox: {inbox}"),
            "folders …".into(),
            format!("folders: {folders}"),
        ];
        assert_eq!(steps, expected);
    }
}

#[tokio::test]
async fn what_is_wrong_at_a_real_server_fails_at_its_own_step() {
    let (lab, program) = (Lab::shared(), Program::in_lab().await);
    let at = |host: &str| Endpoint { host: host.into(), ..lab.imaps() };
    let alice = |endpoint: Endpoint, password: &str| account(&endpoint, ALICE.address, password);
    check(&program, alice(at("nosuchhost.invalid"), ALICE.password), "name! host_unknown").await;
    let nobody = Endpoint { port: 1, ..at("mail.example.test") };
    check(&program, alice(nobody, ALICE.password), "connect! connection_refused").await;
    for (host, code) in [
        ("expired.example.test", "certificate_expired"),
        ("wronghost.example.test", "certificate_wrong_name"),
        ("selfsigned.example.test", "certificate_unknown_issuer"),
    ] {
        check(&program, alice(at(host), ALICE.password), &format!("certificate! {code}")).await;
    }
    check(&program, alice(at("mail.example.test"), "wrong"), "sign_in! sign_in_refused").await;
}

#[tokio::test]
async fn what_only_a_bad_server_does_fails_at_its_own_step() {
    let taro = |server: &ImapServer| account(&server.endpoint(), USER, PASSWORD);
    for (server, last) in [
        (ImapServer::with_certificate(Certificate::NotYetValid).await, "certificate! certificate_not_yet_valid"),
        (ImapServer::start_plain(vec![], [Fault::NoStartTls]).await, "certificate! starttls_missing"),
        (ImapServer::start(vec![], [Fault::Greeting("* BYE blocked")]).await, "sign_in! greeting_refused"),
        (ImapServer::start(vec![], [Fault::SignIn("NO app password required")]).await, "sign_in! app_password_needed"),
        (ImapServer::start(vec![], [Fault::Examines("NO no such folder")]).await, "inbox! folder_gone"),
    ] {
        let program = Program::trusting(server.ca()).await;
        check(&program, taro(&server), last).await;
    }
}

#[tokio::test]
async fn a_server_of_the_second_choice_signs_in_with_login() {
    let server = ImapServer::start(vec![], [Fault::Capabilities("IMAP4rev1")]).await;
    let program = Program::trusting(server.ca()).await;
    let (steps, answer) = program.tests(account(&server.endpoint(), USER, PASSWORD)).await;
    assert!(answer.is_ok() && steps.contains(&"sign_in: LOGIN".into()), "{steps:?}");
}

/// A server that takes a connection and never says a word.
async fn silent() -> (TcpListener, Value) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = json!({ "host": "127.0.0.1", "port": listener.local_addr().unwrap().port(), "security": "tls" });
    (listener, json!({ "address": USER, "endpoint": endpoint, "password": PASSWORD }))
}

#[tokio::test]
async fn a_server_that_keeps_silent_fails_at_the_step_it_keeps_silent_at() {
    let (_listener, account) = silent().await;
    let program = Program::under("{}").await;
    check(&program, account, "certificate! timed_out").await;
}

#[tokio::test]
async fn a_test_is_stopped_by_the_number_it_runs_under() {
    let (listener, account) = silent().await;
    let program = Program::under("{}").await;
    let cancel = async {
        let _stream = listener.accept().await.unwrap();
        program.running.api().dispatch("op.cancel", json!({ "op": OP })).await.unwrap()
    };
    let (tested, cancelled) =
        tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(program.tests(account), cancel) })
            .await
            .unwrap();
    assert_eq!((tested.1, cancelled), (Err("not_possible_now".into()), json!({ "done": true })));
    let again = program.running.api().dispatch("op.cancel", json!({ "op": OP })).await.unwrap();
    assert_eq!(again, json!({ "done": false }));
}

#[tokio::test]
async fn a_folder_of_mail_files_passes_the_steps_that_mean_something_there() {
    let program = Program::under("{}").await;
    let folder = program.folder.path().join("mail");
    let files = json!({ "address": USER, "path": folder });
    check(&program, files.clone(), "connect! files_unreadable").await;
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("1.eml"), "Subject: x\n\n").unwrap();
    let (steps, answer) = program.tests(files).await;
    let connect = format!("connect: {}", folder.display());
    assert_eq!(steps, ["connect …", &connect, "inbox …", "inbox: 1", "folders …", "folders: 1"]);
    assert_eq!(answer.unwrap()["inbox"], 1);
}

#[tokio::test]
async fn a_new_password_is_kept_once_the_server_took_it() {
    let program = Program::in_lab().await;
    let ask = |name: &'static str, args: Value| program.running.api().dispatch(name, args);
    let account = json!({ "address": ALICE.address, "password": ALICE.password });
    let id = ask("accounts.add", account).await.unwrap()["id"].clone();
    let sign_in = |password: &str| ask("accounts.sign_in", json!({ "id": id, "password": password }));
    assert_eq!(sign_in("wrong").await.err().map(|error| error.code.name()).as_deref(), Some("sign_in_refused"));
    assert_eq!(sign_in(ALICE.password).await.unwrap()["id"], id);
    let nobody = ask("accounts.sign_in", json!({ "id": 4711, "password": "x" })).await;
    assert_eq!(nobody.err().map(|error| error.code.name()).as_deref(), Some("no_such"));
}
