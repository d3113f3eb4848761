//! Mail servers that refuse, cannot be reached, or break the protocol.

use std::net::{SocketAddr, TcpListener as Plain};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kit::imap::{Fault, ImapServer, PASSWORD, USER};
use kit::lab::{ALICE, Lab};
use kit::otomoctl::Otomoctl;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::{RATE, mail, mail_count, refused, running, said};

/// A port behind which one server can be put after another.
struct Door {
    address: SocketAddr,
    behind: Arc<Mutex<SocketAddr>>,
}

impl Door {
    async fn to(server: &ImapServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let behind = Arc::new(Mutex::new(at(server)));
        let target = Arc::clone(&behind);
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let target = *target.lock().expect("no panic");
                tokio::spawn(async move {
                    let mut there = TcpStream::connect(target).await?;
                    tokio::io::copy_bidirectional(&mut here, &mut there).await
                });
            }
        });
        Self { address, behind }
    }

    fn leads_to(&self, server: &ImapServer) {
        *self.behind.lock().expect("no panic") = at(server);
    }

    /// The arguments that connect an account through it.
    fn account(&self, password: &str) -> Value {
        let endpoint = json!({ "host": "127.0.0.1", "port": self.address.port(), "security": "tls" });
        json!({ "address": USER, "password": password, "endpoint": endpoint })
    }
}

fn at(server: &ImapServer) -> SocketAddr {
    format!("127.0.0.1:{}", server.endpoint().port).parse().expect("an address")
}

/// A home that trusts these servers.
fn home(folder: &tempfile::TempDir, servers: &[&ImapServer]) -> Otomoctl {
    let certificates: Vec<_> = servers.iter().map(|server| server.ca()).collect();
    Otomoctl::test_home(folder.path(), &json!({ "extra_ca": certificates }).to_string())
}

fn mails(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| mail(&format!("m{n}"))).collect()
}

/// The workers of a home, running; they end with this.
struct Workers<'a> {
    otomo: &'a Otomoctl,
    process: Child,
}

impl<'a> Workers<'a> {
    fn start(otomo: &'a Otomoctl, rate: u32) -> Self {
        Self { otomo, process: running(otomo, rate) }
    }

    /// Waits until the account is in this state; what it says then.
    fn account_is(&self, state: &str) -> Value {
        let started = Instant::now();
        loop {
            let seen = self.otomo.call("accounts.list", Value::Null);
            let doing = seen.as_ref().map(|list| list[0]["doing"].clone()).unwrap_or_default();
            if doing["state"] == state {
                return doing;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "never {state}: {seen:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The most memory the program ever had, in MiB.
    fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
    }
}

impl Drop for Workers<'_> {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_to_be_one_and_saves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = ImapServer::start(mails(3), []).await;
    let (door, otomo) = (Door::to(&server).await, home(&folder, &[&server]));
    for command in ["accounts.test", "accounts.add"] {
        let error = refused(otomo.call(command, door.account("wrong-pw-8472")), "sign_in_refused");
        assert!(!error.to_string().contains("wrong-pw-8472"), "{error}");
    }
    assert_eq!(otomo.ask("accounts.list", Value::Null), json!([]));
    otomo.ask("accounts.add", door.account(PASSWORD));
    otomo.run_until_idle(RATE);
    assert_eq!(mail_count(&otomo), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_refused_later_waits_for_the_rep() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = ImapServer::start(mails(3), []).await;
    let changed = ImapServer::start(mails(5), [Fault::SignIn("NO [AUTHENTICATIONFAILED] {password} is wrong")]).await;
    let (door, otomo) = (Door::to(&good).await, home(&folder, &[&good, &changed]));
    otomo.ask("accounts.add", door.account(PASSWORD));
    otomo.run_until_idle(RATE);
    door.leads_to(&changed);
    let workers = Workers::start(&otomo, RATE);
    let doing = workers.account_is("needs_person");
    said(&doing["error"], "sign_in_refused");
    assert!(!doing.to_string().contains("app\\\\\" pw"), "{doing}");
    drop(workers);
    assert_eq!(mail_count(&otomo), 3, "what is here stays");
}

#[test]
fn a_host_that_nobody_has_is_unknown() {
    let (lab, folder) = (Lab::shared(), tempfile::tempdir().expect("a folder"));
    let otomo = Otomoctl::test_home(folder.path(), &lab.policy_json());
    let endpoint = json!({ "host": "nosuchhost.invalid", "port": 993, "security": "tls" });
    let account = json!({ "address": ALICE.address, "password": ALICE.password, "endpoint": endpoint });
    refused(otomo.call("accounts.test", account), "host_unknown");
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let otomo = Otomoctl::test_home(folder.path(), "{}");
    let port = Plain::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let endpoint = json!({ "host": "127.0.0.1", "port": port, "security": "tls" });
    let account = json!({ "address": USER, "password": PASSWORD, "endpoint": endpoint });
    refused(otomo.call("accounts.test", account), "connection_refused");
}

#[test]
fn each_fault_of_a_certificate_has_its_own_sentence() {
    let (lab, folder) = (Lab::shared(), tempfile::tempdir().expect("a folder"));
    let otomo = Otomoctl::test_home(folder.path(), &lab.policy_json());
    let account = |host: &str| {
        let endpoint = json!({ "host": host, "port": lab.imaps().port, "security": "tls" });
        json!({ "address": ALICE.address, "password": ALICE.password, "endpoint": endpoint })
    };
    for (host, code) in [
        ("expired.example.test", "certificate_expired"),
        ("wronghost.example.test", "certificate_wrong_name"),
        ("selfsigned.example.test", "certificate_unknown_issuer"),
    ] {
        refused(otomo.call("accounts.add", account(host)), code);
    }
    assert_eq!(otomo.ask("accounts.list", Value::Null), json!([]));
    otomo.ask("accounts.add", account("mail.example.test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_up_in_the_middle_costs_no_mail_and_doubles_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = ImapServer::start(mails(500), []).await;
    let breaking = ImapServer::start(mails(500), [Fault::ClosesAfter(90_000)]).await;
    let (door, otomo) = (Door::to(&good).await, home(&folder, &[&good, &breaking]));
    otomo.ask("accounts.add", door.account(PASSWORD));
    door.leads_to(&breaking);
    // In real time, so that there is a wait to be seen.
    let workers = Workers::start(&otomo, 1);
    said(&workers.account_is("waiting")["error"], "connection_closed");
    let kept = mail_count(&otomo);
    assert!((1..500).contains(&kept), "{kept}");
    door.leads_to(&good);
    workers.account_is("in_step");
    assert_eq!(mail_count(&otomo), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sends_without_end_is_left_before_the_memory_fills() {
    let endless = "* 1 FETCH (UID 10 BODY[] {3}\r\nabc)\r\n";
    for fault in [
        Fault::Says("* 1 FETCH (UID 10 BODY[] {500000000}\r\n"),
        Fault::Says("* 1 FETCH (UID 10 BODY[] {4294967295}\r\n"),
        Fault::Endless("a"),
        Fault::Endless(endless),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let good = ImapServer::start(mails(20), []).await;
        let hostile = ImapServer::start(mails(20), [fault.clone()]).await;
        let (door, otomo) = (Door::to(&good).await, home(&folder, &[&good, &hostile]));
        otomo.ask("accounts.add", door.account(PASSWORD));
        door.leads_to(&hostile);
        let workers = Workers::start(&otomo, RATE);
        said(&workers.account_is("waiting")["error"], "mail_protocol");
        let peak = workers.peak_memory();
        assert!(peak < 120, "{peak} MiB after {fault:?}");
        door.leads_to(&good);
        workers.account_is("in_step");
        assert_eq!(mail_count(&otomo), 20, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_uids_double_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = ImapServer::start(mails(30), []).await;
    let mut more = mails(30);
    more.insert(0, mail("new"));
    let renumbered = ImapServer::start(more, [Fault::NewUidValidity]).await;
    let (door, otomo) = (Door::to(&good).await, home(&folder, &[&good, &renumbered]));
    otomo.ask("accounts.add", door.account(PASSWORD));
    otomo.run_until_idle(RATE);
    door.leads_to(&renumbered);
    otomo.run_until_idle(RATE);
    assert_eq!(mail_count(&otomo), 31);
}
