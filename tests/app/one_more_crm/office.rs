//! A rep with a mailbox and a box of cards, in front of the window that knows the box.

use std::path::Path;
use std::time::Duration;

use kit::built::one_more_crm;
use kit::card_box::drawer::CardBox;
use kit::card_box::info;
use kit::screen::Browser;
use otomo_domain::address::Address;
use otomo_domain::connector::{ConnectorInfo, Field};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::words::Words;
use serde_json::json;
use tempfile::TempDir;

use crate::desk::{Desk, Obstacle};
use crate::wizard::Wizard;

pub const KEY: &str = "brass-key-0042";
pub const SITE: &str = "https://cards.example/";
pub const KEEPER: &str = "森 健太";
pub const SUBJECT: &str = "御見積書の件";
const CUSTOMER: &str = "tanaka@customer.example";

/// More than the box hands out at once.
pub const CARDS: usize = 240;

/// As wide as a window is with two panes, and as a small one is at 200 %.
const WIDTHS: [u32; 2] = [760, 640];

pub struct Office {
    pub desk: Desk,
    pub place: TempDir,
    pub language: &'static str,
    pub info: ConnectorInfo,
}

impl Office {
    /// No CRM is connected, and the box's key is good for nothing.
    pub async fn open(language: &'static str, theme: &str) -> Self {
        let office = Self::furnished(language, &[]).await;
        office.turns(theme).await;
        office
    }

    /// The box is connected, with a key that is good for this; it takes the mailbox in by itself.
    pub async fn connected(language: &'static str, theme: &str, rights: &[&str]) -> Self {
        let office = Self::furnished(language, rights).await;
        let settings = json!({ "place": office.place.path(), "site": SITE, "drawer": "A" });
        let new = json!({ "kind": office.info.kind, "settings": settings, "token": KEY });
        let made = office.desk.asks("crm.connect", new).await;
        office.desk.asks("crm.say_captures", json!({ "id": made["id"], "captures": "yes" })).await;
        let ask = "window.__TAURI_INTERNALS__.invoke('rpc', { name: 'crm.list', args: {} })";
        office.desk.until(&format!("{ask}.then(([made]) => made.contacts === {CARDS})")).await;
        office.turns(theme).await;
        office.desk.press(&[fantoccini::key::Key::Control], '6').await;
        office
    }

    async fn furnished(language: &'static str, rights: &[&str]) -> Self {
        let desk = Desk::open_in(Browser::program(one_more_crm(), Vec::new()), Obstacle::Nothing).await;
        let letters = desk.home.path().join("letters");
        std::fs::create_dir(&letters).unwrap();
        std::fs::write(letters.join("1.eml"), letter()).unwrap();
        let place = tempfile::tempdir().unwrap();
        full_box(rights).write(place.path()).unwrap();
        desk.asks("accounts.add", json!({ "address": "mori@own.example", "path": letters })).await;
        Self { desk, place, language, info: info() }
    }

    /// The window in the language and the colour.
    async fn turns(&self, theme: &str) {
        let language = self.language;
        let set = format!(
            "localStorage.setItem('PARAGLIDE_LOCALE', '{language}'), localStorage.setItem('otomo.theme', '{theme}')"
        );
        self.desk.runs(&set).await;
        self.desk.window.refresh().await.unwrap();
        self.desk.until("document.querySelector('nav') !== null").await;
    }
}

impl Office {
    pub fn wizard(&self) -> Wizard<'_> {
        Wizard::speaking(self.language, &self.desk)
    }

    /// In the language of the window.
    pub fn words(&self, words: Words) -> &'static str {
        if self.language == "ja" { words.ja } else { words.en }
    }

    pub fn name(&self) -> &'static str {
        self.words(self.info.name)
    }

    pub fn field(&self, name: &str) -> &Field {
        self.info.fields.iter().find(|field| field.name == name).expect("such a field")
    }

    pub fn label(&self, field: &str) -> &'static str {
        self.words(self.field(field).label)
    }

    /// A sentence of the window with the box's name in it.
    pub fn says(&self, key: &str) -> String {
        self.wizard().says(key).replace("{crm}", self.name())
    }

    /// The beginning of a sentence, up to the first thing that it tells.
    pub fn begins(&self, key: &str) -> String {
        let sentence = self.says(key);
        sentence.split('{').next().unwrap_or_default().to_owned()
    }

    /// Presses a button by its word.
    pub async fn act(&self, word: &str) {
        self.wizard().act(word).await;
    }

    /// Waits until the step with this heading is there.
    pub async fn comes_to(&self, heading: &str) {
        let heading = json!(self.says(heading));
        self.desk.until(&format!("document.querySelector('#sheet-title')?.innerText.trim() === {heading}")).await;
    }

    /// Waits until this stands somewhere in the window.
    pub async fn reads(&self, text: &str) {
        self.desk.until(&format!("document.body.innerText.includes({})", json!(text))).await;
    }

    /// Waits until this stands nowhere in the window.
    pub async fn reads_no_more(&self, text: &str) {
        self.desk.until(&format!("!document.body.innerText.includes({})", json!(text))).await;
    }

    /// A picture; and nothing sticks out of a narrow window.
    pub async fn looks(&self, name: &str) {
        let window = &self.desk.window;
        let (left, top, wide, high) = window.get_window_rect().await.unwrap();
        let size = |length: u64| u32::try_from(length).unwrap();
        for width in WIDTHS {
            window.set_window_size(width, size(high)).await.unwrap();
            self.desk.until(&format!("innerWidth === {width}")).await;
            let sticks_out = "document.documentElement.scrollWidth > innerWidth
                || [...document.querySelectorAll('main, dialog, .sheet, .screen')].some((part) => part.scrollWidth > part.clientWidth)";
            assert_eq!(self.desk.runs(sticks_out).await, json!({ "ok": false }), "{name} at {width}");
            self.desk.picture(&format!("app-one-more-crm-{name}-{}-{width}.png", self.language)).await;
        }
        window.set_window_rect(u32::try_from(left).unwrap(), size(top), size(wide), size(high)).await.unwrap();
        self.desk.until(&format!("innerWidth === {wide}")).await;
        self.desk.picture(&format!("app-one-more-crm-{name}-{}.png", self.language)).await;
    }
}

impl Office {
    pub fn held(&self) -> CardBox {
        CardBox::read(self.place.path()).unwrap()
    }

    /// What the key is good for, from now on.
    pub fn grants(&self, rights: &[&str]) {
        CardBox { rights: strings(rights), ..self.held() }.write(self.place.path()).unwrap();
    }

    /// The box gets another lock.
    pub fn locks(&self, key: &str) {
        CardBox { key: key.into(), ..self.held() }.write(self.place.path()).unwrap();
    }

    /// Waits until the box has become so.
    pub async fn holds(&self, patience: Duration, wanted: impl Fn(&CardBox) -> bool) {
        let becoming = async {
            while !wanted(&self.held()) {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let became = tokio::time::timeout(patience, becoming).await;
        became.unwrap_or_else(|_| panic!("{:?}", self.held().mails));
    }

    /// Where there is no box.
    pub fn elsewhere(&self) -> &Path {
        self.desk.home.path()
    }
}

/// A box with more cards than fit on one page, whose key has these rights.
fn full_box(rights: &[&str]) -> CardBox {
    let card = |kind, id: &str, name: &str, emails: &[&str]| Contact {
        record: RecordRef { kind, id: id.into() },
        name: name.into(),
        emails: emails.iter().filter_map(|email| Address::parse(email)).collect(),
        url: None,
        parent: None,
    };
    let firm = card(RecordType::Company, "F-1", "株式会社田中商事", &[]);
    let customer = card(RecordType::Contact, "K-1", "田中 花子", &[CUSTOMER]);
    let others = (3..=CARDS).map(|number| {
        let (id, name) = (format!("K-{number}"), format!("Client {number:03}"));
        card(RecordType::Contact, &id, &name, &[&format!("client{number}@company.example")])
    });
    let cards = [Contact { parent: Some(firm.record.clone()), ..customer }, firm].into_iter().chain(others).collect();
    CardBox { key: KEY.into(), keeper: KEEPER.into(), rights: strings(rights), cards, mails: [].into() }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn letter() -> String {
    format!(
        "From: 田中 花子 <{CUSTOMER}>\r\nTo: mori@own.example\r\nSubject: {SUBJECT}\r\nMessage-ID: <1@customer.example>\r\n\
         Date: Mon, 23 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\nいつもお世話になっております。田中です。\r\nお見積りをお願いいたします。\r\n"
    )
}
