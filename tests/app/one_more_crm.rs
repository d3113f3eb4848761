//! A kind of CRM that the user interface has never heard of, from the wizard to its removal, with the keyboard alone: all
//! that the window shows of it is what its connector describes.

mod card;
mod form;
mod mail;
mod office;

use kit::card_box::drawer::{READ, TAKE_BACK, WRITE};
use kit::card_box::{LARGEST_FILE, NO_TAKING_BACK};

use self::office::{CARDS, KEEPER, KEY, Office, SITE, SUBJECT};

/// Once in each language and each colour.
const LOOKS: [(&str, &str); 2] = [("ja", "light"), ("en", "dark")];

async fn check_wizard(language: &'static str, theme: &str) {
    let office = Office::open(language, theme).await;
    office.chooses_kind().await;
    office.sees_form().await;
    office.is_led_to_what_is_missing().await;
    office.is_led_to_what_is_written_wrong().await;
    office.is_led_to_what_is_refused().await;
    office.hears_which_rights_are_missing(&[READ, WRITE]).await;
    office.grants(&[READ, WRITE]);
    office.act("first_run_test").await;
    office.sees_whom_the_crm_knows().await;
    office.act("common_next").await;
    office.says_what_the_crm_takes_in().await;
    office.sees_contacts_come_in().await;
    office.sees_accounts().await;
    office.sees_sample().await;
    office.act("crm_finish").await;
    office.sees_card().await;
}

#[tokio::test]
async fn a_crm_that_the_window_has_never_heard_of_is_connected_by_what_it_describes() {
    for (language, theme) in LOOKS {
        check_wizard(language, theme).await;
    }
}

async fn check_card(language: &'static str, theme: &str) {
    let office = Office::connected(language, theme, &[READ, WRITE]).await;
    office.sees_card().await;
    office.answers_what_the_crm_takes_in().await;
    office.signs_in_again_in_place().await;
    office.hears_who_grants_what_is_missing().await;
    office.rests_and_goes_on().await;
    office.renames().await;
    office.removes().await;
}

#[tokio::test]
async fn its_card_tells_how_it_is_doing_and_does_what_helps() {
    for (language, theme) in LOOKS {
        check_card(language, theme).await;
    }
}

async fn check_mail(language: &'static str, theme: &str) {
    let office = Office::connected(language, theme, &[READ, WRITE, TAKE_BACK]).await;
    office.shares().await;
    office.moves_to_another_record().await;
    office.removes_and_takes_back().await;
}

#[tokio::test]
async fn what_is_shared_gets_there_moves_and_comes_back() {
    tokio::join!(check_mail(LOOKS[0].0, LOOKS[0].1), check_mail(LOOKS[1].0, LOOKS[1].1));
}
