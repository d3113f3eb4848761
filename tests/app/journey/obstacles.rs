//! What a journey meets: a wrong password, a network that goes away, a key store that is locked.

use std::process::Command;

use fantoccini::key::Key;
use kit::crm::misbehaviour::Misbehaviour;
use kit::lab::ALICE;
use kit::wire::apart;
use serde_json::json;
use tokio::runtime::Runtime;

use super::company::{Company, SUBJECTS};
use super::logged;
use crate::desk::Obstacle;

#[tokio::test]
async fn a_wrong_password_has_one_sentence_and_one_button_and_then_the_right_one_goes_on() {
    let company = Company::start().await;
    let desk = company.desk().await;
    desk.enter_mailbox(&company, "not-the-password").await;
    desk.sees(company.says("error_sign_in_refused")).await;
    desk.picture("app-wrong-password-ja.png").await;
    let buttons = desk.runs("document.querySelectorAll('[role=alert] button.primary').length").await;
    assert_eq!(buttons, json!({ "ok": 1 }));

    desk.act(company.says("first_run_password_again")).await;
    desk.until("document.activeElement.name === 'password'").await;
    desk.fill(company.says("connect_password"), ALICE.password).await;
    desk.act(company.says("first_run_test")).await;
    desk.accept_mailbox(&company).await;
}

/// Cuts the ways to the mail server and to the CRM, or lets them be again.
fn cut(company: &Company, gone: bool) {
    let verb = if gone { "add" } else { "delete" };
    let server = company.lab.address().to_string();
    let done = Command::new("ip").args(["route", verb, "unreachable", &server, "table", "local"]).status().unwrap();
    assert!(done.success());
    if gone {
        company.crm.next(1000, "", Misbehaviour::LoseRequest);
    } else {
        company.crm.behave();
    }
}

#[test]
fn without_a_network_the_rep_decides_and_the_mail_goes_once_it_is_back() {
    apart(|| {
        Runtime::new().unwrap().block_on(async {
            let company = Company::start().await;
            let desk = company.desk().await;
            desk.arrives(&company).await;

            cut(&company, true);
            desk.press(&[], Key::F5.into()).await;
            desk.sees_within(super::RELEASE, company.says("frame_offline")).await;
            desk.press(&[], '1').await;
            desk.lists(&SUBJECTS[1..]).await;
            desk.press(&[Key::Control], '3').await;
            desk.sees_within(super::RELEASE, company.says("error_crm_unavailable")).await;
            desk.picture("app-offline-ja.png").await;
            assert!(company.crm.keys_ever().is_empty());

            cut(&company, false);
            desk.press(&[], Key::F5.into()).await;
            desk.sees_within(super::RELEASE, company.says("frame_online")).await;
            logged(&company, 1).await;
        });
    });
}

#[tokio::test]
async fn a_locked_key_store_is_said_and_once_it_is_open_the_first_run_goes_on() {
    let company = Company::start().await;
    let desk = company.desk_with(Obstacle::KeyStoreLocked).await;
    desk.sees(company.says("error_key_store_locked")).await;
    desk.picture("app-locked-ja.png").await;
    desk.unlock_key_store().await;
    desk.act(company.says("common_try_again")).await;
    desk.enter_mailbox(&company, ALICE.password).await;
    desk.accept_mailbox(&company).await;
}
