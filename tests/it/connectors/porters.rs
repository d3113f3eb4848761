//! PORTERS HRBC: which checks of the suite it passes, then what only it can get wrong.
//!
//! It has no way to delete, makes no contacts, does not keep the frozen bytes, and takes files of up to 10 MB, each in one
//! piece; the checks that ask for more are not its own. What is taken back, a person takes back in the CRM.

mod colleagues;
mod hostile;
mod listing;
mod logging;
mod notices;
mod search;
mod server;
mod sign_in;
mod world;

use super::suite;
pub use world::{Hrbc, RECRUITER, link};

/// Runs checks of the suite.
macro_rules! contract {
    ($($check:ident)*) => { $(#[tokio::test] async fn $check() { suite::$check(Hrbc::start().await).await })* };
}

contract! {
    a_check_tells_who_the_rep_is_and_changes_nothing
    a_crm_without_people_has_an_empty_page
    people_come_whole_and_then_only_when_something_changed
    a_person_who_is_gone_disappears
    a_long_list_comes_whole
    names_in_japanese_survive
    what_a_crm_is_not_said_to_do_is_refused
    a_mail_that_was_not_logged_is_not_found
    a_logged_mail_is_found
    logging_twice_leaves_one_mail
    another_mail_under_the_same_key_is_a_conflict
    mails_are_kept_apart
    a_mail_taken_back_is_gone
    a_mail_taken_back_can_be_logged_again
    attachments_arrive_byte_for_byte
    an_attachment_can_be_put_twice
    a_file_two_mails_share_outlives_one_of_them
    a_damaged_attachment_stays_here
    an_attachment_that_cannot_be_read_is_named
    a_crm_out_of_reach_says_nothing_about_what_is_logged
}
