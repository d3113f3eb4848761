//! A company: a mail server, a CRM that knows a customer, and the words its people speak.

use std::fs;

use kit::crm::CrmServer;
use kit::lab::{ALICE, Lab, Service};
use kit::screen::runs;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::desk::{Desk, Obstacle, words};

/// The Message-ID of the mail on top.
pub const OFFER: &str = "offer@customer.example";

/// What waits for the rep, newest first.
pub const SUBJECTS: [&str; 3] = ["御見積書の件", "給与のご相談", "来週の打ち合わせ"];

/// Who wrote it.
pub const CUSTOMER: &str = "tanaka@customer.example";

/// A link in it.
pub const LINK: &str = "https://customer.example/offer";

/// The body of a mail as business mail is written, with the table that such mail has.
const BODY: &str = "<p>いつもお世話になっております。田中です。</p><p>お見積りの内容を確認いたしました。下記のとおりお願いできますでしょうか。\
    </p><table border=\"1\" cellpadding=\"6\" style=\"border-collapse:collapse\"><tr><th>品目</th><th>数量</th><th>金額</th></tr>\
    <tr><td>年間ライセンス</td><td align=\"right\">25</td><td align=\"right\">¥1,250,000</td></tr></table>\
    <p>ご不明な点は<a href=\"https://customer.example/offer\">こちらのページ</a>をご覧ください。</p>\
    <img src=\"https://customer.example/logo.png\" alt=\"\"><p>何卒よろしくお願いいたします。</p>";

pub struct Company {
    pub lab: Lab,
    pub crm: CrmServer,
    policy: NamedTempFile,
    words: Value,
}

impl Company {
    /// Starts everything; the rep's inbox has the mail of [`SUBJECTS`].
    pub async fn start() -> Self {
        let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq, Service::Relay]);
        let crm = CrmServer::start().await;
        crm.put_record(json!({ "type": "contact", "id": "C-1", "name": "田中 花子", "emails": [CUSTOMER] }));
        let policy = NamedTempFile::new().unwrap();
        let leads = json!({ "extra_ca": [lab.ca()], "resolver": lab.dns() });
        fs::write(policy.path(), leads.to_string()).unwrap();
        for (age, subject) in SUBJECTS.into_iter().enumerate() {
            let id = if age == 0 { OFFER.to_owned() } else { format!("{age}@customer.example") };
            lab.deliver(ALICE.address, "INBOX", mail(age, &id, subject).as_bytes());
        }
        Self { lab, crm, policy, words: words("ja") }
    }

    /// A desk of this company, in Japanese.
    pub async fn desk(&self) -> Desk {
        self.desk_with(Obstacle::Nothing).await
    }

    pub async fn desk_with(&self, obstacle: Obstacle) -> Desk {
        let policy = self.policy.path().display().to_string();
        let desk = Desk::open(obstacle, vec!["--policy".into(), policy]).await;
        desk.choose("日本語").await;
        desk
    }

    /// A word of the window's.
    pub fn says(&self, key: &str) -> &str {
        self.words[key].as_str().unwrap_or_else(|| panic!("{key} is no word"))
    }

    /// Pictures of screens in both languages, light and dark. The window is in Japanese and light before and after.
    pub async fn pictures(&self, desk: &Desk, screens: &[&str]) {
        for (language, theme) in [("en", "dark"), ("en", "light"), ("ja", "dark"), ("ja", "light")] {
            let set = format!(
                "localStorage.setItem('PARAGLIDE_LOCALE', '{language}'), localStorage.setItem('otomo.theme', '{theme}')"
            );
            runs(&desk.window, &set).await;
            desk.window.refresh().await.unwrap();
            let named = words(language);
            for screen in screens {
                desk.until("document.querySelector('nav') !== null").await;
                desk.act(named[format!("frame_{screen}")].as_str().unwrap()).await;
                desk.runs("new Promise((later) => setTimeout(later, 500))").await;
                desk.picture(&format!("app-{screen}-{language}-{theme}.png")).await;
            }
        }
    }
}

fn mail(age: usize, id: &str, subject: &str) -> String {
    format!(
        "From: 田中 花子 <{CUSTOMER}>\r\nTo: {}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n\
         Date: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{BODY}\r\n",
        ALICE.address,
        date(age),
    )
}

/// A time of today as mail has it, an hour earlier for every step of age.
fn date(age: usize) -> String {
    let output = std::process::Command::new("date").args(["-R", "-d", &format!("{age} hours ago")]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
