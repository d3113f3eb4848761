//! Where the windows are measured: a home with a full store, a CRM that knows the senders, and three mailboxes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::{Client, Locator};
use kit::built::{app, otomoctl};
use kit::lab::{ALICE, BOB, Lab, SATO, Service, User};
use kit::screen::{Browser, Screen, Session, UNLOCK, home, runs};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::letters;

/// Companies whose contacts the CRM knows; every letter is from one of them.
const COMPANIES: usize = 200;

/// The first row of a list that is there for the person.
const ROW: &str = "[role=listbox] [role=option]";

/// A row must be there by then, even on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Office {
    pub home: TempDir,
    policy: PathBuf,
    _lab: Lab,
}

/// The two that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Otomo,
    Empty,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Otomo, Self::Empty];

    pub fn program(self) -> PathBuf {
        match self {
            Self::Otomo => app(),
            Self::Empty => std::env::var_os("OTOMO_EMPTY").expect("OTOMO_EMPTY names the empty window").into(),
        }
    }
}

impl Office {
    /// Captures `mails` letters from a folder, then connects the three mailboxes. The folder is not looked at again.
    pub fn furnish(mails: usize) -> Self {
        let (home, lab) = (home(), Lab::start(&[Service::Dovecot, Service::Dnsmasq]));
        let policy = home.path().join("policy.json");
        fs::write(&policy, lab.policy_json()).expect("room for a policy");
        let (box_, crm) = (home.path().join("letters"), home.path().join("crm"));
        letters::write(&box_, mails, COMPANIES);
        write_contacts(&crm);
        let otomoctl = format!("{} --policy {}", otomoctl().display(), policy.display());
        let ask = |command: &str, args: Value| format!("{otomoctl} {command} '{args}'\n");
        let mailbox = |user: User| ask("accounts.add", json!({ "address": user.address, "password": user.password }));
        let script = [
            format!("{UNLOCK}\n"),
            ask("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } })),
            ask("accounts.add", json!({ "address": "rep@mori-trading.example", "path": box_ })),
            format!("{otomoctl} run --until-idle >{}/filled.json\n", home.path().display()),
            ask("accounts.pause", json!({ "id": 1 })),
            [ALICE, BOB, SATO].map(mailbox).concat(),
            format!("{otomoctl} run --until-idle\n"),
        ];
        Session::start(home.path(), &script.concat()).finish();
        println!("store: {}", fs::read_to_string(home.path().join("filled.json")).expect("a status").trim());
        Self { home, policy, _lab: lab }
    }

    /// What a person types to start it.
    pub fn arguments(&self, side: Side) -> Vec<String> {
        match side {
            Side::Otomo => vec!["--policy".into(), self.policy.display().to_string()],
            Side::Empty => Vec::new(),
        }
    }

    /// A screen on which windows are steered.
    pub fn screen(&self) -> Screen {
        Screen::start(self.home.path(), UNLOCK)
    }

    /// Opens a window there; it is still loading.
    pub async fn open(&self, screen: &Screen, side: Side) -> Client {
        screen.open(Browser::program(side.program(), self.arguments(side))).await
    }

    /// Opens a window that has everything on it.
    pub async fn open_ready(&self, screen: &Screen, side: Side) -> Client {
        let window = self.open(screen, side).await;
        if side == Side::Otomo {
            window.wait().at_most(PATIENCE).for_element(Locator::Css(ROW)).await.expect("the desk shows mail");
        }
        window
    }

    /// Starts a program that nobody steers.
    pub fn run(&self, side: Side) -> Session {
        let words = [vec![side.program().display().to_string()], self.arguments(side)].concat().join(" ");
        Session::start(self.home.path(), &format!("{UNLOCK}\nexec {words}"))
    }
}

/// What an expression gives in a window.
pub async fn value(window: &Client, expression: &str) -> Value {
    let mut answer = runs(window, expression).await;
    assert!(answer.get("error").is_none(), "{answer}");
    answer["ok"].take()
}

fn write_contacts(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let contact = |n: usize| format!("C-{n},Client {n},client{n}@company{n}.example\n");
    let contacts: String = (0..COMPANIES).map(contact).collect();
    fs::write(folder.join("contacts.csv"), format!("id,name,email\n{contacts}")).expect("room for contacts");
}
