//! The main job in the real window, with the keyboard alone: from the first run to taking a shared mail back.

mod company;
mod obstacles;

use std::collections::BTreeMap;
use std::time::Duration;

use fantoccini::key::Key;
use kit::crm::{REP, TOKEN};
use kit::lab::ALICE;
use kit::seek::Secrets;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use serde_json::{Value, json};

use self::company::{CUSTOMER, Company, LINK, OFFER, SUBJECTS};
use crate::desk::Desk;
use crate::wizard::Wizard;

/// A minute of running before the first release, half a minute of grace, and room for a busy machine.
const RELEASE: Duration = Duration::from_secs(180);

/// The subjects of the mail in the list, from top to bottom.
const LISTED: &str = "[...document.querySelectorAll('[role=option]')].map((row) => row.innerText)";

impl Desk {
    /// Goes through the wizard to the test of the mailbox.
    async fn enter_mailbox(&self, company: &Company, password: &str) {
        self.act(company.says("first_run_connect")).await;
        let wizard = Wizard::on(self);
        wizard.enter_address(ALICE.address).await;
        wizard.take_recommended().await;
        wizard.enter_password(password).await;
    }

    /// From the test that passed to the step after the wizard.
    async fn accept_mailbox(&self, company: &Company) {
        let wizard = Wizard::on(self);
        wizard.finish().await;
        wizard.act("connect_finish").await;
        self.sees(company.says("first_run_crm_title")).await;
    }

    /// Connects the contract server and opens the review desk.
    async fn connect_crm(&self, company: &Company) {
        let kind = otomo_crm::kinds().into_iter().find(|info| info.kind == "rest").expect("the contract's kind");
        self.choose(kind.name.ja).await;
        self.act(company.says("common_next")).await;
        let field = |name: &str| kind.fields.iter().find(|field| field.name == name).expect("such a field").label.ja;
        self.fill(field("url"), &company.crm.url()).await;
        self.fill(field("token"), TOKEN).await;
        self.act(company.says("first_run_test")).await;
        self.act(company.says("first_run_crm_connect")).await;
        for step in ["crm_sync_done", "crm_choices_lead"] {
            self.sees(company.says(step)).await;
            self.act(company.says("common_next")).await;
        }
        self.sees(company.says("crm_sample_title")).await;
        self.act(company.says("crm_finish")).await;
        self.sees(company.says("first_run_ready")).await;
        self.act(company.says("first_run_open")).await;
    }

    /// Waits until the list has just these mails.
    async fn lists(&self, subjects: &[&str]) {
        let each = json!(subjects);
        self.until(&format!(
            "(({{ length }}, all) => length === all.length && all.every((subject, at) => {LISTED}[at].includes(subject)))
             ({LISTED}, {each})"
        ))
        .await;
    }

    /// Connects everything, without a look at any of it.
    async fn arrives(&self, company: &Company) {
        self.enter_mailbox(company, ALICE.password).await;
        self.accept_mailbox(company).await;
        self.connect_crm(company).await;
        self.lists(&SUBJECTS).await;
    }
}

impl Desk {
    /// Neither the program nor the engine of its window has written a mail or a secret down in clear.
    fn keeps_secrets(&self) {
        let mut secrets = Secrets::default();
        for (name, secret) in [("password", ALICE.password), ("token", TOKEN), ("sender", CUSTOMER), ("link", LINK)] {
            secrets.add(name, secret.as_bytes());
        }
        assert_eq!(secrets.find_below(self.home.path()), BTreeMap::new());
        let planted = self.home.path().join("cache/planted");
        std::fs::write(&planted, format!("<a href=\"{LINK}\">")).unwrap();
        assert_eq!(secrets.find_below(self.home.path()), BTreeMap::from([(planted, vec!["link as it is"])]));
    }
}

/// Waits until the contract server has so many mails.
async fn logged(company: &Company, count: usize) {
    let arriving = async {
        while company.crm.keys().len() != count {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(RELEASE, arriving).await.unwrap_or_else(|_| panic!("{:?}", company.crm.requests()));
}

/// The digest that a payload carries, after it was checked: it is over the canonical form of all the rest.
fn sealed(payload: &[u8]) -> Value {
    let mut payload: Value = serde_json::from_slice(payload).unwrap();
    let digest = payload.as_object_mut().unwrap().remove("digest").expect("a payload has a digest");
    assert_eq!(digest, Digest::of(&serde_json_canonicalizer::to_vec(&payload).unwrap()).to_string());
    digest
}

#[tokio::test]
async fn a_journey_from_the_first_run_to_a_mail_that_is_taken_back() {
    let company = Company::start().await;
    let desk = company.desk().await;
    desk.picture("app-welcome-ja.png").await;
    desk.enter_mailbox(&company, ALICE.password).await;
    desk.until("document.querySelector('ol') !== null").await;
    desk.picture("app-test-ja.png").await;
    desk.accept_mailbox(&company).await;
    desk.connect_crm(&company).await;

    desk.lists(&SUBJECTS).await;
    company.pictures(&desk, &["mailbox", "review"]).await;
    desk.lists(&SUBJECTS).await;
    desk.press(&[], '1').await;
    desk.lists(&SUBJECTS[1..]).await;
    desk.sees(company.says("mail_undo")).await;
    desk.press(&[], 'z').await;
    desk.lists(&SUBJECTS).await;
    desk.press(&[], 'k').await;
    desk.press(&[], '1').await;
    desk.lists(&SUBJECTS[1..]).await;
    desk.press(&[], '2').await;
    desk.lists(&SUBJECTS[2..]).await;
    assert!(company.crm.keys_ever().is_empty(), "nothing has left yet");
    desk.press(&[Key::Control], '3').await;
    desk.sees(company.says("state_scheduled")).await;
    company.pictures(&desk, &["queue"]).await;

    logged(&company, 1).await;
    let key = MailKey::of_message_id(OFFER);
    let stored = company.crm.stored(REP, key).expect("the mail that was shared");
    assert_eq!((company.crm.taken(key), company.crm.keys_ever().len()), (1, 1), "once, and no other");
    let history = desk.asks("history.list", json!({})).await;
    let row = history["rows"].as_array().unwrap().iter().find(|row| row["key"] == key.to_string()).unwrap();
    assert_eq!(row["payload_sha256"], sealed(&stored), "what was decided on, and nothing else");

    desk.press(&[Key::Control], '4').await;
    desk.sees(company.says("state_logged")).await;
    desk.sees(SUBJECTS[1]).await;
    company.pictures(&desk, &["history", "connections", "settings"]).await;
    desk.press(&[Key::Control], '4').await;
    desk.act(company.says("history_retract")).await;
    desk.sees(company.says("history_retract_title")).await;
    desk.act(company.says("history_retract")).await;
    logged(&company, 0).await;
    desk.sees(company.says("state_retracted")).await;
    desk.keeps_secrets();
}
