//! Real servers for tests: Dovecot and what belongs to it, from `tests/lab`, one instance a [`Lab`].
//!
//! Test processes run side by side, so each lab takes a loopback address of its own (`127.0.70.N`), ports of its own and
//! a directory of its own under the system's temporary one: Unix socket names end at 108 bytes, and the servers' user
//! can't read a checkout in root's home. The servers live as long as the pipe to `lab run` stays open, so they end with
//! the test process however that ends.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use otomo_domain::account::{Endpoint, Security};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server of the lab. Dovecot alone is ready in a quarter of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// IMAP, POP3, submission and LMTP.
    Dovecot,
    /// DNS: `example.test` and the domains of `conf/dnsmasq.conf.in`.
    Dnsmasq,
    /// OpenID provider and autoconfig pages; fetches its library once.
    Idp,
    /// Where submission hands outgoing mail to; fetches its library once.
    Relay,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Dovecot, Self::Dnsmasq, Self::Idp, Self::Relay];

    fn name(self) -> &'static str {
        match self {
            Self::Dovecot => "dovecot",
            Self::Dnsmasq => "dnsmasq",
            Self::Idp => "idp",
            Self::Relay => "relay",
        }
    }
}

/// A mailbox of the lab, as `conf/users` has it.
#[derive(Clone, Copy, Debug)]
pub struct User {
    pub address: &'static str,
    pub password: &'static str,
}

pub const ALICE: User = User { address: "alice@example.test", password: "alice-app-pw" };
pub const BOB: User = User { address: "bob@example.test", password: "bob-app-pw" };
pub const SATO: User = User { address: "sato@corp.example.test", password: "sato-app-pw" };
/// The password is right, and no mail program is let in.
pub const WEB_ONLY: User = User { address: "webonly@example.test", password: "webonly-pw" };

/// Running servers; dropping it stops them.
#[derive(Debug)]
pub struct Lab {
    server: Child,
    said: BTreeMap<String, String>,
    slot: Slot,
    run: TempDir,
}

impl Lab {
    /// Starts `services` and waits until they answer. Panics with the servers' own words when one doesn't.
    pub fn start(services: &[Service]) -> Self {
        Self::start_with(services, &[])
    }

    /// The same with further words for `tests/lab/lab`, such as `LAB_TOKEN_TTL`.
    pub fn start_with(services: &[Service], words: &[(&str, &str)]) -> Self {
        let slot = Slot::claim();
        let run = tempfile::Builder::new().prefix("otomo-lab-").tempdir().expect("a temporary directory");
        let names: Vec<_> = services.iter().map(|s| s.name()).collect();
        let mut server = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/lab"))
            .arg("run")
            .env("LAB_RUN", run.path())
            .env("LAB_ADDR", slot.address.to_string())
            .env("LAB_PORT_BASE", slot.port_base.to_string())
            .env("LAB_SERVICES", names.join(" "))
            .envs(words.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tests/lab/lab can be run");
        let said = hear(&mut server);
        Self { server, said, slot, run }
    }

    /// One for all tests of this process, with Dovecot and DNS. Tests that deliver mail to it choose a user each.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Lab> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[Service::Dovecot, Service::Dnsmasq]))
    }

    /// IMAP with TLS from the first byte.
    pub fn imaps(&self) -> Endpoint {
        self.endpoint("LAB_IMAPS", Security::Tls)
    }

    /// IMAP with TLS after `STARTTLS`.
    pub fn imap_starttls(&self) -> Endpoint {
        self.endpoint("LAB_IMAP", Security::StartTls)
    }

    /// POP3 with TLS from the first byte.
    pub fn pop3s(&self) -> Endpoint {
        self.endpoint("LAB_POP3S", Security::Tls)
    }

    /// POP3 with TLS after `STLS`.
    pub fn pop3_stls(&self) -> Endpoint {
        self.endpoint("LAB_POP3", Security::StartTls)
    }

    /// Submission with TLS after `STARTTLS`.
    pub fn submission(&self) -> Endpoint {
        self.endpoint("LAB_SUBMISSION", Security::StartTls)
    }

    /// Submission with TLS from the first byte.
    pub fn smtps(&self) -> Endpoint {
        self.endpoint("LAB_SMTPS", Security::Tls)
    }

    /// The DNS server that knows `mail.example.test`, and `expired.`, `wronghost.` and `selfsigned.example.test`.
    pub fn dns(&self) -> SocketAddr {
        SocketAddr::new(self.slot.address, self.port("LAB_DNS"))
    }

    /// Where all servers listen.
    pub fn address(&self) -> IpAddr {
        self.slot.address
    }

    /// The certificate authority behind the good certificate, PEM.
    pub fn ca(&self) -> PathBuf {
        PathBuf::from(self.word("LAB_CA"))
    }

    /// The OpenID provider.
    pub fn issuer(&self) -> &str {
        self.word("LAB_ISSUER")
    }

    /// The provider forgets every sign-in and every token, as an administrator can make it.
    pub fn take_back_every_sign_in(&self) {
        let file = fs::read_to_string(self.run.path().join("idp.pid")).expect("a running provider");
        let process = file.split(' ').next().expect("its number").trim();
        let told = Command::new("kill").args(["-USR2", process]).status();
        assert!(told.is_ok_and(|status| status.success()), "kill -USR2 {process}");
    }

    /// A policy file that leads a mail program to this lab.
    pub fn policy_json(&self) -> String {
        let preset = json!({"imap": self.imaps()});
        let presets = json!({"example.test": preset, "corp.example.test": preset});
        json!({"extra_ca": [self.ca()], "resolver": self.dns(), "server_presets": presets}).to_string()
    }

    /// The same policy, with the provider in the place of Google, and of Microsoft. `domain` signs in at the one named
    /// `google`.
    pub fn policy_with_providers(&self, domain: &str) -> Value {
        let issuer = self.issuer();
        let provider = |client: Value, redirect: &str, domains: &[&str]| {
            json!({
                "client": client, "redirect": redirect, "redirect_path": "/callback", "domains": domains,
                "authorize": format!("{issuer}/auth"), "token": format!("{issuer}/token"),
                "revoke": format!("{issuer}/token/revocation"), "issuer": issuer, "names_issuer": true,
                "scopes": {
                    "identity": ["openid", "email", "offline_access"],
                    "imap": ["https://mail.google.com/"],
                    "pop3": ["https://mail.google.com/"],
                    "smtp": ["https://mail.google.com/"],
                },
                "parameters": { "prompt": "consent" },
                "servers": { "imap": self.imaps(), "pop3": self.pop3s(), "smtp": self.submission() },
            })
        };
        let google = json!({ "id": "desktop-secret", "secret": "not-really-a-secret" });
        let mut policy: Value = serde_json::from_str(&self.policy_json()).expect("a policy");
        policy["server_presets"] = json!({});
        policy["oauth"] = json!({
            "google": provider(google, "loopback", &[domain]),
            "microsoft": provider(json!({ "id": "desktop" }), "localhost", &[]),
        });
        policy
    }

    /// What `tests/lab/lab` and `prove.py` need in their environment to meet this instance.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("LAB_RUN", self.run.path().display().to_string()),
            ("LAB_ADDR", self.slot.address.to_string()),
            ("LAB_PORT_BASE", self.slot.port_base.to_string()),
        ]
    }

    /// Delivers every message of a generated Maildir to a user's INBOX, with its flags and its time; gives how many.
    pub fn deliver_maildir(&self, user: &str, maildir: &Path) -> usize {
        let inbox = self.maildir(user, "INBOX");
        let messages = ["cur", "new"].into_iter().flat_map(|part| {
            let listing = fs::read_dir(maildir.join(part)).expect("a Maildir");
            listing.map(move |entry| (part, entry.expect("a message").path()))
        });
        messages.map(|(part, message)| self.put(&inbox, part, &message)).count()
    }

    /// Delivers one message, unseen, to a folder of a user.
    pub fn deliver(&self, user: &str, folder: &str, raw: &[u8]) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let message = self.run.path().join(format!("1700000000.M{count:06}P{}.lab", std::process::id()));
        fs::write(&message, raw).expect("room for a message");
        self.put(&self.maildir(user, folder), "new", &message);
        fs::remove_file(&message).expect("the message just written");
    }

    /// The Maildir++ directory of a folder, made when it is not there yet.
    pub fn maildir(&self, user: &str, folder: &str) -> PathBuf {
        let mail = self.run.path().join("mail");
        let mut dir = mail.join(user).join("Maildir");
        if folder != "INBOX" {
            dir.push(format!(".{}", folder.replace('/', ".")));
        }
        for part in ["tmp", "cur", "new"] {
            fs::create_dir_all(dir.join(part)).expect("a Maildir");
            self.hand_over(&dir.join(part));
        }
        dir.ancestors().take_while(|a| *a != mail).for_each(|a| self.hand_over(a));
        dir
    }

    /// Copies a file into a Maildir the way a delivery agent does: complete before it is seen.
    fn put(&self, maildir: &Path, part: &str, message: &Path) {
        let name = message.file_name().expect("a file");
        let arriving = maildir.join("tmp").join(name);
        fs::copy(message, &arriving).expect("room for a message");
        let time = fs::metadata(message).and_then(|m| m.modified()).expect("a message's time");
        fs::File::options().write(true).open(&arriving).and_then(|f| f.set_modified(time)).expect("its time kept");
        self.hand_over(&arriving);
        fs::rename(&arriving, maildir.join(part).join(name)).expect("a delivered message");
    }

    /// Gives a path to the user the mail servers run as.
    fn hand_over(&self, path: &Path) {
        let owner = fs::metadata(self.run.path().join("mail")).expect("the mail directory");
        chown(path, Some(owner.uid()), Some(owner.gid())).expect("mail owned by the mail servers");
    }

    fn endpoint(&self, port: &str, security: Security) -> Endpoint {
        Endpoint::new("mail.example.test", self.port(port), security)
    }

    fn port(&self, name: &str) -> u16 {
        self.word(name).parse().expect("a port number")
    }

    fn word(&self, name: &str) -> &str {
        self.said.get(name).unwrap_or_else(|| panic!("the lab says its {name}"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ended = self.server.wait();
    }
}

/// Reads what the lab says until it is ready.
fn hear(server: &mut Child) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for line in BufReader::new(server.stdout.take().expect("a pipe")).lines() {
        let line = line.expect("text from the lab");
        match line.split_once('=') {
            Some((name, value)) => said.insert(name.to_owned(), value.to_owned()),
            None if line == "ready" => return said,
            None => None,
        };
    }
    let mut words = String::new();
    server.stderr.take().expect("a pipe").read_to_string(&mut words).expect("text from the lab");
    panic!("the lab does not start: {words}");
}

/// An address and ports that no other lab of this machine has, for as long as it is held.
#[derive(Debug)]
struct Slot {
    address: IpAddr,
    port_base: u16,
    _claim: TcpListener,
}

impl Slot {
    /// What a lab adds to its port base, as in `tests/lab/lab`.
    const PORTS: [u16; 9] = [25, 53, 110, 143, 443, 465, 587, 993, 995];

    fn claim() -> Self {
        (0..200).find_map(Self::try_claim).expect("one of 200 addresses for a lab is free")
    }

    /// Listening on port 20000 of the address is the claim; servers of a lab that is just ending make it fail, too.
    fn try_claim(number: u8) -> Option<Self> {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 70, number + 2));
        let claim = TcpListener::bind((address, 20_000)).ok()?;
        let port_base = 20_000 + u16::from(number);
        let free = |port: u16| {
            TcpListener::bind((address, port_base + port)).and(UdpSocket::bind((address, port_base + port))).is_ok()
        };
        Self::PORTS.into_iter().all(free).then_some(Self { address, port_base, _claim: claim })
    }
}
