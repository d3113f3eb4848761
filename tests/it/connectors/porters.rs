//! PORTERS HRBC: which checks of the suite it passes, then what only it can get wrong.
//!
//! It has no way to delete, makes no contacts, numbers its records, does not keep the frozen bytes, finds a mail only at
//! its time, and takes files of up to 10 MB; the checks that ask for more are not its own.

mod colleagues;
mod hostile;
mod listing;
mod logging;
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
    a_crm_without_people_has_an_empty_page
    people_come_whole_and_then_only_when_something_changed
    a_person_who_is_gone_disappears
    a_long_list_comes_whole
    a_mail_that_was_not_logged_is_not_found
    a_logged_mail_is_found
    logging_twice_leaves_one_mail
    attachments_arrive_byte_for_byte
    an_attachment_can_be_put_twice
    a_damaged_attachment_stays_here
    an_attachment_that_cannot_be_read_is_named
}
