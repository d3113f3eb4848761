//! Where the windows are measured: a home with a full store, a CRM that knows the senders, and three mailboxes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fantoccini::{Client, Locator};
use httpdate::fmt_http_date;
use kit::built::{app, otomoctl};
use kit::lab::{ALICE, BOB, Lab, SATO, Service, User};
use kit::screen::{Browser, Screen, Session, UNLOCK, home, runs};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Companies whose contacts the CRM knows; every letter is from one of them.
const COMPANIES: usize = 200;

/// Between two letters.
const APART: Duration = Duration::from_mins(10);

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
        write_letters(&box_, mails);
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

/// Short letters, as many in Japanese as in English, no two with the same subject.
fn write_letters(folder: &Path, count: usize) {
    let newest = SystemTime::now();
    for number in 0..count {
        // A folder with a hundred thousand files is slow to make.
        let part = folder.join(format!("{:03}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&part).expect("a folder");
        }
        let sent = newest - APART * u32::try_from(number).expect("a number of letters");
        fs::write(part.join(format!("{number:06}.eml")), letter(number, sent)).expect("room for a letter");
    }
}

fn letter(number: usize, sent: SystemTime) -> String {
    let company = number % COMPANIES;
    let (subject, text) = if number.is_multiple_of(2) {
        (
            "お見積りの件",
            "お世話になっております。\r\n先日の打ち合わせのとおり、お見積りをお送りします。ご確認ください。\r\n",
        )
    } else {
        (
            "Your order",
            "Hello,\r\nthank you for the meeting. Please find our offer below, and tell us what you think.\r\n",
        )
    };
    format!(
        "From: Client {company} <client{company}@company{company}.example>\r\nTo: rep@mori-trading.example\r\n\
         Subject: {subject} {number}\r\nDate: {}\r\nMessage-ID: <{number}@company{company}.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
        fmt_http_date(sent),
        text.repeat(8),
    )
}

fn write_contacts(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let contact = |n: usize| format!("C-{n},Client {n},client{n}@company{n}.example\n");
    let contacts: String = (0..COMPANIES).map(contact).collect();
    fs::write(folder.join("contacts.csv"), format!("id,name,email\n{contacts}")).expect("room for contacts");
}
