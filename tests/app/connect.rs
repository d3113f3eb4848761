//! The wizard in the real window, each of its branches, with the keyboard alone: against the lab's servers, its provider
//! and a real browser.

use kit::chromium::Chromium;
use kit::lab::{ALICE, Lab, Service};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::desk::{Desk, Obstacle};
use crate::wizard::{PASSWORD_FIELD, Wizard};

/// A company whose people connect their mailboxes.
struct Office {
    lab: Lab,
    policy: NamedTempFile,
}

impl Office {
    fn with(services: &[Service], policy: impl FnOnce(&Lab) -> Value) -> Self {
        let lab = Lab::start(services);
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), policy(&lab).to_string()).unwrap();
        for number in 0..3 {
            let letter = format!(
                "From: 田中 <tanaka@customer.example>\r\nTo: {}\r\nSubject: お打ち合わせ {number}\r\n\
                 Message-ID: <{number}@customer.example>\r\nDate: Mon, 23 Nov 2026 09:0{number}:00 +0900\r\n\r\nx\r\n",
                ALICE.address
            );
            lab.deliver(ALICE.address, "INBOX", letter.as_bytes());
        }
        Self { lab, policy: file }
    }

    /// One without a provider, where nothing is preset.
    fn plain() -> Self {
        Self::with(
            &[Service::Dovecot, Service::Dnsmasq, Service::Relay],
            |lab| json!({ "extra_ca": [lab.ca()], "resolver": lab.dns() }),
        )
    }

    /// One with the lab's provider in the place of Google and Microsoft; `domain` signs in at Google.
    fn with_providers(domain: &str) -> Self {
        let services = [Service::Dovecot, Service::Dnsmasq, Service::Idp, Service::Relay];
        Self::with(&services, |lab| lab.policy_with_providers(domain))
    }

    /// The wizard's first step.
    async fn desk_in(&self, language: &str) -> Desk {
        let arguments = vec!["--policy".into(), self.policy.path().display().to_string()];
        let desk = Desk::open(Obstacle::Nothing, arguments).await;
        desk.choose(if language == "ja" { "日本語" } else { "English" }).await;
        desk.act(Wizard::speaking(language, &desk).says("first_run_connect")).await;
        desk
    }
}

/// The rep signs in with the browser that the program has opened.
async fn sign_in(desk: &Desk, login: &str, button: &str) {
    let browser = Chromium::start().await;
    browser.sign_in(&desk.opened().await, login, button).await;
    browser.close().await;
}

/// Nowhere on the way so far could a password be typed.
async fn asks_for_no_password(desk: &Desk) {
    assert_eq!(desk.runs(PASSWORD_FIELD).await, json!({ "ok": false }), "a password field");
}

async fn check_googles_way(language: &str) {
    let office = Office::with_providers("example.test");
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    wizard.enter_address(ALICE.address).await;
    wizard.comes_to("connect_found").await;
    desk.picture(&format!("app-wizard-google-found-{language}.png")).await;
    asks_for_no_password(&desk).await;
    wizard.agree().await;
    asks_for_no_password(&desk).await;
    wizard.act("connect_browser_open").await;
    desk.sees(wizard.says("connect_browser_waiting")).await;
    desk.picture(&format!("app-wizard-google-waiting-{language}.png")).await;
    sign_in(&desk, ALICE.address, "allow").await;
    wizard.finish().await;
    desk.sees("お打ち合わせ 2").await;
    desk.picture(&format!("app-wizard-done-{language}.png")).await;
    asks_for_no_password(&desk).await;
    wizard.act("connect_send_test").await;
    desk.sees(&wizard.says("connect_send_test_sent").replace("{address}", ALICE.address)).await;
}

#[tokio::test]
async fn googles_way_asks_for_no_password_and_ends_with_the_newest_mail() {
    check_googles_way("ja").await;
}

#[tokio::test]
async fn googles_way_is_the_same_in_english() {
    check_googles_way("en").await;
}

async fn check_microsoft(language: &str) {
    let office = Office::with_providers("elsewhere.test");
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    wizard.enter_address("alice@m365.test").await;
    wizard.take_recommended().await;
    asks_for_no_password(&desk).await;
    wizard.act("connect_browser_open").await;
    sign_in(&desk, "noconsent@example.test", "allow").await;
    desk.sees(wizard.says("error_sign_in_denied")).await;
    desk.picture(&format!("app-wizard-denied-{language}.png")).await;
    std::fs::remove_file(desk.home.path().join("opened")).unwrap();
    wizard.act("common_try_again").await;
    sign_in(&desk, ALICE.address, "allow").await;
    desk.until(&format!("document.body.innerText.includes({})", json!(ALICE.address))).await;
    desk.picture(&format!("app-wizard-other-{language}.png")).await;
    wizard.act("connect_other_accept").await;
    wizard.finish().await;
    desk.sees("お打ち合わせ 2").await;
}

#[tokio::test]
async fn microsofts_way_is_found_by_mx_and_somebody_else_who_signs_in_is_asked_about() {
    for language in ["ja", "en"] {
        check_microsoft(language).await;
    }
}

async fn check_pop3(language: &str) {
    let office = Office::plain();
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    let server = office.lab.pop3s();
    desk.fill(wizard.says("first_run_address"), ALICE.address).await;
    wizard.act("connect_manual").await;
    wizard.comes_to("connect_manual_title").await;
    desk.choose("POP3").await;
    desk.fill(wizard.says("first_run_host"), &server.host).await;
    desk.fill(wizard.says("first_run_port"), &server.port.to_string()).await;
    desk.choose(wizard.says("connect_sends_not")).await;
    desk.picture(&format!("app-wizard-pop3-{language}.png")).await;
    wizard.agree().await;
    wizard.enter_password(ALICE.password).await;
    wizard.finish().await;
    desk.sees("お打ち合わせ 2").await;
}

#[tokio::test]
async fn a_pop3_mailbox_is_connected_by_hand() {
    for language in ["ja", "en"] {
        check_pop3(language).await;
    }
}

async fn check_certificate(language: &str) {
    let office = Office::plain();
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    let server = office.lab.imaps();
    desk.fill(wizard.says("first_run_address"), ALICE.address).await;
    wizard.act("connect_manual").await;
    wizard.comes_to("connect_manual_title").await;
    desk.fill(wizard.says("first_run_host"), "selfsigned.example.test").await;
    desk.fill(wizard.says("first_run_port"), &server.port.to_string()).await;
    desk.choose(wizard.says("connect_sends_not")).await;
    wizard.agree().await;
    wizard.enter_password(ALICE.password).await;
    desk.sees(wizard.says("error_certificate_unknown_issuer")).await;
    wizard.act("action_certificate").await;
    desk.picture(&format!("app-wizard-certificate-{language}.png")).await;
    let agreement = wizard.says("connect_certificate_agree").split('{').next().unwrap().to_owned();
    desk.tab_to(&agreement).await;
    desk.press(&[], ' ').await;
    wizard.act("connect_certificate_trust").await;
    wizard.finish().await;
    desk.sees("お打ち合わせ 2").await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_compared_and_then_trusted_alone() {
    for language in ["ja", "en"] {
        check_certificate(language).await;
    }
}

/// What the window shows of an address that can't be connected at once, in both languages.
async fn check(address: &str, words: &[&str], picture: &str) {
    let office = Office::plain();
    for language in ["ja", "en"] {
        let desk = office.desk_in(language).await;
        let wizard = Wizard::speaking(language, &desk);
        wizard.enter_address(address).await;
        for word in words {
            let text = wizard.says(word).split('{').next().unwrap();
            desk.until(&format!("document.body.innerText.includes({})", json!(text))).await;
        }
        desk.picture(&format!("app-wizard-{picture}-{language}.png")).await;
        asks_for_no_password(&desk).await;
    }
}

#[tokio::test]
async fn behind_a_gateway_the_rep_is_asked_which_service_it_is() {
    let words = ["connect_gateway_question", "connect_gateway_text"];
    check("rep@mimecast.test", &words, "gateway").await;
}

#[tokio::test]
async fn a_cloud_that_is_not_supported_is_said_at_once() {
    check("rep@gcch.test", &["connect_no_government", "connect_no_cloud_hint"], "government").await;
}

async fn check_no_client(language: &str) {
    let office = Office::plain();
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    wizard.enter_address("rep@m365.test").await;
    wizard.take_recommended().await;
    wizard.comes_to("connect_ask_first").await;
    asks_for_no_password(&desk).await;
    wizard.act("first_run_ask").await;
    desk.picture(&format!("app-wizard-no-client-{language}.png")).await;
}

#[tokio::test]
async fn microsoft_without_a_client_shows_the_request_for_it_and_no_password_field() {
    for language in ["ja", "en"] {
        check_no_client(language).await;
    }
}

async fn check_app_password(language: &str) {
    let office = Office::plain();
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    wizard.enter_address("rep@zoho-jp.test").await;
    wizard.take_recommended().await;
    desk.sees(wizard.says("connect_guide_title")).await;
    desk.picture(&format!("app-wizard-app-password-{language}.png")).await;
}

#[tokio::test]
async fn a_known_service_with_app_passwords_shows_how_to_make_one() {
    for language in ["ja", "en"] {
        check_app_password(language).await;
    }
}

async fn check_offline(language: &str) {
    let office = Office::with(
        &[Service::Dovecot],
        |lab| json!({ "extra_ca": [lab.ca()], "resolver": format!("{}:9", lab.address()) }),
    );
    let desk = office.desk_in(language).await;
    let wizard = Wizard::speaking(language, &desk);
    wizard.enter_address("rep@some-company.test").await;
    desk.sees(wizard.says("connect_offline_title")).await;
    desk.picture(&format!("app-wizard-offline-{language}.png")).await;
}

#[tokio::test]
async fn without_a_network_the_address_is_kept_for_later() {
    for language in ["ja", "en"] {
        check_offline(language).await;
    }
}
